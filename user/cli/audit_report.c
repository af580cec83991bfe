// SPDX-License-Identifier: BSD-2-Clause
#include "cli/audit_report.h"
#include "profile/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

bool audit_report_has_findings(const struct audit_report *report)
{
	for (size_t i = 0; i < report->denials->len; i++)
		if (denial_is_finding(&report->denials->rows[i]))
			return true;
	return false;
}

const char *audit_arch_text(enum arch arch)
{
	return arch ? arch_token(arch) : "unknown";
}

void audit_call_text(const struct syscall *call, char text[2 * SYSCALL_NAME_LEN])
{
	char name[SYSCALL_NAME_LEN];
	const char *sub = syscall_subname(call);

	if (!syscall_name(call, name))
		snprintf(text, 2 * SYSCALL_NAME_LEN, "%" PRId64, call->nr);
	else if (sub)
		snprintf(text, 2 * SYSCALL_NAME_LEN, "%s:%s", name, sub);
	else
		snprintf(text, 2 * SYSCALL_NAME_LEN, "%s", name);
}

static void error_text(int error, char text[SYSCALL_NAME_LEN])
{
	const char *name = strerrorname_np(error);

	if (name)
		snprintf(text, SYSCALL_NAME_LEN, "%s", name);
	else
		snprintf(text, SYSCALL_NAME_LEN, "%d", error);
}

void audit_action_text(const struct denial *denial, char text[SYSCALL_NAME_LEN])
{
	char error[SYSCALL_NAME_LEN];

	snprintf(text, SYSCALL_NAME_LEN, "%s", denial_action_name(denial->action));
	for (char *p = text; *p; p++)
		if (*p == '_')
			*p = ' ';
	if (!denial->error)
		return;
	error_text(denial->error, error);
	snprintf(text + strlen(text), SYSCALL_NAME_LEN - strlen(text), " %s", error);
}

/* --- the table --- */

static int compare_rows(const void *a, const void *b)
{
	const struct denial *x = *(const struct denial *const *)a,
			    *y = *(const struct denial *const *)b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return denial_compare(x, y);
}

static void args_text(const struct denial *denial, struct buf *out)
{
	for (size_t i = 0; denial->args_known && i < ARRAY_LEN(denial->args); i++)
		buf__addf(out, "%s0x%" PRIx64, i ? "," : "", denial->args[i]);
}

/* Widths of columns whose text may be long. */
struct widths {
	int call, arch;
};

static void widen(int *width, const char *text)
{
	if ((int)strlen(text) > *width)
		*width = (int)strlen(text);
}

static void add_row(const struct denial *denial, const struct widths *widths, struct buf *out)
{
	struct buf own_buf args = BUF_INIT;
	char call[2 * SYSCALL_NAME_LEN], action[SYSCALL_NAME_LEN], comm[RECORDING_COMM_LEN];
	char pid[12] = "-";

	audit_call_text(&denial->call, call);
	audit_action_text(denial, action);
	recording_comm_text(denial->comm, comm);
	args_text(denial, &args);
	if (denial->pid)
		snprintf(pid, sizeof(pid), "%u", denial->pid);
	buf__addf(out, "%10" PRIu64 "  %-*s  %-*s  %-18s  %7s  %-*s", denial->count, widths->call,
		  call, widths->arch, audit_arch_text(denial->call.arch), action, pid,
		  args.len ? 15 : 0, *comm ? comm : "-");
	if (args.len)
		buf__addf(out, "  %s", buf__text(&args));
	buf__addf(out, "\n");
}

void audit_report_text(const struct audit_report *report, struct buf *out)
{
	size_t len = report->denials->len;
	const struct denial **own_ptr rows = calloc(len + 1, sizeof(*rows));
	struct widths widths = {(int)strlen("syscall"), (int)strlen("aarch64 ")};
	bool with_args = false;

	if (!rows)
		out->error = -ENOMEM;
	if (!rows || !len)
		return;
	for (size_t i = 0; i < len; i++) {
		char call[2 * SYSCALL_NAME_LEN];

		rows[i] = &report->denials->rows[i];
		with_args |= rows[i]->args_known;
		audit_call_text(&rows[i]->call, call);
		widen(&widths.call, call);
		widen(&widths.arch, audit_arch_text(rows[i]->call.arch));
	}
	qsort(rows, len, sizeof(*rows), compare_rows);
	buf__addf(out, "%10s  %-*s  %-*s  %-18s  %7s  %-*s%s\n", "count", widths.call, "syscall",
		  widths.arch, "arch", "action", "pid", with_args ? 15 : 0, "comm",
		  with_args ? "  arguments" : "");
	for (size_t i = 0; i < len; i++)
		add_row(rows[i], &widths, out);
}

/* --- JSON --- */

static void add_json(const struct denial *denial, struct buf *out)
{
	char call[2 * SYSCALL_NAME_LEN] = "", comm[RECORDING_COMM_LEN], error[SYSCALL_NAME_LEN];
	const char *sub = syscall_subname(&denial->call);
	bool named = syscall_name(&denial->call, call);

	buf__addf(out, "\n    {\"arch\": \"%s\", \"nr\": %" PRId64,
		  audit_arch_text(denial->call.arch), denial->call.nr);
	if (named)
		buf__addf(out, ", \"name\": \"%s\"", call);
	if (sub)
		buf__addf(out, ", \"sub\": %u, \"subname\": \"%s\"", denial->call.sub, sub);
	buf__addf(out, ", \"action\": \"%s\"", denial_action_name(denial->action));
	if (denial->error) {
		error_text(denial->error, error);
		buf__addf(out, ", \"errno\": \"%s\"", error);
	}
	buf__addf(out, ", \"count\": %" PRIu64, denial->count);
	if (denial->pid)
		buf__addf(out, ", \"pid\": %u", denial->pid);
	recording_comm_text(denial->comm, comm);
	if (*comm) {
		buf__addf(out, ", \"comm\": ");
		text_add_json(out, comm);
	}
	for (size_t i = 0; denial->args_known && i < ARRAY_LEN(denial->args); i++)
		buf__addf(out, "%s\"0x%" PRIx64 "\"", i ? ", " : ", \"args\": [", denial->args[i]);
	buf__addf(out, "%s, \"finding\": %s}", denial->args_known ? "]" : "",
		  denial_is_finding(denial) ? "true" : "false");
}

void audit_report_json(const struct audit_report *report, struct buf *out)
{
	const struct denials *denials = report->denials;

	buf__addf(out, "{\n  \"complete\": %s,\n", report->complete ? "true" : "false");
	if (report->command_ended)
		buf__addf(out, "  \"command_status\": %d,\n", report->command_status);
	buf__addf(out, "  \"denials\": [");
	for (size_t i = 0; i < denials->len; i++) {
		buf__addf(out, i ? "," : "");
		add_json(&denials->rows[i], out);
	}
	buf__addf(out, "%s]\n}\n", denials->len ? "\n  " : "");
}
