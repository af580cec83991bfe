/* build: -static */
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A process that moves about: mover STEP... takes one step after the other:
 *   in:DIR      goes to the cgroup, with all threads
 *   to-fro:DIR  goes there and to its parent, for ever
 *   lead:DIR    its first thread alone goes there
 *   thread      starts a thread, which waits
 *   out:DIR     that thread alone goes there
 *   calls:N     calls getppid N times
 *   others:N    that thread calls getpgid N times
 *   flood:N     starts N threads that call getppid all the time
 *   execs       that thread runs the rest of the steps in a new image
 *   exec        the first thread does
 *   true        runs /bin/true in a child, and waits for it
 *   later:MS    runs /bin/true in a child after that time, and does not wait
 *   ends        the first thread ends, and the others go on
 *   ready:FILE  makes the file
 *   sleep:MS    sleeps, in one call, or until SIGUSR1 comes
 *   window      waits for the beginning of a window of 4 ms of the clock
 *   born:DIR    goes on in a child that is born into the cgroup, and ends with it
 *   crowd:N:DIR has N children one after the other that are born there, call getppid and end
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char **rest;      /* of the steps */
static atomic_int other; /* the thread's number */
static atomic_long todo; /* what it is told: calls, or -1, to run the rest */

static void die(const char *what)
{
	perror(what);
	_exit(125);
}

static void put(const char *directory, const char *name, pid_t who)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	if (!file || fprintf(file, "%d", who) < 0 || fclose(file))
		die(path);
}

static void again(void)
{
	rest[0] = "mover";
	execv("/proc/self/exe", rest);
	die("execv");
}

static void to_and_fro(const char *directory)
{
	int fds[2];

	for (int i = 0; i < 2; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%scgroup.procs", directory, i ? "../" : "");
		fds[i] = open(path, O_WRONLY);
	}
	for (int i = 0; write(fds[i], "0", 1) == 1; i = !i)
		;
	die(directory);
}

static void *wait_for_orders(void *unused)
{
	other = syscall(SYS_gettid);
	for (;;) {
		long n = todo;

		if (n < 0)
			again();
		for (; n > 0; n--, todo--)
			syscall(SYS_getpgid, 0);
		usleep(1000);
	}
	return unused;
}

static void *call_on(void *unused)
{
	for (;;)
		syscall(SYS_getppid);
	return unused;
}

static void flood(long n)
{
	pthread_t thread;

	while (n-- > 0)
		if (pthread_create(&thread, NULL, call_on, NULL))
			die("pthread_create");
}

static void start_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, wait_for_orders, NULL))
		die("pthread_create");
	while (!other)
		usleep(1000);
}

static void order(long what)
{
	todo = what;
	while (todo)
		usleep(1000);
}

static void run_true(long after, int wait)
{
	pid_t child = fork();

	if (!child) {
		usleep(after * 1000);
		execl("/bin/true", "true", NULL);
		_exit(125);
	}
	if (wait)
		waitpid(child, NULL, 0);
}

static pid_t born(const char *directory)
{
	struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD};
	int fd = open(directory, O_RDONLY | O_DIRECTORY);
	pid_t child;

	args.cgroup = fd;
	child = syscall(SYS_clone3, &args, sizeof(args));
	if (child < 0)
		die("clone3");
	close(fd);
	return child;
}

static void crowd(long n, const char *directory)
{
	while (n-- > 0) {
		pid_t child = born(directory);

		if (!child) {
			syscall(SYS_getppid);
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
}

static void wait_for_window(void)
{
	struct timespec now;

	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (((now.tv_sec * 1000000000UL + now.tv_nsec) & 0x3fffff) > 100000);
}

static void take(const char *step, char *at)
{
	const char *text = at ? at + 1 : "";
	long n = strtol(text, &at, 10);
	struct timespec time = {n / 1000, n % 1000 * 1000000};
	pid_t child;
	int status;

	if (!strncmp(step, "in:", 3)) {
		put(text, "cgroup.procs", getpid());
	} else if (!strncmp(step, "to-fro:", 7)) {
		to_and_fro(text);
	} else if (!strncmp(step, "lead:", 5)) {
		put(text, "cgroup.threads", getpid());
	} else if (!strcmp(step, "thread")) {
		start_thread();
	} else if (!strncmp(step, "out:", 4)) {
		put(text, "cgroup.threads", other);
	} else if (!strncmp(step, "calls:", 6)) {
		while (n-- > 0)
			syscall(SYS_getppid);
	} else if (!strncmp(step, "others:", 7)) {
		order(n);
	} else if (!strncmp(step, "flood:", 6)) {
		flood(n);
	} else if (!strcmp(step, "execs")) {
		order(-1);
	} else if (!strcmp(step, "exec")) {
		again();
	} else if (!strcmp(step, "true")) {
		run_true(0, 1);
	} else if (!strncmp(step, "later:", 6)) {
		run_true(n, 0);
	} else if (!strcmp(step, "ends")) {
		pthread_exit(NULL);
	} else if (!strncmp(step, "ready:", 6)) {
		close(creat(text, 0600));
	} else if (!strncmp(step, "sleep:", 6)) {
		nanosleep(&time, NULL);
	} else if (!strcmp(step, "window")) {
		wait_for_window();
	} else if (!strncmp(step, "born:", 5)) {
		child = born(text);
		if (child) {
			waitpid(child, &status, 0);
			_exit(WEXITSTATUS(status));
		}
	} else if (!strncmp(step, "crowd:", 6)) {
		crowd(n, at + 1);
	} else {
		errno = EINVAL;
		die(step);
	}
}

static void wake(int signal)
{
	(void)signal;
}

int main(int argc, char **argv)
{
	struct sigaction awake = {.sa_handler = wake};

	(void)argc;
	sigaction(SIGUSR1, &awake, NULL);
	for (rest = argv + 1; *rest; rest++) {
		char *step = *rest;

		take(step, strchr(step, ':'));
	}
	return 0;
}
