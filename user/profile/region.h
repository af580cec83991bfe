/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A region: a set of arguments of one call, as a list of terms any of which may hold; a term has at most one condition an
 * argument, all of which must hold. So each term is a rule that every runtime reads alike. Exact set algebra, bounded:
 * what would need more than REGION_TERMS_MAX terms is -E2BIG, and so is what takes too long to find out.
 */
#pragma once

#include "base/buf.h"
#include "profile/argument.h"

#define REGION_TERMS_MAX 256
/* Terms that are looked at to make a region: some tenths of a second. 256 terms less 256 others need the half. */
#define REGION_WORK_MAX (1UL << 24)

/* Conditions by argument; COMPARE_INVALID: any value. */
struct term {
	struct condition conditions[CONDITION_ARGS];
};

/* Any of these terms; none: the empty region. Owned. */
struct region {
	struct term *terms;
	size_t len, room;
	size_t work; /* that it took to make it */
};

void region_clear(struct region *region);
#define own_region own_with(region_clear)

bool term_is_everything(const struct term *term);
/** Conditions in the term. */
size_t term_count(const struct term *term);
/** Are the rule's conditions those of the term, in its order? */
bool rule_has_term(const struct rule *rule, const struct term *term);
/** Do the arguments meet one of the terms? */
bool region_holds(const struct region *region, const uint64_t args[6]);

/** All arguments. */
int region_add_everything(struct region *region) must_check;
/** What a rule's conditions hold for is added. */
int region_add_rule(struct region *region, const struct rule *rule) must_check;
/** Adds a term; one that is covered by another is left out. */
int region_add_term(struct region *region, const struct term *term) must_check;
/** Adds another region. */
int region_add(struct region *region, const struct region *from) must_check;

/** Have they no arguments in common? */
int region_apart(const struct region *a, const struct region *b, bool *out) must_check;
/** Is all of `a` in `b`? Much less work than to list what is not, and no list that may be too long. */
int region_within(const struct region *a, const struct region *b, bool *out) must_check;

/** Appends what is in both: terms of the one that lie in the other whole are added as they are. */
int region_meet(const struct region *a, const struct region *b, struct region *out) must_check;
/** Appends what is in `a` and not in `b`. */
int region_minus(const struct region *a, const struct region *b, struct region *out) must_check;

/** Appends the region as terms of EQ and MASKED_EQ, which libseccomp compiles rightly whatever there is (decision.h). */
int region_to_masks(const struct region *region, struct region *out) must_check;

/**
 * "arg0 < 38 or arg0 == 39"; "" for everything. For people: with the names that the values have as arguments of the call, "arg0 == 2
 * (AF_INET)"; NULL: without.
 */
void region_text(const struct region *region, const struct syscall *call, struct buf *out);
/** "arg0 < 38", as the rule has it. */
void rule_conditions_text(const struct rule *rule, const struct syscall *call, struct buf *out);
/** The call that a rule is about, if it is one alone, and has the same arguments on all of these architectures (args_call()); else NULL. */
const struct syscall *rule_call(const struct rule *rule, const bool arches[ARCH_COUNT],
				struct syscall *call);
