// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_stream.h"
#include "record/audit_fields.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define ACTIONS_LOGGED "/proc/sys/kernel/seccomp/actions_logged"
#define RECORD_BYTES   16384 /* the kernel's own limit is MAX_AUDIT_MESSAGE_LENGTH, 8970 */
#define SOCKET_BYTES   (8 << 20)
#define READS_MAX      4096 /* at a time: the rest is readable still */

bool audit_stream_logs(void)
{
	char text[256] = "";
	int own_fd fd = open(ACTIONS_LOGGED, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	for (char *rest = text, *word; n > 0 && (word = strsep(&rest, " \n"));)
		if (!strcmp(word, "log"))
			return true;
	return n < 0; /* nobody can have changed it */
}

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

bool audit_record_parse(const char *text, size_t len, struct logged_call *out)
{
	struct logged_call record = {.denial = {.action = DENIAL_LOG, .count = 1}};
	struct denial *denial = &record.denial;
	struct audit_record fields;

	if (!audit_fields_time((struct span){text, len}, &record.time) ||
	    audit_fields_parse((struct span){text, len}, AUDIT_SOURCE_KERNEL, &fields) !=
		    AUDIT_LINE_RECORD ||
	    fields.action != DENIAL_LOG || !fields.pid)
		return false;
	denial->call.nr = fields.nr;
	denial->call.arch = arch_from_audit(fields.machine, &denial->call.nr);
	denial->pid = fields.pid;
	memcpy(denial->comm, fields.comm, sizeof(denial->comm));
	*out = record;
	return denial->call.arch != ARCH_INVALID;
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

/* --- waiting for what is still to come --- */

#define FLUSH_MS      1000
#define FLUSH_STEP_MS 50

struct flush {
	pid_t mark;
	bool found;
	void (*fn)(const struct logged_call *record, void *context);
	void *context;
};

static void take_flushed(const struct logged_call *record, void *context)
{
	struct flush *flush = context;

	if (record->denial.pid == (uint32_t)flush->mark && record->denial.call.nr == AUDIT_MARK_NR)
		flush->found = true;
	else
		flush->fn(record, flush->context);
}

bool audit_stream_flush(int fd, pid_t mark,
			void (*fn)(const struct logged_call *record, void *context), void *context,
			uint64_t *lost)
{
	struct flush flush = {.fn = fn, .context = context, .mark = mark};
	struct pollfd poll_fd = {.fd = fd, .events = POLLIN};

	for (int ms = 0; !flush.found && ms < FLUSH_MS; ms += FLUSH_STEP_MS) {
		if (poll(&poll_fd, 1, FLUSH_STEP_MS) > 0 &&
		    audit_stream_read(fd, take_flushed, &flush, lost, NULL))
			break;
	}
	return flush.found;
}
