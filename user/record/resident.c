// SPDX-License-Identifier: BSD-2-Clause
#include "record/resident.h"
#include "base/clock.h"
#include "base/fs.h"
#include "record/features.h"
#include "record/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs.h>

#define BPFFS "/sys/fs/bpf"
#define NAME  "whittle"
#define HOME  BPFFS "/" NAME
#define PINS  "v1"      /* by the layout of the maps */
#define HALF  "v1-half" /* made, or removed, in parts: nothing of it is in use */
#define RING  (1 << 20)
/* The lock is held for milliseconds, but many containers may start at once, and none is to be held up for longer than 2 s. */
#define BEGIN_MS 1800
#define END_MS   30000

/* Whoever can write there could hand us maps of his own. */
static int check_owner(int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st))
		return err_errno(err, -errno, "cannot open " HOME);
	if (st.st_uid != geteuid() || st.st_mode & 022)
		return err_set(err, -EPERM,
			       HOME
			       " belongs to user %u with mode %04o: remove it, whittle makes its own",
			       st.st_uid, st.st_mode & 07777);
	return 0;
}

static int open_home(bool make, int *out, struct err *err)
{
	int own_fd bpffs = open(BPFFS, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int own_fd home = -1;
	struct statfs fs;
	int rc;

	if (bpffs < 0 || fstatfs(bpffs, &fs) || fs.f_type != BPF_FS_MAGIC)
		return err_set(err, -ENODEV,
			       "no BPF file system is mounted at " BPFFS
			       ": 'mount -t bpf bpf " BPFFS "' mounts it");
	if (make && mkdirat(bpffs, NAME, 0700) && errno != EEXIST)
		return err_errno(err, -errno, "cannot make " HOME);
	home = openat(bpffs, NAME, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (home < 0)
		return err_errno(err, -errno, "cannot open " HOME);
	rc = check_owner(home, err);
	if (!rc)
		*out = steal_fd(&home);
	return rc;
}

static void wake(int signal)
{
	(void)signal;
}

/*
 * Whoever waits in flock(2) gets the lock in turn and costs nothing until then; a signal ends the wait. It comes again and again:
 * the first may come before the wait has begun.
 */
static int wait_for_lock(int fd, int limit_ms)
{
	const struct itimerval limit = {
		.it_value = {limit_ms / 1000, limit_ms % 1000 * 1000},
		.it_interval.tv_usec = 10000,
	};
	const struct itimerval never = {0};
	const struct sigaction waker = {.sa_handler = wake};
	const uint64_t end = clock_ns(CLOCK_MONOTONIC) + limit_ms * 1000000ULL;
	struct sigaction before;
	sigset_t alarm, mask;
	int rc;

	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigaction(SIGALRM, &waker, &before);
	/* whoever called us may have blocked it, and left one pending */
	sigprocmask(SIG_UNBLOCK, &alarm, &mask);
	setitimer(ITIMER_REAL, &limit, NULL);
	do /* until it is the limit that ends it, and no other alarm */
		rc = flock(fd, LOCK_EX) ? -errno : 0;
	while (rc == -EINTR && clock_ns(CLOCK_MONOTONIC) < end);
	setitimer(ITIMER_REAL, &never, NULL);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGALRM, &before, NULL);
	return rc;
}

static int lock(int fd, int limit_ms, struct err *err)
{
	int rc = flock(fd, LOCK_EX | LOCK_NB) ? -errno : 0;

	if (rc == -EWOULDBLOCK)
		rc = wait_for_lock(fd, limit_ms);
	if (rc == -EINTR)
		return err_set(err, -EBUSY, "another whittle keeps " HOME " locked");
	return rc ? err_errno(err, rc, "cannot lock " HOME) : 0;
}

static void take_news(const void *data, size_t len, void *context)
{
	struct resident *resident = context;

	if (resident->news_to)
		recorder__take(data, len, resident->news_to);
}

static int make_pins(struct resident *resident, unsigned int features, struct err *err)
{
	const struct session_options options = {
		.features = features,
		.ring_bytes = resident->ring_bytes ? resident->ring_bytes : RING,
		.entries = true,
		.denials = resident->denials,
		.args = resident->args,
		.follow = true,
		.slots = SLOTS_MAX - 1,
		.on_record = take_news,
		.context = resident,
	};
	int rc = session__open(&options, &resident->session, err);

	if (!rc && resident->denials)
		rc = session__need_denials(resident->session, err);
	if (!rc)
		rc = session__attach_followers(resident->session, err);
	if (!rc)
		rc = session__attach_counters(resident->session, err);
	if (rc)
		return rc;
	if (mkdirat(resident->bpffs, HALF, 0700))
		return err_errno(err, -errno, "cannot make " HOME "/" HALF);
	rc = session__pin(resident->session, HOME "/" HALF, err);
	if (!rc && renameat(resident->bpffs, HALF, resident->bpffs, PINS))
		rc = err_errno(err, -errno, "cannot make " HOME "/" PINS);
	if (rc)
		fs_remove_directory(resident->bpffs, HALF);
	return rc;
}

/* Which pins are there? 0: none. */
static ino_t pins_number(const struct resident *resident)
{
	struct stat st;

	return fstatat(resident->bpffs, PINS, &st, AT_SYMLINK_NOFOLLOW) ? 0 : st.st_ino;
}

/* In one step: with some of them gone, the rest would be in use. What somebody who was killed has left may be in the way. */
static int remove_pins(const struct resident *resident)
{
	fs_remove_directory(resident->bpffs, HALF);
	if (renameat(resident->bpffs, PINS, resident->bpffs, HALF))
		return -errno;
	fs_remove_directory(resident->bpffs, HALF);
	return 0;
}

/* What of a slot is not the runtime's own. */
struct workload {
	__u32 slot;
	bool seen;
};

static int see_workload(const struct apart_key *key, const struct apart_calls *calls, void *context)
{
	struct workload *workload = context;

	if (calls->calls && key->slot == workload->slot && key->call_class != CLASS_RUNTIME)
		workload->seen = true;
	return 0;
}

/* Did an exec end the set-up? It was counted then, or it is among what was lost. */
static bool has_workload(const struct resident *resident, __u32 slot)
{
	const volatile struct slot *state = session__slot(resident->session, slot);
	struct workload workload = {.slot = slot,
				    .seen = state->lost_calls || state->lost_groups ||
					    state->lost_cgroups};

	for (__u32 row = 0; row < ROW_LEN && !workload.seen; row++)
		workload.seen = session__count(resident->session, slot, row) != 0;
	/* what cannot be read may be there */
	return workload.seen ||
	       session__each_apart(resident->session, see_workload, &workload, NULL) ||
	       workload.seen;
}

/* Engines such as Podman tell nobody that a start has failed: its cgroup is gone, and nothing ran in it. */
static void forget_failed_starts(struct resident *resident)
{
	for (__u32 slot = 1; slot < session__slots(resident->session); slot++)
		if (*resident_entry(resident, slot)->name &&
		    !(resident_entry(resident, slot)->flags & ENTRY_STARTED) &&
		    !session__has_targets(resident->session, slot) && !has_workload(resident, slot))
			resident_forget(resident, slot);
}

static int open_pins(struct resident *resident, struct err *err)
{
	const struct session_options options = {.on_record = take_news, .context = resident};

	return session__open_pinned(HOME "/" PINS, &options, &resident->session, err);
}

static int open_or_make_pins(struct resident *resident, bool make, unsigned int features,
			     struct err *err)
{
	/* whoever was killed in the middle of it has left programs that run */
	fs_remove_directory(resident->bpffs, HALF);
	if (pins_number(resident))
		return open_pins(resident, err);
	return make ? make_pins(resident, features, err) :
		      err_errno(err, -ENOENT, "cannot open " HOME "/" PINS);
}

/* Has the session that is there the same arguments in view? Those in memory are never seen. */
static bool has_args(const struct arg_plan *plan, const struct arg_plan *wanted)
{
	size_t kept = 0, same = 0;

	for (size_t i = 0; plan && i < plan->calls.len; i++)
		kept += !plan->calls.calls[i].open;
	for (size_t i = 0; plan && i < wanted->calls.len; i++) {
		const struct tuples *call = &wanted->calls.calls[i];
		const struct tuples *there = tuples_find(&plan->calls, &call->call);

		if (call->open || session__row(&call->call) == ROW_OUTSIDE)
			continue;
		if (!there || memcmp(there->masks, call->masks, sizeof(call->masks)))
			return false;
		same++;
	}
	return plan && kept == same && plan->cap == wanted->cap;
}

/* All recordings share one set of programs, as the first one had it. */
static int check_wanted(const struct resident *resident, struct err *err)
{
	if (resident->denials && !session__sees_denials(resident->session))
		return err_set(err, -ENOTSUP,
			       "the recordings that are being made look for no denied calls, and all look for the same: stop these first ('whittle status' names them), or record without --denials");
	if (resident->args && resident->args != session__args(resident->session) &&
	    !has_args(session__args(resident->session), resident->args))
		return err_set(err, -ENOTSUP,
			       "the recordings that are being made keep no arguments, or those of other calls, and all keep the same: stop these first ('whittle status' names them), or record without --args");
	return 0;
}

/*
 * Opening the pins takes twenty times as long as what is done with them: it is done before they are locked, and again only if
 * they turn out to be others.
 */
int resident_open(struct resident *resident, bool make, unsigned int features, struct err *err)
{
	ino_t number;
	int rc = features_check(err);

	if (!rc)
		rc = open_home(make, &resident->bpffs, err);
	if (rc)
		return rc;
	number = pins_number(resident);
	if (number && open_pins(resident, NULL))
		number = 0;
	if (!resident->patience_ms)
		resident->patience_ms = make ? BEGIN_MS : END_MS;
	rc = lock(resident->bpffs, resident->patience_ms, err);
	if (rc)
		return rc;
	if (!number || pins_number(resident) != number) {
		session__free(resident->session);
		resident->session = NULL;
		rc = open_or_make_pins(resident, make, features, err);
	}
	resident->pinned = !rc;
	if (!rc)
		forget_failed_starts(resident);
	return rc ? rc : check_wanted(resident, err);
}

static bool is_empty(const struct resident *resident)
{
	for (__u32 slot = 1; slot < session__slots(resident->session); slot++)
		if (*resident_entry(resident, slot)->name)
			return false;
	return true;
}

void resident_close(struct resident *resident)
{
	if (resident->pinned && is_empty(resident))
		(void)remove_pins(resident); /* the next one tries it again */
	/* letting go of the maps takes longer than what was done under the lock */
	if (resident->bpffs >= 0)
		flock(resident->bpffs, LOCK_UN);
	session__free(resident->session);
	/* the directory stays: with it would go the lock that somebody else may wait for */
	if (resident->bpffs >= 0)
		close(resident->bpffs);
	*resident = RESIDENT_CLOSED;
}

const struct entry *resident_entry(const struct resident *resident, __u32 slot)
{
	return session__entry(resident->session, slot);
}

__u32 resident_find(const struct resident *resident, const char *name)
{
	for (__u32 slot = 1; slot < session__slots(resident->session); slot++)
		if (!strncmp(resident_entry(resident, slot)->name, name, ENTRY_NAME_LEN))
			return slot;
	return SLOT_NONE;
}

static void copy_text(char *to, size_t size, const char *text)
{
	if ((size_t)snprintf(to, size, "%s", text ? text : "") >= size)
		memcpy(to + size - 4, "...", 4);
}

int resident_check_name(const char *name, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_.:@+-";

	if (*name && strlen(name) < ENTRY_NAME_LEN && !strchr("-.", *name) &&
	    strspn(name, allowed) == strlen(name))
		return 0;
	return err_set(err, -EINVAL,
		       "that cannot be the name of a recording: it takes 1 to %d letters, digits and '_.:@+-', with no '-' or '.' in front",
		       ENTRY_NAME_LEN - 1);
}

int resident_begin(struct resident *resident, const struct resident_request *request, __u32 *out,
		   struct err *err)
{
	__u32 slot = resident_find(resident, request->name);
	struct entry *entry;
	int rc;

	if (!*request->name || strlen(request->name) >= ENTRY_NAME_LEN)
		return err_set(err, -EINVAL,
			       "'%.40s' cannot be the name of a recording: it takes 1 to %d characters",
			       request->name, ENTRY_NAME_LEN - 1);
	if (slot != SLOT_NONE)
		return err_set(err, -EEXIST, "there is a recording %s already%s", request->name,
			       resident_entry(resident, slot)->flags & ENTRY_HALF ?
				       ", half-made: 'whittle stop --force' removes it" :
				       "");
	for (slot = 1; slot < session__slots(resident->session); slot++)
		if (!*resident_entry(resident, slot)->name)
			break;
	if (slot == session__slots(resident->session))
		return err_set(err, -ENOSPC,
			       "%u recordings are being made, and there can be no more", slot - 1);
	/* whoever had it may have been killed in the middle; and a cgroup may have joined while it ended */
	session__stop_slot(resident->session, slot);
	rc = session__clear_slot(resident->session, slot, err);
	if (rc)
		return rc;
	entry = session__entry(resident->session, slot);
	entry->begun = clock_kernel_ns();
	entry->begun_wall = clock_ns(CLOCK_REALTIME);
	entry->misses = session__misses(resident->session);
	entry->flags = request->flags | ENTRY_HALF;
	copy_text(entry->target, sizeof(entry->target), request->target);
	copy_text(entry->name, sizeof(entry->name), request->name);
	session__slot(resident->session, slot)->flags = request->slot_flags;
	session__renew_denials(resident->session, slot);
	session__renew_launchers(resident->session);
	*out = slot;
	/* so that whittle's own calls are known before it may be inside one of the targets */
	return request->flags & ENTRY_STARTED ? session__inventory(resident->session, err) : 0;
}

int resident_add(struct resident *resident, __u32 slot, uint64_t cgroup, struct err *err)
{
	__u32 holder = session__slot_of(resident->session, cgroup);

	if (holder == slot)
		return 0;
	if (holder != SLOT_NONE)
		return err_set(err, -EBUSY,
			       "the cgroup, or one below it, is being recorded already: as %s",
			       resident_entry(resident, holder)->name);
	session__add_cgroup(resident->session, slot, cgroup);
	return 0;
}

void resident_remove(struct resident *resident, uint64_t cgroup)
{
	session__remove_cgroup(resident->session, cgroup);
}

int resident_follow(struct resident *resident, __u32 slot, uint64_t parent, const char *name,
		    struct err *err)
{
	return session__follow(resident->session, slot, parent, name, err);
}

static void complete(struct resident *resident, __u32 slot)
{
	struct entry *entry = session__entry(resident->session, slot);

	__atomic_fetch_and(&entry->flags, ~ENTRY_HALF, __ATOMIC_RELEASE);
}

int resident_arm(struct resident *resident, __u32 slot, bool whole, struct err *err)
{
	int rc = session__inventory(resident->session, err);

	if (rc)
		return rc;
	if (whole) {
		session__entry(resident->session, slot)->flags |= ENTRY_WHOLE;
		/* nobody was inside: whose entry is not seen has just come, and the kernel tells of it in a moment */
		session__slot(resident->session, slot)->flags &= ~SLOT_STRANGERS;
	}
	session__slot(resident->session, slot)->armed = 1;
	complete(resident, slot);
	return 0;
}

/* May it be recorded? A cgroup is in one recording, and a name stands for one cgroup. */
static int check_free(struct resident *resident, const char *name, uint64_t cgroup, struct err *err)
{
	__u32 named = resident_find(resident, name);
	__u32 holder = session__slot_of(resident->session, cgroup);

	if (named != SLOT_NONE && resident_entry(resident, named)->flags & ENTRY_STARTED)
		return err_set(err, -EBUSY,
			       "there is a recording %s that 'whittle start' began: 'whittle stop %s' ends it",
			       name, name);
	if (holder != SLOT_NONE && holder == named)
		return err_set(err, -EEXIST, "%s is being recorded already", name);
	if (holder != SLOT_NONE)
		return err_set(err, -EBUSY, "the cgroup of %s is being recorded already: as %s",
			       name, resident_entry(resident, holder)->name);
	if (named != SLOT_NONE && session__has_targets(resident->session, named))
		return err_set(err, -EBUSY, "%s is being recorded already, in another cgroup",
			       name);
	/* its cgroup is gone: whoever was to end it was killed */
	if (named != SLOT_NONE)
		resident_forget(resident, named);
	return 0;
}

int resident_begin_newborn(struct resident *resident, const struct resident_request *request,
			   uint64_t cgroup, struct err *err)
{
	__u32 slot;
	int rc = check_free(resident, request->name, cgroup, err);

	if (!rc)
		rc = resident_begin(resident, request, &slot, err);
	if (rc)
		return rc;
	/* armed first: whoever is inside is set-up, none of it was there before */
	session__slot(resident->session, slot)->armed = 1;
	session__add_cgroup(resident->session, slot, cgroup);
	complete(resident, slot);
	return 0;
}

__u32 resident_slots(const struct resident *resident)
{
	return session__slots(resident->session);
}

bool resident_has_targets(const struct resident *resident, __u32 slot)
{
	return session__has_targets(resident->session, slot);
}

bool resident_is(const struct resident *resident, __u32 slot, uint64_t begun)
{
	const struct entry *entry = resident_entry(resident, slot);

	return *entry->name && entry->begun == begun;
}

/*
 * Nobody is there to count the calls when a new one is made: whoever looks leaves a note, and whoever finds the same last new call
 * knows how many came after that look. `looked`: ns from the beginning of the recording to that of this look.
 */
static void note_news(struct entry *entry, uint64_t looked, struct recording *recording)
{
	struct saturation own_saturation saturation = {0};
	uint64_t newest;

	if (recording_saturation(recording, &saturation))
		return;
	newest = saturation.distinct ? saturation.first[saturation.distinct - 1] : 0;
	if (entry->noted_distinct && entry->noted_distinct == saturation.distinct &&
	    entry->noted_new == newest) {
		recording->calls_since_known = true;
		/* what turned out to be a launcher's is counted no more */
		if (saturation.calls > entry->noted_calls)
			recording->calls_since_new = saturation.calls - entry->noted_calls;
		return;
	}
	/* new while this look went on: some of the calls before it were counted before that */
	entry->noted_distinct = newest < looked ? saturation.distinct : 0;
	entry->noted_new = newest;
	entry->noted_calls = saturation.calls;
}

int resident_read(struct resident *resident, __u32 slot, struct recording *recording,
		  struct err *err)
{
	struct entry *entry = session__entry(resident->session, slot);
	uint64_t looked = clock_kernel_ns() - entry->begun;
	struct recorder *own_recorder recorder = NULL;
	int rc = recorder__new(slot, 1, &recorder, err);

	if (rc)
		return rc;
	recorder__resume(recorder, entry);
	recording->whole = entry->flags & ENTRY_WHOLE;
	recording->target = strndup(entry->target, sizeof(entry->target));
	resident->news_to = recorder;
	rc = recorder__finish(recorder, resident->session, recording, err);
	resident->news_to = NULL;
	if (!rc)
		note_news(entry, looked, recording);
	return rc;
}

int resident_end(struct resident *resident, __u32 slot, struct recording *recording,
		 struct err *err)
{
	session__stop_slot(resident->session, slot);
	return resident_read(resident, slot, recording, err);
}

void resident_forget(struct resident *resident, __u32 slot)
{
	/* whoever is killed behind this leaves one that must not pass for one that goes on */
	__atomic_fetch_or(&session__entry(resident->session, slot)->flags, ENTRY_HALF,
			  __ATOMIC_RELEASE);
	session__stop_slot(resident->session, slot);
	if (session__clear_slot(resident->session, slot, NULL))
		return; /* it is free; whoever takes it tries again */
}

int resident_remove_unreadable(struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	int rc = open_home(false, &resident.bpffs, err);

	if (!rc)
		rc = lock(resident.bpffs, END_MS, err);
	if (rc)
		return rc;
	if (!pins_number(&resident))
		return err_set(err, -ENOENT, "nothing is pinned at " HOME);
	if (open_pins(&resident, NULL) != -EPROTO)
		return err_set(err, -ENOENT, "what is pinned at " HOME " is of this whittle");
	rc = remove_pins(&resident);
	return rc ? err_errno(err, rc, "cannot remove " HOME "/" PINS) : 0;
}
