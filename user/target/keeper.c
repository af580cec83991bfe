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
static void remove_twins(const struct cgroup *cgroup)
{
	const struct timespec pause = {.tv_nsec = 50000000};

	for (int i = 0; i < 40 && !cgroup_remove_twins(cgroup); i++)
		nanosleep(&pause, NULL);
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

/* In the keeper's process. */
static int keep(int alive, void *context)
{
	struct cgroup *cgroup = context;
	struct pollfd whittle = {.fd = alive}, events = {.events = POLLPRI};
	uint64_t needed;

	/* with all privileges the answer would be yes anyway */
	if (privilege_lower(0, NULL))
		return 1;
	needed = cgroup_can_remove(cgroup) ? 0 : PRIVILEGE(CAP_DAC_OVERRIDE);
	if (privilege_raise(NULL) || privilege_keep(needed, NULL))
		return 1;
	while (poll(&whittle, 1, -1) < 0 && errno == EINTR)
		continue;
	events.fd = cgroup_events_fd(cgroup, NULL);
	while (events.fd >= 0 && cgroup_events_populated(events.fd))
		poll(&events, 1, -1);
	remove_twins(cgroup);
	stop_slice(cgroup);
	return cgroup_remove(cgroup, NULL) ? 1 : 0;
}

int keeper_start(struct keeper *keeper, struct cgroup *cgroup, struct err *err)
{
	int rc = spawn_helper(keep, cgroup, cgroup->fd, &keeper->pid, &keeper->alive, err);

	if (rc && cgroup_remove(cgroup, NULL))
		return err_wrap(err, rc, "cgroup %s stays behind", cgroup->path);
	return rc;
}

int keeper_release(struct keeper *keeper, bool wait, struct err *err)
{
	int status;

	if (!keeper->pid)
		return 0;
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
