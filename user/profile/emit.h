/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes a profile in one of several formats, a row in a table each. What a format cannot say is an error that names the rule, or with
 * `lossy` a warning.
 */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"

struct emit_options {
	bool lossy;
	struct buf *warnings; /* a line each is appended */
	const char *name;     /* of the thing that is described, where a format wants one */
};

struct emit_format {
	const char *name;
	bool any_name;  /* can hold names that are no names of calls */
	bool has_flags; /* can say SECCOMP_FILTER_FLAG_* and who listens */
	bool one_machine; /* is for one architecture; names that it lacks are left out, with a warning */
	bool libseccomp; /* what reads it compiles its rules, one by one, with libseccomp (hazard.h) */
	bool named;      /* names what it describes */
	bool depends; /* can say what depends on container and host; for others it must be resolved (resolve.h) */
	int (*emit)(const struct profile *profile, const struct emit_options *options,
		    struct buf *out, struct err *err);
};

/** All formats; the last has no name. The first is the default. */
extern const struct emit_format emit_formats[];

/** Writes the profile; -EINVAL for one that depends on container and host, unless the format can say that, and for names that would break a format that has no quotes. */
int emit_profile(const struct emit_format *format, const struct profile *profile,
		 const struct emit_options *options, struct buf *out, struct err *err) must_check;

/** Refuses, or warns of, what cannot be said about rule `index`. Where the default action lets through more it is refused even if the format may lose something. */
int emit_refuse(const struct profile *profile, size_t index, const struct emit_options *options,
		const char *why, struct err *err) must_check;

/** The same about a call, of which the `reason` says why it cannot be said. What failed otherwise (`rc` is not -EOPNOTSUPP) is refused. */
int emit_refuse_call(const struct profile *profile, int rc, const struct err *reason,
		     const struct emit_options *options, struct err *err) must_check;

/** Warns of names that libseccomp has left out of a filter. */
void emit_tell_unknown(const struct buf *unknown, const struct emit_options *options);

/** As emit_refuse(), about an architecture that `who` does not have. */
int emit_refuse_arch(enum arch arch, const struct emit_options *options, const char *who,
		     struct err *err) must_check;

/** Can a SeccompProfile be called so: what Kubernetes calls a DNS-1123 subdomain? */
bool kubernetes_name_is_valid(const char *name);

/**
 * The names of a profile that its machine has, for formats whose files are for one architecture, and whose readers refuse names that it lacks: a
 * warning tells of those, and of other architectures. *out was zeroed.
 */
int emit_names_of_machine(const struct profile *profile, const struct emit_options *options,
			  struct names *out, struct err *err) must_check;

/** The formats' own functions: the same profile always gives the same bytes. */
int emit_docker(const struct profile *profile, const struct emit_options *options, struct buf *out,
		struct err *err) must_check;
int emit_kubernetes(const struct profile *profile, const struct emit_options *options,
		    struct buf *out, struct err *err) must_check;
int emit_systemd(const struct profile *profile, const struct emit_options *options, struct buf *out,
		 struct err *err) must_check;
int emit_minijail(const struct profile *profile, const struct emit_options *options,
		  struct buf *out, struct err *err) must_check;
int emit_firecracker(const struct profile *profile, const struct emit_options *options,
		     struct buf *out, struct err *err) must_check;
int emit_firejail(const struct profile *profile, const struct emit_options *options,
		  struct buf *out, struct err *err) must_check;
int emit_bpf(const struct profile *profile, const struct emit_options *options, struct buf *out,
	     struct err *err) must_check;
int emit_pfc(const struct profile *profile, const struct emit_options *options, struct buf *out,
	     struct err *err) must_check;
int emit_list(const struct profile *profile, const struct emit_options *options, struct buf *out,
	      struct err *err) must_check;
