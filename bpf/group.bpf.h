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
 * A hook that the runtime runs meanwhile (createContainer of OCI), and what it starts, is in set-up as long as the runtime is. Where it is
 * known that the runtime loads no filter (SLOT_UNFILTERED), whoever loads one is the workload.
 *
 * "New filter": a seccomp filter gained since the group entered. A known launcher (the runtime's binary,
 * its memfd copy, systemd-executor) run in set-up does not end it.
 *
 * An image that was run without a filter and then runs an exec with one was a launcher, unless it also stayed: then it
 * is no launcher by nature, and user space counts its calls as workload, for a profile that allows too little is worse than one
 * that allows a little more.
 *
 * All groups in set-up that are forked from one that entered are its lineage. One of them that runs an image founds another lineage, of
 * all that it forks: what came of that image is known when the last of them is workload or has gone.
 */
#ifndef WHITTLE_GROUP_BPF_H
#define WHITTLE_GROUP_BPF_H

#include "abi.bpf.h"
#include "comm.bpf.h"
#include "each.bpf.h"
#include "image.bpf.h"

/*
 * A launcher needs milliseconds. What has run longer without loading a filter is the workload, and
 * its calls need no slow path any more.
 */
#define PROVISIONAL_NS 10000000000ULL

#define PF_EXITING 0x00000004
#define EEXIST     17

/* Goes on with each call of groups_void(). In sessions that have too many rows to void each, count_row.group begins with it. */
__u64 groups_epoch;

/*
 * whittle's own process, and the one that it has forked for its own ends (the keeper of a cgroup, who asks engines): what these call, and
 * all that the second one starts, is nobody's workload. Known once `inventory` has run.
 */
__u32 self, helper;
/* User space sets it while whittle forks a helper, if the programs run already. */
__u32 helper_next;

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

/* lineage number -> lineage, as long as it has live groups that are not workload: as many as there are groups at most. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768);
	__type(key, __u64);
	__type(value, struct lineage);
} lineages SEC(".maps");

static __always_inline __u32 group_filters(struct task_struct *task)
{
	return BPF_CORE_READ(task, seccomp.filter_count.counter);
}

/* Two may both be told that the last group has left: whoever takes the lineage out of the map was, and gets true. */
static __always_inline bool lineage_remove(__u64 number, const struct lineage *last)
{
	if (bpf_map_delete_elem(&lineages, &number))
		return false;
	if (last->image && !last->launched)
		slot_of(last->slot)->stayed[bounded(last->image, IMAGES_MAX)] = 1;
	return true;
}

/* The last group of a lineage has left it. */
static __always_inline void lineage_end(__u64 number, const struct lineage *lineage)
{
	struct lineage last = *lineage;
	struct slot *slot = slot_of(last.slot);
	struct ev_moved *ev = NULL;

	if (!lineage_remove(number, &last) || !lineage_is_told(&last))
		return;
	atomic_add(&slot->moved, 1);
	if (slot->moved <= MOVED_NAMED)
		ev = bpf_ringbuf_reserve(&ring, sizeof(*ev), 0);
	if (!ev) {
		atomic_add(&slot->moved_unnamed, 1);
		return;
	}
	*ev = (struct ev_moved){.kind = EV_MOVED,
				.slot = last.slot,
				.pid = last.pid,
				.time = bpf_ktime_get_ns(),
				.calls = last.calls};
	__builtin_memcpy(ev->comm, last.comm, COMM_LEN);
	bpf_ringbuf_submit(ev, 0);
}

/* Neither in set-up nor provisional. Below GROUP_WORKLOAD it is while several threads find at once that it is over (compare_exchange). */
static __always_inline bool group_is_workload(const struct group *group)
{
	return (__s32)group->state <= GROUP_WORKLOAD;
}

/* A group leaves its lineage, which ends with the last one. */
verified_once int lineage_leave(__u64 number)
{
	struct lineage *lineage = bpf_map_lookup_elem(&lineages, &number);

	if (!lineage)
		return 0;
	atomic_add(&lineage->live, -1);
	if (!*(volatile __u32 *)&lineage->live)
		lineage_end(number, lineage);
	return 0;
}

static __always_inline __u64 group_place(const struct group *group)
{
	return *(const volatile __u64 *)&group->place;
}

/* Is it a slot, and not GROUP_NOWHERE, or what two that exchange at once leave for a moment where they can only add? */
static __always_inline bool group_place_is_slot(__u64 place)
{
	return (__u32)place < EACH_SLOTS_MAX;
}

/* `place` was read from the group before something else was: does that go together with it? The exchange of nothing is a barrier if it is. */
static __always_inline bool group_is_still(struct group *group, __u64 place)
{
	return group_place_is_slot(place) && compare_exchange(&group->place, place, place) == place;
}

/*
 * NULL: it is whittle's helper, or is going elsewhere just now; or its lineage is lost, as when user space has freed the slot meanwhile, and it is
 * workload from here on, for nobody would learn what it called.
 */
static __always_inline struct lineage *group_lineage(struct group *group)
{
	__u64 place = group_place(group);
	struct lineage *lineage = bpf_map_lookup_elem(&lineages, &group->lineage);

	if (!lineage && group->lineage && group_is_still(group, place))
		compare_exchange(&group->state, GROUP_SETUP, GROUP_WORKLOAD);
	return lineage;
}

/* A group that was in state `from` leaves its lineage, and is in another state; of several threads that make it so one does. */
static __always_inline void group_turn(struct group *group, __u32 from, __u32 to)
{
	__u64 number = *(volatile __u64 *)&group->lineage;

	if (compare_exchange(&group->state, from, to) == from)
		lineage_leave(number);
}

/*
 * Whenever a process has ended or left, or is in set-up, what count_row.group says is void, whichever slot it is of, for the hot path has no time
 * to look up what belongs to which. The epoch is in the upper half, so that a tgid can be added; where rows are voided one by one it is for who
 * is about to write one (count_know()).
 */
static __noinline void groups_void(void)
{
	atomic_add_before(&groups_epoch, GROUPS_EPOCH_STEP);
	if (!cfg_few_rows)
		return;
	for (__u32 row = 0; row < FEW_ROWS && row < cfg_slots * cfg_cpus; row++)
		few_rows[row].group = 0;
}

/*
 * A group leaves its slot: of several threads that find that, or tell of it, one gets true. It says what the group is from there on, or takes it
 * out of the map; to the others it is nobody's until then. `place`: where it was before it was seen to be elsewhere.
 */
static __always_inline bool group_claim(struct group *group, __u64 place)
{
	__u64 claimed = (place | GROUP_NOWHERE) + (1ULL << 32);

	return group_place_is_slot(place) &&
	       compare_exchange(&group->place, place, claimed) == place;
}

/* ... and its lineage. */
static __always_inline void group_unlink(struct group *group)
{
	__u32 state = *(volatile __u32 *)&group->state;

	if (state != GROUP_WORKLOAD)
		group_turn(group, state, GROUP_GONE);
	groups_void();
}

/* A group leaves its slot, or ends, as far as nobody else has claimed it. */
static __always_inline bool group_forget(struct group *group)
{
	if (!group_claim(group, group_place(group)))
		return false;
	group_unlink(group);
	return true;
}

/* Waits a moment for what another thread, which has claimed the group, makes of it. */
verified_once int group_await(__u32 tgid)
{
	for (int i = 0; i < 1024; i++) {
		const struct group *group = bpf_map_lookup_elem(&groups, &tgid);

		if (!group || (__u32)group_place(group) != GROUP_NOWHERE)
			break;
	}
	return 0;
}

/*
 * Puts a lineage of one into the map under a number of its own, 0 if there is no room: groups that took another's for theirs would never leave
 * set-up. Two CPUs may have the same nanosecond.
 */
static __noinline __u64 lineage_new(struct task_struct *task, __u32 slot, __u32 image)
{
	struct lineage lineage = {.slot = slot, .live = 1, .image = image};
	__u64 number = bpf_ktime_get_ns();

	lineage.pid = BPF_CORE_READ(task, tgid);
	/* not comm_of(): with its stack that of all callers is more than the 512 bytes that there are, which kernels count in steps of 32 */
	bpf_probe_read_kernel_str(lineage.comm, sizeof(lineage.comm), &task->comm);
	for (int i = 0; i < 4; i++, number++)
		if (!bpf_map_update_elem(&lineages, &number, &lineage, BPF_NOEXIST))
			return number;
	return 0;
}

/* As the pid namespace numbers it that it was made in. */
static __always_inline __u32 group_number_inside(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level), number = 0;

	bpf_probe_read_kernel(&number, sizeof(number),
			      (void *)__builtin_preserve_access_index(&pid->numbers[0].nr) +
				      (__u64)level * bpf_core_type_size(struct upid));
	return number;
}

/* Whatever else has `self` for a parent was started by the same process, before it became whittle: it may be a target. */
static __always_inline void group_find_helper(struct task_struct *task)
{
	if (cfg_helper && (__u32)BPF_CORE_READ(task, real_parent, tgid) == self &&
	    group_number_inside(task) == cfg_helper)
		helper = BPF_CORE_READ(task, tgid);
}

static __always_inline bool group_is_helper(struct task_struct *task)
{
	return helper && ((__u32)BPF_CORE_READ(task, tgid) == helper ||
			  (__u32)BPF_CORE_READ(task, real_parent, tgid) == helper);
}

/*
 * Is a process workload that shows up in `slot`, and that nobody in the targets has forked? `entering`: by the very event of its entry. One
 * that could not be marked when it came, and so calls as a stranger, stays workload even if there is room by then: it was counted, once.
 */
static __always_inline bool group_newcomer_is_workload(__u32 slot, bool entering)
{
	struct slot *s = slot_of(slot);

	return !s->armed || s->flags & SLOT_COUNT_MOVED ||
	       (!entering && (s->lost_groups || s->flags & SLOT_STRANGERS));
}

/* What has been claimed becomes something else, its place last. */
static __always_inline void group_settle(struct group *claimed, const struct group *group)
{
	claimed->lineage = group->lineage;
	claimed->since = 0;
	claimed->state = group->state;
	claimed->image = 0;
	claimed->filters = group->filters;
	claimed->has_exec = 0;
	claimed->away = 0;
	claimed->hook = 0;
	claimed->early = group->early;
	atomic_publish(&claimed->slot, GROUP_NOWHERE, group->slot);
}

/*
 * How group_put() puts a group: it is told of if there is no room; it comes by a call of its own; it is whittle's helper, which has no lineage, so that
 * there is no way out of set-up for it, whatever it runs.
 */
#define PUT_TOLD   1
#define PUT_EARLY  2
#define PUT_HELPER 4

/*
 * Says what a process is in `slot`: workload, or in set-up, at the head of a lineage of its own. `claimed`: what it was elsewhere, and the caller has
 * claimed; NULL: nothing, and of several that say what it is, threads of it and the inventory, the first one does. NULL: another thread is at
 * it, or there is no room. Without room for its lineage it is workload.
 */
static __noinline struct group *group_put(struct task_struct *task, __u32 slot, __u32 state,
					  struct group *claimed, __u32 how)
{
	struct group group = {.slot = slot, .state = state}, *stored = claimed;
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct slot *s = slot_of(slot);
	int failed = 0; /* not long: before 6.4 its upper half is left to chance */

	/* so that no exchange succeeds that was meant for the one that was here in memory before */
	group.claims = bpf_get_prandom_u32();
	group.early = !!(how & PUT_EARLY);
	if (state == GROUP_SETUP && !(how & PUT_HELPER)) {
		group.filters = group_filters(task);
		group.lineage = lineage_new(task, slot, 0);
		if (!group.lineage)
			group.state = GROUP_WORKLOAD;
	}
	if (claimed) {
		group_settle(claimed, &group);
	} else {
		failed = bpf_map_update_elem(&groups, &tgid, &group, BPF_NOEXIST);
		if (failed && group.lineage)
			bpf_map_delete_elem(&lineages, &group.lineage);
		stored = bpf_map_lookup_elem(&groups, &tgid);
	}
	if (how & PUT_TOLD && failed != -EEXIST && (failed || group.state != state))
		atomic_add(&s->lost_groups, 1);
	if (failed != -EEXIST && state == GROUP_WORKLOAD && s->armed && s->flags & SLOT_COUNT_MOVED)
		atomic_add(&s->joined, 1);
	/* a call of it may just have been taken for a stranger's */
	if (!failed && group.state == GROUP_SETUP)
		groups_void();
	return stored && (__u32)group_place(stored) != GROUP_NOWHERE ? stored : NULL;
}

/*
 * A group shows up in `slot` that nobody in the targets forked; `entering`: by the very event of its entry; `claimed`, and what is returned: see
 * group_put().
 */
static __always_inline struct group *group_enter(struct task_struct *task, __u32 slot,
						 bool entering, struct group *claimed)
{
	struct slot *s = slot_of(slot);
	__u32 state = group_newcomer_is_workload(slot, entering) ? GROUP_WORKLOAD : GROUP_SETUP;
	__u32 how = !entering && s->armed ? PUT_EARLY : PUT_TOLD;

	if (group_is_helper(task))
		return group_put(task, slot, GROUP_SETUP, claimed, PUT_HELPER);
	if (cfg_each && (!s->armed || s->flags & SLOT_COUNT_MOVED))
		each_note_inside(slot);
	if (state == GROUP_SETUP)
		how |= PUT_TOLD;
	return group_put(task, slot, state, claimed, how);
}

/* Are a thread and the first one of its process in cgroups among which a process may be divided? In v1 all are. */
static __always_inline bool group_has_one_domain(struct task_struct *task)
{
	return cfg_hierarchy ||
	       BPF_CORE_READ(task, cgroups, dfl_cgrp, dom_cgrp) ==
		       BPF_CORE_READ(task, group_leader, cgroups, dfl_cgrp, dom_cgrp);
}

/*
 * Is it a thread that is in another cgroup than the first one of its process, as threaded cgroups have them? That one says what the process
 * is, or two targets would take turns in being entered by it.
 */
static __always_inline bool group_is_apart(struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);

	if (leader == task || cgroup_id_read(leader) == cgroup_id_read(task))
		return false;
	/* one that has ended stays where it was when others are moved */
	return !(BPF_CORE_READ(leader, flags) & PF_EXITING) || group_has_one_domain(task);
}

/* ... as threads may be, and not only for the moment in which one after the other is moved, the first one first? */
static __always_inline bool group_is_threaded(struct task_struct *task)
{
	return group_is_apart(task) && group_has_one_domain(task);
}

/*
 * Where the process of a task that is in a cgroup of `slot` belongs: of several threads that show up at once, before it is known, each must say the
 * same, or the first one would be a stranger to what another one has stored.
 */
static __always_inline __u32 group_home(struct task_struct *task, __u32 slot)
{
	__u32 home = slot;

	if (group_is_apart(task))
		home = target_slot(cgroup_id_read(BPF_CORE_READ(task, group_leader)));
	return home == SLOT_NONE ? slot : home;
}

/*
 * A process that is no part of set-up has left slot `from`. A runtime, which some workload has started, goes to the container that it makes, and what
 * it calls there is that one's.
 */
static __noinline void group_note_left(struct task_struct *task, struct group *group, __u32 from)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);
	struct file_id exe = image_of_file(file);
	struct slot *slot = slot_of(from);

	/* another thread may have claimed it just now */
	if (from != GROUP_NOWHERE && group->state != GROUP_SETUP && !group->away && slot->armed &&
	    !image_is_launcher(exe.ino, exe.dev, (__u64)file)) {
		atomic_add(&slot->left, 1);
		group->away = 1;
	}
}

/* A process is in no target. One that is workload stays known, so that it still is when it comes back; but its slot may be another's by then. */
static __noinline void group_outside(struct task_struct *task, struct group *group)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if ((__u32)group_place(group) == GROUP_NOWHERE)
		group_await(tgid);
	group_note_left(task, group, group->slot);
	if ((cfg_each || !group_is_workload(group)) && group_forget(group))
		bpf_map_delete_elem(&groups, &tgid);
}

/*
 * A task that is in a cgroup of `slot`, and whose process is not known, or known to be elsewhere: `group`. Threads find that before the kernel tells
 * of it, several at once, and may be late with it: one that was looked for in `slot` may have been moved on before it comes here.
 */
static __noinline struct group *group_arrive(struct task_struct *task, struct group *group,
					     __u32 slot, bool entering)
{
	__u64 place = group ? group_place(group) : 0;
	__u32 tgid = BPF_CORE_READ(task, tgid);

	if (!entering && target_slot(cgroup_id_read(task)) != slot)
		return NULL;
	if (group && (__u32)place != slot && !group_claim(group, place)) {
		group_await(tgid);
		group = bpf_map_lookup_elem(&groups, &tgid);
		if (!group)
			return NULL;
		/* it has ended an exec where it was; nobody else would tell that it has come */
		place = group_place(group);
		if ((__u32)place != slot && (!entering || !group_claim(group, place)))
			return NULL;
	}
	if (group) {
		if ((__u32)place == slot)
			return group; /* another thread was faster */
		group_note_left(task, group, place);
		group_unlink(group);
	}
	group = group_enter(task, group_home(task, slot), entering, group);
	/* the kernel may have told that it left before this was stored */
	if (group && !entering && target_slot(cgroup_id_read(task)) == SLOT_NONE)
		group_outside(task, group);
	return group;
}

/*
 * The group of a task that is in a cgroup of `slot`. NULL: another thread is about to say what it is, or it has gone elsewhere since, or there is no
 * room: what it calls here is that of a newcomer.
 */
static __always_inline struct group *group_of(struct task_struct *task, __u32 slot, bool entering)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct group *group = bpf_map_lookup_elem(&groups, &tgid);

	if (likely(group && (group->slot == slot || group_is_apart(task))))
		return group;
	return group_arrive(task, group, slot, entering);
}

static __always_inline bool group_is_over(const struct group *group)
{
	return bpf_ktime_get_ns() - group->since > PROVISIONAL_NS;
}

/* ... while it is not known what its process is. */
static __always_inline int group_class_unknown(struct task_struct *task, __u32 slot)
{
	__u32 home = group_is_threaded(task) ? group_home(task, slot) : slot;

	return group_newcomer_is_workload(home, false) ? CLASS_WORKLOAD : -1;
}

/*
 * The class of a call that the current task makes in `slot`, and the image that it belongs to;
 * negative for a call of set-up, which is counted in its lineage only, and for those of whittle itself.
 */
static __always_inline int group_class(__u32 slot, const struct call *call, __u32 *image)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct lineage *lineage;
	struct group *group;
	bool filtered;
	__u32 state;
	__u64 place;

	if (bpf_get_current_pid_tgid() >> 32 == self)
		return -1;
	group = group_of(task, slot, false);
	if (!group)
		return group_class_unknown(task, slot);
	place = group_place(group);
	state = *(volatile __u32 *)&group->state;
	if (!group_is_still(group, place) || ((__u32)place != slot && !group_is_threaded(task)))
		return group_class_unknown(task, slot);
	if ((__s32)state <= GROUP_WORKLOAD)
		return CLASS_WORKLOAD;
	if (state == GROUP_PROVISIONAL && group_is_over(group)) {
		group_turn(group, GROUP_PROVISIONAL, GROUP_WORKLOAD);
		return CLASS_WORKLOAD;
	}
	filtered = group_filters(task) > group->filters;
	if (state == GROUP_PROVISIONAL) {
		*image = group->image;
		return filtered ? CLASS_PROVISIONAL_FILTERED : CLASS_PROVISIONAL;
	}
	lineage = group_lineage(group);
	if (!lineage)
		return -1;
	if (abi_is_exec(call)) {
		group->exec = *call;
		comm_of(task, group->exec_comm);
		group->has_exec = 1;
		return -1; /* counted once it has succeeded */
	}
	atomic_add(&lineage->calls, 1);
	if (lineage->execs)
		atomic_add(&lineage->after, 1);
	return filtered ? CLASS_RUNTIME : -1;
}

/* A process is not known any more. */
static __always_inline void group_drop(__u32 tgid)
{
	struct group *group = bpf_map_lookup_elem(&groups, &tgid);

	if (!group)
		return;
	group_forget(group);
	bpf_map_delete_elem(&groups, &tgid);
}

/* A process was forked by `parent` into a cgroup of `slot`. */
static __always_inline void group_fork(struct task_struct *parent, struct task_struct *child,
				       __u32 slot, __u32 parent_slot)
{
	__u32 tgid = BPF_CORE_READ(child, tgid), forker = BPF_CORE_READ(parent, tgid);
	struct lineage *lineage;
	struct group *group;
	struct group copy;
	__u64 place;
	int failed;

	group_drop(tgid); /* that was another one's, whose end was not seen */
	if (forker == self && helper_next)
		helper = tgid;
	if (parent_slot != slot || forker == self || forker == helper) {
		group_enter(child, slot, true, NULL); /* CLONE_INTO_CGROUP */
		return;
	}
	group = group_of(parent, slot, false);
	if (!group)
		return;
	place = group_place(group);
	if ((__u32)place != slot && !group_is_threaded(parent))
		return;
	copy = *group;
	if (!group_is_workload(&copy)) {
		lineage = bpf_map_lookup_elem(&lineages, &copy.lineage);
		if (lineage)
			atomic_add(&lineage->live, 1);
		else if (copy.lineage)
			copy.state = GROUP_WORKLOAD; /* the parent is that just now */
	}
	copy.slot = slot;
	copy.claims = bpf_get_prandom_u32();
	copy.has_exec = 0;
	copy.away = 0;
	copy.early = 0;
	/* one that was moved elsewhere meanwhile says nothing of its child */
	if (group_is_still(group, place)) {
		failed = bpf_map_update_elem(&groups, &tgid, &copy, BPF_NOEXIST);
		if (!failed)
			return;
		if (failed != -EEXIST)
			atomic_add(&slot_of(slot)->lost_groups, 1);
	}
	if (!group_is_workload(&copy))
		lineage_leave(copy.lineage);
}

/*
 * Does a process of set-up that runs an exec without a filter become a hook (createContainer of OCI), which mounts and changes the root as the
 * runtime does? Its parent is the runtime, or a hook, and still at it; who becomes the workload has a parent outside.
 */
static __noinline int group_is_hook(struct task_struct *task, struct group *group)
{
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	__u32 tgid = BPF_CORE_READ(parent, tgid);
	struct group *other = bpf_map_lookup_elem(&groups, &tgid);
	struct file *file;
	struct file_id exe;

	if (!other || !group || other->state != GROUP_SETUP || other->lineage != group->lineage)
		return false;
	if (other->hook)
		return true;
	file = BPF_CORE_READ(parent, mm, exe_file);
	exe = image_of_file(file);
	return image_is_launcher(exe.ino, exe.dev, (__u64)file);
}

/* What an exec makes of a group in set-up, in slot `number`: the class that the exec counts in, negative if it is not counted here. */
static __always_inline int group_exec_setup(struct task_struct *task, struct group *group,
					    __u32 number, struct lineage *lineage,
					    struct file *file, bool filtered)
{
	struct slot *slot = slot_of(number);
	struct file_id exe = image_of_file(file);
	__u64 run = 0, entered = group->lineage;

	if (!filtered && !(slot->flags & SLOT_COMMAND)) {
		if (image_is_launcher(exe.ino, exe.dev, (__u64)file))
			return -1;
		if (group_is_hook(task, group)) {
			group->hook = 1;
			return -1;
		}
		group->image = image_index(number, exe.ino, exe.dev);
		group->since = bpf_ktime_get_ns();
		if (group->image)
			run = lineage_new(task, number, group->image);
		if (group->image && !run)
			atomic_add(&slot->lost_groups, 1);
	}
	atomic_add(&lineage->execs, 1);
	/* with a filter, whittle's command, or an image that there is no room for */
	if (run)
		group->lineage = run;
	group->state = run ? GROUP_PROVISIONAL : GROUP_WORKLOAD;
	lineage_leave(entered);
	return run ? CLASS_PROVISIONAL : CLASS_WORKLOAD;
}

/*
 * The same for a provisional group, whose exec was counted when it was called. An exec with a new filter makes a launcher of its image if all
 * others that came of the image have gone: a runtime forks the workload and ends. A supervisor that forks services with filters of their own
 * stays, however often it forks for that.
 */
static __always_inline int group_exec_provisional(struct group *group, __u32 number,
						  struct lineage *lineage, bool filtered)
{
	struct slot *slot = slot_of(number);
	bool launched = filtered && !(slot->flags & SLOT_UNFILTERED) &&
			*(volatile __u32 *)&lineage->live == 1;

	if (launched) {
		slot->launched[bounded(group->image, IMAGES_MAX)] = 1;
		lineage->launched = 1;
	}
	group_turn(group, GROUP_PROVISIONAL, GROUP_WORKLOAD);
	return launched ? CLASS_WORKLOAD :
			  -1; /* the launcher's call is dropped, and it is the workload's first */
}

/*
 * The first thread of a process is in `slot` now, and others stayed where it was: the process is what it was, for all of them. False: it is in
 * set-up, of which only one slot has the lineage.
 */
static __always_inline bool group_follow(struct group *group, __u32 slot)
{
	__u64 place = group_place(group);

	if ((__u32)place == GROUP_NOWHERE || group->state == GROUP_SETUP)
		return false;
	group_turn(group, GROUP_PROVISIONAL, GROUP_WORKLOAD);
	return compare_exchange(&group->place, place, place - (__u32)place + slot) == place;
}

/*
 * The current task has replaced its program by `file`. The class that the exec counts in, the call that it was, who
 * called it (comm; empty: not known, or whittle for its command), and the image that it belongs to; negative: it
 * counts nowhere, or was counted when it was called. `other`: it was not the first thread of its process, as it is now.
 */
static __always_inline int group_exec(struct task_struct *task, __u32 slot, struct file *file,
				      struct call *call, char *comm, __u32 *image, bool other)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct group *group = bpf_map_lookup_elem(&groups, &tgid);
	struct lineage *lineage;
	bool filtered;
	__u64 place;
	int class;

	if (other && group && group->slot != slot && group_follow(group, slot))
		return -1;
	group = group_of(task, slot, false);
	if (!group || group_is_workload(group))
		return -1;
	place = group_place(group);
	lineage = group_lineage(group);
	/* claimed, for who moves it just now would say what it is, too; it is alone, as one that runs an exec is */
	if ((__u32)place != slot || !lineage || !group_claim(group, place))
		return -1;
	/* a process that is moved in while it is inside execve was never seen to call it */
	*call = group->has_exec ? group->exec : (struct call)ABI_EXECVE;
	if (group->has_exec && !(slot_of(slot)->flags & SLOT_COMMAND))
		__builtin_memcpy(comm, group->exec_comm, COMM_LEN);
	filtered = group_filters(task) > group->filters;
	if (group->state == GROUP_PROVISIONAL) {
		class = group_exec_provisional(group, slot, lineage, filtered);
	} else {
		class = group_exec_setup(task, group, slot, lineage, file, filtered);
		*image = group->state == GROUP_PROVISIONAL ? group->image : 0;
	}
	atomic_publish(&group->slot, GROUP_NOWHERE, slot);
	return class;
}

/*
 * A process, or a thread alone, was moved to a cgroup of `slot`; SLOT_NONE: out of the targets. What a process is does not change with where
 * one of its threads is. True: it was known to be in no target, or in another one, whether a call of it came before this or not.
 */
static __always_inline bool group_move(struct task_struct *task, __u32 slot, bool process)
{
	__u32 tgid = BPF_CORE_READ(task, tgid);
	struct group *group = bpf_map_lookup_elem(&groups, &tgid);
	bool early;

	if (BPF_CORE_READ(task, flags) & PF_EXITING)
		return false; /* its sched_process_exit may have come already */
	if (group && group->slot == slot) {
		early = group->early;
		group->early = 0;
		group->away = 0;
		return early;
	}
	if (group && !process)
		group_note_left(task, group, group->slot);
	if (group && !process && BPF_CORE_READ(task, signal, live.counter) > 1 &&
	    (slot == SLOT_NONE || group_is_apart(task) || group_follow(group, slot)))
		return false;
	if (slot != SLOT_NONE) {
		group = group_of(task, slot, true);
		if (group)
			group->early = 0;
	} else if (group) {
		group_outside(task, group);
	}
	return true;
}

/* The last thread of a process has ended. */
static __always_inline void group_exit(__u32 tgid)
{
	if (tgid == self)
		self = 0; /* somebody else may be given its number */
	if (tgid == helper)
		helper = 0;
	group_drop(tgid);
}

#endif
