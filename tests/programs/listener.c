// SPDX-License-Identifier: BSD-2-Clause
/*
 * A seccomp agent, as a runtime's listenerPath names one: `listener SOCKET` takes the filters that runtimes send there, and answers each
 * call that they ask about with EPERM. It says "ready" when it listens, and goes on until it is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void *answer(void *context)
{
	int fd = (int)(long)context;

	for (;;) {
		struct seccomp_notif request = {0};
		struct seccomp_notif_resp response = {.error = -EPERM};

		if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &request)) {
			struct pollfd gone = {.fd = fd};

			/* ENOENT: the caller was killed, or nobody has the filter any more */
			if (poll(&gone, 1, 0) > 0 && gone.revents & POLLHUP)
				break;
			continue;
		}
		response.id = request.id;
		ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response);
	}
	close(fd);
	return NULL;
}

/* The filter that comes with a message, -1: none. */
static int receive(int connection)
{
	static char state[65536];
	char control[CMSG_SPACE(4 * sizeof(int))];
	struct iovec iov = {state, sizeof(state)};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *head;
	int fd = -1;

	if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) <= 0)
		return -1;
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path))
		return 2;
	strcpy(address.sun_path, argv[1]);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 8)) {
		perror("listener");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC), filter;
		pthread_t thread;

		if (connection < 0)
			continue;
		filter = receive(connection);
		close(connection);
		if (filter >= 0 && !pthread_create(&thread, NULL, answer, (void *)(long)filter))
			pthread_detach(thread);
	}
}
