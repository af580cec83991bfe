// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parsing.h"
#include "profile/members.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_LEN 1024

__attribute__((format(printf, 2, 0))) static void
sentence(const struct parsing *parsing, const char *format, va_list args, char out[SENTENCE_LEN])
{
	int n = 0;

	if (parsing->rule)
		n = snprintf(out, SENTENCE_LEN, "rule %zu: ", parsing->rule);
	vsnprintf(out + n, SENTENCE_LEN - n, format, args);
}

static int refuse(const struct parsing *parsing, const struct node *node, const char *text)
{
	struct findings *errors = parsing->options ? parsing->options->errors : NULL;

	if (errors && errors->len < PARSE_ERRORS_MAX &&
	    findings_add(errors, SEVERITY_ERROR, "unreadable", node->place, "%s", text))
		return parsing_no_memory(parsing);
	return err_at(parsing->err, -EINVAL, parsing->file, node->place, "%s", text);
}

int parsing_refuse(const struct parsing *parsing, const struct node *node, const char *format, ...)
{
	char text[SENTENCE_LEN];
	va_list args;

	va_start(args, format);
	sentence(parsing, format, args, text);
	va_end(args);
	return refuse(parsing, node, text);
}

bool parsing_goes_on(const struct parsing *parsing, int rc)
{
	const struct findings *errors = parsing->options ? parsing->options->errors : NULL;

	return !rc || (rc == -EINVAL && errors && errors->len < PARSE_ERRORS_MAX);
}

static int add_warning(const struct parsing *parsing, const struct node *node, const char *text)
{
	if (!parsing->options ||
	    !findings_add_ignored(parsing->options->warnings, node->place, "%s", text))
		return 0;
	return parsing_no_memory(parsing);
}

int parsing_warn(const struct parsing *parsing, const struct node *node, const char *format, ...)
{
	char text[SENTENCE_LEN];
	va_list args;

	va_start(args, format);
	sentence(parsing, format, args, text);
	va_end(args);
	return add_warning(parsing, node, text);
}

int parsing_object(const struct parsing *parsing, const struct node *node, const char *format, ...)
{
	char text[SENTENCE_LEN];
	va_list args;

	va_start(args, format);
	sentence(parsing, format, args, text);
	va_end(args);
	return parsing->options && parsing->options->lenient ? add_warning(parsing, node, text) :
							       refuse(parsing, node, text);
}

int parsing_no_memory(const struct parsing *parsing)
{
	return err_errno(parsing->err, -ENOMEM, "cannot read %s", parsing->file);
}

int parsing_text(const struct parsing *parsing, const struct node *node, const char *key,
		 const char **out)
{
	const struct node *member = node_member(node, key);

	*out = NULL;
	if (!member)
		return 0;
	if (member->kind != NODE_STRING)
		return parsing_refuse(parsing, member, "\"%s\" is not a string", key);
	*out = member->text;
	return 0;
}

int parsing_number(const struct parsing *parsing, const struct node *node, const char *key,
		   uint64_t max, uint64_t *out, bool *there)
{
	const struct node *member = node_member(node, key);

	*there = member;
	if (!member)
		return 0;
	if (member->kind != NODE_NUMBER || !member->is_count || member->number > max)
		return parsing_refuse(parsing, member, "\"%s\" is not a number from 0 to %llu", key,
				      (unsigned long long)max);
	*out = member->number;
	return 0;
}

int parsing_array(const struct parsing *parsing, const struct node *node, const char *key,
		  const struct node **out)
{
	*out = node_member(node, key);
	if (*out && (*out)->kind != NODE_ARRAY)
		return parsing_refuse(parsing, *out, "\"%s\" is not an array", key);
	return 0;
}

int parsing_check_members(const struct parsing *parsing, const struct node *node,
			  const char *const *known)
{
	bool exact = parsing->options && parsing->options->exact;
	int rc = 0;

	for (size_t i = 0; !rc && i < node->len; i++) {
		const char *key = node->children[i].key, *meant;
		bool found = false;

		for (const char *const *k = known; *k; k++)
			found |= !strcmp(*k, key);
		if (found)
			continue;
		meant = exact ? NULL : member_but_for_case(key, known);
		if (meant)
			rc = parsing_object(parsing, &node->children[i],
					    "runc and the engines read the member \"%.100s\" as \"%s\", crun ignores it",
					    key, meant);
		else
			rc = parsing_warn(parsing, &node->children[i],
					  "runtimes ignore the member \"%.100s\"", key);
	}
	return rc;
}
