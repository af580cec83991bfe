/* SPDX-License-Identifier: BSD-2-Clause */
/* Scripts that complete commands, options and their choices in a shell, written from the rows of the commands. */
#pragma once

#include "cli/cmd.h"

enum shell {
	SHELL_NONE = -1,
	SHELL_BASH,
	SHELL_ZSH,
	SHELL_FISH,
};

/** Prints the script on stdout. `commands` ends in NULL. */
void completion_print(enum shell shell, const struct command *const *commands);
