// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "cli/profile_file.h"
#include "cli/recording_read.h"
#include "cli/show_recording.h"
#include "profile/decision.h"
#include "profile/diff.h"
#include "profile/digest.h"
#include "profile/evaluate.h"
#include "profile/risk.h"
#include "profile/survey.h"
#include "profile/text.h"

#include <errno.h>
#include <string.h>

struct show_options {
	struct file_options file;
	const char *against;
	bool json;
};

static const struct option_row rows[] = {
	{"against", 0, OPTION_TEXT, "FILE",
	 "say what this profile takes away and adds, compared with FILE, or with Docker's default: docker",
	 offsetof(struct show_options, against), NULL, 0},
	{"arch", 0, OPTION_TEXT, "ARCH",
	 "the machine of a profile that leaves it open (default: this one); of a recording: show no other",
	 offsetof(struct show_options, file.arch), NULL, 0},
	FILE_OPTION_ROWS(struct show_options),
	{"json", 0, OPTION_FLAG, NULL, "print JSON", offsetof(struct show_options, json), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

static enum arch machine; /* of profiles that list no architecture */

/* --- for people: what a file says is not to get at the terminal --- */

static void print_rules(const struct profile *profile)
{
	char outcome[OUTCOME_TEXT_LEN];
	bool arches[ARCH_COUNT];

	for (enum arch a = 0; a < ARCH_COUNT; a++)
		arches[a] = profile_is_for(profile, a, machine);

	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];
		struct buf own_buf where = BUF_INIT, own_buf names = BUF_INIT;
		struct syscall call;

		rule_conditions_text(rule, rule_call(rule, arches, &call), &where);
		for (size_t n = 0; n < rule->names.len; n++)
			buf__addf(&names, " %s", rule->names.list[n]);
		if (names.len)
			log_keep_in_line(names.data);
		outcome_text(rule_outcome(rule), outcome);
		printf("rule %zu: %s", rule_number(profile, rule), outcome);
		if (where.len)
			printf(" where %s", buf__text(&where));
		printf(", %zu %s:%s%s\n", rule->names.len,
		       num_word(rule->names.len, "name", "names"), buf__text(&names),
		       rule_counts(profile, rule) ? "" : "  (what the default says: no rule)");
		if (rule->comment) {
			struct buf own_buf comment = BUF_INIT;

			text_add_json(&comment, rule->comment);
			printf("  comment: %s\n", buf__text(&comment));
		}
	}
	outcome_text(profile_default(profile), outcome);
	printf("everything else: %s\n", outcome);
}

/* What is not in the rules. */
static void print_head(const struct profile *profile)
{
	char digest[DIGEST_LEN];

	for (enum flag flag = 0; flag < FLAG_COUNT; flag++)
		if (profile->flags[flag])
			printf("flag: %s\n", flag_name(flag));
	if (profile->listener_path) {
		struct buf own_buf path = BUF_INIT;

		text_add_json(&path, profile->listener_path);
		printf("listener: %s\n", buf__text(&path));
	}
	if (!profile_digest(profile, digest, NULL))
		printf("sha256: %s\n", digest);
}

/* The calls of one risk that get through, by group. */
static void print_risk(const struct profile *profile, enum risk risk)
{
	char name[SYSCALL_NAME_LEN];
	struct names own_names seen = {0};

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		int64_t nr = -1;

		while (profile_is_for(profile, a, machine) && syscall_next(a, &nr, name)) {
			const char *group;
			enum reach reach;

			if (risk_of(name, &group) != risk || names_has(&seen, name) ||
			    profile_reach(profile, name, &reach) || reach == REACH_NONE ||
			    names_add(&seen, name))
				continue;
			printf("%s: %s%s (%s)\n", risk_name(risk), name,
			       reach == REACH_SOME ? " on some arguments" : "", group);
		}
	}
}

static int print_counts(const struct profile *profile, struct err *err)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		struct survey survey;

		if (!profile_is_for(profile, a, machine))
			continue;
		if (!arch_is_known(a)) {
			printf("%s: the installed libseccomp does not know it, nor its calls\n",
			       arch_token(a));
			continue;
		}
		if (profile_survey(profile, a, &survey, err))
			return err->code;
		printf("%s: allows %zu of %zu calls, %zu more on some arguments, refuses %zu\n",
		       arch_token(a), survey.reach[REACH_ALL], survey.known,
		       survey.reach[REACH_SOME], survey.reach[REACH_NONE]);
	}
	return 0;
}

/* --- against another one --- */

/* How the reach of the calls of one architecture has changed. */
struct change {
	size_t before, after, removed;
	struct buf added, tighter, looser, unclear;
};

static void change_clear(struct change *change)
{
	buf__clear(&change->added);
	buf__clear(&change->tighter);
	buf__clear(&change->looser);
	buf__clear(&change->unclear);
}

static void append(struct buf *list, const char *name)
{
	buf__addf(list, "%s%s", list->len ? " " : "", name);
}

/* Does the one let through anything that the other does not, for that call? */
static bool goes_beyond(const struct differences *differences, const char *name, bool swap)
{
	for (size_t i = 0; i < differences->len; i++) {
		const struct difference *d = &differences->list[i];
		struct outcome x = swap ? d->b : d->a, y = swap ? d->a : d->b;

		if (d->name && !strcmp(d->name, name) && outcome_allows(x) && !outcome_allows(y))
			return true;
	}
	return false;
}

static int compare(const struct profile *profile, const struct profile *base,
		   const struct differences *differences, enum arch arch, struct change *out,
		   struct err *err)
{
	char name[SYSCALL_NAME_LEN];
	int64_t nr = -1;

	while (syscall_next(arch, &nr, name)) {
		enum reach before = REACH_NONE, after = REACH_NONE;
		int rc = 0;

		if (profile_has_arch(profile, arch))
			rc = profile_reach(profile, name, &after);
		if (!rc && profile_has_arch(base, arch))
			rc = profile_reach(base, name, &before);
		if (rc)
			return decision_refuse(rc, name, err);
		out->before += before != REACH_NONE;
		out->after += after != REACH_NONE;
		out->removed += before != REACH_NONE && after == REACH_NONE;
		if (before == REACH_NONE && after != REACH_NONE)
			append(&out->added, name);
		if (before == REACH_NONE || after == REACH_NONE)
			continue;
		if (goes_beyond(differences, name, true))
			append(&out->tighter, name);
		if (goes_beyond(differences, name, false))
			append(&out->looser, name);
		if (names_has(&differences->unclear, name))
			append(&out->unclear, name);
	}
	return 0;
}

static size_t words(const struct buf *list)
{
	size_t n = list->len > 0;

	for (size_t i = 0; i < list->len; i++)
		n += list->data[i] == ' ';
	return n;
}

static void print_list(const char *title, const struct buf *list)
{
	printf("  %s: %zu%s%s\n", title, words(list), list->len ? ": " : "", buf__text(list));
}

static void json_list(struct buf *out, const char *key, const struct buf *list)
{
	const char *before = "";

	buf__addf(out, ", \"%s\": [", key);
	for (const char *word = buf__text(list); *word;) {
		size_t len = strcspn(word, " ");

		buf__addf(out, "%s\"%.*s\"", before, (int)len, word);
		word += len + (word[len] == ' ');
		before = ", ";
	}
	buf__addf(out, "]");
}

static double share(const struct change *change)
{
	return change->before ? 100.0 * (double)change->removed / (double)change->before : 0;
}

static int each_change(const struct profile *profile, const struct profile *base, struct buf *json,
		       struct err *err)
{
	struct differences own_differences differences = {0};
	const char *before = "";

	if (profile_diff(profile, base, &differences, err))
		return err->code;
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		__attribute__((cleanup(change_clear))) struct change change = {0};

		if (!profile_is_for(profile, a, machine))
			continue;
		if (compare(profile, base, &differences, a, &change, err))
			return err->code;
		if (json) {
			buf__addf(json,
				  "%s{\"arch\": \"%s\", \"allowed\": %zu, \"allowed_before\": %zu, \"removed\": %zu, \"removed_percent\": %.1f",
				  before, arch_token(a), change.after, change.before,
				  change.removed, share(&change));
			json_list(json, "added", &change.added);
			json_list(json, "tightened", &change.tighter);
			json_list(json, "loosened", &change.looser);
			json_list(json, "unclear", &change.unclear);
			buf__addf(json, "}");
			before = ", ";
			continue;
		}
		if (!profile_has_arch(base, a)) {
			printf("%s: allows %zu, the other does not list it\n", arch_token(a),
			       change.after);
			continue;
		}
		printf("%s: allows %zu, the other %zu: %zu removed (%.1f %%), %zu added\n",
		       arch_token(a), change.after, change.before, change.removed, share(&change),
		       words(&change.added));
		print_list("added beyond it", &change.added);
		print_list("conditions tightened", &change.tighter);
		print_list("conditions loosened", &change.looser);
		if (change.unclear.len)
			print_list("conditions too many to compare", &change.unclear);
	}
	return 0;
}

/* --- JSON --- */

static void json_outcome(struct buf *out, struct outcome outcome)
{
	buf__addf(out, "\"action\": \"%s\"", action_scmp_name(outcome.action));
	if (action_has_errno(outcome.action))
		buf__addf(out, ", \"errno\": %d", outcome.errno_value);
}

static int json_arches(struct buf *out, const struct profile *profile, struct err *err)
{
	const char *before = "";

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		struct survey survey;

		if (!profile_is_for(profile, a, machine))
			continue;
		if (profile_survey(profile, a, &survey, err))
			return err->code;
		buf__addf(out,
			  "%s\n    {\"arch\": \"%s\", \"known\": %zu, \"allowed\": %zu, \"on_some_arguments\": %zu, \"refused\": %zu}",
			  before, arch_token(a), survey.known, survey.reach[REACH_ALL],
			  survey.reach[REACH_SOME], survey.reach[REACH_NONE]);
		before = ",";
	}
	return 0;
}

/* What is not in the rules. No digest: there is none. */
static void json_head(struct buf *out, const struct profile *profile)
{
	char digest[DIGEST_LEN];
	const char *before = "";

	if (!profile_digest(profile, digest, NULL))
		buf__addf(out, ",\n  \"sha256\": \"%s\"", digest);
	buf__addf(out, ",\n  \"flags\": [");
	for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
		if (!profile->flags[flag])
			continue;
		buf__addf(out, "%s\"%s\"", before, flag_name(flag));
		before = ", ";
	}
	buf__addf(out, "]");
	if (!profile->listener_path)
		return;
	buf__addf(out, ",\n  \"listener\": ");
	text_add_json(out, profile->listener_path);
}

static int add_json(const struct profile *profile, const struct profile *base, struct buf *text,
		    struct err *err)
{
	int rc;

	buf__addf(text, "{\n  \"default\": {");
	json_outcome(text, profile_default(profile));
	buf__addf(text, "}");
	json_head(text, profile);
	buf__addf(text, ",\n  \"architectures\": [");
	rc = json_arches(text, profile, err);
	if (rc)
		return rc;
	buf__addf(text, "\n  ],\n  \"rules\": [");
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];
		struct buf own_buf where = BUF_INIT;

		buf__addf(text, "%s\n    {", i ? "," : "");
		json_outcome(text, rule_outcome(rule));
		rule_conditions_text(rule, NULL, &where);
		if (where.len)
			buf__addf(text, ", \"where\": \"%s\"", buf__text(&where));
		buf__addf(text, ", \"names\": [");
		for (size_t n = 0; n < rule->names.len; n++) {
			buf__addf(text, "%s", n ? ", " : "");
			text_add_json(text, rule->names.list[n]);
		}
		buf__addf(text, "]");
		if (rule->comment) {
			buf__addf(text, ", \"comment\": ");
			text_add_json(text, rule->comment);
		}
		buf__addf(text, "}");
	}
	buf__addf(text, "\n  ]");
	if (base) {
		buf__addf(text, ",\n  \"against\": [");
		rc = each_change(profile, base, text, err);
		buf__addf(text, "]");
	}
	buf__addf(text, "\n}\n");
	return rc;
}

static int print_text(const struct profile *profile, const struct profile *base, struct err *err)
{
	int rc;

	if (base)
		return each_change(profile, base, NULL, err);
	print_rules(profile);
	print_head(profile);
	rc = print_counts(profile, err);
	for (enum risk risk = RISK_SEVERE; !rc && risk > RISK_NONE; risk--)
		print_risk(profile, risk);
	return rc;
}

/* A profile that lists others than this machine's architecture is one of their machine: what it is compared with is meant for that. */
static int settle_machine(const char *path, const struct profile *profile,
			  struct file_options *file, struct err *err)
{
	if (profile_has_arch(profile, machine))
		return 0;
	if (file->arch)
		return err_set(err, -EINVAL,
			       "%s does not list %s: --arch names the machine of a profile that leaves it open",
			       profile_file_name(path), arch_token(machine));
	for (enum arch a = ARCH_COUNT - 1; a > ARCH_INVALID; a--)
		if (profile->arches[a])
			machine = arch_host(a);
	file->arch = arch_token(machine);
	return 0;
}

/* Of a recording: all, if nothing is said. */
static enum arch only_arch(const struct show_options *options)
{
	return options->file.arch ? machine : ARCH_INVALID;
}

/* As JSON into `json`, unless that is NULL. */
static int show(const char *path, struct show_options *options, struct buf *json, struct err *err)
{
	struct profile own_profile profile = {0}, own_profile base = {0};
	struct buf own_buf text = BUF_INIT;
	const char *option = file_options_given(&options->file);
	bool docker = profile_file_is_docker(path);
	int rc = docker ? profile_file_read(path, &options->file, &profile, err) :
			  file_read(path, RECORDING_FILE_MAX, &text, err);

	if (rc)
		return rc;
	if (!docker && recording_is(buf__text(&text), text.len)) {
		if (options->against)
			return err_set(err, -EINVAL,
				       "%s: a recording is not compared; 'whittle profile' makes a profile of it",
				       profile_file_name(path));
		if (option)
			return err_set(err, -EINVAL, "%s: %s is for profiles, this is a recording",
				       profile_file_name(path), option);
		return show_recording(path, &text, only_arch(options), json, err);
	}
	if (!docker)
		rc = profile_file_parse(path, &text, &options->file, &profile, err);
	if (!rc)
		rc = settle_machine(path, &profile, &options->file, err);
	if (!rc && options->against)
		rc = profile_file_read(options->against, &options->file, &base, err);
	if (rc)
		return rc;
	return json ? add_json(&profile, options->against ? &base : NULL, json, err) :
		      print_text(&profile, options->against ? &base : NULL, err);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct buf own_buf report = BUF_INIT;
	struct show_options options = {0};
	struct buf *json;
	struct err err = {0};
	int rest, status, rc;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (rest >= argc)
		err_set(&err, -EINVAL, "show takes a profile, or recordings");
	else if (argc - rest > 1 && options.against)
		err_set(&err, -EINVAL, "--against takes one profile to compare");
	else if (argc - rest > 1 && file_options_given(&options.file))
		err_set(&err, -EINVAL, "%s is for a profile, several files must be recordings",
			file_options_given(&options.file));
	if (err.code || file_options_check(&options.file, &err) ||
	    native_arch(options.file.arch, &machine, &err))
		return command_usage_error(self, &err);
	json = options.json ? &report : NULL;
	rc = argc - rest > 1 ?
		     show_recordings(argv + rest, argc - rest, only_arch(&options), json, &err) :
		     show(argv[rest], &options, json, &err);
	if (rc) {
		log_error("%s", err.text);
		return STATUS_FAILED;
	}
	/* as without --json: main() has that status for what cannot be printed */
	if (json && file_write(NULL, json, "report", &err)) {
		log_error("%s", err.text);
		return STATUS_USAGE;
	}
	return STATUS_OK;
}

const struct command cmd_show = {
	.name = "show",
	.summary =
		"show what a profile allows, by itself or beside another, or what recordings saw",
	.synopsis = "[OPTION...] PROFILE | RECORDING...",
	.description =
		"Shows rules, how many calls each architecture allows, and the risky ones among them. Of a recording: which calls\n"
		"were seen, by whom first, when, and how often, and how their number grew with time. Of several recordings: what only\n"
		"one of them saw. \"-\" is standard input.\n",
	.options = rows,
	.run = run,
};
