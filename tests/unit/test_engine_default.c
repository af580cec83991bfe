// SPDX-License-Identifier: BSD-2-Clause
#include "base/capability.h"
#include "cli/engine_default.h"

#include <criterion/criterion.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NR_SOCKET 41
#define NR_CLONE  56
#define NR_PTRACE 101
#define NR_MOUNT  165
#define NR_KEYCTL 250
#define NR_CLONE3 435

struct seen {
	int64_t nr;
	enum observed_class class; /* 0: workload */
	enum arch arch;            /* 0: x86-64 */
	bool unknown;              /* the ring was full: no arguments */
	uint64_t arg;              /* the first one */
};

static const struct {
	const char *name;
	struct engine_default container;
	struct seen seen[4];
	const char *refused, *enosys;
} rows[] = {
	{"what every container may call",
	 {.engine = "docker"},
	 {{.nr = 0}, {.nr = 1}, {.nr = 59}},
	 "",
	 ""},
	{"what a capability is needed for",
	 {.engine = "docker"},
	 {{.nr = NR_MOUNT}, {.nr = NR_KEYCTL}},
	 "mount keyctl",
	 ""},
	{"... which the container has",
	 {.engine = "docker", .caps_known = true, .caps = 1ULL << CAP_SYS_ADMIN},
	 {{.nr = NR_MOUNT}, {.nr = NR_KEYCTL}},
	 "keyctl",
	 ""},
	{"what is answered with ENOSYS", {.engine = "docker"}, {{.nr = NR_CLONE3}}, "", "clone3"},
	{"arguments that are let through",
	 {.engine = "docker"},
	 {{.nr = NR_CLONE, .arg = 0x11}},
	 "",
	 ""},
	{"arguments that are not",
	 {.engine = "docker"},
	 {{.nr = NR_CLONE, .arg = 0x10000000}},
	 "clone",
	 ""},
	{"... of which nothing is known",
	 {.engine = "docker"},
	 {{.nr = NR_CLONE, .arg = 0x10000000, .unknown = true}, {.nr = NR_KEYCTL, .unknown = true}},
	 "keyctl",
	 ""},
	{"the runtime's own calls",
	 {.engine = "docker"},
	 {{.nr = NR_MOUNT, .class = OBSERVED_RUNTIME},
	  {.nr = NR_KEYCTL, .class = OBSERVED_LAUNCHER}},
	 "",
	 ""},
	{"a thread was in it",
	 {.engine = "nerdctl"},
	 {{.nr = NR_KEYCTL, .class = OBSERVED_IN_FLIGHT}},
	 "keyctl",
	 ""},
	{"one name on two architectures",
	 {.engine = "docker"},
	 {{.nr = NR_KEYCTL}, {.nr = 288, .arch = ARCH_X86}},
	 "keyctl",
	 ""},
};

Test(engine_default, docker)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct engine_beyond own_engine_beyond beyond = {0};
		struct recording own_recording recording = {.native = ARCH_X86_64};
		struct err err = {0};

		for (size_t k = 0; k < 4 && (rows[i].seen[k].nr || !k); k++) {
			const struct seen *seen = &rows[i].seen[k];
			struct observed observed = {
				.call = {seen->arch ? seen->arch : ARCH_X86_64, seen->nr, 0},
				.class = seen->class ? seen->class : OBSERVED_WORKLOAD,
				.calls = 1,
				.first = {.known = !seen->unknown, .args = {seen->arg}},
			};

			cr_assert_eq(recording_add(&recording, &observed), 0);
		}
		cr_assert_eq(engine_default_beyond(&rows[i].container, &recording, &beyond, &err),
			     0, "%s: %s", rows[i].name, err.text);
		cr_expect_str_eq(buf__text(&beyond.refused_names), rows[i].refused, "%s: %s",
				 rows[i].name, buf__text(&beyond.refused_names));
		cr_expect_str_eq(buf__text(&beyond.enosys_names), rows[i].enosys, "%s: %s",
				 rows[i].name, buf__text(&beyond.enosys_names));
		cr_expect_eq(beyond.refused,
			     strcmp(rows[i].refused, "mount keyctl") ? (*rows[i].refused != '\0') :
								       2,
			     "%s", rows[i].name);
	}
}

Test(engine_default, capabilities)
{
	char line[128], name[32];
	uint64_t here, want;
	FILE *status = fopen("/proc/self/status", "r");

	cr_expect_eq(capability_set("CAP_CHOWN"), 1);
	cr_expect_eq(capability_set("sys_admin"), 1ULL << CAP_SYS_ADMIN);
	cr_expect_eq(capability_set("all"), CAPABILITY_ALL);
	cr_expect_eq(capability_set("CAP_"), 0);
	cr_expect_eq(capability_set(""), 0);
	cr_expect_eq(capability_set("nonsense"), 0);
	for (size_t i = 0; i < CAPABILITY_COUNT; i++)
		cr_expect_eq(capability_set(capability_names[i]), 1ULL << i);
	cr_assert(capability_bounding_set(getpid(), &here));
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "%31[^:]: %lx", name, &want) == 2 && !strcmp(name, "CapBnd"))
			cr_expect_eq(here, want);
	fclose(status);
	cr_expect_not(capability_bounding_set(0x7fffffff, &here));
	cr_expect_eq(engine_default_caps("docker") & ~engine_default_caps("podman"),
		     1ULL << CAP_AUDIT_WRITE | 1ULL << CAP_MKNOD | 1ULL << CAP_NET_RAW);
}
