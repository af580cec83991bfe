/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A session's maps and links as files of a bpffs directory, so that they outlive the process that loaded them. Only session.c
 * knows these functions; the directory is made, locked and checked by resident.c.
 */
#pragma once

#include "base/err.h"

struct bpf_link;
struct bpf_object;
struct bpf_program;

/** Behind all others: pins which whittle this is, and how many pins there are. */
int pins_seal(const char *dir, struct err *err) must_check;
/**
 * Was it pinned by a whittle whose programs are the same as those of this one, and is all of it there? -EPROTO: no, and so nothing there means what it seems to.
 */
int pins_check(const char *dir, struct err *err) must_check;

/** Pins each map that the object made. */
int pins_put_maps(const char *dir, const struct bpf_object *object, struct err *err) must_check;
/** Pins a link under the name of its program. */
int pins_put_link(const char *dir, const char *program, struct bpf_link *link,
		  struct err *err) must_check;
/** Pins a program that is attached for a moment at a time. */
int pins_put_program(const char *dir, struct bpf_program *program, struct err *err) must_check;

/**
 * Before an object is loaded: gives it the pinned maps, and lets it make none and load no program. -EPROTO: what is pinned there
 * is not of this version of whittle.
 */
int pins_get_maps(const char *dir, struct bpf_object *object, struct err *err) must_check;
/** The link of a program; -ENOENT: none is pinned. The caller destroys *out, which does not detach it. */
int pins_get_link(const char *dir, const char *program, struct bpf_link **out) must_check;
/** A file descriptor of a pinned program; the caller closes it. -EPROTO: it is not there. */
int pins_get_program(const char *dir, const char *program, struct err *err) must_check;
