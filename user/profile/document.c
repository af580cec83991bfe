// SPDX-License-Identifier: BSD-2-Clause
#include "profile/document.h"

#include <string.h>

void node_clear(struct node *node)
{
	for (size_t i = 0; i < node->len; i++)
		node_clear(&node->children[i]);
	free(node->children);
	if (!node->key_lent)
		free(node->key);
	if (!node->text_lent)
		free(node->text);
	free(node->source);
	*node = (struct node){0};
}

bool node_has_key(const struct node *node, const char *key)
{
	/* most differ in the first letter, and to call strcmp() for each would be a tenth of what reading costs */
	return node->key[0] == key[0] && !strcmp(node->key, key);
}

const struct node *node_member(const struct node *node, const char *key)
{
	if (!node || node->kind != NODE_OBJECT)
		return NULL;
	for (size_t i = 0; i < node->len; i++)
		if (node_has_key(&node->children[i], key))
			return node->children[i].kind == NODE_NULL ? NULL : &node->children[i];
	return NULL;
}

bool node_says_something(const struct node *node)
{
	return node && (node->kind == NODE_OBJECT || node->kind == NODE_ARRAY) && node->len;
}

struct node *node_add(struct node *node, const char *key)
{
	char *own_ptr copy = NULL;

	if (node->len == node->room) {
		size_t room = node->room ? node->room * 2 : 4;
		struct node *children = reallocarray(node->children, room, sizeof(*children));

		if (!children)
			return NULL;
		node->children = children;
		node->room = room;
	}
	if (key && !(copy = strdup(key)))
		return NULL;
	node->children[node->len] = (struct node){.key = steal_ptr(&copy)};
	return &node->children[node->len++];
}
