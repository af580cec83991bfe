// SPDX-License-Identifier: BSD-2-Clause
/* A TCP server that forks for each connection, with its own clients as load, all on loopback. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS     4
#define CONNECTIONS 25 /* of each client */

static volatile sig_atomic_t reaped;

static void reap(int signal)
{
	int saved = errno;

	(void)signal;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		reaped++;
	errno = saved;
}

static void serve(int fd)
{
	char text[64];
	ssize_t n = read(fd, text, sizeof(text));

	if (n > 0 && write(fd, text, n) != n)
		_exit(1);
	shutdown(fd, SHUT_RDWR);
	_exit(0);
}

static void ask(const struct sockaddr_in *address)
{
	for (int i = 0; i < CONNECTIONS; i++) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);
		char text[64] = "question";

		if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) ||
		    send(fd, text, sizeof(text), MSG_NOSIGNAL) < 0 ||
		    recv(fd, text, sizeof(text), MSG_WAITALL) < 0)
			_exit(1);
		close(fd);
	}
	_exit(0);
}

int main(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sigaction action = {.sa_handler = reap, .sa_flags = SA_RESTART};
	socklen_t len = sizeof(address);
	int listening = socket(AF_INET, SOCK_STREAM, 0);
	sigset_t child, none;

	if (bind(listening, (struct sockaddr *)&address, len) || listen(listening, 64) ||
	    getsockname(listening, (struct sockaddr *)&address, &len)) {
		perror("forkserver");
		return 1;
	}
	sigaction(SIGCHLD, &action, NULL);
	for (int i = 0; i < CLIENTS; i++)
		if (!fork())
			ask(&address);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	for (int i = 0; i < CLIENTS * CONNECTIONS; i++) {
		int fd = accept(listening, NULL, NULL);

		/* the end of the last child waits for sigsuspend, which so is always called */
		if (i == CLIENTS * CONNECTIONS - 1)
			sigprocmask(SIG_BLOCK, &child, &none);
		if (!fork())
			serve(fd);
		close(fd);
	}
	while (reaped < CLIENTS * CONNECTIONS + CLIENTS)
		sigsuspend(&none);
	printf("%d children\n", (int)reaped);
	return 0;
}
