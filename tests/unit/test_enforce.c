// SPDX-License-Identifier: BSD-2-Clause
/*
 * An oracle beyond ourselves: the emitted JSON is made into a filter by libseccomp in the way that runc does it, and the
 * filter is run here, instruction by instruction, for every call of every architecture.
 */
#include "profile/derive.h"
#include "profile/emit_oci.h"
#include "calls.h"

#include <ctype.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define NUMBERS       600
#define ANSWER_ALLOW  SECCOMP_RET_ALLOW
#define ANSWER_EPERM  (SECCOMP_RET_ERRNO | 1)
#define ANSWER_ENOSYS (SECCOMP_RET_ERRNO | 38)

/* --- running a filter --- */

struct filter {
	struct sock_filter *code;
	size_t len;
};

static bool jumps(const struct sock_filter *i, uint32_t a)
{
	switch (BPF_OP(i->code)) {
	case BPF_JEQ:
		return a == i->k;
	case BPF_JGT:
		return a > i->k;
	case BPF_JGE:
		return a >= i->k;
	case BPF_JSET:
		return a & i->k;
	default:
		cr_assert_fail("a jump of the unknown kind %#x", i->code);
	}
	return false;
}

static uint32_t run(const struct filter *filter, const struct seccomp_data *data)
{
	uint32_t a = 0;

	for (size_t pc = 0; pc < filter->len; pc++) {
		const struct sock_filter *i = &filter->code[pc];

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			cr_assert_eq(i->code, BPF_LD | BPF_W | BPF_ABS);
			cr_assert_leq(i->k, sizeof(*data) - sizeof(a));
			memcpy(&a, (const char *)data + i->k, sizeof(a));
			break;
		case BPF_ALU:
			cr_assert_eq(i->code, BPF_ALU | BPF_AND | BPF_K);
			a &= i->k;
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				pc += i->k;
			else
				pc += jumps(i, a) ? i->jt : i->jf;
			break;
		case BPF_RET:
			cr_assert_eq(i->code, BPF_RET | BPF_K);
			return i->k;
		default:
			cr_assert_fail("the unknown instruction %#x", i->code);
		}
	}
	cr_assert_fail("the filter does not end");
	return 0;
}

static uint32_t answer(const struct filter *filter, enum arch arch, int64_t nr, uint64_t arg)
{
	struct seccomp_data data = {.nr = (int)nr + arch_number_base(arch),
				    .arch = arch_audit(arch),
				    .args = {arg, 99, 98}};

	return run(filter, &data);
}

Test(interpreter, runs_what_it_should)
{
	/* what a filter that refuses an odd first argument of call 7 looks like */
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 7, 1, 0),
		BPF_STMT(BPF_JMP | BPF_JA, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 1),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, ANSWER_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, ANSWER_EPERM),
	};
	struct filter filter = {code, ARRAY_LEN(code)};

	cr_expect_eq(answer(&filter, ARCH_X86_64, 6, 1), ANSWER_ALLOW);
	cr_expect_eq(answer(&filter, ARCH_X86_64, 7, 1), ANSWER_EPERM);
	cr_expect_eq(answer(&filter, ARCH_X86_64, 7, 2), ANSWER_ALLOW);
	cr_expect_eq(answer(&filter, ARCH_X86_64, 7, 3), ANSWER_EPERM);
}

/* --- making it, as runc does (libcontainer/seccomp) --- */

static const char *text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	cr_assert_not_null(text, "no %s", key);
	return text;
}

static uint32_t action_of(const json_t *json, const char *action_key, const char *errno_key)
{
	const char *action = text_of(json, action_key);

	if (!strcmp(action, "SCMP_ACT_ALLOW"))
		return SCMP_ACT_ALLOW;
	cr_assert_str_eq(action, "SCMP_ACT_ERRNO");
	return SCMP_ACT_ERRNO(json_integer_value(json_object_get(json, errno_key)));
}

/* "SCMP_ARCH_X86_64" to "x86_64" to its number */
static void add_arches(scmp_filter_ctx ctx, const json_t *arches)
{
	for (size_t i = 0; i < json_array_size(arches); i++) {
		const char *name = json_string_value(json_array_get(arches, i));
		char lower[32] = "";
		uint32_t token;
		int rc;

		cr_assert_eq(strncmp(name, "SCMP_ARCH_", 10), 0, "%s", name);
		for (size_t k = 0; name[10 + k] && k < sizeof(lower) - 1; k++)
			lower[k] = tolower((unsigned char)name[10 + k]);
		token = seccomp_arch_resolve_name(lower);
		cr_assert_neq(token, 0, "%s", name);
		rc = seccomp_arch_add(ctx, token);
		cr_assert(rc == 0 || rc == -EEXIST, "%s: %d", name, rc);
	}
}

static void add_rule(scmp_filter_ctx ctx, const json_t *rule, uint32_t default_action)
{
	const json_t *names = json_object_get(rule, "names"), *args = json_object_get(rule, "args");
	uint32_t action = action_of(rule, "action", "errnoRet");

	if (action == default_action)
		return;
	for (size_t i = 0; i < json_array_size(names); i++) {
		int nr = seccomp_syscall_resolve_name(json_string_value(json_array_get(names, i)));
		struct scmp_arg_cmp compare = {.op = SCMP_CMP_EQ};

		if (nr == __NR_SCMP_ERROR)
			continue;
		if (!args) {
			cr_assert_eq(seccomp_rule_add(ctx, action, nr, 0), 0);
			continue;
		}
		cr_assert_eq(json_array_size(args), 1);
		if (!strcmp(text_of(json_array_get(args, 0), "op"), "SCMP_CMP_MASKED_EQ"))
			compare.op = SCMP_CMP_MASKED_EQ;
		else
			cr_assert_str_eq(text_of(json_array_get(args, 0), "op"), "SCMP_CMP_EQ");
		compare.datum_b =
			json_integer_value(json_object_get(json_array_get(args, 0), "valueTwo"));
		compare.arg = json_integer_value(json_object_get(json_array_get(args, 0), "index"));
		compare.datum_a =
			json_integer_value(json_object_get(json_array_get(args, 0), "value"));
		cr_assert_eq(seccomp_rule_add_array(ctx, action, nr, 1, &compare), 0);
	}
}

static struct filter compile(const json_t *json)
{
	uint32_t action = action_of(json, "defaultAction", "defaultErrnoRet");
	const json_t *rules = json_object_get(json, "syscalls");
	scmp_filter_ctx ctx = seccomp_init(action);
	int own_fd fd = memfd_create("filter", MFD_CLOEXEC);
	struct filter filter = {0};
	struct stat st;

	cr_assert_not_null(ctx);
	add_arches(ctx, json_object_get(json, "architectures"));
	for (size_t i = 0; i < json_array_size(rules); i++)
		add_rule(ctx, json_array_get(rules, i), action);
	cr_assert_eq(seccomp_export_bpf(ctx, fd), 0);
	seccomp_release(ctx);
	cr_assert_eq(fstat(fd, &st), 0);
	filter.code = malloc(st.st_size);
	filter.len = st.st_size / sizeof(*filter.code);
	cr_assert_eq(pread(fd, filter.code, st.st_size, 0), st.st_size);
	cr_assert_leq(filter.len, BPF_MAXINSNS, "the kernel takes no filter so long");
	return filter;
}

/* --- what it should answer --- */

/* Rules 1 and 3 of a profile, stated once more. */
static const char *const baseline[] = {
	"execve",        "exit",
	"exit_group",    "restart_syscall",
	"rt_sigreturn",  "sigreturn",
	"clock_getres",  "clock_getres_time64",
	"clock_gettime", "clock_gettime64",
	"gettimeofday",  "getcpu",
	"time",
};

struct name_list {
	char *name[1024];
	size_t len;
};

static bool has(const struct name_list *names, const char *name)
{
	for (size_t i = 0; i < names->len; i++)
		if (!strcmp(names->name[i], name))
			return true;
	return false;
}

/* Takes the name. */
static void add(struct name_list *names, char *name)
{
	if (!name || has(names, name) || names->len == ARRAY_LEN(names->name))
		free(name);
	else
		names->name[names->len++] = name;
}

static void clear(struct name_list *names)
{
	while (names->len)
		free(names->name[--names->len]);
}

static bool is_multiplexer(enum arch arch, int64_t nr)
{
	return arch == ARCH_X86 && (nr == 102 || nr == 117);
}

static char *their_name(enum arch arch, int64_t nr)
{
	return seccomp_syscall_resolve_num_arch(arch_scmp_token(arch),
						(int)nr + arch_number_base(arch));
}

/* A subcall may be made if it was seen, or if the direct call of its name is allowed: so libseccomp has it. */
static bool subcall_allowed(const struct syscall_set *set, const struct name_list *allowed,
			    int64_t nr, uint32_t sub)
{
	char *own_ptr name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_X86,
							      (nr == 102 ? -100 : -200) - (int)sub);

	return syscall_set__has(set, &(struct syscall){ARCH_X86, nr, sub}) ||
	       (sub && name && has(allowed, name));
}

static struct name_list names_allowed(const struct syscall_set *set)
{
	struct name_list allowed = {0};
	struct syscall call = {0};

	for (size_t i = 0; i < ARRAY_LEN(baseline); i++)
		add(&allowed, strdup(baseline[i]));
	while (syscall_set__next(set, &call))
		if (!is_multiplexer(call.arch, call.nr))
			add(&allowed, their_name(call.arch, call.nr));
	return allowed;
}

/* The names that answer ENOSYS are read from the profile; which those should be, test_derive tells. */
static struct name_list names_enosys(const json_t *json)
{
	const json_t *rules = json_object_get(json, "syscalls");
	struct name_list enosys = {0};

	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *rule = json_array_get(rules, i),
			     *names = json_object_get(rule, "names");

		if (action_of(rule, "action", "errnoRet") != SCMP_ACT_ERRNO(38))
			continue;
		for (size_t n = 0; n < json_array_size(names); n++)
			add(&enosys, strdup(json_string_value(json_array_get(names, n))));
	}
	return enosys;
}

struct expected {
	const struct syscall_set *set;
	struct name_list allowed, enosys;
};

static uint32_t expected_answer(const struct expected *e, enum arch arch, int64_t nr)
{
	char *own_ptr name = their_name(arch, nr);

	if (name && has(&e->allowed, name))
		return ANSWER_ALLOW;
	return name && has(&e->enosys, name) ? ANSWER_ENOSYS : ANSWER_EPERM;
}

static size_t check_number(const struct filter *filter, const struct expected *e, enum arch arch,
			   int64_t nr)
{
	uint32_t want, got;

	if (!is_multiplexer(arch, nr)) {
		want = expected_answer(e, arch, nr);
		got = answer(filter, arch, nr, 1);
		cr_expect_eq(got, want, "%s %ld: %#x instead of %#x", arch_token(arch), (long)nr,
			     got, want);
		return want == ANSWER_ALLOW;
	}
	for (uint32_t sub = 0; sub < 26; sub++) {
		want = subcall_allowed(e->set, &e->allowed, nr, sub) ? ANSWER_ALLOW : ANSWER_EPERM;
		got = answer(filter, arch, nr, sub);
		cr_expect_eq(got, want, "%ld with subcall %u: %#x instead of %#x", (long)nr, sub,
			     got, want);
	}
	return 0;
}

/* Derives, emits, compiles and tries every call; returns how many are allowed. */
static size_t enforce(const struct syscall_set *set)
{
	struct expected e = {.set = set, .allowed = names_allowed(set)};
	struct profile own_profile profile = {0};
	struct derive_options options = {0};
	struct buf own_buf text = BUF_INIT;
	struct filter filter;
	size_t allowed = 0;
	json_t *json;

	cr_assert_eq(derive_profile(set, &options, &profile, NULL, NULL), 0);
	cr_assert_eq(emit_oci(&profile, &text, NULL), 0);
	json = json_loads(buf__text(&text), 0, NULL);
	cr_assert_not_null(json);
	e.enosys = names_enosys(json);
	filter = compile(json);
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		if (!syscall_set__has_arch(set, a))
			continue;
		for (int64_t n = 0; n < NUMBERS; n++)
			allowed += check_number(&filter, &e, a, n);
		for (int64_t n = 0xf0000; a == ARCH_ARM && n < 0xf0008; n++)
			allowed += check_number(&filter, &e, a, n);
	}
	free(filter.code);
	json_decref(json);
	clear(&e.allowed);
	clear(&e.enosys);
	return allowed;
}

/* 24 that ls calls and 8 of the baseline */
Test(enforce, ls)
{
	struct syscall_set set = set_of(CALLS(CALLS_OF_LS));

	cr_expect_eq(enforce(&set), 24 + 8);
}

Test(enforce, sets)
{
	const struct {
		const struct syscall *calls;
		size_t len;
	} rows[] = {
		{CALLS({ARCH_X86_64, 39, 0})},
		{CALLS(CALLS_OF_LS, CALLS_OF_I386)},
		{CALLS(CALLS_OF_I386)},
		{CALLS({ARCH_X86, 20, 0})},
		{CALLS({ARCH_X86, 102, 1})},
		{CALLS({ARCH_X86, 117, 24}, {ARCH_X86, 117, 1})},
		{CALLS({ARCH_X86_64, 41, 0}, {ARCH_X86_64, 29, 0}, {ARCH_X86, 102, 2})},
		{CALLS(CALLS_OF_X32)},
		{CALLS(CALLS_OF_LS, CALLS_OF_X32)},
		{CALLS(CALLS_OF_LS, CALLS_OF_I386, CALLS_OF_X32)},
		{CALLS(CALLS_OF_ARM)},
		{CALLS({ARCH_AARCH64, 172, 0})},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct syscall_set set = set_of(rows[i].calls, rows[i].len);

		cr_expect_gt(enforce(&set), 0);
	}
}

/* Each subcall alone: it is allowed, no other is. */
Test(enforce, each_subcall_alone)
{
	for (uint32_t sub = 0; sub < 26; sub++) {
		struct syscall_set socketcall = set_of(CALLS({ARCH_X86, 102, sub}));
		struct syscall_set ipc = set_of(CALLS({ARCH_X86, 117, sub}));

		enforce(&socketcall);
		enforce(&ipc);
	}
}

Test(enforce, random_sets)
{
	static const enum arch families[][3] = {{ARCH_X86_64, ARCH_X86, ARCH_X32},
						{ARCH_AARCH64, ARCH_ARM, ARCH_ARM},
						{ARCH_X86_64, ARCH_X86, ARCH_X86}};

	srandom(11);
	for (int round = 0; round < 24; round++) {
		struct syscall_set set = {0};

		for (int k = random() % 200; k >= 0; k--) {
			struct syscall call = {.arch = families[round % 3][random() % 3],
					       .nr = random() % 480,
					       .sub = random() % 26};

			cr_assert(syscall_set__add(&set, &call));
		}
		cr_expect_gt(enforce(&set), 0);
	}
}
