/* SPDX-License-Identifier: BSD-2-Clause */
/* Why a rule is there, in a few words for who reads the file. */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"

/** The rule's own comment; without one, what can be told from the rule. Adds nothing where that is nothing. */
void rule_why(const struct rule *rule, struct buf *out);
