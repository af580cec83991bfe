// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parse_oci.h"
#include "base/capability.h"
#include "profile/outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define DEFAULT_ERRNO 1 /* EPERM: where a profile names none */
#define RULES_MAX     10000
#define NAMES_MAX     10000

const char *const parse_default_caps[] = {
	"CAP_AUDIT_WRITE", "CAP_CHOWN",   "CAP_DAC_OVERRIDE",     "CAP_FOWNER",     "CAP_FSETID",
	"CAP_KILL",        "CAP_MKNOD",   "CAP_NET_BIND_SERVICE", "CAP_NET_RAW",    "CAP_SETFCAP",
	"CAP_SETGID",      "CAP_SETPCAP", "CAP_SETUID",           "CAP_SYS_CHROOT",
};
const size_t parse_default_caps_len = ARRAY_LEN(parse_default_caps);

/* What is being read, for the error sentences. */
struct place {
	const char *file;
	const struct parse_options *options; /* NULL: plain OCI */
	size_t rule;                         /* from 1 on; 0: outside the rules */
	struct err *err;
	/* what the rest of the program is not told of: rules with a condition on container or host, and those that stay */
	size_t depending, applying;
	size_t other_machines; /* of archMap */
};

static void sentence(const struct place *place, const struct node *node, const char *text,
		     char *out, size_t size)
{
	int n = snprintf(out, size, "%s:%u:%u: ", place->file, node->line, node->column);

	if (place->rule && (size_t)n < size)
		n += snprintf(out + n, size - n, "rule %zu: ", place->rule);
	if ((size_t)n < size)
		snprintf(out + n, size - n, "%s", text);
}

__attribute__((format(printf, 3, 4))) static int
refuse(const struct place *place, const struct node *node, const char *format, ...)
{
	char text[512], whole[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	sentence(place, node, text, whole, sizeof(whole));
	return err_set(place->err, -EINVAL, "%s", whole);
}

static void warn(const struct place *place, const struct node *node, const char *text)
{
	char whole[1024];

	if (!place->options || !place->options->warnings)
		return;
	sentence(place, node, text, whole, sizeof(whole));
	buf__addf(place->options->warnings, "%s\n", whole);
}

/* What would change the meaning: an error, or with `lenient` a warning, and the value is left out. */
__attribute__((format(printf, 3, 4))) static int
object(const struct place *place, const struct node *node, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!place->options || !place->options->lenient)
		return refuse(place, node, "%s", text);
	warn(place, node, text);
	return 0;
}

static int no_memory(const struct place *place)
{
	return err_errno(place->err, -ENOMEM, "cannot read %s", place->file);
}

/* A member that must be a string if it is there. */
static int get_text(const struct place *place, const struct node *node, const char *key,
		    const char **out)
{
	const struct node *member = node_member(node, key);

	*out = NULL;
	if (!member)
		return 0;
	if (member->kind != NODE_STRING)
		return refuse(place, member, "\"%s\" is not a string", key);
	*out = member->text;
	return 0;
}

/* A member that must be a number from 0 to max if it is there. */
static int get_number(const struct place *place, const struct node *node, const char *key,
		      uint64_t max, uint64_t *out, bool *there)
{
	const struct node *member = node_member(node, key);

	*there = member;
	if (!member)
		return 0;
	if (member->kind != NODE_NUMBER || !member->is_count || member->number > max)
		return refuse(place, member, "\"%s\" is not a number from 0 to %llu", key,
			      (unsigned long long)max);
	*out = member->number;
	return 0;
}

/* Podman's "errno": a name or a number in a string, which wins over errnoRet. */
static int get_errno_text(const struct place *place, const struct node *node, const char *key,
			  uint64_t *out, bool *there)
{
	const struct node *member = node_member(node, key);
	const char *text;
	int rc = get_text(place, node, key, &text), number;

	if (rc || !text || !*text)
		return rc;
	*there = true;
	number = errno_from_text(text);
	if (number < 0)
		return refuse(place, member, "\"%s\": there is no errno '%s'", key, text);
	*out = number;
	return 0;
}

/* The names of the members of an action and of its errno, as a number and in Podman's way. */
struct action_keys {
	const char *action, *number, *text;
};

static int get_action(const struct place *place, const struct node *node,
		      const struct action_keys *keys, enum action *action, int *errno_value)
{
	uint64_t number = DEFAULT_ERRNO;
	const char *name;
	bool there;
	int rc = get_text(place, node, keys->action, &name);

	if (rc)
		return rc;
	if (!name)
		return refuse(place, node, "it has no \"%s\"", keys->action);
	*action = action_from_scmp_name(name);
	if (*action == ACTION_INVALID)
		return refuse(place, node_member(node, keys->action),
			      "\"%s\": there is no action '%s'", keys->action, name);
	rc = get_number(place, node, keys->number, ERRNO_MAX, &number, &there);
	if (!rc)
		rc = get_errno_text(place, node, keys->text, &number, &there);
	if (!rc && there && !action_has_errno(*action))
		rc = object(place,
			    node_member(node, keys->number) ? node_member(node, keys->number) :
							      node_member(node, keys->text),
			    "\"%s\" does not go with %s", keys->number, name);
	*errno_value = action_has_errno(*action) ? (int)number : 0;
	return rc;
}

static int parse_condition(const struct place *place, const struct node *node,
			   struct condition *out)
{
	uint64_t index, value, value_two = 0;
	bool has_index, has_value, has_two;
	const char *op;
	int rc = get_number(place, node, "index", CONDITION_ARGS - 1, &index, &has_index);

	if (!rc)
		rc = get_number(place, node, "value", UINT64_MAX, &value, &has_value);
	if (!rc)
		rc = get_number(place, node, "valueTwo", UINT64_MAX, &value_two, &has_two);
	if (!rc)
		rc = get_text(place, node, "op", &op);
	if (rc)
		return rc;
	if (node->kind != NODE_OBJECT || !has_index || !has_value || !op)
		return refuse(place, node,
			      "an argument condition needs \"index\", \"value\" and \"op\"");
	out->compare = compare_from_scmp_name(op);
	if (out->compare == COMPARE_INVALID)
		return refuse(place, node_member(node, "op"), "there is no comparison '%s'", op);
	out->index = index;
	out->value = value;
	out->value_two = out->compare == COMPARE_MASKED_EQ ? value_two : 0;
	return 0;
}

static int parse_conditions(const struct place *place, const struct node *node, struct rule *rule)
{
	const struct node *args = node_member(node, "args");
	struct condition condition;

	if (!args)
		return 0;
	if (args->kind != NODE_ARRAY)
		return refuse(place, args, "\"args\" is not an array");
	for (size_t i = 0; i < args->len; i++) {
		int rc = parse_condition(place, &args->children[i], &condition);

		if (!rc)
			rc = rule_add_condition(rule, &condition);
		if (rc == -E2BIG)
			return refuse(place, args, "it has more than %d conditions",
				      CONDITIONS_MAX);
		if (rc)
			return rc == -ENOMEM ? no_memory(place) : rc;
	}
	return 0;
}

static int add_name(const struct place *place, const struct node *node, struct rule *rule)
{
	if (node->kind != NODE_STRING)
		return refuse(place, node, "\"names\" holds something that is no name");
	if (!*node->text)
		return object(place, node, "\"names\" holds something that is no name");
	return rule_add_name(rule, node->text) ? no_memory(place) : 0;
}

/* "names", or Docker's older "name", of one call. */
static int parse_names(const struct place *place, const struct node *node, struct rule *rule)
{
	const struct node *names = node_member(node, "names");
	const struct node *name = place->options ? node_member(node, "name") : NULL;
	int rc = 0;

	if (name && names)
		return refuse(place, name, "\"name\" and \"names\" are one too many");
	if (name)
		return add_name(place, name, rule);
	if (!names || (names->kind == NODE_ARRAY && !names->len))
		return object(place, names ? names : node,
			      "\"names\" is not an array of syscall names");
	if (names->kind != NODE_ARRAY)
		return refuse(place, names, "\"names\" is not an array of syscall names");
	if (names->len > NAMES_MAX)
		return refuse(place, names, "it has more than %d names", NAMES_MAX);
	for (size_t i = 0; !rc && i < names->len; i++)
		rc = add_name(place, &names->children[i], rule);
	return rc;
}

/* An empty object ("includes": {}) says nothing, and Docker's own writers put it there. */
static bool says_something(const struct node *node, const char *key)
{
	const struct node *member = node_member(node, key);

	return member && (member->kind == NODE_OBJECT || member->kind == NODE_ARRAY) && member->len;
}

/* --- Docker's conditions on the container and its host --- */

static bool is_arch(const struct parse_options *options, const char *text)
{
	const char *own = arch_docker_name(options->arch);

	return own && !strcmp(own, text);
}

static bool is_cap(const struct parse_options *options, const char *text)
{
	const char *const *caps = options->caps ? options->caps : parse_default_caps;
	size_t len = options->caps ? options->caps_len : parse_default_caps_len;

	for (size_t i = 0; i < len; i++)
		if (!strcmp(caps[i], text))
			return true;
	return false;
}

/* How many of the texts of the list hold. */
static int count(const struct place *place, const struct node *node, const char *key,
		 bool (*holds)(const struct parse_options *options, const char *text),
		 size_t *holding, size_t *all)
{
	const struct node *list = node_member(node, key);

	*holding = *all = 0;
	if (!list)
		return 0;
	if (list->kind != NODE_ARRAY)
		return refuse(place, list, "\"%s\" is not an array", key);
	for (size_t i = 0; i < list->len; i++) {
		if (list->children[i].kind != NODE_STRING)
			return refuse(place, &list->children[i],
				      "\"%s\" holds something that is no text", key);
		*holding += holds(place->options, list->children[i].text);
	}
	*all = list->len;
	return 0;
}

static int kernel_is_new(const struct place *place, const struct node *node, bool *there,
			 bool *holds)
{
	const struct parse_options *options = place->options;
	unsigned int major, minor;
	const char *text;
	char rest;
	int rc = get_text(place, node, "minKernel", &text);

	*there = text;
	if (rc || !text)
		return rc;
	if (sscanf(text, "%5u.%5u%c", &major, &minor, &rest) != 2)
		return refuse(place, node_member(node, "minKernel"),
			      "\"minKernel\" is not a version such as \"4.8\"");
	*holds = options->kernel_major > major ||
		 (options->kernel_major == major && options->kernel_minor >= minor);
	return 0;
}

/* All capabilities, one of the architectures, the kernel; excluded: any of them. */
static int applies(const struct place *place, const struct node *node, bool excludes, bool *out)
{
	size_t caps, caps_all, arches, arches_all;
	bool kernel = false, kernel_there;
	int rc = count(place, node, "caps", is_cap, &caps, &caps_all);

	if (!rc)
		rc = count(place, node, "arches", is_arch, &arches, &arches_all);
	if (!rc)
		rc = kernel_is_new(place, node, &kernel_there, &kernel);
	if (rc)
		return rc;
	if (excludes)
		*out = !caps && !arches && !kernel;
	else
		*out = caps == caps_all && (arches || !arches_all) && (kernel || !kernel_there);
	return 0;
}

static int rule_applies(struct place *place, const struct node *node, bool *out)
{
	bool depends = says_something(node, "includes") || says_something(node, "excludes");

	*out = true;
	for (int i = 0; i < 2; i++) {
		const char *key = i ? "excludes" : "includes";
		bool holds = true;
		int rc;

		if (!says_something(node, key))
			continue;
		if (!place->options)
			return refuse(place, node_member(node, key),
				      "\"includes\" and \"excludes\" are Docker's, not OCI's: they depend on the container");
		rc = applies(place, node_member(node, key), i, &holds);
		if (rc)
			return rc;
		*out &= holds;
	}
	place->depending += depends;
	place->applying += depends && *out;
	return 0;
}

/* --- the whole --- */

/* Runtimes ignore what they do not know, which is what a typing error looks like. */
static void check_members(const struct place *place, const struct node *node,
			  const char *const *known)
{
	for (size_t i = 0; i < node->len; i++) {
		const char *key = node->children[i].key;
		char text[256];
		bool found = false;

		for (const char *const *k = known; *k; k++)
			found |= !strcmp(*k, key);
		if (found)
			continue;
		snprintf(text, sizeof(text), "runtimes ignore the member \"%.100s\"", key);
		warn(place, &node->children[i], text);
	}
}

static int parse_comment(const struct place *place, const struct node *node, struct rule *rule)
{
	const char *text;
	int rc = get_text(place, node, "comment", &text);

	if (rc || !text || !*text)
		return rc;
	rule->comment = strdup(text);
	return rule->comment ? 0 : no_memory(place);
}

/* "includes caps CAP_BPF, excludes arches s390 s390x": for a rule that does not apply. */
static int make_absent(const struct place *place, const struct node *node, struct profile *profile)
{
	static const char *const keys[] = {"includes", "excludes"};
	static const char *const kinds[] = {"caps", "arches", "minKernel"};
	struct buf own_buf text = BUF_INIT;

	for (size_t i = 0; i < ARRAY_LEN(keys) * ARRAY_LEN(kinds); i++) {
		const char *key = keys[i / ARRAY_LEN(kinds)], *kind = kinds[i % ARRAY_LEN(kinds)];
		const struct node *what = node_member(node_member(node, key), kind);

		if (!what || (what->kind == NODE_ARRAY && !what->len))
			continue;
		buf__addf(&text, "%s%s %s", text.len ? ", " : "", key, kind);
		if (what->kind == NODE_STRING)
			buf__addf(&text, " %s", what->text);
		for (size_t n = 0; n < what->len; n++)
			buf__addf(&text, " %s", what->children[n].text);
	}
	if (buf__error(&text) || profile_make_absent(profile, buf__text(&text)))
		return no_memory(place);
	return 0;
}

static int parse_rule(struct place *place, const struct node *node, struct profile *profile)
{
	static const struct action_keys keys = {"action", "errnoRet", "errno"};
	static const char *const known[] = {"names", "name",    "action",   "errnoRet", "errno",
					    "args",  "comment", "includes", "excludes", NULL};
	enum action action;
	struct rule *rule;
	int errno_value, rc;
	bool applies_here;

	if (node->kind != NODE_OBJECT)
		return refuse(place, node, "it is not an object");
	check_members(place, node, known);
	rc = rule_applies(place, node, &applies_here);
	if (!rc)
		rc = get_action(place, node, &keys, &action, &errno_value);
	if (rc)
		return rc;
	rule = profile_add_rule(profile, action, errno_value);
	if (!rule)
		return no_memory(place);
	rule->number = place->rule;
	rc = parse_names(place, node, rule);
	if (!rc)
		rc = parse_conditions(place, node, rule);
	if (!rc)
		rc = parse_comment(place, node, rule);
	/* read all the same: an error in it is one elsewhere */
	if (!rc && !rule->names_len) {
		rule_clear(rule);
		profile->rules_len--;
	} else if (!rc && !applies_here) {
		rc = make_absent(place, node, profile);
	}
	return rc;
}

static int parse_arches(const struct place *place, const struct node *arches,
			struct profile *profile)
{
	if (!arches)
		return 0;
	if (arches->kind != NODE_ARRAY)
		return refuse(place, arches, "\"architectures\" is not an array");
	for (size_t i = 0; i < arches->len; i++) {
		const struct node *node = &arches->children[i];
		const char *name = node->kind == NODE_STRING ? node->text : "?";
		enum arch arch = arch_from_scmp_name(name);
		int rc;

		if (arch != ARCH_INVALID) {
			profile->arches[arch] = true;
			continue;
		}
		rc = object(place, node, "whittle does not know the architecture '%s'", name);
		if (rc)
			return rc;
	}
	return 0;
}

/* Docker's: for the native architecture its companions. */
static int parse_arch_map(struct place *place, const struct node *map, struct profile *profile)
{
	if (map->kind != NODE_ARRAY)
		return refuse(place, map, "\"archMap\" is not an array");
	for (size_t i = 0; i < map->len; i++) {
		const struct node *entry = &map->children[i];
		const char *name;
		int rc = get_text(place, entry, "architecture", &name);

		if (rc)
			return rc;
		if (!name)
			return refuse(place, entry, "an entry without \"architecture\"");
		if (strcmp(name, arch_scmp_name(place->options->arch))) {
			place->other_machines++;
			continue;
		}
		profile->arches[place->options->arch] = true;
		rc = parse_arches(place, node_member(entry, "subArchitectures"), profile);
		if (rc)
			return rc;
	}
	return 0;
}

static int parse_flags(const struct place *place, const struct node *flags, struct profile *profile)
{
	if (!flags)
		return 0;
	if (flags->kind != NODE_ARRAY)
		return refuse(place, flags, "\"flags\" is not an array");
	for (size_t i = 0; i < flags->len; i++) {
		const struct node *node = &flags->children[i];
		const char *name = node->kind == NODE_STRING ? node->text : "?";
		enum flag flag = flag_from_name(name);
		int rc;

		if (flag < FLAG_COUNT) {
			profile->flags[flag] = true;
			continue;
		}
		rc = object(place, node, "there is no flag '%s'", name);
		if (rc)
			return rc;
	}
	return 0;
}

static int parse_listener(const struct place *place, const struct node *node,
			  struct profile *profile)
{
	const struct {
		const char *key;
		char **out;
	} rows[] = {{"listenerPath", &profile->listener_path},
		    {"listenerMetadata", &profile->listener_metadata}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *text;
		int rc = get_text(place, node, rows[i].key, &text);

		if (rc)
			return rc;
		if (!text || !*text)
			continue;
		*rows[i].out = strdup(text);
		if (!*rows[i].out)
			return no_memory(place);
	}
	return 0;
}

static int parse_head(struct place *place, const struct node *node, struct profile *profile)
{
	static const struct action_keys keys = {"defaultAction", "defaultErrnoRet", "defaultErrno"};
	const struct node *map = node_member(node, "archMap");
	int rc;

	if (says_something(node, "archMap") && !place->options)
		return refuse(place, map,
			      "\"archMap\" is Docker's, not OCI's: list \"architectures\" instead");
	if (says_something(node, "archMap") && says_something(node, "architectures"))
		return refuse(place, map,
			      "\"archMap\" and \"architectures\" are one too many: Docker and Podman refuse it");
	rc = get_action(place, node, &keys, &profile->default_action, &profile->default_errno);
	if (!rc)
		rc = parse_arches(place, node_member(node, "architectures"), profile);
	if (!rc && says_something(node, "archMap"))
		rc = parse_arch_map(place, map, profile);
	if (!rc)
		rc = parse_flags(place, node_member(node, "flags"), profile);
	return rc ? rc : parse_listener(place, node, profile);
}

static int parse_profile(struct place *place, const struct node *node, struct profile *profile)
{
	static const char *const known[] = {"defaultAction", "defaultErrnoRet",
					    "defaultErrno",  "architectures",
					    "archMap",       "flags",
					    "listenerPath",  "listenerMetadata",
					    "syscalls",      NULL};
	const struct node *rules = node_member(node, "syscalls");
	int rc;

	if (node->kind != NODE_OBJECT)
		return refuse(place, node, "it is not a profile: not an object");
	check_members(place, node, known);
	rc = parse_head(place, node, profile);
	if (rc || !rules)
		return rc;
	if (rules->kind != NODE_ARRAY)
		return refuse(place, rules, "\"syscalls\" is not an array");
	if (rules->len > RULES_MAX)
		return refuse(place, rules, "it has more than %d rules", RULES_MAX);
	for (size_t i = 0; !rc && i < rules->len; i++) {
		place->rule = i + 1;
		rc = parse_rule(place, &rules->children[i], profile);
	}
	return rc;
}

static void add_caps(struct buf *out, const struct parse_options *options)
{
	if (!options->caps)
		buf__addf(out, "Docker's %zu capabilities", parse_default_caps_len);
	else if (!options->caps_len)
		buf__addf(out, "no capability");
	else if (options->caps_len == CAPABILITY_COUNT)
		buf__addf(out, "all capabilities");
	else
		for (size_t i = 0; i < options->caps_len; i++)
			buf__addf(out, "%s%s", i ? ", " : "", options->caps[i]);
}

/* In one sentence what was resolved, and for whom. */
static void tell_resolved(const struct place *place)
{
	const struct parse_options *options = place->options;
	struct buf *out = options ? options->notes : NULL;
	const char *arch = options ? arch_token(options->arch) : NULL;

	if (!out || (!place->depending && !place->other_machines))
		return;
	buf__addf(out, "%s: ", place->file);
	if (place->depending) {
		buf__addf(out,
			  "%zu of %zu rules depend on container and host; %zu of them hold, with ",
			  place->depending, place->rule, place->applying);
		add_caps(out, options);
		buf__addf(out, " (--cap), on %s (--arch), Linux %u.%u (--kernel)", arch,
			  options->kernel_major, options->kernel_minor);
	}
	if (place->other_machines)
		buf__addf(out, "%sof archMap, %s alone counts%s", place->depending ? "; " : "",
			  arch, place->depending ? "" : " (--arch)");
	buf__addf(out, "\n");
}

int parse_oci_document(const char *name, const struct node *node,
		       const struct parse_options *options, struct profile *out, struct err *err)
{
	struct place place = {.file = name, .options = options, .err = err};
	struct profile own_profile profile = {0};
	int rc = parse_profile(&place, node, &profile);

	if (rc)
		return rc;
	tell_resolved(&place);
	*out = profile;
	profile = (struct profile){0};
	return 0;
}

int parse_oci(const char *name, const char *text, size_t len, const struct parse_options *options,
	      struct profile *out, struct err *err)
{
	struct node own_node node = {0};
	int rc = document_parse_json(name, text, len, &node, err);

	return rc ? rc : parse_oci_document(name, &node, options, out, err);
}
