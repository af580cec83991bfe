/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An entry of a log that is told in several lines: "journalctl -o export" and "-o json-pretty", "dmesg --json". Who wrote it (_TRANSPORT,
 * which journald sets and no program can; facility 0, which /dev/kmsg gives to no program) stands in another line than what was written.
 *
 *     __CURSOR=s=...                {                                          {
 *     _TRANSPORT=kernel                     "_TRANSPORT" : "kernel",              "dmesg": [
 *     MESSAGE=audit: ...                    "MESSAGE" : "audit: ..."                 {
 *                                   }                                                   "pri": 5,
 *                                                                                       "msg": "audit: ..."
 *                                                                                    },{
 *
 * In an export a value that is not all text comes as its name, a newline, its length in 8 bytes, itself, and a newline.
 */
#pragma once

#include "record/audit_line.h"

enum audit_entry_shape {
	ENTRY_NONE,
	ENTRY_EXPORT,
	ENTRY_PRETTY,
	ENTRY_DMESG, /* one after the other, up to the end of the array */
};

/* Zeroed it is outside of any. */
struct audit_entry {
	enum audit_entry_shape shape;
	enum audit_author author;
	bool told; /* there is a message */
	char message[AUDIT_LINE_MAX];
	size_t message_len;
	unsigned int head; /* bytes of a length that are still to come */
	uint64_t length, skip;
};

/* What a line is to it. */
enum audit_entry_step {
	ENTRY_ALONE, /* nothing: it stands for itself */
	ENTRY_PART,  /* a part */
	ENTRY_END,   /* the end: what was told is whole */
};

/** Takes a line, without its newline. After ENTRY_END whoever asked empties it: audit_entry__empty(). */
enum audit_entry_step audit_entry__line(struct audit_entry *entry, struct span line);

/** Makes room for the next one. */
void audit_entry__empty(struct audit_entry *entry);

/** Passes over bytes of a value that is no line: returns how many of them; 0: a line comes. */
size_t audit_entry__skip(struct audit_entry *entry, const char *data, size_t len);
