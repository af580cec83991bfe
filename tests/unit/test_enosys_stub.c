// SPDX-License-Identifier: BSD-2-Clause
/* Above which number runc answers ENOSYS: that of the newest call that a profile names and libseccomp knows. */
#include "profile/compile.h"
#include "profile/enosys_stub.h"

#include <criterion/criterion.h>

#define CLOSE   3
#define NEWEST  "rseq_slice_yield" /* Linux 7.0 */
#define BETWEEN 300

static bool answers(enum action default_action, const char *const *names, int64_t nr)
{
	const struct syscall call = {ARCH_X86_64, nr, 0};
	struct profile own_profile profile = {.default_action = default_action};
	struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);

	profile.arches[ARCH_X86_64] = true;
	for (; *names; names++)
		cr_assert_eq(names_add(&rule->names, *names), 0);
	return enosys_stub_answers(&profile, &call);
}

Test(enosys_stub, above_what_is_named)
{
	static const char *const names[] = {"read", "close", NULL};

	cr_expect_not(answers(ACTION_ERRNO, names, CLOSE));
	cr_expect(answers(ACTION_ERRNO, names, CLOSE + 1));
	cr_expect_not(answers(ACTION_ALLOW, names, CLOSE + 1));
	/* runc looks at no number of x32 here: its filter kills the program */
	cr_expect(answers(ACTION_ERRNO, names, 0x3fffffff));
	cr_expect_not(answers(ACTION_ERRNO, names, 0x40000000));
	cr_expect_not(answers(ACTION_ERRNO, names, 0x400003e7));
}

Test(enosys_stub, as_far_as_libseccomp_knows)
{
	static const char *const names[] = {"close", NEWEST, NULL};

	if (compile_knows(NEWEST))
		cr_skip_test("not here: this libseccomp knows " NEWEST);
	cr_expect(answers(ACTION_ERRNO, names, BETWEEN));
}
