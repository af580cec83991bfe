// SPDX-License-Identifier: BSD-2-Clause
/* Containers and units by name, with programs in PATH that answer as engines and systemctl do, or should not. */
#include "target/container.h"
#include "target/engine.h"
#include "target/unit.h"
#include "directory.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static const char *const variables[] = {"DOCKER_HOST", "CONTAINER_HOST", "CONTAINER_CONNECTION",
					"CONTAINERD_ADDRESS", "CONTAINER_RUNTIME_ENDPOINT"};

/* Nothing is installed but what the test makes. */
static void set_up(void)
{
	directory_make();
	setenv("PATH", directory, 1);
	for (size_t i = 0; i < ARRAY_LEN(variables); i++)
		unsetenv(variables[i]);
}

/* A hang is the end of a test, too. */
TestSuite(container, .init = set_up, .fini = directory_remove, .timeout = 120);
TestSuite(unit, .init = set_up, .fini = directory_remove, .timeout = 120);
TestSuite(engine, .init = set_up, .fini = directory_remove, .timeout = 120);

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "aaaaaaaaaaaabbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* A program that runs the shell commands `list` for ps, and `inspect` to tell of a container. */
static void fake(const char *engine, const char *list, const char *inspect)
{
	char text[2 * 4096 + 256];

	snprintf(text, sizeof(text),
		 "#!/bin/sh\nPATH=/usr/bin:/bin\ncase $1 in\nps)\n%s\n;;\ncontainer | inspect)\n%s\n;;\n"
		 "*) exit 1 ;;\nesac\n",
		 list, inspect);
	make_file(engine, text, 0755);
}

static void fake_text(const char *engine, const char *list, const char *inspect)
{
	char texts[2][4096];

	snprintf(texts[0], sizeof(texts[0]), "cat <<'END'\n%s\nEND", list);
	snprintf(texts[1], sizeof(texts[1]), "cat <<'END'\n%s\nEND", inspect);
	fake(engine, texts[0], texts[1]);
}

/* Opens what cannot be: the code comes back, nothing stays open and nobody behind. */
static int refused(const char *spec, struct err *err)
{
	struct cgroup cgroup = CGROUP_CLOSED;
	char label[CONTAINER_LABEL_LEN];
	int files = open_files(), rc;

	*err = (struct err){0};
	rc = container_open(spec, &cgroup, label, err);
	cr_expect_lt(rc, 0, "%s", spec);
	cr_expect_eq(err->code, rc, "%s", spec);
	cr_expect_eq(cgroup.fd, -1);
	cr_expect_eq(open_files(), files);
	cr_expect(waitpid(-1, NULL, WNOHANG) == -1 && errno == ECHILD);
	for (const char *c = err->text; *c; c++)
		cr_expect(*c >= 0x20 && *c < 0x7f, "%s", err->text);
	return rc;
}

static void expect_refused(const char *spec, int rc, const char *words)
{
	struct err err;

	cr_expect_eq(refused(spec, &err), rc, "%s: %d %s", spec, err.code, err.text);
	cr_expect(strstr(err.text, words), "%s: '%s' instead of '%s'", spec, err.text, words);
}

/* --- the form of the answers --- */

/* As the engines of today print it, cut to what matters. */
static const struct {
	const char *engine, *list, *running, *stopped;
} forms[] = {
	{"docker",
	 "{\"Command\":\"\\\"sleep\\\"\",\"ID\":\"" A
	 "\",\"Names\":\"front/web,web\",\"State\":\"running\"}\n"
	 "{\"ID\":\"" C "\",\"Names\":\"done,front/done\",\"State\":\"exited\"}",
	 "[{\"Id\": \"" A "\", \"State\": {\"Status\": \"running\", \"Pid\": 4711}}]",
	 "[{\"Id\": \"" C "\", \"State\": {\"Status\": \"exited\", \"Pid\": 0}}]"},
	{"podman",
	 "[{\"Id\": \"" A "\", \"Names\": [\"web\"], \"Pid\": 4711},\n{\"Id\": \"" C
	 "\", \"Names\": [\"done\"]}]",
	 "[{\"State\": {\"Status\": \"running\", \"Pid\": 4711}}]",
	 "[{\"State\": {\"Status\": \"exited\", \"Pid\": 0}}]"},
	{"nerdctl",
	 "{\"ID\":\"" A "\",\"Names\":\"web\",\"Status\":\"Up\"}\n{\"ID\":\"" C
	 "\",\"Names\":\"done\"}",
	 "[{\"State\": {\"Status\": \"running\", \"Pid\": 4711}}]",
	 "[{\"State\": {\"Status\": \"exited\"}}]"},
	{"crictl",
	 "{\"containers\": [{\"id\": \"" A
	 "\", \"podSandboxId\": \"x\", \"metadata\": {\"name\": \"web\", \"attempt\": 0}},\n"
	 "{\"id\": \"" C "\", \"metadata\": {\"name\": \"done\"}}]}",
	 "{\"status\": {\"id\": \"" A
	 "\", \"state\": \"CONTAINER_RUNNING\"}, \"info\": {\"pid\": 4711}}",
	 "{\"status\": {\"state\": \"exited\"}, \"info\": {\"pid\": 0}}"},
};

Test(engine, answers)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		const struct engine *engine = engine_find(forms[i].engine, strlen(forms[i].engine));
		struct engine_containers own_engine_containers containers = {0};
		char state[ENGINE_WORD_LEN];
		struct err err = {0};
		pid_t pid = -1;

		cr_assert(engine);
		cr_expect_not(engine_is_installed(engine));
		fake_text(engine->name, forms[i].list, forms[i].running);
		cr_expect(engine_is_installed(engine));
		cr_assert_eq(engine_list(engine, &containers, &err), 0, "%s", err.text);
		cr_assert_eq(containers.len, 2, "%s", engine->name);
		cr_expect_eq(containers.row[0].engine, engine);
		cr_expect_str_eq(containers.row[0].id, A);
		cr_expect_str_eq(containers.row[0].name, "web");
		cr_expect_str_eq(containers.row[1].id, C);
		cr_expect_str_eq(containers.row[1].name, "done");
		cr_expect_eq(engine_process(&containers.row[0], &pid, state, &err), 0, "%s",
			     err.text);
		cr_expect_eq(pid, 4711, "%s", engine->name);
		fake_text(engine->name, forms[i].list, forms[i].stopped);
		cr_expect_eq(engine_process(&containers.row[1], &pid, state, &err), 0, "%s",
			     err.text);
		cr_expect_eq(pid, 0);
		cr_expect_str_eq(state, "exited");
	}
}

Test(engine, no_containers)
{
	static const char *const lists[] = {"", "[]", "null", "{\"containers\": []}", "\n\n"};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct engine_containers own_engine_containers containers = {0};
		struct err err = {0};

		fake_text("docker", lists[i], "");
		cr_expect_eq(engine_list(engine_find("docker", 6), &containers, &err), 0, "%s: %s",
			     lists[i], err.text);
		cr_expect_eq(containers.len, 0);
	}
}

Test(engine, many_containers)
{
	struct engine_containers own_engine_containers containers = {0};
	struct err err = {0};

	fake("docker",
	     "i=0; while [ $i -lt 3000 ]; do printf '{\"ID\":\"%064x\",\"Names\":\"n%d\"}\\n' $i $i; i=$((i+1)); done",
	     "");
	cr_assert_eq(engine_list(engine_find("docker", 6), &containers, &err), 0, "%s", err.text);
	cr_expect_eq(containers.len, 3000);
	cr_expect_str_eq(containers.row[2999].name, "n2999");
}

/* A kubelet gives the container that it makes in place of another the same name. */
Test(engine, names_given_again)
{
#define ROW(id, state)                                                                             \
	"{\"id\": \"" id "\", \"metadata\": {\"name\": \"web\"}, \"state\": \"CONTAINER_" state    \
	"\"}"
	static const struct {
		const char *list, *id;
	} rows[] = {
		{"{\"containers\": [" ROW(A, "CREATED") ", " ROW(C, "EXITED") "]}", A},
		{"{\"containers\": [" ROW(C, "EXITED") ", " ROW(A, "RUNNING") "]}", A},
		{"{\"containers\": [" ROW(C, "EXITED") ", " ROW(A, "EXITED") "]}", C},
		{"{\"containers\": [" ROW(A, "RUNNING") ", " ROW(C, "CREATED") "]}", NULL},
	};
	char label[CONTAINER_LABEL_LEN];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct engine_container found = {0};
		struct err err = {0};
		int rc;

		fake_text("crictl", rows[i].list, "{\"status\": {}, \"info\": {}}");
		rc = container_find_stopped("web", &found, label, &err);
		cr_expect_eq(rc, rows[i].id ? 0 : -ENOTUNIQ, "%zu: %s", i, err.text);
		cr_expect_str_eq(found.id, rows[i].id ? rows[i].id : "");
	}
	/* also one that has ended, before it could be asked for, is known by its id */
	fake_text("crictl", rows[1].list, "");
	cr_expect_eq(container_match("web", C, label), CONTAINER_MEANT);
}

/* Is it the one that is waited for? The engine that its cgroup is named by is asked, and no other as long as that knows. */
Test(container, match)
{
	static const struct {
		const char *spec, *cgroup;
		enum container_match match;
		const char *label;
	} rows[] = {
		{"web", "libpod-" A, CONTAINER_MEANT, "podman:web"},
		{"podman:web", "libpod-" A ".scope", CONTAINER_MEANT, "podman:web"},
		{"web", "libpod-" C, CONTAINER_OTHER, NULL},
		{"web", "libpod-" B, CONTAINER_UNKNOWN, NULL},
		/* a name that looks like an id */
		{"deadbeefcafe", "libpod-" C, CONTAINER_MEANT, "podman:deadbeefcafe"},
		{"deadbeefcafe", "libpod-" A, CONTAINER_OTHER, NULL},
		/* an id needs nobody to ask */
		{"aaaaaaaaaaaabb", "libpod-" B, CONTAINER_MEANT, B},
		{"aaaaaaaaaaaacc", "libpod-" B, CONTAINER_OTHER, NULL},
		{"web", "libpod-conmon-" A, CONTAINER_OTHER, NULL},
		{"nobody:web", A, CONTAINER_OTHER, NULL},
	};
	char label[CONTAINER_LABEL_LEN];

	fake_text("podman",
		  "[{\"Id\": \"" A "\", \"Names\": [\"web\"]},"
		  "{\"Id\": \"" C "\", \"Names\": [\"deadbeefcafe\"]}]",
		  "");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		fake("docker", "touch \"${0%/*}/asked\"", "");
		cr_expect_eq(container_match(rows[i].spec, rows[i].cgroup, label), rows[i].match,
			     "%zu: %s", i, rows[i].spec);
		if (rows[i].label)
			cr_expect_str_eq(label, rows[i].label);
		cr_expect_eq(faccessat(AT_FDCWD, in_directory("asked"), F_OK, 0), -1, "%zu", i);
	}
	/* anybody's may be called by the id alone */
	fake_text("docker", "{\"ID\":\"" B "\",\"Names\":\"web\"}", "");
	cr_expect_eq(container_match("web", B, label), CONTAINER_MEANT);
	cr_expect_str_eq(label, "docker:web");
	cr_expect_eq(container_match("podman:web", B, label), CONTAINER_UNKNOWN);
}

/* What can never come. */
Test(container, check)
{
	cr_expect_eq(container_check("web", NULL), -ENOENT);
	cr_expect_eq(container_check("aaaaaaaaaaaa", NULL), 0);
	fake("docker", "exit 1", "");
	/* it may answer later */
	cr_expect_eq(container_check("web", NULL), 0);
	cr_expect_eq(container_check("docker:web", NULL), 0);
	cr_expect_eq(container_check("", NULL), -EINVAL);
	cr_expect_eq(container_check("docker:", NULL), -EINVAL);
	cr_expect_eq(container_check("foo:web", NULL), -EINVAL);
	cr_expect_eq(container_check("nerdctl:web", NULL), -ENOENT);
	setenv("DOCKER_HOST", "tcp://127.0.0.1:1", 1);
	cr_expect_eq(container_check("docker:web", NULL), -EREMOTE);
	cr_expect_eq(container_check("web", NULL), -EREMOTE);
	fake("podman", "", "");
	cr_expect_eq(container_check("web", NULL), 0);
}

/* To be started. */
Test(container, stopped)
{
	struct engine_container found;
	char label[CONTAINER_LABEL_LEN];
	struct err err = {0};

	fake("docker", "echo nobody there >&2; exit 1", "");
	cr_expect_eq(container_find_stopped("docker:web", &found, label, &err), -EIO);
	cr_expect(strstr(err.text, "'web'") && strstr(err.text, "nobody there"), "%s", err.text);
}

/* What cannot be the answer to the question. */
Test(engine, rubbish)
{
	static const char *const lists[] = {
		"rubbish",
		"{\"ID\":\"" A "\"",
		"{}",
		"[[1]]",
		"1",
		"\"" A "\"",
		"{\"ID\":1,\"Names\":\"web\"}",
		"{\"ID\":\"../../etc/passwd\",\"Names\":\"web\"}",
		"{\"ID\":\"aaaaaaaaaaa\",\"Names\":\"web\"}",
		"{\"ID\":\"" A "a\",\"Names\":\"web\"}",
		"{\"ID\":\"--privileged\",\"Names\":\"web\"}",
		"{\"ID\":\"" A "\",\"Names\":\"web\"}\n\377\376",
	};
	static const char *const processes[] = {
		"rubbish",
		"",
		"[]",
		"{}, {}",
		"[{\"State\": {\"Pid\": \"1\"}}]",
		"[{\"State\": {\"Pid\": -1}}]",
		"[{\"State\": {\"Pid\": 2147483648}}]",
		"[{\"State\": {\"Pid\": 1e3}}]",
		"[{\"State\": {\"Pid\": 99999999999999999999999}}]",
	};
	const struct engine *docker = engine_find("docker", 6);
	struct engine_container container = {.engine = docker, .id = A};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct engine_containers own_engine_containers containers = {0};
		struct err err = {0};

		fake_text("docker", lists[i], "");
		cr_expect_eq(engine_list(docker, &containers, &err), -EPROTO, "%s: %s", lists[i],
			     err.text);
		cr_expect_eq(containers.len, 0);
		cr_expect(strstr(err.text, "docker"), "%s", err.text);
	}
	for (size_t i = 0; i < ARRAY_LEN(processes); i++) {
		char state[ENGINE_WORD_LEN];
		struct err err = {0};
		pid_t pid = 0;

		fake_text("docker", "", processes[i]);
		cr_expect_eq(engine_process(&container, &pid, state, &err), -EPROTO, "%s: %d %s",
			     processes[i], pid, err.text);
	}
}

/* --- names --- */

Test(container, nobody_knows_it)
{
	expect_refused("web", -ENOENT, "no container engine is installed");
	expect_refused("docker:web", -ENOENT, "docker is not installed");
	expect_refused("rkt:web", -EINVAL, "no engine 'rkt'");
	expect_refused(":web", -EINVAL, "no engine ''");
	expect_refused("docker:", -EINVAL, "without a name");
	expect_refused("", -EINVAL, "without a name");
	/* an id that no cgroup has */
	expect_refused(A, -ENOENT, "no container engine is installed");
	fake_text("docker", forms[0].list, "");
	expect_refused("wob", -ENOENT, "there is no container 'wob' in docker");
	expect_refused("podman:web", -ENOENT, "podman is not installed");
	fake_text("podman", "[]", "");
	expect_refused("wob", -ENOENT, "there is no container 'wob' in docker, podman");
	expect_refused("podman:web", -ENOENT, "there is no container 'web' in podman");
	expect_refused("a\033[31mb", -ENOENT, "a?[31mb");
	/* so short a beginning of an id is rather a name that was mistyped */
	expect_refused("aaa", -ENOENT, "there is no container 'aaa'");
	expect_refused("aaax", -ENOENT, "there is no container 'aaax'");
	expect_refused(A "a", -ENOENT, "there is no container");
}

/* What was meant is among what the engines that were asked have listed. */
Test(container, mistyped)
{
	static const struct {
		const char *spec, *said;
	} rows[] = {
		{"wob", "there is no container 'wob' in docker, podman (did you mean 'web'?)"},
		{"docker:wbe", "there is no container 'wbe' in docker (did you mean 'web'?)"},
		{"podman:web", "there is no container 'web' in podman"},
		{"podman:cahce", "there is no container 'cahce' in podman (did you mean 'cache'?)"},
		{"cach", "there is no container 'cach' in docker, podman (did you mean 'cache'?)"},
		{"nginx", "there is no container 'nginx' in docker, podman"},
	};
	struct engine_container found;
	char label[CONTAINER_LABEL_LEN];
	struct err err = {0};

	fake_text("docker", forms[0].list, "");
	fake_text("podman", "[{\"Id\": \"" B "\", \"Names\": [\"cache\"]}]", "");
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		cr_expect_eq(refused(rows[i].spec, &err), -ENOENT, "%s", rows[i].spec);
		cr_expect_str_eq(err.text, rows[i].said);
	}
	err = (struct err){0};
	cr_expect_eq(container_find_stopped("wob", &found, label, &err), -ENOENT);
	cr_expect_str_eq(err.text,
			 "there is no container 'wob' that could be started (did you mean 'web'?)");
}

Test(container, several)
{
	fake_text("docker",
		  "{\"ID\":\"" A "\",\"Names\":\"web\"}\n{\"ID\":\"" B
		  "\",\"Names\":\"w\\u001bb\"}",
		  "");
	fake_text("podman", "[{\"Id\": \"" C "\", \"Names\": [\"web\"]}]", "");
	expect_refused("web", -ENOTUNIQ,
		       "there are several containers 'web': docker:web, podman:web");
	expect_refused("aaaaaaaaaaaa", -ENOTUNIQ,
		       "docker:aaaaaaaaaaaa (web), docker:aaaaaaaaaaaa (w?b)");
	/* not those: whole ids, longer beginnings, the engine's own */
	fake_text("docker", "{\"ID\":\"" A "\",\"Names\":\"web\"}\n{\"ID\":\"" B "\"}",
		  "[{\"State\": {\"Status\": \"exited\"}}]");
	expect_refused(A, -ENXIO, "docker:web does not run");
	expect_refused("aaaaaaaaaaaab", -ENXIO, "docker:" B " does not run");
	expect_refused("docker:web", -ENXIO,
		       "docker:web does not run (it is 'exited'): 'whittle record --start' starts and records it");
	/* a name wins over the id that begins like it */
	fake_text("docker",
		  "{\"ID\":\"" A "\",\"Names\":\"web\"}\n{\"ID\":\"" C "\",\"Names\":\"aaaa\"}",
		  "[{\"State\": {\"Status\": \"exited\"}}]");
	expect_refused("aaaa", -ENXIO, "docker:aaaa does not run");
	/* docker is podman in disguise: one container */
	fake_text("docker", "[{\"ID\": \"" C "\", \"Names\": [\"web\"]}]",
		  "[{\"State\": {\"Status\": \"exited\"}}]");
	expect_refused("web", -ENXIO, "docker:web does not run");
}

Test(container, engines_that_fail)
{
	fake("docker", "echo 'Cannot connect\033[2J to the daemon' >&2; echo more >&2; exit 1", "");
	expect_refused("docker:web", -EIO,
		       "docker ps: exit status 1: Cannot connect?[2J to the daemon");
	expect_refused("web", -EIO, "Cannot connect");
	/* the other one knows it all the same */
	fake_text("podman", "[{\"Id\": \"" C "\", \"Names\": [\"web\"]}]",
		  "[{\"State\": {\"Status\": \"exited\"}}]");
	expect_refused("web", -ENXIO, "podman:web");
	expect_refused("wob", -ENOENT,
		       "there is no container 'wob' in podman (did you mean 'web'?); docker ps: exit status 1");
	fake("docker", "yes", "");
	expect_refused("docker:web", -EFBIG, "docker ps: an answer of more than");
	fake("docker", "head -c 100000000 /dev/zero", "");
	expect_refused("docker:web", -EFBIG, "docker ps: an answer of more than");
	fake_text("docker", "{\"ID\":\"" A "\",\"Names\":\"web\"}", "");
	fake("docker", "echo '{\"ID\":\"" A "\",\"Names\":\"web\"}'", "echo gone >&2; exit 1");
	expect_refused("docker:web", -EIO, "docker container: exit status 1: gone");
}

Test(container, an_engine_that_hangs)
{
	fake("docker", "sleep 1000 & trap '' TERM INT HUP; wait; sleep 1000", "");
	expect_refused("docker:web", -ETIMEDOUT, "docker ps: no answer");
}

/* Each process is somebody's, but not the container's. */
Test(container, processes_that_are_not_its_own)
{
	char inspect[128];
	struct err err;
	int rc;

	fake_text("docker", forms[0].list,
		  "[{\"State\": {\"Status\": \"running\", \"Pid\": 2147483646}}]");
	expect_refused("web", -ESRCH,
		       "container docker:web has ended, or its engine is on another machine");
	for (int i = 0; i < 2; i++) {
		snprintf(inspect, sizeof(inspect),
			 "[{\"State\": {\"Status\": \"running\", \"Pid\": %d}}]", i ? 1 : getpid());
		fake_text("docker", forms[0].list, inspect);
		rc = refused("web", &err);
		/* in the root cgroup, in that of this machine's v1 layout, or somewhere else */
		cr_expect(rc == -EOPNOTSUPP || rc == -ENOENT, "%d %s", rc, err.text);
		cr_expect(strstr(err.text, "docker:web"), "%s", err.text);
	}
}

Test(container, other_machines)
{
	static const struct {
		const char *engine, *variable, *value;
		bool local;
	} rows[] = {
		{"docker", "DOCKER_HOST", "ssh://build@far", false},
		{"docker", "DOCKER_HOST", "tcp://127.0.0.1:2375", false},
		{"docker", "DOCKER_HOST", "unix:///run/docker.sock", true},
		{"podman", "CONTAINER_HOST", "ssh://build@far/run/podman.sock", false},
		{"podman", "CONTAINER_HOST", "unix:///run/podman.sock", true},
		{"podman", "CONTAINER_CONNECTION", "far", false},
		{"nerdctl", "CONTAINERD_ADDRESS", "/run/containerd/containerd.sock", true},
		{"crictl", "CONTAINER_RUNTIME_ENDPOINT", "tcp://far:1", false},
		{"crictl", "CONTAINER_RUNTIME_ENDPOINT", "unix:///run/crio.sock", true},
		{"docker", "DOCKER_HOST", "", true},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char spec[64];

		snprintf(spec, sizeof(spec), "%s:web", rows[i].engine);
		fake_text(rows[i].engine, "[]", "");
		setenv(rows[i].variable, rows[i].value, 1);
		if (rows[i].local)
			expect_refused(spec, -ENOENT, "there is no container 'web'");
		else
			expect_refused(spec, -EREMOTE, rows[i].value);
		unsetenv(rows[i].variable);
	}
	/* docker's context, which only docker knows */
	make_file("docker", "#!/bin/sh\n[ $1 = context ] && echo ssh://far || echo '[]'\n", 0755);
	expect_refused("docker:web", -EREMOTE, "its context is ssh://far");
	make_file("docker", "#!/bin/sh\n[ $1 = context ] && echo unix:///x || echo '[]'\n", 0755);
	expect_refused("docker:web", -ENOENT, "there is no container 'web'");
}

/* --- names of cgroups --- */

Test(container, ids_in_names)
{
	static const struct {
		const char *name, *prefix;
		bool found;
	} rows[] = {
		{A, "aaaaaaaaaaaa", true},
		{A, A, true},
		{"docker-" A ".scope", "aaaaaaaaaaaa", true},
		{"libpod-" A, A, true},
		{"libpod-" A ".scope", A, true},
		{"cri-containerd-" A ".scope", A, true},
		{"crio-" A, A, true},
		{"nerdctl-" A ".scope", A, true},
		{A, "aaaaaaaaaaaab", false},
		{A "a", A, false},
		{A ".scope2", A, false},
		{A ".service", A, false},
		{"libpod-conmon-" A ".scope", A,
		 false}, /* not the container, but who looks after it */
		{"crio-conmon-" A ".scope", A, false},
		{"x" A, A, false},
		{"-" A, A, false},
		{"aaaaaaaaaaaa", "aaaaaaaaaaaa", false},
		{"", "", false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char id[65] = "";

		cr_expect_eq(container_id_in(rows[i].name, rows[i].prefix, id), rows[i].found, "%s",
			     rows[i].name);
		cr_expect_str_eq(id, rows[i].found ? A : "");
	}
}

Test(container, paths)
{
	static const struct {
		const char *path, *cut; /* NULL: not its own */
	} rows[] = {
		{"/docker/" A, "/docker/" A},
		{"/libpod_parent/libpod-" A, "/libpod_parent/libpod-" A},
		{"/libpod_parent/libpod-" A "/init.scope", "/libpod_parent/libpod-" A},
		{"/machine.slice/libpod-" A ".scope/container",
		 "/machine.slice/libpod-" A ".scope"},
		{"/kubepods/burstable/pod1/" A, "/kubepods/burstable/pod1/" A},
		{"/kubepods.slice/cri-containerd-" A ".scope",
		 "/kubepods.slice/cri-containerd-" A ".scope"},
		{"/docker/" C "/docker/" A,
		 "/docker/" C "/docker/" A}, /* an engine in a container */
		{"/docker/" C, NULL},
		{"/", NULL},
		{"/system.slice/docker.service", NULL},
		{"/../x", NULL},
		{"", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s", rows[i].path);
		cr_expect_eq(container_cut_path(path, A), rows[i].cut != NULL, "%s", rows[i].path);
		cr_expect_str_eq(path, rows[i].cut ? rows[i].cut : rows[i].path);
	}
}

/* --- units --- */

static void expect_no_unit(const char *name, int rc, const char *words)
{
	struct cgroup cgroup = CGROUP_CLOSED;
	struct err err = {0};

	cr_expect_eq(unit_open(name, &cgroup, &err), rc, "%s: %d %s", name, err.code, err.text);
	cr_expect(strstr(err.text, words), "%s: '%s' instead of '%s'", name, err.text, words);
	cr_expect_eq(cgroup.fd, -1);
}

static void fake_systemctl(const char *answer)
{
	char text[1024];

	snprintf(text, sizeof(text), "#!/bin/sh\n/bin/cat <<'END'\n%s\nEND\n", answer);
	make_file("systemctl", text, 0755);
}

Test(unit, names)
{
	static const char *const bad[] = {"",      ".",   "..", "a/b",     "a b",
					  "ngin*", "a\n", "a?", "\303\251"};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		expect_no_unit(bad[i], -EINVAL, "not the name of a systemd unit");
}

Test(unit, answers)
{
	fake_systemctl("LoadState=not-found\nActiveState=inactive\nControlGroup=");
	expect_no_unit("web", -ENOENT, "there is no unit web.service");
	fake_systemctl("LoadState=loaded\nActiveState=failed\nControlGroup=");
	expect_no_unit("web.slice", -ENXIO,
		       "unit web.slice does not run (it is 'failed'): start it");
	fake_systemctl(
		"LoadState=loaded\nActiveState=active\nControlGroup=/no-such.slice/web.service");
	expect_no_unit("web", -ENOENT,
		       "unit web.service: there is no cgroup '/no-such.slice/web.service'");
	fake_systemctl("rubbish");
	expect_no_unit("web", -EPROTO, "does not understand");
	fake_systemctl("LoadState=loaded\nActiveState=active\nControlGroup=/a\nControlGroup=/b");
	expect_no_unit("web", -EPROTO, "does not understand");
	/* it is told what is meant, and nothing that could be an option */
	make_file("systemctl",
		  "#!/bin/sh\nprintf '%s\\n' LoadState=loaded \"ActiveState=x\" \"ControlGroup=/$*\"\n",
		  0755);
	expect_no_unit("--help", -ENOENT, "-- --help.service");
}

Test(unit, without_systemd)
{
	expect_no_unit("whittle-no-such-unit", -ENOENT, "command 'systemctl' not found");
	make_file("systemctl", "#!/bin/sh\necho System has not been booted >&2; exit 1\n", 0755);
	expect_no_unit("whittle-no-such-unit", -ENOENT,
		       "there is no cgroup of this name; systemctl show: exit status 1: System has not");
}
