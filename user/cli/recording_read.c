// SPDX-License-Identifier: BSD-2-Clause
#include "cli/recording_read.h"
#include "profile/document.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000ULL

struct place {
	const char *file;
	struct err *err;
};

__attribute__((format(printf, 3, 4))) static int
refuse(const struct place *place, const struct node *node, const char *format, ...)
{
	va_list args;
	int rc;

	va_start(args, format);
	rc = err_at_args(place->err, -EINVAL, place->file, node->place, format, args);
	va_end(args);
	return rc;
}

/* 0 and an empty text for a member that is not there. */
static int get_count(const struct place *place, const struct node *node, const char *key,
		     uint64_t max, uint64_t *out)
{
	const struct node *member = node_member(node, key);

	*out = 0;
	if (!member)
		return 0;
	if (member->kind != NODE_NUMBER || !member->is_count || member->number > max)
		return refuse(place, member, "\"%s\" is not a number from 0 to %llu", key,
			      (unsigned long long)max);
	*out = member->number;
	return 0;
}

static int get_text(const struct place *place, const struct node *node, const char *key,
		    const char **out)
{
	const struct node *member = node_member(node, key);

	*out = "";
	if (!member)
		return 0;
	if (member->kind != NODE_STRING)
		return refuse(place, member, "\"%s\" is not a string", key);
	*out = member->text;
	return 0;
}

/* Cut in the middle of a letter it could not be written again. */
static int copy_text(const struct place *place, const struct node *node, const char *key, char *out,
		     size_t room)
{
	const char *text;
	int rc = get_text(place, node, key, &text);

	if (!rc && strlen(text) >= room)
		return refuse(place, node_member(node, key), "\"%s\" is longer than %zu bytes", key,
			      room - 1);
	if (!rc)
		snprintf(out, room, "%s", text);
	return rc;
}

/* As strtoull() with base 16, which would be a tenth of what a recording costs: six for each call. */
static uint64_t hex_of(const char *text)
{
	uint64_t value = 0;

	if (text[0] == '0' && (text[1] | 32) == 'x')
		text += 2;
	for (; isxdigit((unsigned char)*text); text++) {
		if (value >> 60)
			return UINT64_MAX;
		value = value << 4 | (*text <= '9' ? *text - '0' : (*text | 32) - 'a' + 10);
	}
	return value;
}

static void get_args(const struct node *node, uint64_t args[6])
{
	for (size_t i = 0; node && node->kind == NODE_ARRAY && i < node->len && i < 6; i++)
		if (node->children[i].kind == NODE_STRING)
			args[i] = hex_of(node->children[i].text);
}

static int get_first(const struct place *place, const struct node *node, struct observed *out)
{
	const struct node *args;
	const char *comm;
	uint64_t pid;
	int rc = get_count(place, node, "ns", INT64_MAX, &out->first_ns);

	if (!rc)
		rc = get_count(place, node, "pid", UINT32_MAX, &pid);
	if (!rc)
		rc = get_text(place, node, "comm", &comm);
	if (rc)
		return rc;
	args = node_member(node, "args");
	out->first.known = node_member(node, "pid");
	out->first.pid = pid;
	snprintf(out->first.comm, sizeof(out->first.comm), "%s", comm);
	get_args(args, out->first.args);
	return 0;
}

static int get_arch(const struct place *place, const struct node *node, enum arch *out)
{
	const char *token;
	int rc = get_text(place, node, "arch", &token);

	if (rc)
		return rc;
	*out = arch_from_token(token);
	if (arch_is_recorded(*out))
		return 0;
	return refuse(place, node, "whittle records no calls of the architecture '%s'", token);
}

/* Any 64-bit number: programs call numbers that are none, -1 for one. */
static int get_call_number(const struct place *place, const struct node *node, int64_t *out)
{
	const struct node *member = node_member(node, "number");
	char *end = NULL;

	if (!member)
		return refuse(place, node, "a call without \"number\"");
	errno = 0;
	if (member->kind == NODE_NUMBER)
		*out = strtoll(member->text, &end, 10);
	if (!end || *end || errno)
		return refuse(place, member, "\"number\" is not a whole number of 64 bits");
	return 0;
}

/* Which call it is. */
static int get_call(const struct place *place, const struct node *node, struct syscall *out)
{
	uint64_t sub;
	int rc = get_arch(place, node, &out->arch);

	if (!rc)
		rc = get_call_number(place, node, &out->nr);
	if (!rc)
		rc = get_count(place, node, "subcall", UINT32_MAX, &sub);
	if (rc)
		return rc;
	out->sub = sub;
	/* it would be lost when the recording is written */
	return sub && !syscall_is_multiplexer(out) ?
		       refuse(place, node, "a \"subcall\" of a call that has none") :
		       0;
}

static int get_class(const struct place *place, const struct node *node, enum observed_class *out)
{
	const char *name;
	int rc = get_text(place, node, "class", &name);

	if (rc)
		return rc;
	for (*out = OBSERVED_INVALID + 1; *out < OBSERVED_CLASS_COUNT; ++*out)
		if (!strcmp(observed_class_name(*out), name))
			return 0;
	return refuse(place, node, "whittle does not know the class '%s'", name);
}

static int get_observed(const struct place *place, const struct node *node, struct recording *out)
{
	struct observed observed = {0};
	int rc = get_call(place, node, &observed.call);

	if (!rc)
		rc = get_class(place, node, &observed.class);
	if (!rc)
		rc = get_count(place, node, "calls", INT64_MAX, &observed.calls);
	if (!rc)
		rc = get_count(place, node, "errors", INT64_MAX, &observed.errors);
	if (!rc)
		rc = get_count(place, node, "total_ns", INT64_MAX, &observed.total_ns);
	if (!rc && node_member(node, "first"))
		rc = get_first(place, node_member(node, "first"), &observed);
	if (rc)
		return rc;
	out->timed |= node_member(node, "total_ns") != NULL;
	return recording_add(out, &observed) ?
		       err_errno(place->err, -ENOMEM, "cannot read %s", place->file) :
		       0;
}

static int get_moved(const struct place *place, const struct node *node, struct recording *out)
{
	struct moved moved = {0};
	const char *comm;
	uint64_t pid;
	int rc = get_count(place, node, "pid", UINT32_MAX, &pid);

	if (!rc)
		rc = get_text(place, node, "comm", &comm);
	if (!rc)
		rc = get_count(place, node, "calls", INT64_MAX, &moved.calls);
	if (rc)
		return rc;
	moved.pid = pid;
	snprintf(moved.comm, sizeof(moved.comm), "%s", comm);
	return recording_add_moved(out, &moved) ?
		       err_errno(place->err, -ENOMEM, "cannot read %s", place->file) :
		       0;
}

static int get_denial(const struct place *place, const struct node *node, struct recording *out)
{
	struct denial denial = {0};
	const struct node *args = node_member(node, "args");
	const char *action, *comm;
	uint64_t error, pid;
	int rc = get_call(place, node, &denial.call);

	if (!rc)
		rc = get_text(place, node, "action", &action);
	if (!rc)
		rc = get_count(place, node, "errno", 4095, &error);
	if (!rc)
		rc = get_count(place, node, "count", INT64_MAX, &denial.count);
	if (!rc)
		rc = get_count(place, node, "pid", UINT32_MAX, &pid);
	if (!rc)
		rc = get_text(place, node, "comm", &comm);
	if (rc)
		return rc;
	if (!denial_action_parse(action, &denial.action))
		return refuse(place, node, "whittle does not know the action '%s'", action);
	denial.error = (int)error;
	denial.pid = (uint32_t)pid;
	snprintf(denial.comm, sizeof(denial.comm), "%s", comm);
	denial.args_known = args && args->kind == NODE_ARRAY;
	get_args(args, denial.args);
	rc = denials_add(&out->denied, &denial);
	if (rc == -ENOSPC) { /* more than whittle keeps; no reason to lose the recording */
		out->losses.denials = recording_sum(out->losses.denials, denial.count);
		return 0;
	}
	return rc ? err_errno(place->err, rc, "cannot read %s", place->file) : 0;
}

/* Six numbers as hexadecimal texts. */
static int get_values(const struct place *place, const struct node *node,
		      uint64_t values[TUPLE_ARGS])
{
	if (node->kind != NODE_ARRAY || node->len != TUPLE_ARGS)
		return refuse(place, node, "it is not an array of %d values", TUPLE_ARGS);
	for (size_t i = 0; i < TUPLE_ARGS; i++) {
		const struct node *value = &node->children[i];
		char *end = NULL;

		errno = 0;
		if (value->kind == NODE_STRING && !strncmp(value->text, "0x", 2))
			values[i] = strtoull(value->text, &end, 16);
		if (!end || *end || errno)
			return refuse(place, value, "it is not a value of the form \"0x1f\"");
	}
	return 0;
}

static int get_open(const struct place *place, const struct node *node, struct tuples *set)
{
	enum open_reason reason;
	const char *name;
	int rc = get_text(place, node, "open", &name);

	if (rc || !*name)
		return rc;
	reason = open_reason_from_name(name);
	tuples_open(set, reason == OPEN_COUNT ? OPEN_UNKNOWN : reason);
	return 0;
}

static int get_arguments(const struct place *place, const struct node *node, struct recording *out)
{
	const struct node *masks = node_member(node, "masks"), *list = node_member(node, "values");
	uint64_t values[TUPLE_ARGS];
	struct syscall call = {0};
	struct tuples *set;
	int rc = get_call(place, node, &call);

	if (!rc)
		rc = masks ? get_values(place, masks, values) :
			     refuse(place, node, "arguments without \"masks\"");
	if (rc)
		return rc;
	if (tuples_find(&out->arguments, &call))
		return refuse(place, node, "the arguments of a call are listed twice");
	if (list && list->kind != NODE_ARRAY)
		return refuse(place, list, "\"values\" is not an array");
	set = tuples_make(&out->arguments, &call, values);
	if (!set)
		return err_errno(place->err, -ENOMEM, "cannot read %s", place->file);
	rc = get_open(place, node, set);
	for (size_t i = 0; !rc && list && i < list->len; i++) {
		rc = get_values(place, &list->children[i], values);
		if (!rc && tuples_add(set, values))
			rc = err_errno(place->err, -ENOMEM, "cannot read %s", place->file);
	}
	if (rc)
		return rc;
	/* who wrote it knew of calls, and not with what */
	if (!set->len)
		tuples_open(set, OPEN_UNKNOWN);
	tuples_settle(set);
	return 0;
}

static int each(const struct place *place, const struct node *node, const char *key,
		int (*get)(const struct place *place, const struct node *node,
			   struct recording *out),
		struct recording *out)
{
	const struct node *list = node_member(node, key);
	int rc = 0;

	if (list && list->kind != NODE_ARRAY)
		return refuse(place, list, "\"%s\" is not an array", key);
	for (size_t i = 0; !rc && list && i < list->len; i++)
		rc = list->children[i].kind == NODE_OBJECT ?
			     get(place, &list->children[i], out) :
			     refuse(place, &list->children[i], "it is not an object");
	return rc;
}

static int get_losses(const struct place *place, const struct node *node, struct losses *out)
{
	int rc = get_count(place, node, "late", INT64_MAX, &out->late);

	if (!rc)
		rc = get_count(place, node, "cgroups", INT64_MAX, &out->cgroups);
	if (!rc)
		rc = get_count(place, node, "processes", INT64_MAX, &out->groups);
	if (!rc)
		rc = get_count(place, node, "calls", INT64_MAX, &out->calls);
	if (!rc)
		rc = get_count(place, node, "left", INT64_MAX, &out->left);
	if (!rc)
		rc = get_count(place, node, "moved", INT64_MAX, &out->moved);
	if (!rc)
		rc = get_count(place, node, "misses", INT64_MAX, &out->misses);
	if (!rc)
		rc = get_count(place, node, "denials", INT64_MAX, &out->denials);
	return rc ? rc : get_count(place, node, "log", INT64_MAX, &out->log);
}

/* "2026-01-02T03:04:05.678Z" */
static uint64_t time_of(const char *text)
{
	struct tm tm = {0};
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	uint64_t ns = rest ? (uint64_t)timegm(&tm) * NS_PER_S : 0;

	if (!rest || *rest != '.')
		return ns;
	for (uint64_t unit = NS_PER_S / 10; isdigit((unsigned char)*++rest); unit /= 10)
		ns += (uint64_t)(*rest - '0') * unit;
	return ns;
}

static int get_head(const struct place *place, const struct node *node, struct recording *out)
{
	static const char *const hooks[] = {"tp_btf", "raw_tp", "tracepoint", "fentry"};
	const struct node *host = node_member(node, "host"), *whole = node_member(node, "whole"),
			  *container = node_member(node, "container"),
			  *complete = node_member(node, "complete");
	const char *target, *hook, *started;
	int rc = copy_text(place, host, "kernel", out->kernel, sizeof(out->kernel));

	if (!rc)
		rc = copy_text(place, host, "machine", out->machine, sizeof(out->machine));
	if (!rc)
		rc = copy_text(place, host, "libseccomp", out->libseccomp, sizeof(out->libseccomp));
	if (!rc)
		rc = get_text(place, node, "target", &target);
	if (!rc)
		rc = get_text(place, node, "hook", &hook);
	if (!rc)
		rc = get_text(place, node, "started", &started);
	if (!rc)
		rc = get_count(place, node, "elapsed_ns", INT64_MAX, &out->elapsed);
	if (!rc)
		rc = get_count(place, node, "longest_ns", INT64_MAX, &out->longest);
	if (!rc)
		rc = get_count(place, node, "calls_since_new", INT64_MAX, &out->calls_since_new);
	if (rc)
		return rc;
	out->calls_since_known = node_member(node, "calls_since_new");
	out->native = arch_from_machine(out->machine);
	out->whole = whole && whole->truth;
	out->container = container && container->truth;
	out->incomplete = complete && !complete->truth;
	out->started = time_of(started);
	out->hook = "unknown";
	for (size_t i = 0; i < ARRAY_LEN(hooks); i++)
		if (!strcmp(hooks[i], hook))
			out->hook = hooks[i];
	out->target = strdup(target);
	return out->target ? 0 : err_errno(place->err, -ENOMEM, "cannot read %s", place->file);
}

bool recording_is(const char *text, size_t len)
{
	static const char word[] = "\"whittle-recording\"";

	return memmem(text, len < 4096 ? len : 4096, word, sizeof(word) - 1);
}

int recording_parse(const char *name, const char *text, size_t len, struct recording *out,
		    struct err *err)
{
	struct place place = {name, err};
	struct recording own_recording recording = {0};
	struct node own_node node = {0};
	const struct node *losses;
	const char *format;
	uint64_t version;
	int rc = document_parse_json(name, text, len, &node, err);

	if (!rc && (node_member(&node, "defaultAction") || node_member(&node, "syscalls")) &&
	    !node_member(&node, "format"))
		return refuse(&place, &node,
			      "it is not a recording but a profile: 'whittle merge' makes one of several");
	if (!rc)
		rc = get_text(&place, &node, "format", &format);
	if (!rc)
		rc = get_count(&place, &node, "version", INT32_MAX, &version);
	if (rc)
		return rc;
	if (strcmp(format, "whittle-recording"))
		return refuse(&place, &node, "it is not a recording");
	if (version != RECORDING_VERSION)
		return refuse(&place, &node, "a recording of version %llu, whittle knows %d",
			      (unsigned long long)version, RECORDING_VERSION);
	rc = get_head(&place, &node, &recording);
	losses = node_member(&node, "losses");
	if (!rc && losses)
		rc = get_losses(&place, losses, &recording.losses);
	if (!rc)
		rc = each(&place, &node, "syscalls", get_observed, &recording);
	if (!rc)
		rc = each(&place, &node, "moved", get_moved, &recording);
	if (!rc)
		rc = each(&place, &node, "denied", get_denial, &recording);
	if (!rc)
		rc = each(&place, &node, "arguments", get_arguments, &recording);
	if (rc)
		return rc;
	recording_sort(&recording);
	denials_sort(&recording.denied);
	*out = recording;
	recording = (struct recording){0};
	return 0;
}
