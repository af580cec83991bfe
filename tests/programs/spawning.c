// SPDX-License-Identifier: BSD-2-Clause
/* The ways to start a program that share memory with it for a moment, those that fail too. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int status_of(pid_t pid)
{
	int status;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int vforked(const char *path)
{
	pid_t pid = vfork();

	if (!pid) {
		execl(path, path, NULL);
		_exit(127);
	}
	return status_of(pid);
}

static int spawned(const char *path, posix_spawn_file_actions_t *actions, posix_spawnattr_t *attr)
{
	char *argv[] = {"true", NULL};
	pid_t pid;

	return posix_spawnp(&pid, path, actions, attr, argv, environ) ? 127 : status_of(pid);
}

int main(void)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	int bad = 0;
	FILE *pipe;

	for (int i = 0; i < 10; i++)
		bad |= vforked("/bin/true");
	bad |= vforked("/nonexistent") != 127;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, 1, 2);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	bad |= spawned("true", &actions, &attr);
	bad |= spawned("/bin/true", NULL, NULL);
	bad |= spawned("/nonexistent", NULL, NULL) != 127;
	bad |= system("exit 3") != 3 << 8;
	pipe = popen("echo text", "r");
	bad |= !pipe || fgetc(pipe) != 't' || pclose(pipe);
	puts(bad ? "something did not start" : "all started");
	return bad;
}
