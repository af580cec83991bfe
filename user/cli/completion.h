/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scripts that complete commands, options and their words in a shell, written from the rows of the commands. Names that are there at the time
 * (containers, units, recordings) the script asks for, and waits for no answer that takes seconds.
 */
#pragma once

#include "cli/cmd.h"

enum shell {
	SHELL_NONE = -1,
	SHELL_BASH,
	SHELL_ZSH,
	SHELL_FISH,
};

/** Prints the script on stdout. */
void completion_print(enum shell shell);
