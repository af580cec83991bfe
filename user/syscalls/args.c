// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/args.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define INT   0xffffffffULL /* the kernel takes 32 bits */
#define LONG  UINT64_MAX
#define TYPE  (INT & ~0x80800ULL) /* without SOCK_CLOEXEC and SOCK_NONBLOCK */
#define NS    0x7e020000ULL       /* CLONE_NEW*: the rest decides between process and thread */
#define WX    0x6ULL              /* PROT_WRITE and PROT_EXEC: may code be made? */
#define FUTEX (INT & ~0x180ULL)   /* without FUTEX_PRIVATE_FLAG and FUTEX_CLOCK_REALTIME */

#define VALUE(index, mask, names)                                                                  \
	{                                                                                          \
		mask, names, NULL, index, false                                                    \
	}
#define FLAGS(index, mask, names)                                                                  \
	{                                                                                          \
		mask, names, NULL, index, true                                                     \
	}
#define VALUE_WITH(index, mask, names, others)                                                     \
	{                                                                                          \
		mask, names, others, index, false                                                  \
	}
#define FLAGS_WITH(index, mask, names, others)                                                     \
	{                                                                                          \
		mask, names, others, index, true                                                   \
	}

/* A call has one row an architecture: the first that fits. */
static const struct arg_row rows[] = {
	{"socket",
	 true,
	 false,
	 0,
	 {VALUE(0, INT, names_family), VALUE_WITH(1, TYPE, names_socket_type, names_socket_flags),
	  VALUE(2, INT, NULL)}},
	{"socketpair",
	 true,
	 false,
	 0,
	 {VALUE(0, INT, names_family), VALUE_WITH(1, TYPE, names_socket_type, names_socket_flags),
	  VALUE(2, INT, NULL)}},
	/* CONFIG_CLONE_BACKWARDS2: the stack comes first */
	{"clone",
	 true,
	 false,
	 ARCH_BIT(ARCH_S390X) | ARCH_BIT(ARCH_S390),
	 {FLAGS_WITH(1, NS, names_clone, names_signal)}},
	{"clone", true, false, 0, {FLAGS_WITH(0, NS, names_clone, names_signal)}},
	{"clone3", true, true, 0, {{0}}},
	{"unshare", true, false, 0, {FLAGS(0, INT, names_clone)}},
	{"setns", true, false, 0, {FLAGS(1, INT, names_clone)}},
	{"prctl", true, false, 0, {VALUE(0, INT, names_prctl)}},
	{"arch_prctl", true, false, 0, {VALUE(0, INT, names_arch_prctl)}},
	{"ioctl", true, false, 0, {VALUE(1, INT, names_ioctl)}},
	{"personality", true, false, 0, {FLAGS(0, INT, names_personality)}},
	{"setsockopt", true, false, 0, {VALUE(1, INT, names_level), VALUE(2, INT, NULL)}},
	{"getsockopt", false, false, 0, {VALUE(1, INT, names_level), VALUE(2, INT, NULL)}},
	/* old_mmap takes a pointer to all of its arguments */
	{"mmap",
	 true,
	 true,
	 ARCH_BIT(ARCH_X86) | ARCH_BIT(ARCH_ARM) | ARCH_BIT(ARCH_M68K) | ARCH_BIT(ARCH_S390X) |
		 ARCH_BIT(ARCH_S390),
	 {{0}}},
	{"mmap", true, false, 0, {FLAGS(2, WX, names_prot)}},
	{"mmap2", true, false, 0, {FLAGS(2, WX, names_prot)}},
	{"mprotect", true, false, 0, {FLAGS(2, WX, names_prot)}},
	{"pkey_mprotect", true, false, 0, {FLAGS(2, WX, names_prot)}},
	{"keyctl", true, false, 0, {VALUE(0, INT, names_keyctl)}},
	{"bpf", true, false, 0, {VALUE(0, INT, names_bpf)}},
	{"ptrace", true, false, 0, {VALUE(0, LONG, names_ptrace)}},
	{"seccomp",
	 true,
	 false,
	 0,
	 {VALUE(0, INT, names_seccomp), FLAGS(1, INT, names_seccomp_flags)}},
	{"quotactl", true, false, 0, {VALUE(0, INT, NULL)}},
	{"quotactl_fd", true, false, 0, {VALUE(1, INT, NULL)}},
	{"mount", true, false, 0, {FLAGS(3, LONG, names_mount)}},
	{"umount2", true, false, 0, {FLAGS(1, INT, names_umount)}},
	{"memfd_create", true, false, 0, {FLAGS(1, INT, names_memfd)}},
	{"io_uring_setup", true, true, 0, {{0}}},
	{"openat2", true, true, 0, {{0}}},
	{"fcntl", false, false, 0, {VALUE(1, INT, names_fcntl)}},
	{"fcntl64", false, false, 0, {VALUE(1, INT, names_fcntl)}},
	{"madvise", false, false, 0, {VALUE(2, INT, names_madvise)}},
	{"futex", false, false, 0, {VALUE_WITH(1, FUTEX, names_futex, names_futex_flags)}},
	{"futex_time64", false, false, 0, {VALUE_WITH(1, FUTEX, names_futex, names_futex_flags)}},
	{"kill", false, false, 0, {VALUE(1, INT, names_signal)}},
	{"tkill", false, false, 0, {VALUE(1, INT, names_signal)}},
	{"tgkill", false, false, 0, {VALUE(2, INT, names_signal)}},
	{"rt_sigqueueinfo", false, false, 0, {VALUE(1, INT, names_signal)}},
	{"rt_tgsigqueueinfo", false, false, 0, {VALUE(2, INT, names_signal)}},
	{"pidfd_send_signal", false, false, 0, {VALUE(1, INT, names_signal), FLAGS(3, INT, NULL)}},
	{"prlimit64", false, false, 0, {VALUE(1, INT, names_resource)}},
	{"setrlimit", false, false, 0, {VALUE(0, INT, names_resource)}},
	{"epoll_ctl", false, false, 0, {VALUE(1, INT, names_epoll)}},
	{"shmat", false, false, 0, {FLAGS(2, INT, names_shm)}},
	{"syslog", false, false, 0, {VALUE(0, INT, NULL)}},
	{"reboot", false, false, 0, {VALUE(2, INT, NULL)}},
	{"userfaultfd", false, false, 0, {FLAGS(0, INT, NULL)}},
	{"perf_event_open", false, false, 0, {FLAGS(4, LONG, NULL)}},
	{"membarrier", false, false, 0, {VALUE(0, INT, NULL)}},
};

const struct arg_row *args_row_at(size_t i)
{
	return i < ARRAY_LEN(rows) ? &rows[i] : NULL;
}

const struct arg_row *args_row(enum arch arch, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (!strcmp(rows[i].name, name) &&
		    (!rows[i].arches || rows[i].arches & ARCH_BIT(arch)))
			return &rows[i];
	return NULL;
}

void arg_plan_clear(struct arg_plan *plan)
{
	tuples_list_clear(&plan->calls);
}

static int plan_add(struct arg_plan *plan, const struct syscall *call,
		    const uint64_t masks[TUPLE_ARGS], bool memory, struct err *err)
{
	struct tuples *tuples = tuples_find(&plan->calls, call);

	for (size_t i = 0; tuples && i < TUPLE_ARGS; i++)
		tuples->masks[i] |= masks[i];
	if (!tuples && plan->calls.len == ARGS_PLAN_MAX)
		return err_set(err, -EINVAL, "--args names more than %d calls", ARGS_PLAN_MAX);
	if (!tuples)
		tuples = tuples_make(&plan->calls, call, masks);
	if (!tuples)
		return err_errno(err, -ENOMEM, "cannot plan --args");
	if (memory)
		tuples_open(tuples, OPEN_MEMORY);
	return 0;
}

/* What i386 programs may make the call by, too: its arguments are in memory there. */
static int plan_subcalls(struct arg_plan *plan, const char *name, struct err *err)
{
	static const int64_t numbers[] = {NR_SOCKETCALL, NR_IPC};
	static const uint64_t none[TUPLE_ARGS] = {0};
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		for (uint32_t sub = 0; !rc && sub < SET_SUBCALLS / 2; sub++) {
			struct syscall call = {ARCH_X86, numbers[i], sub};
			const char *subname = syscall_subname(&call);

			if (subname && !strcmp(subname, name))
				rc = plan_add(plan, &call, none, true, err);
		}
	}
	return rc;
}

/* `wanted`: the indices, as bits; 0: those that the table has. */
static int plan_on(struct arg_plan *plan, enum arch arch, const char *name, unsigned int wanted,
		   bool *exists, struct err *err)
{
	const struct arg_row *row = args_row(arch, name);
	struct syscall call = {.arch = arch};
	uint64_t masks[TUPLE_ARGS] = {0};

	if (arch == ARCH_INVALID || !syscall_resolve(arch, name, &call.nr))
		return 0;
	*exists = true;
	for (unsigned int i = 0; i < TUPLE_ARGS; i++)
		if (wanted >> i & 1)
			masks[i] = LONG;
	for (size_t i = 0; row && i < ARG_ROW_ARGS; i++) {
		const struct arg *arg = &row->args[i];

		if (arg->mask && (!wanted || wanted >> arg->index & 1))
			masks[arg->index] = arg->mask;
	}
	if (!row && !wanted)
		return err_set(err, -EINVAL,
			       "--args: whittle does not know which arguments of %s matter: say so, as in %s:1",
			       name, name);
	return plan_add(plan, &call, masks, row && row->memory, err);
}

static int no_call(enum arch native, const char *name, struct err *err)
{
	struct spelling spelling = {.word = name};

	/* a thousand names, for those who read it */
	if (err)
		syscall_spell(native, &spelling);
	return err_set(err, -EINVAL, "--args: there is no syscall '%s'%s", name,
		       spelling_hint(&spelling, ""));
}

int arg_plan_add(struct arg_plan *plan, enum arch native, const char *name, unsigned int indices,
		 struct err *err)
{
	const enum arch arches[] = {native, arch_compat(native),
				    native == ARCH_X86_64 ? ARCH_X32 : ARCH_INVALID};
	bool exists = false;
	int rc = 0;

	if (!strcmp(name, "execve") || !strcmp(name, "execveat"))
		return err_set(err, -EINVAL,
			       "--args: the arguments of %s are gone when it succeeds", name);
	for (size_t i = 0; !rc && i < ARRAY_LEN(arches); i++)
		rc = plan_on(plan, arches[i], name, indices, &exists, err);
	if (!rc && !exists)
		return no_call(native, name, err);
	return rc || arches[1] != ARCH_X86 ? rc : plan_subcalls(plan, name, err);
}

static int plan_set(struct arg_plan *plan, enum arch native, bool all, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(rows); i++) {
		if (!all && !rows[i].usual)
			continue;
		rc = arg_plan_add(plan, native, rows[i].name, 0, NULL);
		if (rc == -EINVAL) /* a call of other machines */
			rc = 0;
	}
	return rc ? err_errno(err, rc, "cannot plan --args") : 0;
}

/* NAME[:INDEX...]; changes `word`. */
static int plan_word(struct arg_plan *plan, enum arch native, char *word, struct err *err)
{
	char *rest = word, *name = strsep(&rest, ":"), *index;
	unsigned int wanted = 0;

	if (!rest && (!strcmp(name, "default") || !strcmp(name, "all")))
		return plan_set(plan, native, *name == 'a', err);
	while ((index = strsep(&rest, ":"))) {
		if (*index < '0' || *index > '5' || index[1])
			return err_set(err, -EINVAL,
				       "--args: '%s' is no argument of %s: they are 0 to 5", index,
				       name);
		wanted |= 1u << (*index - '0');
	}
	return arg_plan_add(plan, native, name, wanted, err);
}

int arg_plan_parse(const char *list, enum arch native, struct arg_plan *out, struct err *err)
{
	struct arg_plan own_arg_plan plan = {.cap = ARGS_CAP_DEFAULT};
	char *own_ptr copy = strdup(list);
	char *rest = copy, *word;
	int rc = copy ? 0 : err_errno(err, -ENOMEM, "cannot plan --args");

	while (!rc && (word = strsep(&rest, ",")))
		rc = plan_word(&plan, native, word, err);
	if (rc)
		return rc;
	*out = plan;
	plan = (struct arg_plan){0};
	return 0;
}

int arg_plan_widen(const struct arg_plan *plan, struct arg_plan *out)
{
	out->cap = plan->cap;
	for (size_t i = 0; i < plan->calls.len; i++) {
		const struct tuples *call = &plan->calls.calls[i];
		uint64_t masks[TUPLE_ARGS];
		struct tuples *wide;

		for (size_t k = 0; k < TUPLE_ARGS; k++)
			masks[k] = call->masks[k] ? LONG : 0;
		wide = tuples_make(&out->calls, &call->call, masks);
		if (!wide)
			return -ENOMEM;
		if (call->open)
			tuples_open(wide, call->open);
	}
	return 0;
}

/* --- for people --- */

static const struct arg *find_arg(const struct syscall *call, unsigned int index)
{
	char name[SYSCALL_NAME_LEN];
	const struct arg_row *row = syscall_name(call, name) ? args_row(call->arch, name) : NULL;

	for (size_t i = 0; row && i < ARG_ROW_ARGS; i++)
		if (row->args[i].mask && row->args[i].index == index)
			return &row->args[i];
	return NULL;
}

/* Of what the table does not have. */
static const struct arg nameless;

/* NULL: it has none. */
static const char *name_of(const struct arg_name *names, uint64_t value)
{
	for (; names && names->name; names++)
		if (names->value == value)
			return names->name;
	return NULL;
}

/* All bits that have a name. */
static uint64_t bits_of(const struct arg_name *names)
{
	uint64_t bits = 0;

	for (; names && names->name; names++)
		bits |= names->value;
	return bits;
}

/* What no flag is may be one of `others`. */
static void flags_text(const struct arg_name *names, const struct arg_name *others, uint64_t value,
		       struct buf *out)
{
	const char *before = "", *other;

	for (; names && names->name; names++) {
		if (!names->value || (value & names->value) != names->value)
			continue;
		buf__addf(out, "%s%s", before, names->name);
		value &= ~names->value;
		before = "|";
	}
	other = value ? name_of(others, value) : NULL;
	if (other)
		buf__addf(out, "%s%s", before, other);
	else if (value || !*before)
		buf__addf(out, value ? "%s%#" PRIx64 : "%s%" PRIu64, before, value);
}

/* "AF_INET", "CLONE_NEWNS|CLONE_NEWUSER", "SOCK_STREAM|SOCK_CLOEXEC", "0x7". `mask`: the bits that are known. */
static void add_value_text(const struct syscall *call, unsigned int index, uint64_t mask,
			   uint64_t value, struct buf *out)
{
	const struct arg *arg = find_arg(call, index) ?: &nameless;
	const uint64_t beside = arg->flags ? 0 : value & bits_of(arg->others);
	const char *name = name_of(arg->names, value & ~beside);

	if (arg->flags) {
		flags_text(arg->names, arg->others, value, out);
	} else if (name) {
		buf__addf(out, "%s%s", name, beside ? "|" : "");
		if (beside)
			flags_text(arg->others, NULL, beside, out);
	} else if ((mask & INT) == mask && (value & 0x80000000) && value >= 0xfffff000) {
		buf__addf(out, "%d", (int)value); /* a small negative number */
	} else {
		buf__addf(out, value < 10 ? "%" PRIu64 : "%#" PRIx64, value);
	}
}

bool args_call(const bool arches[ARCH_COUNT], const char *name, struct syscall *out)
{
	const struct arg_row *row = NULL;
	bool found = false;

	for (enum arch arch = ARCH_INVALID + 1; arch < ARCH_COUNT; arch++) {
		struct syscall call = {.arch = arch};

		if (!arches[arch] || !syscall_resolve(arch, name, &call.nr))
			continue;
		if (found && args_row(arch, name) != row)
			return false;
		row = args_row(arch, name);
		*out = call;
		found = true;
	}
	return found;
}

/* Has each of the bits a name, which is more than a number? */
static bool are_flags(const struct arg_name *names, uint64_t bits)
{
	for (; names->name; names++)
		if ((bits & names->value) == names->value && !isdigit(*names->name))
			bits &= ~names->value;
	return !bits;
}

/* Not more than two bits may be either way. */
static void match_values(const struct syscall *call, const struct arg *arg, uint64_t mask,
			 uint64_t value, struct buf *out)
{
	const uint64_t beside = bits_of(arg->others);
	uint64_t open = arg->mask & ~mask, bits = 0;
	struct buf own_buf text = BUF_INIT;
	bool named = false;

	if (value & ~(arg->mask | beside) || __builtin_popcountll(open) > 2)
		return;
	do {
		buf__addf(&text, "%s", text.len ? " or " : "");
		add_value_text(call, arg->index, arg->mask, value | bits, &text);
		named |= name_of(arg->names, (value | bits) & ~beside) != NULL;
		bits = (bits - open) & open; /* the next number of these bits */
	} while (bits);
	if (named)
		buf__addf(out, "%s", buf__text(&text));
}

static void match_flags(const struct arg_name *names, uint64_t mask, uint64_t value,
			struct buf *out)
{
	const uint64_t flags = value ? value : mask;

	if (!flags || !are_flags(names, flags))
		return;
	buf__addf(out, "%s", value ? "" : "none of ");
	flags_text(names, NULL, flags, out);
}

void args_match_text(const struct syscall *call, unsigned int index, uint64_t mask, uint64_t value,
		     struct buf *out)
{
	const struct arg *arg = find_arg(call, index);

	if (!arg || !arg->names || value & ~mask)
		return;
	if (arg->flags)
		match_flags(arg->names, mask, value, out);
	else if (mask && !(mask & ~bits_of(arg->others)))
		match_flags(arg->others, mask, value, out);
	else
		match_values(call, arg, mask, value, out);
}

static bool name_parse(const struct arg_name *names, const char *text, uint64_t *value)
{
	for (; names && names->name; names++) {
		if (strcmp(names->name, text))
			continue;
		*value = names->value;
		return true;
	}
	return false;
}

static bool number_parse(const char *text, uint64_t *value)
{
	char *end;

	errno = 0;
	*value = strtoull(text, &end, 0);
	return !errno && end != text && !*end;
}

/* Neither a number nor one of the names. */
static int no_value(const struct syscall *call, const struct arg *arg, const char *text,
		    struct err *err)
{
	const struct arg_name *tables[] = {arg->names, arg->others};
	struct spelling spelling = {.word = text};
	char name[SYSCALL_NAME_LEN];

	if (!syscall_name(call, name))
		snprintf(name, sizeof(name), "%" PRId64, call->nr);
	for (size_t i = 0; i < ARRAY_LEN(tables); i++)
		for (const struct arg_name *n = tables[i]; n && n->name; n++)
			spelling_try(&spelling, n->name);
	return err_set(err, -EINVAL,
		       "argument '%s' is not a number of 64 bits, nor a name that %s has for it%s",
		       text, name, spelling_hint(&spelling, ""));
}

int args_value_parse(const struct syscall *call, unsigned int index, const char *text,
		     uint64_t *value, struct err *err)
{
	const struct arg *arg = find_arg(call, index) ?: &nameless;
	char *own_ptr copy = strdup(text);
	char *rest = copy, *word;
	uint64_t all = 0, one;

	if (!copy)
		return err_errno(err, -ENOMEM, "cannot read an argument");
	while ((word = strsep(&rest, "|"))) {
		if (!name_parse(arg->names, word, &one) && !name_parse(arg->others, word, &one) &&
		    !number_parse(word, &one))
			return no_value(call, arg, word, err);
		all |= one;
	}
	*value = all;
	return 0;
}

void args_call_text(const struct syscall *call, const uint64_t masks[TUPLE_ARGS],
		    const uint64_t values[TUPLE_ARGS], struct buf *out)
{
	char name[SYSCALL_NAME_LEN];
	unsigned int last = 0;

	if (!syscall_name(call, name))
		snprintf(name, sizeof(name), "%" PRId64, call->nr);
	for (unsigned int i = 0; i < TUPLE_ARGS; i++)
		if (masks[i])
			last = i;
	buf__addf(out, "%s(", name);
	for (unsigned int i = 0; i <= last; i++) {
		buf__addf(out, "%s", i ? ", " : "");
		if (masks[i])
			add_value_text(call, i, masks[i], values[i], out);
		else
			buf__addf(out, "*");
	}
	buf__addf(out, ")");
}
