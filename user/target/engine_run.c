// SPDX-License-Identifier: BSD-2-Clause
#include "target/engine_run.h"
#include "base/capability.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * Options that take no value; all others take one, in the same word behind '=' or as the next word. From the manuals of
 * docker 28, podman 5.4 and nerdctl 2; none means one thing here and another there.
 */
struct syntax {
	const char *letters;
	const char *const *flags; /* NULL-terminated */
};

static const char *const global_flags[] = {
	"debug",  "debug-full", "experimental", "help",  "insecure-registry", "noout",   "remote",
	"syslog", "tls",        "tlsverify",    "trace", "transient-store",   "version", NULL,
};

static const char *const run_flags[] = {
	"detach",
	"disable-content-trust",
	"env-host",
	"help",
	"http-proxy",
	"init",
	"interactive",
	"no-healthcheck",
	"no-hosts",
	"no-hostname",
	"oom-kill-disable",
	"passwd",
	"privileged",
	"publish-all",
	"quiet",
	"read-only",
	"read-only-tmpfs",
	"replace",
	"rm",
	"rmi",
	"rootfs",
	"sig-proxy",
	"tls-verify",
	"tty",
	"unsetenv-all",
	"use-api-socket",
	NULL,
};

static const struct syntax global_syntax = {"Drv", global_flags};
static const struct syntax run_syntax = {"ditPq", run_flags};

static bool is_flag(const struct syntax *syntax, const char *name, size_t len)
{
	for (const char *const *flag = syntax->flags; *flag; flag++)
		if (strlen(*flag) == len && !strncmp(*flag, name, len))
			return true;
	return false;
}

/* An option as it stands on a command line. */
struct option {
	const char *name; /* behind the dashes; of letters, the last one that was read */
	size_t len;
	const char *value; /* NULL: none, it is a flag */
	size_t words;      /* it takes up one word or two */
};

static void long_option(const struct syntax *syntax, char *const *argv, struct option *out)
{
	const char *name = argv[0] + 2, *equals = strchr(name, '=');

	*out = (struct option){.name = name,
			       .len = equals ? (size_t)(equals - name) : strlen(name),
			       .words = 1};
	if (equals) {
		out->value = equals + 1;
	} else if (!is_flag(syntax, name, out->len) && argv[1]) {
		out->value = argv[1];
		out->words = 2;
	}
}

/* Letters that take no value may stand together; the first that takes one ends them. */
static void letter_options(const struct syntax *syntax, char *const *argv, struct option *out,
			   bool *detached)
{
	*out = (struct option){.words = 1};
	for (const char *letter = argv[0] + 1; *letter; letter++) {
		out->name = letter;
		out->len = 1;
		if (*letter == 'd' && strchr(syntax->letters, 'd'))
			*detached = letter[1] != '=' || strcmp(letter + 2, "false");
		if (letter[1] == '=') {
			out->value = letter + 2;
			return;
		}
		if (strchr(syntax->letters, *letter))
			continue;
		if (letter[1]) {
			out->value = letter + 1;
		} else if (argv[1]) {
			out->value = argv[1];
			out->words = 2;
		}
		return;
	}
}

static bool is(const struct option *option, const char *name)
{
	return option->len == strlen(name) && !strncmp(option->name, name, option->len);
}

/* A flag is set unless its value says otherwise. */
static bool is_set(const struct option *option)
{
	return !option->value || strcmp(option->value, "false");
}

/* tcp://, ssh://, http(s)://: but for a socket of this machine it is another one. */
static bool is_remote_address(const char *value)
{
	return value && strncmp(value, "unix:", 5) && *value != '/';
}

static void note_global(const struct option *option, const char *word, struct engine_run *out)
{
	bool docker = !strcmp(out->engine, "docker"), podman = !strcmp(out->engine, "podman");

	if ((docker &&
	     (is(option, "host") || is(option, "H") || is(option, "context") || is(option, "c"))) ||
	    (podman && is(option, "url")))
		out->names_host = true;
	if ((docker && (is(option, "host") || is(option, "H")) &&
	     is_remote_address(option->value)) ||
	    (podman && (is(option, "remote") || is(option, "r")) && is_set(option)) ||
	    (podman && is(option, "url") && is_remote_address(option->value)) ||
	    (podman && (is(option, "connection") || is(option, "c"))))
		out->remote = word;
}

static void note_security(const char *value, struct engine_run *out)
{
	static const char *const seccomp = "seccomp", *const nnp = "no-new-privileges";

	/* the separator was ':' once */
	if (!strncmp(value, seccomp, strlen(seccomp)) && value[strlen(seccomp)] &&
	    strchr("=:", value[strlen(seccomp)]))
		out->seccomp = value + strlen(seccomp) + 1;
	if (!strncmp(value, nnp, strlen(nnp)))
		out->no_new_privs = strcmp(value, "no-new-privileges=false") &&
				    strcmp(value, "no-new-privileges:false");
}

/* One, or several with commas between them. Names that there are not, the engine refuses. */
static void note_caps(const char *value, uint64_t *caps)
{
	char name[32];

	while (*value) {
		size_t len = strcspn(value, ",");

		snprintf(name, sizeof(name), "%.*s", (int)len, value);
		*caps |= capability_set(name);
		value += len + (value[len] == ',');
	}
}

static void note_run(const struct option *option, struct engine_run *out)
{
	if (is(option, "cgroup-parent"))
		out->cgroup_parent = option->value;
	else if (is(option, "pod") || is(option, "pod-id-file"))
		out->pod = option->value;
	else if (is(option, "cgroups"))
		out->cgroups = option->value;
	else if (is(option, "security-opt") && option->value)
		note_security(option->value, out);
	else if (is(option, "cap-add") && option->value)
		note_caps(option->value, &out->cap_add);
	else if (is(option, "cap-drop") && option->value)
		note_caps(option->value, &out->cap_drop);
	else if (is(option, "cidfile"))
		out->cidfile = option->value;
	else if (is(option, "restart"))
		out->restarts = option->value && strcmp(option->value, "no");
	else if (is(option, "privileged"))
		out->privileged = is_set(option);
	else if (is(option, "detach"))
		out->detached = is_set(option);
	else if (is(option, "rm"))
		out->removed = is_set(option);
}

const char *engine_run_client(const char *path)
{
	static const char *const engines[] = {"docker", "podman", "nerdctl", "crictl"};
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < ARRAY_LEN(engines); i++)
		if (!strcmp(slash ? slash + 1 : path, engines[i]))
			return engines[i];
	return NULL;
}

/* Reads options from argv[at] on, up to the first word that is none, which is returned. */
static size_t read_options(char *const *argv, size_t at, bool global, struct engine_run *out)
{
	const struct syntax *syntax = global ? &global_syntax : &run_syntax;

	while (argv[at] && argv[at][0] == '-' && argv[at][1] && strcmp(argv[at], "--")) {
		bool detached = out->detached;
		struct option option;

		if (argv[at][1] == '-')
			long_option(syntax, argv + at, &option);
		else
			letter_options(syntax, argv + at, &option, &detached);
		if (global)
			note_global(&option, argv[at], out);
		else
			note_run(&option, out);
		if (argv[at][1] != '-')
			out->detached = detached;
		at += option.words;
	}
	return at;
}

bool engine_run_words(char *const *argv, const char **engine, const char **first,
		      const char **second)
{
	struct engine_run run = {.engine = engine_run_client(argv[0])};
	size_t at = run.engine ? read_options(argv, 1, true, &run) : 0;

	if (!run.engine || !argv[at])
		return false;
	*engine = run.engine;
	*first = argv[at];
	*second = argv[read_options(argv, at + 1, true, &run)];
	return true;
}

bool engine_run_parse(char *const *argv, struct engine_run *out)
{
	size_t at;

	*out = (struct engine_run){.engine = engine_run_client(argv[0])};
	/* crictl's run is another thing: a container from a file, in a pod */
	if (!out->engine || !strcmp(out->engine, "crictl"))
		return false;
	at = read_options(argv, 1, true, out);
	if (argv[at] && !strcmp(argv[at], "container"))
		at = read_options(argv, at + 1, true, out);
	if (!argv[at] || strcmp(argv[at], "run"))
		return false;
	out->run = at;
	read_options(argv, at + 1, false, out);
	return true;
}

int engine_run_extend(const struct engine_run *run, char *const *argv, const char *const *options,
		      char ***out, struct err *err)
{
	size_t words = 0, more = 0;
	char **copy;

	while (argv[words])
		words++;
	while (options[more])
		more++;
	copy = calloc(words + more + 1, sizeof(*copy));
	if (!copy)
		return err_errno(err, -ENOMEM, "cannot run the container");
	memcpy(copy, argv, (run->run + 1) * sizeof(*copy));
	memcpy(copy + run->run + 1, options, more * sizeof(*copy));
	memcpy(copy + run->run + 1 + more, argv + run->run + 1,
	       (words - run->run - 1) * sizeof(*copy));
	*out = copy;
	return 0;
}
