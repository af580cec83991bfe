// SPDX-License-Identifier: BSD-2-Clause
/*
 * usage: baseline rows           the rows for 64 bits: "RUNTIME NAME NEED SINCE" a line, SINCE "-" if there is none
 *        baseline arch           this machine's
 *        baseline bpf PROFILE    the filter of an OCI profile, as crun keeps it for exec, on standard output
 */
#include "base/err.h"
#include "base/fs.h"
#include "base/own.h"
#include "profile/baseline.h"
#include "profile/compile.h"
#include "profile/parse_oci.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static int print_rows(void)
{
	for (size_t i = 0; i < baseline_rows_len; i++) {
		const struct baseline_row *row = &baseline_rows[i];

		if (row->bits != 32)
			printf("%s %s %s %s\n", runtime_name(row->runtime), row->name, row->need,
			       row->since ? row->since : "-");
	}
	return 0;
}

static int print_arch(void)
{
	struct utsname host;

	return uname(&host) || puts(arch_token(arch_from_machine(host.machine))) < 0;
}

static int print_filter(const char *path)
{
	static char text[PROFILE_FILE_MAX];
	scmp_filter_ctx own_seccomp filter = NULL;
	struct profile own_profile profile = {0};
	struct buf own_buf unknown = BUF_INIT;
	struct err err = {0};
	FILE *file = fopen(path, "r");
	size_t len = file ? fread(text, 1, sizeof(text), file) : 0;

	if (parse_oci(path, text, len, NULL, &profile, &err) ||
	    compile_profile(&profile, arch_native(), &filter, &unknown, &err)) {
		fprintf(stderr, "baseline: %s\n", err.text);
		return 1;
	}
	return seccomp_export_bpf(filter, STDOUT_FILENO) != 0;
}

int main(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], "rows"))
		return print_rows();
	if (argc == 2 && !strcmp(argv[1], "arch"))
		return print_arch();
	return argc == 3 && !strcmp(argv[1], "bpf") ? print_filter(argv[2]) : 2;
}
