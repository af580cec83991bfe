// SPDX-License-Identifier: BSD-2-Clause
#include "cli/audit_verify.h"
#include "cli/audit_report.h"
#include "profile/decision.h"
#include "profile/evaluate.h"
#include "profile/hazard.h"

#include <errno.h>

void audit_added_clear(struct audit_added *added)
{
	names_clear(&added->whole);
	names_clear(&added->held);
	denials_clear(&added->subs);
	audit_args_clear(&added->args);
}

/* --- whole calls --- */

static int verify_whole(const char *file, const struct profile *after, const char *name,
			struct err *err)
{
	struct outcome outcome;

	if (decision_is_simple(after, name, &outcome) && outcome.action == ACTION_ALLOW)
		return 0;
	return err_set(err, -EINVAL, "%s: %s cannot be added to such a profile", file, name);
}

/* --- single subcalls --- */

static bool subcall_is_wanted(const struct audit_added *added, const struct syscall *call)
{
	const char *name = syscall_subname(call);

	for (size_t i = 0; i < added->subs.len; i++)
		if (!syscall_compare(&added->subs.rows[i].call, call))
			return true;
	/* or as the call that it makes */
	return name && (names_has(&added->whole, name) || names_has(&added->held, name));
}

static struct outcome outcome_of(const struct profile *profile, const struct syscall *call)
{
	const uint64_t args[6] = {call->sub};

	return evaluate(profile, call, args).outcome;
}

/* That subcall, and no other one that nobody wants gets another answer. */
static int verify_subcall(const char *file, const struct profile *before,
			  const struct profile *after, const struct audit_added *added,
			  const struct syscall *call, struct err *err)
{
	struct syscall other = *call;
	char text[2 * SYSCALL_NAME_LEN], name[SYSCALL_NAME_LEN];
	bool good = outcome_of(after, call).action == ACTION_ALLOW;

	/* since then it may have been allowed whole */
	if (!syscall_name(call, name) || names_has(&added->whole, name))
		return 0;
	for (other.sub = 0; good && other.sub < SUBCALLS_MAX; other.sub++)
		good = !syscall_subname(&other) || subcall_is_wanted(added, &other) ||
		       outcome_equal(outcome_of(before, &other), outcome_of(after, &other));
	if (good)
		return 0;
	audit_call_text(call, text);
	return err_set(err, -EINVAL,
		       "%s: %s cannot be added alone to such a profile, by its rules for other subcalls",
		       file, text);
}

/* --- arguments --- */

static int verify_args(const char *file, const struct profile *after,
		       const struct audit_added *added, const struct tuples *wanted,
		       struct err *err)
{
	char name[SYSCALL_NAME_LEN];

	if (!syscall_name(&wanted->call, name) || !names_has(&added->held, name))
		return 0;
	for (size_t i = 0; i < wanted->len; i++)
		if (evaluate(after, &wanted->call, wanted->values[i]).outcome.action !=
		    ACTION_ALLOW)
			return err_set(err, -EINVAL,
				       "%s: %s cannot be added with conditions to such a profile",
				       file, name);
	return 0;
}

int audit_verify(const char *file, const struct profile *before, const struct profile *after,
		 const struct audit_added *added, struct err *err)
{
	const struct tuples_list *wanted = &added->args.wanted;
	int rc = 0;

	for (size_t i = 0; !rc && i < added->whole.len; i++)
		rc = verify_whole(file, after, added->whole.list[i], err);
	for (size_t i = 0; !rc && i < added->subs.len; i++)
		rc = verify_subcall(file, before, after, added, &added->subs.rows[i].call, err);
	for (size_t i = 0; !rc && i < wanted->len; i++)
		rc = verify_args(file, after, added, &wanted->calls[i], err);
	/* what has conditions libseccomp may make something else of; on one architecture more, of what was there as well */
	if (!rc && !profile_check_hazards(before, NULL))
		rc = profile_check_hazards(after, err);
	return rc ? rc : profile_probe(after, &added->held, err);
}
