// SPDX-License-Identifier: BSD-2-Clause
#include "target/census.h"
#include "base/clock.h"
#include "base/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#define NS_PER_MS 1000000
/* Four engines, each of which has five seconds; and the rest before they are asked. */
#define WAIT_MAX_MS 60000
/* Without engines the answer is there at once: who asks without end is not to keep a CPU busy. */
#define REST_MIN_MS 50

/* Rows of the process beside are ours, as they are: it is this program, and `engine` points to the same table. */
struct answer {
	size_t len; /* rows that follow */
};

static int compare_ids(const void *a, const void *b)
{
	return strcmp(((const struct engine_container *)a)->id,
		      ((const struct engine_container *)b)->id);
}

/* An engine that does not answer knows none. */
static void list_all(struct engine_containers *containers)
{
	engine_containers_clear(containers);
	for (const struct engine *engine = engines; engine->name; engine++)
		if (engine_is_installed(engine) && !engine_check_local(engine, NULL) &&
		    engine_list(engine, containers, NULL))
			continue;
	if (containers->len)
		qsort(containers->row, containers->len, sizeof(*containers->row), compare_ids);
}

/* Ids of engines may be the beginning of the whole one. */
static int compare_beginning(const void *key, const void *row)
{
	const struct engine_container *container = row;

	return strncmp(key, container->id, strlen(container->id));
}

const struct engine_container *census_find(const struct engine_containers *containers,
					   const char *id)
{
	return containers->len ? bsearch(id, containers->row, containers->len,
					 sizeof(*containers->row), compare_beginning) :
				 NULL;
}

/* --- the process beside --- */

static int write_all(int fd, const void *data, size_t len)
{
	for (const char *at = data; len;) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0) {
			at += n;
			len -= n;
		}
	}
	return 0;
}

static int answer(int to)
{
	struct engine_containers own_engine_containers containers = {0};
	struct answer head;
	int rc;

	list_all(&containers);
	head.len = containers.len;
	rc = write_all(to, &head, sizeof(head));
	return rc ? rc : write_all(to, containers.row, head.len * sizeof(*containers.row));
}

/* As long as asking took; false: whittle has ended. */
static bool rest(int requests, uint64_t begun)
{
	struct pollfd whittle = {.fd = requests}; /* tells of the end, and not of requests */
	uint64_t took = (clock_ns(CLOCK_MONOTONIC) - begun) / NS_PER_MS;

	return !poll(&whittle, 1, took > REST_MIN_MS ? took : REST_MIN_MS);
}

static int run(int requests, void *context)
{
	const int to = *(const int *)context;
	char request;

	/* asking may take long: it ends with whittle, however that ends */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		return 1;
	while (read(requests, &request, 1) == 1) {
		uint64_t begun = clock_ns(CLOCK_MONOTONIC);

		if (answer(to) || !rest(requests, begun))
			break;
	}
	return 0;
}

int census_start(struct census *census, struct err *err)
{
	int own_fd to = -1;
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC))
		return err_errno(err, -errno, "cannot ask engines");
	census->answer = ends[0];
	to = ends[1];
	rc = spawn_helper(run, &to, to, &census->pid, &census->request, err);
	if (!rc && fcntl(census->answer, F_SETFL, O_NONBLOCK))
		rc = err_errno(err, -errno, "cannot ask engines");
	return rc;
}

void census_end(struct census *census)
{
	if (census->request >= 0)
		close(census->request);
	if (census->answer >= 0)
		close(census->answer);
	if (census->pid) {
		kill(census->pid, SIGKILL); /* what it has asked is killed with it */
		while (waitpid(census->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	buf__clear(&census->text);
	*census = CENSUS_NONE;
	census->done = UINT64_MAX;
}

static void begin(struct census *census)
{
	census->begun++;
	if (write_all(census->request, "", 1))
		census_end(census);
}

uint64_t census_ask(struct census *census)
{
	uint64_t number = census->begun + 1;

	if (census->done == UINT64_MAX)
		return number;
	if (census->begun == census->done)
		begin(census);
	else
		census->wanted = true;
	return number;
}

static bool is_complete(const struct census *census, struct answer *head)
{
	if (census->text.len < sizeof(*head))
		return false;
	memcpy(head, census->text.data, sizeof(*head));
	return census->text.len - sizeof(*head) >= head->len * sizeof(struct engine_container);
}

bool census_take(struct census *census, struct engine_containers *containers)
{
	struct engine_container *rows = NULL;
	struct answer head;
	char chunk[65536];
	ssize_t n;

	if (census->answer < 0)
		return false;
	while ((n = read(census->answer, chunk, sizeof(chunk))) > 0)
		buf__add(&census->text, chunk, n);
	if (!n || errno != EAGAIN || buf__error(&census->text)) {
		census_end(census);
		return true;
	}
	if (!is_complete(census, &head))
		return false;
	if (head.len && !(rows = reallocarray(NULL, head.len, sizeof(*rows)))) {
		census_end(census); /* none would be an answer, and not this one */
		return true;
	}
	engine_containers_clear(containers);
	if (rows)
		memcpy(rows, census->text.data + sizeof(head), head.len * sizeof(*rows));
	*containers = (struct engine_containers){.row = rows, .len = head.len, .room = head.len};
	buf__clear(&census->text);
	census->done++;
	if (census->wanted) {
		census->wanted = false;
		begin(census);
	}
	return true;
}

void census_wait(struct census *census, struct engine_containers *containers)
{
	uint64_t number = census_ask(census);

	while (census->answer >= 0 && census->done < number) {
		struct pollfd answer = {.fd = census->answer, .events = POLLIN};
		int ready = poll(&answer, 1, WAIT_MAX_MS);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return;
		census_take(census, containers);
	}
}
