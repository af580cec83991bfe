/* SPDX-License-Identifier: BSD-2-Clause */
/* A number in calls that change nothing: one for each bit of it. */
#include <sys/syscall.h>
#include <unistd.h>

static void spell(int number)
{
	static const long bits[] = {
		SYS_getpgid,
		SYS_getsid,
		SYS_getpriority,
		SYS_times,
		SYS_sysinfo,
		SYS_sched_get_priority_max,
		SYS_sched_get_priority_min,
		SYS_getitimer,
		SYS_getresuid,
		SYS_sched_getscheduler,
	};

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (number & 1 << i)
			syscall(bits[i], 0, 0, 0);
}
