// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_fields.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define ENRICHED '\x1d' /* what auditd puts between the kernel's words and its own */

/*
 * What follows the last " KEY=". The last one, because a program chooses what stands in front: its comm and exe, which
 * ausearch -i prints without quotes and with blanks. What tells the call comes behind them.
 */
static bool field(struct span record, const char *key, struct span *value)
{
	size_t len = strlen(key), end;
	bool quoted;

	for (size_t i = record.len; i-- > 0;) {
		if (record.at[i] != ' ' || record.len - i < len + 2 ||
		    memcmp(record.at + i + 1, key, len) || record.at[i + 1 + len] != '=')
			continue;
		*value = span_from(record, i + len + 2);
		quoted = span_starts(*value, "\"");
		for (end = quoted;
		     end < value->len && value->at[end] &&
		     (quoted ? value->at[end] != '"' : !isspace((unsigned char)value->at[end]));
		     end++)
			;
		value->len = end;
		return true;
	}
	return false;
}

/* SECCOMP_RET_* (kernel: include/uapi/linux/seccomp.h), and what ausearch -i makes of them: old, then new. */
static const struct {
	uint32_t code;
	enum denial_action action;
	const char *words[3];
} actions[] = {
	{0x00000000, DENIAL_KILL_THREAD, {"kill", "kill-thread", "kill_thread"}},
	{0x80000000, DENIAL_KILL_PROCESS, {"kill-process", "kill_process", NULL}},
	{0x00030000, DENIAL_TRAP, {"trap", NULL, NULL}},
	{0x00050000, DENIAL_ERRNO, {"errno", NULL, NULL}},
	{0x7fc00000, DENIAL_NOTIFY, {"user-notif", "user_notif", NULL}},
	{0x7ff00000, DENIAL_TRACE, {"trace", NULL, NULL}},
	{0x7ffc0000, DENIAL_LOG, {"log", NULL, NULL}},
};

#define CODE_ALLOW  0x7fff0000
#define CODE_ACTION 0xffff0000

static bool is_word_of(size_t action, struct span text)
{
	for (size_t w = 0; w < ARRAY_LEN(actions[action].words); w++)
		if (actions[action].words[w] && span_is(text, actions[action].words[w]))
			return true;
	return false;
}

static bool parse_code(struct span text, struct audit_record *out)
{
	uint64_t code = 0;
	bool numeric = span_starts(text, "0x") && span_number(text, 16, UINT32_MAX, &code);

	if (numeric && (code & CODE_ACTION) == CODE_ALLOW)
		return false;
	/* as the kernel takes what it does not know: it kills */
	out->action = DENIAL_UNKNOWN;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (numeric ? (code & CODE_ACTION) == actions[i].code : is_word_of(i, text))
			out->action = actions[i].action;
	if (numeric && out->action == DENIAL_ERRNO)
		out->error = (int)(code & ~CODE_ACTION);
	return numeric || out->action != DENIAL_UNKNOWN;
}

/* Hex, as the kernel has it, or ausearch's name of a machine: the token, or one of several for the same calls. */
static bool parse_machine(struct span text, struct audit_record *out)
{
	static const struct {
		const char *name;
		enum arch arch;
	} names[] = {
		{"i386", ARCH_X86},   {"i486", ARCH_X86},  {"i586", ARCH_X86},
		{"i686", ARCH_X86},   {"armeb", ARCH_ARM}, {"armv5tejl", ARCH_ARM},
		{"armv7l", ARCH_ARM},
	};
	enum arch arch = ARCH_INVALID;
	char name[32] = "";
	uint64_t value;

	if (text.len < sizeof(name))
		memcpy(name, text.at, text.len);
	arch = arch_from_token(name);
	for (size_t i = 0; !arch && i < ARRAY_LEN(names); i++)
		if (span_is(text, names[i].name))
			arch = names[i].arch;
	if (arch) {
		out->machine = arch_audit(arch);
		return true;
	}
	if (!span_number(text, 16, UINT32_MAX, &value))
		return false;
	out->machine = (uint32_t)value;
	return true;
}

/* A number, maybe negative; of ausearch -i a name, or "unknown-syscall(451)". */
static bool parse_number(struct span text, struct audit_record *out)
{
	static const char unknown[] = "unknown-syscall(";
	bool negative = span_starts(text, "-");
	char name[SYSCALL_NAME_LEN] = "";
	enum arch arch;
	uint64_t value;
	int64_t none = 0;

	if (span_starts(text, unknown) && span_ends(text, ")")) {
		text = span_from(text, strlen(unknown));
		text.len--;
		negative = span_starts(text, "-");
	}
	if (span_number(span_from(text, negative), 10, INT64_MAX, &value)) {
		out->nr = negative ? -(int64_t)value : (int64_t)value;
		return true;
	}
	if (!text.len || text.len >= sizeof(name))
		return false;
	memcpy(name, text.at, text.len);
	arch = arch_from_audit(out->machine, &none);
	if (!syscall_resolve(arch, name, &out->nr))
		return false;
	out->nr += arch_number_base(arch);
	return true;
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Quoted, or in hex if there is in it what could be mistaken; plain by ausearch -i. Cut to what a comm may have; `last`: to the last part of a path. */
static void parse_name(struct span text, bool last, char comm[RECORDING_COMM_LEN])
{
	bool quoted = span_starts(text, "\""), hex = !quoted && text.len && text.len % 2 == 0;
	size_t n = 0;

	for (size_t i = 0; hex && i < text.len; i++)
		hex = isdigit((unsigned char)text.at[i]) ||
		      (text.at[i] >= 'A' && text.at[i] <= 'F');
	if (quoted)
		text = span_from(text, 1);
	for (size_t i = 0; i < text.len; i += hex ? 2 : 1) {
		char c = hex ? (char)(hex_digit(text.at[i]) << 4 | hex_digit(text.at[i + 1])) :
			       text.at[i];

		if (quoted && c == '"')
			break;
		if (last && c == '/')
			n = 0;
		else if (n < RECORDING_COMM_LEN - 1)
			comm[n++] = c;
	}
	memset(comm + n, 0, RECORDING_COMM_LEN - n);
}

bool audit_fields_time(struct span record, uint64_t *out)
{
	char head[64] = "";
	unsigned long long seconds;
	unsigned int ms;

	memcpy(head, record.at, record.len < sizeof(head) - 1 ? record.len : sizeof(head) - 1);
	if (sscanf(head, "audit(%12llu.%3u:", &seconds, &ms) != 2)
		return false;
	*out = seconds * 1000000000ULL + ms * 1000000ULL;
	return true;
}

enum audit_line audit_fields_parse(struct span record, enum audit_source source,
				   struct audit_record *out)
{
	const char *enriched = memchr(record.at, ENRICHED, record.len);
	struct audit_record result = {.source = source};
	struct span value;
	uint64_t pid;

	if (enriched)
		record.len = enriched - record.at;
	if (!field(record, "arch", &value) || !parse_machine(value, &result) ||
	    !field(record, "syscall", &value) || !parse_number(value, &result) ||
	    !field(record, "code", &value) || !parse_code(value, &result))
		return AUDIT_LINE_MALFORMED;
	if (field(record, "pid", &value) && span_number(value, 10, INT_MAX, &pid))
		result.pid = (uint32_t)pid;
	if (field(record, "comm", &value))
		parse_name(value, false, result.comm);
	if (field(record, "exe", &value))
		parse_name(value, true, result.program);
	*out = result;
	return AUDIT_LINE_RECORD;
}
