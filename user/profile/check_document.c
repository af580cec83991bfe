// SPDX-License-Identifier: BSD-2-Clause
/* What the parsers of engines and runtimes do with a profile in JSON, or in YAML that an operator turns into it, member by member. */
#include "profile/check.h"
#include "profile/members.h"
#include "profile/outcome.h"

#include <errno.h>
#include <string.h>

enum effect {
	TAKES,
	IGNORES, /* in silence */
	REFUSES,
};

/* Engines read first: Docker's and Podman's know archMap, name, includes and excludes, containerd's (Kubernetes) hands on OCI. */
struct checking {
	enum consumer consumer;
	struct findings *out;
};

bool consumer_uses_runc(enum consumer consumer)
{
	return consumer != CONSUMER_CRUN && consumer != CONSUMER_PODMAN;
}

bool consumer_uses_crun(enum consumer consumer)
{
	return consumer == CONSUMER_CRUN || consumer == CONSUMER_PODMAN || consumer == CONSUMER_ANY;
}

static bool has_engine(enum consumer consumer)
{
	return consumer == CONSUMER_DOCKER || consumer == CONSUMER_PODMAN;
}

/* What both runtimes do with it, as far as the consumer uses them. */
static int report(const struct checking *checking, const struct node *node, const char *id,
		  enum effect runc, enum effect crun, const char *what)
{
	static const char *const words[] = {"takes", "ignores", "refuses"};
	enum effect worst = TAKES;
	char who[64] = "";

	if (!consumer_uses_runc(checking->consumer))
		runc = TAKES;
	if (!consumer_uses_crun(checking->consumer))
		crun = TAKES;
	worst = runc > crun ? runc : crun;
	if (worst == TAKES)
		return 0;
	if (runc == crun)
		snprintf(who, sizeof(who), "runc and crun %s",
			 worst == REFUSES ? "refuse" : "ignore");
	else if (runc && crun)
		snprintf(who, sizeof(who), "runc %s, crun %s", words[runc], words[crun]);
	else
		snprintf(who, sizeof(who), "%s %s", runc ? "runc" : "crun", words[worst]);
	return findings_add(checking->out, worst == REFUSES ? SEVERITY_ERROR : SEVERITY_WARNING, id,
			    node->place, "%s: %s it", what, who);
}

static const char *text_of(const struct node *node, const char *key)
{
	const struct node *member = node_member(node, key);

	return member && member->kind == NODE_STRING ? member->text : NULL;
}

static bool is_one_of(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(*list, text))
			return true;
	return false;
}

/* They hand it to libseccomp as it is, for what has one. */
static int check_errno(const struct checking *checking, const struct node *number,
		       enum action action)
{
	if (number->kind != NODE_NUMBER || !number->is_count)
		return report(checking, number, "errno-range", REFUSES, REFUSES,
			      "an errno that is no number from 0 on");
	if (action == ACTION_ERRNO && number->number >= ERRNO_MAX)
		return report(checking, number, "errno-range", REFUSES, REFUSES,
			      "an errno above 4094");
	if (action == ACTION_TRACE && number->number > TRACE_MAX)
		return findings_add(checking->out, SEVERITY_WARNING, "errno-range", number->place,
				    "a number for whoever traces that is above 65535: only its lower 16 bits are told");
	return 0;
}

static int check_action(const struct checking *checking, const struct node *node, const char *key,
			const char *errno_key)
{
	const struct node *member = node_member(node, key), *number = node_member(node, errno_key);
	const char *name = text_of(node, key);
	enum action action = name ? action_from_scmp_name(name) : ACTION_INVALID;
	int rc = 0;

	if (action == ACTION_INVALID)
		rc = report(checking, member ? member : node, "action", REFUSES, REFUSES,
			    name ? "an action that there is not" : "no action");
	if (!rc && number)
		rc = check_errno(checking, number, action);
	if (!rc && number && action != ACTION_INVALID && !action_has_errno(action))
		rc = report(checking, number, "errno-without-use", TAKES, REFUSES,
			    "an errno for an action that has none");
	return rc;
}

static int check_arches(const struct checking *checking, const struct node *node)
{
	const struct node *list = node_member(node, "architectures");
	int rc = 0;

	for (size_t i = 0; !rc && list && list->kind == NODE_ARRAY && i < list->len; i++) {
		const struct node *arch = &list->children[i];
		const char *name = arch->kind == NODE_STRING ? arch->text : "";
		char whole[64];

		if (arch_from_scmp_name(name) != ARCH_INVALID)
			continue;
		snprintf(whole, sizeof(whole), "SCMP_ARCH_%s", name);
		rc = arch_from_scmp_name(whole) != ARCH_INVALID ?
			     report(checking, arch, "arch-prefix", REFUSES, TAKES,
				    "an architecture without SCMP_ARCH_") :
			     report(checking, arch, "arch", REFUSES, REFUSES,
				    "an architecture that there is not");
	}
	return rc;
}

static bool notifies(const struct node *node)
{
	const struct node *rules = node_member(node, "syscalls");
	const char *action = text_of(node, "defaultAction");

	if (action && !strcmp(action, "SCMP_ACT_NOTIFY"))
		return true;
	for (size_t i = 0; rules && rules->kind == NODE_ARRAY && i < rules->len; i++) {
		action = text_of(&rules->children[i], "action");
		if (action && !strcmp(action, "SCMP_ACT_NOTIFY"))
			return true;
	}
	return false;
}

static int check_flags(const struct checking *checking, const struct node *node)
{
	static const char *const known[] = {"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG",
					    "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
					    "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", NULL};
	const struct node *flags = node_member(node, "flags");
	int rc = 0;

	if (!flags || flags->kind != NODE_ARRAY || !flags->len)
		return 0;
	if (consumer_uses_runc(checking->consumer))
		rc = findings_add(checking->out, SEVERITY_NOTE, "flags", flags->place,
				  "runc before 1.2 refuses a profile with flags");
	for (size_t i = 0; !rc && i < flags->len; i++) {
		const struct node *flag = &flags->children[i];
		const char *name = flag->kind == NODE_STRING ? flag->text : "";

		if (!is_one_of(name, known))
			rc = report(checking, flag, "flag", REFUSES, REFUSES,
				    "a flag that there is not");
		else if (!strcmp(name, known[3]) && !notifies(node))
			rc = report(checking, flag, "flag-without-use", REFUSES, TAKES,
				    "WAIT_KILLABLE_RECV without NOTIFY (runc takes it from 1.5 on)");
	}
	return rc;
}

/* The agent hears of calls through the pipe that runc writes to: of a write it would wait for itself. */
static int check_notify(const struct checking *checking, const struct node *node, const char *key)
{
	const char *action = text_of(node, key);
	const struct node *names = node_member(node, "names");
	int rc = 0;

	if (!action || strcmp(action, "SCMP_ACT_NOTIFY"))
		return 0;
	if (!strcmp(key, "defaultAction"))
		return report(checking, node_member(node, key), "notify-default", REFUSES, TAKES,
			      "NOTIFY as the default action");
	for (size_t i = 0; !rc && names && names->kind == NODE_ARRAY && i < names->len; i++)
		if (names->children[i].kind == NODE_STRING &&
		    !strcmp(names->children[i].text, "write"))
			rc = report(checking, &names->children[i], "notify-write", REFUSES, TAKES,
				    "NOTIFY for write");
	return rc;
}

static int check_names(const struct checking *checking, const struct node *rule)
{
	const struct node *names = node_member(rule, "names"), *name = node_member(rule, "name");
	int rc = 0;

	if (name && has_engine(checking->consumer))
		return names ? findings_add(checking->out, SEVERITY_ERROR, "name-and-names",
					    name->place,
					    "name beside names: the engine refuses it") :
			       0;
	if (!names || names->kind != NODE_ARRAY)
		return report(checking, rule, "no-names", IGNORES, REFUSES, "a rule without names");
	for (size_t i = 0; !rc && i < names->len; i++)
		if (names->children[i].kind == NODE_STRING && !*names->children[i].text)
			rc = report(checking, &names->children[i], "empty-name", REFUSES, TAKES,
				    "an empty name");
	if (!rc && !names->len)
		rc = findings_add(checking->out, SEVERITY_NOTE, "no-names", names->place,
				  "a rule without names says nothing");
	return rc;
}

static int check_args(const struct checking *checking, const struct node *rule)
{
	const struct node *args = node_member(rule, "args");
	int rc = 0;

	for (size_t i = 0; !rc && args && args->kind == NODE_ARRAY && i < args->len; i++) {
		const struct node *arg = &args->children[i];
		const struct node *index = node_member(arg, "index");
		const char *op = text_of(arg, "op");

		if (index && (index->kind != NODE_NUMBER || !index->is_count || index->number > 5))
			rc = report(checking, index, "index", REFUSES, REFUSES,
				    "an argument that is not from 0 to 5");
		if (!rc && (!op || compare_from_scmp_name(op) == COMPARE_INVALID))
			rc = report(checking, arg, "op", REFUSES, REFUSES,
				    "a comparison that there is not");
	}
	return rc;
}

/* What depends on the container is Docker's and Podman's; Podman knows no kernels. */
static int check_conditions(const struct checking *checking, const struct node *rule)
{
	static const char *const keys[] = {"includes", "excludes"};
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(keys); i++) {
		const struct node *member = node_member(rule, keys[i]);

		if (!node_says_something(member))
			continue;
		if (!has_engine(checking->consumer))
			rc = report(checking, member, keys[i], IGNORES, IGNORES,
				    "a condition on the container, so the rule always counts");
		else if (checking->consumer == CONSUMER_PODMAN && node_member(member, "minKernel"))
			rc = findings_add(checking->out, SEVERITY_WARNING, "min-kernel",
					  member->place,
					  "Podman ignores minKernel, so the rule always counts");
	}
	if (!rc && node_member(rule, "errno") && checking->consumer != CONSUMER_PODMAN)
		rc = findings_add(checking->out, SEVERITY_WARNING, "errno-text",
				  node_member(rule, "errno")->place,
				  "only Podman and CRI-O read errno as text");
	return rc;
}

static int check_rule(const struct checking *checking, const struct node *rule)
{
	int rc = check_action(checking, rule, "action", "errnoRet");

	if (!rc)
		rc = check_notify(checking, rule, "action");
	if (!rc)
		rc = check_names(checking, rule);
	if (!rc)
		rc = check_args(checking, rule);
	return rc ? rc : check_conditions(checking, rule);
}

static int check_map(const struct checking *checking, const struct node *node)
{
	const struct node *map = node_member(node, "archMap");

	if (!node_says_something(map))
		return 0;
	if (!has_engine(checking->consumer))
		return report(checking, map, "arch-map", IGNORES, IGNORES,
			      "archMap, so 32-bit programs are killed");
	if (node_says_something(node_member(node, "architectures")))
		return findings_add(checking->out, SEVERITY_ERROR, "arch-map", map->place,
				    "archMap beside architectures: the engine refuses it");
	return 0;
}

/* To what is written in Go a text that is missing, null or empty is the same. */
static bool is_blank(const struct node *node)
{
	return !node || node->kind == NODE_NULL || (node->kind == NODE_STRING && !*node->text);
}

/* Who is written in Go takes no notice of a key's case. */
static const struct node *member_to_go(const struct node *node, const char *key)
{
	const char *const known[] = {key, NULL};

	for (size_t i = 0; i < node->len; i++)
		if (!strcmp(node->children[i].key, key) ||
		    member_but_for_case(node->children[i].key, known))
			return &node->children[i];
	return NULL;
}

static int check_default(const struct checking *checking, const struct node *node)
{
	const struct node *rules = member_to_go(node, "syscalls");
	int rc = 0;

	if (is_blank(member_to_go(node, "defaultAction")) && (!rules || !rules->len) &&
	    checking->consumer != CONSUMER_CRUN)
		return findings_add(checking->out, SEVERITY_ERROR, "disabled", node->place,
				    "no defaultAction and no rules: there is no filter at all, and no error");
	if (notifies(node) && !node_member(node, "listenerPath"))
		rc = report(checking, node, "listener", REFUSES, TAKES,
			    "NOTIFY without a listener");
	if (!rc)
		rc = check_notify(checking, node, "defaultAction");
	return rc ? rc : check_action(checking, node, "defaultAction", "defaultErrnoRet");
}

/* Of one object. crun alone says it in what the parser warns of. */
static int check_case(const struct checking *checking, const struct node *node,
		      const char *const *known)
{
	int rc = 0;

	for (size_t i = 0; !rc && node && node->kind == NODE_OBJECT && i < node->len; i++) {
		const struct node *child = &node->children[i];
		const char *meant = member_but_for_case(child->key, known);

		if (meant)
			rc = findings_add(checking->out, SEVERITY_ERROR, "case", child->place,
					  "runc and the engines read the member \"%.100s\" as \"%s\", crun ignores it",
					  child->key, meant);
	}
	return rc;
}

/* Of the objects in an array. */
static int check_cases(const struct checking *checking, const struct node *list,
		       const char *const *known)
{
	int rc = 0;

	for (size_t i = 0; !rc && list && list->kind == NODE_ARRAY && i < list->len; i++)
		rc = check_case(checking, &list->children[i], known);
	return rc;
}

int check_members(const struct node *node, enum consumer consumer, struct findings *out,
		  struct err *err)
{
	struct checking checking = {consumer, out};
	const struct node *rules = node_member(node, "syscalls");
	int rc;

	if (consumer == CONSUMER_CRUN)
		return 0;
	rc = check_case(&checking, node, members_of_profile);
	if (!rc)
		rc = check_cases(&checking, node_member(node, "archMap"), members_of_map_entry);
	if (!rc)
		rc = check_cases(&checking, rules, members_of_rule);
	for (size_t i = 0; !rc && rules && rules->kind == NODE_ARRAY && i < rules->len; i++) {
		const struct node *rule = &rules->children[i];

		rc = check_cases(&checking, node_member(rule, "args"), members_of_condition);
		if (!rc)
			rc = check_case(&checking, node_member(rule, "includes"),
					members_of_circumstances);
		if (!rc)
			rc = check_case(&checking, node_member(rule, "excludes"),
					members_of_circumstances);
	}
	return rc ? err_errno(err, rc, "cannot check the profile") : 0;
}

int check_document(const struct node *node, enum consumer consumer, struct findings *out,
		   struct err *err)
{
	struct checking checking = {consumer, out};
	const struct node *rules = node_member(node, "syscalls");
	int rc = check_default(&checking, node);

	if (!rc)
		rc = check_arches(&checking, node);
	if (!rc)
		rc = check_map(&checking, node);
	if (!rc)
		rc = check_flags(&checking, node);
	for (size_t i = 0; !rc && rules && rules->kind == NODE_ARRAY && i < rules->len; i++)
		rc = check_rule(&checking, &rules->children[i]);
	return rc ? err_errno(err, rc, "cannot check the profile") : 0;
}
