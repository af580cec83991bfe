// SPDX-License-Identifier: BSD-2-Clause
/* YAML (the part that JSON has, without anchors, aliases and tags) into a document. */
#include "profile/document.h"
#include "profile/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <yaml.h>

struct reader {
	const char *name, *text;
	yaml_parser_t parser;
	unsigned int depth;
	size_t nodes;
	struct err *err;
};

static struct text_place place_of(yaml_mark_t mark)
{
	return (struct text_place){mark.line + 1, mark.column + 1};
}

__attribute__((format(printf, 3, 4))) static int refuse(struct reader *r, yaml_mark_t mark,
							const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = err_at_args(r->err, -EINVAL, r->name, place_of(mark), format, args);
	va_end(args);
	return rc;
}

static int no_memory(struct reader *r)
{
	return err_errno(r->err, -ENOMEM, "cannot read %s", r->name);
}

static void own_event_(yaml_event_t *event)
{
	yaml_event_delete(event);
}
#define own_event own_with(own_event_)

static int next(struct reader *r, yaml_event_t *event)
{
	if (yaml_parser_parse(&r->parser, event))
		return 0;
	if (r->parser.error == YAML_MEMORY_ERROR)
		return no_memory(r);
	/* what is no text at all has an offset in bytes instead of a mark */
	if (r->parser.error == YAML_READER_ERROR)
		return err_at(r->err, -EINVAL, r->name,
			      text_place(r->text, r->parser.problem_offset), "%s",
			      r->parser.problem);
	return refuse(r, r->parser.problem_mark, "%s",
		      r->parser.problem ? r->parser.problem : "it is no YAML");
}

/* A plain scalar is what it looks like. */
static int scalar(struct reader *r, const yaml_event_t *event, struct node *out)
{
	const char *text = (const char *)event->data.scalar.value;
	bool plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (strlen(text) != event->data.scalar.length)
		return refuse(r, event->start_mark, "a NUL in a string");
	if (plain && (!*text || !strcmp(text, "null") || !strcmp(text, "~")))
		return 0;
	if (plain && (!strcmp(text, "true") || !strcmp(text, "false"))) {
		out->kind = NODE_BOOL;
		out->truth = *text == 't';
		return 0;
	}
	out->kind = NODE_STRING;
	out->text = strdup(text);
	if (!out->text)
		return no_memory(r);
	if (!plain || (!isdigit((unsigned char)*text) && *text != '-') ||
	    strspn(text + 1, "0123456789") != strlen(text + 1) || (*text == '-' && !text[1]))
		return 0;
	out->kind = NODE_NUMBER;
	errno = 0;
	out->number = *text == '-' ? 0 : strtoull(text, NULL, 10);
	/* 0644 is octal to some readers and not to others */
	out->is_count = *text != '-' && !errno && (*text != '0' || !text[1]);
	return 0;
}

static int value(struct reader *r, const yaml_event_t *event, struct node *out);

static int items(struct reader *r, struct node *out)
{
	while (true) {
		yaml_event_t own_event event = {0};
		struct node *child;
		int rc = next(r, &event);

		if (rc || event.type == YAML_SEQUENCE_END_EVENT)
			return rc;
		child = node_add(out, NULL);
		if (!child)
			return no_memory(r);
		rc = value(r, &event, child);
		if (rc)
			return rc;
	}
}

static int member(struct reader *r, const yaml_event_t *key, struct node *out)
{
	const char *text = (const char *)key->data.scalar.value;
	yaml_event_t own_event event = {0};
	struct node *child;
	int rc;

	if (key->type != YAML_SCALAR_EVENT || strlen(text) != key->data.scalar.length)
		return refuse(r, key->start_mark, "a key that is no text");
	if (key->data.scalar.anchor || key->data.scalar.tag || !strcmp(text, "<<"))
		return refuse(r, key->start_mark,
			      "an anchor, a tag or a merge of keys, which whittle does not read");
	if (out->len == DOCUMENT_MEMBERS_MAX)
		return refuse(r, key->start_mark, "an object with more than %d members",
			      DOCUMENT_MEMBERS_MAX);
	for (size_t i = 0; i < out->len; i++)
		if (!strcmp(out->children[i].key, text))
			return refuse(r, key->start_mark, "\"%.100s\" is there already, in line %u",
				      text, out->children[i].place.line);
	rc = next(r, &event);
	if (rc)
		return rc;
	child = node_add(out, text);
	return child ? value(r, &event, child) : no_memory(r);
}

static int members(struct reader *r, struct node *out)
{
	while (true) {
		yaml_event_t own_event key = {0};
		int rc = next(r, &key);

		if (rc || key.type == YAML_MAPPING_END_EVENT)
			return rc;
		rc = member(r, &key, out);
		if (rc)
			return rc;
	}
}

static const yaml_char_t *anchor_of(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT        ? event->data.scalar.anchor :
	       event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.anchor :
							 event->data.sequence_start.anchor;
}

static const yaml_char_t *tag_of(const yaml_event_t *event)
{
	return event->type == YAML_SCALAR_EVENT        ? event->data.scalar.tag :
	       event->type == YAML_MAPPING_START_EVENT ? event->data.mapping_start.tag :
							 event->data.sequence_start.tag;
}

static int value(struct reader *r, const yaml_event_t *event, struct node *out)
{
	int rc;

	out->place = place_of(event->start_mark);
	if (++r->nodes > DOCUMENT_NODES_MAX)
		return refuse(r, event->start_mark, "more than %d values", DOCUMENT_NODES_MAX);
	if (event->type != YAML_SCALAR_EVENT && event->type != YAML_SEQUENCE_START_EVENT &&
	    event->type != YAML_MAPPING_START_EVENT)
		return refuse(r, event->start_mark, "an alias, which whittle does not read");
	if (anchor_of(event) || tag_of(event))
		return refuse(r, event->start_mark, "%s, which whittle does not read",
			      anchor_of(event) ? "an anchor" : "a tag");
	if (event->type == YAML_SCALAR_EVENT)
		return scalar(r, event, out);
	if (++r->depth > DOCUMENT_DEPTH_MAX)
		return refuse(r, event->start_mark, "nested deeper than %d", DOCUMENT_DEPTH_MAX);
	out->kind = event->type == YAML_MAPPING_START_EVENT ? NODE_OBJECT : NODE_ARRAY;
	rc = out->kind == NODE_OBJECT ? members(r, out) : items(r, out);
	r->depth--;
	return rc;
}

/* One document, and nothing behind it. */
static int document(struct reader *r, struct node *out)
{
	static const yaml_event_type_t before[] = {YAML_STREAM_START_EVENT,
						   YAML_DOCUMENT_START_EVENT};
	static const yaml_event_type_t behind[] = {YAML_DOCUMENT_END_EVENT, YAML_STREAM_END_EVENT};
	yaml_event_t own_event event = {0};
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(before); i++) {
		yaml_event_t own_event start = {0};

		rc = next(r, &start);
		if (!rc && start.type != before[i])
			rc = refuse(r, start.start_mark, "there is no document in it");
	}
	if (!rc)
		rc = next(r, &event);
	if (!rc)
		rc = value(r, &event, out);
	for (size_t i = 0; !rc && i < ARRAY_LEN(behind); i++) {
		yaml_event_t own_event end = {0};

		rc = next(r, &end);
		if (!rc && end.type != behind[i])
			rc = refuse(r, end.start_mark, "more than one document");
	}
	return rc;
}

int document_parse_yaml(const char *name, const char *text, size_t len, struct node *out,
			struct err *err)
{
	struct reader r = {.name = name, .text = text, .err = err};
	struct node own_node node = {0};
	int rc;

	if (!yaml_parser_initialize(&r.parser))
		return no_memory(&r);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	rc = document(&r, &node);
	yaml_parser_delete(&r.parser);
	if (rc)
		return rc;
	*out = node;
	node = (struct node){0};
	return 0;
}
