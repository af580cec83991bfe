// SPDX-License-Identifier: BSD-2-Clause
/*
 * seccompiler's JSON, as Firecracker has it: one file an architecture, filters by thread. All three threads of Firecracker get the
 * same filter here.
 */
#include "profile/decision.h"
#include "profile/emit.h"

#include <errno.h>
#include <inttypes.h>

static int action_text(struct outcome outcome, char *out, size_t size, struct err *err)
{
	static const char *const words[ACTION_COUNT] = {
		[ACTION_ALLOW] = "\"allow\"",
		[ACTION_LOG] = "\"log\"",
		[ACTION_TRAP] = "\"trap\"",
		[ACTION_KILL_THREAD] = "\"kill_thread\"",
		[ACTION_KILL_PROCESS] = "\"kill_process\"",
	};

	if (outcome.action == ACTION_ERRNO)
		snprintf(out, size, "{\"errno\": %d}", outcome.errno_value);
	else if (words[outcome.action])
		snprintf(out, size, "%s", words[outcome.action]);
	else
		return err_set(err, -EOPNOTSUPP, "Firecracker has no %s",
			       action_scmp_name(outcome.action));
	return 0;
}

static void add_condition(struct buf *out, const struct condition *c)
{
	static const char *const words[COMPARE_COUNT] = {
		[COMPARE_EQ] = "eq", [COMPARE_NE] = "ne", [COMPARE_LT] = "lt",
		[COMPARE_LE] = "le", [COMPARE_GE] = "ge", [COMPARE_GT] = "gt",
	};

	buf__addf(out, "{\"index\": %u, \"type\": \"qword\", \"op\": ", c->index);
	if (c->compare == COMPARE_MASKED_EQ)
		buf__addf(out, "{\"masked_eq\": %" PRIu64 "}, \"val\": %" PRIu64 "}", c->value,
			  c->value_two);
	else
		buf__addf(out, "\"%s\", \"val\": %" PRIu64 "}", words[c->compare], c->value);
}

static void add_term(struct buf *out, const char *name, const struct term *term)
{
	const char *before = "";

	buf__addf(out, "%s\n      {\"syscall\": \"%s\"", out->len ? "," : "", name);
	if (!term_is_everything(term))
		buf__addf(out, ", \"args\": [");
	for (size_t k = 0; k < CONDITION_ARGS; k++) {
		if (term->conditions[k].compare == COMPARE_INVALID)
			continue;
		buf__addf(out, "%s", before);
		add_condition(out, &term->conditions[k]);
		before = ", ";
	}
	buf__addf(out, "%s}", *before ? "]" : "");
}

/* A filter has one action for all that match. */
static int add_name(const struct profile *profile, const char *name, struct buf *out,
		    struct err *err)
{
	struct decision own_decision decision = {0};
	int rc = decision_make(profile, name, &decision);

	if (rc)
		return decision_refuse(rc, name, err);
	/* all or nothing: what is left out is left out whole */
	for (size_t i = 0; i < decision.len; i++)
		if (decision.parts[i].region.len &&
		    decision.parts[i].outcome.action != ACTION_ALLOW)
			return err_set(err, -EOPNOTSUPP,
				       "%s: a filter of Firecracker has one action, which is allow here",
				       name);
	for (size_t i = 0; i < decision.len; i++)
		for (size_t k = 0; k < decision.parts[i].region.len; k++)
			add_term(out, name, &decision.parts[i].region.terms[k]);
	return 0;
}

int emit_firecracker(const struct profile *profile, const struct emit_options *options,
		     struct buf *out, struct err *err)
{
	static const char *const threads[] = {"vmm", "api", "vcpu"};
	struct buf own_buf filter = BUF_INIT;
	struct names own_names names = {0};
	char text[64];
	int rc = action_text(profile_default(profile), text, sizeof(text), err);

	if (!rc && profile->default_action == ACTION_ALLOW)
		rc = err_set(err, -EOPNOTSUPP,
			     "Firecracker takes no filter that allows by default: its rules must say something else, and they allow");
	if (!rc)
		rc = emit_names_of_machine(profile, options, &names, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < names.len; i++) {
		struct err reason = {0};

		rc = add_name(profile, names.list[i], &filter, &reason);
		if (rc)
			rc = emit_refuse_call(profile, rc, &reason, options, err);
		if (rc)
			return rc;
	}
	buf__addf(out, "{");
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		buf__addf(out,
			  "%s\n  \"%s\": {\n    \"default_action\": %s,\n    \"filter_action\": \"allow\",\n    \"filter\": [%s\n    ]\n  }",
			  i ? "," : "", threads[i], text, buf__text(&filter));
	buf__addf(out, "\n}\n");
	return buf__error(out) || buf__error(&filter) ?
		       err_errno(err, -ENOMEM, "cannot write the filter") :
		       0;
}
