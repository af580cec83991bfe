// SPDX-License-Identifier: BSD-2-Clause
#include "target/keeper.h"
#include "base/capture.h"
#include "base/privilege.h"
#include "base/spawn.h"
#include "target/cgroup_tree.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#define ANSWER_MAX   4096
#define ANSWER_LIMIT 5000000000ULL /* ns */

/*
 * What runtimes have left in the v1 hierarchies. The processes there need not be ours: podman's monitor sits in one, and ends a
 * moment after its container.
 */
static void remove_twins(const struct cgroup *cgroup, bool over)
{
	const struct timespec soon = {.tv_nsec = 50000000}, later = {.tv_sec = 1};

	/* a container may run on there, of a runtime that knows no other hierarchies */
	for (int i = 0; (i < 40 || !over) && !cgroup_remove_twins(cgroup); i++)
		nanosleep(i < 40 ? &soon : &later, NULL);
}

/* systemd made a unit of it, which stays when its cgroup is gone. */
static void stop_slice(const struct cgroup *cgroup)
{
	const char *unit = strrchr(cgroup->path, '/') + 1, *suffix = strrchr(unit, '.');
	char *argv[] = {"systemctl", "--no-ask-password", "stop", "--", (char *)unit, NULL};
	struct capture capture = {.argv = argv, .max = ANSWER_MAX, .limit = ANSWER_LIMIT};
	struct buf own_buf answer = BUF_INIT;

	if (!suffix || strcmp(suffix, ".slice"))
		return;
	/* when no container was made there is no such unit, and systemctl fails */
	if (capture_run(&capture, &answer, NULL))
		return;
}

/* What the keeper's process gets. */
struct kept {
	struct cgroup *cgroup;
	int pause; /* ms */
};

/* Waits until whittle lets go, or dies. True: it knows that nothing comes back into the cgroup. */
static bool await_release(int alive)
{
	char byte;
	ssize_t n;

	do
		n = read(alive, &byte, 1);
	while (n < 0 && errno == EINTR);
	return n == 1;
}

/* Waits until the cgroup is empty, and has been for so many ms. */
static void await_empty(const struct cgroup *cgroup, int pause)
{
	struct pollfd events = {.fd = cgroup_events_fd(cgroup, NULL), .events = POLLPRI};
	bool entered = true;

	while (events.fd >= 0 && entered) {
		while (cgroup_events_populated(events.fd))
			poll(&events, 1, -1);
		entered = poll(&events, 1, pause) != 0;
	}
}

/* In the keeper's process. */
static int keep(int alive, void *context)
{
	const struct kept *kept = context;
	struct cgroup *cgroup = kept->cgroup;
	uint64_t needed;
	bool over;

	/* with all privileges the answer would be yes anyway */
	if (privilege_lower(0, NULL))
		return 1;
	needed = cgroup_can_remove(cgroup) ? 0 : PRIVILEGE(CAP_DAC_OVERRIDE);
	if (privilege_raise(NULL) || privilege_keep(needed, NULL))
		return 1;
	over = await_release(alive);
	await_empty(cgroup, over ? 0 : kept->pause);
	remove_twins(cgroup, over);
	stop_slice(cgroup);
	return cgroup_remove(cgroup, NULL) ? 1 : 0;
}

int keeper_start(struct keeper *keeper, struct cgroup *cgroup, int pause, struct err *err)
{
	struct kept kept = {cgroup, pause};
	int rc = spawn_helper(keep, &kept, cgroup->fd, &keeper->pid, &keeper->alive, err);

	if (rc && cgroup_remove(cgroup, NULL))
		return err_wrap(err, rc, "cgroup %s stays behind", cgroup->path);
	return rc;
}

/* Should it not get there, the keeper waits a little longer. */
static void say_over(int alive)
{
	if (write(alive, "", 1) < 0)
		return;
}

int keeper_release(struct keeper *keeper, bool wait, struct err *err)
{
	int status;

	if (!keeper->pid)
		return 0;
	if (wait)
		say_over(keeper->alive);
	close(steal_fd(&keeper->alive));
	if (!wait)
		return 0;
	while (waitpid(keeper->pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_errno(err, -errno,
					 "cannot wait for the keeper of the command's cgroup");
	keeper->pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return err_set(err, -EBUSY, "the command's cgroup could not be removed");
	return 0;
}
