// SPDX-License-Identifier: BSD-2-Clause
#include "cli/loop.h"
#include "base/log.h"
#include "cli/cmd.h"
#include "cli/live_line.h"
#include "target/cgroup_tree.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

#define NS_PER_S 1000000000ULL
#define GRACE_NS (10 * NS_PER_S) /* between SIGTERM and the kill of the cgroup, for --for */
#define LIVE_NS  NS_PER_S
#define RETRY_NS (NS_PER_S / 2)
/* What watches a container ends a moment after it, and after the client. */
#define LEFT_NS (2 * NS_PER_S)

static const int end_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
/* What they mean is the command's affair. To whittle they mean nothing, least of all the end. */
static const int passed_signals[] = {SIGUSR1, SIGUSR2, SIGALRM, SIGWINCH, SIGCONT};

static void end_signal_set(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ARRAY_LEN(end_signals); i++)
		sigaddset(set, end_signals[i]);
}

/* nohup: who ignores SIGHUP before whittle starts means it to be ignored. */
static bool hangup_is_ignored(void)
{
	struct sigaction action;

	return !sigaction(SIGHUP, NULL, &action) && action.sa_handler == SIG_IGN;
}

/* What the signalfd reads. */
static void handled_set(sigset_t *set)
{
	end_signal_set(set);
	if (hangup_is_ignored())
		sigdelset(set, SIGHUP);
	for (size_t i = 0; i < ARRAY_LEN(passed_signals); i++)
		sigaddset(set, passed_signals[i]);
	sigaddset(set, SIGCHLD);
}

static bool is_passed(int signo)
{
	for (size_t i = 0; i < ARRAY_LEN(passed_signals); i++)
		if (passed_signals[i] == signo)
			return true;
	return false;
}

int loop_block_signals(sigset_t *before, bool *sigchld_ignored, struct err *err)
{
	sigset_t mask;

	handled_set(&mask);
	sigaddset(&mask, SIGPIPE);
	sigaddset(&mask, SIGXFSZ);
	*sigchld_ignored = signal(SIGCHLD, SIG_DFL) == SIG_IGN;
	if (sigprocmask(SIG_BLOCK, &mask, before))
		return err_errno(err, -errno, "cannot block signals");
	return 0;
}

int loop_take_end_signal(void)
{
	const struct timespec now = {0};
	sigset_t set;
	int signal;

	end_signal_set(&set);
	signal = sigtimedwait(&set, NULL, &now);
	return signal > 0 ? signal : 0;
}

enum source {
	SOURCE_RING,
	SOURCE_SIGNAL,
	SOURCE_DEADLINE,
	SOURCE_CGROUP,
	SOURCE_LIVE,
	SOURCE_RETRY,
	SOURCE_MORE,
	SOURCE_QUIET,
	SOURCE_COUNT,
};

struct state {
	struct loop *loop;
	int epoll;
	int fds[SOURCE_COUNT]; /* the ring's and that of SOURCE_MORE are borrowed */
	int signals_got;
	bool terminated; /* --for has run out once */
	bool populated;  /* the command's cgroup */
	bool is_early;   /* whatever is to be recorded has not begun */
	bool waits;      /* to ask again whether it is over */
	bool told;       /* that the container runs on without its client */
	bool over;
};

static void state_close(struct state *state)
{
	for (int s = SOURCE_RING + 1; s < SOURCE_COUNT; s++)
		if (state->fds[s] >= 0 && s != SOURCE_MORE)
			close(state->fds[s]);
	if (state->epoll >= 0)
		close(state->epoll);
}

static int timer_set(int fd, uint64_t first, uint64_t interval)
{
	struct itimerspec spec = {
		.it_value = {.tv_sec = first / NS_PER_S, .tv_nsec = first % NS_PER_S},
		.it_interval = {.tv_sec = interval / NS_PER_S, .tv_nsec = interval % NS_PER_S},
	};

	return timerfd_settime(fd, 0, &spec, NULL) ? -errno : 0;
}

static int watch(struct state *state, enum source source, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.u32 = source};

	if (fd < 0)
		return fd;
	state->fds[source] = fd;
	return epoll_ctl(state->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int new_timer(void)
{
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

static int new_signalfd(void)
{
	sigset_t mask;
	int fd;

	handled_set(&mask);
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int set_up(struct state *state, struct err *err)
{
	struct loop *loop = state->loop;
	int rc;

	state->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (state->epoll < 0)
		return err_errno(err, -errno, "cannot wait for events");
	rc = watch(state, SOURCE_RING, session__poll_fd(loop->session), EPOLLIN);
	if (!rc && loop->on_more && loop->more >= 0)
		rc = watch(state, SOURCE_MORE, loop->more, EPOLLIN);
	if (!rc)
		rc = watch(state, SOURCE_SIGNAL, new_signalfd(), EPOLLIN);
	if (!rc && loop->duration) {
		rc = watch(state, SOURCE_DEADLINE, new_timer(), EPOLLIN);
		rc = rc ? rc : timer_set(state->fds[SOURCE_DEADLINE], loop->duration, 0);
	}
	if (!rc && loop->quiet) {
		rc = watch(state, SOURCE_QUIET, new_timer(), EPOLLIN);
		rc = rc ? rc : timer_set(state->fds[SOURCE_QUIET], loop->quiet, 0);
	}
	if (!rc && loop->live_line) {
		rc = watch(state, SOURCE_LIVE, new_timer(), EPOLLIN);
		rc = rc ? rc : timer_set(state->fds[SOURCE_LIVE], LIVE_NS, LIVE_NS);
	}
	if (!rc && loop->is_over)
		rc = watch(state, SOURCE_RETRY, new_timer(), EPOLLIN);
	if (!rc && loop->command_cgroup) {
		int fd = cgroup_events_fd(loop->command_cgroup, err);

		rc = watch(state, SOURCE_CGROUP, fd, EPOLLPRI);
		state->populated = true;
	}
	return rc ? err_errno(err, rc, "cannot wait for events") : 0;
}

static void reap(struct loop *loop)
{
	pid_t pid;

	if (!loop->child || loop->child_ended)
		return;
	pid = waitpid(loop->child, &loop->child_status, WNOHANG);
	if (pid == loop->child || (pid < 0 && errno == ECHILD))
		loop->child_ended = true;
}

/* An engine's client has ended and left its container running, or to be started again: who looks at the terminal waits for an end. */
static void tell_left(struct state *state)
{
	if (state->told)
		return;
	state->told = true;
	log_note(
		"the command has ended, but its container runs on, or may be started again: it is recorded until it has ended; Ctrl-C or another signal ends the recording");
}

/* Is there anything in the command's cgroup, or is any of the targets there? */
static bool runs_on(const struct state *state)
{
	const struct loop *loop = state->loop;

	if (loop->command_cgroup)
		return state->fds[SOURCE_CGROUP] >= 0 &&
		       cgroup_events_populated(state->fds[SOURCE_CGROUP]);
	for (size_t i = 0; i < loop->targets_len; i++)
		if (cgroup_exists(&loop->targets[i]))
			return true;
	return false;
}

/* Is what the command has started to be started again, by whoever keeps it? */
static bool is_over(struct state *state)
{
	struct loop *loop = state->loop;

	if (state->waits)
		return false;
	if (!loop->is_over || loop->is_over(loop->context))
		return true;
	tell_left(state);
	state->waits = !timer_set(state->fds[SOURCE_RETRY], RETRY_NS, 0);
	return !state->waits;
}

/* The command has ended and nothing that it started is left, or there is no target any more. */
static bool nothing_left(struct state *state)
{
	const struct loop *loop = state->loop;

	if (loop->command_cgroup)
		return loop->child_ended && !state->populated && is_over(state);
	if (runs_on(state))
		return false;
	if (loop->child)
		return loop->child_ended && is_over(state);
	return !loop->awaiting && !loop->follows;
}

/*
 * Does the command get it anyway? The terminal sends to its foreground process group, which is whittle's; a command that
 * has made a group of its own is not in it.
 */
static bool reaches_command(const struct loop *loop, const struct signalfd_siginfo *info)
{
	return info->ssi_code == SI_KERNEL && getpgid(loop->child) == getpgrp();
}

static bool signal_command(const struct loop *loop, int signo)
{
	bool sent = !kill(loop->child, signo) || errno == ESRCH;

	if (!sent)
		log_warn("cannot send signal %d to the command: %s", signo, strerror(errno));
	return sent;
}

static void end_command(struct loop *loop)
{
	if (!signal_command(loop, SIGKILL))
		return;
	while (waitpid(loop->child, &loop->child_status, 0) < 0 && errno == EINTR)
		continue;
	loop->child_ended = true;
}

static void pass_signal(struct state *state, const struct signalfd_siginfo *info)
{
	struct loop *loop = state->loop;

	if (!loop->child)
		return;
	reap(loop);
	if (!loop->child_ended && !reaches_command(loop, info))
		signal_command(loop, info->ssi_signo);
}

/* Has a command that is no engine's client ended, and left processes? An engine's are the engine's affair. */
static bool has_left_some(const struct state *state)
{
	const struct loop *loop = state->loop;

	return loop->child_ended && loop->command_cgroup && !loop->is_over &&
	       cgroup_events_populated(state->fds[SOURCE_CGROUP]);
}

/* To a daemon, whose command has ended. */
static void signal_left(const struct loop *loop, int signo, pid_t spared)
{
	struct err reason = {0};

	if (cgroup_signal(loop->command_cgroup, signo, spared, &reason))
		log_warn("%s", reason.text);
}

/* A signal that asks for the end. As long as the command runs it is the command's. */
static void on_end_signal(struct state *state, const struct signalfd_siginfo *info)
{
	struct loop *loop = state->loop;

	if (!loop->child) {
		state->over = true;
		return;
	}
	reap(loop);
	/* what is typed at the terminal is the command's affair, however often */
	if (!loop->child_ended && reaches_command(loop, info))
		return;
	if (loop->child_ended && (loop->detached || state->told || !loop->command_cgroup)) {
		state->over = true;
		return;
	}
	/* it has ended of this very signal, and everything with it */
	if (loop->child_ended && !cgroup_events_populated(state->fds[SOURCE_CGROUP])) {
		state->populated = false;
		return;
	}
	if (++state->signals_got > 1) {
		loop->left_by = info->ssi_signo;
		state->over = true;
	} else if (!loop->child_ended) {
		signal_command(loop, info->ssi_signo);
	} else if (has_left_some(state)) {
		/* the terminal has sent it to its foreground process group */
		signal_left(loop, info->ssi_signo, info->ssi_code == SI_KERNEL ? getpgrp() : 0);
	} else if (loop->is_over) {
		tell_left(state);
	}
}

static void on_child(struct state *state)
{
	struct loop *loop = state->loop;
	bool ended = loop->child_ended;

	reap(loop);
	if (!ended && loop->child_ended && loop->is_over && !state->waits)
		timer_set(state->fds[SOURCE_RETRY], LEFT_NS, 0);
	if (ended || !has_left_some(state))
		return;
	/* those that the command has got are not for what it leaves */
	state->signals_got = 0;
	if (state->terminated)
		signal_left(loop, SIGTERM, 0);
	else
		log_note(
			"the command has ended, and what it started runs on: that is recorded until it ends; Ctrl-C or another signal is passed on to it, a second one leaves it running");
}

static void on_signals(struct state *state)
{
	struct signalfd_siginfo info;

	while (read(state->fds[SOURCE_SIGNAL], &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			on_child(state);
		else if (is_passed(info.ssi_signo))
			pass_signal(state, &info);
		else
			on_end_signal(state, &info);
	}
	/* a cgroup that nobody ever entered never tells that it is empty */
	if (state->loop->child_ended && state->fds[SOURCE_CGROUP] >= 0)
		state->populated = cgroup_events_populated(state->fds[SOURCE_CGROUP]);
}

static void acknowledge_timer(int fd)
{
	uint64_t expirations;

	/* -EAGAIN: it was set anew meanwhile; either way there is nothing to do */
	if (read(fd, &expirations, sizeof(expirations)) < 0)
		return;
}

/* The time has come to end: --for is over, or it was quiet for long enough. */
static int end_by_time(struct state *state, struct err *err)
{
	struct loop *loop = state->loop;
	int rc;

	if (!loop->child || (loop->detached && loop->child_ended)) {
		state->over = true;
		return 0;
	}
	if (state->terminated && !loop->command_cgroup) {
		/* an engine's client that does not hear */
		if (!loop->child_ended)
			end_command(loop);
		state->over = true;
		return 0;
	}
	if (state->terminated) {
		struct err reason = {0};

		/* what was recorded is worth more than a clean end */
		if (cgroup_kill(loop->command_cgroup, &reason)) {
			log_warn("%s", reason.text);
			state->over = true;
		} else {
			log_warn(
				"what did not end of SIGTERM within 10 seconds was killed: nothing is known of its shutdown");
		}
		return 0;
	}
	state->terminated = true;
	if (!loop->child_ended)
		signal_command(loop, SIGTERM);
	else if (has_left_some(state))
		signal_left(loop, SIGTERM, 0);
	/* the one that is not set for it may not be there */
	if (state->fds[SOURCE_DEADLINE] < 0)
		rc = watch(state, SOURCE_DEADLINE, new_timer(), EPOLLIN);
	else
		rc = 0;
	rc = rc ? rc : timer_set(state->fds[SOURCE_DEADLINE], GRACE_NS, 0);
	return rc ? err_errno(err, rc, "cannot wait for the end of the command") : 0;
}

static int on_news(struct state *state, struct err *err)
{
	int rc = session__drain(state->loop->session, err);

	if (state->loop->on_news)
		state->loop->on_news(state->loop->news_context);
	else
		recorder__note_news(state->loop->recorder, state->loop->session);
	return rc;
}

/*
 * For how long has nothing new been called? What is waited for, or the container of an engine's command, may come long after the
 * recording has begun: until it makes its first call that time is none.
 */
static uint64_t quiet_since(struct state *state)
{
	struct progress progress = recorder__progress(state->loop->recorder, state->loop->session);

	if (state->loop->awaiting || (state->is_early && progress.since_new == progress.elapsed))
		return 0;
	state->is_early = false;
	return progress.since_new;
}

/*
 * The timer is not set anew for each new call, which would be a wake-up each: when it runs out it is set to what is left since
 * the last one.
 */
static int on_quiet(struct state *state, struct err *err)
{
	struct loop *loop = state->loop;
	uint64_t since;
	int rc;

	acknowledge_timer(state->fds[SOURCE_QUIET]);
	rc = session__drain(loop->session, err);
	if (rc)
		return rc;
	since = quiet_since(state);
	if (since >= loop->quiet)
		return state->terminated ? 0 : end_by_time(state, err);
	rc = timer_set(state->fds[SOURCE_QUIET], loop->quiet - since, 0);
	return rc ? err_errno(err, rc, "cannot wait for quiet") : 0;
}

static int dispatch(struct state *state, enum source source, struct err *err)
{
	switch (source) {
	case SOURCE_RING:
		return on_news(state, err);
	case SOURCE_QUIET:
		return on_quiet(state, err);
	case SOURCE_SIGNAL:
		on_signals(state);
		return 0;
	case SOURCE_DEADLINE:
		acknowledge_timer(state->fds[SOURCE_DEADLINE]);
		return end_by_time(state, err);
	case SOURCE_LIVE:
		acknowledge_timer(state->fds[SOURCE_LIVE]);
		live_line_show(recorder__progress(state->loop->recorder, state->loop->session));
		return 0;
	case SOURCE_RETRY:
		acknowledge_timer(state->fds[SOURCE_RETRY]);
		state->waits = false;
		if (state->loop->child_ended && runs_on(state))
			tell_left(state);
		return 0;
	case SOURCE_MORE:
		return state->loop->on_more(state->loop->more_context, err);
	case SOURCE_CGROUP:
		state->populated = cgroup_events_populated(state->fds[SOURCE_CGROUP]);
		return 0;
	default:
		return 0;
	}
}

int loop_run(struct loop *loop, struct err *err)
{
	struct state own_with(state_close) state = {
		.loop = loop,
		.epoll = -1,
		.is_early = loop->awaiting || loop->child,
	};
	struct epoll_event events[SOURCE_COUNT];
	int rc;

	for (int s = 0; s < SOURCE_COUNT; s++)
		state.fds[s] = -1;
	rc = set_up(&state, err);
	on_child(&state);
	while (!rc && !state.over && !nothing_left(&state)) {
		int n = epoll_wait(state.epoll, events, SOURCE_COUNT, -1);

		if (n < 0 && errno != EINTR)
			rc = err_errno(err, -errno, "cannot wait for events");
		for (int i = 0; !rc && i < n; i++)
			rc = dispatch(&state, events[i].data.u32, err);
	}
	if (loop->live_line)
		live_line_clear();
	loop->stopped = state.over;
	/* it may have ended in the same moment as the second signal came */
	reap(loop);
	if (loop->left_by && loop->child_ended && loop->command_cgroup &&
	    !cgroup_events_populated(state.fds[SOURCE_CGROUP]))
		loop->left_by = 0;
	/* a container that was caught outlives a client that is killed */
	loop->runs_on = loop->child && runs_on(&state);
	return rc;
}

int loop_command_status(const struct loop *loop)
{
	if (!loop->child_ended) /* left running: its status is not known, the signal's is */
		return STATUS_SIGNAL + loop->left_by;
	if (WIFSIGNALED(loop->child_status))
		return STATUS_SIGNAL + WTERMSIG(loop->child_status);
	return WEXITSTATUS(loop->child_status);
}
