// SPDX-License-Identifier: BSD-2-Clause
/* The OCI hook: a container that is created is recorded by the resident session; when it has stopped, its profile is written. */
#include "base/clock.h"
#include "base/log.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "cli/hook_place.h"
#include "cli/profile_file.h"
#include "cli/runtime.h"
#include "profile/derive.h"
#include "profile/emit_oci.h"
#include "profile/extend.h"
#include "record/resident.h"
#include "record/features.h"
#include "target/cgroup.h"
#include "target/oci_state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define ERRNO_EPERM 1
#define MOVED_SHOWN 3
#define STATE_NS    1800000000 /* a start may be held up for 2 s */

struct hook_options {
	int verbose;
};

static const struct option_row rows[] = {
	{"verbose", 'v', OPTION_COUNT, NULL, "say more (-vv: even more)",
	 offsetof(struct hook_options, verbose), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

/* A start is not held up by who never ends what it has to say. */
static int read_input_of_engine(struct buf *text, struct err *err)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	const uint64_t begun = clock_ns(CLOCK_MONOTONIC);
	char chunk[16384];
	ssize_t n;

	for (;;) {
		uint64_t took = clock_ns(CLOCK_MONOTONIC) - begun;
		int ready = poll(&input, 1, took < STATE_NS ? (STATE_NS - took) / 1000000 : 0);

		if (!ready)
			return err_set(err, -ETIMEDOUT,
				       "the OCI state on standard input does not end");
		n = ready < 0 ? ready : read(STDIN_FILENO, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, -errno, "cannot read the OCI state");
		if (!n)
			return 0;
		if (text->len + n > OCI_STATE_MAX)
			return err_set(err, -EFBIG, "the OCI state is larger than %d bytes",
				       OCI_STATE_MAX);
		buf__add(text, chunk, n);
		if (buf__error(text))
			return err_errno(err, buf__error(text), "cannot read the OCI state");
	}
}

static int read_state(struct oci_state *state, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc = read_input_of_engine(&text, err);

	return rc ? rc : oci_state_parse(buf__text(&text), text.len, state, err);
}

static int read_input(const char *path, struct profile *profile, struct err *err)
{
	struct fs_place own_place place = FS_PLACE_CLOSED;
	struct buf own_buf text = BUF_INIT;
	struct err why = {0};
	int rc = fs_open_place("/", path, &place, err);

	if (!rc)
		rc = fs_read_place(&place, PROFILE_FILE_MAX, &text, err);
	if (rc ||
	    !profile_file_parse(path, &text, &(struct file_options){.json = true}, profile, &why))
		return rc;
	/* it may be a file that whoever names it may not read: where it is wrong is told, but not what stands there */
	if (why.place.line)
		return err_at(err, why.code, path, why.place, "this is not a JSON profile");
	return err_set(err, why.code, "%s: this is not a JSON profile", path);
}

/* What can be known to go wrong at the end is found out at the start, where the engine shows it to somebody. */
static int check_request(const struct trace_request *request, struct err *err)
{
	struct fs_place own_place place = FS_PLACE_CLOSED;
	struct profile own_profile input = {0};
	int rc = hook_place_open(request->output, &place, err);

	return rc || !*request->input ? rc : read_input(request->input, &input, err);
}

/* crun throws away what its hooks print, and so does podman when it cleans up behind a container that has stopped */
static void tell(int priority, const char *text)
{
	static const enum log_level levels[] = {
		[LOG_ERR] = LOG_LEVEL_ERROR,
		[LOG_WARNING] = LOG_LEVEL_WARN,
		[LOG_NOTICE] = LOG_LEVEL_NOTE,
	};

	log_write(levels[priority], "hook: %s", text);
	openlog("whittle", LOG_PID, LOG_DAEMON);
	syslog(priority, "hook: %s", text);
}

/* Is it a container's recording whose cgroup is gone, and that was not written? */
static bool is_left(const struct resident *resident, __u32 slot)
{
	const struct entry *entry = resident_entry(resident, slot);

	return *entry->name && !(entry->flags & ENTRY_STARTED) &&
	       !resident_has_targets(resident, slot);
}

/* Left: its profile could not be written, or nobody has run poststop. With a new start under its name it goes. */
static void tell_left(const struct oci_state *state)
{
	struct buf own_buf text = BUF_INIT;

	buf__addf(&text,
		  "container %s starts anew: what was recorded of it before was not written, and is lost",
		  state->id);
	tell(LOG_WARNING, buf__text(&text));
}

/* One that is gone may have its poststop before it: none is taken from it for the sake of another. */
static int explain_full(const struct resident *resident, int rc, struct err *err)
{
	size_t left = 0;

	for (__u32 slot = 1; slot < resident_slots(resident); slot++)
		left += is_left(resident, slot);
	if (!left)
		return rc;
	return err_wrap(err, rc,
			"%zu %s gone, 'whittle status' names %s, and 'whittle stop' writes and ends %s",
			left,
			num_word(left, "recording is of a container that is",
				 "recordings are of containers that are"),
			num_word(left, "it", "them"), num_word(left, "it", "them"));
}

static int begin(const struct oci_state *state, const struct trace_request *request,
		 struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	char target[ENTRY_TARGET_LEN];
	unsigned int features;
	__u32 slot;
	bool left;
	int rc = features_parse(getenv("WHITTLE_FEATURES"), &features, err);

	if (!rc)
		rc = check_request(request, err);
	if (!rc)
		rc = cgroup_open_pid(state->pid, &cgroup, err);
	if (!rc && cgroup_is_root(&cgroup))
		rc = err_set(err, -EINVAL,
			     "container %s has no cgroup (v2) of its own, so it cannot be told from the rest of the machine: podman run --cgroups=enabled gives it one, on a host with cgroup v2",
			     state->id);
	if (!rc)
		rc = resident_open(&resident, true, features, err);
	if (rc)
		return rc;
	slot = resident_find(&resident, state->id);
	left = slot != SLOT_NONE && is_left(&resident, slot);
	snprintf(target, sizeof(target), "container %s", state->id);
	rc = resident_begin_newborn(&resident,
				    &(struct resident_request){
					    .name = state->id,
					    .target = target,
					    .flags = ENTRY_WHOLE | ENTRY_CONTAINER,
				    },
				    cgroup.id, err);
	if (rc == -ENOSPC)
		return explain_full(&resident, rc, err);
	if (!rc && left)
		tell_left(state);
	if (!rc && !cgroup_exists(&cgroup)) /* the start has failed meanwhile */
		resident_remove(&resident, cgroup.id);
	return rc == -EEXIST ? 0 : rc; /* the hook stands in two stages of the start */
}

/* The recording has no arguments, so what was called beyond a condition is not known; that it may be refused is. */
static void tell_kept(const struct oci_state *state, const char *input, const struct names *names,
		      const char *what)
{
	struct buf own_buf text = BUF_INIT;

	if (!names->len)
		return;
	buf__addf(&text, "container %s needs what %s %s:", state->id, input, what);
	for (size_t i = 0; i < names->len; i++)
		buf__addf(&text, " %s", names->list[i]);
	tell(LOG_NOTICE, buf__text(&text));
}

static int make_profile(const struct oci_state *state, const struct recording *recording,
			const char *input_path, struct buf *text, struct err *err)
{
	struct profile own_profile profile = {0}, own_profile input = {0};
	struct extension own_extension kept = {0};
	struct derive_options options = {0};
	struct runtime_seen seen;
	struct syscall_set needed;
	int rc;

	recording_needed(recording, &needed);
	runtime_see(recording, &seen);
	options.baseline = runtime_baseline(&seen, RUNTIME_CHOICE_AUTO);
	options.idle = !recording_has_workload(recording);
	rc = derive_profile(&needed, &options, &profile, NULL, err);
	if (rc || !*input_path)
		return rc ? rc : emit_oci(&profile, text, err);
	rc = read_input(input_path, &input, err);
	if (!rc && profile_extend(&input, &profile, &kept))
		rc = err_errno(err, -ENOMEM, "cannot make the profile");
	if (rc)
		return rc;
	tell_kept(state, input_path, &kept.refused, "refuses, which stays so");
	tell_kept(state, input_path, &kept.limited,
		  "allows on some arguments only, which stays so, whether these are enough or not");
	if (input.default_action !=
	    ACTION_ERRNO) { /* a profile that allows, or kills, by default is no whitelist */
		input.default_action = ACTION_ERRNO;
		input.default_errno = ERRNO_EPERM;
	}
	return emit_oci(&input, text, err);
}

/*
 * *begun is 0 where there is none: runtimes run poststop for a start that failed, too, and what went wrong was said then.
 */
static int take_recording(const char *name, struct recording *recording, uint64_t *begun,
			  struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	__u32 slot = SLOT_NONE;
	int rc = resident_open(&resident, false, 0, err);

	if (!rc)
		slot = resident_find(&resident, name);
	/* what `whittle start` began under this name is not the container's */
	if (slot != SLOT_NONE && resident_entry(&resident, slot)->flags & ENTRY_STARTED)
		slot = SLOT_NONE;
	if (rc == -ENOENT)
		*err = (struct err){0};
	if (slot == SLOT_NONE)
		return rc == -ENOENT ? 0 : rc;
	*begun = resident_entry(&resident, slot)->begun;
	return resident_end(&resident, slot, recording, err);
}

/* A container of this name may have been started again, and be recorded anew. */
static int forget_recording(const char *name, uint64_t begun, struct err *err)
{
	struct resident own_resident resident = RESIDENT_CLOSED;
	__u32 slot = SLOT_NONE;
	int rc = resident_open(&resident, false, 0, err);

	if (!rc)
		slot = resident_find(&resident, name);
	if (slot != SLOT_NONE && resident_is(&resident, slot, begun))
		resident_forget(&resident, slot);
	return rc;
}

/* Who that was, the first of them. */
static void add_moved(const struct recording *recording, struct buf *text)
{
	for (size_t i = 0; i < recording->moved_len && i < MOVED_SHOWN; i++) {
		const struct moved *moved = &recording->moved[i];
		char comm[RECORDING_COMM_LEN];

		recording_comm_text(moved->comm, comm);
		buf__addf(text, "%s%s (pid %u, %" PRIu64 " %s)", i ? ", " : ": ", comm, moved->pid,
			  moved->calls, num_word(moved->calls, "call", "calls"));
	}
	if (recording->moved_len && recording->moved_len + recording->losses.moved > MOVED_SHOWN)
		buf__addf(text, ", ...");
}

/* What the profile has or lacks without anything being lost. */
static void warn(const struct recording *recording, const char *output)
{
	const uint64_t groups = recording->losses.groups,
		       moved = recording->moved_len + recording->losses.moved;
	struct buf own_buf text = BUF_INIT;

	if (!groups && !moved)
		return;
	buf__addf(&text, "the profile %s is written", output);
	if (groups)
		buf__addf(&text,
			  "; it may have calls of what set up %" PRIu64
			  " %s, which could not be marked",
			  groups, num_word(groups, "process", "processes"));
	if (moved)
		buf__addf(&text,
			  "; it has no calls of %" PRIu64
			  " %s that moved into the container and ran no exec",
			  moved, num_word(moved, "process", "processes"));
	add_moved(recording, &text);
	tell(LOG_WARNING, buf__text(&text));
}

static int write_profile(const struct oci_state *state, const struct trace_request *request,
			 const struct recording *recording, struct err *err)
{
	struct fs_place own_place place = FS_PLACE_CLOSED;
	struct buf own_buf text = BUF_INIT;
	int rc = make_profile(state, recording, request->input, &text, err);

	if (!rc)
		rc = hook_place_open(request->output, &place, err);
	return rc ? rc : fs_write_place(&place, buf__text(&text), text.len, err);
}

/*
 * A recording is over when its profile is written. Until then it takes a slot, also if it could not be read; a start that failed has
 * nothing to keep one for.
 */
static int end(const struct oci_state *state, const struct trace_request *request, struct err *err)
{
	struct recording own_recording recording = {0};
	uint64_t begun = 0;
	bool taken;
	int forgot, rc = recording_init(&recording, err);

	if (!rc)
		rc = take_recording(state->id, &recording, &begun, err);
	if (!begun) {
		if (!rc)
			log_info("container %s is not being recorded", state->id);
		return rc;
	}
	taken = !rc;
	if (!rc)
		rc = write_profile(state, request, &recording, err);
	if (!rc)
		warn(&recording, request->output);
	if (rc && recording_is_incomplete(&recording))
		rc = err_wrap(err, rc, "something was lost while container %s was recorded",
			      state->id);
	if (rc && (!taken || recording_has_workload(&recording)))
		return err_wrap(err, rc,
				"the recording is kept, 'whittle stop %s -o FILE' writes it and ends it",
				state->id);
	forgot = forget_recording(state->id, begun, rc ? NULL : err);
	if (!rc && recording_is_incomplete(&recording))
		return err_set(err, -EOVERFLOW,
			       "the profile %s may lack calls: something was lost while it was recorded",
			       request->output);
	return rc ? rc : forgot;
}

static int run_hook(struct err *err)
{
	struct oci_state state;
	struct trace_request request;
	int rc = read_state(&state, err);

	if (rc || !*state.annotation)
		return rc;
	rc = trace_request_parse(state.annotation, &request, err);
	if (rc)
		return rc;
	if (state.status == OCI_STOPPED)
		return end(&state, &request, err);
	if (state.status == OCI_RUNNING) /* poststart: too late, and it is being recorded */
		return 0;
	if (!state.pid)
		return err_set(err, -EINVAL, "the OCI state of container %s names no pid",
			       state.id);
	return begin(&state, &request, err);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct hook_options options = {0};
	struct err err = {0};
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (options.verbose)
		log_set_level(options.verbose == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG);
	umask(umask(0) | 022); /* engines have none: a profile that anybody may write is none */
	if (!run_hook(&err))
		return STATUS_OK;
	tell(LOG_ERR, err.text);
	return STATUS_FAILED;
}

const struct command cmd_hook = {
	.name = "hook",
	.summary = "record containers from an OCI runtime hook",
	.synopsis = "[OPTION...] < STATE",
	.description =
		"Run by a container engine at createRuntime (or prestart) and at poststop, with the OCI state on standard\n"
		"input, for containers that have the annotation io.containers.trace-syscall=of:/PATH[;if:/PATH]: records\n"
		"the container, and writes its profile to the file behind of: when it has stopped. if: names a profile\n"
		"that is added to; what it refuses stays refused. No process of whittle runs in between.\n",
	.options = rows,
	.run = run,
};
