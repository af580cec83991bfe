/* SPDX-License-Identifier: BSD-2-Clause */
/* What the program of an engine prints, read: whoever may name a container or an image has a say in it. */
#pragma once

#include "base/buf.h"
#include "target/engine.h"

/** Appends the containers of a list. -EPROTO: it is none, and nothing is appended. */
int engine_answer_list(const struct engine *engine, const struct buf *answer,
		       struct engine_containers *containers, struct err *err) must_check;

/** Of one container, as engine_process(). -EPROTO: it tells of none. */
int engine_answer_process(const struct engine *engine, const struct buf *answer, pid_t *pid,
			  char state[ENGINE_WORD_LEN], struct err *err) must_check;

/** The same as engine_restarts(). */
bool engine_answer_restarts(const struct engine *engine, const struct buf *answer);
