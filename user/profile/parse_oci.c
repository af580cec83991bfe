// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parse_oci.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>

#define ERRNO_MAX                                                                                  \
	4095 /* above, the kernel would take it for no error (runc and crun refuse it, too) */
#define DEFAULT_ERRNO 1 /* EPERM: where a profile names none */
#define RULES_MAX     10000
#define NAMES_MAX     10000

static void json_clear(json_t **json)
{
	json_decref(*json);
}
#define own_json own_with(json_clear)

/* What is being read, for the error sentences. */
struct place {
	const char *file;
	size_t rule; /* from 1 on; 0: outside the rules */
	struct err *err;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct place *place,
							const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (place->rule)
		return err_set(place->err, -EINVAL, "%s: rule %zu: %s", place->file, place->rule,
			       text);
	return err_set(place->err, -EINVAL, "%s: %s", place->file, text);
}

/* A member that must be a string if it is there. */
static int get_text(const struct place *place, const json_t *object, const char *key,
		    const char **out)
{
	const json_t *member = json_object_get(object, key);

	*out = NULL;
	if (!member || json_is_null(member))
		return 0;
	if (!json_is_string(member))
		return refuse(place, "\"%s\" is not a string", key);
	*out = json_string_value(member);
	return 0;
}

/* A member that must be a number from 0 to max if it is there. */
static int get_number(const struct place *place, const json_t *object, const char *key,
		      json_int_t max, json_int_t *out, bool *there)
{
	const json_t *member = json_object_get(object, key);

	*there = member && !json_is_null(member);
	if (!*there)
		return 0;
	if (!json_is_integer(member) || json_integer_value(member) < 0 ||
	    json_integer_value(member) > max)
		return refuse(place, "\"%s\" is not a number from 0 to %lld", key, (long long)max);
	*out = json_integer_value(member);
	return 0;
}

static int get_action(const struct place *place, const json_t *object, const char *key,
		      const char *errno_key, enum action *action, int *errno_value)
{
	json_int_t number = DEFAULT_ERRNO;
	const char *name;
	bool there;
	int rc = get_text(place, object, key, &name);

	if (rc)
		return rc;
	if (!name)
		return refuse(place, "it has no \"%s\"", key);
	*action = action_from_scmp_name(name);
	if (*action == ACTION_INVALID)
		return refuse(place, "\"%s\": there is no action '%s'", key, name);
	rc = get_number(place, object, errno_key, ERRNO_MAX, &number, &there);
	if (rc)
		return rc;
	if (there && !action_has_errno(*action))
		return refuse(place, "\"%s\" does not go with %s", errno_key, name);
	*errno_value = action_has_errno(*action) ? (int)number : 0;
	return 0;
}

static int parse_condition(const struct place *place, const json_t *json, struct condition *out)
{
	json_int_t index, value, value_two = 0;
	bool has_index, has_value, has_two;
	const char *op;
	int rc = get_number(place, json, "index", CONDITION_ARGS - 1, &index, &has_index);

	if (!rc)
		rc = get_number(place, json, "value", INT64_MAX, &value, &has_value);
	if (!rc)
		rc = get_number(place, json, "valueTwo", INT64_MAX, &value_two, &has_two);
	if (!rc)
		rc = get_text(place, json, "op", &op);
	if (rc)
		return rc;
	if (!json_is_object(json) || !has_index || !has_value || !op)
		return refuse(place, "an argument condition needs \"index\", \"value\" and \"op\"");
	out->compare = compare_from_scmp_name(op);
	if (out->compare == COMPARE_INVALID)
		return refuse(place, "there is no comparison '%s'", op);
	out->index = index;
	out->value = value;
	out->value_two = out->compare == COMPARE_MASKED_EQ ? value_two : 0;
	return 0;
}

static int parse_conditions(const struct place *place, const json_t *json, struct rule *rule)
{
	const json_t *args = json_object_get(json, "args"), *member;
	struct condition condition;
	size_t i;

	if (!args || json_is_null(args))
		return 0;
	if (!json_is_array(args))
		return refuse(place, "\"args\" is not an array");
	json_array_foreach(args, i, member) {
		int rc = parse_condition(place, member, &condition);

		if (!rc)
			rc = rule_add_condition(rule, &condition);
		if (rc == -E2BIG)
			return refuse(place, "it has more than %d conditions", CONDITIONS_MAX);
		if (rc)
			return rc;
	}
	return 0;
}

static int parse_names(const struct place *place, const json_t *json, struct rule *rule)
{
	const json_t *names = json_object_get(json, "names"), *member;
	size_t i;

	if (!json_is_array(names) || !json_array_size(names))
		return refuse(place, "\"names\" is not an array of syscall names");
	if (json_array_size(names) > NAMES_MAX)
		return refuse(place, "it has more than %d names", NAMES_MAX);
	json_array_foreach(names, i, member) {
		if (!json_is_string(member) || !json_string_length(member))
			return refuse(place, "\"names\" holds something that is no name");
		if (rule_add_name(rule, json_string_value(member)))
			return err_errno(place->err, -ENOMEM, "cannot read %s", place->file);
	}
	return 0;
}

/* An empty object ("includes": {}) says nothing, and Docker's own writers put it there. */
static bool says_something(const json_t *json, const char *key)
{
	const json_t *member = json_object_get(json, key);

	return member && !json_is_null(member) &&
	       json_object_size(member) + json_array_size(member) > 0;
}

static int parse_rule(const struct place *place, const json_t *json, struct profile *profile)
{
	enum action action;
	struct rule *rule;
	int errno_value, rc;

	if (!json_is_object(json))
		return refuse(place, "it is not an object");
	if (says_something(json, "includes") || says_something(json, "excludes"))
		return refuse(place,
			      "\"includes\" and \"excludes\" are Docker's, not OCI's: they depend on the container");
	rc = get_action(place, json, "action", "errnoRet", &action, &errno_value);
	if (rc)
		return rc;
	rule = profile_add_rule(profile, action, errno_value);
	if (!rule)
		return err_errno(place->err, -ENOMEM, "cannot read %s", place->file);
	rc = parse_names(place, json, rule);
	return rc ? rc : parse_conditions(place, json, rule);
}

static int parse_arches(const struct place *place, const json_t *json, struct profile *profile)
{
	const json_t *arches = json_object_get(json, "architectures"), *member;
	size_t i;

	if (!arches || json_is_null(arches))
		return 0;
	if (!json_is_array(arches))
		return refuse(place, "\"architectures\" is not an array");
	json_array_foreach(arches, i, member) {
		const char *name = json_is_string(member) ? json_string_value(member) : "?";
		enum arch arch = arch_from_scmp_name(name);

		if (arch == ARCH_INVALID)
			return refuse(place, "whittle does not know the architecture '%s'", name);
		profile->arches[arch] = true;
	}
	return 0;
}

static int parse_profile(struct place *place, const json_t *json, struct profile *profile)
{
	const json_t *rules = json_object_get(json, "syscalls"), *member;
	size_t i;
	int rc;

	if (!json_is_object(json))
		return refuse(place, "it is not a profile: not a JSON object");
	if (says_something(json, "archMap"))
		return refuse(place,
			      "\"archMap\" is Docker's, not OCI's: list \"architectures\" instead");
	rc = get_action(place, json, "defaultAction", "defaultErrnoRet", &profile->default_action,
			&profile->default_errno);
	if (!rc)
		rc = parse_arches(place, json, profile);
	if (rc || !rules || json_is_null(rules))
		return rc;
	if (!json_is_array(rules))
		return refuse(place, "\"syscalls\" is not an array");
	if (json_array_size(rules) > RULES_MAX)
		return refuse(place, "it has more than %d rules", RULES_MAX);
	json_array_foreach(rules, i, member) {
		place->rule = i + 1;
		rc = parse_rule(place, member, profile);
		if (rc)
			return rc;
	}
	return 0;
}

int parse_oci(const char *name, const char *text, size_t len, struct profile *out, struct err *err)
{
	struct place place = {.file = name, .err = err};
	struct profile own_profile profile = {0};
	json_error_t where;
	/* jansson bounds the depth (JSON_PARSER_MAX_DEPTH); a repeated key would hide the first one */
	json_t *own_json json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &where);
	int rc;

	if (!json)
		return err_set(err, -EINVAL, "%s:%d:%d: this is not JSON: %s", name, where.line,
			       where.column, where.text);
	rc = parse_profile(&place, json, &profile);
	if (rc)
		return rc;
	*out = profile;
	profile = (struct profile){0};
	return 0;
}
