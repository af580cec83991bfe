// SPDX-License-Identifier: BSD-2-Clause
/*
 * A policy of minijail: one file an architecture, a line a call. A call with several rules has its alternatives on one line. What is not
 * named gets "@default", which only the Python compiler knows; minijail itself kills.
 */
#include "profile/decision.h"
#include "profile/emit.h"

#include <errno.h>
#include <inttypes.h>

static int action_text(struct outcome outcome, const char *name, char *out, size_t size,
		       struct err *err)
{
	switch (outcome.action) {
	case ACTION_ALLOW:
		snprintf(out, size, "allow");
		return 0;
	case ACTION_ERRNO:
		snprintf(out, size, "return %d", outcome.errno_value);
		return 0;
	case ACTION_TRAP:
		snprintf(out, size, "trap");
		return 0;
	case ACTION_KILL_THREAD:
		snprintf(out, size, "kill-thread");
		return 0;
	case ACTION_KILL_PROCESS:
		snprintf(out, size, "kill-process");
		return 0;
	default:
		return err_set(err, -EOPNOTSUPP, "%s: minijail has no %s", name,
			       action_scmp_name(outcome.action));
	}
}

static int add_condition(struct buf *out, const struct condition *c, const char *name,
			 struct err *err)
{
	static const char *const words[COMPARE_COUNT] = {
		[COMPARE_EQ] = "==", [COMPARE_NE] = "!=", [COMPARE_LT] = "<",
		[COMPARE_LE] = "<=", [COMPARE_GE] = ">=", [COMPARE_GT] = ">",
	};

	if (c->compare != COMPARE_MASKED_EQ) {
		buf__addf(out, "arg%u %s %#" PRIx64, c->index, words[c->compare], c->value);
		return 0;
	}
	/* "in": no other bits than these; "&": one of these bits at least */
	if (!c->value_two)
		buf__addf(out, "arg%u in %#" PRIx64, c->index, ~c->value);
	else if (c->value_two == c->value && !(c->value & (c->value - 1)))
		buf__addf(out, "arg%u & %#" PRIx64, c->index, c->value);
	else
		return err_set(err, -EOPNOTSUPP,
			       "%s: minijail cannot compare some bits of an argument with a value",
			       name);
	return 0;
}

static int add_region(struct buf *out, const struct region *region, const char *name,
		      struct err *err)
{
	for (size_t i = 0; i < region->len; i++) {
		const char *before = i ? " || " : "";

		for (size_t k = 0; k < CONDITION_ARGS; k++) {
			const struct condition *c = &region->terms[i].conditions[k];

			if (c->compare == COMPARE_INVALID)
				continue;
			buf__addf(out, "%s", before);
			if (add_condition(out, c, name, err))
				return err->code;
			before = " && ";
		}
	}
	return 0;
}

static int add_line(struct outcome outcome, const char *name, struct buf *out, struct err *err)
{
	char text[64];
	int rc = action_text(outcome, name, text, sizeof(text), err);

	if (!rc)
		buf__addf(out, "%s: %s\n", name, text);
	return rc;
}

static int add_conditional(const struct profile *profile, const char *name, struct buf *out,
			   struct err *err)
{
	struct decision own_decision decision = {0};
	const struct part *part = NULL;
	int rc = decision_make(profile, name, &decision);
	size_t some = 0;

	if (rc)
		return decision_refuse(rc, name, err);
	for (size_t i = 0; i < decision.len; i++) {
		if (!decision.parts[i].region.len)
			continue;
		some++;
		part = &decision.parts[i];
	}
	/* conditions that never hold */
	if (!some)
		return 0;
	/* or always */
	if (term_is_everything(&part->region.terms[0]))
		return add_line(part->outcome, name, out, err);
	if (some > 1 || part->outcome.action != ACTION_ALLOW)
		return err_set(err, -EOPNOTSUPP,
			       "%s: minijail's conditions allow, and nothing else", name);
	buf__addf(out, "%s: ", name);
	rc = add_region(out, &part->region, name, err);
	buf__addf(out, "\n");
	return rc;
}

int emit_minijail(const struct profile *profile, const struct emit_options *options,
		  struct buf *out, struct err *err)
{
	struct names own_names names = {0};
	char text[64];
	int rc = action_text(profile_default(profile), "the default", text, sizeof(text), err);

	if (!rc)
		rc = emit_names_of_machine(profile, options, &names, err);
	if (rc)
		return rc;
	buf__addf(out, "@default %s\n", text);
	for (size_t i = 0; i < names.len; i++) {
		struct buf own_buf line = BUF_INIT;
		struct err reason = {0};
		struct outcome outcome;

		if (!decision_is_simple(profile, names.list[i], &outcome)) {
			rc = add_conditional(profile, names.list[i], &line, &reason);
		} else if (!outcome_equal(outcome, profile_default(profile))) {
			rc = add_line(outcome, names.list[i], &line, &reason);
		}
		if (!rc)
			buf__addf(out, "%s", buf__text(&line));
		else
			rc = emit_refuse_call(profile, rc, &reason, options, err);
		if (rc)
			return rc;
	}
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the policy") : 0;
}
