/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Allowing more in a profile that somebody keeps: its document is changed where it must be, and all else in it stays, what whittle does
 * not know as well (flags, a listener, comments, rules for other capabilities). For OCI's, Docker's and Podman's JSON.
 */
#pragma once

#include "profile/document.h"
#include "profile/region.h"

/** The part of a document that is the profile: see profile_in_document(). Borrowed. */
struct node *amend_root(struct node *document);

/** Lists one more architecture, where the document lists them; `native` is the machine's own. -ENOMEM. */
int amend_add_arch(struct node *root, enum arch arch, enum arch native) must_check;

/**
 * Allows a call, with the arguments of that term, or whatever they are (NULL): it leaves the rules that say otherwise, and joins one that
 * allows, or gets one of its own. `profile` is what the document was parsed to: it tells which rules apply. -ENOMEM.
 */
int amend_allow(struct node *root, const struct profile *profile, const char *name,
		const struct term *term) must_check;

/**
 * The same for one subcall of a multiplexer. A rule that denies them all otherwise than the default does becomes one for each of the
 * others; a rule with conditions of its own that denies it stays, so that whoever calls this looks whether it is allowed. -ENOMEM.
 */
int amend_allow_subcall(struct node *root, const struct profile *profile,
			const struct syscall *call, const char *name) must_check;

/** Rules that have lost all of their names go. Once, at the end: until then rules keep their places. */
void amend_finish(struct node *root);
