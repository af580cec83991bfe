// SPDX-License-Identifier: BSD-2-Clause
#include "profile/emit.h"
#include "profile/emit_oci.h"

#include <errno.h>

/* OCI leaves nothing out. */
static int emit_plain_oci(const struct profile *profile, const struct emit_options *options,
			  struct buf *out, struct err *err)
{
	(void)options;
	return emit_oci(profile, out, err);
}

const struct emit_format emit_formats[] = {
	{"oci", "JSON that all container engines and runtimes read", false, emit_plain_oci},
	{"docker", "JSON with archMap", false, emit_docker},
	{"kubernetes", "SeccompProfile of the Security Profiles Operator, YAML", false,
	 emit_kubernetes},
	{"systemd", "drop-in for a service", false, emit_systemd},
	{"bpf", "the filter's instructions, for bubblewrap", true, emit_bpf},
	{"pfc", "the filter as libseccomp describes it", false, emit_pfc},
	{"list", "names of allowed calls, one a line", false, emit_list},
	{0},
};

int emit_refuse(const struct profile *profile, size_t index, const struct emit_options *options,
		const char *why, struct err *err)
{
	const struct rule *rule = &profile->rules[index];
	size_t number = rule->number ? rule->number : index + 1;

	if (!options->lossy)
		return err_set(err, -EOPNOTSUPP, "rule %zu (%s%s): %s", number, rule->names[0],
			       rule->names_len > 1 ? ", ..." : "", why);
	buf__addf(options->warnings, "left out: rule %zu (%s%s): %s\n", number, rule->names[0],
		  rule->names_len > 1 ? ", ..." : "", why);
	return 0;
}
