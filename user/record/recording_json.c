// SPDX-License-Identifier: BSD-2-Clause
/* The file format of a recording, whittle-recording(5). */
#include "record/recording.h"

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

/* comm is what a process calls itself: any bytes. Outside of printable ASCII becomes '?', so that the file is UTF-8. */
static json_t *comm_to_json(const char *comm)
{
	char text[RECORDING_COMM_LEN];
	size_t i;

	for (i = 0; i < sizeof(text) - 1 && comm[i]; i++)
		text[i] = comm[i] >= 0x20 && comm[i] < 0x7f ? comm[i] : '?';
	text[i] = '\0';
	return json_string(text);
}

static json_t *first_to_json(const struct observed *o)
{
	json_t *args = json_array(), *json;

	/* hexadecimal: a 64-bit value is no JSON integer, and these are bit patterns */
	for (size_t i = 0; i < 6; i++) {
		char text[32];

		snprintf(text, sizeof(text), "0x%llx", (unsigned long long)o->first.args[i]);
		json_array_append_new(args, json_string(text));
	}
	json = json_pack("{s:I, s:i, s:o*, s:o}", "ns", (json_int_t)o->first_ns, "pid",
			 (int)o->first.pid, "comm", comm_to_json(o->first.comm), "args", args);
	return json;
}

static json_t *observed_to_json(const struct recording *recording, const struct observed *o)
{
	json_t *json = json_pack("{s:s, s:I}", "arch", arch_token(o->call.arch), "number",
				 (json_int_t)o->call.nr);
	char name[SYSCALL_NAME_LEN];
	const char *subname = syscall_subname(&o->call);

	if (syscall_name(&o->call, name))
		json_object_set_new(json, "name", json_string(name));
	if (syscall_is_multiplexer(&o->call))
		json_object_set_new(json, "subcall", json_integer(o->call.sub));
	if (subname)
		json_object_set_new(json, "subname", json_string(subname));
	json_object_set_new(json, "class", json_string(observed_class_name(o->class)));
	json_object_set_new(json, "calls", json_integer(o->calls));
	if (recording->timed && o->class == OBSERVED_WORKLOAD) {
		json_object_set_new(json, "errors", json_integer(o->errors));
		json_object_set_new(json, "total_ns", json_integer(o->total_ns));
	}
	if (o->first.known)
		json_object_set_new(json, "first", first_to_json(o));
	else if (o->first_ns)
		json_object_set_new(json, "first",
				    json_pack("{s:I}", "ns", (json_int_t)o->first_ns));
	return json;
}

static json_t *moved_to_json(const struct moved *moved)
{
	return json_pack("{s:i, s:o*, s:I}", "pid", (int)moved->pid, "comm",
			 comm_to_json(moved->comm), "calls", (json_int_t)moved->calls);
}

static json_t *losses_to_json(const struct losses *losses)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "late", (json_int_t)losses->late, "cgroups",
			 (json_int_t)losses->cgroups, "processes", (json_int_t)losses->groups,
			 "calls", (json_int_t)losses->calls, "misses", (json_int_t)losses->misses);
}

static json_t *head_to_json(const struct recording *recording)
{
	return json_pack("{s:s, s:i, s:{s:s, s:s, s:s}, s:s, s:s, s:o, s:I, s:b, s:b, s:o}",
			 "format", "whittle-recording", "version", RECORDING_VERSION, "host",
			 "kernel", recording->kernel, "machine", recording->machine, "libseccomp",
			 recording->libseccomp, "target",
			 recording->target ? recording->target : "", "hook", recording->hook,
			 "started", time_to_json(recording->started), "elapsed_ns",
			 (json_int_t)recording->elapsed, "whole", recording->whole, "complete",
			 !recording_is_incomplete(recording), "losses",
			 losses_to_json(&recording->losses));
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
	json_t *own_json head = head_to_json(recording), *own_json calls = json_array(),
			 *own_json moved = json_array();
	char *own_ptr text = head ? json_dumps(head, JSON_INDENT(2) | JSON_ENSURE_ASCII) : NULL;
	size_t len;

	if (!text || !calls || !moved)
		return err_set(err, -ENOMEM,
			       "cannot write the recording: no memory, or its target is no UTF-8 text");
	for (size_t i = 0; i < recording->observed_len; i++)
		json_array_append_new(calls, observed_to_json(recording, &recording->observed[i]));
	for (size_t i = 0; i < recording->moved_len; i++)
		json_array_append_new(moved, moved_to_json(&recording->moved[i]));
	if (json_array_size(calls) != recording->observed_len ||
	    json_array_size(moved) != recording->moved_len)
		return err_set(err, -ENOMEM, "cannot write the recording: no memory");
	/* everything but the closing "\n}" */
	len = strlen(text) - 2;
	buf__add(out, text, len);
	if (lines(out, "syscalls", calls) || lines(out, "moved", moved))
		return err_set(err, -ENOMEM, "cannot write the recording: no memory");
	buf__addf(out, "\n}\n");
	return buf__error(out) ? err_errno(err, buf__error(out), "cannot write the recording") : 0;
}
