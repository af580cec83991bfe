// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads calls, a line "ARCH NUMBER [SUBCALL]" each ('#' begins a comment), and prints the OCI profile that is derived from
 * them. It links with libseccomp and libyaml alone, as the profile library must.
 *
 * usage: derive [--no-enosys] < CALLS
 */
#include "base/err.h"
#include "profile/derive.h"
#include "profile/emit_oci.h"

#include <inttypes.h>
#include <string.h>

static bool add_line(struct syscall_set *set, const char *line)
{
	char token[32];
	struct syscall call = {0};

	if (sscanf(line, "%31s %" SCNd64 " %" SCNu32, token, &call.nr, &call.sub) < 2)
		return false;
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (!strcmp(arch_token(a), token))
			call.arch = a;
	return syscall_set__add(set, &call);
}

static bool read_calls(FILE *file, struct syscall_set *set)
{
	char line[256];

	while (fgets(line, sizeof(line), file)) {
		line[strcspn(line, "#\n")] = '\0';
		if (line[strspn(line, " \t")] && !add_line(set, line)) {
			fprintf(stderr, "derive: no such call: %s\n", line);
			return false;
		}
	}
	return !ferror(file);
}

int main(int argc, char **argv)
{
	struct derive_options options = {.no_enosys = argc > 1 && !strcmp(argv[1], "--no-enosys")};
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;
	struct syscall_set set = {0};
	struct err err = {0};

	if (!read_calls(stdin, &set))
		return 2;
	if (derive_profile(&set, &options, &profile, NULL, &err) ||
	    emit_oci(&profile, &text, &err)) {
		fprintf(stderr, "derive: %s\n", err.text);
		return 1;
	}
	return fwrite(text.data, 1, text.len, stdout) == text.len && !fflush(stdout) ? 0 : 1;
}
