// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_line.h"
#include "record/audit_fields.h"
#include "record/audit_json.h"

#include <ctype.h>
#include <string.h>

/* --- who wrote it --- */

/*
 * "TAG" or "TAG[PID]" of syslog: the kernel, or something of the audit daemon's? The kernel has no PID: who calls itself so has one in
 * the journal.
 */
static bool is_trusted_tag(struct span before)
{
	static const struct {
		const char *tag;
		bool pid;
	} tags[] = {{"kernel", false},       {"audit", true},  {"audispd", true},
		    {"audisp-syslog", true}, {"auditd", true}, {"tag_audit_log", true}};
	size_t from = before.len;
	bool pid = span_ends(before, "]");

	if (pid) {
		for (before.len--; before.len && isdigit((unsigned char)before.at[before.len - 1]);)
			before.len--;
		if (!span_ends(before, "["))
			return false;
		before.len--;
	}
	for (from = before.len; from && before.at[from - 1] != ' ';)
		from--;
	for (size_t i = 0; i < ARRAY_LEN(tags); i++)
		if ((!pid || tags[i].pid) && span_is(span_from(before, from), tags[i].tag))
			return true;
	return false;
}

#define KERNEL_PRIORITIES                                                                          \
	8 /* from here on they are of other facilities: user space wrote it into /dev/kmsg */

/* The number that a text begins with, up to `end`, is a priority of the kernel's own. */
static bool is_kernel_priority(struct span text, char end)
{
	uint64_t priority;
	const char *at = memchr(text.at, end, text.len);

	return at && span_number((struct span){text.at, at - text.at}, 10, KERNEL_PRIORITIES - 1,
				 &priority);
}

/* Leaves out "<5>", "kern  :notice: ", "[ 12.3] " and "5,123,456,-;", each at the beginning. */
static struct span skip_kernel_prefix(struct span text)
{
	const char *end;

	if (span_starts(text, "<") && is_kernel_priority(span_from(text, 1), '>'))
		text = span_from(text, 3);
	if (span_starts(text, "kern  :") && (end = memmem(text.at + 7, text.len - 7, ": ", 2)))
		text = span_from(text, end + 2 - text.at);
	if (span_starts(text, "[") && (end = memchr(text.at, ']', text.len)))
		text = span_from(text, end + 1 - text.at);
	else if (is_kernel_priority(text, ',') && (end = memchr(text.at, ';', text.len)) &&
		 !memchr(text.at, ' ', end - text.at))
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
	/* dmesg --time-format iso: a date in front */
	if (span_find(text, " ", &place) && place > 4 && isdigit((unsigned char)*text.at) &&
	    text.at[4] == '-' &&
	    (place + 1 == text.len || span_is(span_from(text, place + 1), "audit: ")))
		return true;
	/* syslog: the first ": " ends the tag */
	if (!span_find(text, ": ", &place) || !is_trusted_tag((struct span){text.at, place}))
		return false;
	text = skip_kernel_prefix(span_from(text, place + 2));
	return span_is(text, "") || span_is(text, "audit: ");
}

/* Audit has words of other programs in its messages: of a message that is known to be its own, only the beginning is its own word. */
static bool is_written_by(enum audit_author author, struct span before)
{
	switch (author) {
	case AUDIT_AUTHOR_KERNEL:
		return span_is(before, "") || span_is(before, "audit: ");
	case AUDIT_AUTHOR_TAG:
		return is_trusted_prefix(before);
	case AUDIT_AUTHOR_OTHER:
		break;
	}
	return false;
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

/* A record of another kind that the kernel has printed: it takes its share of what is printed. */
static void find_printed(struct span text, enum audit_author author, struct audit_record *out)
{
	struct span before = text;
	size_t place, end;

	*out = (struct audit_record){0};
	if (!span_find(text, "type=", &place))
		return;
	before.len = place;
	text = span_from(text, place);
	if (is_written_by(author, before) && span_find(text, " ", &end) &&
	    !audit_fields_time(span_from(text, end + 1), &out->printed))
		out->printed = 0;
}

static enum audit_line parse_text(struct span text, enum audit_author author,
				  struct audit_record *out)
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
		if (!is_written_by(author, before))
			return AUDIT_LINE_ELSEWHERE;
		if (audit_fields_parse(record, shapes[i].source, out) != AUDIT_LINE_RECORD)
			return AUDIT_LINE_MALFORMED;
		if (!audit_fields_time(span_from(record, 1), &out->printed))
			out->printed = 0;
		return AUDIT_LINE_RECORD;
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
	{" messages lost due to rate-limiting", AUDIT_LOSS_DAEMON, "", COUNT_BEFORE},
	{"dropping event", AUDIT_LOSS_DAEMON, "queue is full", NO_COUNT},
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

/* --- a line --- */

enum audit_line audit_message_parse(struct span text, enum audit_author author,
				    struct audit_record *record, enum audit_loss *loss,
				    uint64_t *lost)
{
	enum audit_line kind = parse_text(text, author, record);

	if (kind == AUDIT_LINE_OTHER)
		kind = parse_loss(text, loss, lost);
	if (kind == AUDIT_LINE_OTHER)
		find_printed(text, author, record);
	return kind;
}

/* "-o json", "json-sse", "json-seq" */
static bool is_json(struct span line, struct span *out)
{
	static const char *const heads[] = {"", "data: ", "\x1e"};

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		if (!span_starts(line, heads[i]))
			continue;
		*out = span_from(line, strlen(heads[i]));
		if (span_starts(*out, "{"))
			return true;
	}
	return false;
}

enum audit_author audit_author_of_transport(struct span transport)
{
	return span_is(transport, "kernel") || span_is(transport, "audit") ? AUDIT_AUTHOR_KERNEL :
									     AUDIT_AUTHOR_OTHER;
}

enum audit_line audit_line_parse(const char *line, size_t len, struct audit_record *record,
				 enum audit_loss *loss, uint64_t *lost)
{
	struct span text = {line, len < AUDIT_LINE_MAX ? len : AUDIT_LINE_MAX}, json, value;
	char room[AUDIT_LINE_MAX];
	enum audit_author author = AUDIT_AUTHOR_OTHER;

	if (is_json(text, &json)) {
		if (audit_json_member(json, "\"_TRANSPORT\"", &value))
			author = audit_author_of_transport(value);
		/* a text that is no string is nobody's record */
		if (!audit_json_member(json, "\"MESSAGE\"", &text)) {
			*record = (struct audit_record){0};
			return AUDIT_LINE_OTHER;
		}
		return audit_message_parse(audit_json_text(text, room), author, record, loss, lost);
	}
	/* blanks: a message of several lines, as journalctl shows it. MESSAGE=: the line that tells whose it is was left out */
	if (!span_starts(text, " ") && !span_starts(text, "\t") && !span_starts(text, "MESSAGE="))
		author = AUDIT_AUTHOR_TAG;
	return audit_message_parse(text, author, record, loss, lost);
}
