/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * OCI JSON: the subset that Docker, Podman, containerd, CRI-O, runc and crun all read alike. Explicit architectures, never
 * archMap; flags and a listener only where the profile has them; an errno only on ERRNO rules (crun refuses it elsewhere); sorted names.
 */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"

/** Appends the profile as text; the same profile always gives the same bytes. */
int emit_oci(const struct profile *profile, struct buf *out, struct err *err) must_check;
