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
	for (size_t m = 0; m < report->machines_len; m++)
		if (report->machines[m].denials->len)
			return true;
	return false;
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

struct row {
	const struct denial *denial;
	const struct audit_machine *machine; /* NULL: one that whittle knows */
};

static int compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->denial->count != y->denial->count)
		return x->denial->count > y->denial->count ? -1 : 1;
	return denial_compare(x->denial, y->denial);
}

static size_t collect(const struct audit_report *report, struct row **rows)
{
	size_t n = 0, len = report->denials->len;

	for (size_t m = 0; m < report->machines_len; m++)
		len += report->machines[m].denials->len;
	*rows = calloc(len ? len : 1, sizeof(**rows));
	if (!*rows)
		return 0;
	for (size_t i = 0; i < report->denials->len; i++)
		(*rows)[n++] = (struct row){&report->denials->rows[i], NULL};
	for (size_t m = 0; m < report->machines_len; m++)
		for (size_t i = 0; i < report->machines[m].denials->len; i++)
			(*rows)[n++] = (struct row){&report->machines[m].denials->rows[i],
						    &report->machines[m]};
	return n;
}

static const char *row_arch(const struct row *row)
{
	return row->machine ? row->machine->name : arch_token(row->denial->call.arch);
}

static void row_call(const struct row *row, char text[2 * SYSCALL_NAME_LEN])
{
	if (!row->machine)
		audit_call_text(&row->denial->call, text);
	else if (!row->machine->syscall_name(row->machine->row, row->denial->call.nr, text))
		snprintf(text, 2 * SYSCALL_NAME_LEN, "%" PRId64, row->denial->call.nr);
}

static void args_text(const struct denial *denial, struct buf *out)
{
	for (size_t i = 0; denial->args_known && i < ARRAY_LEN(denial->args); i++)
		buf__addf(out, "%s0x%" PRIx64, i ? "," : "", denial->args[i]);
}

static void add_row(const struct row *row, int width, struct buf *out)
{
	const struct denial *denial = row->denial;
	struct buf own_buf args = BUF_INIT;
	char call[2 * SYSCALL_NAME_LEN], action[SYSCALL_NAME_LEN], comm[RECORDING_COMM_LEN];
	char pid[12] = "-";

	row_call(row, call);
	audit_action_text(denial, action);
	recording_comm_text(denial->comm, comm);
	args_text(denial, &args);
	if (denial->pid)
		snprintf(pid, sizeof(pid), "%u", denial->pid);
	buf__addf(out, "%10" PRIu64 "  %-*s  %-8s  %-18s  %7s  %-*s", denial->count, width, call,
		  row_arch(row), action, pid, args.len ? 15 : 0, *comm ? comm : "-");
	if (args.len)
		buf__addf(out, "  %s", buf__text(&args));
	buf__addf(out, "\n");
}

void audit_report_text(const struct audit_report *report, struct buf *out)
{
	struct row *own_ptr rows = NULL;
	size_t len = collect(report, &rows);
	int width = (int)strlen("syscall");

	if (!rows)
		out->error = -ENOMEM;
	if (!len)
		return;
	qsort(rows, len, sizeof(*rows), compare_rows);
	for (size_t i = 0; i < len; i++) {
		char call[2 * SYSCALL_NAME_LEN];

		row_call(&rows[i], call);
		if ((int)strlen(call) > width)
			width = (int)strlen(call);
	}
	buf__addf(out, "%10s  %-*s  %-8s  %-18s  %7s  %s\n", "count", width, "syscall", "arch",
		  "action", "pid", "comm");
	for (size_t i = 0; i < len; i++)
		add_row(&rows[i], width, out);
}

/* --- JSON --- */

static void add_json(const struct row *row, struct buf *out)
{
	const struct denial *denial = row->denial;
	char call[2 * SYSCALL_NAME_LEN] = "", comm[RECORDING_COMM_LEN], error[SYSCALL_NAME_LEN];
	const char *sub = row->machine ? NULL : syscall_subname(&denial->call);
	bool named = row->machine ?
			     row->machine->syscall_name(row->machine->row, denial->call.nr, call) :
			     syscall_name(&denial->call, call);

	buf__addf(out, "\n    {\"arch\": \"%s\", \"nr\": %" PRId64, row_arch(row), denial->call.nr);
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
	struct row *own_ptr rows = NULL;
	size_t len = collect(report, &rows);

	if (!rows)
		out->error = -ENOMEM;
	buf__addf(out, "{\n  \"complete\": %s,\n  \"denials\": [",
		  report->complete ? "true" : "false");
	for (size_t i = 0; i < len; i++) {
		buf__addf(out, i ? "," : "");
		add_json(&rows[i], out);
	}
	buf__addf(out, "%s]\n}\n", len ? "\n  " : "");
}
