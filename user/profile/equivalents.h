/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls that do the same under another name: on another architecture, or from another C library. A program that makes the one
 * elsewhere makes the other.
 */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"

/**
 * Adds to each rule without conditions that allows a call those that stand for it elsewhere and that no rule has, but to say
 * ENOSYS; not for a call that another rule refuses. Each addition is appended to `added` as "NAME (for NAME): FACT", a line each: why
 * the one stands for the other, and where the kernel says so. To `missing`, a line each: for what there is something that was not added, and why.
 */
int equivalents_add(struct profile *profile, struct buf *added, struct buf *missing,
		    struct err *err) must_check;
