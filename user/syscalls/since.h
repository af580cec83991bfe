/* SPDX-License-Identifier: BSD-2-Clause */
/* Since when a call exists: in Linux, and in libseccomp, whose name for it a runtime needs. Only of calls since Linux 3.17. */
#pragma once

/** "6.10"; NULL: it is older, or nobody knows it. */
const char *syscall_since_linux(const char *name);

/** "2.6.0"; NULL: as syscall_since_linux(), or no release before 2.5.5 lacks it. */
const char *syscall_since_libseccomp(const char *name);
