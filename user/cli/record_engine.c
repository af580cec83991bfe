// SPDX-License-Identifier: BSD-2-Clause
#include "cli/record_engine.h"
#include "base/capability.h"
#include "base/capture.h"
#include "base/fs.h"
#include "base/log.h"
#include "target/engine.h"
#include "target/engine_words.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

/*
 * How often in a row an engine has to say that a container does not run. In the middle of a restart, by its policy or by hand, it says so for
 * a moment.
 */
#define ABSENT_MAX 6

#define PAUSE_RESTART 3000 /* ms, of a container that is restarted by hand */
#define PAUSE_POLICY                                                                               \
	90000 /* of one whose policy starts it again: docker lets up to a minute go by between two tries */

#define ANSWER_MAX   65536
#define ANSWER_LIMIT 15000000000ULL /* ns: podman info takes seconds on a busy machine */
#define DRIVER_LEN   40             /* what is longer is neither */

/*
 * Refuses nothing: nfsservctl has not existed since Linux 3.1, and answered ENOSYS before the filter did. Without any rule
 * runtimes load no filter.
 */
static const char allow_everything[] =
	"{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"architectures\": ["
#if defined(__x86_64__)
	"\"SCMP_ARCH_X86_64\", \"SCMP_ARCH_X86\", \"SCMP_ARCH_X32\""
#else
	"\"SCMP_ARCH_AARCH64\", \"SCMP_ARCH_ARM\""
#endif
	"], \"syscalls\": [{\"names\": [\"nfsservctl\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 38}]}\n";

void record_engine_clear(struct record_engine *engine)
{
	if (*engine->directory) {
		unlink(engine->cidfile);
		rmdir(engine->directory);
	}
	free(engine->argv);
	if (engine->filter >= 0)
		close(engine->filter);
	*engine = RECORD_ENGINE_NONE;
}

/* Asks the engine, with the options that stand before "run" on the user's command line. */
static int ask(const struct record_engine *engine, char *const *argv, const char *const *question,
	       struct buf *answer, struct err *err)
{
	struct capture capture = {.max = ANSWER_MAX, .limit = ANSWER_LIMIT};
	char **own_ptr words = NULL;
	size_t n = 0, options = engine->run.run;

	if (!strcmp(argv[options - 1], "container")) /* the one of "container run" */
		options--;
	while (question[n])
		n++;
	words = calloc(options + n + 1, sizeof(*words));
	if (!words)
		return err_errno(err, -ENOMEM, "cannot ask %s", argv[0]);
	memcpy(words, argv, options * sizeof(*words));
	memcpy(words + options, question, n * sizeof(*words));
	capture.argv = words;
	return capture_run(&capture, answer, err);
}

/* Would the container run here? A client that does not know the question, or the context, says so itself when it is run. */
static int check_local(const struct record_engine *engine, char *const *argv, struct err *err)
{
	const struct engine *known = engine_find(engine->run.engine, strlen(engine->run.engine));
	struct buf own_buf answer = BUF_INIT;

	if (!known)
		return 0;
	if (!engine->run.names_host)
		return engine_check_local(known, err);
	if (!known->socket[0] || ask(engine, argv, known->socket, &answer, NULL) || !answer.len)
		return 0;
	answer.data[strcspn(answer.data, "\r\n")] = '\0';
	return engine_check_socket(known, "the one that its options name", answer.data, err);
}

int record_engine_plan(struct record_engine *engine, char *const *argv, struct err *err)
{
	char what[ENGINE_WORDS_LEN];
	const char *instead = engine_words_instead(argv, what);

	if (instead)
		return err_set(err, -EINVAL, "%s %s; --plain records the client itself", what,
			       instead);
	engine->used = engine_run_parse(argv, &engine->run);
	if (!engine->used)
		return 0;
	if (engine->run.remote)
		return err_set(err, -EREMOTE,
			       "%s: the container would run on another machine, whose calls cannot be recorded here",
			       engine->run.remote);
	if (engine->run.cgroups && !strcmp(engine->run.cgroups, "disabled"))
		return err_set(err, -EINVAL,
			       "%s run --cgroups=disabled: a container without a cgroup of its own cannot be told from others: leave it out (--plain records the client itself)",
			       engine->run.engine);
	engine->caught = engine->run.cgroup_parent || engine->run.pod || engine->run.cgroups;
	engine->lasts = engine->run.detached || engine->run.restarts;
	return check_local(engine, argv, err);
}

struct engine_default record_engine_container(const struct record_engine *engine)
{
	const struct engine_run *run = &engine->run;
	struct engine_default container = {.caps_known = true};

	/* a privileged one gets no filter */
	if (!engine->used || run->privileged)
		return container;
	container.engine = run->engine;
	container.caps = run->cap_drop == CAPABILITY_ALL ?
				 run->cap_add :
				 (engine_default_caps(run->engine) | run->cap_add) & ~run->cap_drop;
	return container;
}

/* Is "docker" podman by another name, as podman-docker makes it? Then it answers podman's question only. */
static int ask_podman(struct record_engine *engine, char *const *argv, struct buf *driver)
{
	const struct engine *podman = engine_find("podman", strlen("podman"));
	int rc;

	buf__clear(driver);
	rc = ask(engine, argv, podman->driver, driver, NULL);
	if (!rc)
		engine->run.engine = podman->name;
	return rc;
}

static int has_slices(struct record_engine *engine, char *const *argv, bool *slices,
		      struct err *err)
{
	const struct engine *known = engine_find(engine->run.engine, strlen(engine->run.engine));
	struct buf own_buf answer = BUF_INIT;
	int rc = known ? ask(engine, argv, known->driver, &answer, err) : -ENOENT;
	char driver[DRIVER_LEN];

	if (rc == -EIO && !strcmp(known->name, "docker"))
		rc = ask_podman(engine, argv, &answer) ? rc : 0;
	if (rc)
		return err_wrap(err, rc, "cannot ask %s where its cgroups are", engine->run.engine);
	if (answer.len)
		answer.data[strcspn(answer.data, "\r\n")] = '\0';
	engine_printable(buf__text(&answer), driver, sizeof(driver));
	*slices = !strcmp(driver, "systemd");
	if (!*slices && strcmp(driver, "cgroupfs"))
		return err_set(err, -ENOTSUP,
			       "%s says that '%s' makes its cgroups, and whittle knows systemd and cgroupfs",
			       engine->run.engine, driver);
	return 0;
}

/* Nothing is left of it when whittle is gone, however it ends. */
static int make_filter(struct record_engine *engine, struct err *err)
{
	size_t len = strlen(allow_everything);

	engine->filter = memfd_create("whittle-allow", MFD_CLOEXEC);
	if (engine->filter < 0 || write(engine->filter, allow_everything, len) != (ssize_t)len)
		return err_errno(err, -errno, "cannot make a profile for the container");
	return 0;
}

/* For a container that is caught: whose cgroup is it, that is born? Its client, which writes the file, may be another user's. */
static int choose_cidfile(struct record_engine *engine, uid_t uid, struct err *err)
{
	if (engine->run.cidfile) {
		snprintf(engine->cidfile, sizeof(engine->cidfile), "%s", engine->run.cidfile);
		return 0;
	}
	strcpy(engine->directory, "/run/whittle-XXXXXX");
	if (!mkdtemp(engine->directory)) {
		*engine->directory = '\0';
		return err_errno(err, -errno, "cannot make a directory in /run");
	}
	if (uid && chown(engine->directory, uid, -1))
		return err_errno(err, -errno, "cannot give %s to the user", engine->directory);
	snprintf(engine->cidfile, sizeof(engine->cidfile), "%s/id", engine->directory);
	return 0;
}

static int extend(struct record_engine *engine, char *const *argv, struct err *err)
{
	const char *options[9] = {"--label", engine->label};
	static char security[64];
	size_t n = 2;

	if (!engine->caught) {
		options[n++] = "--cgroup-parent";
		options[n++] = engine->parent;
	} else if (*engine->directory) {
		options[n++] = "--cidfile";
		options[n++] = engine->cidfile;
	}

	if (engine->filter >= 0) {
		snprintf(security, sizeof(security), "seccomp=/proc/%d/fd/%d", getpid(),
			 engine->filter);
		options[n++] = "--security-opt";
		options[n++] = security;
	}
	options[n] = NULL;
	return engine_run_extend(&engine->run, argv, options, &engine->argv, err);
}

/* Docker's client asks a daemon, whoever runs it. The others do it themselves. */
static int check_user(const struct record_engine *engine, uid_t uid, struct err *err)
{
	if (!uid || !strcmp(engine->run.engine, "docker"))
		return 0;
	return err_set(err, -EPERM,
		       "%s, run by another user, is rootless, and may not make its container in a cgroup of whittle's: have it run otherwise, and record with --wait --cgroup 'libpod-*', or whatever it names its cgroups",
		       engine->run.engine);
}

int record_engine_prepare(struct record_engine *engine, char *const *argv, uid_t uid, int filter,
			  struct cgroup *cgroup, struct err *err)
{
	uint64_t random;
	bool slices = false;
	int rc = engine->caught ? 0 : has_slices(engine, argv, &slices, err);

	if (!rc)
		rc = check_user(engine, uid, err);
	if (!rc && getrandom(&random, sizeof(random), 0) != sizeof(random))
		rc = err_errno(err, -EAGAIN, "cannot name the container");
	if (rc)
		return rc;
	snprintf(engine->label, sizeof(engine->label), "whittle.recording=%016llx",
		 (unsigned long long)random);
	rc = engine->caught ? choose_cidfile(engine, uid, err) :
			      cgroup_make_parent(slices, cgroup, engine->parent, err);
	if (!rc && filter == FILTER_ALLOW && !engine->run.seccomp) {
		log_note(
			"the container gets a seccomp filter that refuses nothing (--filter engine leaves it as it is)");
		rc = make_filter(engine, err);
	}
	return rc ? rc : extend(engine, argv, err);
}

bool record_engine_is_unconfined(const struct record_engine *engine)
{
	if (engine->run.seccomp)
		return !strcmp(engine->run.seccomp, "unconfined");
	return engine->run.privileged && engine->filter < 0;
}

void record_engine_warn(const struct record_engine *engine)
{
	/* without --filter allow there is only a cgroup, of a name that tells nobody anything */
	if (!engine->used || engine->run.removed || engine->filter < 0)
		return;
	if (engine->lasts)
		log_warn("the container stays, and with it its filter that refuses nothing%s%s, also when it is started again: remove it, and run it anew under the profile",
			 engine->caught ? "" : " and its cgroup parent ",
			 engine->caught ? "" : engine->parent);
	else
		log_note(
			"the container stays (there was no --rm), and would be started again with the filter that refuses nothing: remove it");
}

/* The engine itself may know nothing of it any more: a container can be gone after some milliseconds. */
bool record_engine_made(struct record_engine *engine, const char *id)
{
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};

	if (fs_read(AT_FDCWD, engine->cidfile, ENGINE_ID_LEN + 1, &text, &err)) {
		/* no container was made yet: it is somebody else's */
		log_info("%s", err.text);
		return false;
	}
	return text.len >= ENGINE_ID_LEN && !strncmp(text.data, id, ENGINE_ID_LEN);
}

/* "Up 3 seconds", "Restarting (1) ...", ... "Created" is one that could not be started. */
static bool is_ended(const char *status)
{
	static const char *const ended[] = {"Exited",   "Dead",    "Stopped",
					    "Removing", "Removal", "Created"};

	for (size_t i = 0; i < ARRAY_LEN(ended); i++)
		if (!strncasecmp(status, ended[i], strlen(ended[i])))
			return true;
	return false;
}

int record_engine_pause(const struct record_engine *engine)
{
	if (!engine->used)
		return 0;
	return engine->run.restarts ? PAUSE_POLICY : PAUSE_RESTART;
}

bool record_engine_is_over(struct record_engine *engine)
{
	char label[96];
	const char *question[] = {"ps",       "--all",       "--filter", label,
				  "--format", "{{.Status}}", NULL};
	struct buf own_buf answer = BUF_INIT;
	struct err err = {0};

	if (!engine->lasts) /* the client has waited for it */
		return true;
	snprintf(label, sizeof(label), "label=%s", engine->label);
	if (ask(engine, engine->argv, question, &answer, &err)) {
		log_warn("cannot ask whether the container is started again: %s", err.text);
		return true;
	}
	if (!answer.len) /* it is removed */
		return true;
	if (!is_ended(answer.data)) {
		engine->absent = 0;
		return false;
	}
	return ++engine->absent > ABSENT_MAX;
}
