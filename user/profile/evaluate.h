/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a profile's rules say about a call, without a filter. It reads rules as runtimes and libseccomp do:
 *
 * - a rule that says what the default action says is no rule;
 * - the first rule for a call that has no conditions decides all of its calls, wherever it stands: conditions before
 *   it are lost, rules behind it are not looked at;
 * - of rules with conditions the first that matches decides. libseccomp promises no order, so where rules with different
 *   actions match the same call, the filter may answer otherwise (hazard.h).
 *
 * 32-bit architectures compare 32 bits, x32 and MIPS n32 too, and a mask with none of these is no condition there. An architecture that the profile does not list kills the thread.
 */
#pragma once

#include "profile/outcome.h"
#include "syscalls/syscall.h"

#define NO_RULE ((size_t)-1)

struct verdict {
	struct outcome outcome;
	size_t rule; /* index of the rule that decides; NO_RULE: the default action */
};

/** Does the profile list the architecture? One that lists none means the machine's own. */
bool profile_has_arch(const struct profile *profile, enum arch arch);

/** Does it list any? */
bool profile_lists_arches(const struct profile *profile);

/** Is it for the architecture: does it list that, or none and the machine is of it? */
bool profile_is_for(const struct profile *profile, enum arch arch, enum arch machine);

/** From here on one that lists none lists this machine's, which it means. */
void profile_settle_arches(struct profile *profile, enum arch machine);

/** Do these arguments meet a condition on an architecture of that width? */
bool condition_holds(const struct condition *condition, bool is_32bit, const uint64_t args[6]);

/** A mask without bits, on an architecture of that width? libseccomp makes no condition of it, and drops bits outside of it. */
bool condition_is_empty_mask(const struct condition *condition, bool is_32bit);

/** Index of the rule that decides all of a call, on an architecture of that width; NO_RULE. */
size_t find_whole_rule(const struct profile *profile, const char *name, bool is_32bit);

/** Is the rule one that libseccomp gets to see: has it an action of its own? */
bool rule_counts(const struct profile *profile, const struct rule *rule);

/** `call` needs a name for a rule to match it. socketcall and ipc are looked at as the call that `args[0]` chooses, too. */
struct verdict evaluate(const struct profile *profile, const struct syscall *call,
			const uint64_t args[6]);
