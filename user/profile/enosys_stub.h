/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What runc puts in front of a filter: a call whose number is above all that the profile names on its architecture gets ENOSYS, as from a kernel
 * that does not know it. Not where the default action is to let calls through, or to TRACE them. crun has no such thing.
 */
#pragma once

#include "profile/profile.h"

/**
 * Does runc answer the call so? The profile depends on nothing (resolve.h). On the machine's own architecture, where the profile does not list it,
 * runc does from 1.1.15 on.
 */
bool enosys_stub_answers(const struct profile *profile, const struct syscall *call);

/** Does any runc answer all calls of that name so, on each architecture that the profile lists and that has one? */
bool enosys_stub_answers_all(const struct profile *profile, const char *name);
