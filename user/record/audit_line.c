// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_line.h"
#include "syscalls/foreign.h"

#include <ctype.h>
#include <limits.h>
#include <string.h>

#define ENRICHED '\x1d' /* what auditd puts between the kernel's words and its own */

/* A piece of the line; not terminated. */
struct span {
	const char *at;
	size_t len;
};

static struct span span_from(struct span text, size_t from)
{
	return (struct span){text.at + from, text.len - from};
}

static bool starts(struct span text, const char *with)
{
	return text.len >= strlen(with) && !memcmp(text.at, with, strlen(with));
}

static bool ends(struct span text, const char *with)
{
	return text.len >= strlen(with) &&
	       !memcmp(text.at + text.len - strlen(with), with, strlen(with));
}

static bool is(struct span text, const char *word)
{
	return text.len == strlen(word) && starts(text, word);
}

/* Where `what` first occurs; false: nowhere. */
static bool find(struct span text, const char *what, size_t *place)
{
	const char *at = memmem(text.at, text.len, what, strlen(what));

	if (at)
		*place = at - text.at;
	return at;
}

/* A number and nothing else; base 16 with or without 0x. */
static bool number(struct span text, unsigned int base, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (base == 16 && starts(text, "0x"))
		text = span_from(text, 2);
	if (!text.len)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.at[i];
		unsigned int digit = isdigit((unsigned char)c)  ? (unsigned int)(c - '0') :
				     isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10U :
								  99;

		if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value) || value > max)
			return false;
	}
	*out = value;
	return true;
}

/* The number that a text begins or ends with; 0 if there is none. */
static uint64_t number_at_start(struct span text)
{
	uint64_t value = 0;
	size_t n = 0;

	while (n < text.len && isdigit((unsigned char)text.at[n]))
		n++;
	return number((struct span){text.at, n}, 10, UINT64_MAX, &value) ? value : 0;
}

static uint64_t number_at_end(struct span text)
{
	size_t from = text.len;

	while (from && isdigit((unsigned char)text.at[from - 1]))
		from--;
	return number_at_start(span_from(text, from));
}

/*
 * What follows the last " KEY=". The last one, because a program chooses what stands in front: its comm and exe, which
 * ausearch -i prints without quotes and with blanks. What tells the call comes behind them.
 */
static bool field(struct span record, const char *key, struct span *value)
{
	size_t len = strlen(key), end;

	for (size_t i = record.len; i-- > 0;) {
		if (record.at[i] != ' ' || record.len - i < len + 2 ||
		    memcmp(record.at + i + 1, key, len) || record.at[i + 1 + len] != '=')
			continue;
		*value = span_from(record, i + len + 2);
		for (end = 0; end < value->len && !isspace((unsigned char)value->at[end]); end++)
			;
		value->len = end;
		return true;
	}
	return false;
}

/* --- what a record says --- */

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
		if (actions[action].words[w] && is(text, actions[action].words[w]))
			return true;
	return false;
}

static bool parse_code(struct span text, struct audit_record *out)
{
	uint64_t code = 0;
	bool numeric = starts(text, "0x") && number(text, 16, UINT32_MAX, &code);

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

/* Hex, as the kernel has it, or ausearch's name of a machine. */
static bool parse_machine(struct span text, struct audit_record *out)
{
	static const struct {
		const char *name;
		uint32_t audit_arch;
	} names[] = {
		{"x86_64", 0xc000003e}, {"i386", 0x40000003},  {"i486", 0x40000003},
		{"i586", 0x40000003},   {"i686", 0x40000003},  {"aarch64", 0xc00000b7},
		{"arm", 0x40000028},    {"armeb", 0x40000028}, {"armv5tejl", 0x40000028},
		{"armv7l", 0x40000028},
	};
	char name[32] = "";
	uint64_t value;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (is(text, names[i].name)) {
			out->machine = names[i].audit_arch;
			return true;
		}
	}
	if (text.len < sizeof(name))
		memcpy(name, text.at, text.len);
	out->machine = foreign_audit_arch(foreign_by_name(name));
	if (out->machine)
		return true;
	if (!number(text, 16, UINT32_MAX, &value))
		return false;
	out->machine = (uint32_t)value;
	return true;
}

/* A number, maybe negative; of ausearch -i a name, or "unknown-syscall(451)". */
static bool parse_number(struct span text, struct audit_record *out)
{
	static const char unknown[] = "unknown-syscall(";
	bool negative = starts(text, "-");
	char name[SYSCALL_NAME_LEN] = "";
	enum arch arch;
	uint64_t value;
	int64_t none = 0;

	if (starts(text, unknown) && ends(text, ")")) {
		text = span_from(text, strlen(unknown));
		text.len--;
		negative = starts(text, "-");
	}
	if (number(span_from(text, negative), 10, INT64_MAX, &value)) {
		out->nr = negative ? -(int64_t)value : (int64_t)value;
		return true;
	}
	if (!text.len || text.len >= sizeof(name))
		return false;
	memcpy(name, text.at, text.len);
	arch = arch_from_audit(out->machine, &none);
	return arch ? syscall_resolve(arch, name, &out->nr) :
		      foreign_syscall_number(foreign_find(out->machine), name, &out->nr);
}

static int hex_digit(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* Quoted, or in hex if there is in it what could be mistaken; plain by ausearch -i. */
static void parse_comm(struct span text, char comm[RECORDING_COMM_LEN])
{
	bool quoted = starts(text, "\""), hex = !quoted && text.len && text.len % 2 == 0;
	size_t n = 0;

	for (size_t i = 0; hex && i < text.len; i++)
		hex = isdigit((unsigned char)text.at[i]) ||
		      (text.at[i] >= 'A' && text.at[i] <= 'F');
	if (quoted)
		text = span_from(text, 1);
	for (size_t i = 0; i < text.len && n < RECORDING_COMM_LEN - 1; i += hex ? 2 : 1) {
		if (quoted && text.at[i] == '"')
			break;
		comm[n++] = hex ? (char)(hex_digit(text.at[i]) << 4 | hex_digit(text.at[i + 1])) :
				  text.at[i];
	}
	memset(comm + n, 0, RECORDING_COMM_LEN - n);
}

static enum audit_line parse_record(struct span record, enum audit_source source,
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
	if (field(record, "pid", &value) && number(value, 10, INT_MAX, &pid))
		result.pid = (uint32_t)pid;
	if (field(record, "comm", &value))
		parse_comm(value, result.comm);
	*out = result;
	return AUDIT_LINE_RECORD;
}

/* --- who wrote it --- */

/* "TAG" or "TAG[PID]" of syslog: the kernel, or something of the audit daemon's? */
static bool is_trusted_tag(struct span before)
{
	static const char *const tags[] = {"kernel",        "audit",  "audispd",
					   "audisp-syslog", "auditd", "tag_audit_log"};
	size_t from = before.len;

	if (ends(before, "]")) {
		for (before.len--; before.len && isdigit((unsigned char)before.at[before.len - 1]);)
			before.len--;
		if (!ends(before, "["))
			return false;
		before.len--;
	}
	for (from = before.len; from && before.at[from - 1] != ' ';)
		from--;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (is(span_from(before, from), tags[i]))
			return true;
	return false;
}

/* Leaves out "<5>", "kern  :notice: ", "[ 12.3] " and "5,123,456,-;", each at the beginning. */
static struct span skip_kernel_prefix(struct span text)
{
	const char *end;

	if (starts(text, "<") && (end = memchr(text.at, '>', text.len)))
		text = span_from(text, end + 1 - text.at);
	if (starts(text, "kern  :") && (end = memmem(text.at + 7, text.len - 7, ": ", 2)))
		text = span_from(text, end + 2 - text.at);
	if (starts(text, "[") && (end = memchr(text.at, ']', text.len)))
		text = span_from(text, end + 1 - text.at);
	else if (text.len && isdigit((unsigned char)*text.at) &&
		 (end = memchr(text.at, ';', text.len)) && !memchr(text.at, ' ', end - text.at))
		text = span_from(text, end + 1 - text.at);
	while (starts(text, " "))
		text = span_from(text, 1);
	return text;
}

/* What stands in front of the kernel's or the daemon's words: nothing that another program could have put there? */
static bool is_trusted_prefix(struct span before)
{
	struct span text = skip_kernel_prefix(before);
	size_t place;

	if (is(text, "") || is(text, "audit: "))
		return true;
	if (starts(text, "node=") && ends(text, " ") && !memchr(text.at, ' ', text.len - 1))
		return true;
	/* dmesg --time-format iso: a word in front */
	if (find(text, " ", &place) && text.len && isdigit((unsigned char)*text.at) &&
	    (place + 1 == text.len || is(span_from(text, place + 1), "audit: ")))
		return true;
	/* syslog: the first ": " ends the tag */
	if (!find(text, ": ", &place) || !is_trusted_tag((struct span){text.at, place}))
		return false;
	text = skip_kernel_prefix(span_from(text, place + 2));
	return is(text, "") || is(text, "audit: ");
}

/* What introduces a record, and what must follow. */
static const struct {
	const char *marker, *follows;
	enum audit_source source;
} shapes[] = {
	{"type=1326 ", "audit(", AUDIT_SOURCE_KERNEL},
	{"type=1326 ", "msg=audit(", AUDIT_SOURCE_KERNEL},
	{"type=SECCOMP ", "msg=audit(", AUDIT_SOURCE_KERNEL},
	{"SECCOMP ", "auid=", AUDIT_SOURCE_JOURNAL},
};

static enum audit_line parse_text(struct span text, bool trusted, struct audit_record *out)
{
	for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
		struct span before = text, record;
		size_t place;

		if (!find(text, shapes[i].marker, &place))
			continue;
		before.len = place;
		/* with its blank: a field may be the first word */
		record = span_from(text, place + strlen(shapes[i].marker) - 1);
		if (!starts(span_from(record, 1), shapes[i].follows))
			continue;
		if (!trusted || !is_trusted_prefix(before))
			return AUDIT_LINE_ELSEWHERE;
		return parse_record(record, shapes[i].source, out);
	}
	return AUDIT_LINE_OTHER;
}

/* --- losses --- */

/* What tells of a loss: `words`, behind (or, if it is `before`, in front of) which stands how much. */
static const struct {
	const char *words;
	enum audit_loss loss;
	const char *needs; /* also somewhere in the line */
	enum {
		NO_COUNT,
		COUNT_BEFORE
	} count;
} losses[] = {
	{" callbacks suppressed", AUDIT_LOSS_PRINTK, "audit", COUNT_BEFORE},
	{" messages suppressed", AUDIT_LOSS_PRINTK, "printk: ", COUNT_BEFORE},
	{"audit: printk limit exceeded", AUDIT_LOSS_PRINTK, "", NO_COUNT},
	{"audit: rate limit exceeded", AUDIT_LOSS_RATE, "", NO_COUNT},
	{"audit: backlog limit exceeded", AUDIT_LOSS_BACKLOG, "", NO_COUNT},
	{"queue overflow", AUDIT_LOSS_BACKLOG, "kauditd ", NO_COUNT},
	{"audit_lost=", AUDIT_LOSS_BACKLOG, "audit_backlog_limit=", NO_COUNT},
	{" kernel messages", AUDIT_LOSS_JOURNAL, "Missed ", COUNT_BEFORE},
	{"/dev/kmsg buffer overrun", AUDIT_LOSS_JOURNAL, "", NO_COUNT},
	{"suspending logging", AUDIT_LOSS_AUDITD, "udit daemon", NO_COUNT},
};

static enum audit_line parse_loss(struct span text, enum audit_loss *loss, uint64_t *lost)
{
	for (size_t i = 0; i < ARRAY_LEN(losses); i++) {
		size_t place, other;

		if (!find(text, losses[i].words, &place) || !find(text, losses[i].needs, &other))
			continue;
		*loss = losses[i].loss;
		*lost = losses[i].count == COUNT_BEFORE ?
				number_at_end((struct span){text.at, place}) :
				0;
		return AUDIT_LINE_LOSS;
	}
	return AUDIT_LINE_OTHER;
}

/* --- the journal's JSON --- */

/* A string behind "KEY" :, as it is written; false: there is no such member, or it is no string. */
static bool json_member(struct span line, const char *key, struct span *out)
{
	size_t place, end;
	struct span text = line;

	if (!find(text, key, &place))
		return false;
	text = span_from(text, place + strlen(key));
	while (starts(text, " ") || starts(text, "\t"))
		text = span_from(text, 1);
	if (!starts(text, ":"))
		return false;
	text = span_from(text, 1);
	while (starts(text, " ") || starts(text, "\t"))
		text = span_from(text, 1);
	if (!starts(text, "\""))
		return false;
	text = span_from(text, 1);
	for (end = 0; end < text.len && text.at[end] != '"'; end++)
		end += text.at[end] == '\\';
	*out = (struct span){text.at, end < text.len ? end : text.len};
	return true;
}

/* Without its escapes: \" \\ and the rest by their second letter; \u001d and its like by their value. */
static struct span json_text(struct span text, char *room)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		uint64_t value;

		if (text.at[i] != '\\' || i + 1 == text.len) {
			room[n++] = text.at[i];
		} else if (text.at[i + 1] == 'u' && text.len - i >= 6 &&
			   number((struct span){text.at + i + 2, 4}, 16, UINT16_MAX, &value)) {
			room[n++] = value < 0x80 ? (char)value : '?';
			i += 5;
		} else {
			room[n++] = text.at[++i];
		}
	}
	return (struct span){room, n};
}

/* Quotes inside of a value are escaped, so that no program can put a member into somebody else's entry. */
static bool json_message(struct span line, char *room, struct span *out, bool *trusted)
{
	struct span value;

	if (!json_member(line, "\"MESSAGE\"", out))
		return false;
	*out = json_text(*out, room);
	*trusted = !json_member(line, "\"_TRANSPORT\"", &value) || is(value, "kernel") ||
		   is(value, "audit");
	return true;
}

enum audit_line audit_line_parse(const char *line, size_t len, struct audit_record *record,
				 enum audit_loss *loss, uint64_t *lost)
{
	struct span text = {line, len < AUDIT_LINE_MAX ? len : AUDIT_LINE_MAX};
	char room[AUDIT_LINE_MAX];
	bool trusted = true;
	enum audit_line kind;

	if (starts(text, "MESSAGE="))
		text = span_from(text, strlen("MESSAGE="));
	else
		json_message(text, room, &text, &trusted);
	kind = parse_text(text, trusted, record);
	return kind == AUDIT_LINE_OTHER ? parse_loss(text, loss, lost) : kind;
}
