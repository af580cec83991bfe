/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Executables by device and inode: known launchers, by their names as well, and those that groups in set-up ran without a filter. */
#ifndef WHITTLE_IMAGE_BPF_H
#define WHITTLE_IMAGE_BPF_H

#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>

static __always_inline struct file_id image_of_file(struct file *file)
{
	return (struct file_id){.ino = BPF_CORE_READ(file, f_inode, i_ino),
				.dev = BPF_CORE_READ(file, f_inode, i_sb, s_dev)};
}

/* The begin of its name, with zeroes behind. */
struct image_name {
	__u64 words[LAUNCHER_NAME_LEN / 8];
};

static __always_inline bool image_same(const struct file_id *exe, const struct image_name *name,
				       const volatile struct launcher *launcher)
{
	/* one branch for the verifier to follow */
	return !((exe->ino ^ launcher->file.ino) | (exe->dev ^ launcher->file.dev) |
		 (name->words[0] ^ launcher->words[0]) | (name->words[1] ^ launcher->words[1]));
}

/* Leaves at the first hit: a compiler that makes branches of `known |= ...` gives the verifier 2^16 paths. */
static __always_inline bool image_is_known(const struct file_id *exe, const struct image_name *name)
{
	if (!exe->ino)
		return false;
	for (int i = 0; i < LAUNCHERS_MAX; i++)
		if (image_same(exe, name, &launchers[i]))
			return true;
	return false;
}

/* Does `name` begin with this literal of 9 to 15 bytes? Compared as two words, not as so many branches. */
#define image_name_begins(name, literal)                                                           \
	({                                                                                         \
		union {                                                                            \
			char text[16];                                                             \
			__u64 words[2];                                                            \
		} want_ = {.text = literal};                                                       \
                                                                                                   \
		(name)->words[0] == want_.words[0] &&                                              \
			((name)->words[1] & ((1ULL << 8 * (sizeof(literal) - 9)) - 1)) ==          \
				want_.words[1];                                                    \
	})

#define OVERLAYFS_MAGIC 0x794c7630

/* Is the file's mount in no namespace, as one is that was never put anywhere, and closed? That of a memfd has one, the kernel's own. */
static __always_inline bool image_is_detached(struct file *file)
{
	void *visible = BPF_CORE_READ(file, f_path.mnt);
	struct mount *mount = visible - bpf_core_field_offset(struct mount, mnt);

	return visible && !BPF_CORE_READ(mount, mnt_ns);
}

/*
 * Does running `file` leave a group in set-up? The runtime runs itself once more, or something of itself that a container cannot
 * overwrite (CVE-2019-5736): a copy in memory, "memfd:runc_cloned:...", "memfd:crun..."; or itself through a mount that is nowhere: an
 * overlay (runc from 1.2 on, under whatever name it has), or a clone of its own mount (crun). Only what is known is taken for one: a
 * shell that joins a cgroup and then runs a shell does not differ from a runtime in any other way.
 */
verified_once int image_is_launcher(__u64 ino, __u32 dev, __u64 address)
{
	const struct file_id exe = {.ino = ino, .dev = dev};
	struct file *file = (void *)address;
	union {
		char text[8];
		__u64 word;
	} crun = {.text = "crun"};
	struct image_name name = {};

	bpf_probe_read_kernel_str(&name, sizeof(name),
				  BPF_CORE_READ(file, f_path.dentry, d_name.name));
	if (image_is_known(&exe, &name) || image_name_begins(&name, "memfd:runc_") ||
	    image_name_begins(&name, "memfd:crun"))
		return true;
	return image_is_detached(file) &&
	       (name.words[0] == crun.word ||
		BPF_CORE_READ(file, f_inode, i_sb, s_magic) == OVERLAYFS_MAGIC);
}

/* The index of an executable in the images of a slot, 0 if there is no room for it. */
verified_once int image_index(__u32 slot, __u64 ino, __u32 dev)
{
	struct image *images = slot_of(slot)->images;

	for (__u32 i = 1; i < IMAGES_MAX; i++) {
		__u64 old = compare_exchange(&images[i].ino, 0, ino);

		if (!old) {
			images[i].dev = dev;
			return i;
		}
		if (!((old ^ ino) | (images[i].dev ^ dev)))
			return i;
	}
	return 0;
}

#endif
