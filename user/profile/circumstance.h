/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a rule depends on, of the container and its host: Docker's includes and excludes. Kept in one order, each once, so that
 * rules that say the same are the same. Whether they hold is resolve.h's.
 */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"

/* Docker's own rules have two or three. */
#define CIRCUMSTANCES_MAX 1000

/** "caps", "arches", "minKernel". */
const char *circumstance_key(enum circumstance_kind kind);

/** Copies the text; one that is there already stays. -ENOMEM, -E2BIG above CIRCUMSTANCES_MAX. */
int rule_add_circumstance(struct rule *rule, bool excluded, enum circumstance_kind kind,
			  const char *text) must_check;

/** Appends "includes caps CAP_BPF, excludes arches s390 s390x". */
void circumstances_text(const struct rule *rule, struct buf *out);
