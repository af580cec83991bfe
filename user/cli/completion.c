// SPDX-License-Identifier: BSD-2-Clause
#include "cli/completion.h"

#include <stdio.h>
#include <string.h>

/* --- bash: one function, a case a command --- */

static void bash_choices(const struct option_row *rows)
{
	for (; rows->name; rows++) {
		if (rows->kind != OPTION_CHOICE)
			continue;
		printf("                --%s) COMPREPLY=($(compgen -W \"", rows->name);
		for (size_t i = 0; rows->choices[i]; i++)
			printf("%s%s", i ? " " : "", rows->choices[i]);
		printf("\" -- \"$word\")); return ;;\n");
	}
}

static void bash_command(const struct command *command)
{
	printf("        %s)\n            case $before in\n", command->name);
	bash_choices(command->options);
	printf("            esac\n            options=\"");
	for (const struct option_row *row = command->options; row->name; row++) {
		printf("--%s ", row->name);
		if (row->letter)
			printf("-%c ", row->letter);
	}
	printf("\" ;;\n");
}

/* "record|enforce|audit" */
static void print_runners(const struct command *const *commands)
{
	const char *before = "";

	for (size_t i = 0; commands[i]; i++) {
		if (commands[i]->runs_another) {
			printf("%s%s", before, commands[i]->name);
			before = "|";
		}
	}
}

static void print_bash(const struct command *const *commands)
{
	printf("# bash completion for whittle\n_whittle() {\n"
	       "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options= i\n"
	       "    if [ \"$COMP_CWORD\" = 1 ]; then\n        COMPREPLY=($(compgen -W \"--help --version");
	for (size_t i = 0; commands[i]; i++)
		printf(" %s", commands[i]->name);
	printf("\" -- \"$word\"))\n        return\n    fi\n");
	/* what follows "--" is another command's line: bash-completion, where it is loaded, knows how that goes on */
	printf("    case ${COMP_WORDS[1]} in ");
	print_runners(commands);
	printf(") i=2 ;; *) i=$COMP_CWORD ;; esac\n"
	       "    for (( ; i < COMP_CWORD; i++)); do\n"
	       "        [ \"${COMP_WORDS[i]}\" = -- ] || continue\n"
	       "        if declare -F _command_offset >/dev/null; then\n"
	       "            _command_offset $((i + 1))\n"
	       "        elif [ $((i + 1)) = \"$COMP_CWORD\" ]; then\n"
	       "            COMPREPLY=($(compgen -c -- \"$word\"))\n"
	       "        else\n"
	       "            COMPREPLY=($(compgen -f -- \"$word\"))\n"
	       "        fi\n        return\n    done\n"
	       "    case ${COMP_WORDS[1]} in\n");
	for (size_t i = 0; commands[i]; i++)
		bash_command(commands[i]);
	printf("    esac\n    case $word in\n    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n"
	       "    *) COMPREPLY=($(compgen -f -- \"$word\")) ;;\n    esac\n}\n"
	       "complete -o filenames -F _whittle whittle\n");
}

/* --- zsh: _arguments rows --- */

/* In single quotes, inside of brackets: those and colons mean something to _arguments. */
static void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\''");
		else if (strchr("[]:\\", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_row(const struct option_row *row)
{
	printf(" \\\n            '%s--%s[",
	       row->kind == OPTION_TEXTS || row->kind == OPTION_COUNT ? "*" : "", row->name);
	zsh_text(row->help);
	printf("]");
	if (row->kind == OPTION_CHOICE) {
		printf(":%s:(", row->argument);
		for (size_t i = 0; row->choices[i]; i++)
			printf("%s%s", i ? " " : "", row->choices[i]);
		printf(")");
	} else if (row->argument) {
		printf(row->kind == OPTION_SET ? "::" : ":");
		zsh_text(row->argument);
		printf(":_files");
	}
	printf("'");
}

static void print_zsh(const struct command *const *commands)
{
	/* "commands" itself is zsh's, and what completes the name of a command looks there */
	printf("#compdef whittle\n_whittle() {\n    local -a subcommands\n    subcommands=(\n");
	for (size_t i = 0; commands[i]; i++) {
		printf("        '%s:", commands[i]->name);
		zsh_text(commands[i]->summary);
		printf("'\n");
	}
	printf("    )\n    if (( CURRENT == 2 )); then\n        _describe command subcommands\n        return\n    fi\n"
	       "    local -i dashes=${words[(i)--]}\n    if [[ $words[2] == (");
	print_runners(commands);
	printf(") ]] && (( dashes < CURRENT )); then\n"
	       "        shift $dashes words\n        (( CURRENT -= dashes ))\n        _normal\n        return\n    fi\n"
	       "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n");
	for (size_t i = 0; commands[i]; i++) {
		printf("    %s)\n        _arguments", commands[i]->name);
		for (const struct option_row *row = commands[i]->options; row->name; row++)
			zsh_row(row);
		printf(" \\\n            '*:file:_files' ;;\n");
	}
	printf("    esac\n}\n_whittle \"$@\"\n");
}

/* --- fish: a line an option --- */

static void fish_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			putchar('\\');
		putchar(*text);
	}
}

static void fish_row(const struct command *command, const struct option_row *row)
{
	printf("complete -c whittle -n '__fish_seen_subcommand_from %s' -l %s", command->name,
	       row->name);
	if (row->letter)
		printf(" -s %c", row->letter);
	if (row->kind == OPTION_CHOICE) {
		printf(" -x -a '");
		for (size_t i = 0; row->choices[i]; i++)
			printf("%s%s", i ? " " : "", row->choices[i]);
		printf("'");
	} else if (row->argument) {
		printf(" -r");
	}
	printf(" -d '");
	fish_text(row->help);
	printf("'\n");
}

static void print_fish(const struct command *const *commands)
{
	for (size_t i = 0; commands[i]; i++) {
		printf("complete -c whittle -f -n __fish_use_subcommand -a %s -d '",
		       commands[i]->name);
		fish_text(commands[i]->summary);
		printf("'\n");
		for (const struct option_row *row = commands[i]->options; row->name; row++)
			fish_row(commands[i], row);
	}
}

void completion_print(enum shell shell, const struct command *const *commands)
{
	static void (*const print[])(const struct command *const *commands) =
		{[SHELL_BASH] = print_bash, [SHELL_ZSH] = print_zsh, [SHELL_FISH] = print_fish};

	print[shell](commands);
}
