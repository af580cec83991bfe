// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_json.h"

#include <string.h>

bool audit_json_member(struct span text, const char *key, struct span *out)
{
	size_t place, end;

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
struct span audit_json_text(struct span text, char *room)
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
