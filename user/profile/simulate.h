/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs a seccomp filter in user space, as the kernel would: classic BPF, with the instructions that seccomp permits
 * (kernel: kernel/seccomp.c, net/core/filter.c). It takes any bytes for a filter; what the kernel would not load is refused.
 */
#pragma once

#include "base/err.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Owns code: filter_clear(), or own_filter. Instructions are in this machine's byte order, whatever machine the filter is for. */
struct filter {
	struct sock_filter *code;
	size_t len; /* instructions */
	bool is_foreign; /* for machines of the other byte order: there the upper half of an argument is the other one */
};

void filter_clear(struct filter *filter);
#define own_filter own_with(filter_clear)

/** Turns the instructions into those of the other byte order. */
void filter_swap(struct filter *filter);

/** Would the kernel load it? -EINVAL with the number of the first bad instruction; -E2BIG above 4096 of them. */
int filter_check(const struct filter *filter, struct err *err) must_check;

/**
 * What the filter answers (SECCOMP_RET_* and its data). Only for filters that filter_check() took. Numbers in `data` are as this machine
 * has them.
 */
uint32_t filter_run(const struct filter *filter, const struct seccomp_data *data);
