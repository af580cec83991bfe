/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How large a filter will be, without compiling it: libseccomp takes time that grows with the square of its length, seconds where it gets as
 * long as the kernel takes.
 */
#pragma once

#include "profile/region.h"

/**
 * Instructions that libseccomp makes of the rules for a call that is held to a region of EQ and MASKED_EQ, on one architecture, as 2.5 does
 * it: a tree of comparisons of 32 bits, where terms that begin alike share their beginning. Within a tenth; too many where terms end
 * alike, as libseccomp has the same instructions only once.
 */
size_t filter_size_of_region(const struct region *region, enum arch arch);
