/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said on stderr when a recording is over: what was seen, what may be missing, what the profile holds. */
#pragma once

#include "cli/engine_default.h"
#include "cli/runtime.h"
#include "profile/constrain.h"
#include "profile/derive.h"
#include "record/recording.h"

/**
 * Counts, losses, and a warning for each thing that keeps the recording from being the whole truth. assume_startup: what a start calls
 * will be in the profile.
 */
void summary_recording(const struct recording *recording, bool assume_startup);
/** The last of it: a warning for each loss. */
void summary_losses(const struct losses *losses);
/** What the container called beyond the default profile of its engine; nothing if that is not known. */
void summary_beyond(const struct engine_default *container, const struct recording *recording);
/** Where the profile went ("-": standard output) and why its names are in it; what tables added, by name, at -v. */
void summary_profile(const char *path, const struct derived *derived,
		     const struct runtime_seen *seen, const struct baseline *baseline);
/** Where the profile has what one container runtime needs to start, and not what another does: which, and what adds that. */
void summary_runtimes(const struct profile *profile, const struct baseline *baseline);
/** The table of --stats, in the manner of `strace -c`, with time by the wall clock. */
void summary_stats(const struct recording *recording);

/** Which calls are held to the arguments that were seen, and which are not, and why. Nothing without any. */
void summary_arguments(const struct constraints *constraints);

/** Where a rule says more than was seen: values above 32 bits, for architectures that compare no more. Warnings. */
void summary_narrow_arches(const struct constraints *constraints, const struct profile *profile);
