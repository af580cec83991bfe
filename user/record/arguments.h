/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the tuples that a session has kept to recording.arguments: one set for each call that the plan names and that a profile must
 * allow, of all classes that it must allow. What is not whole is open, never tighter than what was called. And to
 * recording.denied.arguments and .enosys: one for each that the plan names and that a filter stopped.
 */
#pragma once

#include "record/recording.h"
#include "record/session.h"

/* What the recorder knows and a tuple does not. */
struct arguments_context {
	uint64_t slots; /* whose recording it is, a bit each */
	enum observed_class (*class_of)(const struct apart_key *key, void *context);
	void *context;
};

/** After detach, with the recording's calls sorted. Nothing happens without a plan. */
int arguments_collect(struct recording *recording, struct session *session,
		      const struct arguments_context *context, struct err *err) must_check;

/** The same with session__denied_args(), of the slots (a bit each), when the denied calls are known. */
int arguments_collect_denied(struct recording *recording, struct session *session, uint64_t slots,
			     struct err *err) must_check;
