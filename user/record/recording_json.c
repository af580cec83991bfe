// SPDX-License-Identifier: BSD-2-Clause
/* The file format of a recording, whittle-recording(5). */
#include "record/recording.h"
#include "syscalls/args.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <time.h>

static void json_clear(json_t **json)
{
	json_decref(*json);
}
#define own_json own_with(json_clear)

#define NS_PER_S 1000000000ULL

static json_t *time_to_json(uint64_t ns)
{
	time_t seconds = ns / NS_PER_S;
	char text[64];
	struct tm tm;
	size_t n;

	gmtime_r(&seconds, &tm);
	n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text + n, sizeof(text) - n, ".%03uZ", (unsigned int)(ns % NS_PER_S / 1000000));
	return json_string(text);
}

/*
 * jansson's setters take NULL for a value that could not be made and say so in their result: the makers below collect these
 * results, and return NULL rather than less than they were given.
 */
static json_t *whole(json_t *json, int rc)
{
	if (!rc)
		return json;
	json_decref(json);
	return NULL;
}

static json_t *comm_to_json(const char comm[RECORDING_COMM_LEN])
{
	char text[RECORDING_COMM_LEN];

	recording_comm_text(comm, text);
	return json_string(text);
}

/* A target's name comes from file names and arguments: any bytes. */
static json_t *target_to_json(const char *target)
{
	json_t *json = json_string(target);
	char *own_ptr copy = json ? NULL : strdup(target);

	if (json || !copy)
		return json;
	for (char *p = copy; *p; p++)
		*p = (unsigned char)*p < 0x80 ? *p : '?';
	return json_string(copy);
}

static json_t *args_to_json(const uint64_t args[6])
{
	json_t *json = json_array();
	int rc = 0;

	/* hexadecimal: a 64-bit value is no JSON integer, and these are bit patterns */
	for (size_t i = 0; i < 6; i++) {
		char text[32];

		snprintf(text, sizeof(text), "0x%llx", (unsigned long long)args[i]);
		rc |= json_array_append_new(json, json_string(text));
	}
	return whole(json, rc);
}

static json_t *first_to_json(const struct observed *o)
{
	json_t *json = json_object();
	int rc = json_object_set_new(json, "ns", json_integer(o->first_ns));

	if (o->first.known) {
		rc |= json_object_set_new(json, "pid", json_integer(o->first.pid));
		rc |= json_object_set_new(json, "comm", comm_to_json(o->first.comm));
		rc |= json_object_set_new(json, "args", args_to_json(o->first.args));
	}
	return whole(json, rc);
}

/* Adds what says which call it is. */
static int call_to_json(json_t *json, const struct syscall *call)
{
	char name[SYSCALL_NAME_LEN];
	const char *subname = syscall_subname(call);
	int rc = json_object_set_new(json, "arch", json_string(arch_token(call->arch)));

	rc |= json_object_set_new(json, "number", json_integer(call->nr));
	if (syscall_name(call, name))
		rc |= json_object_set_new(json, "name", json_string(name));
	if (syscall_is_multiplexer(call))
		rc |= json_object_set_new(json, "subcall", json_integer(call->sub));
	if (subname)
		rc |= json_object_set_new(json, "subname", json_string(subname));
	return rc;
}

static json_t *observed_to_json(const struct recording *recording, const struct observed *o)
{
	json_t *json = json_object();
	int rc = call_to_json(json, &o->call);

	rc |= json_object_set_new(json, "class", json_string(observed_class_name(o->class)));
	rc |= json_object_set_new(json, "calls", json_integer(o->calls));
	if (recording->timed && o->class == OBSERVED_WORKLOAD) {
		rc |= json_object_set_new(json, "errors", json_integer(o->errors));
		rc |= json_object_set_new(json, "total_ns", json_integer(o->total_ns));
	}
	if (o->first.known || o->first_ns)
		rc |= json_object_set_new(json, "first", first_to_json(o));
	return whole(json, rc);
}

static json_t *calls_to_json(const struct recording *recording)
{
	json_t *json = json_array();
	int rc = 0;

	for (size_t i = 0; i < recording->observed_len; i++)
		rc |= json_array_append_new(json,
					    observed_to_json(recording, &recording->observed[i]));
	return whole(json, rc);
}

static json_t *moved_to_json(const struct recording *recording)
{
	json_t *json = json_array();
	int rc = 0;

	for (size_t i = 0; i < recording->moved_len; i++) {
		const struct moved *moved = &recording->moved[i];

		rc |= json_array_append_new(json, json_pack("{s:I, s:o, s:I}", "pid",
							    (json_int_t)moved->pid, "comm",
							    comm_to_json(moved->comm), "calls",
							    (json_int_t)moved->calls));
	}
	return whole(json, rc);
}

static json_t *denial_to_json(const struct denial *d)
{
	json_t *json = json_object();
	int rc = call_to_json(json, &d->call);

	rc |= json_object_set_new(json, "action", json_string(denial_action_name(d->action)));
	if (d->error)
		rc |= json_object_set_new(json, "errno", json_integer(d->error));
	rc |= json_object_set_new(json, "count", json_integer((json_int_t)d->count));
	if (d->pid) {
		rc |= json_object_set_new(json, "pid", json_integer(d->pid));
		rc |= json_object_set_new(json, "comm", comm_to_json(d->comm));
	}
	if (d->args_known)
		rc |= json_object_set_new(json, "args", args_to_json(d->args));
	return whole(json, rc);
}

static json_t *denied_to_json(const struct denials *denials)
{
	json_t *json = json_array();
	int rc = 0;

	for (size_t i = 0; i < denials->len; i++)
		rc |= json_array_append_new(json, denial_to_json(&denials->rows[i]));
	return whole(json, rc);
}

/* What the arguments mean, for people. */
static json_t *texts_to_json(const struct tuples *set)
{
	json_t *json = json_array();
	int rc = 0;

	for (size_t i = 0; i < set->len; i++) {
		struct buf own_buf text = BUF_INIT;

		args_call_text(&set->call, set->masks, set->values[i], &text);
		rc |= json_array_append_new(json, json_string(buf__text(&text)));
	}
	return whole(json, rc);
}

static json_t *set_to_json(const struct tuples *set)
{
	json_t *json = json_object(), *values = json_array();
	char name[SYSCALL_NAME_LEN];
	int rc = json_object_set_new(json, "arch", json_string(arch_token(set->call.arch)));

	rc |= json_object_set_new(json, "number", json_integer(set->call.nr));
	if (syscall_name(&set->call, name))
		rc |= json_object_set_new(json, "name", json_string(name));
	if (syscall_is_multiplexer(&set->call))
		rc |= json_object_set_new(json, "subcall", json_integer(set->call.sub));
	rc |= json_object_set_new(json, "masks", args_to_json(set->masks));
	if (set->open)
		rc |= json_object_set_new(json, "open", json_string(open_reason_name(set->open)));
	for (size_t i = 0; i < set->len; i++)
		rc |= json_array_append_new(values, args_to_json(set->values[i]));
	rc |= json_object_set_new(json, "values", values);
	if (set->len)
		rc |= json_object_set_new(json, "texts", texts_to_json(set));
	return whole(json, rc);
}

static json_t *arguments_to_json(const struct recording *recording)
{
	json_t *json = json_array();
	int rc = 0;

	for (size_t i = 0; i < recording->arguments.len; i++)
		rc |= json_array_append_new(json, set_to_json(&recording->arguments.calls[i]));
	return whole(json, rc);
}

static json_t *losses_to_json(const struct losses *losses)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "late",
			 (json_int_t)losses->late, "cgroups", (json_int_t)losses->cgroups,
			 "processes", (json_int_t)losses->groups, "calls",
			 (json_int_t)losses->calls, "left", (json_int_t)losses->left, "moved",
			 (json_int_t)losses->moved, "misses", (json_int_t)losses->misses, "denials",
			 (json_int_t)losses->denials, "log", (json_int_t)losses->log);
}

static json_t *head_to_json(const struct recording *recording)
{
	json_t *head =
		json_pack("{s:s, s:i, s:{s:s, s:s, s:s}, s:o, s:b, s:s, s:o, s:I, s:b, s:b, s:o}",
			  "format", "whittle-recording", "version", RECORDING_VERSION, "host",
			  "kernel", recording->kernel, "machine", recording->machine, "libseccomp",
			  recording->libseccomp, "target",
			  target_to_json(recording->target ? recording->target : ""), "container",
			  recording->container, "hook", recording->hook, "started",
			  time_to_json(recording->started), "elapsed_ns",
			  (json_int_t)recording->elapsed, "whole", recording->whole, "complete",
			  !recording_is_incomplete(recording), "losses",
			  losses_to_json(&recording->losses));
	int rc = 0;

	if (recording->longest)
		rc = json_object_set_new(head, "longest_ns",
					 json_integer((json_int_t)recording->longest));
	if (!rc && recording->calls_since_known)
		rc = json_object_set_new(head, "calls_since_new",
					 json_integer((json_int_t)recording->calls_since_new));
	return whole(head, rc);
}

/* Appends the members of `array`, one a line. */
static int lines(struct buf *out, const char *key, json_t *array)
{
	size_t i;
	json_t *member;

	if (!array)
		return -ENOMEM;
	buf__addf(out, ",\n  \"%s\": [", key);
	json_array_foreach(array, i, member) {
		char *own_ptr text = json_dumps(member, JSON_COMPACT | JSON_ENSURE_ASCII);

		if (!text)
			return -ENOMEM;
		buf__addf(out, "%s\n    %s", i ? "," : "", text);
	}
	buf__addf(out, "%s]", json_array_size(array) ? "\n  " : "");
	return 0;
}

int recording_to_json(const struct recording *recording, struct buf *out, struct err *err)
{
	json_t *own_json head = head_to_json(recording), *own_json calls = calls_to_json(recording),
			 *own_json moved = moved_to_json(recording),
			 *own_json denied = denied_to_json(&recording->denied),
			 *own_json arguments = arguments_to_json(recording);
	char *own_ptr text = head ? json_dumps(head, JSON_INDENT(2) | JSON_ENSURE_ASCII) : NULL;

	if (!text || !calls || !moved || !denied || !arguments)
		return err_set(err, -ENOMEM, "cannot write the recording: no memory");
	/* everything but the closing "\n}" */
	buf__add(out, text, strlen(text) - 2);
	if (lines(out, "syscalls", calls) || lines(out, "moved", moved) ||
	    lines(out, "denied", denied) ||
	    (recording->arguments.len && lines(out, "arguments", arguments)))
		return err_set(err, -ENOMEM, "cannot write the recording: no memory");
	buf__addf(out, "\n}\n");
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the recording") : 0;
}
