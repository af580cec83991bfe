/* SPDX-License-Identifier: BSD-2-Clause */
/* Executables of this host that set containers and services up: container runtimes, and systemd's helper. */
#pragma once

#include "event.h"

#include <stddef.h>

/** Fills in device and inode (kernel encoding) of those that are installed; returns how many, at most max. */
size_t launchers_find(struct file_id *out, size_t max);
