// SPDX-License-Identifier: BSD-2-Clause
/*
 * The object that holds the programs, and those for older kernels: one source, so the same maps and names (bpf/atomic.bpf.h, bpf/verdict.bpf.h).
 */
#include "record/features.h"
#include "record/session_private.h"
#include "tracer.skel.h"
#include "tracer_5_10.skel.h"
#include "tracer_6_1.skel.h"

#include <bpf/btf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define ASSERT_SAME(other)                                                                         \
	_Static_assert(sizeof(struct tracer_bpf) == sizeof(struct other), "the same programs");    \
	_Static_assert(sizeof(*((struct tracer_bpf *)NULL)->bss) ==                                \
			       sizeof(*((struct other *)NULL)->bss),                               \
		       "the same variables");                                                      \
	_Static_assert(sizeof(*((struct tracer_bpf *)NULL)->rodata) ==                             \
			       sizeof(*((struct other *)NULL)->rodata),                            \
		       "the same constants")

ASSERT_SAME(tracer_5_10_bpf);
ASSERT_SAME(tracer_6_1_bpf);

static struct tracer_bpf *open_bytes(const void *(*bytes)(size_t *),
				     const struct bpf_object_open_opts *options)
{
	struct tracer_bpf *skel = calloc(1, sizeof(*skel));
	int rc = skel ? tracer_bpf__create_skeleton(skel) : -ENOMEM;

	if (!rc) {
		skel->skeleton->data = (void *)bytes(&skel->skeleton->data_sz);
		rc = bpf_object__open_skeleton(skel->skeleton, options);
	}
	if (!rc)
		return skel;
	tracer_bpf__destroy(skel);
	errno = -rc;
	return NULL;
}

struct tracer_bpf *session_object_open(unsigned int features)
{
	if (!(features & FEATURE_FETCH))
		return open_bytes(tracer_5_10_bpf__elf_bytes, NULL);
	return open_bytes(features & FEATURE_VERDICTS ? tracer_bpf__elf_bytes :
							tracer_6_1_bpf__elf_bytes,
			  NULL);
}

int session_object_btf(void)
{
	struct btf *btf = btf__new_empty();
	int own_fd fd = memfd_create("whittle-btf", MFD_CLOEXEC);
	const void *data = NULL;
	ssize_t written = -1;
	__u32 len = 0;

	if (!libbpf_get_error(btf))
		data = btf__raw_data(btf, &len);
	if (data && fd >= 0)
		written = write(fd, data, len);
	btf__free(btf);
	return written == (ssize_t)len ? steal_fd(&fd) : -1;
}

struct tracer_bpf *session_object_open_unfitted(int btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, options);
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", btf);
	options.btf_custom_path = btf >= 0 ? path : NULL;
	/* for one function that it looks for libbpf would read all of it */
	return open_bytes(tracer_6_1_bpf__elf_bytes, &options);
}

int session_object_map_variables(struct tracer_bpf *skel)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, skel->obj)
	{
		__u32 flags = bpf_map__map_flags(map);
		void *variables;
		size_t size;

		/* what has static variables alone, which nobody looks at from here, cannot be mapped */
		if (!bpf_map__is_internal(map) || !(flags & BPF_F_MMAPABLE))
			continue;
		variables = (void *)bpf_map__initial_value(map, &size);
		if (mmap(variables, session_pages(size),
			 flags & BPF_F_RDONLY_PROG ? PROT_READ : PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, bpf_map__fd(map), 0) == MAP_FAILED)
			return -errno;
	}
	return 0;
}
