// SPDX-License-Identifier: BSD-2-Clause
/* What a recorder decides about what a session tells: which logged calls are its own, which denied calls may be none, which arguments are not all known. */
#include "base/clock.h"
#include "record/arguments.h"
#include "record/denied.h"
#include "record/recorder.h"

#include <criterion/criterion.h>
#include <string.h>

struct count {
	struct denied_key key;
	uint64_t count;
};

/* This one needs no kernel: it tells what a test has put into it. */
struct session {
	struct filtered filtered;
	uint64_t enters_missed;
	const struct count *denials;
	const struct arg_plan *args, *denied_args;
	const struct tuple *tuples;
	size_t denials_len, tuples_len;
	bool sees_logged;
};

bool session__filtered(const struct session *session, __u32 tgid, struct filtered *out)
{
	*out = session->filtered;
	return tgid == session->filtered.tgid;
}

uint64_t session__enters_missed(const struct session *session)
{
	return session->enters_missed;
}

int session__each_denial(const struct session *session,
			 int (*fn)(const struct denied_key *key, uint64_t count, void *context),
			 void *context, struct err *err)
{
	int rc = 0;

	(void)err;
	for (size_t i = 0; !rc && i < session->denials_len; i++)
		rc = fn(&session->denials[i].key, session->denials[i].count, context);
	return rc;
}

int session__each_tuple(const struct session *session,
			int (*fn)(const struct tuple *tuple, void *context), void *context,
			struct err *err)
{
	int rc = 0;

	(void)err;
	for (size_t i = 0; !rc && i < session->tuples_len; i++)
		rc = fn(&session->tuples[i], context);
	return rc;
}

const struct arg_plan *session__args(const struct session *session)
{
	return session->args;
}

const struct arg_plan *session__denied_args(const struct session *session)
{
	return session->denied_args;
}

bool session__sees_logged(const struct session *session)
{
	return session->sees_logged;
}

__u32 session__row(const struct syscall *call)
{
	return call->nr;
}

uint64_t session__count(const struct session *session, __u32 slot, __u32 row)
{
	(void)session, (void)slot, (void)row;
	return 0;
}

uint64_t session__first_seen(const struct session *session, __u32 slot, __u32 row)
{
	return session__count(session, slot, row);
}

__u64 session__tuple_count(const struct session *session, __u32 slot, __u32 row)
{
	return session__count(session, slot, row);
}

enum {
	OURS = 1,
	ANOTHER = 2,
	PID = 4711,
};

/* --- a call that a filter has logged --- */

static void count_denial(const struct denial *denial, void *context)
{
	cr_expect_eq(denial->pid, PID);
	++*(int *)context;
}

struct proc {
	bool inside;
	int asked;
};

static bool look_in_proc(uint32_t pid, void *context)
{
	struct proc *proc = context;

	cr_expect_eq(pid, PID);
	proc->asked++;
	return proc->inside;
}

/* All times are ms before now, and recording began 10 s ago. What tells of a time is in the log's clock, and up to 20 ms coarse. */
static const struct {
	const char *what;
	unsigned int call;
	struct filtered
		filtered; /* `since` 0: nobody has seen the process; `until` and `left` 0: not so */
	bool asks, ours;  /* `asks`: the answer is that of /proc, whatever it is */
} calls[] = {
	{"in one of ours", 5000, {.slot = OURS, .since = 8000}, false, true},
	{"in another's", 5000, {.slot = ANOTHER, .since = 8000}, false, false},
	{"before recording began", 11000, {.slot = OURS, .since = 12000}, false, false},
	{"before it began, by a process nobody knows", 11000, {0}, false, false},
	{"a tick before it began", 10010, {.slot = OURS, .since = 12000}, false, true},
	{"more than a tick before", 10040, {.slot = OURS, .since = 12000}, false, false},
	{"when it had left", 3000, {.slot = OURS, .since = 8000, .until = 5000}, false, false},
	{"before it left", 6000, {.slot = OURS, .since = 8000, .until = 5000}, false, true},
	{"as it left", 4990, {.slot = OURS, .since = 8000, .until = 5000}, false, true},
	{"while it was away", 6000, {.slot = OURS, .since = 4000, .left = 8000}, false, false},
	{"before it was away", 9000, {.slot = OURS, .since = 4000, .left = 8000}, false, true},
	{"as it went away", 7990, {.slot = OURS, .since = 4000, .left = 8000}, false, true},
	{"when it was back", 3000, {.slot = OURS, .since = 4000, .left = 8000}, false, true},
	{"as it came", 4010, {.slot = ANOTHER, .since = 4000}, false, false},
	{"before it was seen", 6000, {.slot = ANOTHER, .since = 4000}, true, false},
	{"of a process nobody has seen", 5000, {0}, true, false},
};

static uint64_t before(uint64_t now, uint64_t ms)
{
	return ms ? now - ms * 1000000 : 0;
}

/* Is it kept? `proc` NULL: there is nobody to ask. */
static bool takes(size_t row, struct proc *proc)
{
	struct recorder *own_recorder recorder = NULL;
	const uint64_t now = clock_kernel_ns();
	const struct filtered *at = &calls[row].filtered;
	const struct session session = {.filtered = {.tgid = at->since ? PID : 0,
						     .slot = at->slot,
						     .since = before(now, at->since),
						     .until = before(now, at->until),
						     .left = before(now, at->left)}};
	const struct logged_call logged = {
		.denial = {.call = {.arch = ARCH_X86_64, .nr = 39},
			   .action = DENIAL_LOG,
			   .count = 1,
			   .pid = PID},
		.time = before(clock_ns(CLOCK_REALTIME), calls[row].call),
	};
	int taken = 0;

	cr_assert_eq(recorder__new(OURS, 1, &recorder, NULL), 0);
	recorder__on_denial(recorder, ARCH_X86_64, count_denial, &taken);
	recorder__begin_at(recorder, before(now, 10000));
	recorder__take_logged(recorder, &session, &logged, proc ? look_in_proc : NULL, proc);
	return taken;
}

Test(recorder, whose_a_logged_call_is)
{
	cr_assert_gt(clock_kernel_ns(), 20000000000, "this machine has just been started");
	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct proc inside = {.inside = true}, outside = {.inside = false};
		const bool asks = calls[i].asks, ours = calls[i].ours;

		cr_expect_eq(takes(i, &inside), asks || ours, "%s", calls[i].what);
		cr_expect_eq(takes(i, &outside), ours, "%s, and it is outside", calls[i].what);
		cr_expect_eq(takes(i, NULL), ours, "%s, and nobody tells", calls[i].what);
		cr_expect_eq(inside.asked, asks, "%s", calls[i].what);
	}
}

/* --- a denied call --- */

/* So often were programs skipped that note a call as let through. Only what a filter answers looks the same as a call that it let through. */
Test(recorder, denied_calls_that_may_be_none)
{
	static const struct {
		uint16_t action;
		bool doubtful;
	} actions[] = {
		{DENIED_ERRNO, true},        {DENIED_NOTIFY, true},        {DENIED_TRAP, false},
		{DENIED_KILL_THREAD, false}, {DENIED_KILL_PROCESS, false}, {DENIED_LOG, false},
	};
	static const struct {
		uint64_t count, missed;
		bool in_doubt;
	} counts[] = {{1, 0, false}, {3, 2, false}, {3, 3, true}, {3, 4, true}};

	for (size_t i = 0; i < ARRAY_LEN(actions) * ARRAY_LEN(counts); i++) {
		const size_t a = i / ARRAY_LEN(counts), c = i % ARRAY_LEN(counts);
		const struct count rows[] = {
			{{.nr = 39, .slot = OURS, .action = actions[a].action}, counts[c].count},
			{{.nr = 40, .slot = ANOTHER, .action = DENIED_TRAP}, 1000},
		};
		/* what was skipped before is no doubt about what came then */
		const struct session session = {.enters_missed = 1000 + counts[c].missed,
						.denials = rows,
						.denials_len = ARRAY_LEN(rows)};
		const struct denied_news news = {0};
		struct denials own_denials denials = {0};

		cr_assert_eq(denied_collect(&session, &news, ARCH_X86_64, 1 << OURS, 1000, &denials,
					    NULL),
			     0);
		cr_assert_eq(denials.len, !(actions[a].doubtful && counts[c].in_doubt),
			     "action %u, %lu times, %lu missed", actions[a].action,
			     (unsigned long)counts[c].count, (unsigned long)counts[c].missed);
		if (denials.len)
			cr_expect_eq(denials.rows[0].count, counts[c].count);
	}
}

/* --- arguments --- */

static enum observed_class class_of(const struct apart_key *key, void *context)
{
	(void)context;
	return key->call_class == CLASS_RUNTIME ? OBSERVED_RUNTIME : OBSERVED_WORKLOAD;
}

static struct tuples planned = {.call = {.arch = ARCH_X86_64, .nr = 41}, .masks = {UINT64_MAX}};
static const struct arg_plan plan = {.calls = {.calls = &planned, .len = 1}, .cap = 32};

static void expect_set(const struct tuples_list *list, enum open_reason open, uint64_t value,
		       const char *what)
{
	const struct tuples *set = tuples_find(list, &planned.call);

	cr_assert_not_null(set, "%s", what);
	cr_expect_eq(set->open, open, "%s: %s", what, open_reason_text(set->open));
	if (open == OPEN_NOT)
		cr_expect(set->len == 1 && set->values[0][0] == value, "%s", what);
}

/* Each class that a profile allows must have told with which arguments: those of one are not those of the other. */
Test(recorder, arguments_that_are_not_all_known)
{
	static const struct {
		const char *what;
		enum observed_class class[2];
		struct tuple tuple;
		enum open_reason open;
	} rows[] = {
		{"all known",
		 {OBSERVED_WORKLOAD, OBSERVED_LAUNCHER},
		 {.slot = OURS, .row = 41, .values = {7}},
		 OPEN_NOT},
		{"one class alone",
		 {OBSERVED_WORKLOAD, OBSERVED_RUNTIME},
		 {.slot = OURS, .row = 41, .values = {7}},
		 OPEN_UNKNOWN},
		{"the other alone",
		 {OBSERVED_WORKLOAD, OBSERVED_RUNTIME},
		 {.slot = OURS, .row = 41, .call_class = CLASS_RUNTIME, .values = {7}},
		 OPEN_UNKNOWN},
		{"none",
		 {OBSERVED_WORKLOAD, OBSERVED_LAUNCHER},
		 {.slot = OURS, .row = 42, .values = {7}},
		 OPEN_UNKNOWN},
		{"another's",
		 {OBSERVED_WORKLOAD, OBSERVED_LAUNCHER},
		 {.slot = ANOTHER, .row = 41, .values = {7}},
		 OPEN_UNKNOWN},
	};
	static const struct arguments_context context = {.slots = 1 << OURS, .class_of = class_of};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct session session = {.args = &plan, .tuples = &rows[i].tuple, .tuples_len = 1};
		struct recording own_recording recording = {0};

		for (size_t k = 0; k < ARRAY_LEN(rows[i].class); k++)
			cr_assert_eq(recording_add(&recording,
						   &(struct observed){.call = planned.call,
								      .class = rows[i].class[k],
								      .calls = 1}),
				     0);
		cr_assert_eq(arguments_collect(&recording, &session, &context, NULL), 0);
		expect_set(&recording.arguments, rows[i].open, 7, rows[i].what);
	}
}

/* Of a call that was denied and that no program saw nothing is known, and of one that was logged only if a program sees those. */
Test(recorder, arguments_of_denied_calls_that_are_not_known)
{
	static const struct {
		const char *what;
		enum denial_action action[2]; /* of the same call */
		bool seen, sees_logged;
		enum open_reason open;
	} rows[] = {
		{"seen", {DENIAL_ERRNO, DENIAL_TRAP}, true, false, OPEN_NOT},
		{"not seen", {DENIAL_ERRNO, DENIAL_TRAP}, false, true, OPEN_UNKNOWN},
		{"logged, which is seen", {DENIAL_LOG, DENIAL_ERRNO}, true, true, OPEN_NOT},
		{"logged, which is not", {DENIAL_LOG, DENIAL_ERRNO}, true, false, OPEN_UNKNOWN},
		{"answered, and logged", {DENIAL_ERRNO, DENIAL_LOG}, true, false, OPEN_UNKNOWN},
	};
	static const struct tuple tuple = {.slot = OURS,
					   .row = 41,
					   .call_class = CLASS_DENIED,
					   .values = {7}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct session session = {.denied_args = &plan,
					  .tuples = &tuple,
					  .tuples_len = rows[i].seen,
					  .sees_logged = rows[i].sees_logged};
		struct recording own_recording recording = {0};

		for (size_t k = 0; k < ARRAY_LEN(rows[i].action); k++)
			cr_assert_eq(denials_add(&recording.denied,
						 &(struct denial){.call = planned.call,
								  .action = rows[i].action[k],
								  .count = 1}),
				     0);
		cr_assert_eq(arguments_collect_denied(&recording, &session, 1 << OURS, NULL), 0);
		expect_set(&recording.denied.arguments, rows[i].open, 7, rows[i].what);
	}
}
