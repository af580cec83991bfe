/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Command lines of container engines that have containers run in another way than `run` does (engine_run.h): the client does
 * nothing itself, so to record it tells nothing of them.
 */
#pragma once

#define ENGINE_WORDS_LEN 40

/**
 * What such a command line does, and how it is recorded instead: a sentence that begins behind `what` ("docker exec"). NULL if argv
 * is none. A literal.
 */
const char *engine_words_instead(char *const *argv, char what[ENGINE_WORDS_LEN]);
