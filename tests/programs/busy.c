/* build: -lseccomp */
// SPDX-License-Identifier: BSD-2-Clause
/*
 * Under a filter that refuses nothing of it, what looks a little like a call that was denied: `busy SECONDS PLANTED`. Four processes do all
 * of the table at the end again and again: threads, forks, execs, signals, interrupted and restarted calls, tracers of every
 * kind. Meanwhile PLANTED calls are made that the filter does refuse, of swapoff. Says how often all was done.
 */
#include "busy.h"

static volatile sig_atomic_t signals;

static void every(long us)
{
	struct itimerval timer = {{0, us}, {0, us}};

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* A slow machine takes longer for this than it is until the next one, which would go on until the stack ends. */
static void on_signal(int signal)
{
	static volatile sig_atomic_t depth;

	(void)signal;
	signals++;
	if (++depth > 100)
		every(0);
	getppid();
	depth--;
}

static void handle(int signal, int flags)
{
	struct sigaction action = {.sa_handler = on_signal, .sa_flags = flags};

	sigaction(signal, &action, NULL);
}

/* --- threads --- */

static void *thread(void *arg)
{
	for (int i = 0; i < 20; i++)
		getppid();
	return arg;
}

static void do_threads(void)
{
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, thread, NULL);
	pthread_kill(threads[0], SIGUSR1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
}

static void *executing(void *arg)
{
	execl("/bin/true", "true", NULL);
	return arg;
}

static void *waiting(void *arg)
{
	pause();
	return arg;
}

static void do_exec_in_thread(void)
{
	pid_t pid = fork();
	pthread_t id;

	if (!pid) {
		pthread_create(&id, NULL, waiting, NULL);
		pthread_create(&id, NULL, executing, NULL);
		pause();
	}
	end_of(pid);
}

static void do_exit_with_threads(void)
{
	pid_t pid = fork();
	pthread_t id;

	if (!pid) {
		for (int i = 0; i < 3; i++)
			pthread_create(&id, NULL, i ? waiting : thread, NULL);
		_exit(0);
	}
	end_of(pid);
}

/* --- processes --- */

static void do_vfork(void)
{
	pid_t pid = vfork();

	if (!pid) {
		execl("/bin/true", "true", NULL);
		_exit(127);
	}
	end_of(pid);
}

static void do_spawn(void)
{
	char *argv[] = {"sh", "-c", "kill -s CHLD $$; : | :", NULL};
	pid_t pid;

	if (!posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ))
		end_of(pid);
}

static void do_kill(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			getppid();
	}
	usleep(300);
	kill(pid, SIGKILL);
	end_of(pid);
}

/* Another filter, for all threads at once, which are in calls or between them. */
static void do_filter(void)
{
	pid_t pid = fork();
	pthread_t id;

	if (!pid) {
		for (int i = 0; i < 3; i++)
			pthread_create(&id, NULL, thread, NULL);
		load_filter(SCMP_ACT_ERRNO(EPERM), SYS_swapoff, 1);
		for (int i = 0; i < 5; i++)
			getppid();
		_exit(0);
	}
	end_of(pid);
}

/* --- interrupted calls --- */

static void do_restarted_read(void)
{
	int fds[2];
	char byte;
	pid_t pid;

	if (pipe(fds))
		return;
	handle(SIGUSR2, SA_RESTART);
	pid = fork();
	if (!pid) {
		for (int i = 0; i < 5; i++) {
			kill(getppid(), SIGUSR2);
			usleep(100);
		}
		_exit(write(fds[1], "x", 1) != 1);
	}
	if (read(fds[0], &byte, 1) != 1)
		exit(90);
	end_of(pid);
	close(fds[0]);
	close(fds[1]);
}

/* -ERESTARTNOHAND, -ERESTARTSYS and -ERESTART_RESTARTBLOCK, with a handler: EINTR */
static void do_interrupted(void)
{
	struct timespec time = {0, 2000000};
	sigset_t none;
	int futex = 0;

	sigemptyset(&none);
	handle(SIGALRM, 0);
	every(200);
	nanosleep(&time, NULL);
	poll(NULL, 0, 2);
	ppoll(NULL, 0, &time, &none);
	syscall(SYS_futex, &futex, FUTEX_WAIT, 0, &time, NULL, 0);
	sigsuspend(&none);
	pause();
	wait(NULL);
	every(0);
}

/* The same without one: stopped and continued, they go on by restart_syscall. */
static void do_stopped(void)
{
	struct timespec time = {0, 3000000};
	int futex = 0, status;
	pid_t pid = fork();

	if (!pid) {
		nanosleep(&time, NULL);
		poll(NULL, 0, 3);
		syscall(SYS_futex, &futex, FUTEX_WAIT, 0, &time, NULL, 0);
		_exit(0);
	}
	for (int i = 0; i < 6; i++) {
		usleep(500);
		kill(pid, SIGSTOP);
		if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
			return;
		kill(pid, SIGCONT);
	}
	end_of(pid);
}

static void do_storm(void)
{
	int fds[2];
	char byte;

	if (pipe(fds))
		return;
	handle(SIGALRM, SA_RESTART | SA_NODEFER);
	every(100);
	for (int i = 0; i < 300; i++)
		if (write(fds[1], "x", 1) == 1 && read(fds[0], &byte, 1) != 1)
			exit(91);
	every(0);
	close(fds[0]);
	close(fds[1]);
}

static sigjmp_buf after_fault;

static void on_fault(int signal)
{
	siglongjmp(after_fault, signal);
}

static void do_fault(void)
{
	signal(SIGSEGV, on_fault);
	if (!sigsetjmp(after_fault, 1))
		*(volatile int *)NULL = 0;
}

static const struct act acts[] = {
	{"threads", do_threads},
	{"exec-in-thread", do_exec_in_thread},
	{"exit-with-threads", do_exit_with_threads},
	{"vfork", do_vfork},
	{"spawn", do_spawn},
	{"kill", do_kill},
	{"filter", do_filter},
	{"restarted-read", do_restarted_read},
	{"interrupted", do_interrupted},
	{"stopped", do_stopped},
	{"storm", do_storm},
	{"fault", do_fault},
	{"traced", do_traced},
	{"seized", do_seized},
	{"emulated", do_emulated},
	{"trace-filter", do_trace_filter},
	{"notify", do_notify},
};
#define ACTS (sizeof(acts) / sizeof(*acts))

static long work(time_t end, const char *only)
{
	long rounds = 0;

	for (; time(NULL) < end; rounds++)
		for (size_t i = 0; i < ACTS && time(NULL) < end; i++)
			if (!only || !strcmp(only, acts[i].name))
				acts[i].run();
	return rounds;
}

int main(int argc, char **argv)
{
	long seconds = argc > 2 ? atol(argv[1]) : 1, planted = argc > 2 ? atol(argv[2]) : 0;
	time_t end = time(NULL) + seconds;
	pid_t pids[4];
	long rounds;

	setvbuf(stdout, NULL, _IONBF, 0);
	load_filter(SCMP_ACT_ERRNO(EPERM), SYS_swapoff, 0);
	handle(SIGUSR1, SA_RESTART);
	handle(SIGALRM, 0);
	for (int i = 0; i < 4; i++) {
		pids[i] = fork();
		if (!pids[i]) {
			rounds = work(end, argc > 3 ? argv[3] : NULL);
			printf("%ld rounds\n", rounds);
			_exit(0);
		}
	}
	for (long i = 0; i < planted; i++) {
		syscall(SYS_swapoff, -1L);
		usleep(seconds * 900000 / planted);
	}
	for (int i = 0, status; i < 4; i++) {
		if (waitpid(pids[i], &status, 0) != pids[i] || status) {
			fprintf(stderr, "busy: status %#x\n", status);
			return 1;
		}
	}
	return 0;
}
