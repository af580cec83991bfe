/* SPDX-License-Identifier: BSD-2-Clause */
/* From the name of a systemd unit to its cgroup. */
#pragma once

#include "target/cgroup.h"

#define UNIT_NAME_LEN 256 /* systemd: UNIT_NAME_MAX */

/**
 * Opens the slice that a unit is in, or will be in once it is started; `unit` becomes its whole name, which is that of its
 * cgroup there. -EINVAL: not a unit's name; -ENOENT: there is no such unit, or its slice has no cgroup yet.
 */
int unit_open_slice(const char *name, struct cgroup *out, char unit[UNIT_NAME_LEN],
		    struct err *err) must_check;

/**
 * Opens the cgroup of a unit of the system manager ("nginx", "nginx.service", "system.slice"): systemctl is asked; where it is not
 * there, or there is no systemd, the unit is found as a directory of this name.
 * -EINVAL: not a unit's name; -ENOENT: there is no such unit; -ENXIO: it does not run; -ENOTUNIQ: several directories.
 */
int unit_open(const char *name, struct cgroup *out, struct err *err) must_check;
