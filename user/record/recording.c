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
	if (!arch_is_recorded(recording->native))
		return err_set(err, -ENOTSUP,
			       "whittle records no syscalls of a %s machine (of x86_64 and aarch64 it does)",
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

uint64_t recording_length(const struct recording *recording)
{
	return recording->longest ? recording->longest : recording->elapsed;
}

static int compare(const void *a, const void *b)
{
	const struct observed *x = a, *y = b;
	int order = syscall_compare(&x->call, &y->call);

	return order ? order : (int)x->class - (int)y->class;
}

/*
 * Which first call is the earlier one? A known time is before an unknown one; of two at the same time one is chosen by what it
 * was, so that the order in which recordings are merged does not matter.
 */
static int compare_first(const struct observed *a, const struct observed *b)
{
	if (a->first_ns != b->first_ns)
		return a->first_ns - 1 < b->first_ns - 1 ? -1 : 1; /* 0, unknown, is last */
	if (a->first.known != b->first.known)
		return a->first.known ? -1 : 1;
	if (a->first.pid != b->first.pid)
		return a->first.pid < b->first.pid ? -1 : 1;
	int order = memcmp(a->first.comm, b->first.comm, sizeof(a->first.comm));

	return order ? order : memcmp(a->first.args, b->first.args, sizeof(a->first.args));
}

uint64_t recording_sum(uint64_t a, uint64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static void join(struct observed *into, const struct observed *from)
{
	into->calls = recording_sum(into->calls, from->calls);
	into->total_ns = recording_sum(into->total_ns, from->total_ns);
	into->errors = recording_sum(into->errors, from->errors);
	if (compare_first(from, into) < 0) {
		into->first = from->first;
		into->first_ns = from->first_ns;
	}
}

static int compare_moved(const void *a, const void *b)
{
	const struct moved *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	if (x->calls != y->calls)
		return x->calls < y->calls ? -1 : 1;
	return memcmp(x->comm, y->comm, sizeof(x->comm));
}

void recording_sort_moved(struct recording *recording)
{
	struct moved *all = recording->moved;
	size_t n = 0;

	if (!recording->moved_len)
		return;
	qsort(all, recording->moved_len, sizeof(*all), compare_moved);
	for (size_t i = 1; i < recording->moved_len; i++)
		if (compare_moved(&all[n], &all[i]))
			all[++n] = all[i];
	recording->moved_len = n + 1;
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

void recording_keep_arch(struct recording *recording, enum arch arch)
{
	struct denials *denied = &recording->denied;
	size_t n = 0;

	for (size_t i = 0; i < recording->observed_len; i++)
		if (recording->observed[i].call.arch == arch)
			recording->observed[n++] = recording->observed[i];
	recording->observed_len = n;
	n = 0;
	for (size_t i = 0; i < denied->len; i++)
		if (denied->rows[i].call.arch == arch)
			denied->rows[n++] = denied->rows[i];
	denied->len = n;
	tuples_keep_arch(&recording->arguments, arch);
	recording->calls_since_known = false;
}

bool recording_is_incomplete(const struct recording *recording)
{
	const struct losses *losses = &recording->losses;

	return recording->incomplete || losses->cgroups || losses->calls || losses->left ||
	       losses->misses;
}

bool recording_can_name(const struct syscall *call)
{
	/* libseccomp looks through its whole table for a number: a fifth of what folding many recordings costs */
	static struct syscall_set named;
	char name[SYSCALL_NAME_LEN];

	return syscall_set__has(&named, call) ||
	       (syscall_name(call, name) &&
		(!syscall_is_multiplexer(call) || syscall_subname(call)) &&
		syscall_set__add(&named, call));
}

bool recording_has_workload(const struct recording *recording)
{
	for (size_t i = 0; i < recording->observed_len; i++)
		if (recording->observed[i].class == OBSERVED_WORKLOAD ||
		    recording->observed[i].class == OBSERVED_IN_FLIGHT)
			return true;
	return false;
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
