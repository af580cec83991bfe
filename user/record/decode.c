// SPDX-License-Identifier: BSD-2-Clause
#include "record/decode.h"

#include <errno.h>
#include <string.h>

#define ERRNO_MAX 4095

static const size_t lengths[] = {
	[EV_FIRST] = sizeof(struct ev_first),   [EV_MOVED] = sizeof(struct ev_moved),
	[EV_GONE] = sizeof(struct ev_gone),     [EV_BORN] = sizeof(struct ev_born),
	[EV_DENIED] = sizeof(struct ev_denied), [EV_EACH] = sizeof(struct ev_each),
};

static bool is_text(const char comm[COMM_LEN])
{
	return memchr(comm, '\0', COMM_LEN) != NULL;
}

int decode_event(const void *data, size_t len, union event *out, struct err *err)
{
	union event event = {0};
	bool good;

	if (len < sizeof(event.kind))
		return err_set(err, -EBADMSG, "a record of %zu bytes is too short", len);
	memcpy(&event.kind, data, sizeof(event.kind));
	if (event.kind == EV_INVALID || event.kind >= ARRAY_LEN(lengths))
		return err_set(err, -EBADMSG, "a record is of the unknown kind %u", event.kind);
	if (len != lengths[event.kind])
		return err_set(err, -EBADMSG, "a record of kind %u has %zu bytes instead of %zu",
			       event.kind, len, lengths[event.kind]);
	memcpy(&event, data, len);
	switch (event.kind) {
	case EV_FIRST:
		good = event.first.slot < EACH_SLOTS_MAX && event.first.call_class < CLASS_COUNT &&
		       event.first.abi <= ABI_X32 && event.first.image < IMAGES_MAX &&
		       is_text(event.first.comm);
		break;
	case EV_MOVED:
		good = event.moved.slot < EACH_SLOTS_MAX && is_text(event.moved.comm);
		break;
	case EV_BORN:
		good = event.born.slot != SLOT_NONE && event.born.slot < SLOTS_MAX &&
		       event.born.parent_slot < SLOTS_MAX &&
		       memchr(event.born.name, '\0', sizeof(event.born.name));
		break;
	case EV_DENIED:
		good = event.denied.slot < SLOTS_MAX &&
		       event.denied.key.slot == event.denied.slot &&
		       event.denied.key.abi <= ABI_X32 && event.denied.key.action < DENIED_COUNT &&
		       event.denied.key.error >= 0 && event.denied.key.error <= ERRNO_MAX &&
		       is_text(event.denied.comm);
		break;
	case EV_EACH:
		good = event.each.slot != SLOT_NONE && event.each.slot < EACH_SLOTS_MAX;
		break;
	default:
		good = event.gone.slot < SLOTS_MAX;
	}
	if (!good)
		return err_set(err, -EBADMSG, "a record of kind %u holds values out of range",
			       event.kind);
	*out = event;
	return 0;
}

enum arch decode_arch(enum arch native, __u32 abi)
{
	switch (abi) {
	case ABI_NATIVE:
		return native;
	case ABI_COMPAT:
		return arch_compat(native);
	default:
		return ARCH_X32;
	}
}
