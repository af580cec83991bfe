// SPDX-License-Identifier: BSD-2-Clause
#include "cli/audit_update.h"
#include "base/fs.h"
#include "base/log.h"
#include "cli/audit_args.h"
#include "cli/audit_report.h"
#include "profile/amend.h"
#include "profile/decision.h"
#include "profile/hazard.h"
#include "profile/emit_oci.h"
#include "profile/evaluate.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

/* What is done about a denial. */
enum step {
	STEP_ADD,        /* allowed whole */
	STEP_ADD_SUB,    /* one subcall of a multiplexer */
	STEP_ADD_ARGS,   /* with the arguments that it was denied with, and no others */
	STEP_MANY,       /* with too many to list: allowed whole */
	STEP_ADD_ALL,    /* all subcalls: a log does not tell which one it was */
	STEP_WHOLE,      /* there were conditions on it: allowed whole */
	STEP_ARCH,       /* its name is allowed, its architecture is not */
	STEP_OTHERS,     /* the same of the first; of the others the arguments are not known */
	STEP_ALLOWED,    /* by this profile it is allowed: another filter, or an older profile */
	STEP_ENOSYS,     /* that is what the profile means to answer */
	STEP_SUPERVISED, /* a supervisor decides */
	STEP_ELSEWHERE,  /* on a machine that the profile is not for */
	STEP_UNNAMED,
	STEP_COUNT,
};

/* What is said of it, with the name of the file and of the call; NULL: in one line for all. */
static const struct {
	bool adds;
	const char *says;
} steps[STEP_COUNT] = {
	[STEP_ADD] = {true, "allows %s now"},
	[STEP_ADD_SUB] = {true, "allows %s now"},
	[STEP_ADD_ARGS] = {true, "allows %s now"},
	[STEP_MANY] =
		{true,
		 "allows %s now, whatever its arguments: it was denied with more of them than are kept"},
	[STEP_ADD_ALL] =
		{true, "allows %s now, all that it does: a log does not say which subcall it was"},
	[STEP_WHOLE] = {true, "allows %s now, whatever its arguments: it had conditions for it"},
	[STEP_ARCH] = {true, "allows %s now: the architecture was not listed"},
	[STEP_OTHERS] =
		{false,
		 "allows %s already as it was called first: another filter may have denied it; with which arguments the others were called is not known, and nothing is added for them"},
	[STEP_ALLOWED] =
		{false,
		 "allows %s already: another filter denied it, or an older version of the profile"},
	[STEP_ENOSYS] = {false, NULL},
	[STEP_SUPERVISED] = {false,
			     "leaves %s to a supervisor, which the kernel asks; it is not added"},
	[STEP_ELSEWHERE] = {false,
			    "is for another machine than the one that denied %s; it is not added"},
	[STEP_UNNAMED] = {false,
			  "cannot allow %s: a number without a name (libseccomp is older than it)"},
};

struct updating {
	const struct audit_update *update;
	const char *name; /* of the file, for people */
	const char *made; /* of the one that is written */
	struct node document;
	struct node *root; /* borrowed from the document */
	struct profile profile;
	enum arch native;
	struct names done;             /* what is allowed whole by now */
	struct denials subs;           /* of which single subcalls are */
	const struct denials *denials; /* borrowed */
	struct audit_args args;        /* that conditions are added for */
	struct names held;             /* what has got them */
	struct buf enosys;
	size_t added;
};

static void updating_clear(struct updating *u)
{
	node_clear(&u->document);
	profile_clear(&u->profile);
	names_clear(&u->done);
	denials_clear(&u->subs);
	audit_args_clear(&u->args);
	names_clear(&u->held);
	buf__clear(&u->enosys);
}

/* --- what is to be done --- */

static bool asks(enum action action)
{
	return action == ACTION_NOTIFY || action == ACTION_TRACE;
}

static bool is_supervised(const struct profile *profile, const char *name)
{
	bool found = asks(profile->default_action);
	struct outcome outcome;

	if (decision_is_simple(profile, name, &outcome))
		return found || asks(outcome.action);
	for (size_t i = 0; i < profile->rules_len; i++)
		found |= asks(profile->rules[i].action) &&
			 names_has(&profile->rules[i].names, name);
	return found;
}

/* The errno is not in a log: there the profile tells what it answers. */
static bool is_enosys(const struct updating *u, const struct denial *denial, const char *name)
{
	struct outcome outcome;

	if (denial->action != DENIAL_ERRNO || denial->error)
		return !denial_is_finding(denial);
	return decision_is_simple(&u->profile, name, &outcome) && outcome.action == ACTION_ERRNO &&
	       outcome.errno_value == ENOSYS;
}

static bool is_allowed(const struct updating *u, const struct denial *denial, const char *name)
{
	uint64_t args[6] = {denial->call.sub};
	struct outcome outcome;

	if (denial->args_known)
		memcpy(args, denial->args, sizeof(args));
	if (denial->args_known || denial->call.sub)
		return evaluate(&u->profile, &denial->call, args).outcome.action == ACTION_ALLOW;
	return decision_is_simple(&u->profile, name, &outcome) && outcome.action == ACTION_ALLOW;
}

/* Why not all arguments are known that the call was denied with. */
static enum open_reason open_reason(const struct updating *u, const struct denial *denial)
{
	const struct tuples *all = tuples_find(&u->denials->arguments, &denial->call);

	return all ? all->open : OPEN_UNKNOWN;
}

/* What lets the first of them in may refuse the others, if only the first one's arguments are known. */
static bool is_first_of_several(const struct updating *u, const struct denial *denial,
				const char *name)
{
	struct outcome outcome;

	return open_reason(u, denial) != OPEN_NOT && denial->args_known && denial->count > 1 &&
	       !decision_is_simple(&u->profile, name, &outcome);
}

/* `arch_new`: the profile does not list its architecture yet, and is looked at as if it did. */
static enum step choose(const struct updating *u, const struct denial *denial, const char *name,
			bool arch_new)
{
	struct outcome outcome;

	if (audit_args_find(&u->args, name))
		return STEP_ADD_ARGS;
	if (is_allowed(u, denial, name))
		return arch_new                             ? STEP_ARCH :
		       is_first_of_several(u, denial, name) ? STEP_OTHERS :
							      STEP_ALLOWED;
	if (!u->update->enosys && is_enosys(u, denial, name))
		return STEP_ENOSYS;
	if (is_supervised(&u->profile, name))
		return STEP_SUPERVISED;
	if (syscall_is_multiplexer(&denial->call))
		return denial->call.sub ? STEP_ADD_SUB : STEP_ADD_ALL;
	if (open_reason(u, denial) == OPEN_MANY || open_reason(u, denial) == OPEN_ROOM)
		return STEP_MANY;
	return decision_is_simple(&u->profile, name, &outcome) ? STEP_ADD : STEP_WHOLE;
}

/* --- doing it --- */

static void tell(const struct updating *u, const struct denial *denial, enum step step)
{
	char call[2 * SYSCALL_NAME_LEN], name[SYSCALL_NAME_LEN], action[SYSCALL_NAME_LEN];
	struct buf own_buf args = BUF_INIT, own_buf says = BUF_INIT;
	char comm[RECORDING_COMM_LEN];
	const char *text;

	recording_comm_text(denial->comm, comm);
	audit_call_text(&denial->call, call);
	audit_action_text(denial, action);
	if (step == STEP_ADD_ARGS && syscall_name(&denial->call, name))
		audit_args_text(&u->args, name, &args);
	buf__addf(&says, steps[step].says, args.len ? buf__text(&args) : call);
	text = buf__text(&says);
	if (steps[step].adds)
		log_note("%s %s (%s, %s, %" PRIu64 "x%s%s)", u->made, text,
			 arch_token(denial->call.arch), action, denial->count,
			 *comm ? ", first by " : "", comm);
	else
		log_warn("%s %s (%s, %s)", u->name, text, audit_arch_text(denial->call.arch),
			 action);
}

/* An architecture that no machine has which the profile is for, as far as that is known. */
static bool is_elsewhere(const struct updating *u, enum arch arch)
{
	const enum arch host = arch_host(arch);
	bool elsewhere = host != u->native;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		elsewhere &= !u->profile.arches[a] || arch_host(a) != host;
	return elsewhere;
}

/* As if it were listed: without it the profile says nothing about its calls. True: it is not, and must be for what is added. */
static bool assume_arch(struct updating *u, enum arch arch)
{
	bool lists_some = false;

	for (enum arch a = ARCH_INVALID + 1; a < ARCH_COUNT; a++)
		lists_some |= u->profile.arches[a];
	if (lists_some ? u->profile.arches[arch] : arch == u->native)
		return false;
	if (!lists_some)
		u->profile.arches[u->native] = true;
	u->profile.arches[arch] = true;
	return true;
}

/* A rule for each term of what it was denied with. */
static int add_args(struct updating *u, const char *name)
{
	const struct region *region = audit_args_find(&u->args, name);
	int rc = names_add(&u->held, name);

	for (size_t i = 0; !rc && i < region->len; i++)
		rc = amend_allow(u->root, &u->profile, name, &region->terms[i]);
	return rc;
}

static int add_call(struct updating *u, const struct denial *denial, const char *name,
		    bool arch_new, enum step step)
{
	int rc = arch_new ?
			 amend_add_arch(u->root, denial->call.arch, arch_host(denial->call.arch)) :
			 0;

	if (!rc && step == STEP_ADD_SUB) {
		rc = amend_allow_subcall(u->root, &u->profile, &denial->call, name);
		rc = rc ? rc : denials_add(&u->subs, denial);
	} else if (!rc && step == STEP_ADD_ARGS) {
		rc = add_args(u, name);
	} else if (!rc && step != STEP_ARCH) {
		rc = amend_allow(u->root, &u->profile, name, NULL);
	}
	if (!rc && step != STEP_ADD_SUB && step != STEP_ADD_ARGS && step != STEP_ARCH)
		rc = names_add(&u->done, name);
	u->added++;
	return rc;
}

static int update_one(struct updating *u, const struct denial *denial, struct err *err)
{
	char name[SYSCALL_NAME_LEN];
	bool arches[ARCH_COUNT], arch_new;
	enum step step = STEP_ARCH;

	if (is_elsewhere(u, denial->call.arch)) {
		tell(u, denial, STEP_ELSEWHERE);
		return 0;
	}
	if (!syscall_name(&denial->call, name)) {
		tell(u, denial, STEP_UNNAMED);
		return 0;
	}
	memcpy(arches, u->profile.arches, sizeof(arches));
	arch_new = (denial_is_finding(denial) || u->update->enosys) &&
		   assume_arch(u, denial->call.arch);
	if (!names_has(&u->done, name) && !names_has(&u->held, name))
		step = choose(u, denial, name, arch_new);
	else if (!arch_new)
		return 0;
	/* an architecture lets in all that the profile allows: nothing is listed for a call that is not added */
	if (!steps[step].adds)
		memcpy(u->profile.arches, arches, sizeof(arches));
	if (step == STEP_ENOSYS) {
		buf__addf(&u->enosys, " %s", name);
		return 0;
	}
	tell(u, denial, step);
	if (steps[step].adds && add_call(u, denial, name, arch_new, step))
		return err_errno(err, -ENOMEM, "%s: cannot add %s", u->name, name);
	if (steps[step].adds && arch_new)
		log_warn("%s lists %s now: all that it allows is allowed by the calls of that architecture as well",
			 u->made, arch_token(denial->call.arch));
	return 0;
}

/* --- the file --- */

/* Docker's default is in no file: it is what "convert" would make of it. */
static int read_text(const struct updating *u, struct buf *text, struct err *err)
{
	const char *path = u->update->profile;
	struct profile own_profile docker = {0};
	int rc;

	if (!profile_file_is_docker(path))
		return file_read(path, PROFILE_FILE_MAX, text, err);
	rc = profile_file_read(path, u->update->file, &docker, err);
	return rc ? rc : emit_oci(&docker, text, err);
}

static int parse_text(struct updating *u, const struct buf *text, struct err *err)
{
	const char *path = u->update->profile;
	size_t blanks = 0;
	int rc;

	while (blanks < text->len && isspace((unsigned char)text->data[blanks]))
		blanks++;
	if (blanks == text->len || text->data[blanks] != '{')
		return err_set(err, -EINVAL,
			       "%s is no JSON, which is what can be updated: 'whittle convert' makes it",
			       u->name);
	rc = native_arch(u->update->file->arch, &u->native, err);
	u->native = arch_host(u->native);
	if (!rc)
		rc = document_parse_json(u->name, buf__text(text), text->len, &u->document, err);
	if (!rc)
		rc = profile_file_parse(path, text, u->update->file, &u->profile, err);
	u->root = amend_root(&u->document);
	return rc;
}

static int read_profile(struct updating *u, struct buf *text, struct err *err)
{
	int rc = read_text(u, text, err);

	return rc ? rc : parse_text(u, text, err);
}

static bool subcall_is_wanted(const struct updating *u, const struct syscall *call)
{
	for (size_t i = 0; i < u->subs.len; i++)
		if (!syscall_compare(&u->subs.rows[i].call, call))
			return true;
	return false;
}

static bool allows_subcall(const struct profile *profile, const struct syscall *call)
{
	const uint64_t args[6] = {call->sub};

	return evaluate(profile, call, args).outcome.action == ACTION_ALLOW;
}

/* That subcall, and no other one that the profile did not allow. */
static int verify_subcall(const struct updating *u, const struct profile *profile,
			  const struct syscall *call, struct err *err)
{
	struct syscall other = *call;
	char text[2 * SYSCALL_NAME_LEN];

	for (other.sub = 0; other.sub < SUBCALLS_MAX; other.sub++) {
		bool wanted = subcall_is_wanted(u, &other);

		if (!syscall_subname(&other) ||
		    (allows_subcall(profile, &other) ?
			     wanted || allows_subcall(&u->profile, &other) :
			     !wanted))
			continue;
		audit_call_text(call, text);
		return err_set(err, -EINVAL,
			       "%s: %s cannot be added alone to such a profile, by its rules for other subcalls",
			       u->name, text);
	}
	return 0;
}

/* All that the call was denied with is allowed now. */
static int verify_args(const struct updating *u, const struct profile *profile,
		       const struct tuples *wanted, struct err *err)
{
	char name[SYSCALL_NAME_LEN];

	/* since then it may have been allowed whole */
	if (!syscall_name(&wanted->call, name) || !names_has(&u->held, name))
		return 0;
	for (size_t i = 0; i < wanted->len; i++)
		if (evaluate(profile, &wanted->call, wanted->values[i]).outcome.action !=
		    ACTION_ALLOW)
			return err_set(err, -EINVAL,
				       "%s: %s cannot be added with conditions to such a profile",
				       u->name, name);
	return 0;
}

/* Does the new text allow what was added, read anew? */
static int verify(const struct updating *u, const struct buf *text, struct err *err)
{
	struct profile own_profile profile = {0};
	struct file_options options = *u->update->file;
	int rc;

	options.quiet = true;
	rc = profile_file_parse(u->name, text, &options, &profile, err);

	for (size_t i = 0; !rc && i < u->done.len; i++) {
		struct outcome outcome;

		if (!decision_is_simple(&profile, u->done.list[i], &outcome) ||
		    outcome.action != ACTION_ALLOW)
			rc = err_set(err, -EINVAL, "%s: %s cannot be added to such a profile",
				     u->name, u->done.list[i]);
	}
	for (size_t i = 0; !rc && i < u->subs.len; i++) {
		char name[SYSCALL_NAME_LEN];

		/* since then it may have been allowed whole */
		if (syscall_name(&u->subs.rows[i].call, name) && !names_has(&u->done, name))
			rc = verify_subcall(u, &profile, &u->subs.rows[i].call, err);
	}
	for (size_t i = 0; !rc && i < u->args.wanted.len; i++)
		rc = verify_args(u, &profile, &u->args.wanted.calls[i], err);
	/* what has conditions libseccomp may make something else of */
	if (!rc && (u->subs.len || u->held.len) && !profile_check_hazards(&u->profile, NULL))
		rc = profile_check_hazards(&profile, err);
	return rc;
}

/* The new text, of which it is known that it allows what was added. */
static int make_text(struct updating *u, struct buf *text, struct err *err)
{
	int rc;

	amend_finish(u->root);
	rc = document_write_json(&u->document, text, err);
	return rc ? rc : verify(u, text, err);
}

static int write_profile(struct updating *u, const struct buf *old, struct err *err)
{
	const char *path = u->update->output ? u->update->output : u->update->profile;
	struct buf own_buf text = BUF_INIT;
	int rc;

	if (!u->added && !u->update->output)
		return 0;
	if (!u->added)
		return file_write(path, old, "profile", err);
	rc = make_text(u, &text, err);
	return rc ? rc : file_write(path, &text, "profile", err);
}

/* --- arguments --- */

static int collect_args(struct updating *u, const struct arg_plan *plan)
{
	const struct tuples_list *denied = &u->denials->arguments;
	bool arches[ARCH_COUNT];
	int rc = 0;

	for (size_t i = 0; !rc && i < denied->len; i++) {
		const enum arch arch = denied->calls[i].call.arch;

		if (is_elsewhere(u, arch))
			continue;
		memcpy(arches, u->profile.arches, sizeof(arches));
		assume_arch(u, arch);
		rc = audit_args_add(&u->args, &u->profile, &denied->calls[i], plan,
				    u->update->enosys);
		memcpy(u->profile.arches, arches, sizeof(arches));
	}
	return rc ? rc : audit_args_finish(&u->args);
}

/*
 * Are they what libseccomp makes the filter of that it should, beside the rules that there are? Of a profile where it makes something else
 * of those nobody can tell.
 */
static bool args_fit(struct updating *u, const struct buf *old)
{
	__attribute__((cleanup(updating_clear))) struct updating trial = {.update = u->update,
									  .denials = u->denials,
									  .name = u->name};
	struct audit_update quiet = *u->update;
	struct file_options file = *u->update->file;
	const struct constraints *constraints = &u->args.constraints;
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};
	int rc;

	if (profile_check_hazards(&u->profile, NULL))
		return false;
	file.quiet = true;
	quiet.file = &file;
	trial.update = &quiet;
	rc = parse_text(&trial, old, &err);
	trial.args = u->args; /* lent */
	for (size_t i = 0; !rc && i < constraints->len; i++)
		if (!constraints->list[i].open)
			rc = add_args(&trial, constraints->list[i].name);
	rc = rc ? rc : make_text(&trial, &text, &err);
	trial.args = (struct audit_args){0};
	return !rc;
}

static int choose_args(struct updating *u, const struct arg_plan *plan, const struct buf *old,
		       struct err *err)
{
	if (collect_args(u, plan))
		return err_errno(err, -ENOMEM, "%s: cannot look at arguments", u->name);
	if (!u->args.wanted.len || args_fit(u, old))
		return 0;
	log_warn("%s: libseccomp may make something else of conditions beside those that it has: none are added",
		 u->name);
	audit_args_clear(&u->args);
	return 0;
}

static void name_files(struct updating *u)
{
	const struct audit_update *update = u->update;

	u->name = strcmp(update->profile, "-") ? update->profile : "the profile";
	u->made = update->output ? update->output : u->name;
	u->made = strcmp(u->made, "-") ? u->made : "the profile";
}

int audit_update_check(const struct audit_update *update, struct arg_plan *plan, struct err *err)
{
	const char *output = update->output ? update->output : update->profile;
	struct file_options file = *update->file;
	struct audit_update quiet = *update;
	__attribute__((cleanup(updating_clear))) struct updating u = {.update = &quiet};
	struct buf own_buf text = BUF_INIT;
	struct stat st;
	int rc = 0;

	file.quiet = true;
	quiet.file = &file;
	name_files(&u);
	/* a pipe can be read but once */
	if (stat(update->profile, &st) || S_ISREG(st.st_mode))
		rc = read_profile(&u, &text, err);
	if (!rc)
		rc = audit_args_plan(&u.profile, update->args, arch_native(), plan, err);
	return rc || !strcmp(output, "-") ? rc : fs_check_output(output, err);
}

int audit_update(const struct audit_update *update, const struct denials *denials,
		 const struct arg_plan *plan, struct err *err)
{
	__attribute__((cleanup(updating_clear))) struct updating u = {.update = update,
								      .denials = denials};
	struct buf own_buf old = BUF_INIT;
	int rc;

	name_files(&u);
	rc = read_profile(&u, &old, err);
	if (!rc)
		rc = choose_args(&u, plan, &old, err);
	for (size_t i = 0; !rc && i < denials->len; i++)
		rc = update_one(&u, &denials->rows[i], err);
	if (rc)
		return rc;
	if (u.enosys.len)
		log_note("answered ENOSYS, so that programs do without, and not added:%s (--enosys adds them)",
			 buf__text(&u.enosys));
	rc = write_profile(&u, &old, err);
	if (!rc && !u.added)
		log_note("nothing to add to %s", u.name);
	return rc;
}
