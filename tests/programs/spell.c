// SPDX-License-Identifier: BSD-2-Clause
/* Spells a number in calls that change nothing: spell.h. */
#include "spell.h"

#include <stdlib.h>

int main(int argc, char **argv)
{
	spell(argc > 1 ? atoi(argv[1]) : 0);
	return 0;
}
