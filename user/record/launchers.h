/* SPDX-License-Identifier: BSD-2-Clause */
/* Executables of this host that set containers and services up: container runtimes, and systemd's helper. */
#pragma once

#include "event.h"

#include <stddef.h>

/** Fills in those that are installed, as the kernel tells of them; returns how many, at most max. */
size_t launchers_find(struct launcher *out, size_t max);
