// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_entry.h"
#include "record/audit_json.h"

#include <ctype.h>
#include <string.h>

#define LENGTH_BYTES 8 /* of a value that is no text, little endian */

/* The name of a field, which a line of an export begins with, or consists of. */
static size_t name_len(struct span line)
{
	size_t len = 0;

	while (len < line.len && (line.at[len] == '_' || isupper((unsigned char)line.at[len]) ||
				  isdigit((unsigned char)line.at[len])))
		len++;
	return len;
}

static struct span behind_blanks(struct span text)
{
	while (span_starts(text, " ") || span_starts(text, "\t"))
		text = span_from(text, 1);
	return text;
}

static void keep_message(struct audit_entry *entry, struct span text)
{
	if (entry->told)
		return;
	entry->told = true;
	entry->message_len = text.len < AUDIT_LINE_MAX ? text.len : AUDIT_LINE_MAX;
	memcpy(entry->message, text.at, entry->message_len);
}

static enum audit_entry_step export_line(struct audit_entry *entry, struct span line)
{
	size_t len = name_len(line);
	struct span name = {line.at, len};

	if (!line.len)
		return ENTRY_END;
	if (len && len == line.len) {
		entry->head = LENGTH_BYTES;
		entry->length = 0;
		return ENTRY_PART;
	}
	if (!len || line.at[len] != '=') { /* it is no export */
		*entry = (struct audit_entry){0};
		return ENTRY_ALONE;
	}
	if (span_is(name, "MESSAGE"))
		keep_message(entry, span_from(line, len + 1));
	else if (span_is(name, "_TRANSPORT"))
		entry->author = audit_author_of_transport(span_from(line, len + 1));
	return ENTRY_PART;
}

/* A priority of dmesg's: eight times the facility, and the level. With --decode there are words. */
static bool is_kernels(struct span line)
{
	struct span value;
	uint64_t priority;
	size_t place;

	if (audit_json_member(line, "\"fac\"", &value))
		return span_is(value, "kern");
	if (!span_starts(line, "\"pri\"") || !span_find(line, ":", &place))
		return false;
	value = behind_blanks(span_from(line, place + 1));
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] == ',')
			value.len = i;
	return span_number(value, 10, UINT16_MAX, &priority) && priority < 8;
}

static enum audit_entry_step dmesg_line(struct audit_entry *entry, struct span line)
{
	char room[AUDIT_LINE_MAX];
	struct span value;

	line = behind_blanks(line);
	if (span_starts(line, "}"))
		return ENTRY_END;
	if (span_starts(line, "]"))
		*entry = (struct audit_entry){0};
	else if (is_kernels(line))
		entry->author = AUDIT_AUTHOR_KERNEL;
	else if (span_starts(line, "\"msg\"") && audit_json_member(line, "\"msg\"", &value))
		keep_message(entry, audit_json_text(value, room));
	return ENTRY_PART;
}

static enum audit_entry_step pretty_line(struct audit_entry *entry, struct span line)
{
	struct span value;
	char room[AUDIT_LINE_MAX];

	if (span_is(line, "}"))
		return ENTRY_END;
	if (!span_starts(line, "\t") &&
	    !span_starts(line, " ")) { /* the brace was somebody's message */
		*entry = (struct audit_entry){0};
		return ENTRY_ALONE;
	}
	if (span_starts(behind_blanks(line), "\"dmesg\": ["))
		entry->shape = ENTRY_DMESG;
	else if (audit_json_member(line, "\"MESSAGE\"", &value))
		keep_message(entry, audit_json_text(value, room));
	else if (audit_json_member(line, "\"_TRANSPORT\"", &value))
		entry->author = audit_author_of_transport(value);
	return ENTRY_PART;
}

enum audit_entry_step audit_entry__line(struct audit_entry *entry, struct span line)
{
	switch (entry->shape) {
	case ENTRY_EXPORT:
		return export_line(entry, line);
	case ENTRY_PRETTY:
		return pretty_line(entry, line);
	case ENTRY_DMESG:
		return dmesg_line(entry, line);
	case ENTRY_NONE:
		break;
	}
	/* nothing is in front of it: a line of a message would be indented there, or have a tag */
	if (span_starts(line, "__CURSOR="))
		entry->shape = ENTRY_EXPORT;
	else if (span_is(line, "{"))
		entry->shape = ENTRY_PRETTY;
	return entry->shape == ENTRY_NONE ? ENTRY_ALONE : ENTRY_PART;
}

void audit_entry__empty(struct audit_entry *entry)
{
	const enum audit_entry_shape shape = entry->shape;

	*entry = (struct audit_entry){.shape = shape == ENTRY_DMESG ? shape : ENTRY_NONE};
}

size_t audit_entry__skip(struct audit_entry *entry, const char *data, size_t len)
{
	size_t n = 0;

	for (; entry->head && n < len; n++) {
		entry->length |= (uint64_t)(unsigned char)data[n]
				 << 8 * (LENGTH_BYTES - entry->head);
		/* and the newline behind it */
		if (!--entry->head)
			entry->skip = entry->length < UINT64_MAX ? entry->length + 1 : UINT64_MAX;
	}
	if (entry->head || !entry->skip)
		return n;
	if (len - n > entry->skip)
		len = n + (size_t)entry->skip;
	entry->skip -= len - n;
	return len;
}
