/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is wrong with a profile, or wider than it looks: each finding with how bad it is and what helps. What a runtime does with it,
 * for that runtime (runc and crun differ, engines add their own).
 */
#pragma once

#include "base/buf.h"
#include "profile/document.h"
#include "profile/findings.h"
#include "profile/profile.h"

enum consumer {
	CONSUMER_ANY,
	CONSUMER_DOCKER,
	CONSUMER_PODMAN,
	CONSUMER_KUBERNETES,
	CONSUMER_RUNC,
	CONSUMER_CRUN,
};

/** Does the consumer, or the engine that it is, run containers with runc, or with crun? Any does with both. */
bool consumer_uses_runc(enum consumer consumer);
bool consumer_uses_crun(enum consumer consumer);

/**
 * Looks at the meaning of a profile, of whatever format. `source` is the text that it was read from, for the places of names; NULL: it
 * was read from none.
 */
int check_profile(const struct profile *profile, const struct buf *source, enum consumer consumer,
		  struct findings *out, struct err *err) must_check;

/** Looks for keys of a profile in JSON that are known ones but for their case: who reads them is not of one mind. */
int check_members(const struct node *node, enum consumer consumer, struct findings *out,
		  struct err *err) must_check;

/** Looks at a profile in JSON or YAML as a runtime's parser does: what it refuses, what it leaves out in silence. Measured on runc 1.3.6, crun 1.28. */
int check_document(const struct node *node, enum consumer consumer, struct findings *out,
		   struct err *err) must_check;
