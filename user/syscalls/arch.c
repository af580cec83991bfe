// SPDX-License-Identifier: BSD-2-Clause
#include "syscalls/arch.h"
#include "base/own.h"

#include <linux/audit.h>
#include <seccomp.h>
#include <stddef.h>
#include <string.h>

/* uname(2) has one name for both byte orders of MIPS: it is the one that this program runs in. */
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define IF_BIG(name)    name
#define IF_LITTLE(name) NULL
#else
#define IF_BIG(name)    NULL
#define IF_LITTLE(name) name
#endif

/* The numbers of libseccomp are AUDIT_ARCH_*, but for x32: so also those that the installed headers lack (2.6.0 has them). */
static const struct row {
	const char *token;
	const char *scmp_name;
	const char *systemd_name; /* of SystemCallArchitectures=; NULL: none */
	const char *docker_name;  /* of includes and excludes (moby: goToNative); NULL: none */
	const char *machine;      /* native on it */
	uint32_t audit;
	uint32_t scmp_token;  /* 0: as `audit` */
	uint32_t number_base; /* arch/mips/include/uapi/asm/unistd.h; bit 30 of x32 */
	bool is_32bit, compares_32bit, multiplexes, is_recorded;
	enum arch host; /* ARCH_INVALID: itself */
	enum arch compat;
} rows[ARCH_COUNT] = {
#define NAMES(lower, upper, systemd, docker, native)                                               \
	.token = lower, .scmp_name = "SCMP_ARCH_" upper, .systemd_name = systemd,                  \
	.docker_name = docker, .machine = native
#define NARROW .is_32bit = true, .compares_32bit = true
	[ARCH_INVALID] = {.token = "invalid", .scmp_name = "invalid"},
	[ARCH_X86_64] = {NAMES("x86_64", "X86_64", "x86-64", "amd64", "x86_64"),
			 .audit = AUDIT_ARCH_X86_64, .is_recorded = true, .compat = ARCH_X86},
	[ARCH_X86] = {NAMES("x86", "X86", "x86", "x86", NULL), .audit = AUDIT_ARCH_I386, NARROW,
		      .multiplexes = true, .is_recorded = true, .host = ARCH_X86_64},
	[ARCH_X32] = {NAMES("x32", "X32", "x32", "x32", NULL), .audit = AUDIT_ARCH_X86_64,
		      .scmp_token = SCMP_ARCH_X32, .number_base = 0x40000000,
		      .compares_32bit = true, .is_recorded = true, .host = ARCH_X86_64},
	[ARCH_AARCH64] = {NAMES("aarch64", "AARCH64", "arm64", "arm64", "aarch64"),
			  .audit = AUDIT_ARCH_AARCH64, .is_recorded = true, .compat = ARCH_ARM},
	[ARCH_ARM] = {NAMES("arm", "ARM", "arm", "arm", NULL), .audit = AUDIT_ARCH_ARM, NARROW,
		      .is_recorded = true, .host = ARCH_AARCH64},
	[ARCH_LOONGARCH64] = {NAMES("loongarch64", "LOONGARCH64", "loongarch64", "loongarch64",
				    "loongarch64"),
			      .audit = AUDIT_ARCH_LOONGARCH64},
	[ARCH_M68K] = {NAMES("m68k", "M68K", NULL, NULL, "m68k"), .audit = AUDIT_ARCH_M68K, NARROW,
		       .multiplexes = true},
	[ARCH_MIPS64] = {NAMES("mips64", "MIPS64", "mips64", "mips64", IF_BIG("mips64")),
			 .audit = AUDIT_ARCH_MIPS64, .number_base = 5000, .compat = ARCH_MIPS},
	[ARCH_MIPS] = {NAMES("mips", "MIPS", "mips", NULL, IF_BIG("mips")),
		       .audit = AUDIT_ARCH_MIPS, .number_base = 4000, NARROW, .multiplexes = true,
		       .host = ARCH_MIPS64},
	[ARCH_MIPS64N32] = {NAMES("mips64n32", "MIPS64N32", "mips64-n32", "mips64n32", NULL),
			    .audit = AUDIT_ARCH_MIPS64N32, .number_base = 6000,
			    .compares_32bit = true, .host = ARCH_MIPS64},
	[ARCH_MIPSEL64] = {NAMES("mipsel64", "MIPSEL64", "mips64-le", "mipsel64",
				 IF_LITTLE("mips64")),
			   .audit = AUDIT_ARCH_MIPSEL64, .number_base = 5000,
			   .compat = ARCH_MIPSEL},
	[ARCH_MIPSEL] = {NAMES("mipsel", "MIPSEL", "mips-le", "mipsel", IF_LITTLE("mips")),
			 .audit = AUDIT_ARCH_MIPSEL, .number_base = 4000, NARROW,
			 .multiplexes = true, .host = ARCH_MIPSEL64},
	[ARCH_MIPSEL64N32] = {NAMES("mipsel64n32", "MIPSEL64N32", "mips64-le-n32", "mips3l64n32",
				    NULL),
			      .audit = AUDIT_ARCH_MIPSEL64N32, .number_base = 6000,
			      .compares_32bit = true, .host = ARCH_MIPSEL64},
	[ARCH_PARISC64] = {NAMES("parisc64", "PARISC64", "parisc64", NULL, "parisc64"),
			   .audit = AUDIT_ARCH_PARISC64, .compat = ARCH_PARISC},
	[ARCH_PARISC] = {NAMES("parisc", "PARISC", "parisc", NULL, "parisc"),
			 .audit = AUDIT_ARCH_PARISC, NARROW, .host = ARCH_PARISC64},
	[ARCH_PPC64] = {NAMES("ppc64", "PPC64", "ppc64", "ppc64", "ppc64"),
			.audit = AUDIT_ARCH_PPC64, .multiplexes = true, .compat = ARCH_PPC},
	[ARCH_PPC] = {NAMES("ppc", "PPC", "ppc", "ppc", "ppc"), .audit = AUDIT_ARCH_PPC, NARROW,
		      .multiplexes = true, .host = ARCH_PPC64},
	[ARCH_PPC64LE] = {NAMES("ppc64le", "PPC64LE", "ppc64-le", "ppc64le", "ppc64le"),
			  .audit = AUDIT_ARCH_PPC64LE, .multiplexes = true},
	[ARCH_RISCV64] = {NAMES("riscv64", "RISCV64", "riscv64", "riscv64", "riscv64"),
			  .audit = AUDIT_ARCH_RISCV64},
	[ARCH_S390X] = {NAMES("s390x", "S390X", "s390x", "s390x", "s390x"),
			.audit = AUDIT_ARCH_S390X, .multiplexes = true, .compat = ARCH_S390},
	[ARCH_S390] = {NAMES("s390", "S390", "s390", "s390", NULL), .audit = AUDIT_ARCH_S390,
		       NARROW, .multiplexes = true, .host = ARCH_S390X},
	[ARCH_SH] = {NAMES("sh", "SH", NULL, NULL, IF_LITTLE("sh4")), .audit = AUDIT_ARCH_SHEL,
		     NARROW, .multiplexes = true},
	[ARCH_SHEB] = {NAMES("sheb", "SHEB", NULL, NULL, IF_BIG("sh4")), .audit = AUDIT_ARCH_SH,
		       NARROW, .multiplexes = true},
#undef NAMES
#undef NARROW
};

const char *arch_token(enum arch arch)
{
	return rows[arch].token;
}

const char *arch_scmp_name(enum arch arch)
{
	return rows[arch].scmp_name;
}

const char *arch_systemd_name(enum arch arch)
{
	return rows[arch].systemd_name;
}

const char *arch_docker_name(enum arch arch)
{
	return rows[arch].docker_name;
}

uint32_t arch_scmp_token(enum arch arch)
{
	return rows[arch].scmp_token ? rows[arch].scmp_token : rows[arch].audit;
}

uint32_t arch_audit(enum arch arch)
{
	return rows[arch].audit;
}

bool arch_is_32bit(enum arch arch)
{
	return rows[arch].is_32bit;
}

bool arch_compares_32bit(enum arch arch)
{
	return rows[arch].compares_32bit;
}

bool arch_is_big_endian(enum arch arch)
{
	return !(rows[arch].audit & __AUDIT_ARCH_LE);
}

bool arch_multiplexes(enum arch arch)
{
	return rows[arch].multiplexes;
}

uint32_t arch_number_base(enum arch arch)
{
	return rows[arch].number_base;
}

bool arch_is_recorded(enum arch arch)
{
	return rows[arch].is_recorded;
}

bool arch_is_known(enum arch arch)
{
	return seccomp_arch_resolve_name(rows[arch].token) != 0;
}

/* The row whose name of a kind, which stands at `offset`, it is. */
static enum arch find(size_t offset, const char *name)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		const char *own = *(const char *const *)((const char *)&rows[a] + offset);

		if (own && !strcmp(own, name))
			return a;
	}
	return ARCH_INVALID;
}

enum arch arch_from_token(const char *token)
{
	return find(offsetof(struct row, token), token);
}

enum arch arch_from_scmp_name(const char *name)
{
	return find(offsetof(struct row, scmp_name), name);
}

enum arch arch_from_systemd_name(const char *name)
{
	return find(offsetof(struct row, systemd_name), name);
}

enum arch arch_from_machine(const char *machine)
{
	return find(offsetof(struct row, machine), machine);
}

enum arch arch_native(void)
{
	const uint32_t token = seccomp_arch_native();

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		if (arch_scmp_token(a) == token)
			return a;
	return ARCH_INVALID;
}

enum arch arch_compat(enum arch native)
{
	return rows[native].compat;
}

enum arch arch_host(enum arch arch)
{
	return rows[arch].host ? rows[arch].host : arch;
}

enum arch arch_from_audit(uint32_t audit_arch, int64_t *nr)
{
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		enum arch arch = a;

		if (rows[a].audit != audit_arch)
			continue;
		if (a == ARCH_X86_64 && *nr >= 0 && *nr & rows[ARCH_X32].number_base)
			arch = ARCH_X32;
		/* a number that no call has, below the base, becomes one that none has here */
		if (*nr >= 0)
			*nr -= rows[arch].number_base;
		return arch;
	}
	return ARCH_INVALID;
}
