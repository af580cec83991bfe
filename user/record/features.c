// SPDX-License-Identifier: BSD-2-Clause
#include "record/features.h"
#include "base/privilege.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/btf.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define BTF "/sys/kernel/btf/vmlinux"

static const struct {
	const char *name;
	enum feature bit;
} rows[] = {
	{"tp_btf", FEATURE_TP_BTF},           {"clone3", FEATURE_CLONE3},
	{"unpreempted", FEATURE_UNPREEMPTED}, {"perf", FEATURE_PERF},
	{"fentry", FEATURE_FENTRY},           {"fetch", FEATURE_FETCH},
	{"cpu_rows", FEATURE_CPU_ROWS},       {"verdicts", FEATURE_VERDICTS},
};

static int turn_off(const char *word, size_t len, unsigned int *features, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (len == strlen(rows[i].name) + 1 && *word == '-' &&
		    !strncmp(word + 1, rows[i].name, len - 1)) {
			*features &= ~rows[i].bit;
			return 0;
		}
	}
	return err_set(err, -EINVAL, "WHITTLE_FEATURES: '%.*s' turns no feature off", (int)len,
		       word);
}

int features_parse(const char *off, unsigned int *features, struct err *err)
{
	unsigned int all = 0;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		all |= rows[i].bit;
	for (const char *word = off ? off : "", *end; *word; word = *end ? end + 1 : end) {
		end = strchrnul(word, ',');
		if (turn_off(word, end - word, &all, err))
			return -EINVAL;
	}
	*features = all;
	return 0;
}

int features_check_capabilities(struct err *err)
{
	if (!privilege_has(CAP_SYS_ADMIN) &&
	    !(privilege_has(CAP_BPF) && privilege_has(CAP_PERFMON)))
		return err_set(err, -EPERM,
			       "recording needs root, or the capabilities CAP_BPF and CAP_PERFMON: try sudo");
	return 0;
}

/* Container runtimes mask files with an empty one. */
int features_check_btf(struct err *err)
{
	int own_fd fd = open(BTF, O_RDONLY | O_CLOEXEC);
	uint16_t magic = 0;

	if (fd < 0 && errno == ENOENT)
		return err_set(err, -ENOTSUP,
			       "this kernel shows no BTF (it needs CONFIG_DEBUG_INFO_BTF): " BTF
			       " is not there");
	if (fd < 0)
		return err_errno(err, -errno,
				 "this kernel shows no BTF (it needs CONFIG_DEBUG_INFO_BTF): " BTF);
	if (read(fd, &magic, sizeof(magic)) != sizeof(magic) || magic != BTF_MAGIC)
		return err_set(err, -ENOTSUP,
			       BTF
			       " holds no BTF: it is masked here, as containers do it; run whittle outside");
	return 0;
}

int features_check(struct err *err)
{
	int rc = features_check_capabilities(err);

	return rc ? rc : features_check_btf(err);
}

int features_check_ring(struct err *err)
{
	int rc = features_check_capabilities(err), fd;

	if (rc)
		return rc;
	fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "whittle_probe", 0, 0, sysconf(_SC_PAGESIZE),
			    NULL);
	if (fd < 0)
		return err_errno(err, fd, "cannot make a ring buffer (Linux 5.8 has them)");
	close(fd);
	return 0;
}

bool features_programs_are_preempted(void)
{
	const struct bpf_insn insns[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_SLEEPABLE);
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "whittle_probe", "GPL", insns,
			       ARRAY_LEN(insns), &options);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

bool features_programs_fetch(void)
{
	/* the current task's registers, and a compare-and-exchange on the stack */
	const struct bpf_insn insns[] = {
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_get_current_task_btf},
		{.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_task_pt_regs},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_ST | BPF_MEM | BPF_DW, .dst_reg = BPF_REG_10, .off = -8},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1},
		{.code = BPF_STX | BPF_ATOMIC | BPF_DW,
		 .dst_reg = BPF_REG_10,
		 .src_reg = BPF_REG_1,
		 .off = -8,
		 .imm = BPF_CMPXCHG},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "whittle_probe", "GPL", insns,
			       ARRAY_LEN(insns), NULL);

	/* ENOTSUPP: the compiler of arm64 before 5.18. Any other refusal has reasons of its own, which loading the programs will tell */
	if (fd < 0)
		return fd != -EINVAL && fd != -524;
	close(fd);
	return true;
}

bool features_verdicts_pay(void)
{
#ifdef __x86_64__
	struct utsname host;
	unsigned int major, minor;

	return !uname(&host) && sscanf(host.release, "%u.%u", &major, &minor) == 2 &&
	       (major > 6 || (major == 6 && minor >= 10));
#else
	return false; /* arm64 inlines the current task as well */
#endif
}
