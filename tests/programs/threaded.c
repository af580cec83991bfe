// SPDX-License-Identifier: BSD-2-Clause
/* build: -pthread */
/*
 * threaded CGROUP OTHER UP GO: its first thread goes into one threaded cgroup, a second one into the other; makes the file UP, waits for the
 * file GO, and calls getsid() in the one and getpgid() in the other, 100 times each.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char **args;
static pthread_barrier_t barrier;

static void enter(const char *cgroup)
{
	char file[4096];
	int fd;

	snprintf(file, sizeof(file), "%s/cgroup.threads", cgroup);
	fd = open(file, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1) {
		perror(file);
		exit(1);
	}
	close(fd);
}

static void run(const char *cgroup, long nr)
{
	enter(cgroup);
	if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD)
		close(open(args[3], O_WRONLY | O_CREAT, 0600));
	while (access(args[4], F_OK))
		usleep(10000);
	for (int i = 0; i < 100; i++) {
		syscall(nr, 0);
		usleep(100);
	}
}

static void *second(void *unused)
{
	run(args[2], SYS_getpgid);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	if (argc != 5)
		return 2;
	args = argv;
	pthread_barrier_init(&barrier, NULL, 2);
	if (pthread_create(&thread, NULL, second, NULL))
		return 1;
	run(args[1], SYS_getsid);
	pthread_join(thread, NULL);
	return 0;
}
