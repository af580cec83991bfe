/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a rule is there, in a few words for who reads the file. */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"

/** Of a rule of the profile its own comment; without one, what can be told from the rule. Adds nothing where that is nothing. */
void rule_why(const struct profile *profile, const struct rule *rule, struct buf *out);
