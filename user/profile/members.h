/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The members that the objects of a profile in JSON have, and who reads what for them: what is written in Go (runc, Docker, Podman,
 * containerd) takes no notice of the case of a key, crun does.
 */
#pragma once

/* Of each the last is NULL. */
extern const char *const members_of_profile[];
extern const char *const members_of_map_entry[]; /* of archMap */
extern const char *const members_of_rule[];
extern const char *const members_of_condition[];     /* of args */
extern const char *const members_of_circumstances[]; /* includes and excludes */
extern const char *const
	members_of_config[]; /* an OCI runtime's config.json, as far as it leads to the profile */
extern const char *const members_of_linux[]; /* in it */

/** The one of `known` that a key is but for its case, as Go's encoding/json compares them; NULL: none, or it is one to the letter. */
const char *member_but_for_case(const char *key, const char *const *known);
