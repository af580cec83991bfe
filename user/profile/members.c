// SPDX-License-Identifier: BSD-2-Clause
#include "profile/members.h"
#include "base/own.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

const char *const members_of_profile[] = {
	"defaultAction", "defaultErrnoRet",  "defaultErrno", "architectures",   "archMap", "flags",
	"listenerPath",  "listenerMetadata", "syscalls",     "baseProfileName", NULL,
};
const char *const members_of_map_entry[] = {"architecture", "subArchitectures", NULL};
const char *const members_of_rule[] = {
	"names", "name",    "action",   "errnoRet", "errno",
	"args",  "comment", "includes", "excludes", NULL,
};
const char *const members_of_condition[] = {"index", "value", "valueTwo", "op", NULL};
const char *const members_of_circumstances[] = {"caps", "arches", "minKernel", NULL};
const char *const members_of_config[] = {"linux", NULL};
const char *const members_of_linux[] = {"seccomp", NULL};

/* Beside ASCII two characters fold to letters of it: the long s and the sign of Kelvin. */
static char next_folded(const char **at)
{
	static const struct {
		const char *bytes;
		char letter;
	} rows[] = {{"\u017f", 's'}, {"\u212a", 'k'}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i].bytes);

		if (strncmp(*at, rows[i].bytes, n))
			continue;
		*at += n;
		return rows[i].letter;
	}
	return (char)tolower((unsigned char)*(*at)++);
}

static bool folds_to(const char *key, const char *known)
{
	while (*key && *known)
		if (next_folded(&key) != next_folded(&known))
			return false;
	return !*key && !*known;
}

const char *member_but_for_case(const char *key, const char *const *known)
{
	const char *found = NULL;

	for (; *known; known++) {
		if (!strcmp(key, *known))
			return NULL;
		if (!found && folds_to(key, *known))
			found = *known;
	}
	return found;
}
