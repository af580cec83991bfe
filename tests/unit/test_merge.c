// SPDX-License-Identifier: BSD-2-Clause
/* Union, intersection and difference of random profiles, against asking both about call after call. */
#include "profile/compile.h"
#include "profile/hazard.h"
#include "profile/diff.h"
#include "profile/emit_oci.h"
#include "profile/evaluate.h"
#include "profile/merge.h"
#include "effort.h"
#include "random_profile.h"

#include <string.h>

#define PAIRS  EFFORT(300)
#define PROBES 1000

static struct syscall random_call(void)
{
	struct syscall call = {.arch = ARCH_X86_64};

	cr_assert(syscall_resolve(call.arch, harmless[any(ARRAY_LEN(harmless))], &call.nr));
	return call;
}

static struct outcome stricter(struct outcome a, struct outcome b)
{
	return outcome_compare(a, b) < 0 ? a : b;
}

static struct outcome looser(struct outcome a, struct outcome b)
{
	return outcome_compare(a, b) < 0 ? b : a;
}

static struct outcome simulated(const struct filter *filter, const struct syscall *call,
				const uint64_t args[6])
{
	struct seccomp_data data = {.nr = (int)call->nr, .arch = arch_scmp_token(call->arch)};

	memcpy(data.args, args, sizeof(data.args));
	return outcome_from_return(filter_run(filter, &data));
}

/* False: their conditions come to too many rules. */
static bool merged(const struct profile *a, const struct profile *b, enum merge how,
		   struct profile *out)
{
	struct err err = {0};
	int rc = profile_merge(a, b, how, out, &err);

	cr_assert(rc == 0 || rc == -E2BIG, "%s", err.text);
	return rc == 0;
}

static char *text_of(const struct profile *profile)
{
	struct buf text = BUF_INIT;
	struct err err = {0};

	cr_assert_eq(emit_oci(profile, &text, &err), 0, "%s", err.text);
	return text.data;
}

static void same_text(const struct profile *a, const struct profile *b)
{
	char *own_ptr x = text_of(a), *own_ptr y = text_of(b);

	cr_assert_str_eq(x, y);
}

/* A difference is told for a call exactly if the outcomes differ, and with these outcomes. */
static void check_diff(const struct differences *differences, const struct names *names,
		       const struct syscall *call, const uint64_t args[6], struct outcome x,
		       struct outcome y)
{
	char name[SYSCALL_NAME_LEN];
	size_t told = 0;

	cr_assert(syscall_name(call, name));
	for (size_t i = 0; i < differences->len; i++) {
		const struct difference *d = &differences->list[i];

		if (d->name ? strcmp(d->name, name) : names_has(names, name))
			continue;
		if (!difference_holds(d, args))
			continue;
		cr_assert(outcome_equal(d->a, x) && outcome_equal(d->b, y));
		told++;
	}
	cr_assert_eq(told, !outcome_equal(x, y), "%s: told %zu times", name, told);
}

struct pair {
	struct profile a, b, either, both;
	struct differences differences;
	struct names names;
	struct filter either_filter, both_filter;
};

static void pair_clear(struct pair *pair)
{
	profile_clear(&pair->a);
	profile_clear(&pair->b);
	profile_clear(&pair->either);
	profile_clear(&pair->both);
	differences_clear(&pair->differences);
	names_clear(&pair->names);
	filter_clear(&pair->either_filter);
	filter_clear(&pair->both_filter);
}

/* What libseccomp would take too long for, or gets wrong, has no filter. */
static void try_filter(const struct profile *profile, struct filter *filter)
{
	struct buf own_buf unknown = BUF_INIT;
	struct err err = {0};

	if (profile->rules_len <= 60 && !profile_check_hazards(profile, NULL))
		cr_assert_eq(compile_filter(profile, compile_machine(profile), filter, &unknown,
					    &err),
			     0, "%s", err.text);
}

static bool make_pair(struct pair *pair)
{
	struct err err = {0};

	random_profile(&pair->a);
	random_profile(&pair->b);
	memcpy(pair->b.arches, pair->a.arches, sizeof(pair->a.arches));
	if (!merged(&pair->a, &pair->b, MERGE_UNION, &pair->either) ||
	    !merged(&pair->a, &pair->b, MERGE_INTERSECTION, &pair->both))
		return false;
	cr_assert_eq(profile_names(&pair->a, &pair->names), 0);
	cr_assert_eq(profile_names(&pair->b, &pair->names), 0);
	cr_assert_eq(profile_diff(&pair->a, &pair->b, &pair->differences, &err), 0, "%s", err.text);
	if (pair->differences.unclear.len)
		return false;
	try_filter(&pair->either, &pair->either_filter);
	try_filter(&pair->both, &pair->both_filter);
	return true;
}

Test(merge, brute_force, .timeout = 120)
{
	size_t filters = 0, tried = 0, beyond = 0, differing = 0;

	random_state = 88172645463325252;
	for (size_t p = 0; p < PAIRS; tried++) {
		__attribute__((cleanup(pair_clear))) struct pair pair = {0};
		bool goes_beyond = false;

		if (!make_pair(&pair))
			continue;
		p++;
		filters += pair.either_filter.len && pair.both_filter.len;
		for (int i = 0; i < PROBES; i++) {
			struct syscall call = random_call();
			struct outcome x, y;
			uint64_t args[6];

			random_args(args);
			x = evaluate(&pair.a, &call, args).outcome;
			y = evaluate(&pair.b, &call, args).outcome;
			differing += !outcome_equal(x, y);
			goes_beyond |= outcome_allows(x) && !outcome_allows(y);
			cr_assert(outcome_equal(evaluate(&pair.either, &call, args).outcome,
						looser(x, y)));
			cr_assert(outcome_equal(evaluate(&pair.both, &call, args).outcome,
						stricter(x, y)));
			if (pair.either_filter.len)
				cr_assert(outcome_equal(simulated(&pair.either_filter, &call, args),
							looser(x, y)));
			if (pair.both_filter.len)
				cr_assert(outcome_equal(simulated(&pair.both_filter, &call, args),
							stricter(x, y)));
			check_diff(&pair.differences, &pair.names, &call, args, x, y);
		}
		/* what a probe has found is told; what is told may be too rare for the probes */
		cr_assert(!goes_beyond || differences_go_beyond(&pair.differences));
		beyond += differences_go_beyond(&pair.differences);
	}
	cr_expect_gt(filters, PAIRS / 3, "%zu of %d", filters, PAIRS);
	cr_expect_lt(tried, PAIRS * 3, "%zu tried", tried);
	cr_expect(beyond > PAIRS / 10 && beyond < PAIRS, "%zu", beyond);
	cr_expect_gt(differing, PAIRS * PROBES / 10);
}

/* Order does not matter, nor how often: to the byte. */
Test(merge, laws, .timeout = 120)
{
	random_state = 1234567;
	for (size_t p = 0; p < EFFORT(50);) {
		struct profile own_profile a = {0}, own_profile b = {0}, own_profile ab = {0},
					   own_profile ba = {0}, own_profile again = {0};
		struct differences own_differences none = {0};

		random_profile(&a);
		random_profile(&b);
		enum merge how = any(2) ? MERGE_UNION : MERGE_INTERSECTION;

		a.arches[ARCH_X86_64] = b.arches[ARCH_X86_64] = true;
		if (!merged(&a, &b, how, &ab) || !merged(&b, &a, how, &ba))
			continue;
		cr_assert_eq(profile_diff(&ab, &ba, &none, NULL), 0);
		if (none.unclear.len)
			continue;
		p++;
		cr_assert(differences_none(&none), "%zu differences", none.len);
		/* the result lets through nothing beyond either of what it was made of, or all of it */
		if (!merged(&ab, &a, how, &again))
			continue;
		cr_assert_eq(profile_diff(&ab, &again, &none, NULL), 0);
		cr_assert(differences_none(&none) || none.unclear.len);
	}
}

static const size_t orders[][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
				   {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

struct three {
	struct profile list[3], made;
};

static void three_clear(struct three *three)
{
	for (size_t i = 0; i < 3; i++)
		profile_clear(&three->list[i]);
	profile_clear(&three->made);
}

/* Borrows: of the profiles in that order, what comes of them, and whether that is for 32 bits as well. */
static int make_of(const struct three *three, const size_t order[3], enum merge how,
		   struct profile *out, bool *fits)
{
	const struct profile list[] = {three->list[order[0]], three->list[order[1]],
				       three->list[order[2]]};
	struct err err = {0};
	int rc = profile_merge_all(list, 3, how, out, &err);

	cr_assert(rc == 0 || rc == -E2BIG, "%s", err.text);
	*fits = !profile_gains_high_bits(out, list, 3) && !profile_loses_high_bits(out, list, 3);
	return rc;
}

static void check_three(const struct three *three, enum merge how, enum arch arch)
{
	for (int i = 0; i < PROBES / 10; i++) {
		struct outcome outcome, other;
		struct syscall call = random_call();
		char name[SYSCALL_NAME_LEN];
		uint64_t args[6];

		cr_assert(syscall_name(&call, name) && syscall_resolve(arch, name, &call.nr));
		call.arch = arch;
		random_args(args);
		outcome = evaluate(&three->list[0], &call, args).outcome;
		for (size_t k = 1; k < 3; k++) {
			other = evaluate(&three->list[k], &call, args).outcome;
			outcome = how == MERGE_UNION ? looser(outcome, other) :
						       stricter(outcome, other);
		}
		cr_assert(outcome_equal(evaluate(&three->made, &call, args).outcome, outcome));
	}
}

/* Of three in any order comes the same, to the byte, also whether 32 bits can have it; and where they can, it is what all of them say there. */
Test(merge, three_in_any_order, .timeout = 120)
{
	size_t fitting = 0, others = 0;

	random_state = 362436069;
	for (size_t p = 0; p < EFFORT(200); p++) {
		__attribute__((cleanup(three_clear))) struct three three = {0};
		enum merge how = any(2) ? MERGE_UNION : MERGE_INTERSECTION;
		bool fits;
		int rc;

		for (size_t i = 0; i < 3; i++) {
			random_profile(&three.list[i]);
			three.list[i].arches[ARCH_X86] = true;
		}
		rc = make_of(&three, orders[0], how, &three.made, &fits);
		for (size_t i = 1; i < ARRAY_LEN(orders); i++) {
			struct profile own_profile made = {0};
			bool as_well;

			cr_assert_eq(make_of(&three, orders[i], how, &made, &as_well), rc);
			if (rc)
				continue;
			cr_assert_eq(as_well, fits);
			same_text(&made, &three.made);
		}
		if (rc)
			continue;
		check_three(&three, how, ARCH_X86_64);
		if (fits)
			check_three(&three, how, ARCH_X86);
		fitting += fits;
		others += !fits;
	}
	cr_expect_gt(fitting, EFFORT(20));
	cr_expect_gt(others, EFFORT(20), "%zu %zu", fitting, others);
}

Test(merge, plain_names_are_canonical)
{
	struct profile own_profile a = {.default_action = ACTION_ERRNO, .default_errno = 1};
	struct profile own_profile b = {.default_action = ACTION_ERRNO, .default_errno = 1};
	struct profile own_profile ab = {0}, own_profile ba = {0}, own_profile aa = {0};

	a.arches[ARCH_X86_64] = b.arches[ARCH_X86_64] = true;
	cr_assert_eq(names_add(&profile_add_rule(&a, ACTION_ALLOW, 0)->names, "read"), 0);
	cr_assert_eq(names_add(&profile_add_rule(&a, ACTION_ALLOW, 0)->names, "no_such_call"), 0);
	cr_assert_eq(names_add(&profile_add_rule(&a, ACTION_ERRNO, ENOSYS)->names, "clone3"), 0);
	cr_assert_eq(names_add(&profile_add_rule(&b, ACTION_ALLOW, 0)->names, "clone3"), 0);
	cr_assert(merged(&a, &b, MERGE_UNION, &ab));
	cr_assert(merged(&b, &a, MERGE_UNION, &ba));
	cr_assert(merged(&a, &a, MERGE_INTERSECTION, &aa));
	same_text(&ab, &ba);
	cr_expect_eq(ab.rules_len, 1);
	cr_expect_eq(ab.rules[0].names.len, 3);
	cr_expect_eq(aa.rules_len, 2);
	profile_clear(&ab);
	cr_assert(merged(&a, &b, MERGE_INTERSECTION, &ab));
	cr_expect_eq(ab.rules_len, 1, "clone3 is ENOSYS, which is not the default");
	cr_expect_str_eq(ab.rules[0].names.list[0], "clone3");
}

Test(merge, architectures)
{
	struct profile a = {.default_action = ACTION_ALLOW}, b = {.default_action = ACTION_ALLOW};
	struct profile own_profile out = {0};
	struct err err = {0};

	a.arches[ARCH_X86_64] = a.arches[ARCH_X86] = true;
	b.arches[ARCH_AARCH64] = true;
	cr_expect_eq(profile_merge(&a, &b, MERGE_INTERSECTION, &out, &err), -EINVAL);
	cr_expect(strstr(err.text, "no architecture in common"), "%s", err.text);
	b.arches[ARCH_X86] = true;
	cr_expect_eq(profile_merge(&a, &b, MERGE_INTERSECTION, &out, NULL), 0);
	cr_expect(out.arches[ARCH_X86] && !out.arches[ARCH_X86_64] && !out.arches[ARCH_AARCH64]);
	cr_expect_eq(profile_merge(&a, &b, MERGE_UNION, &out, NULL), 0);
	cr_expect(out.arches[ARCH_X86] && out.arches[ARCH_X86_64] && out.arches[ARCH_AARCH64]);
}

static bool subset(enum action a, enum action b)
{
	struct profile x = {.default_action = a}, y = {.default_action = b};
	struct differences own_differences differences = {0};

	x.arches[ARCH_X86_64] = y.arches[ARCH_X86_64] = true;
	cr_assert_eq(profile_diff(&x, &y, &differences, NULL), 0);
	return !differences_go_beyond(&differences);
}

/* What may get through, in rising order; the first few are ways to refuse, the last two to let through. */
Test(diff, subset)
{
	static const struct {
		enum action action;
		int through;
	} rows[] = {
		{ACTION_KILL_PROCESS, 0}, {ACTION_KILL_THREAD, 0}, {ACTION_TRAP, 0},
		{ACTION_ERRNO, 0},        {ACTION_NOTIFY, 1},      {ACTION_TRACE, 2},
		{ACTION_LOG, 3},          {ACTION_ALLOW, 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		for (size_t k = 0; k < ARRAY_LEN(rows); k++)
			cr_expect_eq(subset(rows[i].action, rows[k].action),
				     rows[i].through <= rows[k].through, "%s in %s",
				     action_scmp_name(rows[i].action),
				     action_scmp_name(rows[k].action));
}

/* One condition against another, on every value near their edges. */
Test(argument, brute_force)
{
	random_state = 88172645463325252;
	for (int i = 0; i < EFFORT(20000); i++) {
		struct condition a = random_condition(0), b = random_condition(0);
		struct choices own_choices both = {0}, own_choices not_a = {0},
					   own_choices masks = {0};

		if (condition_is_nothing(&a) || condition_is_nothing(&b))
			continue;
		cr_assert_eq(condition_meet(&a, &b, &both), 0);
		cr_assert_eq(condition_negate(&a, &not_a), 0);
		cr_assert_eq(condition_to_masks(&a, &masks), 0);
		for (uint64_t high = 0; high < 4; high++) {
			for (uint64_t low = 0; low < 18; low++) {
				uint64_t x = low < 9 ? low : low - 18, args[6] = {(high << 32) + x};
				bool in_a = condition_holds(&a, false, args),
				     in_b = condition_holds(&b, false, args);
				bool in_both = false, in_not = false, in_masks = false;

				for (size_t k = 0; k < both.len; k++)
					in_both |= condition_holds(&both.list[k], false, args);
				for (size_t k = 0; k < not_a.len; k++)
					in_not |= condition_holds(&not_a.list[k], false, args);
				for (size_t k = 0; k < masks.len; k++)
					in_masks |= condition_holds(&masks.list[k], false, args);
				cr_assert_eq(in_both, in_a && in_b);
				cr_assert_eq(in_not, !in_a);
				cr_assert_eq(in_masks, in_a);
				if (condition_implies(&a, &b))
					cr_assert(!in_a || in_b);
			}
		}
		cr_assert(!condition_is_everything(&a) || !not_a.len);
	}
}

/* As many terms as a region takes, on both sides: that is not too much work. */
Test(merge, as_many_terms_as_there_may_be)
{
	struct profile own_profile a = {.default_action = ACTION_ERRNO};
	struct profile own_profile b = {.default_action = ACTION_ERRNO};
	struct profile own_profile both = {0};
	struct differences own_differences differences = {0};
	struct err err = {0};

	for (size_t p = 0; p < 2; p++) {
		for (unsigned int i = 0; i < REGION_TERMS_MAX; i++) {
			struct rule *rule = profile_add_rule(p ? &b : &a, ACTION_ALLOW, 0);

			cr_assert_not_null(rule);
			cr_assert_eq(names_add(&rule->names, "ioctl"), 0);
			for (unsigned int k = 0; k < 3; k++)
				cr_assert_eq(rule_add_condition(rule,
								&(struct condition){k, COMPARE_EQ,
										    1000 * i + k +
											    (i ? 0 :
												 p),
										    0}),
					     0);
		}
	}
	cr_assert_eq(profile_diff(&a, &b, &differences, &err), 0, "%s", err.text);
	cr_expect_eq(differences.len, 2);
	cr_assert_eq(profile_merge(&a, &b, MERGE_INTERSECTION, &both, &err), 0, "%s", err.text);
	cr_expect_eq(both.rules_len, REGION_TERMS_MAX - 1);
}

static void add_rule(struct profile *out, size_t len, const struct condition *conditions)
{
	struct rule *rule = profile_add_rule(out, ACTION_ALLOW, 0);

	cr_assert_not_null(rule);
	cr_assert_eq(names_add(&rule->names, "socket"), 0);
	for (size_t i = 0; i < len; i++)
		cr_assert_eq(rule_add_condition(rule, &conditions[i]), 0);
}

/* Docker's rules for socket against those of a recording with --args: a list of what differs would have thousands of terms. */
struct sockets {
	struct profile ranges, masks;
	struct names names;
};

static void sockets_clear(struct sockets *sockets)
{
	profile_clear(&sockets->ranges);
	profile_clear(&sockets->masks);
	names_clear(&sockets->names);
}

static void make_sockets(struct sockets *out)
{
	*out = (struct sockets){.ranges = {.default_action = ACTION_ERRNO, .default_errno = EPERM},
				.masks = {.default_action = ACTION_ERRNO, .default_errno = EPERM}};
	out->ranges.arches[ARCH_X86_64] = out->masks.arches[ARCH_X86_64] = true;
	add_rule(&out->ranges, 1, (struct condition[]){{0, COMPARE_LT, 38, 0}});
	add_rule(&out->ranges, 1, (struct condition[]){{0, COMPARE_EQ, 39, 0}});
	add_rule(&out->ranges, 1, (struct condition[]){{0, COMPARE_GT, 40, 0}});
	add_rule(&out->masks, 3,
		 (struct condition[]){{0, COMPARE_MASKED_EQ, 0xfffffff7, 2},
				      {1, COMPARE_MASKED_EQ, 0xfff7f7ff, 1},
				      {2, COMPARE_MASKED_EQ, 0xffffffff, 0}});
	add_rule(&out->masks, 2,
		 (struct condition[]){{0, COMPARE_MASKED_EQ, 0xffffffff, 16},
				      {1, COMPARE_MASKED_EQ, 0xfff7f7fe, 2}});
	cr_assert_eq(profile_names(&out->masks, &out->names), 0);
}

/* Asks for every combination of the values at the edges of the conditions: what is told is so, and what is so is told. */
static void check_edges(const struct profile *a, const struct profile *b, const struct names *names,
			const struct profile *both)
{
	static const uint64_t low[] = {0,  1,  2,  3,  9,     10,      11,         16,        37,
				       38, 39, 40, 41, 0x800, 0x80001, 0x80000000, 0xffffffff};
	static const uint64_t types[] = {0, 1, 2, 3, 0x801, 0x80001, 0x80803, 0x100000001};
	static const uint64_t protocols[] = {0, 1, 0x100000000, 0x80000000};
	struct differences own_differences differences = {0};
	struct syscall call = {.arch = ARCH_X86_64};
	bool goes_beyond = false;

	cr_assert(syscall_resolve(call.arch, "socket", &call.nr));
	cr_assert_eq(profile_diff(a, b, &differences, NULL), 0);
	cr_assert_eq(differences.unclear.len, 0);
	for (size_t i = 0; i < ARRAY_LEN(low) * ARRAY_LEN(types) * ARRAY_LEN(protocols) * 3; i++) {
		size_t rest = i / 3;
		uint64_t args[6] = {(uint64_t)(i % 3) << (i % 3 == 1 ? 32 : 62)};
		struct outcome x, y;

		args[0] |= low[rest % ARRAY_LEN(low)];
		rest /= ARRAY_LEN(low);
		args[1] = types[rest % ARRAY_LEN(types)];
		args[2] = protocols[rest / ARRAY_LEN(types)];
		x = evaluate(a, &call, args).outcome;
		y = evaluate(b, &call, args).outcome;
		goes_beyond |= outcome_goes_beyond(x, y);
		check_diff(&differences, names, &call, args, x, y);
		cr_assert(outcome_equal(evaluate(both, &call, args).outcome, stricter(x, y)));
	}
	cr_assert_eq(differences_go_beyond(&differences), goes_beyond);
}

Test(diff, ranges_against_masks)
{
	__attribute__((cleanup(sockets_clear))) struct sockets sockets;
	struct profile own_profile both = {0}, own_profile other_way = {0};

	make_sockets(&sockets);
	cr_assert(merged(&sockets.masks, &sockets.ranges, MERGE_INTERSECTION, &both));
	cr_assert(merged(&sockets.ranges, &sockets.masks, MERGE_INTERSECTION, &other_way));
	same_text(&both, &other_way);
	cr_expect_eq(both.rules_len, 2, "what lies in the other whole is not cut: %zu",
		     both.rules_len);
	check_edges(&sockets.masks, &sockets.ranges, &sockets.names, &both);
	check_edges(&sockets.ranges, &sockets.masks, &sockets.names, &both);
	check_edges(&both, &sockets.ranges, &sockets.names, &both);
	check_edges(&both, &sockets.masks, &sockets.names, &both);
}

/* One value of the masks that the ranges leave out: neither is a part of the other. */
Test(diff, ranges_cut_masks)
{
	__attribute__((cleanup(sockets_clear))) struct sockets sockets;
	struct profile own_profile both = {0};

	make_sockets(&sockets);
	add_rule(&sockets.masks, 1, (struct condition[]){{0, COMPARE_MASKED_EQ, 0xffffffff, 40}});
	cr_assert(merged(&sockets.masks, &sockets.ranges, MERGE_INTERSECTION, &both));
	check_edges(&sockets.masks, &sockets.ranges, &sockets.names, &both);
	check_edges(&sockets.ranges, &sockets.masks, &sockets.names, &both);
	check_edges(&both, &sockets.ranges, &sockets.names, &both);
	check_edges(&both, &sockets.masks, &sockets.names, &both);
}

/* What opens more is in the intersection only if both have it. */
Test(merge, flags)
{
	static const struct {
		bool a, b, both, either;
	} rows[] = {{false, false, false, false},
		    {true, false, false, true},
		    {false, true, false, true},
		    {true, true, true, true}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (enum flag flag = 0; flag < FLAG_COUNT; flag++) {
			struct profile own_profile a = {.default_action = ACTION_KILL_PROCESS};
			struct profile own_profile b = {.default_action = ACTION_KILL_PROCESS};
			struct profile own_profile both = {0}, own_profile either = {0};
			bool opens = flag == FLAG_SPEC_ALLOW;

			a.flags[flag] = rows[i].a;
			b.flags[flag] = rows[i].b;
			cr_assert_eq(profile_merge(&a, &b, MERGE_INTERSECTION, &both, NULL), 0);
			cr_assert_eq(profile_merge(&a, &b, MERGE_UNION, &either, NULL), 0);
			cr_expect_eq(both.flags[flag], opens ? rows[i].both : rows[i].either,
				     "row %zu: %s", i, flag_name(flag));
			cr_expect_eq(either.flags[flag], rows[i].either, "row %zu: %s", i,
				     flag_name(flag));
		}
	}
}
