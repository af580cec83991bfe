// SPDX-License-Identifier: BSD-2-Clause
#include "cli/summary.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/num.h"

#include <inttypes.h>
#include <string.h>

/* Moved processes and unknown numbers that are listed; more are counted. */
#define LIST_SHOWN 5

struct totals {
	uint64_t calls;
	size_t distinct; /* of what a profile must allow, over classes and architectures */
	size_t unknown;  /* numbers without a name */
	size_t workload, in_flight, runtime, launcher;
};

static struct totals count(const struct recording *recording)
{
	struct totals totals = {0};
	const struct observed *last = NULL;

	for (size_t i = 0; i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];

		if (observed_is_needed(o->class))
			totals.calls = recording_sum(totals.calls, o->calls);
		/* sorted by call, the workload's class first: another class of the same call brings nothing new */
		if (last && !syscall_compare(&last->call, &o->call))
			continue;
		totals.launcher += o->class == OBSERVED_LAUNCHER;
		if (!observed_is_needed(o->class))
			continue;
		last = o;
		totals.distinct++;
		totals.workload += o->class == OBSERVED_WORKLOAD;
		totals.in_flight += o->class == OBSERVED_IN_FLIGHT;
		totals.runtime += o->class == OBSERVED_RUNTIME;
		totals.unknown += !recording_can_name(&o->call);
	}
	return totals;
}

/* One line, however many there are: a hostile workload can call any number. */
static void warn_unknown(const struct recording *recording)
{
	const struct observed *last = NULL;
	struct buf own_buf list = BUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];

		if (!observed_is_needed(o->class) || recording_can_name(&o->call) ||
		    (last && !syscall_compare(&last->call, &o->call)))
			continue;
		last = o;
		if (++n > LIST_SHOWN)
			continue;
		buf__addf(&list, " %s:%" PRId64, arch_token(o->call.arch), o->call.nr);
		if (syscall_is_multiplexer(&o->call))
			buf__addf(&list, ":%u", o->call.sub);
	}
	if (n)
		log_warn("%zu syscall %s no name here (libseccomp %s), so the profile leaves %s out:%s%s",
			 n, num_word(n, "number has", "numbers have"), recording->libseccomp,
			 num_word(n, "it", "them"), buf__text(&list), n > LIST_SHOWN ? " ..." : "");
}

static void warn_moved(const struct recording *recording)
{
	uint64_t more = recording->losses.moved;

	for (size_t i = 0; i < recording->moved_len && i < LIST_SHOWN; i++) {
		const struct moved *moved = &recording->moved[i];
		char comm[RECORDING_COMM_LEN];

		recording_comm_text(moved->comm, comm);
		log_warn("process %u (%s) moved in and ran no exec: its %" PRIu64
			 " %s not counted (--count-moved counts them)",
			 moved->pid, comm, moved->calls,
			 num_word(moved->calls, "call is", "calls are"));
	}
	if (recording->moved_len > LIST_SHOWN)
		more += recording->moved_len - LIST_SHOWN;
	if (more)
		log_warn("%" PRIu64 " more %s moved in and ran no exec", more,
			 num_word(more, "process", "processes"));
}

void summary_losses(const struct losses *losses)
{
	if (losses->cgroups)
		log_warn("incomplete: %" PRIu64 " %s not recorded: no room for more targets",
			 losses->cgroups, num_word(losses->cgroups, "cgroup was", "cgroups were"));
	if (losses->calls)
		log_warn("incomplete: there was no room to count %" PRIu64 " %s", losses->calls,
			 num_word(losses->calls, "call", "calls"));
	if (losses->left)
		log_warn("incomplete: %" PRIu64
			 " %s left the target while running: what was called elsewhere is not recorded",
			 losses->left, num_word(losses->left, "process", "processes"));
	if (losses->misses)
		log_warn("incomplete: the kernel skipped a program %" PRIu64
			 " %s may be missing, or all of a process whose fork or exec it was to see",
			 losses->misses,
			 num_word(losses->misses, "time: a call", "times: up to that many calls"));
	if (losses->groups)
		log_warn("%" PRIu64 " %s up may be in the recording", losses->groups,
			 num_word(losses->groups, "process could not be marked: what set it",
				  "processes could not be marked: what set them"));
	if (losses->late)
		log_info("%" PRIu64
			 " first %s came without detail (who, when): the ring was full; no call is missing",
			 losses->late, num_word(losses->late, "sighting", "sightings"));
}

/* What only the runtime called: measured, as opposed to what its table adds. */
static void tell_measured(const struct recording *recording)
{
	struct buf own_buf list = BUF_INIT;
	char name[SYSCALL_NAME_LEN];

	for (size_t i = 0; i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];

		/* sorted: the workload's class of the same call comes first */
		if (o->class != OBSERVED_RUNTIME || !syscall_name(&o->call, name) ||
		    (i && !syscall_compare(&o[-1].call, &o->call) &&
		     observed_is_needed(o[-1].class)))
			continue;
		buf__addf(&list, " %s", name);
	}
	if (list.len)
		log_info("runtime (measured):%s", buf__text(&list));
}

/* "mount 3 (EPERM)" */
static void describe_denial(const struct denial *denial, enum arch native, struct buf *out)
{
	char name[SYSCALL_NAME_LEN];
	const char *subname = syscall_subname(&denial->call);

	if (syscall_name(&denial->call, name) && denial->call.arch == native)
		buf__addf(out, " %s", name);
	else if (syscall_name(&denial->call, name))
		buf__addf(out, " %s:%s", arch_token(denial->call.arch), name);
	else
		buf__addf(out, " %s:%" PRId64, arch_token(denial->call.arch), denial->call.nr);
	if (subname)
		buf__addf(out, ":%s", subname);
	buf__addf(out, " %" PRIu64, denial->count);
	if (denial->error)
		buf__addf(out, " (%s)", strerrorname_np(denial->error) ?: "errno");
	else
		buf__addf(out, " (%s)", denial_action_name(denial->action));
}

#define DENIED_SHOWN 30

static void tell_denied(const struct recording *recording)
{
	const struct denials *denied = &recording->denied;
	struct buf own_buf list = BUF_INIT;

	for (size_t i = 0; i < denied->len && i < DENIED_SHOWN; i++) {
		buf__addf(&list, "%s", i ? "," : "");
		describe_denial(&denied->rows[i], recording->native, &list);
	}
	if (denied->len)
		log_note("a seccomp filter denied or logged:%s%s", buf__text(&list),
			 denied->len > DENIED_SHOWN ? ", ..." : "");
	if (recording->losses.denials)
		log_warn("there was no room to count %" PRIu64 " denied %s",
			 recording->losses.denials,
			 num_word(recording->losses.denials, "call", "calls"));
	if (recording->losses.log)
		log_warn(
			"messages about calls that a filter logs came too fast: their counts are lower bounds");
}

/* Was it recorded for long enough? */
static void tell_since_new(const struct recording *recording)
{
	struct saturation own_saturation saturation = {0};
	char since[32];

	if (recording_saturation(recording, &saturation) || !saturation.distinct)
		return;
	num_format_duration(saturation.since_new, since, sizeof(since));
	if (recording->calls_since_known && recording->calls_since_new)
		log_note("the last new syscall came %s and at least %" PRIu64 " %s before the end",
			 since, recording->calls_since_new,
			 num_word(recording->calls_since_new, "call", "calls"));
	else
		log_note("the last new syscall came %s before the end", since);
}

void summary_recording(const struct recording *recording, bool assume_startup)
{
	const struct losses *losses = &recording->losses;
	struct totals totals = count(recording);
	char elapsed[32];

	num_format_duration(recording->elapsed, elapsed, sizeof(elapsed));
	log_note("%zu distinct %s in %" PRIu64 " %s, %s; late %" PRIu64 ", lost %" PRIu64
		 ", unknown %zu, recursion misses %" PRIu64,
		 totals.distinct, num_word(totals.distinct, "syscall", "syscalls"), totals.calls,
		 num_word(totals.calls, "call", "calls"), elapsed, losses->late,
		 losses->cgroups + losses->calls, totals.unknown, losses->misses);
	tell_since_new(recording);
	if (totals.in_flight && !totals.workload)
		log_warn(
			"nothing was called meanwhile: all that is known is what processes were waiting in, and no program runs on that");
	else if (totals.in_flight)
		log_info("%zu of them %s seen only in flight, when recording began",
			 totals.in_flight, num_word(totals.in_flight, "was", "were"));
	tell_measured(recording);
	if (totals.runtime)
		log_note("%zu of them %s made only by the container runtime, with the filter already loaded; it needs %s to start the container",
			 totals.runtime, num_word(totals.runtime, "was", "were"),
			 num_word(totals.runtime, "it", "them"));
	if (totals.launcher)
		log_note("%zu more %s made by launchers inside the cgroup, and %s left out",
			 totals.launcher, num_word(totals.launcher, "was", "were"),
			 num_word(totals.launcher, "is", "are"));
	if (recording->joined)
		log_note("processes ran before they came in: what they call to start is not in it%s",
			 assume_startup ? "" : "; --assume-startup guesses");
	else if (!recording->whole && recording->remade)
		log_note("processes ran before recording began: what they call to start is in it only where a target was made meanwhile (%" PRIu64
			 " %s)",
			 recording->remade, num_word(recording->remade, "time", "times"));
	else if (!recording->whole)
		log_note("processes ran before recording began: what they call to start is not in it; restart them while recording%s",
			 assume_startup ? "" : ", or guess with --assume-startup");
	tell_denied(recording);
	warn_unknown(recording);
	warn_moved(recording);
	summary_losses(losses);
}

static void tell_beyond(size_t n, const char *one, const char *several,
			const struct engine_beyond *beyond, const char *more,
			const struct buf *names)
{
	if (n)
		log_note("%zu %s %s%s: %s", n, num_word(n, one, several), beyond->source, more,
			 buf__text(names));
}

void summary_beyond(const struct engine_default *container, const struct recording *recording)
{
	struct engine_beyond own_engine_beyond beyond = {0};
	struct err err = {0};

	if (!container->engine)
		return;
	if (engine_default_beyond(container, recording, &beyond, &err)) {
		log_info("not compared with what %s allows by default: %s", container->engine,
			 err.text);
		return;
	}
	tell_beyond(beyond.refused, "call goes beyond", "calls go beyond", &beyond, "",
		    &beyond.refused_names);
	tell_beyond(beyond.enosys, "call is answered with ENOSYS by",
		    "calls are answered with ENOSYS by", &beyond, " and allowed now",
		    &beyond.enosys_names);
	tell_beyond(beyond.loosened, "call is allowed by", "calls are allowed by", &beyond,
		    " on some arguments, and now on any (--args holds them to those that were seen)",
		    &beyond.loosened_names);
	if (beyond.refused || beyond.enosys || beyond.loosened)
		log_note("'whittle merge --intersect PROFILE %s' takes out what goes beyond it",
			 beyond.profile);
	else
		log_info("no call goes beyond %s", beyond.source);
}

static void tell_additions(const char *why, const struct additions *added)
{
	struct buf own_buf list = BUF_INIT;

	for (size_t i = 0; i < added->len; i++)
		buf__addf(&list, " %s", added->names[i]);
	if (list.len)
		log_info("%s:%s", why, buf__text(&list));
}

void summary_profile(const char *path, const struct derived *derived,
		     const struct runtime_seen *seen, const struct baseline *baseline)
{
	struct buf own_buf why = BUF_INIT, own_buf more = BUF_INIT;

	buf__addf(&why, "runtime (table for ");
	runtime_describe(seen, baseline, &why);
	buf__addf(&why, ")");
	tell_additions(buf__text(&why), &derived->runtime);
	tell_additions("startup (assumed)", &derived->startup);
	if (derived->startup.len)
		buf__addf(&more, ", %zu that programs start with", derived->startup.len);
	if (derived->runtime.len) {
		buf__addf(&more, ", %zu of the table for ", derived->runtime.len);
		runtime_describe(seen, baseline, &more);
	}
	log_note("profile %s allows %zu: %zu called, %zu that every program needs, %zu that the vDSO makes on other hosts%s; %zu more %s ENOSYS",
		 strcmp(path, "-") ? path : "on standard output",
		 derived->called + derived->always + derived->vdso + derived->startup.len +
			 derived->runtime.len,
		 derived->called, derived->always, derived->vdso, buf__text(&more), derived->enosys,
		 num_word(derived->enosys, "answers", "answer"));
}

static bool is_allowed(const struct profile *profile, const char *name)
{
	for (size_t r = 0; r < profile->rules_len; r++)
		if (profile->rules[r].action == ACTION_ALLOW && !profile->rules[r].conditions_len &&
		    names_has(&profile->rules[r].names, name))
			return true;
	return false;
}

void summary_runtimes(const struct profile *profile, const struct baseline *baseline)
{
	struct baseline other = *baseline;
	struct buf own_buf list = BUF_INIT;
	const char *names[BASELINE_MAX], *runtime;
	size_t lacking = 0, len;

	other.runtimes = RUNTIME_ANY & ~baseline->runtimes;
	if (!baseline->runtimes || !other.runtimes)
		return;
	runtime = runtime_name(other.runtimes);
	len = baseline_names(&other, names);
	for (size_t i = 0; i < len; i++) {
		if (is_allowed(profile, names[i]))
			continue;
		lacking++;
		buf__addf(&list, " %s", names[i]);
	}
	if (!lacking)
		return;
	log_note("it starts containers under %s; --runtime %s adds %zu %s that %s needs",
		 runtime_name(baseline->runtimes), runtime, lacking,
		 num_word(lacking, "call", "calls"), runtime);
	log_info("what %s needs beyond it:%s", runtime, buf__text(&list));
}

void summary_arguments(const struct constraints *constraints)
{
	struct buf own_buf held = BUF_INIT;
	size_t n = 0;

	for (size_t i = 0; i < constraints->len; i++) {
		const struct constraint *constraint = &constraints->list[i];

		if (constraint->open)
			continue;
		buf__addf(&held, "%s %s", n++ ? "," : "", constraint->name);
		if (constraint->region.len > 1)
			buf__addf(&held, " (%zu rules)", constraint->region.len);
	}
	if (n)
		log_note("arguments: %zu %s seen:%s", n,
			 num_word(n, "call only as it was", "calls only as they were"),
			 buf__text(&held));
	for (enum open_reason reason = OPEN_NOT + 1; reason < OPEN_COUNT; reason++) {
		struct buf own_buf open = BUF_INIT;

		n = 0;
		for (size_t i = 0; i < constraints->len; i++)
			if (constraints->list[i].open == reason)
				buf__addf(&open, "%s %s", n++ ? "," : "",
					  constraints->list[i].name);
		if (n)
			log_note("arguments: with any:%s: %s", buf__text(&open),
				 open_reason_text(reason));
	}
}

void summary_narrow_arches(const struct constraints *constraints, const struct profile *profile)
{
	for (size_t i = 0; i < constraints->len; i++) {
		enum arch arch = constraint_narrow_arch(&constraints->list[i], profile);

		if (arch)
			log_warn("%s was called with values above 32 bits, and the profile lists %s, which compares the lower 32 alone: there it is allowed with these, called so or not",
				 constraints->list[i].name, arch_token(arch));
	}
}

static int by_time(const void *a, const void *b)
{
	const struct observed *x = *(const struct observed *const *)a,
			      *y = *(const struct observed *const *)b;

	if (x->total_ns != y->total_ns)
		return x->total_ns < y->total_ns ? 1 : -1;
	return x->calls < y->calls ? 1 : -1;
}

static void print_row(const struct observed *o, uint64_t all_ns)
{
	char name[SYSCALL_NAME_LEN], errors[24] = "";
	const char *subname = syscall_subname(&o->call);

	if (!syscall_name(&o->call, name))
		snprintf(name, sizeof(name), "%s %" PRId64, arch_token(o->call.arch), o->call.nr);
	if (o->errors)
		snprintf(errors, sizeof(errors), "%" PRIu64, o->errors);
	fprintf(stderr, "%6.2f %11.6f %11.3f %9" PRIu64 " %9s %s%s%s\n",
		all_ns ? 100.0 * o->total_ns / all_ns : 0.0, o->total_ns / 1e9,
		o->calls ? o->total_ns / 1e3 / o->calls : 0.0, o->calls, errors, name,
		subname ? ":" : "", subname ? subname : "");
}

void summary_stats(const struct recording *recording)
{
	static const char line[] =
		"------ ----------- ----------- --------- --------- ----------------\n";
	const struct observed **rows = calloc(recording->observed_len + 1, sizeof(*rows));
	uint64_t ns = 0, calls = 0, errors = 0;
	size_t n = 0;

	if (!rows)
		return;
	for (size_t i = 0; i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];

		if (o->class != OBSERVED_WORKLOAD)
			continue;
		rows[n++] = o;
		ns += o->total_ns;
		calls += o->calls;
		errors += o->errors;
	}
	qsort(rows, n, sizeof(*rows), by_time);
	fprintf(stderr, "%6s %11s %11s %9s %9s %s\n%s", "% time", "seconds", "usecs/call", "calls",
		"errors", "syscall", line);
	for (size_t i = 0; i < n; i++)
		print_row(rows[i], ns);
	fprintf(stderr, "%s%6.2f %11.6f %11.3f %9" PRIu64 " %9" PRIu64 " total\n", line, 100.0,
		ns / 1e9, calls ? ns / 1e3 / calls : 0.0, calls, errors);
	free(rows);
}
