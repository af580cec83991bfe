/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which arguments of which calls are worth recording: a table. An argument is worth it if it is a scalar that decides what
 * the call does. The mask has the bits that matter: it leaves out flags that change nothing for whoever is to be
 * kept out (SOCK_CLOEXEC), and the upper half of what the kernel takes as 32 bits, where programs may leave anything.
 *
 * A plan is what one recording looks at: rows of the table, on the architectures of one machine.
 */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "syscalls/arg_names.h"
#include "syscalls/tuples.h"

#define ARG_ROW_ARGS 3

struct arg_row {
	const char *name;
	bool usual;  /* it is in the default set */
	bool memory; /* what matters is behind a pointer: it cannot be recorded, nor filtered */
	/* on these architectures only (ARCH_BIT); 0: on all that have no row of their own further up */
	unsigned int arches;
	struct arg {
		uint64_t mask; /* 0: none */
		const struct arg_name *names;
		/* what people may join to that, outside of the mask: flags to a value, a value to flags; NULL: nothing */
		const struct arg_name *others;
		unsigned int index;
		bool flags; /* a set of flags, not one value */
	} args[ARG_ROW_ARGS];
};

/** The row of a call, NULL: it has none. */
const struct arg_row *args_row(enum arch arch, const char *name);

/** By number, for tests and help; NULL after the last one. */
const struct arg_row *args_row_at(size_t i);

#define ARGS_CAP_DEFAULT 32
#define ARGS_CAP_MAX     256
/* Calls that one plan can look at; the programs' table has room for as many (event.h: ARG_SPECS_MAX). */
#define ARGS_PLAN_MAX 255

struct arg_plan {
	struct tuples_list calls; /* with masks, or open (OPEN_MEMORY); no values */
	size_t cap;               /* distinct tuples of a call; more open it */
};

void arg_plan_clear(struct arg_plan *plan);
#define own_arg_plan own_with(arg_plan_clear)

/**
 * "default", "all", NAME (the arguments that the table has) or NAME:INDEX[:INDEX...], separated by commas, on the architectures
 * that `native` runs. *out was zeroed. -EINVAL with a sentence.
 */
int arg_plan_parse(const char *list, enum arch native, struct arg_plan *out,
		   struct err *err) must_check;

/** One call more, NAME:INDEX...: `indices` are bits, 0 for those that the table has. -EINVAL with a sentence, -ENOMEM. */
int arg_plan_add(struct arg_plan *plan, enum arch native, const char *name, unsigned int indices,
		 struct err *err) must_check;

/** The same calls, and all bits of each argument that is looked at. *out was zeroed. -ENOMEM. */
int arg_plan_widen(const struct arg_plan *plan, struct arg_plan *out) must_check;

/**
 * The call of this name, for the names of its arguments. False: none of the architectures has it, or these names are not the same on
 * all that do.
 */
bool args_call(const bool arches[ARCH_COUNT], const char *name, struct syscall *out);

/**
 * Which arguments have these bits under that mask: "AF_INET or AF_INET6", "CLONE_NEWUSER", "none of PROT_WRITE|PROT_EXEC". Nothing where
 * the table has no name, or where it would take many.
 */
void args_match_text(const struct syscall *call, unsigned int index, uint64_t mask, uint64_t value,
		     struct buf *out);

/**
 * The other way round, and numbers (0x...: hexadecimal); names may be joined by '|', as flags are. -EINVAL: it is neither a number of 64
 * bits nor names of this argument.
 */
int args_value_parse(const struct syscall *call, unsigned int index, const char *text,
		     uint64_t *value, struct err *err) must_check;

/** "socket(AF_INET, SOCK_STREAM, 0)"; arguments that were not looked at are "*". */
void args_call_text(const struct syscall *call, const uint64_t masks[TUPLE_ARGS],
		    const uint64_t values[TUPLE_ARGS], struct buf *out);
