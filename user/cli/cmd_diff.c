// SPDX-License-Identifier: BSD-2-Clause
#include "base/log.h"
#include "cli/cmd.h"
#include "cli/profile_file.h"
#include "profile/diff.h"
#include "profile/evaluate.h"
#include "profile/text.h"
#include "syscalls/args.h"
#include "syscalls/syscall.h"

#include <errno.h>

struct diff_options {
	struct file_options file;
	bool subset;
	bool json;
	bool quiet;
};

static const struct option_row rows[] = {
	{"subset", 0, OPTION_FLAG, NULL, "only ask whether A lets nothing through that B does not",
	 offsetof(struct diff_options, subset), NULL, 0},
	{"arch", 0, OPTION_TEXT, "ARCH",
	 "the machine of a profile that leaves it open (default: this one)",
	 offsetof(struct diff_options, file.arch), NULL, 0},
	FILE_OPTION_ROWS(struct diff_options),
	{"json", 0, OPTION_FLAG, NULL, "print JSON", offsetof(struct diff_options, json), NULL, 0},
	{"quiet", 'q', OPTION_FLAG, NULL, "print nothing: the exit status tells",
	 offsetof(struct diff_options, quiet), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

/* With --subset only what goes beyond B is a finding. */
static bool is_finding(const struct diff_options *options, const struct difference *d)
{
	return !options->subset || outcome_goes_beyond(d->a, d->b);
}

/* The architectures of either profile that have such a call. */
static void arches_of(const struct profile *a, const struct profile *b, const char *name,
		      struct buf *out, const char *before, const char *between, const char *after)
{
	bool first = true;
	int64_t nr;

	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		if (!a->arches[arch] || !b->arches[arch] ||
		    (name && !syscall_resolve(arch, name, &nr)))
			continue;
		buf__addf(out, "%s%s%s%s", first ? "" : between, before, arch_token(arch), after);
		first = false;
	}
}

/* For which arguments, but for those that are excepted. */
static void where_text(const struct difference *difference, const struct syscall *call,
		       struct buf *out)
{
	const char *open = difference->also.len ? "(" : "",
		   *close = difference->also.len ? ")" : "";

	buf__addf(out, "%s", open);
	region_text(&difference->region, call, out);
	buf__addf(out, "%s%s%s", close, difference->also.len ? " and " : "", open);
	region_text(&difference->also, call, out);
	buf__addf(out, "%s", close);
}

static void print_text(const struct diff_options *options, const struct profile *a,
		       const struct profile *b, const struct differences *differences)
{
	bool both[ARCH_COUNT];

	for (enum arch arch = 0; arch < ARCH_COUNT; arch++)
		both[arch] = a->arches[arch] && b->arches[arch];
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		if (differences->only_a[arch])
			printf("architecture %s: only in A\n", arch_token(arch));
		if (differences->only_b[arch] && !options->subset)
			printf("architecture %s: only in B\n", arch_token(arch));
	}
	if (differences->flags && !options->subset)
		printf("flags or listener: A and B are loaded in different ways\n");
	if (differences->opens && options->subset)
		printf("flags: only A has %s\n", flag_name(FLAG_SPEC_ALLOW));
	for (size_t i = 0; i < differences->len; i++) {
		const struct difference *d = &differences->list[i];
		struct buf own_buf where = BUF_INIT, own_buf unless = BUF_INIT;
		struct buf own_buf name = BUF_INIT, own_buf arches = BUF_INIT;
		char x[OUTCOME_TEXT_LEN], y[OUTCOME_TEXT_LEN];
		struct syscall known;
		const struct syscall *call = d->name && args_call(both, d->name, &known) ? &known :
											   NULL;

		if (!is_finding(options, d))
			continue;
		outcome_text(d->a, x);
		outcome_text(d->b, y);
		where_text(d, call, &where);
		region_text(&d->except, call, &unless);
		arches_of(a, b, d->name, &arches, "", " ", "");
		/* what a file says is not to get at the terminal */
		buf__addf(&name, "%s", d->name ? d->name : "every other call");
		if (name.len)
			log_keep_in_line(name.data);
		printf("%s: A %s, B %s%s%s%s%s%s%s%s\n", buf__text(&name), x, y,
		       where.len ? ", where " : "", buf__text(&where),
		       unless.len ? ", unless " : "", buf__text(&unless), arches.len ? " (" : "",
		       buf__text(&arches), arches.len ? ")" : "");
	}
}

/* Is there nothing to be told but what is unclear? */
static bool is_unclear(const struct diff_options *options, const struct differences *differences)
{
	struct differences clear = *differences; /* borrows */

	clear.unclear.len = 0;
	if (!differences->unclear.len || differences_go_beyond(differences))
		return false;
	return options->subset || differences_none(&clear);
}

static void json_outcome(struct buf *out, const char *key, struct outcome outcome)
{
	buf__addf(out, ", \"%s\": {\"action\": \"%s\"", key, action_scmp_name(outcome.action));
	if (action_has_errno(outcome.action))
		buf__addf(out, ", \"errno\": %d", outcome.errno_value);
	buf__addf(out, "}");
}

static void json_arches(struct buf *out, const char *key, const bool arches[ARCH_COUNT])
{
	const char *before = "";

	buf__addf(out, ",\n  \"%s\": [", key);
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		if (!arches[arch])
			continue;
		buf__addf(out, "%s\"%s\"", before, arch_token(arch));
		before = ", ";
	}
	buf__addf(out, "]");
}

static int print_json(const struct diff_options *options, const struct profile *a,
		      const struct profile *b, const struct differences *differences,
		      struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	const char *before = "";

	buf__addf(&text, "{\n  \"equal\": %s,\n  \"subset\": %s",
		  differences_none(differences)                      ? "true" :
		  is_unclear(&(struct diff_options){0}, differences) ? "null" :
								       "false",
		  differences_go_beyond(differences) ? "false" :
		  differences->unclear.len           ? "null" :
						       "true");
	buf__addf(&text, ",\n  \"same_flags\": %s", differences->flags ? "false" : "true");
	json_arches(&text, "only_in_a", differences->only_a);
	json_arches(&text, "only_in_b", differences->only_b);
	buf__addf(&text, ",\n  \"differences\": [");
	for (size_t i = 0; i < differences->len; i++) {
		const struct difference *d = &differences->list[i];
		struct buf own_buf where = BUF_INIT, own_buf unless = BUF_INIT;

		if (!is_finding(options, d))
			continue;
		buf__addf(&text, "%s\n    {\"name\": ", before);
		if (d->name)
			text_add_json(&text, d->name);
		else
			buf__addf(&text, "null");
		json_outcome(&text, "a", d->a);
		json_outcome(&text, "b", d->b);
		where_text(d, NULL, &where);
		if (where.len)
			buf__addf(&text, ", \"where\": \"%s\"", buf__text(&where));
		region_text(&d->except, NULL, &unless);
		if (unless.len)
			buf__addf(&text, ", \"unless\": \"%s\"", buf__text(&unless));
		buf__addf(&text, ", \"architectures\": [");
		arches_of(a, b, d->name, &text, "\"", ", ", "\"");
		buf__addf(&text, "]}");
		before = ",";
	}
	buf__addf(&text, "\n  ],\n  \"unclear\": [");
	for (size_t i = 0; i < differences->unclear.len; i++) {
		buf__addf(&text, i ? ", " : "");
		text_add_json(&text, differences->unclear.list[i]);
	}
	buf__addf(&text, "]\n}\n");
	return file_write(NULL, &text, "comparison", err);
}

static void tell_unclear(const struct differences *differences)
{
	struct buf own_buf list = BUF_INIT;

	for (size_t i = 0; i < differences->unclear.len; i++)
		buf__addf(&list, " %s", differences->unclear.list[i]);
	log_warn("conditions that are too many to compare, so that it stays open whether they say the same:%s",
		 buf__text(&list));
}

static int run(const struct command *self, int argc, char **argv)
{
	struct differences own_differences differences = {0};
	struct profile own_profile a = {0}, own_profile b = {0};
	struct diff_options options = {0};
	struct err err = {0};
	enum arch machine;
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	options.file.quiet = options.quiet;
	if (argc - rest != 2)
		err_set(&err, -EINVAL, "diff takes two profiles");
	if (err.code || file_options_check(&options.file, &err))
		return command_usage_error(self, &err);
	if (native_arch(options.file.arch, &machine, &err) ||
	    profile_file_read(argv[rest], &options.file, &a, &err) ||
	    profile_file_read(argv[rest + 1], &options.file, &b, &err)) {
		log_error("%s", err.text);
		return STATUS_USAGE;
	}
	profile_settle_arches(&a, machine);
	profile_settle_arches(&b, machine);
	if (profile_diff(&a, &b, &differences, &err) ||
	    (options.json && !options.quiet && print_json(&options, &a, &b, &differences, &err))) {
		log_error("%s", err.text);
		return STATUS_USAGE;
	}
	if (!options.json && !options.quiet)
		print_text(&options, &a, &b, &differences);
	if (differences.unclear.len && !options.quiet)
		tell_unclear(&differences);
	if (is_unclear(&options, &differences))
		return STATUS_USAGE;
	if (options.subset)
		return differences_go_beyond(&differences) ? STATUS_FAILED : STATUS_OK;
	return differences_none(&differences) ? STATUS_OK : STATUS_FAILED;
}

const struct command cmd_diff = {
	.name = "diff",
	.summary = "tell what two profiles do otherwise: by meaning, not by text",
	.synopsis = "[OPTION...] A B",
	.description =
		"Prints each call, and the arguments of it, for which A and B have different outcomes. Exit status: 0 the same\n"
		"(with --subset: A lets nothing through that B does not), 1 not so, 2 usage, a profile cannot be read, or it stays open.\n",
	.options = rows,
	.run = run,
};
