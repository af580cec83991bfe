// SPDX-License-Identifier: BSD-2-Clause
#include "cli/completion.h"
#include "base/capability.h"
#include "profile/emit.h"
#include "syscalls/arch.h"
#include "target/engine.h"

#include <stdio.h>
#include <string.h>

/* --- words that are in no row of an option --- */

static const char *arch_word(size_t i)
{
	return ++i < ARCH_COUNT ? arch_token(i) : NULL;
}

static const char *format_word(size_t i)
{
	return emit_formats[i].name;
}

static const char *capability_word(size_t i)
{
	return i < CAPABILITY_COUNT ? capability_names[i] : NULL;
}

static const char *command_word(size_t i)
{
	return commands[i] ? commands[i]->name : NULL;
}

/* What bash, zsh and fish read alike. Who does not answer at once is not waited for, and who may not ask gets no words. */
#define ASK    "timeout 2 "
#define SILENT " 2>/dev/null"

static void ask_containers(void)
{
	const char *before = "";

	/* those that have "run" have this "ps" as well */
	for (const struct engine *engine = engines; engine->name; engine++) {
		if (!engine->driver[0])
			continue;
		printf("%s" ASK "%s ps --format '{{.Names}}'" SILENT, before, engine->name);
		before = "; ";
	}
}

static void ask_units(void)
{
	printf(ASK "systemctl list-units --plain --no-legend --type=service,slice,scope" SILENT
		   " | cut -d ' ' -f 1");
}

static void ask_users(void)
{
	printf("cut -d : -f 1 /etc/passwd");
}

static void ask_recordings(void)
{
	printf(ASK "whittle status --json" SILENT
		   " | sed -n 's/^ *\"name\": \"\\(.*\\)\",$/\\1/p'");
}

/* The functions of the scripts that ask. */
static const struct question {
	const char *name;
	void (*ask)(void);
} questions[] = {
	{"_whittle_containers", ask_containers},
	{"_whittle_units", ask_units},
	{"_whittle_users", ask_users},
	{"_whittle_recordings", ask_recordings},
};

/* Words to choose from: all of them, by number, NULL behind the last; or the function that asks for them. */
struct offer {
	const char *of;
	const char *(*word)(size_t i);
	const char *question;
	const char *const *choices; /* the same as `word`, as options have them */
};

static const struct offer of_options[] = {
	{"arch", arch_word, NULL, NULL},
	{"format", format_word, NULL, NULL},
	{"cap", capability_word, NULL, NULL},
	{"container", NULL, "_whittle_containers", NULL},
	{"unit", NULL, "_whittle_units", NULL},
	{"user", NULL, "_whittle_users", NULL},
	{0},
};

/* Of the first word that is no option. */
static const struct offer of_commands[] = {
	{"status", NULL, "_whittle_recordings", NULL},
	{"snapshot", NULL, "_whittle_recordings", NULL},
	{"stop", NULL, "_whittle_recordings", NULL},
	{"help", command_word, NULL, NULL},
	{0},
};

/* Of nothing if there is none: it is a file, or anything. */
static struct offer offer_of(const struct offer *offers, const char *of)
{
	while (offers->of && strcmp(offers->of, of))
		offers++;
	return *offers;
}

static struct offer offer_of_option(const struct option_row *row)
{
	return row->choices ? (struct offer){.of = row->name, .choices = row->choices} :
			      offer_of(of_options, row->name);
}

static void print_words(const struct offer *offer)
{
	const char *word;

	for (size_t i = 0; (word = offer->word ? offer->word(i) : offer->choices[i]); i++)
		printf("%s%s", i ? " " : "", word);
}

/* The functions that ask: what the shell has before the name of one, behind it, and at the end. */
static void print_questions(const char *before, const char *begin, const char *end)
{
	for (size_t i = 0; i < ARRAY_LEN(questions); i++) {
		printf("%s%s%s", before, questions[i].name, begin);
		questions[i].ask();
		printf("%s", end);
	}
}

/* --- bash: one function, a case a command --- */

static void bash_offer(const struct offer *offer)
{
	if (offer->question) {
		printf("_whittle_lines < <(%s); return", offer->question);
		return;
	}
	printf("COMPREPLY=($(compgen -W \"");
	print_words(offer);
	printf("\" -- \"$word\")); return");
}

static void bash_option(const struct option_row *row)
{
	const struct offer offer = offer_of_option(row);

	if (!offer.of)
		return;
	printf("                --%s", row->name);
	if (row->letter)
		printf("|-%c", row->letter);
	printf(") ");
	bash_offer(&offer);
	printf(" ;;\n");
}

static void bash_command(const struct command *command)
{
	const struct offer offer = offer_of(of_commands, command->name);

	printf("        %s)\n            case $before in\n", command->name);
	for (const struct option_row *row = command->options; row->name; row++)
		bash_option(row);
	printf("            esac\n");
	if (offer.of) {
		printf("            [[ $word == -* ]] || { ");
		bash_offer(&offer);
		printf("; }\n");
	}
	printf("            options=\"");
	for (const struct option_row *row = command->options; row->name; row++) {
		printf("--%s ", row->name);
		if (row->letter)
			printf("-%c ", row->letter);
	}
	printf("\" ;;\n");
}

/* "record|enforce|audit" */
static void print_runners(void)
{
	const char *before = "";

	for (size_t i = 0; commands[i]; i++) {
		if (commands[i]->runs_another) {
			printf("%s%s", before, commands[i]->name);
			before = "|";
		}
	}
}

static void print_bash(void)
{
	printf("# bash completion for whittle\n");
	print_questions("", "() { ", "; }\n");
	/* compgen -W would run what stands in a name */
	printf("_whittle_lines() {\n    local line\n"
	       "    while IFS= read -r line; do [[ $line != \"$word\"* ]] || COMPREPLY+=(\"$line\"); done\n}\n"
	       "_whittle() {\n"
	       "    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} options= i\n"
	       /* readline takes "--option=word" for three */
	       "    [ \"$before\" != = ] || before=${COMP_WORDS[COMP_CWORD-2]}\n"
	       "    [ \"$word\" != = ] || word=\n"
	       "    if [ \"$COMP_CWORD\" = 1 ]; then\n        COMPREPLY=($(compgen -W \"--help --version");
	for (size_t i = 0; commands[i]; i++)
		printf(" %s", commands[i]->name);
	printf("\" -- \"$word\"))\n        return\n    fi\n");
	/* what follows "--" is another command's line: bash-completion, where it is loaded, knows how that goes on */
	printf("    case ${COMP_WORDS[1]} in ");
	print_runners();
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

static void zsh_offer(const struct offer *offer)
{
	if (!offer->of) {
		printf(":_files");
	} else if (offer->question) {
		printf(":{compadd - ${(f)\"$(%s)\"}}", offer->question);
	} else {
		printf(":(");
		print_words(offer);
		printf(")");
	}
}

static void zsh_row(const struct option_row *row)
{
	const struct offer offer = offer_of_option(row);

	printf(" \\\n            '%s--%s[",
	       row->kind == OPTION_TEXTS || row->kind == OPTION_COUNT ? "*" : "", row->name);
	zsh_text(row->help);
	printf("]");
	if (row->argument) {
		printf(row->kind == OPTION_SET ? "::" : ":");
		zsh_text(row->argument);
		zsh_offer(&offer);
	}
	printf("'");
}

static void print_zsh(void)
{
	/* "commands" itself is zsh's, and what completes the name of a command looks there */
	printf("#compdef whittle\n");
	print_questions("", "() { ", " }\n");
	printf("_whittle() {\n    local -a subcommands\n    subcommands=(\n");
	for (size_t i = 0; commands[i]; i++) {
		printf("        '%s:", commands[i]->name);
		zsh_text(commands[i]->summary);
		printf("'\n");
	}
	printf("    )\n    if (( CURRENT == 2 )); then\n        _describe command subcommands\n        return\n    fi\n"
	       "    local -i dashes=${words[(i)--]}\n    if [[ $words[2] == (");
	print_runners();
	printf(") ]] && (( dashes < CURRENT )); then\n"
	       "        shift $dashes words\n        (( CURRENT -= dashes ))\n        _normal\n        return\n    fi\n"
	       "    local command=$words[2]\n    shift words\n    (( CURRENT-- ))\n    case $command in\n");
	for (size_t i = 0; commands[i]; i++) {
		const struct offer offer = offer_of(of_commands, commands[i]->name);

		printf("    %s)\n        _arguments", commands[i]->name);
		for (const struct option_row *row = commands[i]->options; row->name; row++)
			zsh_row(row);
		printf(" \\\n            '%s:word", offer.of ? "1" : "*");
		zsh_offer(&offer);
		printf("' ;;\n");
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

static void fish_offer(const char *how, const struct offer *offer)
{
	printf("%s -a '", how);
	if (offer->question)
		printf("(%s)", offer->question);
	else
		print_words(offer);
	printf("'");
}

static void fish_row(const struct command *command, const struct option_row *row)
{
	const struct offer offer = offer_of_option(row);

	printf("complete -c whittle -n '__fish_seen_subcommand_from %s' -l %s", command->name,
	       row->name);
	if (row->letter)
		printf(" -s %c", row->letter);
	if (offer.of)
		fish_offer(" -x", &offer);
	else if (row->argument)
		printf(" -r");
	printf(" -d '");
	fish_text(row->help);
	printf("'\n");
}

static void print_fish(void)
{
	print_questions("function ", "\n    ", "\nend\n");
	for (size_t i = 0; commands[i]; i++) {
		const struct offer offer = offer_of(of_commands, commands[i]->name);

		printf("complete -c whittle -f -n __fish_use_subcommand -a %s -d '",
		       commands[i]->name);
		fish_text(commands[i]->summary);
		printf("'\n");
		if (offer.of) {
			printf("complete -c whittle -n '__fish_seen_subcommand_from %s'",
			       commands[i]->name);
			fish_offer(" -f", &offer);
			printf("\n");
		}
		for (const struct option_row *row = commands[i]->options; row->name; row++)
			fish_row(commands[i], row);
	}
}

void completion_print(enum shell shell)
{
	static void (*const print[])(void) =
		{[SHELL_BASH] = print_bash, [SHELL_ZSH] = print_zsh, [SHELL_FISH] = print_fish};

	print[shell]();
}
