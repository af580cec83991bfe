// SPDX-License-Identifier: BSD-2-Clause
/*
 * Three witnesses of what a profile does: its rules, the filter that libseccomp makes of it run in user space, and the kernel, which a
 * child under that filter asks.
 */
#include "profile/compile.h"
#include "profile/hazard.h"
#include "profile/evaluate.h"
#include "profile/merge.h"
#include "effort.h"
#include "random_profile.h"

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PROFILES EFFORT(300)
#define PROBES   1000

/*
 * The profile, or its canonical form where libseccomp would make something else of it. Where that form is long, which costs
 * libseccomp seconds, the next one.
 */
static void safe_profile(struct profile *out, size_t *rewritten)
{
	while (true) {
		struct profile own_profile profile = {0};
		int rc;

		random_profile(&profile);
		if (!profile_check_hazards(&profile, NULL)) {
			*out = profile;
			profile = (struct profile){0};
			return;
		}
		rc = profile_canonical(&profile, out, NULL);
		cr_assert(rc == 0 || rc == -E2BIG, "%d", rc);
		++*rewritten;
		if (!rc && out->rules_len <= 60 && !profile_check_hazards(out, NULL))
			return;
		profile_clear(out);
	}
}

static void compiled(const struct profile *profile, struct filter *filter)
{
	struct buf own_buf unknown = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(compile_filter(profile, compile_machine(profile), filter, &unknown, &err), 0,
		     "%s", err.text);
	cr_assert_eq(filter_check(filter, &err), 0, "%s", err.text);
	cr_assert_eq(unknown.len, 0, "%s", buf__text(&unknown));
}

static struct outcome simulated(const struct filter *filter, const struct syscall *call,
				const uint64_t args[6])
{
	struct seccomp_data data = {.nr = (int)call->nr, .arch = arch_scmp_token(call->arch)};

	for (size_t i = 0; i < 6; i++)
		data.args[i] = args[i];
	return outcome_from_return(filter_run(filter, &data));
}

static struct syscall random_call(void)
{
	struct syscall call = {.arch = any(4) ? ARCH_X86_64 : ARCH_AARCH64};

	if (any(8) == 0 ||
	    !syscall_resolve(call.arch, harmless[any(ARRAY_LEN(harmless))], &call.nr))
		call.nr = any(300);
	return call;
}

/* A profile without x86-64 is still loaded with it here, and the kernel is asked on the machine's own architecture. */
#ifdef __x86_64__

Test(simulate, rules_and_filter_agree, .timeout = 120)
{
	size_t rewritten = 0, allowed = 0;

	random_state = 88172645463325252;
	for (int p = 0; p < PROFILES; p++) {
		struct profile own_profile profile = {0};
		struct filter own_filter filter = {0};

		safe_profile(&profile, &rewritten);
		compiled(&profile, &filter);
		for (int i = 0; i < PROBES; i++) {
			struct syscall call = random_call();
			struct verdict verdict;
			struct outcome outcome;
			uint64_t args[6];

			random_args(args);
			verdict = evaluate(&profile, &call, args);
			outcome = simulated(&filter, &call, args);
			cr_assert(outcome_equal(verdict.outcome, outcome),
				  "profile %d: %s %lld(%#llx, %#llx, %#llx): rules %d %d, filter %d %d",
				  p, arch_token(call.arch), (long long)call.nr,
				  (unsigned long long)args[0], (unsigned long long)args[1],
				  (unsigned long long)args[2], verdict.outcome.action,
				  verdict.outcome.errno_value, outcome.action, outcome.errno_value);
			allowed += outcome_allows(outcome);
		}
	}
	/* the probes are not all on one side, and neither kind of profile is missing */
	cr_expect_gt(allowed, PROFILES * PROBES / 10);
	cr_expect_lt(allowed, PROFILES * PROBES * 9 / 10);
	cr_expect(rewritten > PROFILES / 15 && rewritten < PROFILES - PROFILES / 15, "%zu",
		  rewritten);
}

struct probe {
	long nr;
	uint64_t args[6];
	struct outcome want;
};

/* In the child, under the filter: every call here either answers by itself or with the filter's errno. */
static int ask_kernel(const struct probe *probes)
{
	for (int i = 0; i < PROBES; i++) {
		const struct probe *p = &probes[i];
		long rc;

		errno = 0;
		rc = syscall(p->nr, p->args[0], p->args[1], p->args[2], p->args[3], p->args[4],
			     p->args[5]);
		if (outcome_allows(p->want) ? rc < 0 : rc != -1 || errno != p->want.errno_value)
			return 1;
	}
	return 0;
}

/*
 * Only what the probes call is under the filter's rules; the rest must go on working. LOG would put hundreds of thousands of
 * lines into the kernel's log.
 */
static void keep_alive(struct profile *profile)
{
	profile->default_action = ACTION_ALLOW;
	profile->default_errno = 0;
	for (size_t i = 0; i < profile->rules_len; i++)
		if (profile->rules[i].action == ACTION_LOG) {
			profile->rules[i].action = ACTION_ERRNO;
			profile->rules[i].errno_value = ENOTTY;
		}
}

Test(simulate, kernel_agrees, .timeout = 120)
{
	static struct probe probes[PROBES];
	size_t rewritten = 0, refused = 0, asked = 0;

	random_state = 88172645463325252;
	for (int p = 0; asked < PROFILES; p++) {
		struct profile own_profile safe = {0};
		scmp_filter_ctx own_seccomp context = NULL;
		struct filter own_filter filter = {0};
		struct buf own_buf unknown = BUF_INIT;
		struct err err = {0};
		int status;
		pid_t pid;

		safe_profile(&safe, &rewritten);
		keep_alive(&safe);
		if (profile_check_hazards(&safe, NULL))
			continue; /* LOG and ERRNO are one now, and overlap */
		asked++;
		compiled(&safe, &filter);
		cr_assert_eq(compile_profile(&safe, arch_native(), &context, &unknown, &err), 0,
			     "%s", err.text);
		for (int i = 0; i < PROBES; i++) {
			struct syscall call = {.arch = ARCH_X86_64};

			cr_assert(syscall_resolve(ARCH_X86_64, harmless[any(ARRAY_LEN(harmless))],
						  &call.nr));
			random_args(probes[i].args);
			probes[i].nr = call.nr;
			probes[i].want = simulated(&filter, &call, probes[i].args);
			refused += !outcome_allows(probes[i].want);
		}
		pid = fork();
		cr_assert_geq(pid, 0);
		if (!pid) {
			if (seccomp_load(context))
				_exit(2);
			_exit(ask_kernel(probes));
		}
		cr_assert_eq(waitpid(pid, &status, 0), pid);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "profile %d: status %#x",
			  p, status);
	}
	cr_expect_gt(refused, PROFILES * PROBES / 20);
}

#endif

/* --- instructions that libseccomp does not use --- */

static uint32_t run(struct sock_filter *code, size_t len, uint32_t nr)
{
	struct filter filter = {.code = code, .len = len};
	struct seccomp_data data = {.nr = (int)nr, .args = {0x100000002ULL}};
	struct err err = {0};

	cr_assert_eq(filter_check(&filter, &err), 0, "%s", err.text);
	return filter_run(&filter, &data);
}

/* Arithmetic over the number, with 5 in X: what C says. */
Test(simulate, arithmetic)
{
	static const struct {
		uint16_t op;
		uint32_t k, seven_k, seven_x;
	} rows[] = {
		{BPF_ADD, 3, 10, 12}, {BPF_SUB, 3, 4, 2},    {BPF_MUL, 3, 21, 35},
		{BPF_DIV, 3, 2, 1},   {BPF_AND, 3, 3, 5},    {BPF_OR, 8, 15, 7},
		{BPF_XOR, 1, 6, 2},   {BPF_LSH, 3, 56, 224}, {BPF_RSH, 1, 3, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int x = 0; x < 2; x++) {
			struct sock_filter code[] = {
				BPF_STMT(BPF_LDX | BPF_IMM, 5),
				BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
				BPF_STMT(BPF_ALU | rows[i].op | (x ? BPF_X : BPF_K), rows[i].k),
				BPF_STMT(BPF_RET | BPF_A, 0),
			};

			cr_expect_eq(run(code, 4, 7), x ? rows[i].seven_x : rows[i].seven_k,
				     "op %#x, x %d", rows[i].op, x);
		}
	}
}

Test(simulate, memory_registers_and_division_by_zero)
{
	struct sock_filter negate[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
		BPF_STMT(BPF_ALU | BPF_NEG, 0),
		BPF_STMT(BPF_ST, 15),
		BPF_STMT(BPF_LD | BPF_IMM, 1),
		BPF_STMT(BPF_LDX | BPF_MEM, 15),
		BPF_STMT(BPF_MISC | BPF_TXA, 0),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	struct sock_filter high[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 20),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_STX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_LD | BPF_MEM, 0),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};
	struct sock_filter divide[] = {
		BPF_STMT(BPF_LDX | BPF_IMM, 0),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_filter length[] = {
		BPF_STMT(BPF_LDX | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_MISC | BPF_TXA, 0),
		BPF_STMT(BPF_RET | BPF_A, 0),
	};

	cr_expect_eq(run(negate, ARRAY_LEN(negate), 0), -2U);
	cr_expect_eq(run(high, ARRAY_LEN(high), 0), 1);
	cr_expect_eq(run(divide, ARRAY_LEN(divide), 0), 0);
	cr_expect_eq(run(length, ARRAY_LEN(length), 0), 64);
}

/* What this kernel refuses is refused here, and what it loads is taken: it is asked. */
static bool kernel_takes(const struct filter *filter)
{
	struct sock_fprog program = {.len = filter->len, .filter = filter->code};
	int status;
	pid_t pid = vfork(); /* with the sanitizers' memory a fork takes very long */

	cr_assert_geq(pid, 0);
	if (!pid) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
			_exit(2);
		/* its last act: the filter may refuse exit itself, so it says with what it dies */
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) && errno == EINVAL)
			_exit(1);
		_exit(0);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_assert(!WIFEXITED(status) || WEXITSTATUS(status) != 2);
	return !WIFEXITED(status) || WEXITSTATUS(status) == 0;
}

Test(simulate, takes_what_the_kernel_takes, .timeout = 120)
{
	static const uint16_t codes[] = {
		BPF_LD | BPF_W | BPF_ABS,
		BPF_LD | BPF_IMM,
		BPF_LDX | BPF_IMM,
		BPF_LD | BPF_W | BPF_LEN,
		BPF_LDX | BPF_W | BPF_LEN,
		BPF_LD | BPF_MEM,
		BPF_LDX | BPF_MEM,
		BPF_ST,
		BPF_STX,
		BPF_ALU | BPF_ADD | BPF_K,
		BPF_ALU | BPF_DIV | BPF_K,
		BPF_ALU | BPF_DIV | BPF_X,
		BPF_ALU | BPF_LSH | BPF_K,
		BPF_ALU | BPF_RSH | BPF_X,
		BPF_ALU | BPF_NEG,
		BPF_ALU | BPF_MOD | BPF_K,
		BPF_JMP | BPF_JA,
		BPF_JMP | BPF_JEQ | BPF_K,
		BPF_JMP | BPF_JSET | BPF_X,
		BPF_RET | BPF_K,
		BPF_RET | BPF_A,
		BPF_RET | BPF_X,
		BPF_MISC | BPF_TAX,
		BPF_MISC | BPF_TXA,
		BPF_LD | BPF_B | BPF_ABS,
		BPF_LD | BPF_W | BPF_IND,
		BPF_LDX | BPF_B | BPF_MSH,
	};
	size_t taken = 0, all = 2000;

	random_state = 88172645463325252;
	for (size_t i = 0; i < all; i++) {
		struct sock_filter code[6];
		struct filter filter = {.code = code, .len = 1 + any(ARRAY_LEN(code))};
		bool kernel;

		for (size_t k = 0; k < filter.len; k++)
			code[k] = (struct sock_filter){
				.code = any(16) ? codes[any(ARRAY_LEN(codes))] : any(256),
				.jt = any(8) ? 0 : any(4),
				.jf = any(8) ? 0 : any(4),
				.k = any(3) ? any(3) * 4 : any(70),
			};
		if (any(8))
			code[filter.len - 1] = (struct sock_filter){.code = BPF_RET | BPF_K,
								    .k = SECCOMP_RET_ALLOW};
		kernel = kernel_takes(&filter);
		cr_assert_eq(filter_check(&filter, NULL) == 0, kernel, "filter %zu", i);
		taken += kernel;
	}
	cr_expect(taken > all / 20 && taken < all * 9 / 10, "%zu of %zu", taken, all);
}
