/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A seccomp profile: what is allowed. Independent of the host that it is looked at on, and of the file format that it is
 * written in. Names are strings, because profiles name calls that the installed libseccomp may not know.
 *
 * Docker's profiles depend on the container and its host: rules with circumstances, archMap. All that asks what a profile allows
 * (evaluate, decide, merge, compile, ...) wants one that depends on nothing: resolve.h makes it.
 *
 * The struct owns all that it points to: profile_clear(), or own_profile on the declaring line.
 */
#pragma once

#include "base/err.h"
#include "profile/names.h"
#include "syscalls/syscall.h"

#include <stddef.h>

enum action {
	ACTION_INVALID = 0,
	ACTION_ALLOW,
	ACTION_LOG,
	ACTION_ERRNO,
	ACTION_TRACE,
	ACTION_NOTIFY,
	ACTION_TRAP,
	ACTION_KILL_THREAD, /* "SCMP_ACT_KILL" is another name of it */
	ACTION_KILL_PROCESS,
	ACTION_COUNT,
};

/** "SCMP_ACT_ALLOW" ... */
const char *action_scmp_name(enum action action);
/** ACTION_INVALID if there is none of this name. */
enum action action_from_scmp_name(const char *name);
/** Does the action carry an errno? */
bool action_has_errno(enum action action);

enum compare {
	COMPARE_INVALID = 0,
	COMPARE_EQ,
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GE,
	COMPARE_GT,
	COMPARE_MASKED_EQ, /* argument & value == value_two */
	COMPARE_COUNT,
};

/** "SCMP_CMP_EQ" ... */
const char *compare_scmp_name(enum compare compare);
/** COMPARE_INVALID if there is none of this name. */
enum compare compare_from_scmp_name(const char *name);

/* SECCOMP_FILTER_FLAG_*: how a runtime loads the filter. */
enum flag {
	FLAG_TSYNC = 0,
	FLAG_LOG,
	FLAG_SPEC_ALLOW,
	FLAG_WAIT_KILLABLE_RECV,
	FLAG_COUNT,
};

/** "SECCOMP_FILTER_FLAG_LOG" ... */
const char *flag_name(enum flag flag);
/** FLAG_COUNT if there is none of this name. */
enum flag flag_from_name(const char *name);

#define CONDITION_ARGS 6

struct condition {
	unsigned int index; /* argument, 0 to 5 */
	enum compare compare;
	uint64_t value;
	uint64_t value_two; /* of COMPARE_MASKED_EQ */
};

/** What holds for one subcall of a multiplexer (socketcall and ipc) alone. */
struct condition condition_of_subcall(const struct syscall *call);

/* Runtimes give up at no number; no real profile comes near this one. */
#define CONDITIONS_MAX 64

/* What a rule of Docker's profiles depends on: the container's capabilities, its host's architecture and kernel. */
enum circumstance_kind {
	CIRCUMSTANCE_CAP,
	CIRCUMSTANCE_ARCH, /* as Docker spells it */
	CIRCUMSTANCE_KERNEL,
	CIRCUMSTANCE_COUNT,
};

struct circumstance {
	bool excluded; /* of "excludes", not of "includes" */
	enum circumstance_kind kind;
	char *text; /* "CAP_BPF", "amd64", "4.8". Owned */
};

struct rule {
	size_t number;           /* in the file that it was read from, from 1 on; 0: from none */
	struct text_place place; /* the same; where it begins */
	enum action action;
	int errno_value; /* of ACTION_ERRNO and ACTION_TRACE */
	struct names names;
	/*
	 * All must hold; but if an index occurs twice, one of them is enough (runc, crun and Docker all read it so).
	 * Owned.
	 */
	struct condition *conditions;
	size_t conditions_len, conditions_room;
	/* In their order, each once (circumstance.h); none: it holds everywhere. Owned. */
	struct circumstance *circumstances;
	size_t circumstances_len, circumstances_room;
	char *comment; /* why the rule is there, for people; NULL: it does not say. Owned */
};

struct profile {
	struct text_place
		place; /* where it begins in the file that it was read from, if it was from one */
	enum action default_action;
	int default_errno;
	bool arches[ARCH_COUNT];
	/* Docker's archMap, instead of them: for each native architecture ARCH_BIT() of it and its companions; 0: it says nothing of it */
	unsigned int arch_map[ARCH_COUNT];
	struct rule *rules; /* owned */
	size_t rules_len, rules_room;
	bool flags[FLAG_COUNT];
	char *listener_path, *listener_metadata; /* of NOTIFY; NULL: none. Owned */
};

void rule_clear(struct rule *rule);
#define own_rule own_with(rule_clear)

void profile_clear(struct profile *profile);
#define own_profile own_with(profile_clear)

/** Adds a rule without names; borrowed until the next one is added. NULL: no memory. */
struct rule *profile_add_rule(struct profile *profile, enum action action, int errno_value);

/** Copies flags and listener, in place of those that *to has. -ENOMEM. */
int profile_copy_flags(const struct profile *from, struct profile *to) must_check;

/** Is there a flag or a listener? */
bool profile_has_flags(const struct profile *profile);

/** Lists the architectures of archMap, all that may come of it, in place of the map. */
void profile_list_arch_map(struct profile *profile);

/** Rules without names go. */
void profile_drop_empty_rules(struct profile *profile);

/** Copies the condition. -ENOMEM, -E2BIG above CONDITIONS_MAX. */
int rule_add_condition(struct rule *rule, const struct condition *condition) must_check;
/** Is one of the conditions enough (an index occurs twice)? */
bool rule_conditions_are_alternatives(const struct rule *rule);

/** Of a rule of the profile: as the file counts them that it was read from, or from 1 on. */
size_t rule_number(const struct profile *profile, const struct rule *rule);

/** Adds every name that a rule of the profile has to a rule that serves as the list. -ENOMEM. */
int profile_names(const struct profile *profile, struct names *names) must_check;
