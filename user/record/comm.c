// SPDX-License-Identifier: BSD-2-Clause
#include "record/comm.h"

#include <stddef.h>

void recording_comm_text(const char comm[RECORDING_COMM_LEN], char text[RECORDING_COMM_LEN])
{
	size_t i;

	for (i = 0; i < RECORDING_COMM_LEN - 1 && comm[i]; i++)
		text[i] = comm[i] >= 0x20 && comm[i] < 0x7f ? comm[i] : '?';
	text[i] = '\0';
}
