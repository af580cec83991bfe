/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Workload or set-up? A container's cgroup first holds the runtime that sets it up, whose mounts and
 * whole Go runtime a minimal profile must not contain. The answer belongs to the thread group:
 *
 *   inside before recording began, or forked by workload ---------------------------> WORKLOAD
 *                                                                                     ^  ^
 *   moved in, or born in by CLONE_INTO_CGROUP --> SETUP --exec with a new filter------'  |
 *                                                   |                                    |
 *                                                   '--exec without--> PROVISIONAL ------'
 *                                                  exec of any kind, or PROVISIONAL_NS gone by
 *
 * "New filter": a seccomp filter gained since the group entered. A known launcher (the runtime's binary,
 * its memfd copy, systemd-executor) run in set-up does not end it. An image that was run without a
 * filter and then runs an exec with one was a launcher: it is marked, and user space drops what it called.
 *
 * All groups of a set-up that are forked from one that entered are its lineage.
 */
#ifndef WHITTLE_GROUP_BPF_H
#define WHITTLE_GROUP_BPF_H

#include "abi.bpf.h"
#include "image.bpf.h"

/*
 * A launcher needs milliseconds. What has run longer without loading a filter is the workload, and
 * its calls need no slow path any more.
 */
#define PROVISIONAL_NS 10000000000ULL

enum group_state {
	GROUP_WORKLOAD = 0,
	GROUP_SETUP = 1,
	GROUP_PROVISIONAL = 2,
};

struct group {
	__u64 lineage; /* 0: it never was in set-up */
	__u64 since;   /* PROVISIONAL: the time of its exec */
	__u32 slot;
	__u32 state;
	__u32 image;   /* PROVISIONAL: what it runs */
	__u32 filters; /* seccomp filters that it entered with */
	__u32 origin; /* PROVISIONAL: the process that ran the image; this one, or one that forked it */
	__u32 pad;
	struct call exec; /* the exec call that a thread of it is in */
};

/*
 * tgid -> group, for each live process of the targets; set on fork, removed with the last thread. By tgid and not
 * in task storage: an exec by another thread than the leader replaces the leader's task.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__type(key, __u32);
	__type(value, struct group);
} groups SEC(".maps");

/* lineage number -> lineage, as long as it has live groups in set-up. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, __u64);
	__type(value, struct lineage);
} lineages SEC(".maps");

static __always_inline __u32 group_filters(struct task_struct *task)
{
	return BPF_CORE_READ(task, seccomp.filter_count.counter);
}

/* A group of set-up becomes workload, or leaves, or ends. */
static __noinline void group_leave(struct group *group)
{
	__u64 number = group->lineage;
	struct lineage *lineage;
	struct ev_moved *ev;

	lineage = bpf_map_lookup_elem(&lineages, &number);
	if (!lineage)
		return;
	__sync_fetch_and_sub(&lineage->live, 1);
	if (lineage->live)
		return;
	if (!lineage->execs) {
		ev = bpf_ringbuf_reserve(&ring, sizeof(*ev), 0);
		if (ev) {
			*ev = (struct ev_moved){.kind = EV_MOVED,
						.slot = lineage->slot,
						.pid = lineage->pid,
						.calls = lineage->calls};
			__builtin_memcpy(ev->comm, lineage->comm, COMM_LEN);
			bpf_ringbuf_submit(ev, 0);
		} else {
			__sync_fetch_and_add(&slot_of(group->slot)->late, 1);
		}
	}
	bpf_map_delete_elem(&lineages, &number);
}

/* A group leaves its slot or ends. */
static __always_inline void group_forget(struct group *group)
{
	if (group->state != GROUP_WORKLOAD)
		group_leave(group);
	__sync_fetch_and_add(&slot_of(group->slot)->epoch, 1);
}

static __always_inline struct group *group_store(__u32 tgid, struct group *group)
{
	if (bpf_map_update_elem(&groups, &tgid, group, BPF_ANY))
		__sync_fetch_and_add(&slot_of(group->slot)->lost_groups, 1);
	return bpf_map_lookup_elem(&groups, &tgid);
}

/* Puts a group in set-up, at the head of a lineage of its own. NULL: no room, it counts as workload. */
static __noinline struct group *group_enter_setup(struct task_struct *task, __u32 slot)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct group group = {.slot = slot, .state = GROUP_SETUP};
	struct lineage lineage = {.slot = slot, .live = 1, .pid = tgid};

	group.filters = group_filters(task);
	/* unique: one process cannot enter twice within the 4 ms that the pid displaces */
	group.lineage = (bpf_ktime_get_ns() & ~0x3fffffULL) | (tgid & 0x3fffff);
	bpf_probe_read_kernel_str(lineage.comm, sizeof(lineage.comm), &task->comm);
	bpf_map_update_elem(&lineages, &group.lineage, &lineage, BPF_ANY);
	return group_store(tgid, &group);
}

/* A group that nobody in the targets forked shows up in `slot`. NULL: no room, it counts as workload. */
static __always_inline struct group *group_enter(struct task_struct *task, __u32 slot)
{
	struct slot *s = slot_of(slot);
	struct group workload = {.slot = slot};

	if (!s->armed || s->flags & SLOT_COUNT_MOVED || s->lost_groups)
		return group_store(BPF_CORE_READ(task, tgid), &workload);
	return group_enter_setup(task, slot);
}

/* The group of a task that runs in a cgroup of `slot`. */
static __always_inline struct group *group_of(struct task_struct *task, __u32 slot)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct group *group = bpf_map_lookup_elem(&groups, &tgid);

	if (likely(group && group->slot == slot))
		return group;
	if (group)
		group_forget(group);
	return group_enter(task, slot);
}

static __always_inline bool group_is_over(const struct group *group)
{
	return bpf_ktime_get_ns() - group->since > PROVISIONAL_NS;
}

/*
 * The class of a call that the current task makes in `slot`, and the image that it belongs to;
 * negative for a call of set-up, which is counted in its lineage only.
 */
static __always_inline int group_class(__u32 slot, const struct call *call, __u32 *image)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct group *group = group_of(task, slot);
	struct lineage *lineage;
	bool filtered;

	if (!group || group->state == GROUP_WORKLOAD)
		return CLASS_WORKLOAD;
	if (group->state == GROUP_PROVISIONAL && group_is_over(group)) {
		group->state = GROUP_WORKLOAD;
		group_leave(group);
		return CLASS_WORKLOAD;
	}
	if (abi_is_exec(call)) {
		group->exec = *call;
		return -1; /* counted once it has succeeded */
	}
	filtered = group_filters(task) > group->filters;
	if (group->state == GROUP_PROVISIONAL) {
		*image = group->image;
		return filtered ? CLASS_PROVISIONAL_FILTERED : CLASS_PROVISIONAL;
	}
	lineage = bpf_map_lookup_elem(&lineages, &group->lineage);
	if (lineage)
		__sync_fetch_and_add(&lineage->calls, 1);
	return filtered ? CLASS_RUNTIME : -1;
}

/* A process was forked by `parent` into a cgroup of `slot`. */
static __always_inline void group_fork(struct task_struct *parent, struct task_struct *child,
				       __u32 slot, __u32 parent_slot)
{
	__u32 tgid = BPF_CORE_READ(child, tgid);
	struct group *group;
	struct group copy;
	struct lineage *lineage;

	if (parent_slot != slot) {
		group_enter(child, slot); /* CLONE_INTO_CGROUP */
		return;
	}
	group = group_of(parent, slot);
	if (!group)
		return;
	copy = *group;
	if (copy.state != GROUP_WORKLOAD) {
		lineage = bpf_map_lookup_elem(&lineages, &copy.lineage);
		if (lineage)
			__sync_fetch_and_add(&lineage->live, 1);
	}
	group_store(tgid, &copy);
}

/*
 * Was the image of a provisional group, which now runs an exec with a new filter, a launcher? Yes if the process that ran
 * the image does so itself, or has gone: a runtime forks the workload and ends. A supervisor that forks services with
 * filters of their own stays: it is workload.
 */
static __always_inline bool group_image_is_launcher(const struct group *group, __u32 tgid)
{
	__u32 origin = group->origin;
	struct group *other;

	if (origin == tgid)
		return true;
	other = bpf_map_lookup_elem(&groups, &origin);
	return !other || other->state != GROUP_PROVISIONAL || other->image != group->image;
}

/*
 * The current task has replaced its program by `file`. If that exec ended set-up: the class that it counts in, the call that it
 * was, and the image that it belongs to. Negative: it changed nothing, or is one of set-up.
 */
static __always_inline int group_exec(struct task_struct *task, __u32 slot, struct file *file,
				      struct call *call, __u32 *image)
{
	struct group *group = group_of(task, slot);
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct lineage *lineage;
	struct file_id exe;

	if (!group || group->state == GROUP_WORKLOAD)
		return -1;
	exe = image_of_file(file);
	if (group_filters(task) > group->filters) {
		if (group->state == GROUP_PROVISIONAL && group_image_is_launcher(group, tgid))
			images[bounded(group->image, IMAGES_MAX)].launcher = 1;
		group->state = GROUP_WORKLOAD;
	} else if (group->state == GROUP_PROVISIONAL || slot_of(slot)->flags & SLOT_COMMAND) {
		group->state = GROUP_WORKLOAD;
	} else if (image_is_launcher(&exe, file)) {
		return -1;
	} else {
		group->image = image_index(&exe, file);
		group->since = bpf_ktime_get_ns();
		group->origin = tgid;
		group->state = GROUP_PROVISIONAL;
	}
	lineage = bpf_map_lookup_elem(&lineages, &group->lineage);
	if (lineage)
		__sync_fetch_and_add(&lineage->execs, 1);
	*call = group->exec;
	if (group->state == GROUP_PROVISIONAL) {
		*image = group->image;
		return CLASS_PROVISIONAL;
	}
	group_leave(group);
	return CLASS_WORKLOAD;
}

/* A process was moved to a cgroup of `slot`; SLOT_NONE: out of the targets. */
static __always_inline void group_move(struct task_struct *task, __u32 slot)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct group *group;

	if (slot != SLOT_NONE) {
		group_of(task, slot);
		return;
	}
	/* a workload group stays known, so that it is still workload when it comes back */
	group = bpf_map_lookup_elem(&groups, &tgid);
	if (group && group->state != GROUP_WORKLOAD) {
		group_forget(group);
		bpf_map_delete_elem(&groups, &tgid);
	}
}

/* The last thread of a process has ended. */
static __always_inline void group_exit(__u32 tgid)
{
	struct group *group = bpf_map_lookup_elem(&groups, &tgid);

	if (!group)
		return;
	group_forget(group);
	bpf_map_delete_elem(&groups, &tgid);
}

#endif
