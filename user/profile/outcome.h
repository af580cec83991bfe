/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of a call: an action and its errno. A plain value. Ordered as the kernel orders the answers of several
 * filters: of two, the stricter one counts.
 */
#pragma once

#include "profile/profile.h"

struct outcome {
	enum action action;
	int errno_value; /* of ERRNO and TRACE, else 0 */
};

#define OUTCOME_TEXT_LEN 64

/**
 * <0: `a` is stricter, 0: the same, >0: `a` is more permissive. KILL_PROCESS, KILL_THREAD, TRAP, ERRNO, NOTIFY, TRACE, LOG, ALLOW;
 * of two ERRNOs ENOSYS is the more permissive one, because programs fall back then; else the lower number.
 */
int outcome_compare(struct outcome a, struct outcome b);
static inline bool outcome_equal(struct outcome a, struct outcome b)
{
	return a.action == b.action && a.errno_value == b.errno_value;
}

/** Does the call get through: ALLOW or LOG? */
static inline bool outcome_allows(struct outcome outcome)
{
	return outcome.action == ACTION_ALLOW || outcome.action == ACTION_LOG;
}

/**
 * Does `a` let through what `b` does not: ALLOW or LOG; or TRACE, or NOTIFY, where somebody else may, and of `b` nobody or (TRACE against
 * NOTIFY) somebody who may less? Ways to refuse are alike.
 */
bool outcome_goes_beyond(struct outcome a, struct outcome b);

/** What a filter's return value means to the kernel (SECCOMP_RET_*). An unknown action kills the process. */
struct outcome outcome_from_return(uint32_t value);

/** "allow", "errno ENOSYS", "kill-process": for people. */
void outcome_text(struct outcome outcome, char text[OUTCOME_TEXT_LEN]);

/** The highest errno: the kernel takes a higher one for no error. libseccomp, and so runtimes, refuse this one already (db_action_valid()). */
#define ERRNO_MAX 4095

/** The highest number that whoever traces is told: SECCOMP_RET_DATA. Of a higher one libseccomp takes the lower 16 bits. */
#define TRACE_MAX 65535

/** "EPERM", or a number up to ERRNO_MAX; -1: it is no errno. */
int errno_from_text(const char *text);

static inline struct outcome profile_default(const struct profile *profile)
{
	return (struct outcome){profile->default_action, profile->default_errno};
}

static inline struct outcome rule_outcome(const struct rule *rule)
{
	return (struct outcome){rule->action, rule->errno_value};
}
