// SPDX-License-Identifier: BSD-2-Clause
#include "cli/cmd.h"
#include "cli/completion.h"

#include <errno.h>

struct help_options {
	bool list_options, synopses;
	int shell;
};

/* In the order of enum shell. */
static const char *const shells[] = {"bash", "zsh", "fish", NULL};

static const struct option_row rows[] = {
	{"options", 0, OPTION_FLAG, NULL, "list every option of every command, one a line",
	 offsetof(struct help_options, list_options), NULL, 0},
	{"synopses", 0, OPTION_FLAG, NULL,
	 "print the usage of every command, and its options with their arguments",
	 offsetof(struct help_options, synopses), NULL, 0},
	{"completion", 0, OPTION_CHOICE, "SHELL", "print a script that completes: bash, zsh, fish",
	 offsetof(struct help_options, shell), shells, 0},
	{"help", 'h', OPTION_HELP, NULL, "show this help", 0, NULL, 0},
	{0},
};

static void list_options(void)
{
	printf("--help\n--version\n"); /* main's own */
	for (size_t c = 0; commands[c]; c++)
		for (const struct option_row *row = commands[c]->options; row->name; row++)
			printf("%s --%s\n", commands[c]->name, row->name);
}

/* What the synopsis and the options of the man page are held against. */
static void list_synopses(void)
{
	for (size_t c = 0; commands[c]; c++) {
		printf("whittle %s %s\n", commands[c]->name, commands[c]->synopsis);
		for (const struct option_row *row = commands[c]->options; row->name; row++) {
			char text[OPTION_TEXT_LEN];

			option_text(row, text);
			printf("  %s\n", text);
		}
	}
	printf("whittle --version\n"); /* main's own */
}

static void list_commands(void)
{
	printf("usage: whittle COMMAND [OPTION...]\n\n"
	       "whittle records the system calls of a container, a cgroup, a service or a command with an\n"
	       "eBPF program, and whittles a seccomp profile down to them.\n\n");
	for (size_t i = 0; commands[i]; i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n'whittle help COMMAND' tells more; 'whittle --version' (-V) is the version.\n");
}

static int run(const struct command *self, int argc, char **argv)
{
	struct help_options options = {.shell = SHELL_NONE};
	const struct command *about;
	struct err err = {0};
	int rest, status;

	if (command_is_answered(self, argc, argv, &options, &rest, &status))
		return status;
	if (options.list_options)
		list_options();
	else if (options.synopses)
		list_synopses();
	else if (options.shell != SHELL_NONE)
		completion_print(options.shell);
	else if (argc - rest > 1) {
		err_set(&err, -EINVAL, "help takes one command");
		return command_usage_error(self, &err);
	} else if (rest >= argc)
		list_commands();
	else if ((about = command_find(argv[rest])))
		command_print_help(about);
	else
		return command_unknown(argv[rest]);
	return STATUS_OK;
}

const struct command cmd_help = {
	.name = "help",
	.summary = "show what a command does and its options",
	.synopsis = "[OPTION...] [COMMAND]",
	.description = "Shows the list of commands, or the help of one.\n",
	.options = rows,
	.run = run,
};
