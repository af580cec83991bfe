// SPDX-License-Identifier: BSD-2-Clause
#include "cli/runtime.h"
#include "base/own.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define NR_EXECVE 59
#define NR_CLOSE  3
#define NR_CAPSET 126

struct sighting {
	enum observed_class class;
	int64_t nr;
	const char *comm; /* NULL: the ring was full */
	enum arch arch;   /* 0: x86-64 */
};

/* What is seen, and what it shows. */
static const struct {
	const char *name;
	bool container;
	struct sighting sightings[6];
	unsigned int runtimes;
	enum privs privs;
} rows[] = {
	{"a command", false, {{OBSERVED_WORKLOAD, NR_EXECVE, "ls", 0}}, RUNTIME_NONE, PRIVS_UNKNOWN},
	{"runc, no filter",
	 false,
	 {{OBSERVED_WORKLOAD, NR_EXECVE, "runc:[2:INIT]", 0}},
	 RUNTIME_RUNC,
	 PRIVS_UNKNOWN},
	{"crun, no filter",
	 false,
	 {{OBSERVED_WORKLOAD, NR_EXECVE, "crun", 0}},
	 RUNTIME_CRUN,
	 PRIVS_UNKNOWN},
	{"runc with new privileges",
	 false,
	 {{OBSERVED_RUNTIME, NR_CAPSET, "runc:[2:INIT]", 0},
	  {OBSERVED_RUNTIME, NR_CLOSE, "runc:[2:INIT]", 0}},
	 RUNTIME_RUNC,
	 PRIVS_NEW},
	{"the order does not matter",
	 false,
	 {{OBSERVED_RUNTIME, NR_CLOSE, "runc:[2:INIT]", 0},
	  {OBSERVED_RUNTIME, NR_CAPSET, "runc:[2:INIT]", 0}},
	 RUNTIME_RUNC,
	 PRIVS_NEW},
	{"crun without new privileges",
	 false,
	 {{OBSERVED_RUNTIME, NR_CLOSE, "crun", 0}},
	 RUNTIME_CRUN,
	 PRIVS_NO_NEW},
	{"the workload's own capset tells nothing",
	 false,
	 {{OBSERVED_RUNTIME, NR_CLOSE, "crun", 0}, {OBSERVED_WORKLOAD, NR_CAPSET, "nginx", 0}},
	 RUNTIME_CRUN,
	 PRIVS_NO_NEW},
	{"both, one of them with new privileges",
	 false,
	 {{OBSERVED_RUNTIME, NR_CLOSE, "crun", 0},
	  {OBSERVED_RUNTIME, NR_CAPSET, "runc:[2:INIT]", 0}},
	 RUNTIME_ANY,
	 PRIVS_NEW},
	{"a service of systemd",
	 false,
	 {{OBSERVED_RUNTIME, NR_CLOSE, "(nginx)", 0}, {OBSERVED_WORKLOAD, NR_EXECVE, "(nginx)", 0}},
	 RUNTIME_NONE,
	 PRIVS_UNKNOWN},
	{"a container that ran before",
	 true,
	 {{OBSERVED_IN_FLIGHT, NR_CLOSE, NULL, 0}},
	 RUNTIME_ANY,
	 PRIVS_UNKNOWN},
	{"a container whose first sightings came late",
	 true,
	 {{OBSERVED_RUNTIME, NR_CLOSE, NULL, 0}, {OBSERVED_RUNTIME, NR_CAPSET, NULL, 0}},
	 RUNTIME_ANY,
	 PRIVS_NEW},
	{"a container that ran before, and an exec into it",
	 true,
	 {{OBSERVED_RUNTIME, NR_CLOSE, "crun", 0}, {OBSERVED_RUNTIME, NR_CAPSET, "crun", 0}},
	 RUNTIME_CRUN,
	 PRIVS_NEW},
	{"a workload that calls like a runtime, but for exec",
	 false,
	 {{OBSERVED_WORKLOAD, NR_CLOSE, "crun", 0}},
	 RUNTIME_NONE,
	 PRIVS_UNKNOWN},
	{"a launcher is no runtime",
	 false,
	 {{OBSERVED_LAUNCHER, NR_EXECVE, "crun", 0}},
	 RUNTIME_NONE,
	 PRIVS_UNKNOWN},
	{"nothing", false, {{0}}, RUNTIME_NONE, PRIVS_UNKNOWN},
};

static void record(const struct sighting *sighting, struct recording *recording)
{
	struct observed observed = {
		.call = {.arch = sighting->arch ? sighting->arch : ARCH_X86_64, .nr = sighting->nr},
		.class = sighting->class,
		.calls = 1,
	};

	if (sighting->comm) {
		observed.first.known = true;
		snprintf(observed.first.comm, sizeof(observed.first.comm), "%s", sighting->comm);
	}
	cr_assert_eq(recording_add(recording, &observed), 0);
}

Test(runtime, evidence)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct recording own_recording recording = {.native = ARCH_X86_64,
							    .container = rows[i].container};
		struct runtime_seen seen;

		for (const struct sighting *s = rows[i].sightings; s->class; s++)
			record(s, &recording);
		runtime_see(&recording, &seen);
		cr_expect_eq(seen.runtimes, rows[i].runtimes, "%s: %s", rows[i].name,
			     runtime_name(seen.runtimes));
		cr_expect_eq(seen.privs, rows[i].privs, "%s", rows[i].name);
		cr_expect_eq(seen.arches, ARCH_BIT(ARCH_X86_64), "%s", rows[i].name);
	}
}

/* A runtime of 32 bits on a machine of 64 needs other names. */
Test(runtime, architecture_is_the_runtimes)
{
	static const struct sighting sightings[] = {
		{OBSERVED_RUNTIME, 6 /* close */, "crun", ARCH_X86},
		{OBSERVED_RUNTIME, NR_CLOSE, "(nginx)", ARCH_X86_64},
	};
	struct recording own_recording recording = {.native = ARCH_X86_64};
	struct runtime_seen seen;

	for (size_t i = 0; i < ARRAY_LEN(sightings); i++)
		record(&sightings[i], &recording);
	runtime_see(&recording, &seen);
	cr_expect_eq(seen.arches, ARCH_BIT(ARCH_X86));
	cr_expect_eq(runtime_baseline(&seen, RUNTIME_CHOICE_AUTO).arches, ARCH_BIT(ARCH_X86));
}

Test(runtime, choice)
{
	static const struct {
		struct runtime_seen seen;
		enum runtime_choice choice;
		unsigned int runtimes;
		bool no_new_privs;
		const char *text;
	} choices[] = {
		{{RUNTIME_RUNC, PRIVS_NEW, ARCH_BIT(ARCH_X86_64)},
		 RUNTIME_CHOICE_AUTO,
		 RUNTIME_RUNC,
		 false,
		 "runc, no_new_privs off"},
		{{RUNTIME_CRUN, PRIVS_NO_NEW, ARCH_BIT(ARCH_X86_64)},
		 RUNTIME_CHOICE_AUTO,
		 RUNTIME_CRUN,
		 true,
		 "crun, no_new_privs on"},
		{{RUNTIME_CRUN, PRIVS_NO_NEW, ARCH_BIT(ARCH_X86_64)},
		 RUNTIME_CHOICE_RUNC,
		 RUNTIME_RUNC,
		 true,
		 "runc, no_new_privs on"},
		{{RUNTIME_NONE, PRIVS_UNKNOWN, ARCH_BIT(ARCH_X86_64)},
		 RUNTIME_CHOICE_CRUN,
		 RUNTIME_CRUN,
		 false,
		 "crun, no_new_privs not known"},
		{{RUNTIME_ANY, PRIVS_UNKNOWN, ARCH_BIT(ARCH_X86_64)},
		 RUNTIME_CHOICE_AUTO,
		 RUNTIME_ANY,
		 false,
		 "runc and crun, no_new_privs not known"},
		{{RUNTIME_RUNC, PRIVS_NEW, ARCH_BIT(ARCH_X86_64)},
		 RUNTIME_CHOICE_NONE,
		 RUNTIME_NONE,
		 false,
		 "none, no_new_privs off"},
		{{RUNTIME_NONE, PRIVS_UNKNOWN, ARCH_BIT(ARCH_X86_64)},
		 RUNTIME_CHOICE_AUTO,
		 RUNTIME_NONE,
		 false,
		 "none, no_new_privs not known"},
	};

	for (size_t i = 0; i < ARRAY_LEN(choices); i++) {
		struct baseline baseline = runtime_baseline(&choices[i].seen, choices[i].choice);
		struct buf own_buf text = BUF_INIT;

		cr_expect_eq(baseline.runtimes, choices[i].runtimes, "%zu", i);
		cr_expect_eq(baseline.no_new_privs, choices[i].no_new_privs, "%zu", i);
		runtime_describe(&choices[i].seen, &baseline, &text);
		cr_expect_str_eq(buf__text(&text), choices[i].text);
	}
}
