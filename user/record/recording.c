// SPDX-License-Identifier: BSD-2-Clause
#include "record/recording.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/utsname.h>

static const struct {
	const char *name;
	bool needed;
} classes[OBSERVED_CLASS_COUNT] = {
	[OBSERVED_INVALID] = {"invalid", false},    [OBSERVED_WORKLOAD] = {"workload", true},
	[OBSERVED_IN_FLIGHT] = {"in_flight", true}, [OBSERVED_RUNTIME] = {"runtime", true},
	[OBSERVED_LAUNCHER] = {"launcher", false},
};

const char *observed_class_name(enum observed_class class)
{
	return classes[class].name;
}

bool observed_is_needed(enum observed_class class)
{
	return classes[class].needed;
}

void recording_clear(struct recording *recording)
{
	free(recording->target);
	free(recording->observed);
	free(recording->moved);
	denials_clear(&recording->denied);
	tuples_list_clear(&recording->arguments);
	*recording = (struct recording){0};
}

int recording_init(struct recording *recording, struct err *err)
{
	const struct scmp_version *seccomp = seccomp_version();
	struct utsname host;

	*recording = (struct recording){0};
	if (uname(&host))
		return err_errno(err, -errno, "cannot read the kernel's version");
	snprintf(recording->kernel, sizeof(recording->kernel), "%s", host.release);
	snprintf(recording->machine, sizeof(recording->machine), "%s", host.machine);
	snprintf(recording->libseccomp, sizeof(recording->libseccomp), "%u.%u.%u", seccomp->major,
		 seccomp->minor, seccomp->micro);
	recording->native = arch_from_machine(host.machine);
	if (recording->native == ARCH_INVALID)
		return err_set(err, -ENOTSUP,
			       "whittle does not know the syscalls of a %s machine (x86_64 and aarch64 it does)",
			       host.machine);
	return 0;
}

/* One more place in an array of `size`-byte elements; NULL: no memory. */
static void *grow(void **array, size_t *len, size_t *room, size_t size)
{
	if (*len == *room) {
		size_t more = *room ? *room * 2 : 64;
		void *bigger = reallocarray(*array, more, size);

		if (!bigger)
			return NULL;
		*array = bigger;
		*room = more;
	}
	return (char *)*array + size * (*len)++;
}

int recording_add(struct recording *recording, const struct observed *observed)
{
	struct observed *place = grow((void **)&recording->observed, &recording->observed_len,
				      &recording->observed_room, sizeof(*place));

	if (!place)
		return -ENOMEM;
	*place = *observed;
	return 0;
}

int recording_add_moved(struct recording *recording, const struct moved *moved)
{
	struct moved *place = grow((void **)&recording->moved, &recording->moved_len,
				   &recording->moved_room, sizeof(*place));

	if (!place)
		return -ENOMEM;
	*place = *moved;
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct observed *x = a, *y = b;
	int order = syscall_compare(&x->call, &y->call);

	return order ? order : (int)x->class - (int)y->class;
}

/* A known time is before an unknown one; what is known of the first call goes with its time. */
static void join(struct observed *into, const struct observed *from)
{
	bool earlier = from->first_ns && (!into->first_ns || from->first_ns < into->first_ns);
	bool neither = !from->first_ns && !into->first_ns;

	into->calls += from->calls;
	into->total_ns += from->total_ns;
	into->errors += from->errors;
	if (earlier || (neither && !into->first.known))
		into->first = from->first;
	if (earlier)
		into->first_ns = from->first_ns;
}

void recording_sort(struct recording *recording)
{
	struct observed *all = recording->observed;
	size_t n = 0;

	if (!recording->observed_len)
		return;
	qsort(all, recording->observed_len, sizeof(*all), compare);
	for (size_t i = 1; i < recording->observed_len; i++) {
		if (compare(&all[n], &all[i]))
			all[++n] = all[i];
		else
			join(&all[n], &all[i]);
	}
	recording->observed_len = n + 1;
}

bool recording_is_incomplete(const struct recording *recording)
{
	const struct losses *losses = &recording->losses;

	return losses->cgroups || losses->calls || losses->misses;
}

bool recording_can_name(const struct syscall *call)
{
	struct syscall_set set = {0};
	char name[SYSCALL_NAME_LEN];

	return syscall_name(call, name) &&
	       (!syscall_is_multiplexer(call) || syscall_subname(call)) &&
	       syscall_set__add(&set, call);
}

void recording_needed(const struct recording *recording, struct syscall_set *set)
{
	*set = (struct syscall_set){0};
	for (size_t i = 0; i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];

		if (observed_is_needed(o->class) && recording_can_name(&o->call))
			syscall_set__add(set, &o->call);
	}
}

void recording_denied(const struct recording *recording, struct syscall_set *set)
{
	for (size_t i = 0; i < recording->denied.len; i++) {
		const struct denial *denial = &recording->denied.rows[i];

		if (denial_is_finding(denial) && recording_can_name(&denial->call))
			syscall_set__add(set, &denial->call);
	}
}

int recording_join_arguments(struct recording *into, const struct recording *from)
{
	struct syscall_set into_calls, from_calls;

	recording_needed(into, &into_calls);
	recording_needed(from, &from_calls);
	return tuples_join(&into->arguments, &into_calls, &from->arguments, &from_calls);
}
