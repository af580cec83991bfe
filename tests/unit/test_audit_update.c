// SPDX-License-Identifier: BSD-2-Clause
/* Denials of which more is known than a log says, each with the file before and what must be in it afterwards. */
#include "cli/audit_update.h"
#include "base/fs.h"
#include "base/log.h"
#include "profile/evaluate.h"
#include "profile/parse.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>

TestSuite(audit_update, .init = directory_make, .fini = directory_remove);

#define HEAD        "{\"defaultAction\": \"SCMP_ACT_ERRNO\", "
#define X64         "\"architectures\": [\"SCMP_ARCH_X86_64\"], "
#define RULES(text) "\"syscalls\": [" text "]}"

static struct denial denied(enum arch arch, const char *name, enum denial_action action, int error)
{
	struct denial denial = {.call.arch = arch, .action = action, .error = error, .count = 1};

	cr_assert(syscall_resolve(arch, name, &denial.call.nr), "%s", name);
	return denial;
}

/* Returns what audit_update() does; the file is then in *text, and what it means in *out. */
static int update_all(const char *before, const struct denials *denials, bool enosys,
		      struct buf *text, struct profile *out)
{
	struct file_options file = {.arch = "x86_64", .kernel = "6.1", .quiet = true};
	const char *path = make_file("p.json", before, 0644);
	struct audit_update wanted = {path, NULL, enosys, NULL, &file, BUF_INIT};
	const struct arg_plan plan = {0};
	struct err err = {0};
	int rc;

	log_set_level(LOG_LEVEL_ERROR);
	rc = audit_update(&wanted, denials, &plan, &err);
	cr_assert_eq(rc, err.code, "%s", err.text);
	cr_assert_eq(fs_read(AT_FDCWD, path, 1 << 20, text, &err), rc, "%s", err.text);
	if (!rc)
		cr_assert_eq(profile_file_parse(path, text, &file, out, &err), 0, "%s", err.text);
	return rc;
}

static int update(const char *before, const struct denial *denial, bool enosys, struct buf *text,
		  struct profile *out)
{
	struct denials own_denials denials = {0};

	cr_assert_eq(denials_add(&denials, denial), 0);
	return update_all(before, &denials, enosys, text, out);
}

static enum action action_of(const struct profile *profile, const struct denial *denial,
			     uint64_t first)
{
	uint64_t args[6] = {first};

	return evaluate(profile, &denial->call, args).outcome.action;
}

#define UPDATE(before, denial, enosys)                                                             \
	struct profile own_profile profile = {0};                                                  \
	struct buf own_buf text = BUF_INIT;                                                        \
	cr_assert_eq(update(before, denial, enosys, &text, &profile), 0)

/* i386's subcalls are allowed one by one, where it is known which one it was. */
Test(audit_update, subcall)
{
	struct denial denial = denied(ARCH_X86, "socketcall", DENIAL_ERRNO, EPERM);

	denial.call.sub = 1;
	UPDATE(HEAD X64 RULES(""), &denial, false);
	cr_assert(profile.arches[ARCH_X86] && profile.arches[ARCH_X86_64]);
	cr_assert_eq(action_of(&profile, &denial, 1), ACTION_ALLOW);
	cr_assert_eq(action_of(&profile, &denial, 2), ACTION_ERRNO);
}

Test(audit_update, subcall_with_a_mask)
{
	struct denial denial = denied(ARCH_X86, "ipc", DENIAL_ERRNO, EPERM);

	denial.call.sub = 2;
	/* refused without conditions: that would decide before one with */
	UPDATE(HEAD RULES(
		       "{\"names\": [\"ipc\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}"),
	       &denial, false);
	cr_assert(profile.arches[ARCH_X86] && profile.arches[ARCH_X86_64]);
	cr_assert_eq(action_of(&profile, &denial, 0x10002), ACTION_ALLOW);
	cr_assert_eq(action_of(&profile, &denial, 0x10003), ACTION_ERRNO);
}

#define SOCKET                                                                                     \
	"{\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]}"

/* What its conditions allow was denied by another filter. */
Test(audit_update, allowed_by_condition)
{
	struct denial denial = denied(ARCH_X86_64, "socket", DENIAL_ERRNO, EPERM);

	denial.args_known = true;
	denial.args[0] = 1;
	UPDATE(HEAD X64 RULES(SOCKET), &denial, false);
	cr_assert_str_eq(buf__text(&text), HEAD X64 RULES(SOCKET), "not touched");
}

Test(audit_update, refused_by_condition)
{
	struct denial denial = denied(ARCH_X86_64, "socket", DENIAL_ERRNO, EPERM);

	denial.args_known = true;
	denial.args[0] = 2;
	UPDATE(HEAD X64 RULES(SOCKET), &denial, false);
	cr_assert_eq(action_of(&profile, &denial, 2), ACTION_ALLOW);
	cr_assert_eq(action_of(&profile, &denial, 3), ACTION_ALLOW, "allowed whole");
}

/* An architecture lets in all that the profile allows: it is not listed for a call that is not added. */
Test(audit_update, architecture_of_what_is_not_added)
{
	struct denial supervised = denied(ARCH_X86, "mkdir", DENIAL_ERRNO, EPERM);
	struct denial enosys = denied(ARCH_X86, "clone3", DENIAL_ERRNO, 0);

	{
		static const char before[] =
			HEAD X64 RULES("{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_NOTIFY\"}");
		UPDATE(before, &supervised, false);
		cr_assert_str_eq(buf__text(&text), before, "not touched");
	}
	{
		static const char before[] = HEAD X64 RULES(
			"{\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}");
		UPDATE(before, &enosys, false);
		cr_assert_str_eq(buf__text(&text), before, "not touched");
	}
}

/* What one denial has had allowed is allowed on the architecture of the next, too. */
Test(audit_update, architecture_of_what_was_just_added)
{
	struct denial first = denied(ARCH_X86_64, "mkdir", DENIAL_ERRNO, EPERM);
	struct denial second = denied(ARCH_X86, "mkdir", DENIAL_ERRNO, EPERM);
	struct denials own_denials both = {0};
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;

	cr_assert_eq(denials_add(&both, &first), 0);
	cr_assert_eq(denials_add(&both, &second), 0);
	cr_assert_eq(update_all(HEAD X64 RULES(""), &both, false, &text, &profile), 0);
	cr_assert_eq(action_of(&profile, &first, 0), ACTION_ALLOW);
	cr_assert_eq(action_of(&profile, &second, 0), ACTION_ALLOW);
}

/* A name that is allowed, on an architecture that is not. */
Test(audit_update, architecture)
{
	struct denial denial = denied(ARCH_X32, "read", DENIAL_KILL_THREAD, 0);

	UPDATE(HEAD X64 RULES("{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\"}"), &denial,
	       false);
	cr_assert(profile.arches[ARCH_X32]);
	cr_assert_eq(action_of(&profile, &denial, 0), ACTION_ALLOW);
	cr_assert_eq(profile.rules_len, 1);
}

Test(audit_update, architecture_of_a_map)
{
	struct denial denial = denied(ARCH_X86, "getppid", DENIAL_KILL_THREAD, 0);

	UPDATE(HEAD
	       "\"archMap\": [{\"architecture\": \"SCMP_ARCH_AARCH64\", \"subArchitectures\": [\"SCMP_ARCH_ARM\"]}, "
	       "{\"architecture\": \"SCMP_ARCH_X86_64\", \"subArchitectures\": null}], " RULES(
		       "{\"names\": [\"read\"], \"action\": \"SCMP_ACT_ALLOW\", \"includes\": {\"arches\": [\"amd64\"]}}"),
	       &denial, false);
	cr_assert(profile.arches[ARCH_X86] && profile.arches[ARCH_X86_64]);
	cr_assert_eq(action_of(&profile, &denial, 0), ACTION_ALLOW);
	cr_assert(strstr(buf__text(&text), "SCMP_ARCH_ARM"), "the other machine's stays");
	cr_assert(strstr(buf__text(&text), "\"amd64\""), "and so do conditions on the container");
}

/* Rules for other containers are not this one's business. */
Test(audit_update, capabilities)
{
	static const char before[] = HEAD X64 RULES(
		"{\"names\": [\"mount\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 1, "
		"\"includes\": {\"caps\": [\"CAP_SYS_ADMIN\"]}}, "
		"{\"name\": \"mount\", \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}");
	struct denial denial = denied(ARCH_X86_64, "mount", DENIAL_LOG, 0);

	UPDATE(before, &denial, false);
	cr_assert_eq(action_of(&profile, &denial, 0), ACTION_ALLOW);
	cr_assert(strstr(buf__text(&text), "CAP_SYS_ADMIN"));
	cr_assert_null(strstr(buf__text(&text), "\"name\":"), "an empty rule is gone");
}

Test(audit_update, enosys)
{
	static const char before[] = HEAD X64 RULES(
		"{\"names\": [\"clone3\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}");
	struct denial denial = denied(ARCH_X86_64, "clone3", DENIAL_ERRNO, ENOSYS);

	{
		UPDATE(before, &denial, false);
		cr_assert_str_eq(buf__text(&text), before);
	}
	{
		UPDATE(before, &denial, true);
		cr_assert_eq(action_of(&profile, &denial, 0), ACTION_ALLOW);
	}
	/* a log has no errno: the profile tells */
	denial.error = 0;
	{
		UPDATE(before, &denial, false);
		cr_assert_str_eq(buf__text(&text), before);
	}
	/* the twin let it through, so that nobody knows what would have become of the program without it */
	denial.action = DENIAL_LOG;
	{
		UPDATE(before, &denial, false);
		cr_assert_eq(action_of(&profile, &denial, 0), ACTION_ALLOW);
	}
}

/* Whose answer it is, a supervisor's or a tracer's, the profile says. */
Test(audit_update, supervised)
{
	static const char before[] =
		HEAD X64 RULES("{\"names\": [\"mount\"], \"action\": \"SCMP_ACT_NOTIFY\"}");
	struct denial denial = denied(ARCH_X86_64, "mount", DENIAL_NOTIFY, 0);

	UPDATE(before, &denial, false);
	cr_assert_str_eq(buf__text(&text), before);
}

/* A list of what is refused loses it; a rule that says what the default says would be none. */
Test(audit_update, allowed_by_default)
{
	struct denial denial = denied(ARCH_X86_64, "mount", DENIAL_ERRNO, EPERM);

	UPDATE("{\"defaultAction\": \"SCMP_ACT_ALLOW\", " X64 RULES(
		       "{\"names\": [\"mount\", \"umount2\"], \"action\": \"SCMP_ACT_ERRNO\"}"),
	       &denial, false);
	cr_assert_eq(action_of(&profile, &denial, 0), ACTION_ALLOW);
	cr_assert_eq(profile.rules_len, 1);
	cr_assert_eq(profile.rules[0].names.len, 1);
}

/* Of a list of what is refused the one subcall goes, the others stay. */
Test(audit_update, subcall_allowed_by_default)
{
	static const struct {
		const char *name;
		uint32_t subs[2], other;
	} calls[] = {{"socketcall", {1, 5}, 2}, {"ipc", {2, 11}, 21}};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		struct denial denial = denied(ARCH_X86, calls[i].name, DENIAL_ERRNO, EPERM);
		struct denials own_denials both = {0};
		struct profile own_profile profile = {0};
		struct buf own_buf text = BUF_INIT;

		for (size_t k = 0; k < 2; k++) {
			denial.call.sub = calls[i].subs[k];
			cr_assert_eq(denials_add(&both, &denial), 0);
		}
		cr_assert_eq(update_all("{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"], " RULES(
						"{\"names\": [\"ipc\", \"mount\", \"socketcall\"], \"action\": \"SCMP_ACT_ERRNO\", "
						"\"errnoRet\": 13, \"comment\": \"why\"}"),
					&both, false, &text, &profile),
			     0);
		cr_assert_eq(action_of(&profile, &denial, calls[i].subs[0]), ACTION_ALLOW);
		cr_assert_eq(action_of(&profile, &denial, calls[i].subs[1]), ACTION_ALLOW);
		cr_assert_eq(action_of(&profile, &denial, calls[i].other), ACTION_ERRNO);
		for (size_t r = 0; r < profile.rules_len; r++)
			cr_assert_eq(profile.rules[r].errno_value, 13);
	}
}

/* Rules that refuse the others by order cannot let it through alone: then nothing is written. */
Test(audit_update, subcall_that_cannot_be_alone)
{
	static const char before[] =
		"{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"], " RULES(
			"{\"names\": [\"socketcall\"], \"action\": \"SCMP_ACT_ERRNO\", "
			"\"args\": [{\"index\": 0, \"value\": 10, \"op\": \"SCMP_CMP_LT\"}]}");
	struct file_options file = {.arch = "x86_64", .kernel = "6.1", .quiet = true};
	struct denial denial = denied(ARCH_X86, "socketcall", DENIAL_ERRNO, EPERM);
	const char *path = make_file("p.json", before, 0644);
	struct audit_update wanted = {path, NULL, false, NULL, &file, BUF_INIT};
	const struct arg_plan plan = {0};
	struct denials own_denials denials = {0};
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};

	log_set_level(LOG_LEVEL_ERROR);
	denial.call.sub = 1;
	cr_assert_eq(denials_add(&denials, &denial), 0);
	cr_assert_eq(audit_update(&wanted, &denials, &plan, &err), -EINVAL);
	cr_assert(strstr(err.text, "socketcall:socket cannot be added alone"), "%s", err.text);
	cr_assert_eq(fs_read(AT_FDCWD, path, 1 << 20, &text, NULL), 0);
	cr_assert_str_eq(buf__text(&text), before);
}

/* The rule that refuses just this one goes. */
Test(audit_update, subcall_refused_alone)
{
	struct denial denial = denied(ARCH_X86, "socketcall", DENIAL_ERRNO, EPERM);

	denial.call.sub = 1;
	UPDATE(HEAD "\"architectures\": [\"SCMP_ARCH_X86\"], " RULES(
		       "{\"names\": [\"socketcall\"], \"action\": \"SCMP_ACT_KILL\", "
		       "\"args\": [{\"index\": 0, \"value\": 1, \"op\": \"SCMP_CMP_EQ\"}]}"),
	       &denial, false);
	cr_assert_eq(action_of(&profile, &denial, 1), ACTION_ALLOW);
	cr_assert_eq(action_of(&profile, &denial, 2), ACTION_ERRNO);
}

/* --- arguments --- */

#define SOCKETS(conditions)                                                                        \
	"{\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ALLOW\", \"args\": [" conditions "]}"
#define EQ(index, value) "{\"index\": " #index ", \"value\": " #value ", \"op\": \"SCMP_CMP_EQ\"}"

/* A call was denied, and with what. */
struct denied_with {
	enum arch arch;
	const char *name;
	int error;
	size_t len;
	uint64_t values[3][TUPLE_ARGS];
	enum open_reason open;
};

static void add_denied(struct denials *denials, const struct arg_plan *plan,
		       const struct denied_with *with)
{
	struct denial denial = denied(with->arch, with->name, DENIAL_ERRNO, with->error);
	struct arg_plan own_arg_plan wide = {0};
	struct tuples_list *list = with->error == ENOSYS ? &denials->enosys : &denials->arguments;
	struct tuples *set;

	denial.count = with->len;
	denial.args_known = true;
	memcpy(denial.args, with->values[0], sizeof(denial.args));
	cr_assert_eq(denials_add(denials, &denial), 0);
	cr_assert_eq(arg_plan_widen(plan, &wide), 0);
	cr_assert(tuples_find(&wide.calls, &denial.call));
	set = tuples_make(list, &denial.call, tuples_find(&wide.calls, &denial.call)->masks);
	for (size_t i = 0; i < with->len; i++)
		cr_assert_eq(tuples_add(set, with->values[i]), 0);
	if (with->open)
		tuples_open(set, with->open);
}

/* *profile is what comes of it. The plan is that of the profile, and of `list`. */
static void update_with(const char *before, const char *list, const struct denied_with *with,
			size_t len, struct profile *profile)
{
	struct file_options file = {.arch = "x86_64", .kernel = "6.1", .quiet = true};
	const char *path = make_file("p.json", before, 0644);
	struct audit_update wanted = {path, NULL, false, list, &file, BUF_INIT};
	struct arg_plan own_arg_plan plan = {0};
	struct denials own_denials denials = {0};
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};

	log_set_level(LOG_LEVEL_ERROR);
	cr_assert_eq(audit_update_check(&wanted, &plan, &err), 0, "%s", err.text);
	for (size_t i = 0; i < len; i++)
		add_denied(&denials, &plan, &with[i]);
	denials_sort(&denials);
	cr_assert_eq(audit_update(&wanted, &denials, &plan, &err), 0, "%s", err.text);
	cr_assert_eq(fs_read(AT_FDCWD, path, 1 << 20, &text, &err), 0, "%s", err.text);
	cr_assert_eq(profile_file_parse(path, &text, &file, profile, &err), 0, "%s", err.text);
}

static void update_sockets(const char *before, const char *list, uint64_t (*values)[TUPLE_ARGS],
			   size_t len, struct profile *profile)
{
	struct denied_with with = {ARCH_X86_64, "socket", EPERM, len, {{0}}, OPEN_NOT};

	memcpy(with.values, values, len * sizeof(*values));
	update_with(before, list, &with, 1, profile);
}

static enum action action_on(const struct profile *profile, enum arch arch, const char *name,
			     uint64_t first, uint64_t second)
{
	const struct denial denial = denied(arch, name, DENIAL_ERRNO, EPERM);
	const uint64_t args[6] = {first, second};

	return evaluate(profile, &denial.call, args).outcome.action;
}

static enum action action_of_socket(const struct profile *profile, uint64_t domain, uint64_t type)
{
	return action_on(profile, ARCH_X86_64, "socket", domain, type);
}

/* What has conditions gets more of them, and what it was allowed with is so still. */
Test(audit_update, conditions)
{
	struct profile own_profile profile = {0};
	uint64_t values[][TUPLE_ARGS] = {{16, 3}, {2, 2}, {2, 1}};

	update_sockets(HEAD X64 RULES(SOCKETS(EQ(0, 2) ", " EQ(1, 1))), NULL, values, 3, &profile);
	cr_assert_eq(action_of_socket(&profile, 2, 1), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 2, 2), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 16, 3), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 16, 2), ACTION_ERRNO);
	cr_assert_eq(action_of_socket(&profile, 10, 1), ACTION_ERRNO);
	cr_assert_eq(profile.rules_len, 3, "what was allowed before gets no rule");
}

/* Bits that the profile looks at, and the table of arguments does not, are why it was denied: with and without them it is allowed now. */
Test(audit_update, conditions_on_bits_that_do_not_matter)
{
	struct profile own_profile profile = {0};
	uint64_t values[][TUPLE_ARGS] = {{2, 1 | 02000000}};

	update_sockets(HEAD X64 RULES(SOCKETS(EQ(0, 2) ", " EQ(1, 1))), NULL, values, 1, &profile);
	cr_assert_eq(action_of_socket(&profile, 2, 1 | 02000000), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 2, 2 | 02000000), ACTION_ERRNO);
}

/* A call that the profile does not have, with --args. */
Test(audit_update, conditions_of_a_new_call)
{
	struct profile own_profile profile = {0};
	uint64_t values[][TUPLE_ARGS] = {{16, 3}};

	update_sockets(HEAD X64 RULES(""), "socket", values, 1, &profile);
	cr_assert_eq(action_of_socket(&profile, 16, 3), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 16, 2), ACTION_ERRNO);
}

/* Beside rules that deny some arguments it is allowed whole, as it is where libseccomp would make something else of it. */
Test(audit_update, conditions_that_cannot_be)
{
	static const char *const befores[] = {
		HEAD X64 RULES("{\"names\": [\"socket\"], \"action\": \"SCMP_ACT_KILL\", "
			       "\"args\": [" EQ(0, 16) "]}, " SOCKETS(EQ(0, 2))),
		HEAD X64 RULES(SOCKETS(
			"{\"index\": 0, \"value\": 10, \"op\": \"SCMP_CMP_LT\"}, " EQ(1, 1))),
	};
	uint64_t values[][TUPLE_ARGS] = {{16, 3}, {38, 5}};

	for (size_t i = 0; i < ARRAY_LEN(befores); i++) {
		struct profile own_profile profile = {0};

		update_sockets(befores[i], "socket", values, 2, &profile);
		cr_assert_eq(action_of_socket(&profile, 16, 3), ACTION_ALLOW, "%zu", i);
		cr_assert_eq(action_of_socket(&profile, 38, 5), ACTION_ALLOW, "%zu", i);
		cr_assert_eq(action_of_socket(&profile, 11, 1), ACTION_ALLOW, "%zu", i);
	}
}

/* A call that was denied with more than are kept is allowed whole, on whichever architecture that was. */
Test(audit_update, conditions_of_too_many)
{
	static const struct denied_with with[] = {
		{ARCH_X86, "socket", EPERM, 0, {{0}}, OPEN_MANY},
		{ARCH_X86_64, "socket", EPERM, 1, {{16, 3}}, OPEN_NOT},
	};
	struct profile own_profile profile = {0};

	update_with(HEAD "\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"], " RULES(
			    SOCKETS(EQ(0, 2))),
		    NULL, with, 2, &profile);
	cr_assert_eq(action_on(&profile, ARCH_X86, "socket", 77, 7), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 16, 3), ACTION_ALLOW);
}

/* Where a rule denies the call otherwise than the default does, what it holds for must not change: it is allowed whole. */
Test(audit_update, conditions_beside_a_rule_that_denies)
{
	struct profile own_profile profile = {0};
	uint64_t values[][TUPLE_ARGS] = {{16, 3}};

	update_sockets("{\"defaultAction\": \"SCMP_ACT_KILL_PROCESS\", " X64 RULES(
			       "{\"names\": [\"socket\"], \"action\": \"SCMP_ACT_ERRNO\"}"),
		       "socket", values, 1, &profile);
	cr_assert_eq(action_of_socket(&profile, 16, 3), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 2, 1), ACTION_ALLOW, "not killed");
}

/* What was answered ENOSYS is no reason to add anything. */
Test(audit_update, conditions_and_enosys)
{
	static const struct denied_with with[] = {
		{ARCH_X86_64, "socket", EPERM, 1, {{16, 3}}, OPEN_NOT},
		{ARCH_X86_64, "socket", ENOSYS, 1, {{40, 1}}, OPEN_NOT},
	};
	struct profile own_profile profile = {0};

	update_with(HEAD X64 RULES(SOCKETS(EQ(0, 2))), NULL, with, 2, &profile);
	cr_assert_eq(action_of_socket(&profile, 16, 3), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 40, 1), ACTION_ERRNO);
}

/* One architecture more is no reason to give up conditions. */
Test(audit_update, conditions_on_a_new_architecture)
{
	static const struct denied_with with = {ARCH_X86, "socket", EPERM, 1, {{16, 3}}, OPEN_NOT};
	struct profile own_profile profile = {0};

	update_with(HEAD X64 RULES(SOCKETS(EQ(0, 2))), NULL, &with, 1, &profile);
	cr_assert_eq(action_on(&profile, ARCH_X86, "socket", 16, 3), ACTION_ALLOW);
	cr_assert_eq(action_on(&profile, ARCH_X86, "socket", 10, 3), ACTION_ERRNO);
	cr_assert_eq(action_of_socket(&profile, 10, 3), ACTION_ERRNO);
}

/* A call that takes no conditions takes none from the others. */
Test(audit_update, conditions_of_others)
{
	static const struct denied_with with[] = {
		{ARCH_X86_64, "socket", EPERM, 2, {{16, 3}, {38, 5}}, OPEN_NOT},
		{ARCH_X86_64, "personality", EPERM, 1, {{8}}, OPEN_NOT},
	};
	struct profile own_profile profile = {0};

	update_with(HEAD X64 RULES(SOCKETS(
			    "{\"index\": 0, \"value\": 10, \"op\": \"SCMP_CMP_LT\"}, " EQ(1, 1))),
		    "socket,personality", with, 2, &profile);
	cr_assert_eq(action_of_socket(&profile, 11, 1), ACTION_ALLOW, "whole");
	cr_assert_eq(action_on(&profile, ARCH_X86_64, "personality", 8, 0), ACTION_ALLOW);
	cr_assert_eq(action_on(&profile, ARCH_X86_64, "personality", 9, 0), ACTION_ERRNO);
}

/* A rule that denies all subcalls otherwise than the default does denies the others so still. */
Test(audit_update, subcall_beside_a_rule_that_denies)
{
	struct denial denial = denied(ARCH_X86, "ipc", DENIAL_ERRNO, EACCES);
	const struct syscall other = {ARCH_X86, denial.call.nr, 3};
	const uint64_t args[6] = {3};

	denial.call.sub = 2;
	UPDATE("{\"defaultAction\": \"SCMP_ACT_KILL_PROCESS\", \"architectures\": [\"SCMP_ARCH_X86\"], " RULES(
		       "{\"names\": [\"ipc\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 13}"),
	       &denial, false);
	cr_assert_eq(action_of(&profile, &denial, 2), ACTION_ALLOW);
	cr_assert_eq(evaluate(&profile, &other, args).outcome.action, ACTION_ERRNO);
	cr_assert_eq(evaluate(&profile, &other, args).outcome.errno_value, EACCES);
}

/* Another subcall is allowed because the call that it makes is. */
Test(audit_update, subcall_beside_the_call_of_another)
{
	struct denial call = denied(ARCH_X86, "socket", DENIAL_ERRNO, EPERM);
	struct denial sub = denied(ARCH_X86, "socketcall", DENIAL_ERRNO, EPERM);
	struct denials own_denials denials = {0};
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;

	sub.call.sub = 4; /* listen */
	cr_assert_eq(denials_add(&denials, &call), 0);
	cr_assert_eq(denials_add(&denials, &sub), 0);
	cr_assert_eq(update_all(HEAD
				"\"architectures\": [\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\"], " RULES(
					""),
				&denials, false, &text, &profile),
		     0);
	cr_assert_eq(action_of(&profile, &call, 0), ACTION_ALLOW);
	cr_assert_eq(action_of(&profile, &sub, 4), ACTION_ALLOW);
	cr_assert_eq(action_of(&profile, &sub, 5), ACTION_ERRNO);
}

/* The first of several is allowed, and this profile refuses the second. */
Test(audit_update, conditions_that_refuse_others)
{
	struct profile own_profile profile = {0};
	static const struct denied_with with = {ARCH_X86_64, "unshare",           EPERM,
						2,           {{0}, {0x10000000}}, OPEN_NOT};

	update_with("{\"defaultAction\": \"SCMP_ACT_ALLOW\", " X64 RULES(
			    "{\"names\": [\"unshare\"], \"action\": \"SCMP_ACT_ERRNO\", \"args\": [" EQ(0,
													268435456) "]}"),
		    NULL, &with, 1, &profile);
	cr_assert_eq(action_on(&profile, ARCH_X86_64, "unshare", 0x10000000, 0), ACTION_ALLOW);
}

/* What has conditions gets more on the same arguments, whatever is asked for of others: it must not become wider for that. */
Test(audit_update, conditions_on_what_has_some)
{
	struct profile own_profile profile = {0};
	uint64_t values[][TUPLE_ARGS] = {{40, 1}};

	update_sockets(HEAD X64 RULES(
			       SOCKETS("{\"index\": 0, \"value\": 38, \"op\": \"SCMP_CMP_LT\"}") ", " SOCKETS(
				       "{\"index\": 0, \"value\": 39, \"op\": \"SCMP_CMP_EQ\"}")),
		       "socket", values, 1, &profile);
	cr_assert_eq(action_of_socket(&profile, 40, 7), ACTION_ALLOW);
	cr_assert_eq(action_of_socket(&profile, 38, 7), ACTION_ERRNO);
}
