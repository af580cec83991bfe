// SPDX-License-Identifier: BSD-2-Clause
#include "base/capability.h"
#include "target/engine_run.h"
#include "target/engine_words.h"

#include <criterion/criterion.h>
#include <linux/capability.h>
#include <string.h>

/* A command line, cut at blanks. */
struct line {
	char text[256];
	char *argv[64];
};

static char **cut(struct line *line, const char *text)
{
	size_t n = 0;

	snprintf(line->text, sizeof(line->text), "%s", text);
	for (char *rest = line->text, *word; (word = strsep(&rest, " "));)
		line->argv[n++] = word;
	line->argv[n] = NULL;
	return line->argv;
}

Test(engine_run, parse)
{
	static const struct {
		const char *line;
		const char *engine; /* NULL: it runs no container */
		size_t run;
		struct engine_run want; /* the rest */
	} rows[] = {
		{"docker run bb", "docker", 1, {0}},
		{"/usr/bin/docker run bb", "docker", 1, {0}},
		{"podman container run bb", "podman", 2, {0}},
		{"nerdctl -n k8s.io run bb", "nerdctl", 3, {0}},
		{"docker --log-level debug run bb", "docker", 3, {0}},
		{"docker -D run bb", "docker", 2, {0}},
		{"docker -H unix:///run/d.sock run bb", "docker", 3, {.names_host = true}},
		{"docker -H tcp://h:1 run bb", "docker", 3, {.remote = "-H", .names_host = true}},
		{"docker --host=ssh://h run bb",
		 "docker",
		 2,
		 {.remote = "--host=ssh://h", .names_host = true}},
		/* only docker knows where that is */
		{"docker --context default run bb", "docker", 3, {.names_host = true}},
		{"docker -c far run bb", "docker", 3, {.names_host = true}},
		{"podman --remote run bb", "podman", 2, {.remote = "--remote"}},
		{"podman -r run bb", "podman", 2, {.remote = "-r"}},
		{"podman --url unix:///run/p.sock run bb", "podman", 3, {.names_host = true}},
		{"podman --connection far run bb", "podman", 3, {.remote = "--connection"}},
		{"docker run -d bb", "docker", 1, {.detached = true}},
		{"docker run -itd bb", "docker", 1, {.detached = true}},
		{"docker run -d=false bb", "docker", 1, {0}},
		{"docker run -h web -d bb", "docker", 1, {.detached = true}},
		{"podman run -hweb --cgroup-parent /x bb", "podman", 1, {.cgroup_parent = "/x"}},
		{"podman run --unsetenv-all --cgroup-parent /x bb",
		 "podman",
		 1,
		 {.cgroup_parent = "/x"}},
		{"docker run --detach --rm bb", "docker", 1, {.detached = true, .removed = true}},
		{"docker run --detach=false bb", "docker", 1, {0}},
		/* what follows the image is the container's */
		{"docker run bb -d", "docker", 1, {0}},
		{"docker run --rm -it bb run --privileged", "docker", 1, {.removed = true}},
		/* values that look like options or images */
		{"docker run -e -d bb", "docker", 1, {0}},
		{"docker run -p 80:80 -d bb", "docker", 1, {.detached = true}},
		{"docker run -dp 80:80 bb --privileged", "docker", 1, {.detached = true}},
		{"docker run -p80:80 --privileged bb", "docker", 1, {.privileged = true}},
		{"docker run --name d --privileged bb", "docker", 1, {.privileged = true}},
		{"docker run --privileged=false bb", "docker", 1, {0}},
		{"docker run --cgroup-parent /x bb", "docker", 1, {.cgroup_parent = "/x"}},
		{"docker run --cgroup-parent=/x bb", "docker", 1, {.cgroup_parent = "/x"}},
		{"podman run --pod p bb", "podman", 1, {.pod = "p"}},
		{"podman run --cgroups=split bb", "podman", 1, {.cgroups = "split"}},
		{"docker run --security-opt seccomp=/p.json bb",
		 "docker",
		 1,
		 {.seccomp = "/p.json"}},
		{"docker run --security-opt=seccomp:unconfined bb",
		 "docker",
		 1,
		 {.seccomp = "unconfined"}},
		{"docker run --security-opt label=disable bb", "docker", 1, {0}},
		{"docker run --security-opt no-new-privileges bb",
		 "docker",
		 1,
		 {.no_new_privs = true}},
		{"docker run --security-opt no-new-privileges=false bb", "docker", 1, {0}},
		{"docker run --restart on-failure:3 -d bb",
		 "docker",
		 1,
		 {.detached = true, .restarts = true}},
		{"docker run --restart=no bb", "docker", 1, {0}},
		{"docker run --rm bb", "docker", 1, {.removed = true}},
		{"docker run --rm=false bb --rm", "docker", 1, {0}},
		{"docker run --cap-add sys_admin --cap-drop=CAP_CHOWN bb",
		 "docker",
		 1,
		 {.cap_add = 1ULL << CAP_SYS_ADMIN, .cap_drop = 1ULL << CAP_CHOWN}},
		{"podman run --cap-drop all --cap-add KILL,CHOWN bb --cap-add BPF",
		 "podman",
		 1,
		 {.cap_drop = CAPABILITY_ALL, .cap_add = 1ULL << CAP_KILL | 1ULL << CAP_CHOWN}},
		{"docker run --cap-add nonsense, bb", "docker", 1, {0}},
		{"docker run -- bb -d", "docker", 1, {0}},
		{"docker run", "docker", 1, {0}},
		{"docker run --name", "docker", 1, {0}},
		{"docker ps", NULL, 0, {0}},
		{"docker", NULL, 0, {0}},
		{"docker --log-level run ps", NULL, 0, {0}},
		{"docker exec run ls", NULL, 0, {0}},
		{"docker container", NULL, 0, {0}},
		{"dockerd run", NULL, 0, {0}},
		{"ls run", NULL, 0, {0}},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const struct engine_run *want = &rows[i].want;
		struct engine_run got;
		struct line line;
		bool runs = engine_run_parse(cut(&line, rows[i].line), &got);

#define SAME(field)                                                                                \
	(!want->field == !got.field && (!want->field || !strcmp(want->field, got.field)))
		cr_expect_eq(runs, rows[i].engine != NULL, "%s", rows[i].line);
		if (!runs || !rows[i].engine)
			continue;
		cr_expect_str_eq(got.engine, rows[i].engine, "%s", rows[i].line);
		cr_expect_eq(got.run, rows[i].run, "%s: run at %zu", rows[i].line, got.run);
		cr_expect(SAME(remote) && SAME(cgroup_parent) && SAME(pod) && SAME(cgroups) &&
				  SAME(seccomp),
			  "%s: %s %s", rows[i].line, got.remote, got.seccomp);
		cr_expect(got.detached == want->detached && got.privileged == want->privileged &&
				  got.no_new_privs == want->no_new_privs &&
				  got.names_host == want->names_host &&
				  got.restarts == want->restarts && got.removed == want->removed &&
				  got.cap_add == want->cap_add && got.cap_drop == want->cap_drop,
			  "%s: detached %d, privileged %d", rows[i].line, got.detached,
			  got.privileged);
	}
}

/* The engine's other ways to have containers run. */
Test(engine_run, instead)
{
	static const struct {
		const char *line, *what; /* NULL: nothing of the kind */
	} rows[] = {
		{"docker exec web ls", "docker exec"},
		{"docker -D --log-level debug exec -it web ls", "docker exec"},
		{"/usr/bin/podman container exec web ls", "podman exec"},
		{"podman start web", "podman start"},
		{"docker container restart web", "docker restart"},
		{"nerdctl create bb", "nerdctl create"},
		{"docker compose -f x.yml up", "docker compose"},
		{"docker-compose up", "compose"},
		{"/usr/local/bin/podman-compose up", "compose"},
		{"podman play kube x.yml", "podman kube"},
		{"podman kube play x.yml", "podman play"},
		{"podman pod start p", "podman start"},
		{"docker image build .", "docker build"},
		{"docker buildx build .", "docker buildx"},
		{"crictl --timeout 2s runp x.json", "crictl runp"},
		{"crictl exec x ls", "crictl exec"},
		{"docker run bb exec", NULL},
		{"docker ps", NULL},
		{"docker image ls", NULL},
		{"docker image", NULL},
		{"docker volume create x", NULL},
		{"docker network create x", NULL},
		{"podman pod create", NULL},
		{"podman kube generate web", NULL},
		{"crictl create p x.json y.json", "crictl create"},
		{"docker", NULL},
		{"docker -D", NULL},
		{"exec docker", NULL},
		{"ls exec", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char what[ENGINE_WORDS_LEN];
		struct line line;
		const char *instead = engine_words_instead(cut(&line, rows[i].line), what);

		cr_expect_eq(instead != NULL, rows[i].what != NULL, "%s", rows[i].line);
		if (instead && rows[i].what)
			cr_expect_str_eq(what, rows[i].what, "%s", rows[i].line);
	}
}

Test(engine_run, extend)
{
	static const char *const options[] = {"--cgroup-parent", "/w", NULL};
	static const char *const want[] = {"docker", "-D", "run", "--cgroup-parent", "/w", "-d",
					   "bb",     "ls", NULL};
	char **own_ptr argv = NULL;
	struct engine_run run;
	struct line line;

	cr_assert(engine_run_parse(cut(&line, "docker -D run -d bb ls"), &run));
	cr_assert_eq(engine_run_extend(&run, line.argv, options, &argv, NULL), 0);
	for (size_t i = 0; i < ARRAY_LEN(want); i++)
		cr_expect(want[i] ? argv[i] && !strcmp(argv[i], want[i]) : !argv[i], "word %zu", i);
}
