/* SPDX-License-Identifier: BSD-2-Clause */
/* Which processes run under a seccomp filter, as /proc/PID/status tells ("Seccomp: 2"). */
#pragma once

#include "target/cgroup.h"

/** Does this process? What it starts does, too, then. */
bool filtered_self(void);

/** Does any process in the cgroup or below? Those that whittle's pid namespace does not show are not looked at. */
bool filtered_any(const struct cgroup *cgroup);
