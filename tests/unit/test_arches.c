// SPDX-License-Identifier: BSD-2-Clause
/*
 * Profiles for every architecture that the installed libseccomp knows: what their rules say is what the filter does that libseccomp makes
 * for such a machine, in whatever byte order that has.
 */
#include "profile/compile.h"
#include "profile/hazard.h"
#include "profile/docker_default.h"
#include "profile/emit.h"
#include "profile/evaluate.h"
#include "profile/survey.h"
#include "random_profile.h"

#include <byteswap.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PROFILES 12
#define PROBES   4000

/* The calls of an architecture. */
static struct known {
	char name[SYSCALL_NAME_LEN];
	int64_t nr;
} known[600];
static size_t known_len;

static void list_known(enum arch arch)
{
	char name[SYSCALL_NAME_LEN];
	int64_t nr = -1;

	known_len = 0;
	while (syscall_next(arch, &nr, name)) {
		/*
		 * A name that libseccomp has not is no rule to it. On other machines than PowerPC 2.5.4 has the same number for these
		 * two (seccomp-syscalls.h: __PNR_switch_endian).
		 */
		if (!compile_knows(name) || !strcmp(name, "switch_endian") ||
		    !strcmp(name, "sys_debug_setcontext"))
			continue;
		cr_assert_lt(known_len, ARRAY_LEN(known));
		memcpy(known[known_len].name, name, sizeof(name));
		known[known_len++].nr = nr;
	}
	cr_assert_gt(known_len, 300, "%s", arch_token(arch));
}

static const char *const subcalls[] = {"socket", "bind", "recvmsg", "accept4", "semop", "shmat"};

static const char *random_name(void)
{
	return any(4) ? known[any(known_len)].name : subcalls[any(ARRAY_LEN(subcalls))];
}

static bool is_taken(const struct profile *profile, const char *name)
{
	for (size_t i = 0; i < profile->rules_len; i++)
		if (names_has(&profile->rules[i].names, name))
			return true;
	/* as it multiplexes, it has rules of its own, of which libseccomp makes one with those of its subcalls */
	return !strcmp(name, "socketcall") || !strcmp(name, "ipc");
}

static bool is_subcall(const char *name)
{
	for (uint32_t sub = 0; sub < 32; sub++) {
		const struct syscall calls[] = {{ARCH_X86, NR_SOCKETCALL, sub},
						{ARCH_X86, NR_IPC, sub}};

		for (size_t i = 0; i < ARRAY_LEN(calls); i++)
			if (syscall_subname(&calls[i]) && !strcmp(syscall_subname(&calls[i]), name))
				return true;
	}
	return false;
}

/*
 * Through a multiplexer other conditions than that on the first argument, which is the number of the subcall there, stand beside one
 * more, and of these libseccomp 2.5.4 makes something else now and then, on i386 as well.
 */
static struct condition condition_for(const struct rule *rule)
{
	bool some = false;

	for (size_t n = 0; n < rule->names.len; n++)
		some |= is_subcall(rule->names.list[n]);
	return random_condition(some ? 0 : any(6));
}

/* A call is in one rule only: what several come to is tested elsewhere. */
static void random_rules(struct profile *profile)
{
	static const struct outcome outcomes[] = {
		{ACTION_ALLOW, 0},      {ACTION_ALLOW, 0}, {ACTION_ERRNO, ENOSYS},
		{ACTION_ERRNO, EACCES}, {ACTION_LOG, 0},   {ACTION_KILL_PROCESS, 0},
	};

	for (int i = 0; i < 24; i++) {
		struct outcome outcome = outcomes[any(ARRAY_LEN(outcomes))];
		struct rule *rule = profile_add_rule(profile, outcome.action, outcome.errno_value);

		for (uint32_t n = 1 + any(4); n; n--) {
			const char *name = random_name();

			if (!is_taken(profile, name))
				cr_assert_eq(names_add(&rule->names, name), 0);
		}
		if (i && any(2)) {
			struct condition c = condition_for(rule);

			cr_assert_eq(rule_add_condition(rule, &c), 0);
		}
	}
	profile_drop_empty_rules(profile);
}

static void profile_for(enum arch arch, struct profile *out)
{
	do {
		profile_clear(out);
		out->default_action = ACTION_ERRNO;
		out->default_errno = EPERM;
		for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
			out->arches[a] = a == arch || (arch_host(a) == arch_host(arch) && any(2));
		random_rules(out);
	} while (profile_check_hazards(out, NULL));
}

static struct syscall random_call(enum arch arch)
{
	struct syscall call = {.arch = arch, .nr = known[any(known_len)].nr};

	if (any(8) == 0)
		call.nr = any(600);
	else if (any(8) == 0)
		call.nr = any(2) ? NR_SOCKETCALL : NR_IPC;
	return call;
}

static struct outcome simulated(const struct filter *filter, const struct syscall *call,
				const uint64_t args[6])
{
	struct seccomp_data data = {.nr = (int)(call->nr + arch_number_base(call->arch)),
				    .arch = arch_audit(call->arch)};

	memcpy(data.args, args, sizeof(data.args));
	return outcome_from_return(filter_run(filter, &data));
}

static size_t probe(const struct profile *profile, const struct filter *filter, enum arch arch)
{
	size_t allowed = 0;

	for (int i = 0; i < PROBES; i++) {
		struct syscall call = random_call(arch);
		struct outcome outcome, want;
		uint64_t args[6];

		random_args(args);
		if (any(2))
			args[0] = any(25);
		want = evaluate(profile, &call, args).outcome;
		outcome = simulated(filter, &call, args);
		cr_assert(outcome_equal(want, outcome),
			  "%s %lld(%#llx, %#llx, %#llx): rules %d %d, filter %d %d",
			  arch_token(arch), (long long)call.nr, (unsigned long long)args[0],
			  (unsigned long long)args[1], (unsigned long long)args[2], want.action,
			  want.errno_value, outcome.action, outcome.errno_value);
		allowed += outcome_allows(outcome);
	}
	return allowed;
}

Test(arches, rules_and_filter_agree, .timeout = 120)
{
	random_state = 88172645463325252;
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		size_t allowed = 0;

		if (!arch_is_known(arch))
			continue;
		list_known(arch);
		for (int p = 0; p < PROFILES; p++) {
			struct profile own_profile profile = {0};
			struct filter own_filter filter = {0};
			struct buf own_buf unknown = BUF_INIT;
			struct err err = {0};

			profile_for(arch, &profile);
			cr_assert_eq(compile_filter(&profile, arch_host(arch), &filter, &unknown,
						    &err),
				     0, "%s: %s", arch_token(arch), err.text);
			cr_assert_eq(filter_check(&filter, &err), 0, "%s", err.text);
			allowed += probe(&profile, &filter, arch);
		}
		cr_expect(allowed > PROFILES * PROBES / 50 && allowed < PROFILES * PROBES / 2,
			  "%s: %zu", arch_token(arch), allowed);
	}
}

/* Docker's default is long, so that libseccomp puts returns and jumps into its middle. */
Test(arches, docker_default, .timeout = 60)
{
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		struct host options = {.arch = arch_host(arch), .kernel_major = 6};
		struct profile own_profile profile = {0};
		struct filter own_filter filter = {0};
		struct buf own_buf unknown = BUF_INIT;
		struct err err = {0};

		cr_assert_eq(docker_default(&options, &profile), 0);
		if (!arch_is_known(arch) || !profile.arches[arch])
			continue;
		list_known(arch);
		cr_assert_eq(compile_filter(&profile, arch_host(arch), &filter, &unknown, &err), 0,
			     "%s: %s", arch_token(arch), err.text);
		cr_assert_eq(filter_check(&filter, &err), 0, "%s", err.text);
		for (size_t i = 0; i < known_len; i++) {
			static const uint64_t values[] = {0, 2, 38, 39, 40, 0x20008, 0x10000000};

			for (size_t v = 0; v < ARRAY_LEN(values); v++) {
				const struct syscall call = {.arch = arch, .nr = known[i].nr};
				const uint64_t args[6] = {values[v], values[v]};

				cr_assert(outcome_equal(evaluate(&profile, &call, args).outcome,
							simulated(&filter, &call, args)),
					  "%s %s(%#llx)", arch_token(arch), known[i].name,
					  (unsigned long long)values[v]);
			}
		}
	}
}

/* What is written is what libseccomp exports, to the byte. */
Test(arches, bytes_are_those_of_libseccomp)
{
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		struct profile own_profile profile = {.default_action = ACTION_ERRNO,
						      .default_errno = EPERM};
		struct buf own_buf out = BUF_INIT, own_buf warnings = BUF_INIT;
		struct emit_options options = {.warnings = &warnings};
		scmp_filter_ctx context = seccomp_init(SCMP_ACT_ERRNO(EPERM));
		struct rule *rule = profile_add_rule(&profile, ACTION_ALLOW, 0);
		int fd = memfd_create("filter", MFD_CLOEXEC);
		static char theirs[8192];
		struct err err = {0};
		ssize_t len;

		/* companions of this machine's are compiled beside its own */
		if (arch_is_known(arch) && arch_host(arch) == arch) {
			profile.arches[arch] = true;
			cr_assert_eq(names_add(&rule->names, "read"), 0);
			cr_assert_eq(names_add(&rule->names, "write"), 0);
			cr_assert_eq(emit_bpf(&profile, &options, &out, &err), 0, "%s", err.text);
			cr_assert_eq(seccomp_arch_remove(context, SCMP_ARCH_NATIVE), 0);
			cr_assert_eq(seccomp_arch_add(context, arch_scmp_token(arch)), 0);
			cr_assert_eq(seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(read), 0),
				     0);
			cr_assert_eq(seccomp_rule_add(context, SCMP_ACT_ALLOW, SCMP_SYS(write), 0),
				     0);
			cr_assert_eq(seccomp_export_bpf(context, fd), 0);
			len = pread(fd, theirs, sizeof(theirs), 0);
			cr_assert_eq(out.len, (size_t)len, "%s", arch_token(arch));
			cr_expect_eq(memcmp(out.data, theirs, len), 0, "%s", arch_token(arch));
		}
		seccomp_release(context);
		close(fd);
	}
}

/* An argument is two words, and which of them is the upper one is the machine's affair; the number and the architecture are one each. */
Test(arches, words_of_the_other_byte_order)
{
	static const struct {
		uint32_t offset, native, foreign;
	} rows[] = {
		{0, 7, 7},
		{4, 0x80000016, 0x80000016},
		{8, 0x22222222, 0x11111111},
		{12, 0x11111111, 0x22222222},
		{16, 0x44444444, 0x33333333},
		{20, 0x33333333, 0x44444444},
		{56, 6, 5},
		{60, 5, 6},
	};
	const struct seccomp_data data = {
		.nr = 7,
		.arch = 0x80000016,
		.instruction_pointer = 0x1111111122222222,
		.args = {0x3333333344444444, 0, 0, 0, 0, 0x0000000500000006},
	};
	const bool is_big = arch_is_big_endian(arch_native());

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct sock_filter code[] = {
			BPF_STMT(BPF_LD | BPF_W | BPF_ABS, rows[i].offset),
			BPF_STMT(BPF_RET | BPF_A, 0),
		};
		struct filter filter = {.code = code, .len = ARRAY_LEN(code)};

		for (int foreign = 0; foreign < 2; foreign++) {
			filter.is_foreign = foreign;
			cr_expect_eq(filter_run(&filter, &data),
				     is_big != foreign ? rows[i].foreign : rows[i].native,
				     "offset %u, foreign %d", rows[i].offset, foreign);
		}
	}
}

static const char *refusal(const enum arch *list, enum arch machine)
{
	static struct err err;
	struct profile own_profile profile = {.default_action = ACTION_ERRNO,
					      .default_errno = EPERM};
	struct filter own_filter filter = {0};
	struct buf own_buf unknown = BUF_INIT;

	for (; *list; list++)
		profile.arches[*list] = true;
	err = (struct err){0};
	cr_expect_eq(compile_filter(&profile, machine ? machine : compile_machine(&profile),
				    &filter, &unknown, &err),
		     -ENOTSUP);
	return err.text;
}

Test(arches, what_no_filter_can_have)
{
	static const enum arch mixed[] = {ARCH_PPC64, ARCH_RISCV64, 0}, s390x[] = {ARCH_S390X, 0};

	cr_expect(strstr(refusal(mixed, ARCH_RISCV64),
			 "SCMP_ARCH_PPC64 and SCMP_ARCH_RISCV64 have different byte orders"),
		  "%s", refusal(mixed, ARCH_RISCV64));
	cr_expect(strstr(refusal(mixed, ARCH_PPC64), "SCMP_ARCH_RISCV64 and SCMP_ARCH_PPC64"));
	cr_expect(strstr(refusal(s390x, ARCH_X86_64), "a runtime on x86_64 refuses"));
	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		const enum arch list[] = {arch, 0};

		if (!arch_is_known(arch))
			cr_expect(strstr(refusal(list, 0), "which is installed, does not know"),
				  "%s", refusal(list, 0));
	}
}

/* This machine's first, whatever stands before it; without it the first one's. */
Test(arches, machine_of_a_profile)
{
	struct profile profile = {0};

	cr_expect_eq(compile_machine(&profile), arch_host(arch_native()));
	profile.arches[ARCH_PPC] = profile.arches[ARCH_S390] = true;
	cr_expect_eq(compile_machine(&profile), ARCH_PPC64);
	profile.arches[ARCH_PPC] = false;
	cr_expect_eq(compile_machine(&profile), ARCH_S390X);
	profile.arches[arch_native()] = true;
	cr_expect_eq(compile_machine(&profile), arch_host(arch_native()));
}
