// SPDX-License-Identifier: BSD-2-Clause
#include "profile/emit_oci.h"

#include <errno.h>
#include <jansson.h>

static void json_clear(json_t **json)
{
	json_decref(*json);
}
#define own_json own_with(json_clear)

/*
 * jansson's setters take NULL for a value that could not be made (no memory, no UTF-8) and say so in their result: the makers
 * below collect these results, and return NULL rather than less than they were given.
 */
static json_t *whole(json_t *json, int rc)
{
	if (!rc)
		return json;
	json_decref(json);
	return NULL;
}

static json_t *arches_to_json(const struct profile *profile)
{
	json_t *json = json_array();
	int rc = 0;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a])
			rc |= json_array_append_new(json, json_string(arch_scmp_name(a)));
	return whole(json, rc);
}

static json_t *names_to_json(const struct rule *rule)
{
	json_t *json = json_array();
	int rc = 0;

	for (size_t i = 0; i < rule->names_len; i++)
		rc |= json_array_append_new(json, json_string(rule->names[i]));
	return whole(json, rc);
}

/* Runtimes read unsigned 64 bits, jansson writes signed ones. */
static json_t *value_to_json(uint64_t value)
{
	return value <= INT64_MAX ? json_integer((json_int_t)value) : NULL;
}

static json_t *conditions_to_json(const struct rule *rule)
{
	json_t *json = json_array();
	int rc = 0;

	for (size_t i = 0; i < rule->conditions_len; i++) {
		const struct condition *c = &rule->conditions[i];
		json_t *arg = json_object();

		rc |= json_object_set_new(arg, "index", json_integer(c->index));
		rc |= json_object_set_new(arg, "value", value_to_json(c->value));
		if (c->compare == COMPARE_MASKED_EQ)
			rc |= json_object_set_new(arg, "valueTwo", value_to_json(c->value_two));
		rc |= json_object_set_new(arg, "op", json_string(compare_scmp_name(c->compare)));
		rc |= json_array_append_new(json, arg);
	}
	return whole(json, rc);
}

static json_t *rule_to_json(const struct rule *rule)
{
	json_t *json = json_object();
	int rc = json_object_set_new(json, "names", names_to_json(rule));

	rc |= json_object_set_new(json, "action", json_string(action_scmp_name(rule->action)));
	if (action_has_errno(rule->action))
		rc |= json_object_set_new(json, "errnoRet", json_integer(rule->errno_value));
	if (rule->conditions_len)
		rc |= json_object_set_new(json, "args", conditions_to_json(rule));
	return whole(json, rc);
}

static json_t *rules_to_json(const struct profile *profile)
{
	json_t *json = json_array();
	int rc = 0;

	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].names_len)
			rc |= json_array_append_new(json, rule_to_json(&profile->rules[i]));
	return whole(json, rc);
}

static json_t *profile_to_json(const struct profile *profile)
{
	json_t *json = json_object();
	int rc = json_object_set_new(json, "defaultAction",
				     json_string(action_scmp_name(profile->default_action)));

	if (action_has_errno(profile->default_action))
		rc |= json_object_set_new(json, "defaultErrnoRet",
					  json_integer(profile->default_errno));
	rc |= json_object_set_new(json, "architectures", arches_to_json(profile));
	rc |= json_object_set_new(json, "syscalls", rules_to_json(profile));
	return whole(json, rc);
}

int emit_oci(const struct profile *profile, struct buf *out, struct err *err)
{
	json_t *own_json json = profile_to_json(profile);
	char *own_ptr text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	if (!text)
		return err_set(err, -EINVAL,
			       "cannot write the profile: a name that is no UTF-8, a value above 2^63 - 1, or no memory");
	buf__addf(out, "%s\n", text);
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the profile") : 0;
}
