/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what the programs saw of denied calls to a list of denials: the news tell who was first, the map how many there
 * were. A part of the recorder.
 */
#pragma once

#include "record/decode.h"
#include "record/denials.h"
#include "record/session.h"

struct denied_news {
	struct ev_denied *events;
	size_t len, room;
};

void denied_news_clear(struct denied_news *news);

/** Keeps a copy, for as many as the map has room for. False: no room. */
bool denied_news_keep(struct denied_news *news, const struct ev_denied *event);

/** What an event tells, as a denial with count 1. */
struct denial denied_from_event(const struct ev_denied *event, enum arch native);

/**
 * Adds all of the slots (a bit each) to `out`. What may be none, because the kernel skipped programs, is left out; `missed`:
 * session__enters_missed() when that began. The session is detached, or the slots are stopped.
 */
int denied_collect(const struct session *session, const struct denied_news *news, enum arch native,
		   uint64_t slots, uint64_t missed, struct denials *out,
		   struct err *err) must_check;
