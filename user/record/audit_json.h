/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * As much JSON as the journal's entries need: a member with a string, in a text of one object without further ones. Quotes
 * inside of a value are escaped, so that no program can put a member into somebody else's entry.
 */
#pragma once

#include "base/span.h"

/** A string behind "KEY" :, as it is written; `key` has its quotes. False: there is no such member, or it is no string. */
bool audit_json_member(struct span text, const char *key, struct span *out);

/** The string without its escapes, in `room`, which holds as much as it: borrowed. */
struct span audit_json_text(struct span text, char *room);
