// SPDX-License-Identifier: BSD-2-Clause
#include "profile/compile.h"
#include "base/log.h"
#include "profile/hazard.h"
#include "profile/outcome.h"
#include "profile/resolve.h"

#include <byteswap.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

static int action_of(enum action action, int errno_value, uint32_t *out, struct err *err)
{
	switch (action) {
	case ACTION_ALLOW:
		*out = SCMP_ACT_ALLOW;
		return 0;
	case ACTION_LOG:
		*out = SCMP_ACT_LOG;
		return 0;
	case ACTION_ERRNO:
		*out = SCMP_ACT_ERRNO(errno_value);
		return 0;
	case ACTION_TRAP:
		*out = SCMP_ACT_TRAP;
		return 0;
	case ACTION_KILL_THREAD:
		*out = SCMP_ACT_KILL_THREAD;
		return 0;
	case ACTION_KILL_PROCESS:
		*out = SCMP_ACT_KILL_PROCESS;
		return 0;
	case ACTION_TRACE:
		*out = SCMP_ACT_TRACE(errno_value);
		return 0;
	case ACTION_NOTIFY:
		*out = SCMP_ACT_NOTIFY;
		return 0;
	default:
		return err_set(err, -EINVAL, "there is no such action");
	}
}

static int needs_none(enum action action, struct err *err)
{
	if (action != ACTION_NOTIFY && action != ACTION_TRACE)
		return 0;
	return err_set(err, -EOPNOTSUPP,
		       "%s needs a supervisor that answers: it cannot be enforced here",
		       action_scmp_name(action));
}

int compile_needs_no_supervisor(const struct profile *profile, struct err *err)
{
	int rc = needs_none(profile->default_action, err);

	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		rc = needs_none(profile->rules[i].action, err);
	return rc;
}

static const enum scmp_compare compares[COMPARE_COUNT] = {
	[COMPARE_EQ] = SCMP_CMP_EQ,
	[COMPARE_NE] = SCMP_CMP_NE,
	[COMPARE_LT] = SCMP_CMP_LT,
	[COMPARE_LE] = SCMP_CMP_LE,
	[COMPARE_GE] = SCMP_CMP_GE,
	[COMPARE_GT] = SCMP_CMP_GT,
	[COMPARE_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

static struct scmp_arg_cmp argument_of(const struct condition *condition)
{
	return (struct scmp_arg_cmp){.arg = condition->index,
				     .op = compares[condition->compare],
				     .datum_a = condition->value,
				     .datum_b = condition->value_two};
}

/* Conditions are one rule of which all must hold, or a rule each of which one is enough. */
static int add_call(scmp_filter_ctx context, const struct rule *rule, uint32_t action, int nr)
{
	struct scmp_arg_cmp all[CONDITION_ARGS];

	if (rule_conditions_are_alternatives(rule)) {
		for (size_t i = 0; i < rule->conditions_len; i++) {
			struct scmp_arg_cmp one = argument_of(&rule->conditions[i]);
			int rc = seccomp_rule_add_array(context, action, nr, 1, &one);

			if (rc)
				return rc;
		}
		return 0;
	}
	for (size_t i = 0; i < rule->conditions_len; i++)
		all[i] = argument_of(&rule->conditions[i]);
	return seccomp_rule_add_array(context, action, nr, rule->conditions_len, all);
}

/*
 * runc and crun start no container then. Multiplexed calls (socketcall, ipc) need not even overlap: libseccomp looks at the subcall in place
 * of their first argument.
 */
static int refuse_second(const char *name, struct err *err)
{
	return err_set(err, -EEXIST,
		       "%s: a rule says of it what an earlier one with another action has said, as libseccomp compares them on one of the architectures; runc and crun refuse such a profile",
		       name);
}

static int add_rule(scmp_filter_ctx context, const struct rule *rule, uint32_t default_action,
		    struct buf *unknown, struct err *err)
{
	uint32_t action;
	int rc = action_of(rule->action, rule->errno_value, &action, err);

	/* a rule that says what the default does anyway is no rule to libseccomp, nor to runtimes */
	if (rc || action == default_action)
		return rc;
	for (size_t i = 0; i < rule->names.len; i++) {
		int nr = seccomp_syscall_resolve_name(rule->names.list[i]);

		if (nr == __NR_SCMP_ERROR) {
			buf__addf(unknown, "%s%s", unknown->len ? " " : "", rule->names.list[i]);
			continue;
		}
		rc = add_call(context, rule, action, nr);
		if (rc == -EEXIST)
			return refuse_second(rule->names.list[i], err);
		if (rc)
			return err_errno(err, rc, "libseccomp refuses the rule for %s",
					 rule->names.list[i]);
	}
	return 0;
}

enum arch compile_machine(const struct profile *profile)
{
	const enum arch native = arch_host(arch_native());
	enum arch first = ARCH_INVALID;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		if (!profile->arches[a])
			continue;
		if (arch_host(a) == native)
			return native;
		if (!first)
			first = arch_host(a);
	}
	return first ? first : native;
}

static int add_arch(scmp_filter_ctx context, enum arch arch, enum arch machine, struct err *err)
{
	const struct scmp_version *installed = seccomp_version();
	int rc;

	if (arch_is_big_endian(arch) != arch_is_big_endian(machine))
		return err_set(err, -ENOTSUP,
			       "%s and %s have different byte orders: libseccomp makes no filter for both, so that a runtime on %s refuses the profile",
			       arch_scmp_name(arch), arch_scmp_name(machine), arch_token(machine));
	if (!arch_is_known(arch))
		return err_set(err, -ENOTSUP,
			       "libseccomp %u.%u.%u, which is installed, does not know %s, and a runtime with it refuses the profile",
			       installed->major, installed->minor, installed->micro,
			       arch_scmp_name(arch));
	rc = seccomp_arch_add(context, arch_scmp_token(arch));
	if (rc && rc != -EEXIST) /* the machine's is there already */
		return err_errno(err, rc, "libseccomp refuses the architecture %s",
				 arch_scmp_name(arch));
	return 0;
}

/* A filter starts with what libseccomp was built for, which is out of place on another machine. */
static int add_arches(scmp_filter_ctx context, const struct profile *profile, enum arch machine,
		      struct err *err)
{
	int rc = machine == arch_native() ? 0 : seccomp_arch_remove(context, seccomp_arch_native());

	if (rc)
		return err_errno(err, rc, "libseccomp makes no filter for %s", arch_token(machine));
	rc = add_arch(context, machine, machine, err);
	for (enum arch a = ARCH_INVALID + 1; !rc && a < ARCH_COUNT; a++)
		if (profile->arches[a])
			rc = add_arch(context, a, machine, err);
	return rc;
}

/* WAIT_KILLABLE_RECV is for NOTIFY alone, which needs a supervisor. */
static int set_flags(scmp_filter_ctx context, const struct profile *profile, struct err *err)
{
	static const enum scmp_filter_attr attributes[FLAG_COUNT] = {
		[FLAG_TSYNC] = SCMP_FLTATR_CTL_TSYNC,
		[FLAG_LOG] = SCMP_FLTATR_CTL_LOG,
		[FLAG_SPEC_ALLOW] = SCMP_FLTATR_CTL_SSB,
	};

	for (enum flag flag = 0; flag < FLAG_WAIT_KILLABLE_RECV; flag++) {
		int rc = profile->flags[flag] ? seccomp_attr_set(context, attributes[flag], 1) : 0;

		if (rc)
			return err_errno(err, rc, "libseccomp refuses the flag %s",
					 flag_name(flag));
	}
	return 0;
}

static int compile(const struct profile *profile, enum arch machine, scmp_filter_ctx *out,
		   struct buf *unknown, struct err *err)
{
	scmp_filter_ctx own_seccomp context = NULL;
	uint32_t default_action;
	int rc = profile_needs_no_host(profile, err);

	if (!rc)
		rc = action_of(profile->default_action, profile->default_errno, &default_action,
			       err);
	if (rc)
		return rc;
	context = seccomp_init(default_action);
	if (!context)
		return err_set(err, -EINVAL, "libseccomp refuses the default action %s",
			       action_scmp_name(profile->default_action));
	rc = add_arches(context, profile, machine, err);
	if (!rc)
		rc = set_flags(context, profile, err);
	for (size_t i = 0; !rc && i < profile->rules_len; i++)
		rc = add_rule(context, &profile->rules[i], default_action, unknown, err);
	/* for people, in one line */
	if (unknown->len)
		log_keep_in_line(unknown->data);
	if (!rc && buf__error(unknown))
		rc = err_errno(err, buf__error(unknown), "cannot compile the profile");
	if (rc)
		return rc;
	*out = steal_ptr(&context);
	return 0;
}

int compile_profile(const struct profile *profile, enum arch machine, scmp_filter_ctx *out,
		    struct buf *unknown, struct err *err)
{
	int rc = profile_needs_no_host(profile, err);

	if (!rc)
		rc = profile_check_hazards(profile, err);
	return rc ? rc : compile(profile, machine, out, unknown, err);
}

static bool is_action(uint32_t value)
{
	const uint32_t data = value & SECCOMP_RET_DATA;

	switch (value & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ERRNO:
		return data <= ERRNO_MAX;
	case SECCOMP_RET_TRACE:
		return true;
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
	case SECCOMP_RET_USER_NOTIF:
	case SECCOMP_RET_TRAP:
	case SECCOMP_RET_KILL_THREAD:
	case SECCOMP_RET_KILL_PROCESS:
		return !data;
	default:
		return false;
	}
}

/*
 * libseccomp exports what the machine would load. But it leaves the returns that it puts into the middle of a long filter in this
 * machine's byte order (2.5.4: on the machine itself there is no difference), and no action is one in both orders.
 */
static void make_ours(struct filter *filter)
{
	filter_swap(filter);
	for (size_t i = 0; i < filter->len; i++) {
		struct sock_filter *code = &filter->code[i];

		if (code->code == (BPF_RET | BPF_K) && !is_action(code->k))
			code->k = bswap_32(code->k);
	}
}

int compile_unchecked(const struct profile *profile, enum arch machine, struct filter *out,
		      struct buf *unknown, struct err *err)
{
	scmp_filter_ctx own_seccomp context = NULL;
	struct filter own_filter filter = {0};
	int own_fd fd = memfd_create("filter", MFD_CLOEXEC);
	struct stat stat;
	int rc;

	if (fd < 0)
		return err_errno(err, -errno, "cannot compile the profile");
	rc = compile(profile, machine, &context, unknown, err);
	if (rc)
		return rc;
	rc = seccomp_export_bpf(context, fd);
	if (rc)
		return err_errno(err, rc, "libseccomp cannot compile the profile");
	if (fstat(fd, &stat))
		return err_errno(err, -errno, "cannot compile the profile");
	filter.len = stat.st_size / sizeof(*filter.code);
	filter.code = calloc(filter.len + 1, sizeof(*filter.code));
	if (!filter.code)
		return err_errno(err, -ENOMEM, "cannot compile the profile");
	if (pread(fd, filter.code, stat.st_size, 0) != stat.st_size)
		return err_set(err, -EIO, "cannot compile the profile: a short read");
	filter.is_foreign = arch_is_big_endian(machine) != arch_is_big_endian(arch_native());
	if (filter.is_foreign)
		make_ours(&filter);
	*out = filter;
	filter = (struct filter){0};
	return 0;
}

int compile_filter(const struct profile *profile, enum arch machine, struct filter *out,
		   struct buf *unknown, struct err *err)
{
	int rc = profile_needs_no_host(profile, err);

	if (!rc)
		rc = profile_check_hazards(profile, err);
	return rc ? rc : compile_unchecked(profile, machine, out, unknown, err);
}

bool compile_knows(const char *name)
{
	return seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR;
}
