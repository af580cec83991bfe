/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/* Executables by device and inode: known launchers, and those that groups in set-up ran without a filter. */
#ifndef WHITTLE_IMAGE_BPF_H
#define WHITTLE_IMAGE_BPF_H

#include "maps.bpf.h"
#include <bpf/bpf_core_read.h>

static __always_inline struct file_id image_of_file(struct file *file)
{
	return (struct file_id){.ino = BPF_CORE_READ(file, f_inode, i_ino),
				.dev = BPF_CORE_READ(file, f_inode, i_sb, s_dev)};
}

static __always_inline struct file_id image_of_task(struct task_struct *task)
{
	struct file *file = BPF_CORE_READ(task, mm, exe_file);

	return image_of_file(file);
}

static __always_inline bool image_same(const struct file_id *a, const volatile struct file_id *b)
{
	return a->ino == b->ino && a->dev == b->dev;
}

static __always_inline bool image_is_known(const struct file_id *exe)
{
	for (int i = 0; i < LAUNCHERS_MAX; i++)
		if (cfg_launchers[i].ino && image_same(exe, &cfg_launchers[i]))
			return true;
	return false;
}

#define image_name_begins(name, prefix)                                                            \
	({                                                                                         \
		bool same_ = true;                                                                 \
                                                                                                   \
		for (unsigned int i_ = 0; i_ < sizeof(prefix) - 1; i_++)                           \
			same_ = same_ && (name)[i_] == (prefix)[i_];                               \
		same_;                                                                             \
	})

/*
 * Does running `file` leave a group in set-up? The runtime runs itself once more (/proc/self/exe), or a copy of
 * itself in memory that a container cannot overwrite (CVE-2019-5736): "memfd:runc_cloned:...", "memfd:crun...".
 */
static __always_inline bool image_is_launcher(const struct file_id *exe,
					      const struct file_id *entered_with, struct file *file)
{
	char name[16] = {};

	if (image_same(exe, entered_with) || image_is_known(exe))
		return true;
	bpf_probe_read_kernel_str(name, sizeof(name),
				  BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return image_name_begins(name, "memfd:runc_") || image_name_begins(name, "memfd:crun");
}

/* The index of an executable in `images`, 0 if there is no room for it. */
static __always_inline __u32 image_index(const struct file_id *exe, struct file *file)
{
	for (__u32 i = 1; i < IMAGES_MAX; i++) {
		struct image *image = &images[i];
		__u64 old = __sync_val_compare_and_swap(&image->ino, 0, exe->ino);

		if (old == exe->ino && image->dev == exe->dev)
			return i;
		if (old == 0) {
			image->dev = exe->dev;
			bpf_probe_read_kernel_str(image->name, sizeof(image->name),
						  BPF_CORE_READ(file, f_path.dentry, d_name.name));
			return i;
		}
	}
	return 0;
}

#endif
