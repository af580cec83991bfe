/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a profile that depends on the container and its host to the one that such a container gets there: rules whose circumstances
 * do not hold go, archMap becomes the architectures of the machine. A pure step, as Docker and Podman take it before the
 * runtime sees the profile.
 */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"

/* For whom. All borrowed. */
struct host {
	enum arch arch;          /* the native one */
	const char *const *caps; /* "CAP_CHOWN" ...; NULL: the 14 that Docker gives by default */
	size_t caps_len;
	unsigned int kernel_major, kernel_minor;
};

/** The 14 capabilities that Docker and Podman's ancestors give a container. */
extern const char *const host_default_caps[];
extern const size_t host_default_caps_len;

/** All capabilities, one of the architectures, the kernel; and none of what is excluded. */
bool rule_holds(const struct rule *rule, const struct host *host);

bool profile_has_arch_map(const struct profile *profile);

/** Do rules hold for some containers and hosts only? */
bool profile_rules_depend(const struct profile *profile);

/** Has it rules with circumstances, or an archMap? */
bool profile_depends(const struct profile *profile);

/** -EINVAL with a sentence if it depends: whoever weighs rules against each other asks this first. */
int profile_needs_no_host(const struct profile *profile, struct err *err) must_check;

/** *out was zeroed, and is a copy that depends on nothing. -ENOMEM. */
int profile_resolve(const struct profile *profile, const struct host *host,
		    struct profile *out) must_check;

/** One line about what was resolved, and for whom; nothing if there was nothing. `name` is the file. */
void resolve_note(const struct profile *profile, const struct host *host, const char *name,
		  struct buf *out);
