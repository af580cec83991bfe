// SPDX-License-Identifier: BSD-2-Clause
#include "base/buf.h"
#include "profile/document.h"
#include "profile/text.h"

#include <errno.h>

static void add_indent(struct buf *out, unsigned int depth)
{
	buf__addf(out, "\n%*s", (int)depth * 2, "");
}

/* Depth is bounded by the parser's. */
static void add_node(struct buf *out, const struct node *node, unsigned int depth)
{
	bool object = node->kind == NODE_OBJECT;

	switch (node->kind) {
	case NODE_NULL:
		buf__addf(out, "null");
		return;
	case NODE_BOOL:
		buf__addf(out, node->truth ? "true" : "false");
		return;
	case NODE_NUMBER:
		buf__addf(out, "%s", node->text);
		return;
	case NODE_STRING:
		text_add_json(out, node->text);
		return;
	case NODE_ARRAY:
	case NODE_OBJECT:
		break;
	}
	buf__addf(out, object ? "{" : "[");
	for (size_t i = 0; i < node->len; i++) {
		buf__addf(out, i ? "," : "");
		add_indent(out, depth + 1);
		if (object) {
			text_add_json(out, node->children[i].key);
			buf__addf(out, ": ");
		}
		add_node(out, &node->children[i], depth + 1);
	}
	if (node->len)
		add_indent(out, depth);
	buf__addf(out, object ? "}" : "]");
}

int document_write_json(const struct node *node, struct buf *out, struct err *err)
{
	add_node(out, node, 0);
	buf__addf(out, "\n");
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the document") : 0;
}
