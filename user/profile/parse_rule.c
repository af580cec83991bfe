// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parse_rule.h"
#include "base/capability.h"
#include "profile/circumstance.h"
#include "profile/evaluate.h"
#include "profile/members.h"
#include "profile/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_ERRNO 1 /* EPERM: where a profile names none */
#define NAMES_MAX     10000

/* Podman's "errno": a name or a number in a string, which wins over errnoRet. */
static int get_errno_text(const struct parsing *parsing, const struct node *node, const char *key,
			  uint64_t *out, bool *there)
{
	const struct node *member = node_member(node, key);
	const char *text;
	int rc = parsing_text(parsing, node, key, &text), number;

	if (rc || !text || !*text)
		return rc;
	*there = true;
	number = errno_from_text(text);
	if (number < 0)
		return parsing_refuse(parsing, member, "\"%s\": there is no errno '%s'", key, text);
	*out = number;
	return 0;
}

int parse_action(const struct parsing *parsing, const struct node *node,
		 const struct action_keys *keys, enum action *action, int *errno_value)
{
	uint64_t number = DEFAULT_ERRNO;
	const char *name;
	bool there;
	int rc = parsing_text(parsing, node, keys->action, &name);

	if (rc)
		return rc;
	if (!name)
		return parsing_refuse(parsing, node, "it has no \"%s\"", keys->action);
	*action = action_from_scmp_name(name);
	if (*action == ACTION_INVALID)
		return parsing_refuse(parsing, node_member(node, keys->action),
				      "\"%s\": there is no action '%s'", keys->action, name);
	rc = parsing_number(parsing, node, keys->number,
			    *action == ACTION_TRACE ? TRACE_MAX : ERRNO_MAX, &number, &there);
	if (!rc)
		rc = get_errno_text(parsing, node, keys->text, &number, &there);
	if (!rc && there && !action_has_errno(*action))
		rc = parsing_object(parsing,
				    node_member(node, keys->number) ?
					    node_member(node, keys->number) :
					    node_member(node, keys->text),
				    "\"%s\" does not go with %s", keys->number, name);
	*errno_value = action_has_errno(*action) ? (int)number : 0;
	return rc;
}

static int parse_condition(const struct parsing *parsing, const struct node *node,
			   struct condition *out)
{
	uint64_t index, value = 0, value_two = 0;
	bool has_index, has_value, has_two;
	const char *op;
	int rc = parsing_number(parsing, node, "index", CONDITION_ARGS - 1, &index, &has_index);

	if (!rc)
		rc = parsing_number(parsing, node, "value", UINT64_MAX, &value, &has_value);
	if (!rc)
		rc = parsing_number(parsing, node, "valueTwo", UINT64_MAX, &value_two, &has_two);
	if (!rc)
		rc = parsing_text(parsing, node, "op", &op);
	if (!rc && node->kind == NODE_OBJECT)
		rc = parsing_check_members(parsing, node, members_of_condition);
	if (rc)
		return rc;
	if (node->kind != NODE_OBJECT || !has_index || !op)
		return parsing_refuse(parsing, node,
				      "an argument condition needs \"index\" and \"op\"");
	/* Go leaves a 0 out where a type says so, as that of the Security Profiles Operator does; runtimes read it as one */
	if (!has_value)
		rc = parsing_warn(parsing, node, "a condition without \"value\" compares with 0");
	if (rc)
		return rc;
	out->compare = compare_from_scmp_name(op);
	if (out->compare == COMPARE_INVALID)
		return parsing_refuse(parsing, node_member(node, "op"),
				      "there is no comparison '%s'", op);
	out->index = index;
	out->value = value;
	out->value_two = out->compare == COMPARE_MASKED_EQ ? value_two & value : 0;
	/* db_rule_add() of libseccomp takes these bits away */
	if (out->compare == COMPARE_MASKED_EQ && value_two & ~value)
		return parsing_warn(parsing, node_member(node, "valueTwo"),
				    "\"valueTwo\" has bits outside of the mask, which is \"value\": libseccomp ignores them (are the two exchanged?)");
	return 0;
}

/* Of a mask without bits libseccomp makes no condition: alone it leaves a rule that has none, and which stands first counts. */
static void drop_empty_masks(struct rule *rule)
{
	bool any = rule_conditions_are_alternatives(rule);
	size_t n = 0;

	for (size_t i = 0; i < rule->conditions_len; i++)
		if (!condition_is_empty_mask(&rule->conditions[i], false))
			rule->conditions[n++] = rule->conditions[i];
	rule->conditions_len = any && n < rule->conditions_len ? 0 : n;
}

static int parse_conditions(const struct parsing *parsing, const struct node *node,
			    struct rule *rule)
{
	const struct node *args;
	int rc = parsing_array(parsing, node, "args", &args);

	for (size_t i = 0; parsing_goes_on(parsing, rc) && args && i < args->len; i++) {
		struct condition condition;
		int one = parse_condition(parsing, &args->children[i], &condition);

		if (!one)
			one = rule_add_condition(rule, &condition);
		if (one == -E2BIG)
			return parsing_refuse(parsing, args, "it has more than %d conditions",
					      CONDITIONS_MAX);
		parsing_keep(&rc, one == -ENOMEM ? parsing_no_memory(parsing) : one);
	}
	drop_empty_masks(rule);
	return rc;
}

static int add_names(const struct parsing *parsing, const struct node *nodes, size_t len,
		     struct rule *rule)
{
	static const char no_name[] = "\"names\" holds something that is no name";
	const char **own_ptr list = calloc(len, sizeof(*list));
	size_t n = 0;
	int rc = 0;

	if (!list)
		return parsing_no_memory(parsing);
	for (size_t i = 0; parsing_goes_on(parsing, rc) && i < len; i++) {
		if (nodes[i].kind != NODE_STRING)
			parsing_keep(&rc, parsing_refuse(parsing, &nodes[i], "%s", no_name));
		else if (!*nodes[i].text)
			parsing_keep(&rc, parsing_object(parsing, &nodes[i], "%s", no_name));
		else
			list[n++] = nodes[i].text;
	}
	if (!rc && names_add_all(&rule->names, list, n))
		return parsing_no_memory(parsing);
	return rc;
}

/* "names", or Docker's older "name", of one call. */
static int parse_names(const struct parsing *parsing, const struct node *node, struct rule *rule)
{
	const struct node *names = node_member(node, "names");
	const struct node *name = parsing->options ? node_member(node, "name") : NULL;

	if (name && names)
		return parsing_refuse(parsing, name, "\"name\" and \"names\" are one too many");
	if (name)
		return add_names(parsing, name, 1, rule);
	if (!names || (names->kind == NODE_ARRAY && !names->len))
		return parsing_object(parsing, names ? names : node,
				      "\"names\" is not an array of syscall names");
	if (names->kind != NODE_ARRAY)
		return parsing_refuse(parsing, names, "\"names\" is not an array of syscall names");
	if (names->len > NAMES_MAX)
		return parsing_refuse(parsing, names, "it has more than %d names", NAMES_MAX);
	return add_names(parsing, names->children, names->len, rule);
}

/* --- Docker's conditions on the container and its host --- */

static int add_circumstance(const struct parsing *parsing, const struct node *node, bool excluded,
			    enum circumstance_kind kind, const char *text, struct rule *rule)
{
	int rc = rule_add_circumstance(rule, excluded, kind, text);

	if (rc == -E2BIG)
		return parsing_refuse(parsing, node, "it depends on more than %d things",
				      CIRCUMSTANCES_MAX);
	return rc ? parsing_no_memory(parsing) : 0;
}

/* As engines compare them: to the letter. */
static bool is_capability(const char *text)
{
	for (size_t i = 0; i < CAPABILITY_COUNT; i++)
		if (!strcmp(text, capability_names[i]))
			return true;
	return false;
}

static int parse_list(const struct parsing *parsing, const struct node *node, bool excluded,
		      enum circumstance_kind kind, struct rule *rule)
{
	const char *key = circumstance_key(kind);
	const struct node *list;
	int rc = parsing_array(parsing, node, key, &list);

	for (size_t i = 0; !rc && list && i < list->len; i++) {
		const struct node *text = &list->children[i];

		if (text->kind != NODE_STRING)
			return parsing_refuse(parsing, text,
					      "\"%s\" holds something that is no text", key);
		if (kind == CIRCUMSTANCE_CAP && !is_capability(text->text))
			rc = parsing_warn(parsing, text, "there is no capability '%.100s'",
					  text->text);
		if (!rc)
			rc = add_circumstance(parsing, text, excluded, kind, text->text, rule);
	}
	return rc;
}

/* One to five digits, a point, and as many again. */
static bool is_version(const char *text)
{
	static const char digits[] = "0123456789";
	size_t major = strspn(text, digits);
	size_t minor = text[major] == '.' ? strspn(text + major + 1, digits) : 0;

	return major && major <= 5 && minor && minor <= 5 && !text[major + 1 + minor];
}

static int parse_kernel(const struct parsing *parsing, const struct node *node, bool excluded,
			struct rule *rule)
{
	const char *key = circumstance_key(CIRCUMSTANCE_KERNEL), *text;
	unsigned int major, minor;
	char version[32];
	int rc = parsing_text(parsing, node, key, &text);

	if (rc || !text)
		return rc;
	if (!is_version(text) || sscanf(text, "%5u.%5u", &major, &minor) != 2)
		return parsing_refuse(parsing, node_member(node, key),
				      "\"%s\" is not a version such as \"4.8\"", key);
	snprintf(version, sizeof(version), "%u.%u", major, minor);
	return add_circumstance(parsing, node, excluded, CIRCUMSTANCE_KERNEL, version, rule);
}

static int parse_circumstances(const struct parsing *parsing, const struct node *node,
			       const char *key, bool excluded, struct rule *rule)
{
	const struct node *member = node_member(node, key);
	int rc;

	if (member && member->kind != NODE_OBJECT)
		return parsing_refuse(parsing, member, "\"%s\" is not an object", key);
	if (!node_says_something(member))
		return 0;
	if (!parsing->options)
		return parsing_refuse(parsing, member,
				      "\"includes\" and \"excludes\" are Docker's, not OCI's: they depend on the container");
	rc = parsing_check_members(parsing, member, members_of_circumstances);
	if (!rc)
		rc = parse_list(parsing, member, excluded, CIRCUMSTANCE_CAP, rule);
	if (!rc)
		rc = parse_list(parsing, member, excluded, CIRCUMSTANCE_ARCH, rule);
	return rc ? rc : parse_kernel(parsing, member, excluded, rule);
}

/* --- the rule --- */

static int parse_comment(const struct parsing *parsing, const struct node *node, struct rule *rule)
{
	const char *text;
	int rc = parsing_text(parsing, node, "comment", &text);

	if (rc || !text || !*text)
		return rc;
	rule->comment = strdup(text);
	return rule->comment ? 0 : parsing_no_memory(parsing);
}

int parse_rule(const struct parsing *parsing, const struct node *node, struct profile *profile)
{
	static const struct action_keys keys = {"action", "errnoRet", "errno"};
	enum action action = ACTION_ERRNO;
	struct rule *rule;
	int errno_value = 0, rc;

	if (node->kind != NODE_OBJECT)
		return parsing_refuse(parsing, node, "it is not an object");
	rc = parsing_check_members(parsing, node, members_of_rule);
	if (parsing_goes_on(parsing, rc))
		parsing_keep(&rc, parse_action(parsing, node, &keys, &action, &errno_value));
	if (!parsing_goes_on(parsing, rc))
		return rc;
	rule = profile_add_rule(profile, action, errno_value);
	if (!rule)
		return parsing_no_memory(parsing);
	rule->number = parsing->rule;
	rule->place = node->place;
	parsing_keep(&rc, parse_circumstances(parsing, node, "includes", false, rule));
	if (parsing_goes_on(parsing, rc))
		parsing_keep(&rc, parse_circumstances(parsing, node, "excludes", true, rule));
	if (parsing_goes_on(parsing, rc))
		parsing_keep(&rc, parse_names(parsing, node, rule));
	if (parsing_goes_on(parsing, rc))
		parsing_keep(&rc, parse_conditions(parsing, node, rule));
	if (parsing_goes_on(parsing, rc))
		parsing_keep(&rc, parse_comment(parsing, node, rule));
	/* read all the same: an error in it is one elsewhere */
	if (!rc && !rule->names.len) {
		rule_clear(rule);
		profile->rules_len--;
	}
	return rc;
}
