// SPDX-License-Identifier: BSD-2-Clause
#include "profile/parse.h"
#include "profile/members.h"
#include "profile/parse_list.h"
#include "profile/parse_oci.h"
#include "profile/parse_systemd.h"
#include "profile/text.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static size_t blanks(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && isspace((unsigned char)text[n]))
		n++;
	return n;
}

static bool is_json(const char *text, size_t len)
{
	size_t n = blanks(text, len);

	/* a comment or a byte order mark is taken for JSON's here, for the sentence about it */
	return n == len || text[n] == '{' || text[n] == '[' || text[n] == '/' ||
	       (unsigned char)text[n] == 0xef;
}

static int no_profile(const char *name, const struct node *node, const char *what, struct err *err)
{
	return err_at(err, -EINVAL, name, node->place, "%s", what);
}

bool profile_is_resource(const struct node *node)
{
	const struct node *kind = node_member(node, "kind");

	return kind && kind->kind == NODE_STRING && !strcmp(kind->text, "SeccompProfile");
}

/* Another "linux" or "seccomp" would be what runc takes. */
static int check_way(const char *name, const struct node *node, const char *const *known,
		     struct err *err)
{
	for (size_t i = 0; node && node->kind == NODE_OBJECT && i < node->len; i++) {
		const struct node *child = &node->children[i];
		const char *meant = member_but_for_case(child->key, known);

		if (meant)
			return err_at(err, -EINVAL, name, child->place,
				      "runc reads the member \"%.100s\" as \"%s\", crun ignores it",
				      child->key, meant);
	}
	return 0;
}

/* linux.seccomp of an OCI runtime's config.json. */
static int in_config(const char *name, const struct node *node, const struct node **out,
		     struct err *err)
{
	const struct node *os = node_member(node, "linux");
	int rc = check_way(name, node, members_of_config, err);

	if (!rc)
		rc = check_way(name, os, members_of_linux, err);
	if (rc)
		return rc;
	*out = node_member(os, "seccomp");
	return *out ? 0 :
		      no_profile(name, node, "there is no linux.seccomp in this config.json", err);
}

static int find_profile(const char *name, const struct node *node, const struct node **out,
			struct err *err)
{
	const struct node *kind = node_member(node, "kind"), *spec = node_member(node, "spec");
	const struct node *format = node_member(node, "format");

	*out = node;
	if (profile_is_resource(node))
		return (*out = spec) ? 0 : no_profile(name, node, "it has no \"spec\"", err);
	if (kind && kind->kind == NODE_STRING && spec)
		return err_at(err, -EINVAL, name, kind->place,
			      "a %.100s is no profile: a SeccompProfile is", kind->text);
	if (node_member(node, "ociVersion"))
		return in_config(name, node, out, err);
	return format ?
		       no_profile(name, format,
				  "it is not a profile but a recording: 'whittle profile' makes one of it",
				  err) :
		       0;
}

int profile_in_document(const char *name, const struct node *node, const struct node **out,
			struct err *err)
{
	int rc = find_profile(name, node, out, err);

	if (!rc && (*out)->kind != NODE_OBJECT)
		rc = no_profile(name, *out, "it is not a profile: not an object", err);
	return rc;
}

static int parse_tree(const char *name, const struct node *node,
		      const struct parse_options *options, struct profile *out, struct err *err)
{
	struct parse_options own = *options;
	const struct node *profile;
	int rc = profile_in_document(name, node, &profile, err);

	own.exact = profile_is_resource(node);
	return rc ? rc : parse_oci_document(name, profile, &own, out, err);
}

static int parse_json(const char *name, const char *text, size_t len,
		      const struct parse_options *options, struct profile *out, struct err *err)
{
	struct node own_node node = {0};
	int rc = document_parse_json(name, text, len, &node, err);

	return rc ? rc : parse_tree(name, &node, options, out, err);
}

/* "KEY:", also in quotes. In whatever case: who reads it has something to say about that. */
static bool is_key(const char *line, size_t len, const char *const *keys)
{
	const size_t quotes = len && (*line == '"' || *line == '\'') ? 1 : 0;

	for (; *keys; keys++) {
		const size_t end = quotes + strlen(*keys);

		if (len > end + quotes && !strncasecmp(line + quotes, *keys, end - quotes) &&
		    (!quotes || line[end] == *line) && line[end + quotes] == ':')
			return true;
	}
	return false;
}

static bool begins(const char *line, size_t len, const char *with)
{
	return len >= strlen(with) && !memcmp(line, with, strlen(with));
}

/* A document, or one of the keys that there may be, before anything else. */
static bool is_yaml(const char *text, size_t len)
{
	static const char *const resource[] = {"apiVersion", "kind", "metadata", "spec", NULL};
	const char *end = text + len;

	while (text < end) {
		const char *line_end = memchr(text, '\n', end - text);
		size_t n = (line_end ? line_end : end) - text;

		if (begins(text, n, "---") || begins(text, n, "%YAML") ||
		    is_key(text, n, resource) || is_key(text, n, members_of_profile))
			return true;
		if (blanks(text, n) < n && *text != '#')
			return false;
		text += n + 1;
	}
	return false;
}

static int parse_yaml(const char *name, const char *text, size_t len,
		      const struct parse_options *options, struct profile *out, struct err *err)
{
	struct node own_node node = {0};
	int rc = document_parse_yaml(name, text, len, &node, err);

	return rc ? rc : parse_tree(name, &node, options, out, err);
}

static const struct {
	bool (*is)(const char *text, size_t len);
	int (*parse)(const char *name, const char *text, size_t len,
		     const struct parse_options *options, struct profile *out, struct err *err);
} formats[] = {
	/* these before JSON, which begins with a bracket, too */
	{is_systemd, parse_systemd},
	{is_strace_summary, parse_strace_summary},
	{is_strace_log, parse_strace_log},
	{is_json, parse_json},
	{is_yaml, parse_yaml},
	{is_list, parse_list},
};

int profile_document(const char *name, const char *text, size_t len, struct node *out, bool *is,
		     struct err *err)
{
	*is = !is_systemd(text, len) && !is_strace_summary(text, len) &&
	      !is_strace_log(text, len) && (is_json(text, len) || is_yaml(text, len));
	if (!*is)
		return 0;
	return (is_json(text, len) ? document_parse_json : document_parse_yaml)(name, text, len,
										out, err);
}

int profile_parse(const char *name, const char *text, size_t len,
		  const struct parse_options *options, struct profile *out, struct err *err)
{
	const char *nul = memchr(text, '\0', len);

	if (nul)
		return err_at(err, -EINVAL, name, text_place(text, nul - text),
			      "a NUL: it is no text in UTF-8");
	for (size_t i = 0; i < ARRAY_LEN(formats); i++)
		if (formats[i].is(text, len))
			return formats[i].parse(name, text, len, options, out, err);
	return err_at(err, -EINVAL, name, text_place(text, 0),
		      "whittle does not know what this is: no JSON or YAML, no unit of systemd, no list of names, no output of strace");
}
