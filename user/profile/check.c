// SPDX-License-Identifier: BSD-2-Clause
#include "profile/check.h"
#include "base/num.h"
#include "profile/baseline.h"
#include "profile/compile.h"
#include "profile/decision.h"
#include "profile/diff.h"
#include "profile/docker_default.h"
#include "profile/enosys_stub.h"
#include "profile/evaluate.h"
#include "profile/named.h"
#include "profile/risk.h"
#include "profile/survey.h"
#include "syscalls/since.h"
#include "syscalls/syscall.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>

struct subject {
	const struct profile *profile;
	const struct buf *source; /* NULL: none */
	enum consumer consumer;
	struct findings *out;
	struct named *named; /* the rules by name */
};

static struct text_place place_of_profile(const struct subject *subject)
{
	const struct profile *profile = subject->profile;

	if (!profile->place.line && subject->source)
		return (struct text_place){1, 1};
	return profile->place;
}

static struct text_place place_of_rule(const struct subject *subject, const struct rule *rule)
{
	return rule->place.line ? rule->place : place_of_profile(subject);
}

/* Names are looked for in the text, from its beginning: not for ever. */
#define PLACED_MAX 1000

/* Nor is what was meant: a thousand names each time. */
#define HINTED_MAX 100

/* In the rule, as it is written there; or where the rule begins (a group of systemd's has the name). */
static struct text_place place_of_name(const struct subject *subject, const struct rule *rule,
				       const char *name)
{
	const struct text_place begin = place_of_rule(subject, rule);
	const char *text = subject->source ? buf__text(subject->source) : "";
	size_t len = subject->source ? subject->source->len : 0;
	size_t at = subject->out->len < PLACED_MAX ? text_find_word(text, len, begin, name) : len;

	return at < len ? text_place(text, at) : begin;
}

/* Where the first rule that has the name names it; or where the profile begins. */
static struct text_place place_of_call(const struct subject *subject, const char *name)
{
	size_t len;
	const struct named_rule *rules = named_rules(subject->named, name, &len);

	return len ? place_of_name(subject, &subject->profile->rules[rules->rule], name) :
		     place_of_profile(subject);
}

/* Of an unknown name; looked for among those of the profile's machine. */
static const char *hint_of_name(const struct subject *subject, struct spelling *spelling)
{
	if (subject->out->len < HINTED_MAX)
		syscall_spell(compile_machine(subject->profile), spelling);
	return spelling_hint(spelling, "");
}

/* A name that runtimes with the installed libseccomp leave out. */
static int add_newer(const struct subject *subject, const char *name)
{
	const char *linux_version = syscall_since_linux(name);
	const char *library = syscall_since_libseccomp(name);
	const struct scmp_version *installed = seccomp_version();
	char since[80] = "";

	if (linux_version && library)
		snprintf(since, sizeof(since), " (Linux %s, libseccomp %s)", linux_version,
			 library);
	return findings_add(subject->out, SEVERITY_WARNING, "newer-name",
			    place_of_call(subject, name),
			    "libseccomp %u.%u.%u, which is installed, does not know '%s'%s, and a runtime with it leaves it out in silence",
			    installed->major, installed->minor, installed->micro, name, since);
}

static int check_names(const struct subject *subject)
{
	const struct profile *profile = subject->profile;
	struct names own_names names = {0};
	int rc = profile_names(profile, &names);

	for (size_t i = 0; !rc && i < names.len; i++) {
		const char *name = names.list[i];
		struct spelling spelling = {.word = name};

		if (!syscall_exists(name))
			rc = findings_add(subject->out, SEVERITY_WARNING, "unknown-name",
					  place_of_call(subject, name),
					  "no architecture that whittle knows has a call '%s'%s: runtimes leave it out in silence",
					  name, hint_of_name(subject, &spelling));
		else if (!compile_knows(name))
			rc = add_newer(subject, name);
	}
	return rc;
}

static int check_arches(const struct subject *subject)
{
	const struct profile *profile = subject->profile;
	int rc = 0;

	if (!profile_lists_arches(profile))
		return findings_add(subject->out, SEVERITY_NOTE, "no-architecture",
				    place_of_profile(subject),
				    "it lists no architecture: only the machine's own is let in");
	for (enum arch a = ARCH_INVALID + 1; !rc && a < ARCH_COUNT; a++) {
		enum arch compat = arch_compat(a);

		if (profile->arches[a] && compat != ARCH_INVALID && !profile->arches[compat])
			rc = findings_add(subject->out, SEVERITY_NOTE, "no-compat",
					  place_of_profile(subject),
					  "32-bit programs are killed: %s is listed, %s is not",
					  arch_scmp_name(a), arch_scmp_name(compat));
	}
	return rc;
}

/* Of the rules for a name that decide all its calls the first one, and the first one that decides otherwise; NULL: none. */
struct deciding {
	const struct rule *first, *other;
};

/* One for each name, at its first place in the rules by name. *out is owned. */
static int find_deciding(const struct subject *subject, struct deciding **out)
{
	const struct named *named = subject->named;
	struct deciding *list = calloc(named->len + 1, sizeof(*list));
	size_t begin = 0;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < named->len; i++) {
		const struct rule *rule = &subject->profile->rules[named->list[i].rule];

		if (strcmp(named->list[begin].name, named->list[i].name))
			begin = i;
		if (rule->conditions_len || !rule_counts(subject->profile, rule))
			continue;
		if (!list[begin].first)
			list[begin].first = rule;
		else if (!list[begin].other &&
			 !outcome_equal(rule_outcome(rule), rule_outcome(list[begin].first)))
			list[begin].other = rule;
	}
	*out = list;
	return 0;
}

/* Which rules say nothing. */
static int check_rule(const struct subject *subject, const struct deciding *deciding,
		      const struct rule *rule)
{
	const struct profile *profile = subject->profile;
	size_t number = rule_number(subject->profile, rule);
	int rc = 0;

	if (!rule_counts(profile, rule))
		return findings_add(subject->out, SEVERITY_NOTE, "default-rule",
				    place_of_rule(subject, rule),
				    "rule %zu (%s%s) says what the default action says: runtimes drop it, and a later rule for the same call counts",
				    number, rule->names.list[0],
				    rule->names.len > 1 ? ", ..." : "");
	for (size_t n = 0; !rc && n < rule->names.len; n++) {
		size_t len;
		const struct named_rule *named =
			named_rules(subject->named, rule->names.list[n], &len);
		const struct deciding *d = &deciding[named - subject->named->list];
		const struct rule *other = d->first;

		if (other && outcome_equal(rule_outcome(rule), rule_outcome(other)))
			other = d->other;
		if (!other || (!rule->conditions_len && other > rule))
			continue;
		rc = findings_add(subject->out, SEVERITY_ERROR, "shadowed",
				  place_of_name(subject, rule, rule->names.list[n]),
				  "rule %zu has no effect on %s: rule %zu decides all its calls%s",
				  number, rule->names.list[n], rule_number(subject->profile, other),
				  other > rule ?
					  ", though it comes later, because it has no conditions" :
					  "");
	}
	return rc;
}

static int check_rules(const struct subject *subject)
{
	struct deciding *own_ptr deciding = NULL;
	int rc = find_deciding(subject, &deciding);

	for (size_t i = 0; !rc && i < subject->profile->rules_len; i++)
		rc = check_rule(subject, deciding, &subject->profile->rules[i]);
	return rc;
}

static bool lists(const struct profile *profile, enum arch arch)
{
	return profile_is_for(profile, arch, compile_machine(profile));
}

/* Of a number of more than 32 bits no register of 32 is equal to, nor above it. */
static bool holds_for_more(const struct condition *c)
{
	return c->compare == COMPARE_EQ || c->compare == COMPARE_MASKED_EQ ||
	       c->compare == COMPARE_GE || c->compare == COMPARE_GT;
}

/* A negative number is one of 32 bits as well, and means the same. */
static bool is_negative(const struct condition *c)
{
	return c->compare != COMPARE_MASKED_EQ && c->value >> 31 == UINT64_MAX >> 31;
}

static int check_high_bits_on(const struct subject *subject, const struct rule *rule,
			      const struct condition *c, const char *name, enum arch arch)
{
	const struct outcome outcome = rule_outcome(rule), rest = profile_default(subject->profile);
	bool more = holds_for_more(c);
	bool opens = more == (outcome_compare(outcome, rest) > 0);
	size_t number = rule_number(subject->profile, rule);

	return findings_add(subject->out,
			    opens && !is_negative(c) ? SEVERITY_ERROR : SEVERITY_WARNING,
			    "high-bits", place_of_name(subject, rule, name),
			    "rule %zu compares argument %u of %s with more than 32 bits, but on %s only the lower 32 are compared: there it holds for %s than it says",
			    number, c->index, name, arch_token(arch), more ? "more" : "less");
}

/* Each call once for each architecture: the first condition tells. */
static int check_high_bits(const struct subject *subject, const struct rule *rule)
{
	const struct condition *wide = NULL;
	int rc = 0;

	for (size_t i = 0; !wide && i < rule->conditions_len; i++)
		if (condition_wants_high_bits(&rule->conditions[i]))
			wide = &rule->conditions[i];
	if (!wide || !rule_counts(subject->profile, rule))
		return 0;
	for (enum arch a = ARCH_INVALID + 1; !rc && a < ARCH_COUNT; a++) {
		if (!lists(subject->profile, a) || !arch_compares_32bit(a))
			continue;
		for (size_t n = 0; !rc && n < rule->names.len; n++) {
			int64_t nr;

			if (syscall_resolve(a, rule->names.list[n], &nr))
				rc = check_high_bits_on(subject, rule, wide, rule->names.list[n],
							a);
		}
	}
	return rc;
}

/* A multiplexer that is allowed whatever its arguments makes calls whose own rules have conditions. */
static int check_multiplexed(const struct subject *subject, enum arch arch, const char *name)
{
	const char *multiplexer = syscall_multiplexer(arch, name);
	const struct profile *profile = subject->profile;
	struct outcome outcome;

	/* by default it is allowed but for what the calls' own rules say */
	if (!multiplexer || decision_is_simple(profile, name, &outcome) ||
	    !decision_is_simple(profile, multiplexer, &outcome) || !outcome_allows(outcome) ||
	    outcome_equal(outcome, profile_default(profile)))
		return 0;
	return findings_add(subject->out, SEVERITY_WARNING, "multiplexed",
			    place_of_call(subject, name),
			    "the conditions of %s hold nothing back on %s: %s, which is allowed without conditions, makes the same call",
			    name, arch_token(arch), multiplexer);
}

static int check_multiplexers(const struct subject *subject)
{
	struct names own_names names = {0};
	int rc = profile_names(subject->profile, &names);

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		for (size_t i = 0; !rc && lists(subject->profile, a) && i < names.len; i++)
			rc = check_multiplexed(subject, a, names.list[i]);
	return rc;
}

static int check_always(const struct subject *subject)
{
	const struct profile *profile = subject->profile;
	static const struct {
		const char *name, *why;
		enum severity severity;
	} rows[] = {
		{"execve", "no container starts without", SEVERITY_ERROR},
		{"exit_group", "a program that ends loops for ever", SEVERITY_ERROR},
		{"exit", "a thread that ends loops for ever", SEVERITY_WARNING},
		{"rt_sigreturn", "a signal handler that returns ends the program",
		 SEVERITY_WARNING},
		{"restart_syscall", "a sleep that was stopped fails when it goes on",
		 SEVERITY_WARNING},
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(rows); i++)
		if (!profile_allows(profile, rows[i].name))
			rc = findings_add(subject->out, rows[i].severity, "missing-always",
					  place_of_profile(subject), "%s is not allowed: %s",
					  rows[i].name, rows[i].why);
	return rc;
}

/* EPERM from clone3 is the end of pthread_create: libc falls back only for ENOSYS. */
static int check_clone3(const struct subject *subject)
{
	const struct profile *profile = subject->profile;
	bool stub = enosys_stub_answers_all(profile, "clone3");
	struct outcome outcome;

	if (!decision_is_simple(profile, "clone3", &outcome) || outcome_allows(outcome) ||
	    (outcome.action == ACTION_ERRNO && outcome.errno_value == ENOSYS) ||
	    (stub && !consumer_uses_crun(subject->consumer)))
		return 0;
	return findings_add(subject->out, SEVERITY_WARNING, "clone3",
			    place_of_call(subject, "clone3"),
			    "clone3 is refused, but not with ENOSYS: libc does not fall back to clone, and threads fail%s",
			    stub && consumer_uses_runc(subject->consumer) ?
				    " with crun; runc answers ENOSYS above all numbers that the profile names" :
				    "");
}

static bool exists_here(const struct profile *profile, const char *name)
{
	int64_t nr;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (lists(profile, a) && syscall_resolve(a, name, &nr))
			return true;
	return false;
}

/* What it says of calls that its architectures have: there are few of these, however many names. */
static int only_here(const struct profile *profile, struct profile *out)
{
	*out = (struct profile){.default_action = profile->default_action,
				.default_errno = profile->default_errno};
	memcpy(out->arches, profile->arches, sizeof(out->arches));
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *from = &profile->rules[i];
		struct rule *to = profile_add_rule(out, from->action, from->errno_value);

		if (!to)
			return -ENOMEM;
		for (size_t n = 0; n < from->names.len; n++)
			if (exists_here(profile, from->names.list[n]) &&
			    names_add(&to->names, from->names.list[n]))
				return -ENOMEM;
		for (size_t c = 0; c < from->conditions_len; c++)
			if (rule_add_condition(to, &from->conditions[c]))
				return -ENOMEM;
	}
	profile_drop_empty_rules(out);
	return 0;
}

/* What it allows and a container without a profile cannot call: the number that a reviewer needs. */
static int check_beyond(const struct subject *subject)
{
	const struct profile *profile = subject->profile;
	const struct host host = {.arch = compile_machine(profile), .kernel_major = 6};
	struct differences own_differences differences = {0};
	struct profile own_profile docker = {0}, own_profile here = {0};
	struct names own_names names = {0};
	struct buf own_buf list = BUF_INIT;
	int rc = docker_default(&host, &docker);

	if (!rc)
		rc = only_here(profile, &here);
	if (!rc)
		rc = profile_diff(&here, &docker, &differences, NULL);
	for (size_t i = 0; !rc && i < differences.len; i++) {
		const struct difference *d = &differences.list[i];

		if (d->name && outcome_allows(d->a) && !outcome_allows(d->b) &&
		    exists_here(profile, d->name))
			rc = names_add(&names, d->name);
	}
	if (rc == -E2BIG) /* conditions that cannot be compared */
		return 0;
	for (size_t i = 0; !rc && i < names.len; i++)
		buf__addf(&list, " %s%s", names.list[i],
			  docker_default_allows(host.arch, names.list[i]) ? " (some arguments)" :
									    "");
	if (rc || !names.len)
		return rc;
	return findings_add(subject->out, SEVERITY_NOTE, "beyond-docker",
			    place_of_call(subject, names.list[0]),
			    "it allows %zu %s that Docker's default refuses:%s", names.len,
			    num_word(names.len, "call", "calls"), buf__text(&list));
}

static int check_wide(const struct subject *subject)
{
	const struct profile *profile = subject->profile;
	struct names own_names names = {0};
	int rc = profile_names(profile, &names);

	for (size_t i = 0; !rc && i < names.len; i++) {
		const char *name = names.list[i], *group, *wide = risk_wide(name);
		const struct profile *view = named_view(subject->named, name);
		enum risk risk = risk_of(name, &group);
		struct outcome outcome;

		if (!decision_is_simple(view, name, &outcome) || !outcome_allows(outcome))
			continue;
		if (wide)
			rc = findings_add(subject->out, SEVERITY_NOTE, "wide",
					  place_of_call(subject, name),
					  "%s is allowed without conditions: %s", name, wide);
		else if (!strncmp(name, "io_uring_", 9))
			rc = findings_add(subject->out, SEVERITY_WARNING, "io-uring",
					  place_of_call(subject, name),
					  "%s is allowed: what io_uring does, no filter sees",
					  name);
		else if (risk >= RISK_HIGH)
			rc = findings_add(subject->out, SEVERITY_WARNING, "risky",
					  place_of_call(subject, name), "%s is allowed (%s, %s)%s",
					  name, group, risk_name(risk),
					  docker_default_allows(compile_machine(profile), name) ?
						  "" :
						  ": Docker's default refuses it");
	}
	if (!rc && outcome_allows(profile_default(profile)))
		rc = findings_add(subject->out, SEVERITY_WARNING, "allows-by-default",
				  place_of_profile(subject),
				  "everything is allowed that no rule refuses, future calls too");
	return rc;
}

/* What the runtime itself needs behind the filter, and the profile refuses. */
static size_t missing_for(const struct subject *subject, enum runtime runtime, bool no_new_privs,
			  struct buf *list)
{
	const struct baseline baseline = {.runtimes = runtime,
					  .no_new_privs = no_new_privs,
					  .bare = true,
					  .arches = ARCH_BIT(compile_machine(subject->profile))};
	const char *names[BASELINE_MAX];
	size_t len = baseline_names(&baseline, names), n = 0;

	for (size_t i = 0; i < len; i++)
		if (!profile_allows(subject->profile, names[i])) {
			buf__addf(list, " %s", names[i]);
			n++;
		}
	return n;
}

static int check_runtime(const struct subject *subject, enum runtime runtime)
{
	struct buf own_buf always = BUF_INIT, own_buf privileged = BUF_INIT;

	if (missing_for(subject, runtime, true, &always))
		return findings_add(subject->out, SEVERITY_WARNING, "runtime",
				    place_of_profile(subject),
				    "%s starts no container under it, for it lacks%s",
				    runtime_name(runtime), buf__text(&always));
	if (missing_for(subject, runtime, false, &privileged))
		return findings_add(subject->out, SEVERITY_WARNING, "runtime",
				    place_of_profile(subject),
				    "%s starts a container under it only with no_new_privs, for it lacks%s",
				    runtime_name(runtime), buf__text(&privileged));
	return 0;
}

/* Of a consumer who is named: else a profile need not be for containers at all. */
static int check_runtimes(const struct subject *subject)
{
	int rc = 0;

	if (subject->consumer == CONSUMER_ANY)
		return 0;
	if (consumer_uses_runc(subject->consumer))
		rc = check_runtime(subject, RUNTIME_RUNC);
	if (!rc && consumer_uses_crun(subject->consumer))
		rc = check_runtime(subject, RUNTIME_CRUN);
	return rc;
}

/* What the filter is: whether libseccomp makes what the rules say, and whether the kernel takes it. */
static int check_filter(const struct subject *subject)
{
	const struct profile *profile = subject->profile;
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;
	struct err reason = {0};
	int rc = compile_filter(profile, compile_machine(profile), &filter, &unknown, &reason);

	if (!rc)
		rc = filter_check(&filter, &reason);
	if (rc == -ENOMEM)
		return rc;
	if (rc)
		return findings_add(subject->out, SEVERITY_ERROR, "filter",
				    place_of_profile(subject), "%s", reason.text);
	return 0;
}

int check_profile(const struct profile *profile, const struct buf *source, enum consumer consumer,
		  struct findings *out, struct err *err)
{
	struct named own_named named = {0};
	const struct subject subject = {profile, source, consumer, out, &named};
	int rc = named_make(profile, &named);

	if (!rc)
		rc = check_names(&subject);
	if (!rc)
		rc = check_arches(&subject);
	if (!rc)
		rc = check_rules(&subject);
	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		rc = check_high_bits(&subject, &profile->rules[i]);
	if (!rc)
		rc = check_multiplexers(&subject);
	if (!rc)
		rc = check_always(&subject);
	if (!rc)
		rc = check_clone3(&subject);
	if (!rc)
		rc = check_wide(&subject);
	if (!rc)
		rc = check_beyond(&subject);
	if (!rc)
		rc = check_runtimes(&subject);
	if (!rc)
		rc = check_filter(&subject);
	return rc ? err_errno(err, rc, "cannot check the profile") : 0;
}
