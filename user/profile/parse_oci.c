// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parse_oci.h"
#include "profile/parse_rule.h"
#include "profile/members.h"

#include <errno.h>
#include <string.h>

#define RULES_MAX 10000

/* Adds ARCH_BIT() of each. */
static int parse_arches(const struct parsing *parsing, const struct node *node, const char *key,
			unsigned int *set)
{
	const struct node *list;
	int rc = parsing_array(parsing, node, key, &list);

	for (size_t i = 0; !rc && list && i < list->len; i++) {
		const struct node *member = &list->children[i];
		const char *name = member->kind == NODE_STRING ? member->text : "?";
		enum arch arch = arch_from_scmp_name(name);

		if (arch != ARCH_INVALID)
			*set |= ARCH_BIT(arch);
		else
			rc = parsing_object(parsing, member,
					    "whittle does not know the architecture '%s'", name);
	}
	return rc;
}

/* Docker's: for each native architecture its companions. Docker looks at the first entry alone. */
static int parse_map_entry(const struct parsing *parsing, const struct node *entry,
			   struct profile *profile)
{
	struct parsing other = *parsing;
	struct parse_options lenient = {0};
	const char *name;
	unsigned int *set;
	enum arch arch;
	int rc;

	if (entry->kind != NODE_OBJECT)
		return parsing_refuse(parsing, entry, "an entry that is not an object");
	rc = parsing_text(parsing, entry, "architecture", &name);
	if (!rc)
		rc = parsing_check_members(parsing, entry, members_of_map_entry);
	if (rc)
		return rc;
	if (!name)
		return parsing_refuse(parsing, entry, "an entry without \"architecture\"");
	arch = arch_from_scmp_name(name);
	if (arch == ARCH_INVALID) /* of another machine than any that whittle can tell of */
		return parsing_warn(parsing, entry,
				    "whittle does not know the architecture '%.100s'", name);
	set = &profile->arch_map[arch];
	if (*set)
		return parsing_object(parsing, entry, "a second entry for %s, which engines ignore",
				      name);
	*set = ARCH_BIT(arch);
	/* a companion that is new does no harm on other machines */
	if (parsing->options && parsing->options->arch != arch) {
		lenient = *parsing->options;
		lenient.lenient = true;
		other.options = &lenient;
	}
	return parse_arches(&other, entry, "subArchitectures", set);
}

static int parse_arch_map(const struct parsing *parsing, const struct node *map,
			  struct profile *profile)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < map->len; i++)
		rc = parse_map_entry(parsing, &map->children[i], profile);
	return rc;
}

static int parse_flags(const struct parsing *parsing, const struct node *flags,
		       struct profile *profile)
{
	if (!flags)
		return 0;
	if (flags->kind != NODE_ARRAY)
		return parsing_refuse(parsing, flags, "\"flags\" is not an array");
	for (size_t i = 0; i < flags->len; i++) {
		const struct node *node = &flags->children[i];
		const char *name = node->kind == NODE_STRING ? node->text : "?";
		enum flag flag = flag_from_name(name);
		int rc;

		if (flag < FLAG_COUNT) {
			profile->flags[flag] = true;
			continue;
		}
		rc = parsing_object(parsing, node, "there is no flag '%s'", name);
		if (rc)
			return rc;
	}
	return 0;
}

static int parse_listener(const struct parsing *parsing, const struct node *node,
			  struct profile *profile)
{
	const struct {
		const char *key;
		char **out;
	} rows[] = {{"listenerPath", &profile->listener_path},
		    {"listenerMetadata", &profile->listener_metadata}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *text;
		int rc = parsing_text(parsing, node, rows[i].key, &text);

		if (rc)
			return rc;
		if (!text || !*text)
			continue;
		*rows[i].out = strdup(text);
		if (!*rows[i].out)
			return parsing_no_memory(parsing);
	}
	return 0;
}

static int parse_head(struct parsing *parsing, const struct node *node, struct profile *profile)
{
	static const struct action_keys keys = {"defaultAction", "defaultErrnoRet", "defaultErrno"};
	const struct node *map;
	unsigned int arches = 0;
	int rc = parsing_array(parsing, node, "archMap", &map);

	if (rc)
		return rc;
	if (node_says_something(map) && !parsing->options)
		return parsing_refuse(parsing, map,
				      "\"archMap\" is Docker's, not OCI's: list \"architectures\" instead");
	if (node_says_something(map) && node_says_something(node_member(node, "architectures")))
		return parsing_refuse(parsing, map,
				      "\"archMap\" and \"architectures\" are one too many: Docker and Podman refuse it");
	rc = parse_action(parsing, node, &keys, &profile->default_action, &profile->default_errno);
	if (parsing_goes_on(parsing, rc))
		parsing_keep(&rc, parse_arches(parsing, node, "architectures", &arches));
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		profile->arches[a] = arches & ARCH_BIT(a);
	if (parsing_goes_on(parsing, rc) && node_says_something(map))
		parsing_keep(&rc, parse_arch_map(parsing, map, profile));
	if (parsing_goes_on(parsing, rc))
		parsing_keep(&rc, parse_flags(parsing, node_member(node, "flags"), profile));
	if (parsing_goes_on(parsing, rc))
		parsing_keep(&rc, parse_listener(parsing, node, profile));
	return rc;
}

static int parse_profile(struct parsing *parsing, const struct node *node, struct profile *profile)
{
	const struct node *rules = node_member(node, "syscalls");
	const struct node *base = node_member(node, "baseProfileName");
	int rc;

	if (node->kind != NODE_OBJECT)
		return parsing_refuse(parsing, node, "it is not a profile: not an object");
	profile->place = node->place;
	rc = parsing_check_members(parsing, node, members_of_profile);
	if (parsing_goes_on(parsing, rc) && base)
		parsing_keep(&rc,
			     parsing_warn(parsing, base,
					  "the Security Profiles Operator joins the profile that \"baseProfileName\" names with this one: it is not read here (runtimes ignore the member)"));
	if (!parsing_goes_on(parsing, rc))
		return rc;
	parsing_keep(&rc, parse_head(parsing, node, profile));
	if (!parsing_goes_on(parsing, rc) || !rules)
		return rc;
	if (rules->kind != NODE_ARRAY)
		return parsing_refuse(parsing, rules, "\"syscalls\" is not an array");
	if (rules->len > RULES_MAX)
		return parsing_refuse(parsing, rules, "it has more than %d rules", RULES_MAX);
	for (size_t i = 0; parsing_goes_on(parsing, rc) && i < rules->len; i++) {
		parsing->rule = i + 1;
		parsing_keep(&rc, parse_rule(parsing, &rules->children[i], profile));
	}
	return rc;
}

int parse_oci_document(const char *name, const struct node *node,
		       const struct parse_options *options, struct profile *out, struct err *err)
{
	struct parsing parsing = {.file = name, .options = options, .err = err};
	struct profile own_profile profile = {0};
	int rc = parse_profile(&parsing, node, &profile);

	if (rc)
		return rc;
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
