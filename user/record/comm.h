/* SPDX-License-Identifier: BSD-2-Clause */
/* What a process calls itself, as the kernel keeps it: NUL-terminated, and otherwise any bytes. */
#pragma once

#define RECORDING_COMM_LEN 16

/** A copy in printable ASCII, '?' for the rest. */
void recording_comm_text(const char comm[RECORDING_COMM_LEN], char text[RECORDING_COMM_LEN]);
