/* SPDX-License-Identifier: BSD-2-Clause */
/* The groups of system calls that systemd's SystemCallFilter= knows, such as @file-system: names in a table. */
#pragma once

#include "profile/profile.h"

/** Adds the names of all members, of groups in the group too. -ENOENT: there is no such group; -ENOMEM. */
int systemd_group_names(const char *group, struct names *names) must_check;

/*
 * A call that no kernel has and every libseccomp knows. Of a list of what is not logged that has no names systemd makes no filter, and logs
 * nothing: one that has this alone logs everything.
 */
#define SYSTEMD_NO_CALL "afs_syscall"

/** Does RestrictAddressFamilies= do anything on this architecture (systemd 247 to 257: seccomp_restrict_address_families)? */
bool systemd_restricts_families(enum arch arch);
