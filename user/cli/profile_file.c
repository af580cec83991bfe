// SPDX-License-Identifier: BSD-2-Clause
#include "cli/profile_file.h"
#include "profile/docker_default.h"
#include "profile/parse_oci.h"
#include "profile/text.h"
#include "base/capability.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/num.h"
#include "base/spelling.h"

#include <errno.h>
#include <stdio_ext.h>
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

int arch_parse(const char *text, enum arch *out, struct err *err)
{
	struct spelling spelling = {.word = text};
	char list[256] = "";

	*out = arch_from_token(text);
	if (*out == ARCH_INVALID)
		*out = arch_from_scmp_name(text);
	/* as Go and Debian call it: "amd64", "arm64" */
	for (enum arch a = ARCH_INVALID + 1; *out == ARCH_INVALID && a < ARCH_COUNT; a++)
		if (arch_docker_name(a) && !strcmp(arch_docker_name(a), text))
			*out = a;
	if (*out == ARCH_INVALID)
		*out = arch_from_systemd_name(text);
	if (*out != ARCH_INVALID)
		return 0;
	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++) {
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s",
			 *list ? ", " : "", arch_token(a));
		spelling_try(&spelling, arch_token(a));
		spelling_try(&spelling, arch_docker_name(a) ? arch_docker_name(a) : "");
	}
	return err_set(err, -EINVAL, "architecture '%s' is none of %s%s", text, list,
		       spelling_hint(&spelling, ""));
}

const char *profile_file_name(const char *path)
{
	return strcmp(path, "-") ? path : "standard input";
}

/* Where the bytes end that a file may have. */
static int too_large(const char *path, const struct buf *text, size_t max, struct err *err)
{
	return err_at(err, -EFBIG, profile_file_name(path), text_place(text->data, max),
		      "it goes on behind %zu bytes, and is too large", max);
}

int file_read(const char *path, size_t max, struct buf *out, struct err *err)
{
	struct err reason = {0};
	char chunk[65536];
	ssize_t n;
	int rc;

	if (strcmp(path, "-")) {
		rc = fs_read(AT_FDCWD, path, max, out, &reason);
		if (!rc)
			return 0;
		return rc == -EFBIG && !buf__error(out) ? too_large(path, out, max, err) :
							  err_set(err, rc, "%s", reason.text);
	}
	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk)))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, -errno, "cannot read standard input");
		buf__add(out, chunk, n);
		if (buf__error(out))
			return err_errno(err, buf__error(out), "cannot read standard input");
		if (out->len > max)
			return too_large(path, out, max, err);
	}
	return 0;
}

int file_write(const char *path, const struct buf *text, const char *what, struct err *err)
{
	int rc;

	if (path && strcmp(path, "-"))
		return fs_write(path, buf__text(text), text->len, err);
	errno = EIO;
	if (fwrite(buf__text(text), 1, text->len, stdout) == text->len && !fflush(stdout))
		return 0;
	rc = err_errno(err, -errno, "cannot write the %s to standard output", what);
	/* told once: not tried again at the end */
	__fpurge(stdout);
	clearerr(stdout);
	return rc;
}

static int parse_kernel(const char *text, struct host *out, struct err *err)
{
	struct utsname host;

	if (!text && uname(&host))
		return err_errno(err, -errno, "cannot read the kernel's version");
	if (num_parse_version(text ? text : host.release, &out->kernel_major, &out->kernel_minor))
		return err_set(err, -EINVAL, "kernel '%s' is not a version such as 4.8",
			       text ? text : host.release);
	return 0;
}

int native_arch(const char *text, enum arch *out, struct err *err)
{
	struct utsname host;

	if (text)
		return arch_parse(text, out, err);
	if (uname(&host))
		return err_errno(err, -errno, "cannot read the machine's name");
	*out = arch_from_machine(host.machine);
	return *out ? 0 :
		      err_set(err, -ENOTSUP, "whittle does not know the syscalls of a %s machine",
			      host.machine);
}

static void tell_notes(struct buf *lines)
{
	char *save = NULL;

	if (!lines->len)
		return;
	for (char *line = strtok_r(lines->data, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		log_note("%s", line);
}

static void tell_warnings(const char *name, const struct findings *warnings)
{
	for (size_t i = 0; i < warnings->len; i++) {
		const struct finding *warning = &warnings->list[i];
		char place[32] = "";

		if (warning->place.line)
			snprintf(place, sizeof(place), "%u:%u:", warning->place.line,
				 warning->place.column);
		log_warn("%.*s:%s %s", ERR_FILE_LEN, name, place, warning->text);
	}
}

static int no_capability(const char *text, struct err *err)
{
	struct spelling spelling = {.word = text};

	for (size_t i = 0; i < CAPABILITY_COUNT; i++) {
		spelling_try(&spelling, capability_names[i]);
		spelling_try(&spelling, capability_names[i] + strlen("CAP_"));
	}
	return err_set(err, -EINVAL, "there is no capability '%s'%s", text,
		       spelling_hint(&spelling, ""));
}

/* As engines take them: "CAP_SYS_ADMIN", "sys_admin", "ALL"; or "none" alone. */
static int parse_caps(const struct texts *texts, const char *caps[CAPABILITY_COUNT],
		      struct host *out, struct err *err)
{
	uint64_t all = 0;

	if (!texts->len)
		return 0;
	for (size_t i = 0; i < texts->len; i++) {
		uint64_t set = capability_set(texts->text[i]);

		if (!set && (texts->len > 1 || strcasecmp(texts->text[i], "none")))
			return no_capability(texts->text[i], err);
		all |= set;
	}
	for (size_t i = 0; i < CAPABILITY_COUNT; i++)
		if (all >> i & 1)
			caps[out->caps_len++] = capability_names[i];
	out->caps = caps;
	return 0;
}

int profile_file_host(const struct file_options *options, const char *caps[CAPABILITY_COUNT],
		      struct host *out, struct err *err)
{
	int rc = native_arch(options->arch, &out->arch, err);

	out->arch = arch_host(out->arch);
	if (!rc)
		rc = parse_caps(&options->caps, caps, out, err);
	return rc ? rc : parse_kernel(options->kernel, out, err);
}

int file_options_check(const struct file_options *options, struct err *err)
{
	const char *caps[CAPABILITY_COUNT];
	struct host host = {0};

	return profile_file_host(options, caps, &host, err);
}

const char *file_options_given(const struct file_options *options)
{
	return options->lenient  ? "--lenient" :
	       options->caps.len ? "--cap" :
	       options->kernel   ? "--kernel" :
				   NULL;
}

static int parse_whole(const char *path, const struct buf *text, const struct file_options *options,
		       struct profile *out, struct err *err)
{
	struct findings own_findings warnings = {0};
	struct parse_options parse = {.lenient = options->lenient,
				      .warnings = options->warnings ? options->warnings : &warnings,
				      .errors = options->errors};
	int rc = native_arch(options->arch, &parse.arch, err);

	parse.arch = arch_host(parse.arch);
	if (!rc && text->len > PROFILE_FILE_MAX)
		rc = too_large(path, text, PROFILE_FILE_MAX, err);
	if (!rc)
		rc = (options->json ? parse_oci : profile_parse)(profile_file_name(path),
								 buf__text(text), text->len, &parse,
								 out, err);
	/* beside an error they only hide it */
	if (!rc && !options->quiet)
		tell_warnings(profile_file_name(path), &warnings);
	return rc;
}

int profile_file_resolve(const char *path, const struct file_options *options,
			 struct profile *whole, struct profile *out, struct err *err)
{
	struct buf own_buf notes = BUF_INIT;
	const char *caps[CAPABILITY_COUNT];
	struct host host = {0};
	int rc = profile_file_host(options, caps, &host, err);

	if (rc)
		return rc;
	if (!profile_depends(whole)) {
		*out = *whole;
		*whole = (struct profile){0};
		return 0;
	}
	if (profile_resolve(whole, &host, out))
		return err_errno(err, -ENOMEM, "cannot read %s", profile_file_name(path));
	/* "docker" is asked for by its name, and depends as everybody knows */
	if (!options->quiet && !profile_file_is_docker(path)) {
		resolve_note(whole, &host, profile_file_name(path), &notes);
		tell_notes(&notes);
	}
	return 0;
}

int profile_file_parse(const char *path, const struct buf *text, const struct file_options *options,
		       struct profile *out, struct err *err)
{
	struct profile own_profile whole = {0};
	int rc = parse_whole(path, text, options, &whole, err);

	return rc ? rc : profile_file_resolve(path, options, &whole, out, err);
}

bool profile_file_is_docker(const char *path)
{
	return !strcmp(path, "docker");
}

int profile_file_read_whole(const char *path, const struct file_options *options,
			    struct profile *out, struct err *err)
{
	struct buf own_buf text = BUF_INIT;
	int rc;

	if (profile_file_is_docker(path))
		return docker_default_whole(out) ?
			       err_errno(err, -ENOMEM, "cannot make Docker's default profile") :
			       0;
	rc = file_read(path, PROFILE_FILE_MAX, &text, err);
	return rc ? rc : parse_whole(path, &text, options, out, err);
}

int profile_file_read(const char *path, const struct file_options *options, struct profile *out,
		      struct err *err)
{
	struct profile own_profile whole = {0};
	int rc = profile_file_read_whole(path, options, &whole, err);

	return rc ? rc : profile_file_resolve(path, options, &whole, out, err);
}
