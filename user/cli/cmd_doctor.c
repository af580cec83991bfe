// SPDX-License-Identifier: BSD-2-Clause
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "cli/cmd.h"
#include "record/features.h"
#include "record/session.h"
#include "syscalls/syscall.h"
#include "target/cgroup.h"
#include "target/cgroup_tree.h"
#include "target/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <linux/magic.h>
#include <seccomp.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

struct doctor_options {
	bool json;
};

static const struct option_row rows[] = {
	{"json", 0, OPTION_FLAG, NULL, "print the findings as JSON",
	 offsetof(struct doctor_options, json), NULL, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

enum finding {
	FINDING_OK,
	FINDING_WARNING, /* something is less good than it could be */
	FINDING_FAILURE, /* recording is impossible */
};

static const char *const finding_names[] = {"ok", "warning", "failure"};

/* A check says what it found in `text`, and what to do about it in err->text if it is not well. */
typedef enum finding check_fn(struct buf *text, struct err *err);

static enum finding check_machine(struct buf *text, struct err *err)
{
	struct utsname host;

	if (uname(&host))
		return FINDING_FAILURE;
	buf__addf(text, "Linux %s on %s", host.release, host.machine);
	if (arch_is_recorded(arch_from_machine(host.machine)))
		return FINDING_OK;
	err_set(err, -ENOTSUP, "whittle records the syscalls of x86_64 and aarch64 only");
	return FINDING_FAILURE;
}

static enum finding check_capabilities(struct buf *text, struct err *err)
{
	if (features_check_capabilities(err))
		return FINDING_FAILURE;
	buf__addf(text, "this process may load tracing programs");
	return FINDING_OK;
}

static enum finding check_btf(struct buf *text, struct err *err)
{
	if (features_check_btf(err))
		return FINDING_FAILURE;
	buf__addf(text, "the kernel describes its types, so one binary fits every kernel");
	return FINDING_OK;
}

static enum finding check_ring(struct buf *text, struct err *err)
{
	if (features_check_ring(err))
		return FINDING_FAILURE;
	buf__addf(text, "first calls are told at once");
	return FINDING_OK;
}

static enum finding check_lockdown(struct buf *text, struct err *err)
{
	struct buf own_buf state = BUF_INIT;

	if (fs_read(AT_FDCWD, "/sys/kernel/security/lockdown", 4096, &state, NULL)) {
		buf__addf(text, "not in this kernel, or securityfs is not mounted");
		return FINDING_OK;
	}
	if (!strstr(buf__text(&state), "[confidentiality]")) {
		buf__addf(text, "does not forbid tracing");
		return FINDING_OK;
	}
	err_set(err, -EPERM,
		"lockdown=confidentiality forbids BPF to read kernel memory: boot with lockdown=integrity or none");
	return FINDING_FAILURE;
}

static void ignore_record(const void *data, size_t len, void *context)
{
	(void)data;
	(void)len;
	(void)context;
}

/* The surest test is to load and attach the programs. There is no target, so nothing is recorded. */
static enum finding check_tracepoints(struct buf *text, struct err *err)
{
	struct session *own_session session = NULL;
	struct session_options options = {.slots = 1, .on_record = ignore_record};
	int rc = features_parse(getenv("WHITTLE_FEATURES"), &options.features, err);

	if (!rc)
		rc = features_check(err);
	if (!rc)
		rc = session__open(&options, &session, err);
	if (!rc)
		rc = session__attach_followers(session, err);
	if (!rc)
		rc = session__attach_counters(session, err);
	if (rc)
		return FINDING_FAILURE;
	buf__addf(text, "the programs load and attach; calls are counted by %s",
		  session__hook(session));
	if (session__may_be_skipped(session)) {
		err_set(err, -ENOTSUP,
			"this kernel skips them where tasks are preempted: under load calls may be missing, and a recording tells how many%s",
			strcmp(session__hook(session), "tracepoint") ?
				"; none are where whittle can read tracefs: mount it at /sys/kernel/tracing, or run whittle as root" :
				"");
		return FINDING_WARNING;
	}
	if (strcmp(session__hook(session), "raw_tp"))
		return FINDING_OK;
	err_set(err, -ENOTSUP,
		"typed tracepoints, as Linux 5.15 has them (on arm64 5.18), are missing: each call costs more, and denied calls are not seen; on older kernels --each and --stats are refused, too");
	return FINDING_WARNING;
}

static enum finding check_cgroup(struct buf *text, struct err *err)
{
	struct cgroup own_cgroup cgroup = CGROUP_CLOSED;
	struct mount mount, old;
	const char *v1 = mount_find_any_v1(NULL, &old);
	struct err reason = {0};

	if (mount_find(&mount, v1 ? NULL : err)) {
		if (!v1)
			return FINDING_FAILURE;
		buf__addf(text, "v1 only, %s at %s", v1, old.point);
		err_set(err, -ENOENT,
			"containers and cgroups of v1 can be recorded; for commands, units and 'whittle start' cgroup v2 must be mounted: 'mount -t cgroup2 cgroup2 /sys/fs/cgroup/unified'");
		return FINDING_WARNING;
	}
	buf__addf(text, "%s at %s", v1 ? "beside v1 (hybrid)" : "pure v2", mount.point);
	if (v1)
		buf__addf(text, "; what has only v1 cgroups is recorded by these, such as %s at %s",
			  v1, old.point);
	if (!cgroup_make(&cgroup, &reason) && !cgroup_remove(&cgroup, &reason))
		return FINDING_OK;
	err_set(err, reason.code,
		"%s: recording a command is impossible, recording a cgroup is not", reason.text);
	return FINDING_WARNING;
}

static enum finding check_bpffs(struct buf *text, struct err *err)
{
	struct statfs fs;

	if (!statfs("/sys/fs/bpf", &fs) && fs.f_type == BPF_FS_MAGIC) {
		buf__addf(text, "mounted at /sys/fs/bpf");
		return FINDING_OK;
	}
	err_set(err, -ENOENT,
		"not mounted at /sys/fs/bpf: 'whittle start' and 'whittle hook' need it ('mount -t bpf bpf /sys/fs/bpf')");
	return FINDING_WARNING;
}

/* Does this kernel have such a call? Its entry is a symbol; where symbols are hidden nothing is known. */
static bool kernel_has(const char *symbols, const char *name)
{
	char symbol[SYSCALL_NAME_LEN + 16];

	snprintf(symbol, sizeof(symbol), "_sys_%s\n", name);
	return strstr(symbols, symbol) != NULL;
}

static enum finding check_libseccomp(struct buf *text, struct err *err)
{
	const struct scmp_version *version = seccomp_version();
	struct buf own_buf symbols = BUF_INIT, own_buf missing = BUF_INIT;
	char name[SYSCALL_NAME_LEN];
	struct syscall call = {.arch = ARCH_X86_64};
	size_t n = 0;

	buf__addf(text, "version %u.%u.%u", version->major, version->minor, version->micro);
	if (fs_read(AT_FDCWD, "/proc/kallsyms", 64 << 20, &symbols, NULL))
		return FINDING_OK;
	for (call.nr = 424; call.nr < 500; call.nr++) {
		if (!syscall_name(&call, name) ||
		    seccomp_syscall_resolve_name(name) != __NR_SCMP_ERROR ||
		    !kernel_has(buf__text(&symbols), name))
			continue;
		buf__addf(&missing, "%s%s", n++ ? " " : "", name);
	}
	if (!n)
		return FINDING_OK;
	err_set(err, -ENOENT,
		"it lacks %zu %s of this kernel, and so may the one of your container runtime, which then refuses %s even where a profile allows %s: %s",
		n, num_word(n, "call", "calls"), num_word(n, "it", "them"),
		num_word(n, "it", "them"), buf__text(&missing));
	return FINDING_WARNING;
}

static const struct {
	const char *name;
	check_fn *check;
} checks[] = {
	{"machine", check_machine},       {"capabilities", check_capabilities},
	{"lockdown", check_lockdown},     {"BTF", check_btf},
	{"ring buffer", check_ring},      {"tracepoints", check_tracepoints},
	{"cgroup v2", check_cgroup},      {"bpffs", check_bpffs},
	{"libseccomp", check_libseccomp},
};

static void print_finding(const char *name, enum finding finding, const char *text,
			  const char *remedy)
{
	printf("%-8s %-12s %s%s%s\n", finding_names[finding], name, text,
	       *text && *remedy ? "; " : "", remedy);
}

static void add_finding(json_t *list, const char *name, enum finding finding, const char *text,
			const char *remedy)
{
	json_t *json = json_pack("{s:s, s:s, s:s}", "name", name, "finding", finding_names[finding],
				 "text", text);

	if (*remedy)
		json_object_set_new(json, "remedy", json_string(remedy));
	json_array_append_new(list, json);
}

static int run(const struct command *self, int argc, char **argv)
{
	struct doctor_options options = {0};
	enum finding worst = FINDING_OK;
	struct err err = {0};
	json_t *list;
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (rest < argc) {
		err_set(&err, -EINVAL, "doctor takes no '%s'", argv[rest]);
		return command_usage_error(self, &err);
	}
	list = json_array();
	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct buf own_buf text = BUF_INIT;
		struct err remedy = {0};
		enum finding finding = checks[i].check(&text, &remedy);

		worst = finding > worst ? finding : worst;
		if (options.json)
			add_finding(list, checks[i].name, finding, buf__text(&text), remedy.text);
		else
			print_finding(checks[i].name, finding, buf__text(&text), remedy.text);
	}
	if (options.json) {
		json_dumpf(list, stdout, JSON_INDENT(2));
		printf("\n");
	}
	json_decref(list);
	return worst == FINDING_FAILURE ? STATUS_FAILED : STATUS_OK;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.summary = "tell what this host offers for recording, and what it lacks",
	.synopsis = "[--json]",
	.description =
		"Prints a line for each thing that recording needs: what was found, and the remedy if it is not well.\n"
		"Exit status 1 if recording is impossible here.\n",
	.options = rows,
	.run = run,
};
