/* build: -static */
/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A container runtime in small: launcher CGROUP STEP... -- PROGRAM ARG...
 * Joins the cgroup (if it is not "-") and takes the steps, each of which makes a call that tells where it was made, then runs
 * the program:
 *   self       run itself again (getuid before)
 *   memfd      run itself again from a copy in memory named as runc names it (getgid before)
 *   sealed:DIR run DIR/lower/runc, a copy of this program, through an overlay that is mounted nowhere, as runc does from 1.2 on (getgid before)
 *   stop       stop, until it is told to go on (getegid after)
 *   as:PATH    run PATH, which must be a copy of this program (geteuid before)
 *   fork       go on in a child, and end (getppid before)
 *   watch      go on in a child, and wait for it (getppid before, times after)
 *   daemon     go on in a child's child, after the child has ended, and wait for it (getppid before, times after)
 *   errors     close what is not open, 100 times
 *   filter     load a seccomp filter that allows everything (getegid before, getpgid after)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(125);
}

static void join(const char *cgroup)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", cgroup);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, "0", 1) != 1)
		die(path);
	close(fd);
}

static void load_filter(void)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {.len = 1, .filter = &allow};

	syscall(SYS_getegid);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		die("seccomp");
	syscall(SYS_getpgid, 0);
}

static void run_copy_in_memory(char **argv)
{
	int from = open("/proc/self/exe", O_RDONLY),
	    to = memfd_create("runc_cloned:/proc/self/exe", MFD_CLOEXEC);
	struct stat st;

	syscall(SYS_getgid);
	if (from < 0 || to < 0 || fstat(from, &st) ||
	    sendfile(to, from, NULL, st.st_size) != st.st_size)
		die("memfd");
	fexecve(to, argv, environ);
	die("fexecve");
}

static void run_sealed(const char *directory, char **argv)
{
	int overlay = fsopen("overlay", FSOPEN_CLOEXEC), mount, file;
	char below[4096];

	/* without an upper one there must be two */
	snprintf(below, sizeof(below), "%s/lower:%s/empty", directory, directory);
	syscall(SYS_getgid);
	if (overlay < 0 && (errno == ENODEV || errno == ENOSYS || errno == EPERM)) {
		perror("overlay");
		exit(77);
	}
	if (overlay < 0 || fsconfig(overlay, FSCONFIG_SET_STRING, "lowerdir", below, 0) ||
	    fsconfig(overlay, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		die("overlay");
	mount = fsmount(overlay, FSMOUNT_CLOEXEC, MS_RDONLY);
	file = openat(mount, "runc", O_PATH | O_CLOEXEC);
	if (file < 0)
		die("runc");
	close(overlay);
	close(mount);
	fexecve(file, argv, environ);
	die("fexecve");
}

int main(int argc, char **argv)
{
	pid_t launcher = getpid();
	char *step;

	if (argc < 4)
		return 125;
	if (strcmp(argv[1], "-"))
		join(argv[1]);
	argv[1] = "-";
	step = argv[2];
	/* the next image sees the remaining steps */
	argv[2] = argv[1];
	argv[1] = argv[0];
	argv++;
	if (!strcmp(step, "--")) {
		execv(argv[2], argv + 2);
		die(argv[2]);
	}
	if (!strcmp(step, "self")) {
		syscall(SYS_getuid);
		execv("/proc/self/exe", argv);
	} else if (!strcmp(step, "memfd")) {
		run_copy_in_memory(argv);
	} else if (!strncmp(step, "sealed:", 7)) {
		run_sealed(step + 7, argv);
	} else if (!strcmp(step, "stop")) {
		raise(SIGSTOP);
		syscall(SYS_getegid);
		return main(argc - 1, argv);
	} else if (!strncmp(step, "as:", 3)) {
		syscall(SYS_geteuid);
		execv(step + 3, argv);
	} else if (!strcmp(step, "fork") || !strcmp(step, "watch")) {
		syscall(SYS_getppid);
		if (fork() == 0) {
			while (!strcmp(step, "fork") && getppid() == launcher)
				usleep(1000); /* until the parent has gone */
			return main(argc - 1, argv);
		}
		if (!strcmp(step, "watch")) {
			wait(NULL);
			syscall(SYS_times, 0);
		}
		_exit(0);
	} else if (!strcmp(step, "daemon")) {
		syscall(SYS_getppid);
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		if (fork() == 0) {
			pid_t middle = getpid();

			if (fork() != 0)
				_exit(0);
			while (getppid() == middle)
				usleep(1000); /* until it has gone */
			return main(argc - 1, argv);
		}
		while (wait(NULL) > 0)
			;
		syscall(SYS_times, 0);
		_exit(0);
	} else if (!strcmp(step, "errors")) {
		for (int i = 0; i < 100; i++)
			close(-1);
		return main(argc - 1, argv);
	} else if (!strcmp(step, "filter")) {
		load_filter();
		return main(argc - 1, argv);
	}
	die(step);
	return 125;
}
