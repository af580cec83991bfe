// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_line.h"
#include "record/audit_fields.h"

#include <ctype.h>
#include <string.h>

/* --- who wrote it --- */

/* "TAG" or "TAG[PID]" of syslog: the kernel, or something of the audit daemon's? */
static bool is_trusted_tag(struct span before)
{
	static const char *const tags[] = {"kernel",        "audit",  "audispd",
					   "audisp-syslog", "auditd", "tag_audit_log"};
	size_t from = before.len;

	if (span_ends(before, "]")) {
		for (before.len--; before.len && isdigit((unsigned char)before.at[before.len - 1]);)
			before.len--;
		if (!span_ends(before, "["))
			return false;
		before.len--;
	}
	for (from = before.len; from && before.at[from - 1] != ' ';)
		from--;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if (span_is(span_from(before, from), tags[i]))
			return true;
	return false;
}

/* Leaves out "<5>", "kern  :notice: ", "[ 12.3] " and "5,123,456,-;", each at the beginning. */
static struct span skip_kernel_prefix(struct span text)
{
	const char *end;

	if (span_starts(text, "<") && (end = memchr(text.at, '>', text.len)))
		text = span_from(text, end + 1 - text.at);
	if (span_starts(text, "kern  :") && (end = memmem(text.at + 7, text.len - 7, ": ", 2)))
		text = span_from(text, end + 2 - text.at);
	if (span_starts(text, "[") && (end = memchr(text.at, ']', text.len)))
		text = span_from(text, end + 1 - text.at);
	else if (text.len && isdigit((unsigned char)*text.at) &&
		 (end = memchr(text.at, ';', text.len)) && !memchr(text.at, ' ', end - text.at))
		text = span_from(text, end + 1 - text.at);
	while (span_starts(text, " "))
		text = span_from(text, 1);
	return text;
}

/* What stands in front of the kernel's or the daemon's words: nothing that another program could have put there? */
static bool is_trusted_prefix(struct span before)
{
	struct span text = skip_kernel_prefix(before);
	size_t place;

	if (span_is(text, "") || span_is(text, "audit: "))
		return true;
	if (span_starts(text, "node=") && span_ends(text, " ") &&
	    !memchr(text.at, ' ', text.len - 1))
		return true;
	/* dmesg --time-format iso: a word in front */
	if (span_find(text, " ", &place) && text.len && isdigit((unsigned char)*text.at) &&
	    (place + 1 == text.len || span_is(span_from(text, place + 1), "audit: ")))
		return true;
	/* syslog: the first ": " ends the tag */
	if (!span_find(text, ": ", &place) || !is_trusted_tag((struct span){text.at, place}))
		return false;
	text = skip_kernel_prefix(span_from(text, place + 2));
	return span_is(text, "") || span_is(text, "audit: ");
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

		if (!span_find(text, shapes[i].marker, &place))
			continue;
		before.len = place;
		/* with its blank: a field may be the first word */
		record = span_from(text, place + strlen(shapes[i].marker) - 1);
		if (!span_starts(span_from(record, 1), shapes[i].follows))
			continue;
		if (!trusted || !is_trusted_prefix(before))
			return AUDIT_LINE_ELSEWHERE;
		return audit_fields_parse(record, shapes[i].source, out);
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

		if (!span_find(text, losses[i].words, &place) ||
		    !span_find(text, losses[i].needs, &other))
			continue;
		*loss = losses[i].loss;
		*lost = losses[i].count == COUNT_BEFORE ?
				span_number_at_end((struct span){text.at, place}) :
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

	/* what is not followed by ':' is somebody's value */
	do {
		if (!span_find(text, key, &place))
			return false;
		text = span_from(text, place + strlen(key));
		while (span_starts(text, " ") || span_starts(text, "\t"))
			text = span_from(text, 1);
	} while (!span_starts(text, ":"));
	text = span_from(text, 1);
	while (span_starts(text, " ") || span_starts(text, "\t"))
		text = span_from(text, 1);
	if (!span_starts(text, "\""))
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
			   span_number((struct span){text.at + i + 2, 4}, 16, UINT16_MAX, &value)) {
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
	*trusted = !json_member(line, "\"_TRANSPORT\"", &value) || span_is(value, "kernel") ||
		   span_is(value, "audit");
	return true;
}

enum audit_line audit_line_parse(const char *line, size_t len, struct audit_record *record,
				 enum audit_loss *loss, uint64_t *lost)
{
	struct span text = {line, len < AUDIT_LINE_MAX ? len : AUDIT_LINE_MAX};
	char room[AUDIT_LINE_MAX];
	bool trusted = true;
	enum audit_line kind;

	if (span_starts(text, "MESSAGE="))
		text = span_from(text, strlen("MESSAGE="));
	else if (!json_message(text, room, &text, &trusted) && span_starts(text, "{"))
		return AUDIT_LINE_OTHER; /* its text is no string: it is nobody's record */
	kind = parse_text(text, trusted, record);
	return kind == AUDIT_LINE_OTHER ? parse_loss(text, loss, lost) : kind;
}
