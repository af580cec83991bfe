// SPDX-License-Identifier: BSD-2-Clause
#include "cli/record_denials.h"
#include "base/log.h"
#include "cli/record.h"
#include "record/audit_line.h"
#include "record/audit_stream.h"
#include "target/cgroup_v1.h"
#include "target/filtered.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static bool engine_filters(const struct record *record)
{
	const char *own = record->engine.run.seccomp;

	if (record->engine.run.privileged)
		return false;
	return own ? strcmp(own, "unconfined") != 0 : record->options.filter == FILTER_ENGINE;
}

bool record_wants_denials(const struct record *record)
{
	if (record->options.denials != DENIALS_AUTO || record->options.result.allow_denied)
		return record->options.denials != DENIALS_NEVER;
	/* what does not exist yet has the engine's or the manager's filter more often than not */
	if (record->awaited_len)
		return true;
	if (record->engine.used && engine_filters(record))
		return true;
	if (record->argv && !record->engine.used && filtered_self())
		return true;
	for (size_t i = 0; i < record->targets.len; i++)
		if (filtered_any(&record->targets.cgroups[i]))
			return true;
	return false;
}

/* They are made all the same, and recorded: who asks for denied calls wants to know. */
static void miss_logs(struct record *record, const char *reason)
{
	record->logs_unseen = true;
	if (record->audits || record->options.denials == DENIALS_ALWAYS)
		log_warn("calls that a filter only logs are not told apart: %s", reason);
	else
		log_info("calls that a filter only logs are not told apart: %s", reason);
}

int record_denials_begin(struct record *record, struct err *err)
{
	bool must = record->options.denials == DENIALS_ALWAYS ||
		    record->options.result.allow_denied;
	struct err reason = {0};

	if (!record->wants_denials)
		return 0;
	if (must && session__need_denials(record->session, err))
		return -ENOTSUP;
	if (!session__sees_denials(record->session)) {
		log_warn("this kernel does not let whittle see denied calls");
		record->wants_denials = false;
		return 0;
	}
	/* what may be none is told at the end, if it is one */
	if (record->on_denial && !session__may_be_skipped(record->session))
		recorder__on_denial(record->recorder, record->recording.native, record->on_denial,
				    NULL);
	if (!audit_stream_logs())
		miss_logs(record,
			  "the kernel does not log them: kernel.seccomp.actions_logged lacks log");
	else if (!session__sees_logged(record->session) &&
		 (record->audit = audit_stream_open(&reason)) < 0)
		miss_logs(record, reason.text);
	return 0;
}

static bool is_inside(uint32_t pid, void *context)
{
	struct record *record = context;
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	__u32 slot;

	if (cgroup_open_pid_in((pid_t)pid, record->hierarchy, &cgroup, NULL))
		return false;
	slot = session__slot_of(record->session, cgroup.id);
	return recorder__has(record->recorder, slot);
}

static void take(const struct logged_call *logged, void *context)
{
	struct record *record = context;

	recorder__take_logged(record->recorder, record->session, logged, is_inside, record);
}

int record_denials_read(struct record *record, struct err *err)
{
	uint64_t lost = 0;

	if (record->audit < 0)
		return 0;
	if (audit_stream_read(record->audit, take, record, &lost, err)) {
		/* no reason to lose the recording; closed, it is watched no more */
		log_warn("calls that a filter only logs are not told apart from here on: %s",
			 err->text);
		*err = (struct err){0};
		close(record->audit);
		record->audit = record->loop.more = -1;
		lost++;
	}
	recorder__lose_logged(record->recorder, lost);
	return 0;
}

/* In a child: one call, that there is not, which a filter logs. */
static void make_mark(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_MARK_NR, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_LOG),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {ARRAY_LEN(code), code};

	if (!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) &&
	    !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		syscall(AUDIT_MARK_NR);
	_exit(0);
}

void record_denials_end(struct record *record)
{
	uint64_t lost = 0;
	pid_t mark;

	if (record->audit < 0)
		return;
	mark = fork();
	if (mark == 0)
		make_mark();
	while (mark > 0 && waitpid(mark, NULL, 0) < 0 && errno == EINTR)
		;
	if (mark < 0 || !audit_stream_flush(record->audit, mark, take, record, &lost))
		miss_logs(record, "the kernel's audit records do not come");
	recorder__lose_logged(record->recorder, lost);
}
