// SPDX-License-Identifier: BSD-2-Clause
#include "profile/amend.h"
#include "profile/evaluate.h"
#include "profile/argument.h"
#include "profile/parse.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static struct node *member(struct node *node, const char *key)
{
	/* the caller's own, so that it may be changed */
	return (struct node *)node_member(node, key);
}

static void remove_child(struct node *node, size_t index)
{
	node_clear(&node->children[index]);
	memmove(&node->children[index], &node->children[index + 1],
		(node->len - index - 1) * sizeof(*node->children));
	node->len--;
}

static bool is_text(const struct node *node, const char *text)
{
	return node->kind == NODE_STRING && !strcmp(node->text, text);
}

static int set_text(struct node *node, enum node_kind kind, const char *text)
{
	node->kind = kind;
	node->text = strdup(text);
	return node->text ? 0 : -ENOMEM;
}

static int add_text(struct node *node, const char *key, const char *text)
{
	struct node *child = node_add(node, key);

	return child ? set_text(child, NODE_STRING, text) : -ENOMEM;
}

static int add_number(struct node *node, const char *key, uint64_t number)
{
	struct node *child = node_add(node, key);
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	return child ? set_text(child, NODE_NUMBER, text) : -ENOMEM;
}

/* A member that is an array; one is made if there is none. */
static struct node *array(struct node *node, const char *key)
{
	struct node *found = member(node, key);

	if (found)
		return found->kind == NODE_ARRAY ? found : NULL;
	for (size_t i = 0; i < node->len; i++)
		if (!strcmp(node->children[i].key, key))
			found = &node->children[i]; /* null */
	if (!found)
		found = node_add(node, key);
	if (found)
		found->kind = NODE_ARRAY;
	return found;
}

struct node *amend_root(struct node *document)
{
	const struct node *profile;

	/* where there is none, reading it has failed before */
	return profile_in_document("", document, &profile, NULL) ? document :
								   (struct node *)profile;
}

/* --- architectures --- */

static int add_to_map(struct node *map, enum arch arch, enum arch native)
{
	struct node *entry = NULL, *list;

	for (size_t i = 0; !entry && i < map->len; i++) {
		struct node *name = member(&map->children[i], "architecture");

		if (name && is_text(name, arch_scmp_name(native)))
			entry = &map->children[i];
	}
	if (!entry) {
		entry = node_add(map, NULL);
		if (!entry)
			return -ENOMEM;
		entry->kind = NODE_OBJECT;
		if (add_text(entry, "architecture", arch_scmp_name(native)))
			return -ENOMEM;
	}
	list = array(entry, "subArchitectures");
	if (!list)
		return -ENOMEM;
	return arch == native ? 0 : add_text(list, NULL, arch_scmp_name(arch));
}

int amend_add_arch(struct node *root, enum arch arch, enum arch native)
{
	struct node *map = member(root, "archMap"), *list;

	if (map && map->kind == NODE_ARRAY && map->len)
		return add_to_map(map, arch, native);
	list = array(root, "architectures");
	if (!list)
		return -ENOMEM;
	/* none means the machine's own */
	if (!list->len && arch != native && add_text(list, NULL, arch_scmp_name(native)))
		return -ENOMEM;
	return add_text(list, NULL, arch_scmp_name(arch));
}

/* --- rules --- */

static void remove_name(struct node *rule, const char *name)
{
	struct node *names = member(rule, "names");

	for (size_t i = names ? names->len : 0; i-- > 0;)
		if (is_text(&names->children[i], name))
			remove_child(names, i);
	/* Docker's older form: a rule for one name */
	for (size_t i = rule->len; i-- > 0;)
		if (!strcmp(rule->children[i].key, "name") && is_text(&rule->children[i], name))
			remove_child(rule, i);
}

/* A rule that allows whatever the arguments, and says nothing else: no comment, no capability. */
static bool is_plain_allow(const struct node *rule)
{
	const struct node *names = node_member(rule, "names");
	const struct node *action = node_member(rule, "action");

	for (size_t i = 0; i < rule->len; i++) {
		const struct node *child = &rule->children[i];

		if (child->kind == NODE_NULL || (child->len == 0 && child->kind >= NODE_ARRAY))
			continue;
		if (strcmp(child->key, "names") && strcmp(child->key, "action"))
			return false;
	}
	return names && names->kind == NODE_ARRAY && action && is_text(action, "SCMP_ACT_ALLOW");
}

/* Before the first name that is greater: lists that are in order stay so. */
static int insert_name(struct node *names, const char *name)
{
	size_t place = 0;
	struct node added;

	while (place < names->len && (names->children[place].kind != NODE_STRING ||
				      strcmp(names->children[place].text, name) < 0))
		place++;
	if (add_text(names, NULL, name))
		return -ENOMEM;
	added = names->children[names->len - 1];
	memmove(&names->children[place + 1], &names->children[place],
		(names->len - 1 - place) * sizeof(added));
	names->children[place] = added;
	return 0;
}

static int add_condition(struct node *rule, const struct condition *condition)
{
	struct node *args = array(rule, "args"), *one = args ? node_add(args, NULL) : NULL;

	if (!one)
		return -ENOMEM;
	one->kind = NODE_OBJECT;
	if (add_number(one, "index", condition->index) ||
	    add_number(one, "value", condition->value) ||
	    (condition->compare == COMPARE_MASKED_EQ &&
	     add_number(one, "valueTwo", condition->value_two)))
		return -ENOMEM;
	return add_text(one, "op", compare_scmp_name(condition->compare));
}

static int add_rule(struct node *rules, const char *name, const struct term *term)
{
	struct node *rule = node_add(rules, NULL), *names;
	int rc = 0;

	if (!rule)
		return -ENOMEM;
	rule->kind = NODE_OBJECT;
	names = array(rule, "names");
	if (!names || add_text(names, NULL, name) || add_text(rule, "action", "SCMP_ACT_ALLOW"))
		return -ENOMEM;
	for (size_t i = 0; term && !rc && i < CONDITION_ARGS; i++)
		if (term->conditions[i].compare != COMPARE_INVALID)
			rc = add_condition(rule, &term->conditions[i]);
	return rc;
}

int amend_allow(struct node *root, const struct profile *profile, const char *name,
		const struct term *term)
{
	struct node *rules = array(root, "syscalls");

	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		/* a rule without conditions would decide before one with */
		if (names_has(&rule->names, name) && (!term || !rule->conditions_len))
			remove_name(&rules->children[rule->number - 1], name);
	}
	if (profile->default_action == ACTION_ALLOW)
		return 0;
	for (size_t i = 0; !term && i < rules->len; i++)
		if (is_plain_allow(&rules->children[i]))
			return insert_name(member(&rules->children[i], "names"), name);
	return add_rule(rules, name, term);
}

/* --- subcalls --- */

static int copy_node(const struct node *from, struct node *to)
{
	to->kind = from->kind;
	to->truth = from->truth;
	to->is_count = from->is_count;
	to->number = from->number;
	if (from->text && !(to->text = strdup(from->text)))
		return -ENOMEM;
	for (size_t i = 0; i < from->len; i++) {
		struct node *child = node_add(to, from->children[i].key);

		if (!child || copy_node(&from->children[i], child))
			return -ENOMEM;
	}
	return 0;
}

/* A rule that says of one subcall what the rule at `index` says of the whole call. */
static int add_copy(struct node *rules, size_t index, const char *name,
		    const struct condition *condition)
{
	static const char *const others[] = {"names", "name", "args"};
	struct node *rule = node_add(rules, NULL), *names;
	const struct node *from = &rules->children[index];

	if (!rule)
		return -ENOMEM;
	rule->kind = NODE_OBJECT;
	names = array(rule, "names");
	if (!names || add_text(names, NULL, name))
		return -ENOMEM;
	for (size_t i = 0; i < from->len; i++) {
		const struct node *child = &from->children[i];
		bool other = false;
		struct node *copy;

		for (size_t k = 0; k < ARRAY_LEN(others); k++)
			other |= !strcmp(child->key, others[k]);
		if (other)
			continue;
		copy = node_add(rule, child->key);
		if (!copy || copy_node(child, copy))
			return -ENOMEM;
	}
	return add_condition(rule, condition);
}

static bool node_has_name(const struct node *rule, const char *name)
{
	const struct node *names = node_member(rule, "names"), *one = node_member(rule, "name");

	for (size_t i = 0; names && i < names->len; i++)
		if (is_text(&names->children[i], name))
			return true;
	return one && is_text(one, name);
}

/* Is it one that add_copy() has added, for this subcall? */
static bool is_copy_for(const struct node *rule, const char *name, const struct condition *wanted)
{
	const struct node *args = node_member(rule, "args");
	const struct node *one = args && args->len == 1 ? &args->children[0] : NULL;
	const struct node *value = node_member(one, "value");
	const struct node *second = node_member(one, "valueTwo");

	if (rule->place.line || !value ||
	    !node_has_name(rule, name)) /* what was read stands somewhere */
		return false;
	return strtoull(value->text, NULL, 10) == wanted->value &&
	       (!second || strtoull(second->text, NULL, 10) == wanted->value_two);
}

static int split_rule(struct node *rules, size_t index, const struct syscall *call,
		      const char *name)
{
	struct syscall other = *call;

	for (other.sub = 0; other.sub < SUBCALLS_MAX; other.sub++) {
		struct condition condition = condition_of_subcall(&other);

		if (syscall_subname(&other) && add_copy(rules, index, name, &condition))
			return -ENOMEM;
	}
	remove_name(&rules->children[index], name);
	return 0;
}

int amend_allow_subcall(struct node *root, const struct profile *profile,
			const struct syscall *call, const char *name)
{
	const struct condition condition = condition_of_subcall(call);
	const struct term term = {.conditions[0] = condition};
	struct node *rules = array(root, "syscalls");

	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		if (names_has(&rule->names, name) && rule->conditions_len == 1 &&
		    condition_equal(&rule->conditions[0], &condition))
			remove_name(&rules->children[rule->number - 1], name);
	}
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		/* the name has left it if another subcall was allowed before */
		if (names_has(&rule->names, name) && !rule->conditions_len &&
		    rule_counts(profile, rule) &&
		    node_has_name(&rules->children[rule->number - 1], name) &&
		    split_rule(rules, rule->number - 1, call, name))
			return -ENOMEM;
	}
	for (size_t i = 0; i < rules->len; i++)
		if (is_copy_for(&rules->children[i], name, &condition))
			remove_name(&rules->children[i], name);
	return profile->default_action == ACTION_ALLOW ? 0 :
							 amend_allow(root, profile, name, &term);
}

void amend_finish(struct node *root)
{
	struct node *rules = member(root, "syscalls");

	for (size_t i = rules ? rules->len : 0; i-- > 0;) {
		struct node *rule = &rules->children[i], *names = member(rule, "names");

		if ((names && !names->len) || (!names && !member(rule, "name")))
			remove_child(rules, i);
	}
}
