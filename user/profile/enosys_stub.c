// SPDX-License-Identifier: BSD-2-Clause
#include "profile/enosys_stub.h"
#include "profile/compile.h"

/* The highest number that a rule names, one that says what the default says too; 0: there is none. */
static int64_t highest(const struct profile *profile, enum arch arch)
{
	int64_t found = 0;

	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		for (size_t n = 0; n < rule->names.len; n++) {
			int64_t nr;

			/* runc asks libseccomp, which may know less than whittle */
			if (syscall_resolve(arch, rule->names.list[n], &nr) && nr > found &&
			    compile_knows(rule->names.list[n]))
				found = nr;
		}
	}
	return found;
}

static bool has_stub(const struct profile *profile)
{
	return profile->default_action != ACTION_ALLOW && profile->default_action != ACTION_LOG &&
	       profile->default_action != ACTION_TRACE;
}

bool enosys_stub_answers(const struct profile *profile, const struct syscall *call)
{
	int64_t last;

	if (!has_stub(profile) ||
	    (!profile->arches[call->arch] && call->arch != compile_machine(profile)))
		return false;
	/* a number of x32, which runc tells by this bit: its filter decides */
	if (call->arch == ARCH_X86_64 && call->nr & arch_number_base(ARCH_X32))
		return false;
	last = highest(profile, call->arch);
	return last && call->nr > last;
}

bool enosys_stub_answers_all(const struct profile *profile, const char *name)
{
	bool some = false;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		struct syscall call = {.arch = a};

		if (!profile->arches[a] || !syscall_resolve(a, name, &call.nr))
			continue;
		if (!enosys_stub_answers(profile, &call))
			return false;
		some = true;
	}
	return some;
}
