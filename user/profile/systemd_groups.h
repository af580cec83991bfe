/* SPDX-License-Identifier: BSD-2-Clause */
/* The groups of system calls that systemd's SystemCallFilter= knows, such as @file-system: names in a table. */
#pragma once

#include "profile/profile.h"

/** Adds the names of all members, of groups in the group too. -ENOENT: there is no such group; -ENOMEM. */
int systemd_group_names(const char *group, struct rule *names) must_check;
