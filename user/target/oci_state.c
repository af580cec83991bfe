// SPDX-License-Identifier: BSD-2-Clause
#include "target/oci_state.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#define ID_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-"

static const char *const status_names[] = {
	[OCI_CREATING] = "creating",
	[OCI_CREATED] = "created",
	[OCI_RUNNING] = "running",
	[OCI_STOPPED] = "stopped",
};

static void own_json_(json_t **json)
{
	json_decref(*json);
}
#define own_json own_with(own_json_)

static int take_status(const char *text, enum oci_status *out, struct err *err)
{
	for (size_t i = 0; text && i < ARRAY_LEN(status_names); i++) {
		if (!strcmp(text, status_names[i])) {
			*out = i;
			return 0;
		}
	}
	return err_set(err, -EINVAL, "the OCI state on standard input has %s status '%.20s'",
		       text ? "an unknown" : "no", text ? text : "");
}

static int take_id(const char *text, struct oci_state *out, struct err *err)
{
	if (!text || !*text || strlen(text) >= sizeof(out->id) || text[strspn(text, ID_CHARACTERS)])
		return err_set(err, -EINVAL,
			       "the OCI state on standard input has no id, or one that is not a container's");
	strcpy(out->id, text);
	return 0;
}

/* Runtimes write null, 0 or nothing at all when there is no process. */
static int take_pid(const json_t *pid, struct oci_state *out, struct err *err)
{
	json_int_t value = json_is_integer(pid) ? json_integer_value(pid) : 0;

	if ((pid && !json_is_integer(pid) && !json_is_null(pid)) || value < 0 || value > INT32_MAX)
		return err_set(err, -EINVAL,
			       "the OCI state on standard input has a pid that is none");
	out->pid = value;
	return 0;
}

static int take_annotation(const json_t *annotations, struct oci_state *out, struct err *err)
{
	const json_t *value = json_object_get(annotations, TRACE_ANNOTATION);
	const char *text = json_string_value(value);

	*out->annotation = '\0';
	if (!value)
		return 0;
	if (!text || !*text || strlen(text) >= sizeof(out->annotation))
		return err_set(err, -EINVAL, "the annotation " TRACE_ANNOTATION " is %s",
			       !text  ? "not a text" :
			       !*text ? "empty: of:/PATH says where the profile goes" :
					"too long");
	strcpy(out->annotation, text);
	return 0;
}

int oci_state_parse(const char *text, size_t len, struct oci_state *out, struct err *err)
{
	json_error_t error;
	json_t *own_json json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	int rc;

	if (!json)
		return err_set(err, -EINVAL,
			       "standard input is no OCI state: %d:%d: %s (whittle hook is run by a container engine)",
			       error.line, error.column, error.text);
	if (!json_is_object(json))
		return err_set(err, -EINVAL, "standard input is no OCI state: it is not an object");
	rc = take_id(json_string_value(json_object_get(json, "id")), out, err);
	if (!rc)
		rc = take_status(json_string_value(json_object_get(json, "status")), &out->status,
				 err);
	if (!rc)
		rc = take_pid(json_object_get(json, "pid"), out, err);
	if (!rc)
		rc = take_annotation(json_object_get(json, "annotations"), out, err);
	return rc;
}

/* One "of:/PATH" or "if:/PATH", which is `len` long. */
static int take_path(const char *part, size_t len, struct trace_request *out, struct err *err)
{
	char *path = !strncmp(part, "of:", 3) ? out->output :
		     !strncmp(part, "if:", 3) ? out->input :
						NULL;

	if (!path || len < 3)
		return err_set(err, -EINVAL,
			       TRACE_ANNOTATION ": '%.*s' is neither of:/PATH nor if:/PATH",
			       (int)(len > 80 ? 80 : len), part);
	if (*path)
		return err_set(err, -EINVAL, TRACE_ANNOTATION ": %.3s is given twice", part);
	if (part[3] != '/' || len == 3)
		return err_set(err, -EINVAL, TRACE_ANNOTATION ": '%.*s' is not an absolute path",
			       (int)(len > 80 ? 80 : len), part);
	if (len - 3 >= PATH_MAX)
		return err_set(err, -EINVAL, TRACE_ANNOTATION ": a path is too long");
	memcpy(path, part + 3, len - 3);
	return 0;
}

int trace_request_parse(const char *annotation, struct trace_request *out, struct err *err)
{
	int rc = 0;

	*out = (struct trace_request){0};
	for (const char *part = annotation, *end; !rc; part = end + 1) {
		end = strchrnul(part, ';');
		rc = take_path(part, end - part, out, err);
		if (!*end)
			break;
	}
	if (!rc && !*out->output)
		rc = err_set(err, -EINVAL,
			     TRACE_ANNOTATION
			     ": of:/PATH is missing, which says where the profile goes");
	return rc;
}
