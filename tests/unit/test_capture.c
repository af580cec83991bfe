// SPDX-License-Identifier: BSD-2-Clause
#include "base/capture.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

/* A hang is the end of a test, too. */
TestSuite(capture, .init = directory_make, .fini = directory_remove, .timeout = 60);

#define SECOND 1000000000ULL

static int run(char *script, size_t max, uint64_t limit, struct buf *out, struct err *err)
{
	char *argv[] = {"sh", "-c", script, NULL};
	struct capture capture = {.argv = argv, .max = max, .limit = limit};
	int files = open_files(), rc = capture_run(&capture, out, err);

	cr_expect_eq(open_files(), files, "%s: files are left open", script);
	cr_expect(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD, "%s: a child is left",
		  script);
	return rc;
}

/* Signals 1 to 28 are neither blocked nor ignored; glibc has uses of its own for 32 and 33. */
static char no_signals[] = "exec grep -c '^Sig\\(Blk\\|Ign\\):.*0000000$' /proc/self/status";

/* What a script that succeeds prints. */
static void prints(char *script, const char *text)
{
	struct buf own_buf out = BUF_INIT;
	struct err err = {0};

	cr_expect_eq(run(script, 1 << 20, 30 * SECOND, &out, &err), 0, "%s: %s", script, err.text);
	cr_expect_str_eq(buf__text(&out), text, "%s: %s", script, buf__text(&out));
}

Test(capture, output)
{
	prints("echo a; echo b; echo c >&2", "a\nb\n");
	prints("exit 0", "");
	prints("cat", ""); /* no input */
	prints("exec >&- 2>&-; sleep 0.2", "");
	prints("[ \"$(cut -d' ' -f6 /proc/$$/stat)\" = $$ ] && echo session", "session\n");
	prints("(: </dev/tty) 2>/dev/null || echo no terminal", "no terminal\n");
	prints(no_signals, "2\n");
}

Test(capture, signals_of_whittle_are_not_inherited, .timeout = 60)
{
	sigset_t all;

	signal(SIGINT, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prints(no_signals, "2\n");
	cr_expect(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
}

/* Whatever the way in which it comes: all of it, also what is in the pipe when the program ends. */
Test(capture, all_of_it)
{
	struct buf own_buf out = BUF_INIT;
	struct err err = {0};

	for (int i = 0; i < 20; i++) {
		buf__clear(&out);
		cr_assert_eq(run("head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2",
				 1000000, 30 * SECOND, &out, &err),
			     0, "%s", err.text);
		cr_assert_eq(out.len, 1000000);
	}
	buf__clear(&out);
	cr_expect_eq(run("head -c 1000001 /dev/zero", 1000000, 30 * SECOND, &out, &err), -EFBIG);
	cr_expect(strstr(err.text, "sh -c") && strstr(err.text, "1000000"), "%s", err.text);
}

Test(capture, without_end)
{
	struct buf own_buf out = BUF_INIT;
	struct err err = {0};

	cr_expect_eq(run("yes", 16 << 20, 30 * SECOND, &out, &err), -EFBIG, "%s", err.text);
	cr_expect_leq(out.len, 16 << 20);
}

Test(capture, endless_complaint)
{
	struct buf own_buf out = BUF_INIT;
	struct err err = {0};

	cr_expect_eq(run("yes >&2", 100, SECOND, &out, &err), -ETIMEDOUT, "%s", err.text);
}

Test(capture, complaints)
{
	static const struct {
		char *script;
		const char *text;
	} rows[] = {
		{"echo one >&2; echo two >&2; exit 3", "sh -c: exit status 3: one"},
		{"printf '\\n\\n a\\033[31mb\\377\\tc\\nd\\n' >&2; exit 1",
		 "sh -c: exit status 1: a?[31mb??c"},
		{"echo unheard; exit 1", "sh -c: exit status 1"},
		{"echo ouch >&2; kill -TERM $$", "sh -c: killed by signal 15: ouch"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct buf own_buf out = BUF_INIT;
		struct err err = {0};

		cr_expect_eq(run(rows[i].script, 100, 30 * SECOND, &out, &err), -EIO);
		cr_expect_str_eq(err.text, rows[i].text);
	}
}

Test(capture, cannot_be_executed)
{
	struct buf own_buf out = BUF_INIT;
	char *missing[] = {"whittle-no-such-command", "a", NULL};
	char *plain[] = {(char *)make_file("plain", "text\n", 0644), NULL};
	struct capture capture = {.argv = missing, .max = 1, .limit = SECOND};

	cr_expect_eq(capture_run(&capture, &out, NULL), -ENOENT);
	capture.argv = plain;
	cr_expect_eq(capture_run(&capture, &out, NULL), -EACCES);
}

static bool alive(const char *file)
{
	char text[32] = "";
	FILE *own_file stream = fopen(file, "r");
	pid_t pid;

	if (!stream || !fgets(text, sizeof(text), stream) || (pid = atoi(text)) <= 0)
		return true;            /* it should have said who it is */
	for (int i = 0; i < 100; i++) { /* a killed process is there until its parent has noticed */
		char stat[64], state = 'Z';
		FILE *own_file of;

		snprintf(stat, sizeof(stat), "/proc/%d/stat", pid);
		of = fopen(stat, "r");
		if (!of || fscanf(of, "%*d %*s %c", &state) != 1 || state == 'Z')
			return false;
		usleep(50000);
	}
	return true;
}

Test(capture, a_hang_ends)
{
	struct buf own_buf out = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(chdir(directory), 0);
	cr_expect_eq(run("trap '' TERM; sleep 1000 & echo $! >pid; wait", 100, 3 * SECOND, &out,
			 &err),
		     -ETIMEDOUT);
	cr_expect_str_eq(err.text, "sh -c: no answer within 3000 ms");
	cr_expect_not(alive("pid"));
	cr_assert_eq(chdir("/"), 0);
}

/* The answer is there when the program has ended, though somebody it left behind holds its output. */
Test(capture, leaves_nobody_behind)
{
	struct buf own_buf out = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(chdir(directory), 0);
	cr_expect_eq(run("sleep 1000 & echo $! >pid; echo answer", 100, 30 * SECOND, &out, &err), 0,
		     "%s", err.text);
	cr_expect_str_eq(buf__text(&out), "answer\n");
	cr_expect_not(alive("pid"));
	/* even outside of its session */
	buf__clear(&out);
	cr_expect_eq(run("setsid sh -c 'echo $$ >pid2; exec sleep 1000' & until [ -s pid2 ]; do :; done; echo answer",
			 100, 30 * SECOND, &out, &err),
		     0, "%s", err.text);
	cr_expect_str_eq(buf__text(&out), "answer\n");
	if (access("pid2", R_OK) == 0) {
		FILE *own_file stream = fopen("pid2", "r");
		int pid;

		cr_assert(fscanf(stream, "%d", &pid) == 1);
		kill(pid, SIGKILL);
	}
	cr_assert_eq(chdir("/"), 0);
}
