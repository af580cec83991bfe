// SPDX-License-Identifier: BSD-2-Clause
#include "target/kind.h"
#include "target/container.h"

#include <string.h>

const char *target_kind_name(enum target_kind kind)
{
	static const char *const names[] = {
		[TARGET_CGROUP] = "cgroup",
		[TARGET_CONTAINER] = "container",
		[TARGET_UNIT] = "unit",
	};

	return names[kind];
}

static bool ends_with(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && !strcmp(name + len - end_len, end);
}

enum target_kind target_kind_of(const char *name, char id[ENGINE_ID_LEN + 1])
{
	id[0] = '\0';
	if (container_id_in(name, "", id))
		return TARGET_CONTAINER;
	if (ends_with(name, ".scope"))
		return TARGET_UNIT;
	return ends_with(name, ".service") && strncmp(name, "user@", strlen("user@")) ?
		       TARGET_UNIT :
		       TARGET_CGROUP;
}
