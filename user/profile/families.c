// SPDX-License-Identifier: BSD-2-Clause
#include "profile/families.h"
#include "profile/diff.h"
#include "profile/evaluate.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* include/linux/socket.h; AF_LOCAL and AF_FILE are other names of AF_UNIX, AF_ROUTE of AF_NETLINK */
static const char *const names[FAMILIES_END] = {
	"AF_UNSPEC",     "AF_UNIX",      "AF_INET",     "AF_AX25",  "AF_IPX",     "AF_APPLETALK",
	"AF_NETROM",     "AF_BRIDGE",    "AF_ATMPVC",   "AF_X25",   "AF_INET6",   "AF_ROSE",
	"AF_DECnet",     "AF_NETBEUI",   "AF_SECURITY", "AF_KEY",   "AF_NETLINK", "AF_PACKET",
	"AF_ASH",        "AF_ECONET",    "AF_ATMSVC",   "AF_RDS",   "AF_SNA",     "AF_IRDA",
	"AF_PPPOX",      "AF_WANPIPE",   "AF_LLC",      "AF_IB",    "AF_MPLS",    "AF_CAN",
	"AF_TIPC",       "AF_BLUETOOTH", "AF_IUCV",     "AF_RXRPC", "AF_ISDN",    "AF_PHONET",
	"AF_IEEE802154", "AF_CAIF",      "AF_ALG",      "AF_NFC",   "AF_VSOCK",   "AF_KCM",
	"AF_QIPCRTR",    "AF_SMC",       "AF_XDP",      "AF_MCTP",
};

const char *family_name(unsigned int family)
{
	return family < FAMILIES_END ? names[family] : NULL;
}

int family_from_name(const char *name)
{
	if (!strcmp(name, "AF_LOCAL") || !strcmp(name, "AF_FILE"))
		return AF_UNIX;
	if (!strcmp(name, "AF_ROUTE"))
		return AF_NETLINK;
	for (int i = 0; i < FAMILIES_END; i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

static int add_socket(struct profile *profile, enum action action, int errno_value,
		      enum compare compare, unsigned int family)
{
	const struct condition condition = {.compare = compare, .value = family};
	struct rule *rule = profile_add_rule(profile, action, errno_value);

	return rule && !names_add(&rule->names, "socket") && !rule_add_condition(rule, &condition) ?
		       0 :
		       -ENOMEM;
}

/* The lowest and the highest family of a set that is not empty. */
static unsigned int lowest(uint64_t bits)
{
	return __builtin_ctzll(bits);
}

static unsigned int highest(uint64_t bits)
{
	return 63 - __builtin_clzll(bits);
}

int families_add(struct profile *profile, const struct families *families, enum action action,
		 int errno_value)
{
	uint64_t bits = families->bits;
	unsigned int first = 0, end = FAMILIES_END;
	int rc = 0;

	if (families->all_but && !bits) {
		struct rule *rule = profile_add_rule(profile, action, errno_value);

		return rule && !names_add(&rule->names, "socket") ? 0 : -ENOMEM;
	}
	if (families->all_but) {
		first = lowest(bits);
		end = highest(bits);
		if (first)
			rc = add_socket(profile, action, errno_value, COMPARE_LT, first);
	}
	for (unsigned int i = first; !rc && i < end; i++)
		if ((bits >> i & 1) != families->all_but)
			rc = add_socket(profile, action, errno_value, COMPARE_EQ, i);
	if (!rc && families->all_but)
		rc = add_socket(profile, action, errno_value, COMPARE_GT, end);
	return rc;
}

/*
 * The kernel takes 32 bits of the family, systemd compares 64. A rule that lets through what is equal in 32 bits, as recordings have it, lets
 * families through; that systemd does so for no upper bits refuses nobody who means one. One that refuses is not the same in 64 bits: with an upper
 * bit what it refuses would get through.
 */
static struct condition whole_condition(const struct rule *rule, const struct condition *c)
{
	struct condition whole = *c;

	if (c->index || c->compare != COMPARE_MASKED_EQ || c->value > UINT32_MAX ||
	    !outcome_allows(rule_outcome(rule)))
		return whole;
	whole.value |= ~(uint64_t)UINT32_MAX;
	return whole;
}

/* The rules for socket alone, under the profile's default. */
static int socket_of(const struct profile *profile, struct profile *out)
{
	out->default_action = profile->default_action;
	out->default_errno = profile->default_errno;
	for (size_t i = 0; i < profile->rules_len; i++) {
		const struct rule *rule = &profile->rules[i];
		struct rule *copy;

		if (!names_has(&rule->names, "socket"))
			continue;
		copy = profile_add_rule(out, rule->action, rule->errno_value);
		if (!copy || names_add(&copy->names, "socket"))
			return -ENOMEM;
		for (size_t c = 0; c < rule->conditions_len; c++) {
			struct condition whole = whole_condition(rule, &rule->conditions[c]);

			if (rule_add_condition(copy, &whole))
				return -ENOMEM;
		}
	}
	return 0;
}

static struct outcome of_family(const struct profile *profile, uint64_t family)
{
	const uint64_t args[6] = {family};
	struct syscall call = {.arch = ARCH_X86_64};

	if (!syscall_resolve(call.arch, "socket", &call.nr))
		return profile_default(profile);
	return evaluate(profile, &call, args).outcome;
}

bool families_of(const struct profile *profile, struct families *out, struct outcome *through,
		 struct outcome *refused)
{
	struct profile own_profile is = {0}, own_profile would = {0};
	struct differences own_differences differences = {0};
	struct outcome rest, other;
	struct families set = {0};
	int rc;

	if (socket_of(profile, &is))
		return false;
	rest = other = of_family(&is, UINT32_MAX);
	for (unsigned int i = 0; i < FAMILIES_END; i++) {
		struct outcome outcome = of_family(&is, i);

		if (outcome_equal(outcome, rest))
			continue;
		set.bits |= 1ULL << i;
		other = outcome;
	}
	if (!set.bits || outcome_allows(other) == outcome_allows(rest))
		return false;
	/* rules made of what was seen say the same, or there is more to it */
	set.all_but = !outcome_equal(rest, profile_default(&is));
	would.default_action = is.default_action;
	would.default_errno = is.default_errno;
	rc = set.all_but ? families_add(&would, &set, rest.action, rest.errno_value) :
			   families_add(&would, &set, other.action, other.errno_value);
	if (rc || profile_diff(&is, &would, &differences, NULL) || !differences_none(&differences))
		return false;
	*out = (struct families){outcome_allows(rest), set.bits};
	*through = outcome_allows(rest) ? rest : other;
	*refused = outcome_allows(rest) ? other : rest;
	return true;
}
