// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_log.h"

#include <errno.h>
#include <string.h>

void audit_log_clear(struct audit_log *log)
{
	for (size_t i = 0; i < AUDIT_SOURCE_COUNT; i++)
		denials_clear(&log->denials[i]);
}

static bool is_named(const char *wanted, const char *name)
{
	return !strncmp(wanted, name, RECORDING_COMM_LEN - 1);
}

/* A thread that is called something else is a part of the program all the same. */
static bool is_wanted(const struct audit_log *log, const struct audit_record *record)
{
	return (!log->pid || log->pid == record->pid) &&
	       (!log->comm || is_named(log->comm, record->comm) ||
		is_named(log->comm, record->program));
}

static int add_record(struct audit_log *log, const struct audit_record *record)
{
	struct denials *denials = &log->denials[record->source];
	struct denial denial = {.call = {.nr = record->nr},
				.action = record->action,
				.error = record->error,
				.count = 1,
				.pid = record->pid};
	int rc;

	if (record->nr == AUDIT_MARK_NR)
		return 0;
	if (!is_wanted(log, record)) {
		log->others++;
		return 0;
	}
	log->records++;
	memcpy(denial.comm, record->comm, sizeof(denial.comm));
	denial.call.arch = arch_from_audit(record->machine, &denial.call.nr);
	rc = denials_add(denials, &denial);
	log->unkept += rc == -ENOSPC;
	return rc == -ENOSPC ? 0 : rc;
}

static void note_printed(struct audit_log *log, const struct audit_record *record)
{
	if (record->printed)
		log->printed[log->printed_len++ % AUDIT_PRINTED_LEN] = record->printed;
}

static int add(struct audit_log *log, enum audit_line kind, const struct audit_record *record,
	       enum audit_loss loss, uint64_t lost)
{
	switch (kind) {
	case AUDIT_LINE_RECORD:
		note_printed(log, record);
		return add_record(log, record);
	case AUDIT_LINE_MALFORMED:
		log->malformed++;
		break;
	case AUDIT_LINE_ELSEWHERE:
		log->elsewhere++;
		break;
	case AUDIT_LINE_LOSS:
		if (loss == AUDIT_LOSS_PRINTK) /* those are told of */
			log->printed_len = 0;
		log->losses[loss].seen = true;
		if (__builtin_add_overflow(log->losses[loss].lost, lost, &log->losses[loss].lost))
			log->losses[loss].lost = UINT64_MAX;
		break;
	case AUDIT_LINE_OTHER:
		note_printed(log, record);
		break;
	}
	return 0;
}

/* An entry of several lines is whole. */
static int add_entry(struct audit_log *log)
{
	struct audit_entry *entry = &log->entry;
	struct audit_record record;
	enum audit_loss loss = AUDIT_LOSS_NONE;
	enum audit_line kind;
	uint64_t lost = 0;
	int rc = 0;

	if (entry->told) {
		kind = audit_message_parse((struct span){entry->message, entry->message_len},
					   entry->author, &record, &loss, &lost);
		rc = add(log, kind, &record, loss, lost);
	}
	audit_entry__empty(entry);
	return rc;
}

static int add_line(struct audit_log *log)
{
	struct audit_record record;
	enum audit_loss loss = AUDIT_LOSS_NONE;
	enum audit_line kind;
	uint64_t lost = 0;

	log->lines++;
	switch (audit_entry__line(&log->entry, (struct span){log->line, log->line_len})) {
	case ENTRY_PART:
		return 0;
	case ENTRY_END:
		return add_entry(log);
	case ENTRY_ALONE:
		break;
	}
	kind = audit_line_parse(log->line, log->line_len, &record, &loss, &lost);
	return add(log, kind, &record, loss, lost);
}

int audit_log__feed(struct audit_log *log, const void *data, size_t len)
{
	const char *at = data, *end = at + len;

	while (at < end) {
		size_t skipped = audit_entry__skip(&log->entry, at, end - at);

		if (skipped) {
			at += skipped;
			continue;
		}

		const char *newline = memchr(at, '\n', end - at);
		size_t piece = (newline ? newline : end) - at;
		size_t kept = AUDIT_LINE_MAX - log->line_len;

		if (kept > piece)
			kept = piece;
		memcpy(log->line + log->line_len, at, kept);
		log->line_len += kept;
		at += piece;
		if (!newline)
			continue;
		at++;

		int rc = add_line(log);

		log->line_len = 0;
		if (rc)
			return rc;
	}
	return 0;
}

/* Both tell of the same events, and either may lack some: the larger number counts. */
static int join_sources(struct audit_log *log)
{
	struct denials *all = &log->denials[AUDIT_SOURCE_KERNEL];
	struct denials *journal = &log->denials[AUDIT_SOURCE_JOURNAL];

	for (size_t i = 0; i < journal->len; i++) {
		struct denial *more = &journal->rows[i];
		int rc;

		for (size_t k = 0; k < all->len; k++) {
			if (denial_compare(&all->rows[k], more))
				continue;
			more->count -= more->count < all->rows[k].count ? more->count :
									  all->rows[k].count;
			break;
		}
		rc = denials_add(all, more);
		log->unkept += rc == -ENOSPC ? more->count : 0;
		if (rc && rc != -ENOSPC)
			return rc;
	}
	denials_clear(journal);
	return 0;
}

/* Were the last `n` audit records printed within an interval? */
static bool ends_with(const struct audit_log *log, uint64_t n)
{
	const uint64_t len = log->printed_len;
	uint64_t first, last;

	if (len < n)
		return false;
	first = log->printed[(len - n) % AUDIT_PRINTED_LEN];
	last = log->printed[(len - 1) % AUDIT_PRINTED_LEN];
	return last >= first && last - first < AUDIT_PRINTED_NS;
}

/* Does it end with as many records as the kernel prints? Whether there were more it would have told with the next one. The journal has its own. */
static bool ends_at_limit(const struct audit_log *log)
{
	return ends_with(log, AUDIT_PRINTED_MAX) && !ends_with(log, AUDIT_PRINTED_LEN) &&
	       !log->denials[AUDIT_SOURCE_JOURNAL].len;
}

int audit_log__end(struct audit_log *log)
{
	int rc = log->line_len ? add_line(log) : 0;

	log->line_len = 0;
	if (!rc)
		rc = add_entry(log);
	log->losses[AUDIT_LOSS_LAST].seen = ends_at_limit(log);
	if (!rc)
		rc = join_sources(log);
	for (size_t i = 0; i < AUDIT_SOURCE_COUNT; i++)
		denials_sort(&log->denials[i]);
	return rc;
}

bool audit_log_is_incomplete(const struct audit_log *log)
{
	bool lost = log->unkept || log->malformed || !log->lines;

	for (size_t i = 0; i < AUDIT_LOSS_COUNT; i++)
		lost |= log->losses[i].seen;
	return lost;
}
