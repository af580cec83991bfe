/* SPDX-License-Identifier: BSD-2-Clause */
/* What is a cgroup of, as far as the name of its directory tells? */
#pragma once

#include "target/engine.h"

enum target_kind {
	TARGET_CGROUP,
	TARGET_CONTAINER,
	TARGET_UNIT, /* of systemd, that runs something: a service or a scope. Not user@UID.service, which holds a user's own units */
};

/** "cgroup", "container", "unit". */
const char *target_kind_name(enum target_kind kind);

/** `id` becomes that of the container, whole; else empty. */
enum target_kind target_kind_of(const char *name, char id[ENGINE_ID_LEN + 1]);
