// SPDX-License-Identifier: BSD-2-Clause
/* JSON (RFC 8259) into a document. */
#include "base/buf.h"
#include "profile/document.h"
#include "profile/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>

struct reader {
	const char *name;
	char *at; /* in a copy: the quote behind a string becomes its end */
	const char *end, *line_start;
	const char *
		counted; /* up to here `columns` of this line are known: a line may be the whole file */
	unsigned int columns;
	unsigned int line, depth;
	bool ascii; /* a byte is a column */
	size_t nodes;
	struct err *err;
};

static struct text_place place_of(struct reader *r)
{
	if (r->ascii)
		return (struct text_place){r->line, r->at - r->line_start + 1};
	if (r->counted < r->line_start) {
		r->counted = r->line_start;
		r->columns = 0;
	}
	for (; r->counted < r->at; r->counted++)
		r->columns += (*r->counted & 0xc0) != 0x80;
	return (struct text_place){r->line, r->columns + 1};
}

__attribute__((format(printf, 2, 3))) static int refuse(struct reader *r, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = err_at_args(r->err, -EINVAL, r->name, place_of(r), format, args);
	va_end(args);
	return rc;
}

static int unexpected(struct reader *r, const char *wanted)
{
	if (r->at >= r->end)
		return refuse(r, "the file ends where %s is expected", wanted);
	if (isprint((unsigned char)*r->at))
		return refuse(r, "'%c' where %s is expected", *r->at, wanted);
	return refuse(r, "the byte 0x%02x where %s is expected", (unsigned char)*r->at, wanted);
}

static void skip_blanks(struct reader *r)
{
	for (; r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\t' || *r->at == '\r' || *r->at == '\n');
	     r->at++) {
		if (*r->at == '\n') {
			r->line++;
			r->line_start = r->at + 1;
		}
	}
}

static bool take(struct reader *r, char c)
{
	if (r->at >= r->end || *r->at != c)
		return false;
	r->at++;
	return true;
}

static int hex4(struct reader *r, uint32_t *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++, r->at++) {
		if (r->at >= r->end || !isxdigit((unsigned char)*r->at))
			return unexpected(r, "a hexadecimal digit");
		*out = *out * 16 +
		       (isdigit((unsigned char)*r->at) ? *r->at - '0' : (*r->at | 32) - 'a' + 10);
	}
	return 0;
}

static void add_character(struct buf *out, uint32_t c)
{
	char bytes[4];
	size_t n = 0;

	if (c < 0x80) {
		bytes[n++] = c;
	} else if (c < 0x800) {
		bytes[n++] = 0xc0 | c >> 6;
		bytes[n++] = 0x80 | (c & 0x3f);
	} else if (c < 0x10000) {
		bytes[n++] = 0xe0 | c >> 12;
		bytes[n++] = 0x80 | (c >> 6 & 0x3f);
		bytes[n++] = 0x80 | (c & 0x3f);
	} else {
		bytes[n++] = 0xf0 | c >> 18;
		bytes[n++] = 0x80 | (c >> 12 & 0x3f);
		bytes[n++] = 0x80 | (c >> 6 & 0x3f);
		bytes[n++] = 0x80 | (c & 0x3f);
	}
	buf__add(out, bytes, n);
}

/* Behind "\u". */
static int unicode(struct reader *r, struct buf *out)
{
	uint32_t c, low;
	int rc = hex4(r, &c);

	if (rc)
		return rc;
	if (c >= 0xd800 && c < 0xdc00) {
		if (!take(r, '\\') || !take(r, 'u'))
			return unexpected(r, "the second half of a surrogate pair");
		rc = hex4(r, &low);
		if (rc)
			return rc;
		if (low < 0xdc00 || low >= 0xe000)
			return refuse(r, "half of a surrogate pair");
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
	} else if (c >= 0xdc00 && c < 0xe000) {
		return refuse(r, "half of a surrogate pair");
	}
	if (!c)
		return refuse(r, "a NUL in a string");
	add_character(out, c);
	return 0;
}

static int escape(struct reader *r, struct buf *out)
{
	static const char letters[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
	const char *place;

	if (r->at >= r->end)
		return unexpected(r, "an escape");
	if (take(r, 'u'))
		return unicode(r, out);
	place = *r->at ? strchr(letters, *r->at) : NULL;
	if (!place)
		return unexpected(r, "an escape");
	buf__add(out, &means[place - letters], 1);
	r->at++;
	return 0;
}

/* What stands for itself in a string. */
static void skip_plain(struct reader *r)
{
	char *at = r->at;

	while (at < r->end && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
		at++;
	r->at = at;
}

/* *out is a piece of the source, or owned if there were escapes in it. */
static int string(struct reader *r, char **out, bool *lent)
{
	struct buf own_buf text = BUF_INIT;
	char *start = r->at + 1;

	if (!take(r, '"'))
		return unexpected(r, "a string");
	skip_plain(r);
	/* nearly all; there are a thousand in a recording, and copies of them would be most of what it costs */
	if (r->at < r->end && *r->at == '"') {
		*r->at++ = '\0';
		*out = start;
		*lent = true;
		return 0;
	}
	r->at = start;
	while (!take(r, '"')) {
		int rc;

		start = r->at;
		skip_plain(r);
		buf__add(&text, start, r->at - start);
		if (r->at < r->end && *r->at == '"')
			continue;
		if (!take(r, '\\'))
			return unexpected(r, "the end of a string");
		rc = escape(r, &text);
		if (rc)
			return rc;
	}
	buf__add(&text, "", 0);
	if (buf__error(&text))
		return err_errno(r->err, -ENOMEM, "cannot read %s", r->name);
	*out = text.data ? steal_ptr(&text.data) : strdup("");
	return *out ? 0 : err_errno(r->err, -ENOMEM, "cannot read %s", r->name);
}

static size_t digits(struct reader *r)
{
	const char *start = r->at;

	while (r->at < r->end && isdigit((unsigned char)*r->at))
		r->at++;
	return r->at - start;
}

/* Digits alone; false: more than 64 bits. */
static bool count_of(const char *text, uint64_t *out)
{
	for (*out = 0; *text; text++)
		if (__builtin_mul_overflow(*out, 10, out) ||
		    __builtin_add_overflow(*out, *text - '0', out))
			return false;
	return true;
}

static int number(struct reader *r, struct node *out)
{
	const char *start = r->at;
	bool whole = !take(r, '-');

	if (take(r, '0')) {
		if (r->at < r->end && isdigit((unsigned char)*r->at))
			return refuse(r, "a number with a leading zero");
	} else if (!digits(r)) {
		return unexpected(r, "a digit");
	}
	if (take(r, '.')) {
		whole = false;
		if (!digits(r))
			return unexpected(r, "a digit");
	}
	if (r->at < r->end && (*r->at | 32) == 'e') {
		whole = false;
		r->at++;
		if (!take(r, '+'))
			take(r, '-');
		if (!digits(r))
			return unexpected(r, "a digit");
	}
	out->kind = NODE_NUMBER;
	out->text = strndup(start, r->at - start);
	if (!out->text)
		return err_errno(r->err, -ENOMEM, "cannot read %s", r->name);
	out->is_count = whole && count_of(out->text, &out->number);
	return 0;
}

static bool take_word(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->at) < len || memcmp(r->at, word, len))
		return false;
	r->at += len;
	return true;
}

static int value(struct reader *r, struct node *out);

static int member(struct reader *r, struct node *out)
{
	struct node own_node named = {0};
	struct text_place place = place_of(r);
	struct node *child;
	int rc = string(r, &named.key, &named.key_lent);

	if (rc)
		return rc;
	if (out->len == DOCUMENT_MEMBERS_MAX)
		return refuse(r, "an object with more than %d members", DOCUMENT_MEMBERS_MAX);
	for (size_t i = 0; i < out->len; i++)
		if (node_has_key(&out->children[i], named.key))
			return err_at(r->err, -EINVAL, r->name, place,
				      "\"%s\" is there already, in line %u", named.key,
				      out->children[i].place.line);
	skip_blanks(r);
	if (!take(r, ':'))
		return unexpected(r, "':'");
	child = node_add(out, NULL);
	if (!child)
		return err_errno(r->err, -ENOMEM, "cannot read %s", r->name);
	*child = named;
	named = (struct node){0};
	return value(r, child);
}

/* Behind the opening bracket. */
static int members(struct reader *r, struct node *out, char close)
{
	bool first = true;

	while (true) {
		struct node *child;
		int rc;

		skip_blanks(r);
		if (first && take(r, close))
			return 0;
		if (close == '}') {
			rc = member(r, out);
		} else {
			child = node_add(out, NULL);
			rc = child ? value(r, child) :
				     err_errno(r->err, -ENOMEM, "cannot read %s", r->name);
		}
		if (rc)
			return rc;
		skip_blanks(r);
		if (take(r, close))
			return 0;
		if (!take(r, ','))
			return unexpected(r, close == '}' ? "',' or '}'" : "',' or ']'");
		first = false;
	}
}

static int value(struct reader *r, struct node *out)
{
	int rc;

	skip_blanks(r);
	out->place = place_of(r);
	if (++r->nodes > DOCUMENT_NODES_MAX)
		return refuse(r, "more than %d values", DOCUMENT_NODES_MAX);
	if (r->at >= r->end)
		return unexpected(r, "a value");
	switch (*r->at) {
	case '{':
	case '[':
		out->kind = *r->at == '{' ? NODE_OBJECT : NODE_ARRAY;
		if (++r->depth > DOCUMENT_DEPTH_MAX)
			return refuse(r, "nested deeper than %d", DOCUMENT_DEPTH_MAX);
		rc = members(r, out, *r->at++ == '{' ? '}' : ']');
		r->depth--;
		return rc;
	case '"':
		out->kind = NODE_STRING;
		return string(r, &out->text, &out->text_lent);
	case '-':
	case '0' ... '9':
		return number(r, out);
	default:
		break;
	}
	if (take_word(r, "null"))
		return 0;
	out->kind = NODE_BOOL;
	out->truth = take_word(r, "true");
	if (out->truth || take_word(r, "false"))
		return 0;
	return unexpected(r, "a value");
}

int document_parse_json(const char *name, const char *text, size_t len, struct node *out,
			struct err *err)
{
	struct node own_node node = {.source = malloc(len + 1)};
	struct reader r = {.name = name, .line = 1, .ascii = text_is_ascii(text, len), .err = err};
	size_t valid;
	int rc;

	if (!node.source)
		return err_errno(err, -ENOMEM, "cannot read %s", name);
	if (len)
		memcpy(node.source, text, len);
	r.at = node.source;
	r.end = node.source + len;
	r.line_start = node.source;
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		return refuse(&r, "a byte order mark, which runtimes do not read");
	rc = value(&r, &node);
	if (rc)
		return rc;
	skip_blanks(&r);
	if (r.at < r.end)
		return unexpected(&r, "the end of the file");
	valid = r.ascii ? len : text_utf8_len(text, len);
	if (valid < len)
		return err_at(err, -EINVAL, name, text_place(text, valid), "this is not UTF-8");
	*out = node;
	node = (struct node){0};
	return 0;
}
