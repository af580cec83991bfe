// SPDX-License-Identifier: BSD-2-Clause
#include "record/recording.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

/* A recording of this host with what a row says. The caller clears it. */
static struct recording empty(void)
{
	struct recording recording;
	struct err err = {0};

	cr_assert_eq(recording_init(&recording, &err), 0, "%s", err.text);
	recording.hook = "tp_btf";
	recording.target = strdup("--cgroup /a");
	return recording;
}

static void add(struct recording *recording, struct observed observed)
{
	cr_assert_eq(recording_add(recording, &observed), 0);
}

static json_t *to_json(const struct recording *recording)
{
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};
	json_error_t error;
	json_t *json;

	cr_assert_eq(recording_to_json(recording, &text, &err), 0, "%s", err.text);
	cr_expect_eq(strlen(buf__text(&text)), text.len);
	cr_expect_eq(text.data[text.len - 1], '\n');
	for (size_t i = 0; i < text.len; i++)
		cr_assert(text.data[i] == '\n' || (text.data[i] >= 0x20 && text.data[i] < 0x7f),
			  "byte %#x at %zu", text.data[i], i);
	json = json_loads(buf__text(&text), JSON_REJECT_DUPLICATES, &error);
	cr_assert_not_null(json, "line %d: %s", error.line, error.text);
	return json;
}

/* Is it all that `want` says (a JSON text)? */
static void expect_json(const json_t *got, const char *want)
{
	json_error_t error;
	json_t *json = json_loads(want, 0, &error);
	char *own_ptr text = json_dumps(got, JSON_COMPACT);

	cr_assert_not_null(json, "%s: %s", want, error.text);
	cr_expect(json_equal(got, json), "%s instead of %s", text, want);
	json_decref(json);
}

static const json_t *call_of(const json_t *json, size_t i)
{
	return json_array_get(json_object_get(json, "syscalls"), i);
}

Test(recording, init_tells_the_host)
{
	struct recording own_recording recording = empty();
	const struct scmp_version *version = seccomp_version();
	struct utsname host;
	char want[64];

	cr_assert_eq(uname(&host), 0);
	snprintf(want, sizeof(want), "%u.%u.%u", version->major, version->minor, version->micro);
	cr_expect_str_eq(recording.kernel, host.release);
	cr_expect_str_eq(recording.machine, host.machine);
	cr_expect_str_eq(recording.libseccomp, want);
	cr_expect_str_eq(arch_token(recording.native), host.machine);
	cr_expect_eq(recording.observed_len, 0);
}

/* --- sorting and joining --- */

#define NATIVE(n)                                                                                  \
	{                                                                                          \
		ARCH_X86_64, (n), 0                                                                \
	}

Test(recording, sort_orders_by_call_and_class)
{
	static const struct observed sorted[] = {
		{.call = NATIVE(-1), .class = OBSERVED_WORKLOAD},
		{.call = NATIVE(0), .class = OBSERVED_WORKLOAD},
		{.call = NATIVE(0), .class = OBSERVED_IN_FLIGHT},
		{.call = NATIVE(0), .class = OBSERVED_RUNTIME},
		{.call = NATIVE(0), .class = OBSERVED_LAUNCHER},
		{.call = NATIVE(1LL << 40), .class = OBSERVED_WORKLOAD},
		{.call = {ARCH_X86, 0, 0}, .class = OBSERVED_WORKLOAD},
		{.call = {ARCH_X86, 102, 1}, .class = OBSERVED_RUNTIME},
		{.call = {ARCH_X86, 102, 2}, .class = OBSERVED_WORKLOAD},
		{.call = {ARCH_X32, 0, 0}, .class = OBSERVED_WORKLOAD},
	};

	srandom(5);
	for (int round = 0; round < 100; round++) {
		struct recording own_recording recording = empty();
		size_t order[ARRAY_LEN(sorted)];

		for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
			size_t k = random() % (i + 1);

			order[i] = order[k];
			order[k] = i;
		}
		for (size_t i = 0; i < ARRAY_LEN(sorted); i++)
			add(&recording, sorted[order[i]]);
		recording_sort(&recording);
		cr_assert_eq(recording.observed_len, ARRAY_LEN(sorted));
		for (size_t i = 0; i < ARRAY_LEN(sorted); i++) {
			cr_assert_eq(syscall_compare(&recording.observed[i].call, &sorted[i].call),
				     0, "place %zu", i);
			cr_assert_eq(recording.observed[i].class, sorted[i].class, "place %zu", i);
		}
	}
}

/* Two entries of one call and class become one, whichever comes first. */
Test(recording, sort_joins)
{
	static const struct observed one = {.call = NATIVE(7),
					    .class = OBSERVED_WORKLOAD,
					    .calls = 3,
					    .first_ns = 200,
					    .first = {.known = true, .pid = 2, .comm = "later"},
					    .total_ns = 10,
					    .errors = 1},
				     other = {.call = NATIVE(7),
					      .class = OBSERVED_WORKLOAD,
					      .calls = 4,
					      .first_ns = 100,
					      .first = {.known = true, .pid = 1, .comm = "sooner"},
					      .total_ns = 20,
					      .errors = 2};

	for (int swapped = 0; swapped < 2; swapped++) {
		struct recording own_recording recording = empty();
		const struct observed *o;

		add(&recording, swapped ? other : one);
		add(&recording, (struct observed){.call = NATIVE(8), .class = OBSERVED_WORKLOAD});
		add(&recording, swapped ? one : other);
		add(&recording, (struct observed){.call = NATIVE(7), .class = OBSERVED_RUNTIME});
		recording_sort(&recording);
		cr_assert_eq(recording.observed_len, 3);
		o = &recording.observed[0];
		cr_expect_eq(o->calls, 7);
		cr_expect_eq(o->total_ns, 30);
		cr_expect_eq(o->errors, 3);
		cr_expect_eq(o->first_ns, 100);
		cr_expect_eq(o->first.pid, 1);
		cr_expect_str_eq(o->first.comm, "sooner");
		cr_expect_eq(recording.observed[1].class, OBSERVED_RUNTIME);
		cr_expect_eq(recording.observed[2].call.nr, 8);
	}
}

/* Whoever is known stays known, and a time stays, when the other entry has none. */
Test(recording, sort_joins_what_is_known)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		struct recording own_recording recording = empty();
		struct observed known = {.call = NATIVE(7),
					 .class = OBSERVED_WORKLOAD,
					 .calls = 1,
					 .first_ns = 100,
					 .first = {.known = true, .pid = 1}};
		struct observed bare = {.call = NATIVE(7), .class = OBSERVED_WORKLOAD, .calls = 1};

		add(&recording, swapped ? bare : known);
		add(&recording, swapped ? known : bare);
		recording_sort(&recording);
		cr_assert_eq(recording.observed_len, 1);
		cr_expect_eq(recording.observed[0].first_ns, 100);
		cr_expect(recording.observed[0].first.known);
		cr_expect_eq(recording.observed[0].first.pid, 1);
	}
}

Test(recording, sort_of_nothing_and_of_many)
{
	struct recording own_recording recording = empty();
	uint64_t calls = 0;

	recording_sort(&recording);
	cr_expect_eq(recording.observed_len, 0);
	srandom(6);
	for (int i = 0; i < 20000; i++)
		add(&recording, (struct observed){.call = NATIVE(random() % 300),
						  .class = OBSERVED_WORKLOAD + random() % 4,
						  .calls = 2});
	recording_sort(&recording);
	cr_expect_eq(recording.observed_len, 4 * 300);
	for (size_t i = 0; i < recording.observed_len; i++)
		calls += recording.observed[i].calls;
	cr_expect_eq(calls, 40000);
}

/* --- what it says --- */

Test(recording, needed_classes)
{
	static const struct {
		enum observed_class class;
		const char *name;
		bool needed;
	} rows[] = {{OBSERVED_WORKLOAD, "workload", true},
		    {OBSERVED_IN_FLIGHT, "in_flight", true},
		    {OBSERVED_RUNTIME, "runtime", true},
		    {OBSERVED_LAUNCHER, "launcher", false},
		    {OBSERVED_INVALID, "invalid", false}};

	cr_assert_eq(ARRAY_LEN(rows), OBSERVED_CLASS_COUNT);
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cr_expect_str_eq(observed_class_name(rows[i].class), rows[i].name);
		cr_expect_eq(observed_is_needed(rows[i].class), rows[i].needed, "%s", rows[i].name);
	}
}

Test(recording, needed_calls)
{
	static const struct {
		struct observed observed;
		bool in, unnamed;
	} rows[] = {
		{{.call = NATIVE(0), .class = OBSERVED_WORKLOAD}, true, false},
		{{.call = NATIVE(1), .class = OBSERVED_IN_FLIGHT}, true, false},
		{{.call = NATIVE(2), .class = OBSERVED_RUNTIME}, true, false},
		{{.call = NATIVE(3), .class = OBSERVED_LAUNCHER}, false, false},
		{{.call = NATIVE(-1), .class = OBSERVED_WORKLOAD}, false, true},
		{{.call = NATIVE(-101), .class = OBSERVED_WORKLOAD}, false, true},
		{{.call = NATIVE(999), .class = OBSERVED_WORKLOAD}, false, true},
		{{.call = NATIVE(1LL << 32), .class = OBSERVED_WORKLOAD}, false, true},
		{{.call = NATIVE(998), .class = OBSERVED_LAUNCHER}, false, true},
		{{.call = {ARCH_X86, 102, 1}, .class = OBSERVED_WORKLOAD}, true, false},
		{{.call = {ARCH_X86, 102, 25}, .class = OBSERVED_WORKLOAD}, false, true},
		{{.call = {ARCH_X86, 117, 1 << 16 | 1}, .class = OBSERVED_WORKLOAD}, false, true},
		{{.call = {ARCH_X86, 102, UINT32_MAX}, .class = OBSERVED_WORKLOAD}, false, true},
		{{.call = {ARCH_X32, 512, 0}, .class = OBSERVED_WORKLOAD}, true, false},
	};
	struct recording own_recording all = empty();
	struct syscall_set set;
	size_t want = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct recording own_recording recording = empty();

		add(&recording, rows[i].observed);
		add(&all, rows[i].observed);
		memset(&set, 0xff, sizeof(set));
		recording_needed(&recording, &set);
		cr_expect_eq(syscall_set__count(&set), rows[i].in, "row %zu", i);
		cr_expect_eq(syscall_set__has(&set, &rows[i].observed.call), rows[i].in, "row %zu",
			     i);
		cr_expect_eq(recording_can_name(&rows[i].observed.call), !rows[i].unnamed,
			     "row %zu", i);
		want += rows[i].in;
	}
	recording_needed(&all, &set);
	cr_expect_eq(syscall_set__count(&set), want);
}

/* Only what can hide a call makes a recording incomplete. */
Test(recording, incomplete)
{
	static const struct {
		struct losses losses;
		bool incomplete;
	} rows[] = {{{0}, false},           {{.late = 1}, false},
		    {{.groups = 1}, false}, {{.cgroups = 1}, true},
		    {{.calls = 1}, true},   {{.left = 1}, true},
		    {{.misses = 1}, true},  {{.late = 9, .groups = 9}, false}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct recording own_recording recording = empty();
		json_t *json;

		recording.losses = rows[i].losses;
		cr_expect_eq(recording_is_incomplete(&recording), rows[i].incomplete, "row %zu", i);
		json = to_json(&recording);
		cr_expect_eq(json_is_true(json_object_get(json, "complete")), !rows[i].incomplete);
		json_decref(json);
	}
}

/* --- JSON --- */

Test(recording_json, head)
{
	struct recording own_recording recording = {.kernel = "6.1.0",
						    .machine = "x86_64",
						    .libseccomp = "2.5.4",
						    .hook = "raw_tp"};
	json_t *json;

	recording.target = strdup("--cgroup \"/a b\"\n\xc3\xa9");
	recording.started = 1700000000123456789;
	recording.elapsed = 2500000000;
	recording.container = true;
	recording.whole = true;
	recording.losses = (struct losses){1, 2, 3, 4, 5, 6, 7, 8, 9};
	json = to_json(&recording);
	expect_json(json,
		    "{\"format\": \"whittle-recording\", \"version\": 1,"
		    " \"host\": {\"kernel\": \"6.1.0\", \"machine\": \"x86_64\", \"libseccomp\": \"2.5.4\"},"
		    " \"target\": \"--cgroup \\\"/a b\\\"\\n\\u00e9\", \"container\": true, \"hook\": \"raw_tp\","
		    " \"started\": \"2023-11-14T22:13:20.123Z\", \"elapsed_ns\": 2500000000,"
		    " \"whole\": true, \"complete\": false,"
		    " \"losses\": {\"late\": 1, \"cgroups\": 2, \"processes\": 3, \"calls\": 4, \"left\": 5, \"moved\": 6, \"misses\": 7, \"denials\": 8, \"log\": 9},"
		    " \"syscalls\": [], \"moved\": [], \"denied\": []}");
	json_decref(json);
}

Test(recording_json, calls)
{
	static const struct {
		struct observed observed;
		bool timed;
		const char *want;
	} rows[] = {
		{{.call = NATIVE(0), .class = OBSERVED_WORKLOAD, .calls = 3},
		 false,
		 "{\"arch\": \"x86_64\", \"number\": 0, \"name\": \"read\", \"class\": \"workload\", \"calls\": 3}"},
		{{.call = NATIVE(-1), .class = OBSERVED_LAUNCHER, .calls = 1},
		 false,
		 "{\"arch\": \"x86_64\", \"number\": -1, \"class\": \"launcher\", \"calls\": 1}"},
		{{.call = {ARCH_X86, 102, 3}, .class = OBSERVED_RUNTIME, .calls = 1, .first_ns = 9},
		 true,
		 "{\"arch\": \"x86\", \"number\": 102, \"name\": \"socketcall\", \"subcall\": 3, \"subname\": \"connect\","
		 " \"class\": \"runtime\", \"calls\": 1, \"first\": {\"ns\": 9}}"},
		{{.call = {ARCH_X86, 117, 99}, .class = OBSERVED_IN_FLIGHT, .calls = 1},
		 false,
		 "{\"arch\": \"x86\", \"number\": 117, \"name\": \"ipc\", \"subcall\": 99,"
		 " \"class\": \"in_flight\", \"calls\": 1}"},
		{{.call = {ARCH_X86, 102, 0}, .class = OBSERVED_WORKLOAD, .calls = 1},
		 false,
		 "{\"arch\": \"x86\", \"number\": 102, \"name\": \"socketcall\", \"subcall\": 0,"
		 " \"class\": \"workload\", \"calls\": 1}"},
		{{.call = {ARCH_X32, 520, 0},
		  .class = OBSERVED_WORKLOAD,
		  .calls = 1LL << 53,
		  .first_ns = 77,
		  .first = {.known = true,
			    .pid = 4194304,
			    .comm = "sh",
			    .args = {0, 1, 0xff, UINT64_MAX, 1ULL << 63}},
		  .total_ns = 1LL << 60,
		  .errors = 5},
		 true,
		 "{\"arch\": \"x32\", \"number\": 520, \"name\": \"execve\", \"class\": \"workload\","
		 " \"calls\": 9007199254740992, \"errors\": 5, \"total_ns\": 1152921504606846976,"
		 " \"first\": {\"ns\": 77, \"pid\": 4194304, \"comm\": \"sh\","
		 "  \"args\": [\"0x0\", \"0x1\", \"0xff\", \"0xffffffffffffffff\", \"0x8000000000000000\", \"0x0\"]}}"},
	};
	struct recording own_recording all = empty();
	json_t *json;

	all.timed = true;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct recording own_recording recording = empty();

		recording.timed = rows[i].timed;
		add(&recording, rows[i].observed);
		add(&all, rows[i].observed);
		json = to_json(&recording);
		expect_json(call_of(json, 0), rows[i].want);
		json_decref(json);
	}
	json = to_json(&all);
	cr_expect_eq(json_array_size(json_object_get(json, "syscalls")), ARRAY_LEN(rows));
	json_decref(json);
}

/* To be read by people and diff: one call a line. */
Test(recording_json, line_a_call)
{
	struct recording own_recording recording = empty();
	struct buf own_buf text = BUF_INIT;
	size_t lines = 0;

	for (int i = 0; i < 5; i++)
		add(&recording, (struct observed){.call = NATIVE(i), .class = OBSERVED_WORKLOAD});
	cr_assert_eq(recording_to_json(&recording, &text, NULL), 0);
	for (const char *p = buf__text(&text); (p = strstr(p, "\n    {\"arch\"")); p++)
		lines++;
	cr_expect_eq(lines, 5);
}

/* comm is any bytes, one not even terminated: what is no printable ASCII comes out as '?'. */
Test(recording_json, comm_of_any_bytes)
{
	static const struct {
		char comm[16];
		const char *want;
	} rows[] = {
		{"sh", "sh"},
		{"", ""},
		{"caf\xc3\xa9", "caf??"},
		{"\xff\xfe\x80", "???"},
		{"a\nb\tc\x1b[31m", "a?b?c?[31m"},
		{"\x7f\x01", "??"},
		{"\"\\/'", "\"\\/'"},
		{"123456789012345", "123456789012345"},
		{{'1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '1', '2', '3', '4', '5', '6'},
		 "123456789012345"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct recording own_recording recording = empty();
		struct observed observed = {.call = NATIVE(0),
					    .class = OBSERVED_WORKLOAD,
					    .first = {.known = true}};
		struct moved moved = {.pid = 77, .calls = 1LL << 40};
		const json_t *first, *other;
		json_t *json;

		memcpy(observed.first.comm, rows[i].comm, 16);
		memcpy(moved.comm, rows[i].comm, 16);
		add(&recording, observed);
		cr_assert_eq(recording_add_moved(&recording, &moved), 0);
		json = to_json(&recording);
		first = json_object_get(call_of(json, 0), "first");
		other = json_array_get(json_object_get(json, "moved"), 0);
		cr_assert_not_null(json_object_get(first, "comm"));
		cr_expect_str_eq(json_string_value(json_object_get(first, "comm")), rows[i].want);
		cr_expect_str_eq(json_string_value(json_object_get(other, "comm")), rows[i].want);
		cr_expect_eq(json_integer_value(json_object_get(other, "pid")), 77);
		cr_expect_eq(json_integer_value(json_object_get(other, "calls")), 1LL << 40);
		json_decref(json);
	}
}

/* The name of a cgroup may be any bytes. Written or refused: never something that is no JSON, and no half of it. */
Test(recording_json, target_that_is_no_text)
{
	static const char *const targets[] = {"--cgroup /caf\xe9",
					      "\xff",
					      "\xc3",
					      "\xed\xa0\x80",
					      "\xf5\x80\x80\x80",
					      "\xc0\x80"};

	for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
		struct recording own_recording recording = empty();
		struct buf own_buf text = BUF_INIT;
		struct err err = {0};

		free(recording.target);
		recording.target = strdup(targets[i]);
		if (recording_to_json(&recording, &text, &err) == 0) {
			json_t *json = json_loads(buf__text(&text), 0, NULL);

			cr_expect_not_null(json, "row %zu: %s", i, buf__text(&text));
			json_decref(json);
			continue;
		}
		cr_expect_lt(err.code, 0);
		cr_expect(strstr(err.text, "UTF-8"), "row %zu: %s", i, err.text);
		cr_expect_eq(text.len, 0, "row %zu", i);
	}
}

Test(recording_json, same_bytes_and_appended)
{
	struct recording own_recording recording = empty();
	struct buf own_buf twice = BUF_INIT, own_buf broken = {.error = -ENOMEM};
	size_t half;

	add(&recording, (struct observed){.call = NATIVE(0), .class = OBSERVED_WORKLOAD});
	cr_assert_eq(recording_to_json(&recording, &twice, NULL), 0);
	half = twice.len;
	cr_assert_eq(recording_to_json(&recording, &twice, NULL), 0);
	cr_assert_eq(twice.len, 2 * half);
	cr_expect_eq(memcmp(twice.data, twice.data + half, half), 0);
	cr_expect_eq(recording_to_json(&recording, &broken, NULL), -ENOMEM);
}

/* --- no memory --- */

static size_t allocations, fail_at;

static void *failing_malloc(size_t size)
{
	return ++allocations == fail_at ? NULL : malloc(size);
}

/*
 * Does it say something else? jansson 2.14 itself forgets to look when it has no memory for a key that it dumps: what
 * comes out then is no JSON, and not our doing.
 */
static bool differs(const char *text, const char *whole)
{
	json_t *json = strcmp(text, whole) ? json_loads(text, 0, NULL) : NULL;

	json_decref(json);
	return json != NULL;
}

/* Whichever allocation fails: it comes out whole, or not at all with an error. */
Test(recording_json, no_memory_is_never_a_smaller_recording)
{
	struct recording own_recording recording = empty();
	struct buf own_buf whole = BUF_INIT;
	size_t total, smaller = 0;

	add(&recording, (struct observed){.call = {ARCH_X86, 102, 1},
					  .class = OBSERVED_WORKLOAD,
					  .first_ns = 5,
					  .first = {.known = true, .comm = "sh"}});
	cr_assert_eq(recording_add_moved(&recording, &(struct moved){.comm = "sh"}), 0);
	recording.timed = true;
	json_set_alloc_funcs(failing_malloc, free);
	cr_assert_eq(recording_to_json(&recording, &whole, NULL), 0);
	total = allocations;
	cr_assert_gt(total, 100);
	for (size_t k = 1; k <= total; k++) {
		struct buf own_buf text = BUF_INIT;
		int rc;

		allocations = 0;
		fail_at = k;
		rc = recording_to_json(&recording, &text, NULL);
		fail_at = 0;
		smaller += rc == 0 && differs(buf__text(&text), buf__text(&whole));
	}
	cr_expect_eq(smaller, 0, "%zu of %zu failures gave another recording and no error", smaller,
		     total);
}
