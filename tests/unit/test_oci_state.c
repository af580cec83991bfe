// SPDX-License-Identifier: BSD-2-Clause
#include "target/oci_state.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse(const char *text, struct oci_state *state, struct err *err)
{
	*err = (struct err){0};
	return oci_state_parse(text, strlen(text), state, err);
}

Test(oci_state, what_runtimes_write)
{
	static const struct {
		const char *text;
		enum oci_status status;
		pid_t pid;
		const char *annotation;
	} rows[] = {
		{"{\"ociVersion\":\"1.0.2\",\"id\":\"c1\",\"status\":\"creating\",\"pid\":7,\"bundle\":\"/b\"}",
		 OCI_CREATING, 7, ""},
		{"{\"id\":\"c1\",\"status\":\"created\",\"pid\":2147483647,\"annotations\":{\"a\":\"b\"}}",
		 OCI_CREATED, 2147483647, ""},
		{"{\"id\":\"c1\",\"status\":\"running\",\"pid\":1,\"annotations\":{\"io.containers.trace-syscall\":\"of:/x\"}}",
		 OCI_RUNNING, 1, "of:/x"},
		{"{\"id\":\"c1\",\"status\":\"stopped\",\"annotations\":null}", OCI_STOPPED, 0, ""},
		{"{\"id\":\"c1\",\"status\":\"stopped\",\"pid\":0}", OCI_STOPPED, 0, ""},
		{" {\"pid\":null,\"status\":\"stopped\",\"id\":\"c1\"}\n", OCI_STOPPED, 0, ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct oci_state state;
		struct err err;

		memset(&state, 0x5a, sizeof(state));
		cr_assert_eq(parse(rows[i].text, &state, &err), 0, "row %zu: %s", i, err.text);
		cr_expect_str_eq(state.id, "c1");
		cr_expect_eq(state.status, rows[i].status, "row %zu", i);
		cr_expect_eq(state.pid, rows[i].pid, "row %zu", i);
		cr_expect_str_eq(state.annotation, rows[i].annotation);
	}
}

Test(oci_state, refused)
{
	static const struct {
		const char *text, *phrase;
	} rows[] = {
		{"", "no OCI state"},
		{"{", "no OCI state"},
		{"{} {}", "no OCI state"},
		{"[]", "not an object"},
		{"7", "no OCI state"},
		{"{}", "no id"},
		{"{\"id\":7,\"status\":\"created\"}", "no id"},
		{"{\"id\":\"\",\"status\":\"created\"}", "no id"},
		{"{\"id\":\"a/b\",\"status\":\"created\"}", "no id"},
		{"{\"id\":\"a b\",\"status\":\"created\"}", "no id"},
		{"{\"id\":\"a\\n\",\"status\":\"created\"}", "no id"},
		{"{\"id\":\"a\\u0000\",\"status\":\"created\"}", "no OCI state"},
		{"{\"id\":\"a\"}", "no status"},
		{"{\"id\":\"a\",\"status\":1}", "no status"},
		{"{\"id\":\"a\",\"status\":\"Created\"}", "unknown status 'Created'"},
		{"{\"id\":\"a\",\"id\":\"b\",\"status\":\"created\"}", "no OCI state"},
		{"{\"id\":\"a\",\"status\":\"created\",\"pid\":-1}", "pid"},
		{"{\"id\":\"a\",\"status\":\"created\",\"pid\":2147483648}", "pid"},
		{"{\"id\":\"a\",\"status\":\"created\",\"pid\":1.5}", "pid"},
		{"{\"id\":\"a\",\"status\":\"created\",\"pid\":\"1\"}", "pid"},
		{"{\"id\":\"a\",\"status\":\"created\",\"annotations\":{\"io.containers.trace-syscall\":7}}",
		 "not a text"},
		{"{\"id\":\"a\",\"status\":\"created\",\"annotations\":{\"io.containers.trace-syscall\":\"\"}}",
		 "empty"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct oci_state state;
		struct err err;

		cr_expect_eq(parse(rows[i].text, &state, &err), -EINVAL, "%s", rows[i].text);
		cr_expect(strstr(err.text, rows[i].phrase), "%s: %s", rows[i].text, err.text);
	}
}

/* A state with this many characters of id and of annotation. */
static int parse_long(size_t id, size_t annotation, struct oci_state *state)
{
	size_t size = id + annotation + 200;
	char *own_ptr text = malloc(size);
	struct err err;

	snprintf(text, size,
		 "{\"id\":\"%0*d\",\"status\":\"created\",\"annotations\":{\"%s\":\"%0*d\"}}",
		 (int)id, 0, TRACE_ANNOTATION, (int)annotation, 0);
	return parse(text, state, &err);
}

Test(oci_state, lengths)
{
	struct oci_state state;

	cr_expect_eq(parse_long(sizeof(state.id) - 1, 5, &state), 0);
	cr_expect_eq(strlen(state.id), sizeof(state.id) - 1);
	cr_expect_eq(parse_long(sizeof(state.id), 5, &state), -EINVAL);
	cr_expect_eq(parse_long(5, sizeof(state.annotation) - 1, &state), 0);
	cr_expect_eq(strlen(state.annotation), sizeof(state.annotation) - 1);
	cr_expect_eq(parse_long(5, sizeof(state.annotation), &state), -EINVAL);
}

Test(trace_request, taken)
{
	static const struct {
		const char *text, *output, *input;
	} rows[] = {
		{"of:/a", "/a", ""},         {"of:/a;if:/b", "/a", "/b"},
		{"if:/b;of:/a", "/a", "/b"}, {"of:/a b:c/if:x", "/a b:c/if:x", ""},
		{"of:/", "/", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct trace_request request;
		struct err err = {0};

		memset(&request, 0x5a, sizeof(request));
		cr_assert_eq(trace_request_parse(rows[i].text, &request, &err), 0, "%s: %s",
			     rows[i].text, err.text);
		cr_expect_str_eq(request.output, rows[i].output);
		cr_expect_str_eq(request.input, rows[i].input);
	}
}

Test(trace_request, refused)
{
	static const struct {
		const char *text, *phrase;
	} rows[] = {
		{"", "neither"},
		{";", "neither"},
		{"o", "neither"},
		{"of", "neither"},
		{"of:", "absolute"},
		{"of:;if:/a", "absolute"},
		{"of:a", "absolute"},
		{"of:/a;", "neither"},
		{";of:/a", "neither"},
		{"of:/a;;if:/b", "neither"},
		{"OF:/a", "neither"},
		{"of:/a;xf:/b", "neither"},
		{"/a", "neither"},
		{"if:/a", "of:/PATH is missing"},
		{"of:/a;of:/b", "of: is given twice"},
		{"of:/a;if:/b;if:/c", "if: is given twice"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct trace_request request;
		struct err err = {0};

		cr_expect_eq(trace_request_parse(rows[i].text, &request, &err), -EINVAL, "'%s'",
			     rows[i].text);
		cr_expect(strstr(err.text, rows[i].phrase), "'%s': %s", rows[i].text, err.text);
	}
}

Test(trace_request, lengths)
{
	char text[3 + PATH_MAX + 8] = "of:/";
	struct trace_request request;

	memset(text + 4, 'x', PATH_MAX - 2);
	cr_expect_eq(trace_request_parse(text, &request, NULL), 0);
	cr_expect_eq(strlen(request.output), PATH_MAX - 1);
	text[3 + PATH_MAX - 1] = 'x';
	cr_expect_eq(trace_request_parse(text, &request, NULL), -EINVAL);
}
