// SPDX-License-Identifier: BSD-2-Clause
/*
 * Reads calls, a line "ARCH NUMBER [SUBCALL]" each ('#' begins a comment), and prints the OCI profile that is derived from
 * them. It links with libseccomp, libyaml and libmd alone, as the profile library must.
 *
 * usage: derive [--no-enosys] [--startup] [--runc] [--crun] [--no-new-privs] < CALLS
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

static bool read_options(char **argv, struct derive_options *options)
{
	while (*++argv) {
		if (!strcmp(*argv, "--no-enosys"))
			options->no_enosys = true;
		else if (!strcmp(*argv, "--startup"))
			options->startup = true;
		else if (!strcmp(*argv, "--runc"))
			options->baseline.runtimes |= RUNTIME_RUNC;
		else if (!strcmp(*argv, "--crun"))
			options->baseline.runtimes |= RUNTIME_CRUN;
		else if (!strcmp(*argv, "--no-new-privs"))
			options->baseline.no_new_privs = true;
		else
			return false;
	}
	return true;
}

/* The runtime runs on the machine's own architecture: the first one, in the order of enum arch, that is one of a machine. */
static enum arch native_of(const struct syscall_set *set)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (arch_compat(a) && syscall_set__has_arch(set, a))
			return a;
	return ARCH_INVALID;
}

int main(int argc, char **argv)
{
	struct derive_options options = {0};
	struct profile own_profile profile = {0};
	struct buf own_buf text = BUF_INIT;
	struct syscall_set set = {0};
	struct err err = {0};

	if (argc < 1 || !read_options(argv, &options) || !read_calls(stdin, &set))
		return 2;
	options.baseline.arches = ARCH_BIT(native_of(&set));
	if (derive_profile(&set, &options, &profile, NULL, &err) ||
	    emit_oci(&profile, &text, &err)) {
		fprintf(stderr, "derive: %s\n", err.text);
		return 1;
	}
	return fwrite(text.data, 1, text.len, stdout) == text.len && !fflush(stdout) ? 0 : 1;
}
