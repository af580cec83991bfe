// SPDX-License-Identifier: BSD-2-Clause
/*
 * Any bytes for a log: what comes out is the same whether they come at once or in pieces, every record is counted once, and what
 * is said of it can be printed.
 */
#include "cli/audit_report.h"
#include "record/audit_log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int fuzz_audit_log(const uint8_t *data, size_t len);

static void audit_log_feed(struct audit_log *log, const uint8_t *data, size_t len, size_t piece)
{
	memset(log, 0, sizeof(*log));
	for (size_t at = 0; at < len; at += piece)
		if (audit_log__feed(log, data + at, len - at < piece ? len - at : piece))
			abort();
	if (audit_log__end(log))
		abort();
}

static uint64_t audit_log_count(const struct denials *denials)
{
	uint64_t n = 0;

	for (size_t i = 0; i < denials->len; i++) {
		const struct denial *denial = &denials->rows[i];

		if (!denial->count || denial->action > DENIAL_UNKNOWN ||
		    denial->comm[RECORDING_COMM_LEN - 1])
			abort();
		n += denial->count;
	}
	return n;
}

static uint64_t audit_log_check(const struct audit_log *log)
{
	uint64_t n = audit_log_count(&log->denials[AUDIT_SOURCE_KERNEL]);

	if (log->denials[AUDIT_SOURCE_JOURNAL].len)
		abort();
	/* an event that kernel and journal tell of is two records and counts once */
	if (n + log->unkept > log->records || 2 * (n + log->unkept) < log->records)
		abort();
	return n;
}

static void audit_log_same(const struct denials *a, const struct denials *b)
{
	if (a->len != b->len)
		abort();
	for (size_t i = 0; i < a->len; i++)
		if (denial_compare(&a->rows[i], &b->rows[i]) ||
		    a->rows[i].count != b->rows[i].count || a->rows[i].pid != b->rows[i].pid)
			abort();
}

/* Records found; does not come back from a mistake. */
int fuzz_audit_log(const uint8_t *data, size_t len)
{
	static struct audit_log whole, pieces;
	struct buf own_buf text = BUF_INIT;
	uint64_t records;

	audit_log_feed(&whole, data, len, len ? len : 1);
	records = audit_log_check(&whole);
	if (len && records) {
		struct audit_report report = {.denials = &whole.denials[AUDIT_SOURCE_KERNEL]};

		audit_log_feed(&pieces, data, len, 1 + data[0] % 64);
		audit_log_check(&pieces);
		audit_log_same(&whole.denials[AUDIT_SOURCE_KERNEL],
			       &pieces.denials[AUDIT_SOURCE_KERNEL]);
		audit_report_text(&report, &text);
		audit_report_json(&report, &text);
		for (size_t i = 0; i < text.len; i++)
			if (text.data[i] != '\n' && (text.data[i] < ' ' || text.data[i] > '~'))
				abort();
		audit_log_clear(&pieces);
	}
	audit_log_clear(&whole);
	return records > 0;
}

#ifdef FUZZER
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	fuzz_audit_log(data, len);
	return 0;
}
#endif
