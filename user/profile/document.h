/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A JSON or YAML document as a tree that knows where each value stands, so that whoever reads meaning out of it can name the
 * place. Numbers are kept as they are written, with all 64 bits. Bounded in depth and in the number of values.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCUMENT_DEPTH_MAX   32
#define DOCUMENT_NODES_MAX   1000000
#define DOCUMENT_MEMBERS_MAX 1000 /* of one object */

enum node_kind {
	NODE_NULL = 0,
	NODE_BOOL,
	NODE_NUMBER,
	NODE_STRING,
	NODE_ARRAY,
	NODE_OBJECT,
};

struct node {
	enum node_kind kind;
	struct text_place place;
	char *key;                /* of a member of an object; owned, unless key_lent */
	char *text;               /* of a string, or a number as written; owned, unless text_lent */
	bool key_lent, text_lent; /* it lies in the source of the root */
	bool truth;
	bool is_count;   /* a number without sign, point and exponent that fits 64 bits */
	uint64_t number; /* then */
	struct node *children;
	size_t len, room;
	char *source; /* of a root: what was read, of which its strings are pieces; owned */
};

void node_clear(struct node *node);
#define own_node own_with(node_clear)

/** Is it the member of that key? Of an object's children. */
bool node_has_key(const struct node *node, const char *key);

/** The member of an object; NULL: there is none, it is null, or this is no object. */
const struct node *node_member(const struct node *node, const char *key);

/** Is it an object or an array that holds something? Empty ones ("includes": {}) say nothing, and Docker's own writers put them. */
bool node_says_something(const struct node *node);

/** One more child with that key (copied; NULL: none), zeroed; NULL: no memory. Borrowed until the next one. */
struct node *node_add(struct node *node, const char *key);

/** -EINVAL with "NAME:LINE:COLUMN: ...". A key that comes twice, a NUL, a byte order mark are refused. *out was zeroed. */
int document_parse_json(const char *name, const char *text, size_t len, struct node *out,
			struct err *err) must_check;

/** The same for one YAML document, without anchors, aliases and tags. */
int document_parse_yaml(const char *name, const char *text, size_t len, struct node *out,
			struct err *err) must_check;

/** JSON, laid out as emit_oci() does it: members in their order, numbers as they were written. */
int document_write_json(const struct node *node, struct buf *out, struct err *err) must_check;
