// SPDX-License-Identifier: BSD-2-Clause
#include "base/capture.h"
#include "base/clock.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define CHUNK          65536
#define COMPLAINT_MAX  4096
#define LINE_MAX_SHOWN 200
/* what is read once the program has ended: a pipe holds no more, unless somebody outside of its session goes on writing */
#define LAST_READS 64

/* One end of a pipe that the program writes to. */
struct stream {
	int fd; /* -1: ended */
	struct buf *into;
	size_t max;
	bool cut; /* discard what is above max; otherwise it is an error */
};

struct asked {
	pid_t pid; /* and its session and process group */
	int pidfd;
	struct stream out, complaint;
	uint64_t deadline;
};

/* Reads once. 1: there may be more at once; 0: not now, or never; -EFBIG. */
static int stream_read(struct stream *stream)
{
	char chunk[CHUNK];
	size_t room = stream->max - stream->into->len;
	ssize_t n;

	if (stream->fd < 0)
		return 0;
	n = read(stream->fd, chunk, sizeof(chunk));
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return errno == EINTR;
	if (n <= 0) {
		close(steal_fd(&stream->fd));
		return 0;
	}
	if ((size_t)n > room && !stream->cut)
		return -EFBIG;
	buf__add(stream->into, chunk, (size_t)n > room ? room : (size_t)n);
	return buf__error(stream->into) ? buf__error(stream->into) : 1;
}

static int drain(struct stream *stream)
{
	int rc = 1;

	for (int reads = 0; rc == 1 && (!stream->cut || reads < LAST_READS); reads++)
		rc = stream_read(stream);
	return rc < 0 ? rc : 0;
}

/* Until the program has ended; what is left in the pipes stays there. */
static int wait_for_end(struct asked *asked)
{
	for (;;) {
		struct pollfd files[] = {{asked->pidfd, POLLIN, 0},
					 {asked->out.fd, POLLIN, 0},
					 {asked->complaint.fd, POLLIN, 0}};
		uint64_t now = clock_ns(CLOCK_MONOTONIC);
		int rc = 0;

		if (now >= asked->deadline)
			return -ETIMEDOUT;
		if (poll(files, ARRAY_LEN(files), (asked->deadline - now) / 1000000 + 1) < 0 &&
		    errno != EINTR)
			return -errno;
		if (files[0].revents)
			return 0;
		if (files[1].revents)
			rc = stream_read(&asked->out);
		if (rc >= 0 && files[2].revents)
			rc = stream_read(&asked->complaint);
		if (rc < 0)
			return rc;
	}
}

/* The first line, as far as it is printable: it goes to somebody's terminal. */
static void first_line(const char *text, char line[LINE_MAX_SHOWN])
{
	size_t n = 0;

	text += strspn(text, "\r\n\t ");
	for (; text[n] && text[n] != '\n' && text[n] != '\r' && n < LINE_MAX_SHOWN - 1; n++)
		line[n] = text[n] >= 0x20 && text[n] < 0x7f ? text[n] : '?';
	line[n] = '\0';
}

static int judge(const char *what, int status, const char *complaint, struct err *err)
{
	char line[LINE_MAX_SHOWN];

	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 0;
	first_line(complaint, line);
	if (WIFEXITED(status))
		return err_set(err, -EIO, "%s: exit status %d%s%s", what, WEXITSTATUS(status),
			       *line ? ": " : "", line);
	return err_set(err, -EIO, "%s: killed by signal %d%s%s", what, WTERMSIG(status),
		       *line ? ": " : "", line);
}

/* Reads to the end, unless something failed already, and leaves nobody behind. */
static int finish(struct asked *asked, int rc, int *status)
{
	if (!rc)
		rc = wait_for_end(asked);

	/* it is not reaped, so that the group's number is nobody else's yet */
	kill(-asked->pid, SIGKILL);
	while (waitpid(asked->pid, status, 0) < 0)
		if (errno != EINTR)
			return rc ? rc : -errno;
	if (!rc)
		rc = drain(&asked->out);
	return rc ? rc : drain(&asked->complaint);
}

/* A pipe that whittle reads without waiting. */
static int open_pipe(int *read_end, int *write_end)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	*read_end = ends[0];
	*write_end = ends[1];
	return fcntl(*read_end, F_SETFL, O_NONBLOCK) ? -errno : 0;
}

/* Starts the program, its output and error in two pipes. */
static int start(const struct capture *capture, struct asked *asked, struct err *err)
{
	int own_fd null = open("/dev/null", O_RDONLY | O_CLOEXEC), own_fd out = -1;
	int own_fd complaint = -1;
	int rc = null < 0 ? -errno : open_pipe(&asked->out.fd, &out), files[3];
	struct spawn spawn = {.argv = capture->argv,
			      .cgroup_fd = -1,
			      .files = files,
			      .own_session = true};
	bool exec_failed;
	sigset_t none;

	if (!rc)
		rc = open_pipe(&asked->complaint.fd, &complaint);
	if (rc)
		return err_errno(err, rc, "cannot run %s", capture->argv[0]);
	files[0] = null;
	files[1] = out;
	files[2] = complaint;
	sigemptyset(&none);
	spawn.mask = &none;
	return spawn_start(&spawn, &asked->pid, &exec_failed, err);
}

static void asked_close(struct asked *asked)
{
	own_close_(&asked->pidfd);
	own_close_(&asked->out.fd);
	own_close_(&asked->complaint.fd);
}

static int ask(const struct capture *capture, const char *what, struct buf *out, struct err *err)
{
	struct buf own_buf complaint = BUF_INIT;
	struct asked own_with(asked_close) asked = {
		.pidfd = -1,
		.out = {-1, out, capture->max, false},
		.complaint = {-1, &complaint, COMPLAINT_MAX, true},
		.deadline = clock_ns(CLOCK_MONOTONIC) + capture->limit,
	};
	int status = 0, rc = start(capture, &asked, err);

	if (rc)
		return rc;
	asked.pidfd = syscall(SYS_pidfd_open, asked.pid, 0);
	rc = asked.pidfd < 0 ? -errno : 0;
	rc = finish(&asked, rc, &status);
	if (rc == -ETIMEDOUT)
		return err_set(err, rc, "%s: no answer within %llu ms", what,
			       (unsigned long long)capture->limit / 1000000);
	if (rc == -EFBIG)
		return err_set(err, rc, "%s: an answer of more than %zu bytes", what, capture->max);
	return rc ? err_errno(err, rc, "%s", what) :
		    judge(what, status, buf__text(&complaint), err);
}

int capture_run(const struct capture *capture, struct buf *out, struct err *err)
{
	struct sigaction child = {.sa_handler = SIG_DFL}, before;
	char what[128];
	int rc;

	snprintf(what, sizeof(what), "%s%s%s", capture->argv[0], capture->argv[1] ? " " : "",
		 capture->argv[1] ? capture->argv[1] : "");
	/* ignored, the program could not be waited for */
	sigaction(SIGCHLD, &child, &before);
	rc = ask(capture, what, out, err);
	sigaction(SIGCHLD, &before, NULL);
	return rc;
}
