/* build: -lseccomp */
// SPDX-License-Identifier: BSD-2-Clause
/*
 * Runs into seccomp filters of its own, a known number of times: `denied CASE [COUNT]`. The calls are never what a libc makes by
 * itself: getpgid, setdomainname, ...
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static long count = 1;

static void die(const char *what)
{
	perror(what);
	exit(99);
}

static scmp_filter_ctx begin(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);

	if (!ctx)
		die("seccomp_init");
	return ctx;
}

static void rule(scmp_filter_ctx ctx, uint32_t action, int nr)
{
	if (seccomp_rule_add(ctx, action, nr, 0))
		die("seccomp_rule_add");
}

static void load(scmp_filter_ctx ctx)
{
	int rc = seccomp_load(ctx);

	if (rc) {
		errno = -rc;
		die("seccomp_load");
	}
}

static void filter(uint32_t action, int nr)
{
	scmp_filter_ctx ctx = begin();

	rule(ctx, action, nr);
	load(ctx);
}

static void call(int nr, long want, int error)
{
	for (long i = 0; i < count; i++) {
		long rc;

		errno = 0;
		rc = syscall(nr, 11, 22, 33, 44, 55, 66);
		if (rc != want || (want < 0 && errno != error)) {
			fprintf(stderr, "%d: %ld (%s)\n", nr, rc, strerror(errno));
			exit(98);
		}
	}
}

static volatile sig_atomic_t trapped;

static void on_sigsys(int signal)
{
	(void)signal;
	trapped++;
}

static void do_errno(void)
{
	scmp_filter_ctx ctx = begin();

	rule(ctx, SCMP_ACT_ERRNO(EPERM), SYS_getpgid);
	rule(ctx, SCMP_ACT_ERRNO(ENOSYS), SYS_getsid);
	rule(ctx, SCMP_ACT_ERRNO(0), SYS_setdomainname);
	rule(ctx, SCMP_ACT_ERRNO(EHWPOISON), SYS_swapoff);
	load(ctx);
	call(SYS_getpgid, -1, EPERM);
	call(SYS_getsid, -1, ENOSYS);
	call(SYS_setdomainname, 0, 0);
	call(SYS_swapoff, -1, EHWPOISON);
}

/* the kernel looks at the lower half of the number */
static void do_upper(void)
{
	filter(SCMP_ACT_ERRNO(EPERM), SYS_getpgid);
	for (long i = 0; i < count; i++)
		if (syscall((7L << 32) | SYS_getpgid, 11) != -1 || errno != EPERM)
			exit(98);
}

/*
 * Has a filter that denies nothing of what it calls, and comes back into the cgroup of $BACK_TO, its cgroup.procs, by the first call that it makes
 * after the first byte of the file $BACK_WHEN has changed: by then it has been moved out.
 */
static void do_back(void)
{
	int to = open(getenv("BACK_TO"), O_WRONLY), when = open(getenv("BACK_WHEN"), O_RDONLY);
	const volatile char *now = mmap(NULL, 1, PROT_READ, MAP_SHARED, when, 0);
	char before;

	if (to < 0 || now == MAP_FAILED)
		die("back");
	before = *now;
	filter(SCMP_ACT_ERRNO(EPERM), SYS_getpgid);
	getppid();
	puts("waits");
	fflush(stdout);
	while (*now == before)
		continue;
	if (write(to, "0", 1) != 1)
		die("write");
	getppid();
}

static void do_trap(void)
{
	signal(SIGSYS, on_sigsys);
	filter(SCMP_ACT_TRAP, SYS_getpgid);
	for (long i = 0; i < count; i++)
		syscall(SYS_getpgid, 11, 22, 33, 44, 55, 66);
	if (trapped != count)
		exit(97);
}

static void in_children(void (*fn)(void))
{
	for (long i = 0; i < count; i++) {
		pid_t pid = fork();
		int status;

		if (!pid) {
			fn();
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid)
			exit(96);
	}
}

static void killed(void)
{
	syscall(SYS_getpgid, 11, 22, 33, 44, 55, 66);
}

static void *sleeper(void *arg)
{
	pause();
	return arg;
}

/* The other threads die with the process, of the same signal, and have called nothing. */
static void killed_with_threads(void)
{
	pthread_t thread;

	for (int i = 0; i < 3; i++)
		pthread_create(&thread, NULL, sleeper, NULL);
	killed();
}

static void *killed_thread(void *arg)
{
	killed();
	return arg;
}

static int ready[2];

static void *killed_waiter(void *arg)
{
	char byte;

	if (read(ready[0], &byte, 1) == 1)
		killed();
	return arg;
}

/* Threads that a filter kills, one by one; the process lives. */
static void do_kill_thread(void)
{
	filter(SCMP_ACT_KILL_THREAD, SYS_getpgid);
	for (long i = 0; i < count; i++) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, killed_thread, NULL) ||
		    pthread_join(thread, NULL))
			exit(95);
	}
}

static void do_trap_death(void)
{
	filter(SCMP_ACT_TRAP, SYS_getpgid);
	in_children(killed_with_threads);
}

static void do_kill_process(void)
{
	filter(SCMP_ACT_KILL_PROCESS, SYS_getpgid);
	in_children(killed_with_threads);
}

static void do_kill_alone(void)
{
	filter(SCMP_ACT_KILL_THREAD, SYS_getpgid);
	in_children(killed);
}

static void do_log(void)
{
	filter(SCMP_ACT_LOG, SYS_getpgid);
	for (long i = 0; i < count; i++)
		syscall(SYS_getpgid, 0);
}

static void do_trace(void)
{
	filter(SCMP_ACT_TRACE(1), SYS_getpgid);
	call(SYS_getpgid, -1, ENOSYS);
}

static int listener;

/* Answers getpgid with EXDEV, getsid with the value 7, and lets getpriority go on. */
static void *supervise(void *arg)
{
	struct seccomp_notif *request;
	struct seccomp_notif_resp *answer;

	if (seccomp_notify_alloc(&request, &answer))
		die("seccomp_notify_alloc");
	for (;;) {
		memset(request, 0, sizeof(*request));
		if (seccomp_notify_receive(listener, request))
			continue;
		memset(answer, 0, sizeof(*answer));
		answer->id = request->id;
		if (request->data.nr == SYS_getpgid)
			answer->error = -EXDEV;
		else if (request->data.nr == SYS_getsid)
			answer->val = 7;
		else
			answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		seccomp_notify_respond(listener, answer);
	}
	return arg;
}

static void do_notify(void)
{
	scmp_filter_ctx ctx = begin();
	pthread_t thread;

	rule(ctx, SCMP_ACT_NOTIFY, SYS_getpgid);
	rule(ctx, SCMP_ACT_NOTIFY, SYS_getsid);
	rule(ctx, SCMP_ACT_NOTIFY, SYS_getpriority);
	rule(ctx, SCMP_ACT_ERRNO(EPERM), SYS_setdomainname);
	load(ctx);
	listener = seccomp_notify_fd(ctx);
	pthread_create(&thread, NULL, supervise, NULL);
	call(SYS_getpgid, -1, EXDEV);
	call(SYS_getsid, 7, 0);
	for (long i = 0; i < count; i++)
		syscall(SYS_getpriority, 0, 0);
	call(SYS_setdomainname, -1, EPERM);
	call(SYS_getpgid, -1, EXDEV);
}

/* The filter comes to threads that run: their next call may be a denied one, which nothing tells from a call begun before. */
static void do_tsync(void)
{
	pthread_t threads[4];
	scmp_filter_ctx ctx = begin();

	if (pipe(ready))
		exit(94);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, killed_waiter, NULL);
	rule(ctx, SCMP_ACT_ERRNO(EPERM), SYS_getpgid);
	seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	load(ctx);
	if (write(ready[1], "1234", 4) != 4)
		exit(93);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

#ifdef __x86_64__
static long int80(long nr, long a, long b)
{
	long rc;

	__asm__ volatile("int $0x80"
			 : "=a"(rc)
			 : "a"(nr), "b"(a), "c"(b)
			 : "memory", "r8", "r9", "r10", "r11");
	return rc;
}

/* The same numbers of another ABI: 132 is getpgid of i386, 102 socketcall with subcall 1, socket. */
static void do_i386(void)
{
	scmp_filter_ctx ctx = begin();
	unsigned long *args = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (seccomp_arch_add(ctx, SCMP_ARCH_X86) || args == MAP_FAILED)
		exit(92);
	rule(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(getpgid));
	rule(ctx, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(socketcall));
	load(ctx);
	for (long i = 0; i < count; i++) {
		if (int80(132, 0, 0) != -EPERM || int80(102, 1, (long)args) != -EACCES)
			exit(91);
		syscall(SYS_getpgid, 0);
	}
}

static void do_x32(void)
{
	scmp_filter_ctx ctx = begin();

	if (seccomp_arch_add(ctx, SCMP_ARCH_X32))
		exit(90);
	rule(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(getpgid));
	load(ctx);
	call(0x40000000 + 121, -1, EPERM);
}
#endif

static void busy_handler(int signal)
{
	(void)signal;
	getppid();
}

static void *busy_thread(void *arg)
{
	for (int i = 0; i < 20; i++)
		getppid();
	return arg;
}

/* Everything that looks a little like a denied call and is none; the filter lets all pass. */
static void do_innocent(void)
{
	scmp_filter_ctx ctx = begin();

	rule(ctx, SCMP_ACT_ERRNO(EPERM), SYS_swapoff); /* never called */
	load(ctx);
	signal(SIGALRM, busy_handler);
	signal(SIGUSR1, busy_handler);
	for (long i = 0; i < count; i++) {
		pthread_t thread;
		int status;
		pid_t pid;

		pthread_create(&thread, NULL, busy_thread, NULL);
		pthread_kill(thread, SIGUSR1);
		ualarm(200, 0);
		usleep(300); /* -ERESTART_RESTARTBLOCK */
		pid = vfork();
		if (!pid) {
			execl("/bin/true", "true", NULL);
			_exit(127);
		}
		waitpid(pid, &status, 0);
		pid = fork();
		if (!pid) {
			raise(SIGUSR1);
			execl("/bin/sh", "sh", "-c", "kill -s CHLD $$; : | :", NULL);
			_exit(127);
		}
		waitpid(pid, &status, 0);
		pthread_join(thread, NULL);
	}
}

static const struct {
	const char *name;
	void (*run)(void);
} cases[] = {
	{"errno", do_errno},
	{"upper", do_upper},
	{"back", do_back},
	{"trap", do_trap},
	{"trap-death", do_trap_death},
	{"kill-process", do_kill_process},
	{"kill-thread", do_kill_thread},
	{"kill-alone", do_kill_alone},
	{"log", do_log},
	{"trace", do_trace},
	{"notify", do_notify},
	{"tsync", do_tsync},
#ifdef __x86_64__
	{"i386", do_i386},
	{"x32", do_x32},
#endif
	{"innocent", do_innocent},
};

int main(int argc, char **argv)
{
	if (argc > 2)
		count = atol(argv[2]);
	for (size_t i = 0; argc > 1 && i < sizeof(cases) / sizeof(*cases); i++) {
		if (!strcmp(argv[1], cases[i].name)) {
			cases[i].run();
			return 0;
		}
	}
	fprintf(stderr, "usage: denied CASE [COUNT]\n");
	return 2;
}
