// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes for what the program of a container engine prints: refused with a sentence, and nothing kept; or what is kept has the
 * form of a container, and its name makes the name of a file, each another.
 */
#include "cli/each_names.h"
#include "target/engine_answer.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int fuzz_engine(const uint8_t *data, size_t len);

static void check_refused(const struct err *err, int rc)
{
	if (rc != -EPROTO || rc != err->code || !*err->text)
		abort();
}

static void check_file(struct each_names *names, const char *id)
{
	struct buf own_buf words = BUF_INIT, own_buf image = BUF_INIT, own_buf first = BUF_INIT,
			   own_buf second = BUF_INIT;

	each_names_container(names, id, &words, &image);
	if (!words.len || each_names_file(names, strchr(words.data, ':') + 1, &first) ||
	    each_names_file(names, strchr(words.data, ':') + 1, &second))
		abort();
	if (!first.len || *first.data == '.' || strchr(first.data, '/') || first.len > 220 ||
	    !strcmp(first.data, second.data))
		abort();
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct engine_container *)a)->id,
		      ((const struct engine_container *)b)->id);
}

static int try_list(const struct engine *engine, const struct buf *answer)
{
	__attribute__((cleanup(each_names_clear))) struct each_names names = {0};
	struct engine_containers *containers = &names.containers;
	struct err err = {0};
	int rc = engine_answer_list(engine, answer, containers, &err);

	if (rc) {
		check_refused(&err, rc);
		if (containers->len)
			abort();
		return 0;
	}
	for (size_t i = 0; i < containers->len; i++) {
		const struct engine_container *row = &containers->row[i];
		size_t digits = strspn(row->id, "0123456789abcdef");

		if (digits < 12 || row->id[digits] || !memchr(row->name, '\0', ENGINE_NAME_LEN) ||
		    !memchr(row->image, '\0', ENGINE_NAME_LEN))
			abort();
	}
	/* as a census has them */
	if (containers->len)
		qsort(containers->row, containers->len, sizeof(*containers->row), compare_ids);
	for (size_t i = 0; i < containers->len; i++)
		check_file(&names, containers->row[i].id);
	return containers->len > 0;
}

static int try_process(const struct engine *engine, const struct buf *answer)
{
	char state[ENGINE_WORD_LEN];
	struct err err = {0};
	pid_t pid = -1;
	int rc;

	memset(state, 0x5a, sizeof(state));
	rc = engine_answer_process(engine, answer, &pid, state, &err);
	(void)engine_answer_restarts(engine, answer);
	if (rc) {
		check_refused(&err, rc);
		return 0;
	}
	if (pid < 0 || !memchr(state, '\0', sizeof(state)))
		abort();
	for (const char *c = state; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			abort();
	return pid > 0;
}

/* 1: some engine's containers, or its process; 0: none; does not come back from a mistake. */
int fuzz_engine(const uint8_t *data, size_t len)
{
	struct buf own_buf answer = BUF_INIT;
	int found = 0;

	buf__add(&answer, data, len);
	for (const struct engine *engine = engines; engine->name; engine++)
		found |= try_list(engine, &answer) | try_process(engine, &answer);
	return found;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_engine(data, len);
	return 0;
}
#endif
