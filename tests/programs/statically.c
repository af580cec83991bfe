/* build: -static */
// SPDX-License-Identifier: BSD-2-Clause
/* A static program: no loader, another libc start. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

static int by_value(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(int));
}

int main(void)
{
	size_t len = 100000;
	int *values = malloc(len * sizeof(*values));
	FILE *file = fopen("values", "w+");
	struct stat st;

	if (!values || !file)
		return 1;
	for (size_t i = 0; i < len; i++)
		values[i] = (int)(i * 7919 % 104729);
	qsort(values, len, sizeof(*values), by_value);
	fwrite(values, sizeof(*values), len, file);
	fflush(file);
	rewind(file);
	if (fread(values, sizeof(*values), len, file) != len || fstat(fileno(file), &st))
		return 1;
	fclose(file);
	free(values);
	rename("values", "sorted");
	printf("%lld bytes\n", (long long)st.st_size);
	return unlink("sorted");
}
