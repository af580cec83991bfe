/* build: -m32 -nostdlib -static -ffreestanding -fno-pie -fno-stack-protector */
// SPDX-License-Identifier: BSD-2-Clause
/* i386 socketcall and ipc: one number for many calls, which the first argument tells apart. */
#include "raw.h"

enum {
	SOCKET = 1,
	BIND,
	CONNECT,
	LISTEN,
	ACCEPT,
	GETSOCKNAME,
	GETPEERNAME,
	SOCKETPAIR,
	SEND,
	RECV,
	SENDTO,
	RECVFROM,
	SHUTDOWN,
	SETSOCKOPT,
	GETSOCKOPT,
	SENDMSG,
	RECVMSG,
	ACCEPT4,
	RECVMMSG,
	SENDMMSG,
};

enum {
	SEMOP = 1,
	SEMGET,
	SEMCTL,
	SEMTIMEDOP,
	MSGSND = 11,
	MSGRCV,
	MSGGET,
	MSGCTL,
	SHMAT = 21,
	SHMDT,
	SHMGET,
	SHMCTL,
};

#define AF_UNIX      1
#define SOCK_STREAM  1
#define SOL_SOCKET   1
#define SO_REUSEADDR 2
#define IPC_PRIVATE  0
#define IPC_RMID     0

static long socketcall(long sub, long a, long b, long c, long d, long e)
{
	long args[6] = {a, b, c, d, e, 0};

	return int80(102, sub, (long)args, 0, 0, 0);
}

static void sockets(void)
{
	static const struct {
		unsigned short family;
		char path[7];
	} address = {AF_UNIX, "\0truth"};
	static char text[] = "text";
	int pair[2], one = 1, len = sizeof(one);
	long fd = socketcall(SOCKET, AF_UNIX, SOCK_STREAM, 0, 0, 0);

	socketcall(SETSOCKOPT, fd, SOL_SOCKET, SO_REUSEADDR, (long)&one, len);
	socketcall(GETSOCKOPT, fd, SOL_SOCKET, SO_REUSEADDR, (long)&one, (long)&len);
	socketcall(BIND, fd, (long)&address, sizeof(address), 0, 0);
	socketcall(LISTEN, fd, 1, 0, 0, 0);
	socketcall(CONNECT, fd, (long)&address, sizeof(address), 0, 0); /* EINVAL */
	socketcall(SOCKETPAIR, AF_UNIX, SOCK_STREAM, 0, (long)pair, 0);
	socketcall(SEND, pair[0], (long)text, sizeof(text), 0, 0);
	socketcall(RECV, pair[1], (long)text, sizeof(text), 0, 0);
	socketcall(SENDTO, pair[1], (long)text, sizeof(text), 0, 0);
	socketcall(RECVFROM, pair[0], (long)text, sizeof(text), 0, 0);
	socketcall(GETPEERNAME, pair[0], 0, 0, 0, 0); /* EFAULT, as most of the rest */
	socketcall(SENDMSG, pair[0], 0, 0, 0, 0);
	socketcall(RECVMSG, pair[0], 0, 0, 0, 0);
	socketcall(ACCEPT4, -1, 0, 0, 0, 0);
	socketcall(SENDMMSG, -1, 0, 0, 0, 0);
	socketcall(SHUTDOWN, pair[0], 2, 0, 0, 0);
	int80(102, ACCEPT, 0, 0, 0, 0); /* even the list of arguments is missing */
	int80(102, 0, 0, 0, 0, 0);
	int80(102, 21, 0, 0, 0, 0);
	int80(102, -1, 0, 0, 0, 0);
}

static long ipc(long sub, long first, long second, long third, void *data)
{
	return int80(117, sub, first, second, third, (long)data);
}

static void ipcs(void)
{
	static struct {
		long type;
		char text[5];
	} message = {1, "text"};
	static struct {
		unsigned short num;
		short op, flags;
	} up = {0, 1, 0};
	long shm = ipc(SHMGET, IPC_PRIVATE, 4096, 0600, 0);
	long sem = ipc(SEMGET, IPC_PRIVATE, 1, 0600, 0);
	long msg = ipc(MSGGET, IPC_PRIVATE, 0600, 0, 0);
	void *address = 0;

	ipc(SHMAT, shm, 0, (long)&address, 0);
	ipc(SHMDT, 0, 0, 0, address);
	ipc(SHMCTL | 0x10000, shm, IPC_RMID, 0,
	    0); /* the upper half is a version, no part of the subcall */
	ipc(SEMOP, sem, 1, 0, &up);
	ipc(SEMTIMEDOP, sem, 1, 0, &up);
	ipc(SEMCTL, sem, 0, IPC_RMID, &up);
	ipc(MSGSND, msg, 4, 0, &message);
	ipc(MSGRCV | 0x10000, msg, 4, 1, &message);
	ipc(MSGCTL, msg, IPC_RMID, 0, 0);
	ipc(0, 0, 0, 0, 0);
	ipc(5, 0, 0, 0, 0);
	ipc(99, 0, 0, 0, 0);
}

void _start(void);

void _start(void)
{
	sockets();
	ipcs();
	int80(1, 0, 0, 0, 0, 0);
}
