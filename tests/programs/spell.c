// SPDX-License-Identifier: BSD-2-Clause
/* Spells a number in calls that change nothing: one for each bit of it. */
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
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
	int number = argc > 1 ? atoi(argv[1]) : 0;

	for (size_t i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if (number & 1 << i)
			syscall(bits[i], 0, 0, 0);
	return 0;
}
