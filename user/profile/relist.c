// SPDX-License-Identifier: BSD-2-Clause
#include "profile/relist.h"
#include "profile/evaluate.h"
#include "syscalls/args.h"

#include <errno.h>
#include <string.h>

/* Is the argument of weight, as far as is known of the call on that architecture? */
static bool has_arg(enum arch arch, const char *name, unsigned int index)
{
	const struct arg_row *row = args_row(arch, name);

	for (size_t i = 0; row && i < ARG_ROW_ARGS; i++)
		if (row->args[i].mask && row->args[i].index == index)
			return true;
	return false;
}

static int check_rule(const struct rule *rule, enum arch from, enum arch to, struct err *err)
{
	for (size_t n = 0; n < rule->names.len; n++) {
		const char *name = rule->names.list[n];
		int64_t nr;

		for (size_t i = 0; i < rule->conditions_len; i++) {
			unsigned int index = rule->conditions[i].index;

			if (has_arg(from, name, index) && !has_arg(to, name, index) &&
			    syscall_resolve(to, name, &nr))
				return err_set(err, -ENOTSUP,
					       "%s: a rule compares argument %u, which on %s is something else than on %s, and would hold there for anything: leave the condition out, or the architecture",
					       name, index, arch_token(to), arch_token(from));
		}
	}
	return 0;
}

int profile_relist(struct profile *profile, const bool arches[ARCH_COUNT], enum arch machine,
		   struct err *err)
{
	enum arch from = ARCH_INVALID;
	int rc = 0;

	for (enum arch a = ARCH_INVALID + 1; !from && a < ARCH_COUNT; a++)
		if (profile_is_for(profile, a, machine))
			from = a;
	for (enum arch a = ARCH_INVALID + 1; !rc && a < ARCH_COUNT; a++)
		for (size_t i = 0; !rc && i < profile->rules_len; i++)
			if (arches[a] && !profile->arches[a])
				rc = check_rule(&profile->rules[i], from, a, err);
	if (!rc)
		memcpy(profile->arches, arches, sizeof(profile->arches));
	return rc;
}
