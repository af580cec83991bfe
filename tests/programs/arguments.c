/* build: -static -lseccomp */
// SPDX-License-Identifier: BSD-2-Clause
/*
 * Makes the calls that it is told, and prints the errno of each, 0 for none: "NAME:ARG:ARG...", or "iNUMBER:ARG..." by the i386
 * entry. "thread" in front of them all: each in a thread of its own. A child that a call makes ends at once.
 */
#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "raw.h"

static long number_of(const char *text, size_t len)
{
	char name[64];
	int number;

	snprintf(name, sizeof(name), "%.*s", (int)len, text);
	number = seccomp_syscall_resolve_name(name);
	if (number < 0) {
		fprintf(stderr, "arguments: no call is named %s here\n", name);
		_exit(2);
	}
	return number;
}

static void *make(void *text)
{
	char *word = text, *end = word + strcspn(word, ":");
	int i386 = *word == 'i' && isdigit((unsigned char)word[1]);
	unsigned long v[7] = {i386 ? atol(word + 1) : number_of(word, end - word)};
	long rc;

	for (int i = 1; i < 7 && *end == ':'; i++)
		v[i] = strtoul(end + 1, &end, 0);
	if (i386) {
#if defined(__x86_64__)
		rc = int80(v[0], v[1], v[2], v[3], v[4], v[5]);
#else
		rc = -ENOSYS;
#endif
	} else {
		rc = syscall(v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
		rc = rc == -1 ? -errno : rc;
	}
	return (void *)(rc < 0 && rc >= -4095 ? -rc : 0);
}

int main(int argc, char **argv)
{
	int threads = argc > 1 && !strcmp(argv[1], "thread");
	pid_t self = getpid();

	for (int i = 1 + threads; i < argc; i++) {
		pthread_t thread;
		void *error;

		if (threads && !pthread_create(&thread, NULL, make, argv[i]))
			pthread_join(thread, &error);
		else
			error = make(argv[i]);
		if (getpid() != self)
			_exit(0); /* a child of clone */
		printf("%ld %s\n", (long)error, argv[i]);
	}
	return 0;
}
