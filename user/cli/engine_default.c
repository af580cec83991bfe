// SPDX-License-Identifier: BSD-2-Clause
#include "cli/engine_default.h"
#include "base/capability.h"
#include "base/fs.h"
#include "profile/docker_default.h"
#include "profile/evaluate.h"
#include "profile/parse_oci.h"
#include "profile/survey.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/utsname.h>

#define BIT(capability) (1ULL << (capability))

/* What Docker, containerd and CRI give; and Podman since 4.0, which gives three less (containers.conf(5)). */
#define CAPS_PODMAN                                                                                \
	(BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) | BIT(CAP_FSETID) |              \
	 BIT(CAP_KILL) | BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SETFCAP) | BIT(CAP_SETGID) |          \
	 BIT(CAP_SETPCAP) | BIT(CAP_SETUID) | BIT(CAP_SYS_CHROOT))
#define CAPS_DOCKER (CAPS_PODMAN | BIT(CAP_AUDIT_WRITE) | BIT(CAP_MKNOD) | BIT(CAP_NET_RAW))

/* Where Podman looks for its default profile: the administrator's comes first. */
static const char *const podman_files[] = {
	"/etc/containers/seccomp.json",
	"/usr/share/containers/seccomp.json",
};

void engine_beyond_clear(struct engine_beyond *beyond)
{
	buf__clear(&beyond->refused_names);
	buf__clear(&beyond->enosys_names);
	buf__clear(&beyond->loosened_names);
	*beyond = (struct engine_beyond){0};
}

static bool is_podman(const char *engine)
{
	return !strcmp(engine, "podman");
}

uint64_t engine_default_caps(const char *engine)
{
	return is_podman(engine) ? CAPS_PODMAN : CAPS_DOCKER;
}

/* --- the profile --- */

static int read_podman(const struct host *host, struct profile *out, struct engine_beyond *beyond,
		       struct err *err)
{
	for (size_t i = 0; i < ARRAY_LEN(podman_files); i++) {
		/* the engine takes what strict reading would not */
		const struct parse_options options = {.lenient = true, .arch = host->arch};
		struct profile own_profile whole = {0};
		struct buf own_buf text = BUF_INIT;
		struct err reason = {0};
		int rc = fs_read(AT_FDCWD, podman_files[i], PROFILE_FILE_MAX, &text, &reason);

		if (rc == -ENOENT)
			continue;
		if (rc)
			return err_set(err, rc, "%s", reason.text);
		snprintf(beyond->source, sizeof(beyond->source), "podman's default profile (%s)",
			 podman_files[i]);
		beyond->profile = podman_files[i];
		rc = parse_oci(podman_files[i], buf__text(&text), text.len, &options, &whole, err);
		if (!rc && profile_resolve(&whole, host, out))
			rc = err_errno(err, -ENOMEM, "cannot know %s", beyond->source);
		return rc;
	}
	return err_set(err, -ENOENT, "podman's default profile is not to be found: %s is not there",
		       podman_files[ARRAY_LEN(podman_files) - 1]);
}

static int read_default(const struct engine_default *container, enum arch arch, struct profile *out,
			struct engine_beyond *beyond, struct err *err)
{
	const char *names[CAPABILITY_COUNT];
	uint64_t caps = container->caps_known ? container->caps :
						engine_default_caps(container->engine);
	struct host host = {.arch = arch_host(arch), .caps = names};
	struct utsname kernel;

	for (size_t i = 0; i < CAPABILITY_COUNT; i++)
		if (caps & BIT(i))
			names[host.caps_len++] = capability_names[i];
	if (uname(&kernel) ||
	    sscanf(kernel.release, "%u.%u", &host.kernel_major, &host.kernel_minor) != 2)
		return err_set(err, -ENOTSUP, "cannot read the kernel's version");
	if (is_podman(container->engine))
		return read_podman(&host, out, beyond, err);
	/* nerdctl and CRI have containerd's, which follows Docker's */
	snprintf(beyond->source, sizeof(beyond->source), "docker's default profile");
	beyond->profile = "docker";
	return docker_default(&host, out) ?
		       err_errno(err, -ENOMEM, "cannot know %s", beyond->source) :
		       0;
}

/* --- what goes beyond it --- */

static struct outcome outcome_of(const struct profile *profile, const struct observed *o,
				 const char *name)
{
	enum reach reach;

	if (o->first.known)
		return evaluate(profile, &o->call, o->first.args).outcome;
	/* what is let through on some arguments is taken to be let through */
	if (profile_reach(profile, name, &reach) || reach != REACH_NONE)
		return (struct outcome){.action = ACTION_ALLOW};
	return evaluate(profile, &o->call, (uint64_t[6]){0}).outcome;
}

/* A profile of the recording allows it whatever the arguments, and the default profile does not. */
static bool is_loosened(const struct profile *profile, const struct recording *recording,
			const struct observed *o, const char *name)
{
	const struct tuples *kept = tuples_find(&recording->arguments, &o->call);
	enum reach reach;

	return (!kept || kept->open) && !profile_reach(profile, name, &reach) &&
	       reach == REACH_SOME;
}

static bool has_word(const struct buf *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = buf__text(list); (at = strstr(at, word)); at += len)
		if ((at == list->data || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

static void note(struct buf *list, size_t *n, const char *name)
{
	/* of another architecture */
	if (has_word(list, name))
		return;
	buf__addf(list, "%s%s", list->len ? " " : "", name);
	++*n;
}

int engine_default_beyond(const struct engine_default *container, const struct recording *recording,
			  struct engine_beyond *out, struct err *err)
{
	struct profile own_profile profile = {0};
	int rc = read_default(container, recording->native, &profile, out, err);

	for (size_t i = 0; !rc && i < recording->observed_len; i++) {
		const struct observed *o = &recording->observed[i];
		char name[SYSCALL_NAME_LEN];
		struct outcome outcome;

		if ((o->class != OBSERVED_WORKLOAD && o->class != OBSERVED_IN_FLIGHT) ||
		    !syscall_name(&o->call, name))
			continue;
		outcome = outcome_of(&profile, o, name);
		if (outcome_allows(outcome)) {
			if (is_loosened(&profile, recording, o, name))
				note(&out->loosened_names, &out->loosened, name);
			continue;
		}
		if (outcome.action == ACTION_ERRNO && outcome.errno_value == ENOSYS)
			note(&out->enosys_names, &out->enosys, name);
		else
			note(&out->refused_names, &out->refused, name);
	}
	if (!rc && (buf__error(&out->refused_names) || buf__error(&out->enosys_names) ||
		    buf__error(&out->loosened_names)))
		rc = err_errno(err, -ENOMEM, "cannot compare with %s", out->source);
	return rc;
}
