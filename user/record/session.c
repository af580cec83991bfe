// SPDX-License-Identifier: BSD-2-Clause
#include "record/session.h"
#include "base/fs.h"
#include "base/log.h"
#include "base/privilege.h"
#include "record/features.h"
#include "record/launchers.h"
#include "record/pins.h"
#include "record/session_private.h"
#include "tracer.skel.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* libbpf explains a refused program at length: that is for -vv; what to do about it is in our own sentence. */
static int print_libbpf(enum libbpf_print_level level, const char *format, va_list args)
{
	char *own_ptr text = NULL, *rest, *line;

	if (!log_enabled(LOG_LEVEL_DEBUG) || vasprintf(&text, format, args) < 0)
		return 0;
	/* the verifier's log comes as one text of many lines */
	for (rest = text; (line = strsep(&rest, "\n"));)
		if (*line)
			log_debug("libbpf%s: %s", level == LIBBPF_WARN ? " warns" : "", line);
	return 0;
}

static int take_record(void *context, void *data, size_t len)
{
	struct session *session = context;

	session->options.on_record(data, len, session->options.context);
	return 0; /* a negative result would stop the ring */
}

static size_t ring_size(size_t bytes)
{
	size_t size = sysconf(_SC_PAGESIZE);

	while (size < bytes)
		size *= 2;
	return size;
}

static int leave_out(struct bpf_map *const *maps, size_t len)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < len; i++)
		rc = bpf_map__set_autocreate(maps[i], false);
	return rc;
}

static int leave_out_denials(struct tracer_bpf *skel)
{
	struct bpf_map *const maps[] = {skel->maps.passings, skel->maps.denials, skel->maps.doubts,
					skel->maps.filtered};

	return leave_out(maps, ARRAY_LEN(maps));
}

static int leave_out_timing(struct tracer_bpf *skel)
{
	struct bpf_map *const maps[] = {skel->maps.entered, skel->maps.timings_apart};

	return leave_out(maps, ARRAY_LEN(maps));
}

/* What is the same as before stays as it is at all times: other recordings may need it right now. */
void session__renew_launchers(struct session *session)
{
	struct launcher found[LAUNCHERS_MAX] = {0};

	launchers_find(found, LAUNCHERS_MAX);
	memcpy(session->skel->bss->launchers, found, sizeof(found));
}

static void configure_old(struct tracer_bpf *skel)
{
	/* arm64 with pages of 64 KiB has stacks of one page (THREAD_SIZE) */
	if (sysconf(_SC_PAGESIZE) > skel->rodata->cfg_stack_bytes)
		skel->rodata->cfg_stack_bytes = sysconf(_SC_PAGESIZE);
}

/* Before 6.1 a kernel warns of raw tracepoints' programs that allocate. Typed ones may. */
static int allocate_ahead(struct tracer_bpf *skel)
{
	int rc = bpf_map__set_map_flags(skel->maps.groups, 0);

	return rc ? rc : bpf_map__set_map_flags(skel->maps.lineages, 0);
}

/* Nobody takes the room of others. A session of each cgroup has here only what its slots have no room for. */
static int configure_shares(struct session *session)
{
	struct tracer_bpf *skel = session->skel;
	int rc = 0;

	if (session->slots > 2 && !session->options.each) {
		skel->rodata->cfg_apart_quota = APART_LEN / 2;
		skel->rodata->cfg_denials_quota = DENIALS_LEN / 2;
	}
	if (session->options.entries && !session->options.each)
		rc = bpf_map__set_max_entries(skel->maps.apart, session->slots * APART_SHARE);
	if (!rc && session->options.entries && !session->options.each)
		rc = bpf_map__set_max_entries(skel->maps.denials, session->slots * DENIALS_SHARE);
	return rc;
}

/* A session of each cgroup is one recording, of which what finds no room on the ring is lost: there are too many news to keep. */
static int configure_entries(struct session *session)
{
	const struct session_options *options = &session->options;
	struct tracer_bpf *skel = session->skel;
	size_t kept = ring_size(options->ring_bytes) / sizeof(struct kept_record);
	bool keeps = options->entries && !options->each;
	int rc = options->entries ?
			 bpf_map__set_max_entries(skel->maps.entries, session__entries(session)) :
			 bpf_map__set_autocreate(skel->maps.entries, false);

	if (rc)
		return rc;
	return keeps ? bpf_map__set_max_entries(skel->maps.kept, kept) :
		       bpf_map__set_autocreate(skel->maps.kept, false);
}

static int configure(struct session *session, const struct hook *hook)
{
	const struct session_options *options = &session->options;
	struct tracer_bpf *skel = session->skel;
	size_t rows = session->shared_rows ? 1 : session->cpus * session->slots;
	size_t times = session->slots * (session->shared_rows ? SHARED_ROW_LEN : ROW_LEN);
	int rc;

	skel->rodata->cfg_slots = session->slots;
	skel->rodata->cfg_cpus = session->cpus;
	skel->rodata->cfg_hierarchy = options->hierarchy;
	skel->rodata->cfg_controller = session->controller;
	skel->rodata->cfg_newborns = options->newborns != 0;
	skel->rodata->cfg_follow = options->follow;
	skel->rodata->cfg_tell_gone = !options->entries;
	skel->rodata->cfg_helper = options->helper;
	session__renew_launchers(session);
	/* their programs want the current task as a typed pointer */
	session->options.denials &= (options->features & FEATURE_TP_BTF) != 0;
	session->logged &= session->options.denials;
	rc = session_hook_choose(session, hook);
	if (!(options->features & FEATURE_FETCH))
		configure_old(skel);
	if (!rc && session_hook_is_raw(session))
		rc = allocate_ahead(skel);
	if (!rc)
		rc = bpf_program__set_autoload(skel->progs.denied_logged, session->logged);
	if (!rc && !options->timing)
		rc = leave_out_timing(skel);
	if (!rc && !options->denials)
		rc = leave_out_denials(skel);
	if (!rc)
		rc = bpf_map__set_max_entries(skel->maps.counts, hook->few_rows ? 1 : rows);
	if (!rc && options->timing)
		rc = bpf_map__set_max_entries(skel->maps.timings, rows * ROW_LEN);
	if (!rc)
		rc = bpf_map__set_max_entries(skel->maps.first_seen,
					      session_keeps_times(session) ? times : 1);
	if (!rc)
		rc = configure_shares(session);
	if (!rc)
		rc = session_configure_each(session);
	if (!rc)
		rc = session_configure_shared(session);
	if (!rc && options->args)
		rc = session_configure_args(session);
	if (!rc)
		rc = configure_entries(session);
	if (!rc)
		rc = bpf_map__set_max_entries(skel->maps.ring, ring_size(options->ring_bytes));
	return rc;
}

static int load(struct session *session, const struct hook *hook)
{
	int rc;

	session->skel = session_object_open(session->options.features);
	if (!session->skel)
		return -errno;
	rc = configure(session, hook);
	if (!rc)
		rc = tracer_bpf__load(session->skel);
	if (rc) {
		tracer_bpf__destroy(session->skel);
		session->skel = NULL;
	}
	return rc;
}

/* A kernel without audit records, or without fentry, does not take the program that sees calls being logged. */
static int load_logged(struct session *session, const struct hook *hook)
{
	int rc;

	session->logged = session->options.denials && session->options.features & FEATURE_FENTRY;
	rc = load(session, hook);
	if (rc && rc != -ENOMEM && session->logged) {
		session->logged = false;
		rc = load(session, hook);
	}
	return rc;
}

size_t session_pages(size_t bytes)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return (bytes + page - 1) / page * page;
}

static int map_view(const struct bpf_map *map, int protection, struct view *view)
{
	size_t bytes = session_pages((size_t)bpf_map__value_size(map) * bpf_map__max_entries(map));

	/* from libbpf 1.4 on it has a descriptor all the same, of an empty file, which can be mapped, and not be read */
	if (!bpf_map__autocreate(map))
		return -ENOENT;
	view->data = mmap(NULL, bytes, protection, MAP_SHARED, bpf_map__fd(map), 0);
	if (view->data == MAP_FAILED) {
		view->data = NULL;
		return -errno;
	}
	view->bytes = bytes;
	return 0;
}

int session_map_view(const struct bpf_map *map, bool writable, struct view *view)
{
	return map_view(map, PROT_READ | (writable ? PROT_WRITE : 0), view);
}

void session_unmap_view(struct view *view)
{
	if (view->data)
		munmap(view->data, view->bytes);
	view->data = NULL;
}

static int map_views(struct session *session, struct err *err)
{
	struct tracer_bpf *skel = session->skel;
	bool entries = bpf_map__autocreate(skel->maps.entries);
	bool kept = bpf_map__autocreate(skel->maps.kept);
	/* a slot that is used again is cleared before */
	int protection = PROT_READ | (entries || session->options.newborns ? PROT_WRITE : 0);
	int rc = map_view(skel->maps.counts, protection, &session->counts);

	if (!rc)
		rc = map_view(skel->maps.first_seen, protection, &session->first_seen);
	if (!rc)
		rc = map_view(skel->maps.timings, protection, &session->timings);
	if (!rc)
		rc = map_view(skel->maps.tuple_counts, protection, &session->tuple_counts);
	if (!rc && entries)
		rc = map_view(skel->maps.entries, protection, &session->entries);
	if (!rc && kept)
		rc = map_view(skel->maps.kept, protection, &session->kept);
	if (!rc && kept)
		session->kept_len = bpf_map__max_entries(skel->maps.kept);
	if (!rc && session->options.denials)
		rc = map_view(skel->maps.filtered, protection, &session->filtered);
	if (!rc && session->shared_rows)
		rc = map_view(skel->maps.shared_rows, PROT_READ | PROT_WRITE, &session->shared);
	if (!rc && session->options.each)
		rc = session_map_each(session);
	return rc ? err_errno(err, rc, "cannot map the counters") : 0;
}

static int map_ring(struct session *session, struct err *err)
{
	const struct bpf_map *ring = session->skel->maps.ring;

	if (session->pinned || session->options.entries)
		return news_map(bpf_map__fd(ring), bpf_map__max_entries(ring), &session->news, err);
	session->ring = ring_buffer__new(bpf_map__fd(ring), take_record, session, NULL);
	return session->ring ? 0 : err_errno(err, -errno, "cannot map the ring buffer");
}

/* How many numbers CPUs may have: of "0-3,8-11" the last one counts, for there may be gaps. */
static int cpu_numbers(void)
{
	struct buf own_buf text = BUF_INIT;
	int cpus = libbpf_num_possible_cpus(), last;
	size_t at;

	if (cpus < 0 || fs_read(AT_FDCWD, "/sys/devices/system/cpu/possible", 4096, &text, NULL))
		return cpus;
	for (at = text.len; at && strchr("0123456789\n", buf__text(&text)[at - 1]);)
		at--;
	last = atoi(buf__text(&text) + at);
	return last < cpus ? cpus : last + 1;
}

static int new_session(const struct session_options *options, struct session **out, struct err *err)
{
	struct session *session = calloc(1, sizeof(*session));
	int cpus = cpu_numbers();

	*out = session;
	if (!session || cpus < 0)
		return err_errno(err, session ? cpus : -ENOMEM, "cannot open a session");
	libbpf_set_print(print_libbpf);
	session->options = *options;
	session->cpus = cpus;
	session->slots = options->slots + options->newborns + options->each + 1;
	session->inventory = -1;
	return 0;
}

/* The kernel numbers controllers as it was built: enum cgroup_subsys_id. */
static int find_controller(struct session *session, struct err *err)
{
	const char *controller = session->options.controller;
	struct btf *btf = session->options.hierarchy ? btf__load_vmlinux_btf() : NULL;
	int id = btf ? btf__find_by_name_kind(btf, "cgroup_subsys_id", BTF_KIND_ENUM) : -1;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, id) : NULL;
	int rc = session->options.hierarchy ? -ENOENT : 0;
	char name[64];

	snprintf(name, sizeof(name), "%s_cgrp_id", controller ? controller : "");
	for (int i = 0; type && i < btf_vlen(type); i++) {
		if (strcmp(btf__name_by_offset(btf, btf_enum(type)[i].name_off), name))
			continue;
		session->controller = btf_enum(type)[i].val;
		rc = 0;
	}
	btf__free(btf);
	return rc ? err_set(err, rc, "this kernel knows no controller '%s' of cgroups",
			    controller) :
		    0;
}

/* What kernels without FEATURE_FETCH cannot do for whittle. */
static int check_old(const struct session *session, struct err *err)
{
	const struct session_options *options = &session->options;

	if (options->features & FEATURE_FETCH || (!options->each && !options->timing))
		return 0;
	return err_set(err, -ENOTSUP, "%s needs Linux 5.15 or newer, 5.18 on arm64",
		       options->each ? "--each" : "--stats");
}

/* Before 5.11 maps are locked memory, of which libbpf gets as much as it wants, if it may. */
static int explain_refusal(const struct session *session, struct err *err)
{
	struct rlimit limit;

	if (session->options.features & FEATURE_FETCH || privilege_has(CAP_SYS_RESOURCE) ||
	    getrlimit(RLIMIT_MEMLOCK, &limit) || limit.rlim_cur == RLIM_INFINITY)
		return err_errno(err, -EPERM,
				 "the kernel refuses to load BPF programs (lockdown, or a security module; 'whittle doctor' and -vv tell more)");
	return err_set(err, -EPERM,
		       "before Linux 5.11 BPF maps are locked memory, of which this process may have %llu KiB: give it CAP_SYS_RESOURCE, or no limit ('ulimit -l unlimited')",
		       (unsigned long long)limit.rlim_cur / 1024);
}

int session__open(const struct session_options *options, struct session **out, struct err *err)
{
	struct session *own_session session = NULL;
	int rc = new_session(options, &session, err);

	if (rc)
		return rc;
	rc = find_controller(session, err);
	if (rc)
		return rc;
	session_hooks_probe(session);
	session_choose_rows(session);
	rc = check_old(session, err);
	if (rc)
		return rc;
	rc = -ENOTSUP;
	/* whatever the reason is that a kernel refuses a program: the next one needs less */
	for (const struct hook *hook = NULL; rc && rc != -ENOMEM;) {
		hook = session_hook_next(session, hook);
		if (!hook)
			break;
		rc = load_logged(session, hook);
	}
	if (rc == -EPERM)
		return explain_refusal(session, err);
	if (rc && !(session->options.features & FEATURE_FETCH))
		return err_set(err, -ENOTSUP,
			       "this kernel refuses whittle's BPF programs: it needs Linux 5.10 or newer ('-vv' shows the reason)");
	if (rc)
		return err_errno(err, rc,
				 "this kernel refuses whittle's BPF programs ('-vv' shows its reason)");
	session->inventory =
		fcntl(bpf_program__fd(session->skel->progs.inventory), F_DUPFD_CLOEXEC, 0);
	rc = map_views(session, err);
	if (!rc)
		rc = map_ring(session, err);
	if (rc)
		return rc;
	/* early, as whoever opens a session asks next; nothing is armed yet */
	if (session->logged)
		session->logged =
			!session_attach(session, session->skel->progs.denied_logged, NULL);
	*out = steal_ptr(&session);
	return 0;
}

/* The links of all programs that are pinned, whichever they are. */
static int get_links(struct session *session, const char *dir, struct err *err)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, session->skel->obj)
	{
		struct bpf_link *link;
		int fd;

		if (pins_get_link(dir, bpf_program__name(program), &link))
			continue;
		fd = pins_get_program(dir, bpf_program__name(program), err);
		if (fd < 0) {
			bpf_link__destroy(link);
			return fd;
		}
		session->links[session->links_len].program = program;
		session->links[session->links_len].program_fd = fd;
		session->links[session->links_len++].link = link;
	}
	return session_hook_find(session) ?
		       0 :
		       err_set(err, -EPROTO, "no program is pinned at %s that counts calls", dir);
}

int session__open_pinned(const char *dir, const struct session_options *options,
			 struct session **out, struct err *err)
{
	struct session *own_session session = NULL;
	int own_fd btf = session_object_btf();
	int rc = new_session(options, &session, err);

	if (rc)
		return rc;
	session->pinned = true;
	rc = pins_check(dir, err);
	if (rc)
		return rc;
	session->skel = session_object_open_unfitted(btf);
	if (!session->skel)
		return err_errno(err, -errno, "cannot open %s", dir);
	rc = pins_get_maps(dir, session->skel->obj, err);
	if (rc)
		return rc;
	rc = tracer_bpf__load(session->skel);
	if (!rc)
		rc = session_object_map_variables(session->skel);
	if (rc)
		return err_errno(err, rc, "cannot open %s", dir);
	session->slots = session->skel->rodata->cfg_slots;
	session->options.each = session->skel->rodata->cfg_each ? session->slots - 1 : 0;
	session->shared_rows =
		session->skel->rodata->cfg_shared ? session->skel->rodata->cfg_shared_rows : 0;
	rc = get_links(session, dir, err);
	if (rc)
		return rc;
	for (size_t i = 0; i < session->links_len; i++) {
		session->options.denials |= session->links[i].program ==
					    session->skel->progs.denied_leave;
		session->logged |= session->links[i].program == session->skel->progs.denied_logged;
	}
	rc = session_find_args(session);
	if (rc)
		return err_errno(err, rc, "cannot open %s", dir);
	session->inventory =
		pins_get_program(dir, bpf_program__name(session->skel->progs.inventory), err);
	if (session->inventory < 0)
		return session->inventory;
	rc = map_views(session, err);
	if (!rc)
		rc = map_ring(session, err);
	if (rc)
		return rc;
	*out = steal_ptr(&session);
	return 0;
}

int session__pin(struct session *session, const char *dir, struct err *err)
{
	int rc = pins_put_maps(dir, session->skel->obj, err);

	if (!rc)
		rc = pins_put_program(dir, session->skel->progs.inventory, err);
	for (size_t i = 0; !rc && i < session->links_len; i++) {
		struct bpf_program *program = session->links[i].program;

		rc = pins_put_link(dir, bpf_program__name(program), session->links[i].link, err);
		if (!rc)
			rc = pins_put_program(dir, program, err);
	}
	if (!rc)
		rc = pins_seal(dir, err);
	session->pinned = !rc;
	return rc;
}

void session__free(struct session *session)
{
	if (!session)
		return;
	session__detach(session);
	if (session->inventory >= 0)
		close(session->inventory);
	ring_buffer__free(session->ring);
	news_unmap(&session->news);
	session_unmap_view(&session->counts);
	session_unmap_view(&session->first_seen);
	session_unmap_view(&session->timings);
	session_unmap_view(&session->entries);
	session_unmap_view(&session->kept);
	session_unmap_view(&session->filtered);
	session_unmap_view(&session->tuple_counts);
	session_unmap_view(&session->shared);
	session_unmap_each(session);
	arg_plan_clear(&session->plan);
	tracer_bpf__destroy(session->skel);
	free(session);
}

int session_attach(struct session *session, struct bpf_program *program, struct err *err)
{
	struct bpf_link *link = bpf_program__type(program) == BPF_PROG_TYPE_TRACEPOINT ?
					session_hook_attach_perf(session, program) :
					bpf_program__attach(program);

	if (!link)
		return err_errno(err, -errno, "cannot attach to %s",
				 bpf_program__section_name(program));
	session->links[session->links_len].program = program;
	session->links[session->links_len].program_fd = -1;
	session->links[session->links_len++].link = link;
	return 0;
}

void session__expect_helper(struct session *session, bool expect)
{
	__atomic_store_n(&session->skel->bss->helper_next, expect, __ATOMIC_RELEASE);
}

int session__inventory(struct session *session, struct err *err)
{
	int own_fd link = bpf_link_create(session->inventory, 0, BPF_TRACE_ITER, NULL);
	int own_fd fd = -1;
	char byte;
	ssize_t n;

	/* of one who was killed while he expected one */
	session__expect_helper(session, false);
	if (link < 0)
		return err_errno(err, link, "cannot look for processes inside the targets");
	fd = bpf_iter_create(link);
	if (fd < 0)
		return err_errno(err, fd, "cannot look for processes inside the targets");
	do /* the program prints nothing; reading to the end runs it for each task */
		n = read(fd, &byte, 1);
	while (n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN)));
	if (n < 0)
		return err_errno(err, -errno, "cannot look for processes inside the targets");
	return 0;
}

int session__poll_fd(const struct session *session)
{
	return ring_buffer__epoll_fd(session->ring);
}

int session__drain(struct session *session, struct err *err)
{
	int rc;

	if (!session->ring) {
		session_news_look(session);
		return 0;
	}
	rc = ring_buffer__consume(session->ring);

	return rc < 0 ? err_errno(err, rc, "cannot read the ring buffer") : 0;
}

void session__detach(struct session *session)
{
	if (!session->pinned && session->skel)
		session->skel->bss->calls_seen = 0;
	/* the counters first: they were the last to be attached */
	while (session->links_len) {
		bpf_link__destroy(session->links[--session->links_len].link);
		if (session->links[session->links_len].program_fd >= 0)
			close(session->links[session->links_len].program_fd);
	}
}
