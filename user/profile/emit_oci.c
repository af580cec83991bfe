// SPDX-License-Identifier: BSD-2-Clause
#include "profile/emit_oci.h"

#include <errno.h>
#include <jansson.h>

static void json_clear(json_t **json)
{
	json_decref(*json);
}
#define own_json own_with(json_clear)

static json_t *arches_to_json(const struct profile *profile)
{
	json_t *json = json_array();

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (profile->arches[a])
			json_array_append_new(json, json_string(arch_scmp_name(a)));
	return json;
}

static json_t *rule_to_json(const struct rule *rule)
{
	json_t *names = json_array(), *json;

	for (size_t i = 0; i < rule->names_len; i++)
		json_array_append_new(names, json_string(rule->names[i]));
	json = json_pack("{s:o, s:s}", "names", names, "action", action_scmp_name(rule->action));
	if (action_has_errno(rule->action))
		json_object_set_new(json, "errnoRet", json_integer(rule->errno_value));
	if (rule->has_condition)
		json_object_set_new(json, "args",
				    json_pack("[{s:i, s:I, s:s}]", "index",
					      (int)rule->condition.index, "value",
					      (json_int_t)rule->condition.value, "op",
					      "SCMP_CMP_EQ"));
	return json;
}

int emit_oci(const struct profile *profile, struct buf *out, struct err *err)
{
	json_t *own_json json =
		json_pack("{s:s}", "defaultAction", action_scmp_name(profile->default_action));
	json_t *rules = json_array();
	char *own_ptr text = NULL;

	if (action_has_errno(profile->default_action))
		json_object_set_new(json, "defaultErrnoRet", json_integer(profile->default_errno));
	json_object_set_new(json, "architectures", arches_to_json(profile));
	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].names_len)
			json_array_append_new(rules, rule_to_json(&profile->rules[i]));
	json_object_set_new(json, "syscalls", rules);
	text = json ? json_dumps(json, JSON_INDENT(2)) : NULL;
	if (!text)
		return err_set(err, -ENOMEM, "cannot write the profile: no memory");
	buf__addf(out, "%s\n", text);
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the profile") : 0;
}
