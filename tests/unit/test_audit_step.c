// SPDX-License-Identifier: BSD-2-Clause
/* What is done about a denied call that the profile has no rule for: held to its arguments, or allowed whole, and which of the reasons is said. */
#include "cli/audit_step.h"

#include <criterion/criterion.h>
#include <errno.h>

/* mmap was denied with each of `prots`, of which whittle was to keep the arguments if `planned`. */
static enum audit_step step_of(bool planned, const uint64_t *prots, size_t len)
{
	const struct syscall mmap = {ARCH_X86_64, 9, 0};
	struct denial denial = {.call = mmap, .action = DENIAL_ERRNO, .error = EPERM, .count = len};
	struct profile own_profile profile = {.default_action = ACTION_ERRNO,
					      .default_errno = EPERM};
	struct arg_plan own_arg_plan plan = {0}, own_arg_plan wide = {0};
	struct audit_args args = {0};
	struct denials own_denials denials = {0};
	struct tuples *denied;
	struct err err = {0};
	enum audit_step step;

	profile.arches[ARCH_X86_64] = true;
	cr_assert_eq(arg_plan_parse(planned ? "mmap" : "socket", ARCH_X86_64, &plan, &err), 0);
	cr_assert_eq(denials_add(&denials, &denial), 0);
	if (len) {
		cr_assert_eq(arg_plan_widen(&plan, &wide), 0);
		denied = tuples_make(&denials.arguments, &mmap,
				     tuples_find(&wide.calls, &mmap)->masks);
		for (size_t i = 0; i < len; i++)
			cr_assert_eq(tuples_add(denied, (const uint64_t[TUPLE_ARGS]){0, 0, prots[i]}),
				     0);
		cr_assert_eq(audit_args_add(&args, &profile, denied, &plan), 0);
	}
	cr_assert_eq(audit_args_finish(&args), 0);
	step = audit_step_choose(&(struct audit_case){.profile = &profile,
						      .denials = &denials,
						      .args = &args,
						      .plan = &plan},
				 &denial, "mmap");
	audit_args_clear(&args);
	return step;
}

Test(audit_step, held_to_what_it_was_called_with)
{
	cr_expect_eq(step_of(true, (const uint64_t[]){1, 3}, 2), AUDIT_STEP_ADD_ARGS);
}

/* PROT_WRITE is 2, PROT_EXEC 4: there is no fifth that conditions could refuse. */
Test(audit_step, all_that_can_be_told_apart)
{
	cr_expect_eq(step_of(true, (const uint64_t[]){1, 3, 5, 7}, 4), AUDIT_STEP_EVERY);
}

/* As where a filter logs, and the kernel lets no program see it. */
Test(audit_step, arguments_that_nobody_saw)
{
	cr_expect_eq(step_of(true, NULL, 0), AUDIT_STEP_UNSEEN);
	cr_expect(audit_step_adds(AUDIT_STEP_UNSEEN));
}

Test(audit_step, arguments_that_nobody_asked_for)
{
	cr_expect_eq(step_of(false, NULL, 0), AUDIT_STEP_ADD);
}
