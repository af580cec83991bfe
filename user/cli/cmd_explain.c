// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "cli/cmd.h"
#include "cli/profile_file.h"
#include "profile/circumstance.h"
#include "profile/compile.h"
#include "profile/decision.h"
#include "profile/enosys_stub.h"
#include "profile/evaluate.h"
#include "profile/region.h"
#include "profile/text.h"
#include "syscalls/args.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

struct explain_options {
	struct file_options file;
	bool json;
};

static const struct option_row rows[] = {
	{"arch", 0, OPTION_TEXT, "ARCH",
	 "the call is made on this architecture (default: the machine's)",
	 offsetof(struct explain_options, file.arch), NULL, 0},
	FILE_OPTION_ROWS(struct explain_options),
	{"json", 0, OPTION_FLAG, NULL, "print JSON", offsetof(struct explain_options, json), NULL,
	 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

struct question {
	struct syscall call;
	const char *name; /* or its number, as it was given */
	bool nameless;
	char known[SYSCALL_NAME_LEN];
	uint64_t args[6];
	int args_len;
};

/* What is asked, and of whom. */
struct subject {
	struct profile profile;
	struct profile whole; /* before it was resolved; empty: it depends on nothing */
	struct host host;
};

static void subject_clear(struct subject *subject)
{
	profile_clear(&subject->profile);
	profile_clear(&subject->whole);
}

struct answer {
	struct outcome outcome;
	struct verdict verdict; /* what the rules say */
	bool is_listed;         /* the machine's architecture is, in the profile */
	bool runc_differs; /* it answers ENOSYS, as from a kernel that does not know the call */
	bool is_named;     /* the call's architecture is listed, by its name */
	size_t instructions;
};

static int parse_args(int argc, char **argv, struct question *question, struct err *err)
{
	if (argc > 6)
		return err_set(err, -EINVAL, "a call has at most 6 arguments");
	for (int i = 0; i < argc; i++) {
		int rc = args_value_parse(&question->call, (unsigned int)i, argv[i],
					  &question->args[i], err);

		if (rc)
			return rc;
	}
	question->args_len = argc;
	return 0;
}

/* A name, or a number. */
static int find_call(const char *text, struct question *question, struct err *err)
{
	const enum arch arch = question->call.arch;
	const int64_t base = arch_number_base(arch);
	struct spelling spelling = {.word = text};
	char *end;
	long long nr = strtoll(text, &end, 0);

	question->name = text;
	if (*text && !*end) {
		/* as the kernel has it, or as its table has it */
		question->call.nr = nr >= base ? nr - base : nr;
		if (nr < 0 || nr >= INT32_MAX)
			return err_set(err, -EINVAL, "there is no call %s", text);
		question->nameless = !syscall_name(&question->call, question->known);
		if (!question->nameless)
			question->name = question->known;
		return 0;
	}
	if (syscall_resolve(arch, text, &question->call.nr))
		return 0;
	if (!arch_is_known(arch))
		return err_set(err, -EINVAL,
			       "the installed libseccomp does not know %s, nor its calls",
			       arch_token(arch));
	syscall_spell(arch, &spelling);
	return err_set(err, -EINVAL,
		       "%s has no call '%s', as far as the installed libseccomp and whittle know%s",
		       arch_token(arch), text, spelling_hint(&spelling, ""));
}

/* The architecture of the machine, which libseccomp gives a filter whether it is listed or not, is listed then. */
static int ask(struct profile *profile, const struct question *question, struct answer *answer,
	       struct err *err)
{
	enum arch arch = question->call.arch;
	struct seccomp_data data = {
		.nr = (int)question->call.nr + (int)arch_number_base(arch),
		.arch = arch_audit(arch),
	};
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;
	int rc = compile_filter(profile, arch_host(arch), &filter, &unknown, err);

	answer->is_listed = profile_has_arch(profile, arch_host(arch));
	answer->is_named = profile->arches[arch];
	profile->arches[arch_host(arch)] = true;
	if (!rc)
		rc = filter_check(&filter, err);
	if (rc)
		return rc;
	memcpy(data.args, question->args, sizeof(question->args));
	answer->outcome = outcome_from_return(filter_run(&filter, &data));
	answer->verdict = evaluate(profile, &question->call, question->args);
	answer->runc_differs =
		enosys_stub_answers(profile, &question->call) &&
		!(answer->outcome.action == ACTION_ERRNO && answer->outcome.errno_value == ENOSYS);
	answer->instructions = filter.len;
	return 0;
}

/* The next rule for the call that does not hold for this container and host. */
static const struct rule *next_absent(const struct subject *subject, const char *name, size_t *at)
{
	while (*at < subject->whole.rules_len) {
		const struct rule *rule = &subject->whole.rules[(*at)++];

		if (names_has(&rule->names, name) && !rule_holds(rule, &subject->host))
			return rule;
	}
	return NULL;
}

/* Does what the profile does with the call depend on an argument that was not given? */
static bool lacks_args(const struct profile *profile, const struct question *question)
{
	struct outcome outcome;

	if (decision_is_simple(profile, question->name, &outcome))
		return false;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];

		for (size_t c = 0;
		     names_has(&rule->names, question->name) && c < rule->conditions_len; c++)
			if (rule->conditions[c].index >= (unsigned int)question->args_len)
				return true;
	}
	return false;
}

/* As a number, and by the names that it has. */
static void print_arg(const struct question *question, int i)
{
	struct buf own_buf names = BUF_INIT;

	args_match_text(&question->call, (unsigned int)i, UINT64_MAX, question->args[i], &names);
	printf("%s%#" PRIx64, i ? ", " : " with ", question->args[i]);
	if (names.len)
		printf(" (%s)", buf__text(&names));
}

static void print_text(const struct subject *subject, const struct question *question,
		       const struct answer *answer)
{
	const struct profile *profile = &subject->profile;
	const struct rule *rule;
	size_t at = 0;
	struct buf own_buf conditions = BUF_INIT;
	char outcome[OUTCOME_TEXT_LEN];

	outcome_text(answer->outcome, outcome);
	printf("%s %s (%" PRId64 "%s)", arch_token(question->call.arch), question->name,
	       question->call.nr, question->nameless ? ", a number without a name" : "");
	for (int i = 0; i < question->args_len; i++)
		print_arg(question, i);
	printf(": %s\n", outcome);
	if (!outcome_equal(answer->outcome, answer->verdict.outcome) &&
	    (question->nameless || !compile_knows(question->name))) {
		printf("  not by a rule: the filter does not know this call or its architecture\n");
	} else if (!outcome_equal(answer->outcome, answer->verdict.outcome)) {
		outcome_text(answer->verdict.outcome, outcome);
		printf("  the rules say %s: libseccomp makes another filter of them\n", outcome);
	} else if (!profile_has_arch(profile, question->call.arch)) {
		printf("  the profile does not list the architecture\n");
	} else if (answer->verdict.rule == NO_RULE) {
		printf("  by the default action: no rule matches\n");
	} else {
		rule_conditions_text(&profile->rules[answer->verdict.rule], &question->call,
				     &conditions);
		printf("  by rule %zu%s%s\n",
		       rule_number(profile, &profile->rules[answer->verdict.rule]),
		       conditions.len ? ", where " : "", buf__text(&conditions));
	}
	if (!answer->is_listed && question->call.arch == arch_host(question->call.arch))
		printf("  the profile does not list %s, which a filter made on such a machine has all the same\n",
		       arch_token(question->call.arch));
	if (answer->runc_differs)
		printf("  runc%s answers errno ENOSYS: the number is above all that the profile names\n",
		       answer->is_named ? "" : ", from 1.1.15 on,");
	if (lacks_args(profile, question))
		printf("  arguments that are not given are 0\n");
	while ((rule = next_absent(subject, question->name, &at))) {
		struct buf own_buf because = BUF_INIT;

		circumstances_text(rule, &because);
		if (because.len)
			log_keep_in_line(because.data);
		outcome_text(rule_outcome(rule), outcome);
		printf("  rule %zu, %s, does not hold here: %s\n",
		       rule_number(&subject->whole, rule), outcome, buf__text(&because));
	}
	printf("  simulated on the compiled filter, %zu instructions\n", answer->instructions);
}

static void print_json(const struct subject *subject, const struct question *question,
		       const struct answer *answer)
{
	const struct profile *profile = &subject->profile;
	const struct rule *rule;
	size_t at = 0;
	struct buf own_buf text = BUF_INIT;
	const char *before = "";

	buf__addf(&text, "{\"arch\": \"%s\", \"syscall\": ", arch_token(question->call.arch));
	text_add_json(&text, question->name);
	buf__addf(&text, ", \"number\": %" PRId64 ", \"args\": [", question->call.nr);
	for (int i = 0; i < question->args_len; i++)
		buf__addf(&text, "%s\"%#" PRIx64 "\"", i ? ", " : "", question->args[i]);
	buf__addf(&text, "], \"action\": \"%s\"", action_scmp_name(answer->outcome.action));
	if (action_has_errno(answer->outcome.action))
		buf__addf(&text, ", \"errno\": %d", answer->outcome.errno_value);
	if (answer->runc_differs)
		buf__addf(&text, ", \"runc\": {\"action\": \"SCMP_ACT_ERRNO\", \"errno\": %d}",
			  ENOSYS);
	if (answer->verdict.rule != NO_RULE)
		buf__addf(&text, ", \"rule\": %zu",
			  rule_number(profile, &profile->rules[answer->verdict.rule]));
	buf__addf(&text, ", \"absent\": [");
	while ((rule = next_absent(subject, question->name, &at))) {
		struct buf own_buf because = BUF_INIT;

		circumstances_text(rule, &because);
		buf__addf(&text, "%s{\"rule\": %zu, \"action\": \"%s\", \"because\": ", before,
			  rule_number(&subject->whole, rule), action_scmp_name(rule->action));
		text_add_json(&text, buf__text(&because));
		buf__addf(&text, "}");
		before = ", ";
	}
	buf__addf(&text, "], \"instructions\": %zu}\n", answer->instructions);
	printf("%s", buf__text(&text));
}

static int run(const struct command *self, int argc, char **argv)
{
	__attribute__((cleanup(subject_clear))) struct subject subject = {0};
	const char *caps[CAPABILITY_COUNT];
	struct explain_options options = {0};
	struct question question = {0};
	struct answer answer = {0};
	struct err err = {0};
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (argc - rest < 2) {
		err_set(&err, -EINVAL, "%s is missing",
			argc - rest < 1 ? "a profile" : "a syscall");
		return command_usage_error(self, &err);
	}
	if (file_options_check(&options.file, &err) ||
	    native_arch(options.file.arch, &question.call.arch, &err) ||
	    find_call(argv[rest + 1], &question, &err) ||
	    parse_args(argc - rest - 2, argv + rest + 2, &question, &err))
		return command_usage_error(self, &err);
	if (profile_file_host(&options.file, caps, &subject.host, &err) ||
	    profile_file_read_whole(argv[rest], &options.file, &subject.whole, &err) ||
	    profile_file_resolve(argv[rest], &options.file, &subject.whole, &subject.profile,
				 &err) ||
	    ask(&subject.profile, &question, &answer, &err)) {
		log_error("%s", err.text);
		return STATUS_FAILED;
	}
	if (options.json)
		print_json(&subject, &question, &answer);
	else
		print_text(&subject, &question, &answer);
	return STATUS_OK;
}

const struct command cmd_explain = {
	.name = "explain",
	.summary = "tell what a profile does with a call, and by which rule",
	.synopsis = "[OPTION...] PROFILE SYSCALL [ARG...]",
	.description =
		"Compiles the profile with libseccomp, as a container runtime does, and runs the filter on the call in user\n"
		"space. SYSCALL is a name or a number, ARG a number (0x...: hexadecimal) or a name that the\n"
		"kernel has for it (AF_INET, SOCK_STREAM|SOCK_CLOEXEC); arguments left out are 0.\n"
		"A negative argument goes behind \"--\".\n",
	.options = rows,
	.run = run,
};
