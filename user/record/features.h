/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this kernel offers, and how it can be made to offer less: WHITTLE_FEATURES="-tp_btf,-clone3" turns features off, so
 * that each fallback can be tested on every kernel.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>

enum feature {
	FEATURE_TP_BTF =
		1, /* BTF-typed raw tracepoints and the current task as a typed pointer (5.11) */
	FEATURE_CLONE3 = 2,      /* clone3 with CLONE_INTO_CGROUP (5.7) */
	FEATURE_UNPREEMPTED = 4, /* a program on sys_enter runs to its end (until 7.1) */
	FEATURE_PERF = 8,        /* perf tracepoints; of use where that is not so */
	FEATURE_FENTRY = 16,     /* programs at the entry of functions, also of 8 arguments */
	FEATURE_FETCH =
		32, /* programs that exchange values (5.12) and get a task's registers (5.15) */
	FEATURE_CPU_ROWS = 64, /* few CPUs: each may have counters of its own */
	FEATURE_VERDICTS =
		128, /* the number of the CPU without a call (6.10), and numbers as typed pointers (6.2): see bpf/verdict.bpf.h */
};

/**
 * All features but those that `off` (the variable's text, NULL: none) turns off. -EINVAL: it names one that does not exist.
 */
int features_parse(const char *off, unsigned int *features, struct err *err) must_check;

/*
 * What recording cannot do without: 0, or an error that names what is missing and the remedy.
 */
/** -EPERM: this process may not load tracing programs. */
int features_check_capabilities(struct err *err) must_check;
/** Does the kernel describe its types? The programs are fitted to it by them. */
int features_check_btf(struct err *err) must_check;
/** Both. */
int features_check(struct err *err) must_check;
/** Linux 5.8 has ring buffers. Needs the capabilities. */
int features_check_ring(struct err *err) must_check;
/**
 * Can a program on sys_enter be preempted, so that the kernel skips it for other tasks of that CPU? (From 7.2 on; a sleepable program is
 * accepted there.)
 */
bool features_programs_are_preempted(void);
/** Can its BPF programs do what those of FEATURE_FETCH do? Needs the capabilities. */
bool features_programs_fetch(void);
/** Is it worth while to remember verdicts? By its version: what such a kernel does not take is refused. */
bool features_verdicts_pay(void);
