/* build: -static */
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes calls as fast as it can from two threads, and prints how often it made each: "NUMBER COUNT". The numbers
 * from 600 on exist in no kernel and are each new, so that the ring fills.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ROUNDS    20000
#define NEW_FIRST 600
#define NEW_LAST  999

/* harmless: they tell something, or fail for their arguments */
static const long numbers[] = {
	SYS_getppid,     SYS_getuid,      SYS_geteuid,    SYS_getgid,    SYS_getegid,
	SYS_getpgid,     SYS_getsid,      SYS_umask,      SYS_gettid,    SYS_sched_yield,
	SYS_fchmod,      SYS_fchown,      SYS_flock,      SYS_fsync,     SYS_ftruncate,
	SYS_getpeername, SYS_getsockname, SYS_listen,     SYS_shutdown,  SYS_fchdir,
	SYS_fstatfs,     SYS_readahead,   SYS_fsetxattr,  SYS_fgetxattr, SYS_flistxattr,
	SYS_pread64,     SYS_pwrite64,    SYS_readv,      SYS_writev,    SYS_lseek,
	SYS_getpriority, SYS_capget,      SYS_sysinfo,    SYS_times,     SYS_getrusage,
	SYS_setpriority, SYS_dup,         SYS_getdents64, SYS_ioctl,     SYS_fcntl,
};
#define LEN (sizeof(numbers) / sizeof(numbers[0]))

static long fail_of(long nr)
{
	/* -1 is no file, no process and no address, and umask(077) changes nothing here */
	return nr == SYS_umask ? syscall(nr, 077) : syscall(nr, -1, -1, -1, -1);
}

static void *flood(void *half)
{
	for (int round = 0; round < ROUNDS; round++)
		for (size_t i = 0; i < LEN; i++)
			fail_of(numbers[i]);
	for (long nr = NEW_FIRST + (half != NULL); nr <= NEW_LAST; nr += 2)
		syscall(nr);
	return NULL;
}

int main(void)
{
	pthread_t other;

	if (pthread_create(&other, NULL, flood, "odd"))
		return 1;
	flood(NULL);
	pthread_join(other, NULL);
	for (size_t i = 0; i < LEN; i++)
		printf("%ld %d\n", numbers[i], 2 * ROUNDS);
	for (long nr = NEW_FIRST; nr <= NEW_LAST; nr++)
		printf("%ld 1\n", nr);
	fflush(stdout);
	/* not through exit(): nothing is called that is not printed, but for the start and the output */
	_exit(0);
}
