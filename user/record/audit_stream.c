// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_stream.h"

#include <ctype.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/socket.h>

#define NS_PER_S     1000000000ULL
#define NS_PER_MS    1000000ULL
#define RECORD_BYTES 16384 /* the kernel's own limit is MAX_AUDIT_MESSAGE_LENGTH, 8970 */
#define SOCKET_BYTES (8 << 20)
#define READS_MAX    4096 /* at a time: the rest is readable still */

int audit_stream_open(struct err *err)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	int group = AUDIT_NLGRP_READLOG, bytes = SOCKET_BYTES;
	int own_fd fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);

	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return err_errno(err, -errno, "cannot listen to the kernel's audit records");
	/* what does not fit is lost, and said to be */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		bytes = 0;
	return steal_fd(&fd);
}

/* What follows " KEY=" in the text; NULL: it has no such field. The text of a record is not terminated. */
static const char *field(const char *text, const char *end, const char *key)
{
	size_t len = strlen(key);

	for (const char *at = text; (at = memmem(at, end - at, key, len)); at++)
		if (at > text && at[-1] == ' ')
			return at + len;
	return NULL;
}

static bool number(const char *text, const char *end, const char *key, int base, uint64_t *out)
{
	const char *at = field(text, end, key);
	char digits[32];
	size_t n = 0;
	char *rest;

	for (; at && at < end && *at != ' ' && *at != ')' && n < sizeof(digits) - 1; at++)
		digits[n++] = *at;
	digits[n] = '\0';
	errno = 0;
	*out = strtoull(digits, &rest, base);
	return n && !*rest && !errno;
}

/* "comm" in quotes, or as hexadecimal digits where it holds other characters */
static void get_comm(const char *text, const char *end, char comm[RECORDING_COMM_LEN])
{
	const char *at = field(text, end, "comm=");
	unsigned int byte;
	size_t n = 0;

	if (at && at < end && *at == '"')
		for (at++; at < end && *at != '"' && n < RECORDING_COMM_LEN - 1; at++)
			comm[n++] = *at;
	else
		for (; at && end - at >= 2 && isxdigit((unsigned char)at[0]) &&
		       n < RECORDING_COMM_LEN - 1 &&
		       sscanf((char[]){at[0], at[1], 0}, "%2x", &byte) == 1;
		     at += 2)
			comm[n++] = (char)byte;
}

/* "audit(1795881375.128:609): ..." */
static bool get_time(const char *text, const char *end, uint64_t *out)
{
	char head[64] = "";
	unsigned long long seconds;
	unsigned int ms;

	memcpy(head, text,
	       (size_t)(end - text) < sizeof(head) - 1 ? (size_t)(end - text) : sizeof(head) - 1);
	if (sscanf(head, "audit(%12llu.%3u:", &seconds, &ms) != 2)
		return false;
	*out = seconds * NS_PER_S + ms * NS_PER_MS;
	return true;
}

/* libseccomp's tokens are the kernel's AUDIT_ARCH_*; x32 has that of x86-64, and a bit in the number. */
static bool get_call(uint64_t audit_arch, uint64_t nr, struct syscall *call)
{
	const uint64_t x32 = 0x40000000;

	*call = (struct syscall){.nr = (int64_t)nr};
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++)
		if (arch != ARCH_X32 && arch_scmp_token(arch) == audit_arch)
			call->arch = arch;
	if (call->arch == ARCH_X86_64 && nr & x32) {
		call->arch = ARCH_X32;
		call->nr = (int64_t)(nr & ~x32);
	}
	return call->arch != ARCH_INVALID;
}

bool audit_record_parse(const char *text, size_t len, struct logged_call *out)
{
	const char *end = text + len;
	struct logged_call record = {.denial = {.action = DENIAL_LOG, .count = 1}};
	uint64_t pid, arch, nr, code;

	if (!get_time(text, end, &record.time) || !number(text, end, "pid=", 10, &pid) ||
	    !number(text, end, "arch=", 16, &arch) || !number(text, end, "syscall=", 10, &nr) ||
	    !number(text, end, "code=", 16, &code))
		return false;
	if ((code & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_LOG || pid > INT32_MAX ||
	    nr > UINT32_MAX || !get_call(arch, nr, &record.denial.call))
		return false;
	record.denial.pid = pid;
	get_comm(text, end, record.denial.comm);
	*out = record;
	return true;
}

int audit_stream_read(int fd, void (*fn)(const struct logged_call *record, void *context),
		      void *context, uint64_t *lost, struct err *err)
{
	union {
		struct nlmsghdr header;
		char bytes[RECORD_BYTES];
	} message;
	struct sockaddr_nl from;
	struct logged_call record;

	for (int i = 0; i < READS_MAX; i++) {
		socklen_t from_len = sizeof(from);
		ssize_t n = recvfrom(fd, &message, sizeof(message), 0, (struct sockaddr *)&from,
				     &from_len);

		if (n < 0 && errno == ENOBUFS) {
			++*lost;
			continue;
		}
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ?
				       0 :
				       err_errno(err, -errno,
						 "cannot read the kernel's audit records");
		/*
		 * Only the kernel's. nlmsg_len leaves the header out in these messages (audit_log_end(), "kauditd's
		 * multicast"), so the length is that of the datagram.
		 */
		if (n < NLMSG_HDRLEN || from.nl_pid || message.header.nlmsg_type != AUDIT_SECCOMP)
			continue;
		if (audit_record_parse(message.bytes + NLMSG_HDRLEN, n - NLMSG_HDRLEN, &record))
			fn(&record, context);
	}
	return 0;
}
