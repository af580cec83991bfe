// SPDX-License-Identifier: BSD-2-Clause
#include "cli/show_recording.h"
#include "base/log.h"
#include "base/num.h"
#include "cli/curve.h"
#include "cli/profile_file.h"
#include "cli/recording_read.h"
#include "cli/singles.h"
#include "profile/text.h"
#include "syscalls/args.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

/* Bytes of a target that are shown, if it goes on with another one. */
#define TARGET_SHOWN 400

static void print_observed(const struct observed *o)
{
	const char *subname = syscall_subname(&o->call);
	char name[SYSCALL_NAME_LEN], when[32] = "", comm[RECORDING_COMM_LEN] = "";

	if (!syscall_name(&o->call, name))
		snprintf(name, sizeof(name), "number %lld", (long long)o->call.nr);
	if (o->first_ns)
		num_format_duration(o->first_ns, when, sizeof(when));
	if (o->first.known)
		recording_comm_text(o->first.comm, comm);
	printf("%-7s %-9s %10llu  %8s  %-15s %s%s%s\n", arch_token(o->call.arch),
	       observed_class_name(o->class), (unsigned long long)o->calls, when, comm, name,
	       subname ? ": " : "", subname ? subname : "");
}

static void print_since_new(const struct recording *recording, const struct saturation *saturation)
{
	char elapsed[32], since[32], calls[48] = "", longest[32];

	num_format_duration(recording->elapsed, elapsed, sizeof(elapsed));
	num_format_duration(saturation->since_new, since, sizeof(since));
	if (recording->calls_since_known && recording->calls_since_new)
		snprintf(calls, sizeof(calls), " and at least %" PRIu64 " %s",
			 recording->calls_since_new,
			 num_word(recording->calls_since_new, "call", "calls"));
	num_format_duration(recording->longest, longest, sizeof(longest));
	printf("%zu distinct %s in %" PRIu64 " %s, %s; the last new one %s%s before the end%s%s\n",
	       saturation->distinct, num_word(saturation->distinct, "syscall", "syscalls"),
	       saturation->calls, num_word(saturation->calls, "call", "calls"), elapsed, since,
	       calls, recording->longest ? " of the longest recording, " : "",
	       recording->longest ? longest : "");
}

static void print_denied(const struct denial *denial)
{
	const char *subname = syscall_subname(&denial->call);
	char name[SYSCALL_NAME_LEN], comm[RECORDING_COMM_LEN] = "";

	if (!syscall_name(&denial->call, name))
		snprintf(name, sizeof(name), "number %lld", (long long)denial->call.nr);
	recording_comm_text(denial->comm, comm);
	printf("%-7s %-9s %10llu  %8s  %-15s %s%s%s: %s\n", arch_token(denial->call.arch), "denied",
	       (unsigned long long)denial->count, "", comm, name, subname ? ": " : "",
	       subname ? subname : "",
	       denial->error ? strerrorname_np(denial->error) ?: "errno" :
			       denial_action_name(denial->action));
}

/* What --args has kept of a call. */
static int print_arguments(const struct tuples *set)
{
	char name[SYSCALL_NAME_LEN];

	if (!syscall_name(&set->call, name))
		snprintf(name, sizeof(name), "number %lld", (long long)set->call.nr);
	if (set->open)
		printf("arguments of %s: any: %s\n", name, open_reason_text(set->open));
	for (size_t i = 0; i < set->len; i++) {
		struct buf own_buf text = BUF_INIT;

		args_call_text(&set->call, set->masks, set->values[i], &text);
		if (buf__error(&text))
			return buf__error(&text);
		printf("arguments: %s\n", buf__text(&text));
	}
	return 0;
}

/* Of a fleet the target names each of its hosts' targets: the first of them are enough for people. */
static void cut_target(char *target)
{
	static const char more[] = "; ...";
	char *at = strlen(target) > TARGET_SHOWN ? strstr(target + TARGET_SHOWN, "; ") : NULL;

	if (at && strlen(at) > sizeof(more))
		memcpy(at, more, sizeof(more));
}

static int print_text(struct recording *recording, const struct saturation *saturation)
{
	struct curve_style style = curve_style_of_output();
	struct buf own_buf curve = BUF_INIT;
	int rc = 0;

	/* whoever wrote the file may mean the terminal */
	cut_target(recording->target);
	log_keep_in_line(recording->target);
	log_keep_in_line(recording->kernel);
	log_keep_in_line(recording->machine);
	printf("%s on Linux %s, %s; %s\n", recording->target, recording->kernel, recording->machine,
	       recording_is_incomplete(recording) ? "incomplete: calls may be missing" :
						    "complete");
	printf("%-7s %-9s %10s  %8s  %-15s %s\n", "arch", "class", "calls", "first", "by",
	       "syscall");
	for (size_t i = 0; i < recording->observed_len; i++)
		print_observed(&recording->observed[i]);
	for (size_t i = 0; i < recording->denied.len; i++)
		print_denied(&recording->denied.rows[i]);
	for (size_t i = 0; !rc && i < recording->arguments.len; i++)
		rc = print_arguments(&recording->arguments.calls[i]);
	if (rc)
		return rc;
	print_since_new(recording, saturation);
	if (!recording_length(recording) || !saturation->distinct)
		return 0;
	curve_draw(saturation, recording_length(recording), &style, &curve);
	fputs(buf__text(&curve), stdout);
	return buf__error(&curve);
}

/* One point for each time at which something new came. */
static void json_points(const struct saturation *saturation, struct buf *out)
{
	const char *before = "";

	for (size_t i = 0; i < saturation->distinct; i++) {
		if (i + 1 < saturation->distinct &&
		    saturation->first[i + 1] == saturation->first[i])
			continue;
		buf__addf(out, "%s\n    {\"ns\": %" PRIu64 ", \"distinct\": %zu}", before,
			  saturation->first[i], i + 1);
		before = ",";
	}
}

static void add_json(const struct recording *recording, const struct saturation *saturation,
		     struct buf *out)
{
	buf__addf(out, "{\n  \"target\": ");
	text_add_json(out, recording->target);
	buf__addf(out,
		  ",\n  \"complete\": %s,\n  \"elapsed_ns\": %" PRIu64
		  ",\n  \"distinct\": %zu,\n  \"calls\": %" PRIu64 ",\n  \"since_new_ns\": %" PRIu64
		  ",\n",
		  recording_is_incomplete(recording) ? "false" : "true", recording->elapsed,
		  saturation->distinct, saturation->calls, saturation->since_new);
	if (recording->longest)
		buf__addf(out, "  \"longest_ns\": %" PRIu64 ",\n", recording->longest);
	if (recording->calls_since_known)
		buf__addf(out, "  \"calls_since_new\": %" PRIu64 ",\n", recording->calls_since_new);
	buf__addf(out, "  \"points\": [");
	json_points(saturation, out);
	buf__addf(out, "%s]\n}\n", saturation->distinct ? "\n  " : "");
}

/* Reads it, or what one architecture called. */
static int parse(const char *path, const struct buf *text, enum arch arch,
		 struct recording *recording, struct err *err)
{
	int rc = recording_parse(path, buf__text(text), text->len, recording, err);

	if (!rc && arch != ARCH_INVALID)
		recording_keep_arch(recording, arch);
	return rc;
}

int show_recording(const char *path, const struct buf *text, enum arch arch, struct buf *json,
		   struct err *err)
{
	struct recording own_recording recording = {0};
	struct saturation own_saturation saturation = {0};
	int rc = parse(path, text, arch, &recording, err);

	if (rc)
		return rc;
	rc = recording_saturation(&recording, &saturation);
	if (!rc && json)
		add_json(&recording, &saturation, json);
	else if (!rc)
		rc = print_text(&recording, &saturation);
	return rc ? err_errno(err, rc, "cannot show %s", path) : 0;
}

/* --- several --- */

struct shown {
	struct syscall_set needed;
	uint64_t calls, elapsed, since_new;
	size_t distinct; /* with those that no set holds */
};

static int read_one(const char *path, enum arch arch, struct shown *shown, struct err *err)
{
	struct recording own_recording recording = {0};
	struct saturation own_saturation saturation = {0};
	struct buf own_buf text = BUF_INIT;
	int rc = file_read(path, RECORDING_FILE_MAX, &text, err);

	if (!rc && !recording_is(buf__text(&text), text.len))
		rc = err_set(err, -EINVAL,
			     "%s is no recording: several files are shown together only if all are recordings",
			     path);
	if (!rc)
		rc = parse(path, &text, arch, &recording, err);
	if (rc)
		return rc;
	rc = recording_saturation(&recording, &saturation);
	if (rc)
		return err_errno(err, rc, "cannot show %s", path);
	recording_needed(&recording, &shown->needed);
	shown->calls = saturation.calls;
	shown->distinct = saturation.distinct;
	shown->elapsed = recording.elapsed;
	shown->since_new = saturation.since_new;
	return 0;
}

static void print_row(const char *path, const struct shown *shown, size_t only)
{
	char elapsed[32], since[32];

	num_format_duration(shown->elapsed, elapsed, sizeof(elapsed));
	num_format_duration(shown->since_new, since, sizeof(since));
	printf("%8zu %12" PRIu64 " %9s %9s %9zu  %s\n", shown->distinct, shown->calls, elapsed,
	       since, only, path);
}

static int print_table(char **paths, const struct shown *shown, size_t len,
		       const struct singles *singles)
{
	struct buf own_buf words = BUF_INIT;

	printf("%8s %12s %9s %9s %9s  %s\n", "distinct", "calls", "time", "since new", "only here",
	       "recording");
	for (size_t i = 0; i < len; i++)
		print_row(paths[i], &shown[i], singles_only_in(singles, &shown[i].needed));
	singles_describe(singles, &words);
	printf("%s\n", buf__text(&words));
	return buf__error(&words);
}

static void add_table_json(char **paths, const struct shown *shown, size_t len,
			   const struct singles *singles, struct buf *out)
{
	size_t distinct, only;

	singles_count(singles, &distinct, &only);
	buf__addf(out,
		  "{\n  \"distinct\": %zu,\n  \"only_in_one\": %zu,\n  \"only_in_one_percent\": %.1f,\n  \"recordings\": [",
		  distinct, only, distinct ? 100.0 * only / distinct : 0.0);
	for (size_t i = 0; i < len; i++) {
		buf__addf(out, "%s\n    {\"file\": ", i ? "," : "");
		text_add_json(out, paths[i]);
		buf__addf(out,
			  ", \"distinct\": %zu, \"calls\": %" PRIu64 ", \"elapsed_ns\": %" PRIu64
			  ", \"since_new_ns\": %" PRIu64 ", \"only_here\": %zu}",
			  shown[i].distinct, shown[i].calls, shown[i].elapsed, shown[i].since_new,
			  singles_only_in(singles, &shown[i].needed));
	}
	buf__addf(out, "\n  ]\n}\n");
}

int show_recordings(char **paths, size_t len, enum arch arch, struct buf *json, struct err *err)
{
	struct shown *own_ptr shown = calloc(len, sizeof(*shown));
	struct singles singles = {0};
	int rc = shown ? 0 : -ENOMEM;

	if (rc)
		return err_errno(err, rc, "cannot show recordings");
	for (size_t i = 0; !rc && i < len; i++) {
		rc = read_one(paths[i], arch, &shown[i], err);
		singles_add(&singles, &shown[i].needed);
	}
	if (rc)
		return rc;
	if (json)
		add_table_json(paths, shown, len, &singles, json);
	else
		rc = print_table(paths, shown, len, &singles);
	return rc ? err_errno(err, rc, "cannot show recordings") : 0;
}
