// SPDX-License-Identifier: BSD-2-Clause
/* whittle: records what a container, a cgroup, a service or a command calls, and whittles a seccomp profile down to that. */
#include "base/log.h"
#include "base/spelling.h"
#include "cli/cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#ifndef WHITTLE_VERSION
#error "the Makefile defines WHITTLE_VERSION"
#endif

const struct command *const commands[] = {
	&cmd_record,  &cmd_start,   &cmd_status,  &cmd_snapshot, &cmd_stop,  &cmd_enforce,
	&cmd_audit,   &cmd_show,    &cmd_explain, &cmd_diff,     &cmd_check, &cmd_merge,
	&cmd_convert, &cmd_profile, &cmd_hook,    &cmd_doctor,   &cmd_help,  NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

void command_print_help(const struct command *command)
{
	printf("usage: whittle %s %s\n\n%s\n", command->name, command->synopsis,
	       command->description);
	options_print(command->options);
}

int command_unknown(const char *name)
{
	struct spelling spelling = {.word = name};

	for (size_t i = 0; commands[i]; i++)
		spelling_try(&spelling, commands[i]->name);
	/* where others have commands */
	spelling_try(&spelling, "--version");
	spelling_try(&spelling, "--help");
	log_error("there is no command '%s'%s; see 'whittle help'", name,
		  spelling_hint(&spelling, ""));
	return STATUS_USAGE;
}

int command_usage_error(const struct command *command, const struct err *err)
{
	log_error("%s; see 'whittle %s --help'", err->text, command->name);
	return STATUS_USAGE;
}

bool command_is_answered(const struct command *command, int argc, char **argv, void *into,
			 int *rest, int *status)
{
	struct err err = {0};
	bool help;
	int rc;

	if (command->runs_another)
		rc = options_parse(command->options, argc, argv, into, rest, &help, &err);
	else
		rc = options_parse_anywhere(command->options, argc, argv, into, rest, &help, &err);
	if (rc) {
		*status = command_usage_error(command, &err);
		return true;
	}
	if (help)
		command_print_help(command);
	*status = STATUS_OK;
	return help;
}

/* What was printed is not lost in silence, as in a full file; and 1 is a finding for some commands. */
static int after_printing(int status)
{
	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	log_error("cannot write to standard output: %s",
		  errno ? strerror(errno) : "some of it is lost");
	return status <= STATUS_FAILED ? STATUS_USAGE : status;
}

/*
 * A standard file that is closed is opened, or the next file would take its place. Not for its purpose: that it is not there is an error, as
 * it would be else. Closed again for a command that is run.
 */
static void hold_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null",
			  (fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY) | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
}

int main(int argc, char **argv)
{
	const struct command *command;
	const char *word = argc > 1 ? argv[1] : NULL;

	hold_standard_files();

	if (word && (!strcmp(word, "--version") || !strcmp(word, "-V"))) {
		printf("whittle %s\n", WHITTLE_VERSION);
		return after_printing(STATUS_OK);
	}
	if (word && (!strcmp(word, "--help") || !strcmp(word, "-h")))
		return after_printing(cmd_help.run(&cmd_help, 1, argv + 1));
	command = word ? command_find(word) : NULL;
	if (command)
		return after_printing(command->run(command, argc - 1, argv + 1));
	if (word)
		return command_unknown(word);
	log_error("a command is missing; see 'whittle help'");
	return STATUS_USAGE;
}
