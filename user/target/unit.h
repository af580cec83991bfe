/* SPDX-License-Identifier: BSD-2-Clause */
/* From the name of a systemd unit to its cgroup. */
#pragma once

#include "target/cgroup.h"

#define UNIT_NAME_LEN 256 /* systemd: UNIT_NAME_MAX */

/** "nginx" is nginx.service. False: that is not a unit's name. */
bool unit_name(const char *name, char out[UNIT_NAME_LEN]) must_check;

/**
 * Where the cgroup of a unit is, or will be once it is started. -EINVAL: not a unit's name; -ENOENT: there is no such unit, or, inside a
 * cgroup namespace, its slice has no cgroup yet.
 */
int unit_identify(const char *name, struct cgroup_identity *out, struct err *err) must_check;

/**
 * Opens the cgroup of a unit of the system manager ("nginx", "nginx.service", "system.slice"): systemctl is asked; where it is not
 * there, or there is no systemd, the unit is found as a directory of this name.
 * -EINVAL: not a unit's name; -ENOENT: there is no such unit; -ENXIO: it does not run; -ENOTUNIQ: several directories.
 */
int unit_open(const char *name, struct cgroup *out, struct err *err) must_check;
