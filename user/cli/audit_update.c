// SPDX-License-Identifier: BSD-2-Clause
#include "cli/audit_update.h"
#include "base/fs.h"
#include "base/log.h"
#include "cli/audit_report.h"
#include "cli/audit_step.h"
#include "cli/audit_verify.h"
#include "cli/summary.h"
#include "profile/amend.h"
#include "profile/hazard.h"
#include "profile/emit_oci.h"
#include "profile/evaluate.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

struct updating {
	const struct audit_update *update;
	const char *name; /* of the file, for people */
	const char *made; /* of the one that is written */
	struct node document;
	struct node *root; /* borrowed from the document */
	struct profile profile;
	enum arch native;
	const struct denials *denials; /* borrowed */
	const struct arg_plan *plan;   /* borrowed */
	struct audit_added added;
	struct names enosys; /* answered so, and not added for that */
	size_t additions;
};

static void updating_clear(struct updating *u)
{
	node_clear(&u->document);
	profile_clear(&u->profile);
	audit_added_clear(&u->added);
	names_clear(&u->enosys);
}

/* --- doing it --- */

static void tell(const struct updating *u, const struct denial *denial, enum audit_step step)
{
	char call[2 * SYSCALL_NAME_LEN], name[SYSCALL_NAME_LEN], action[SYSCALL_NAME_LEN];
	struct buf own_buf args = BUF_INIT, own_buf says = BUF_INIT;
	char comm[RECORDING_COMM_LEN];
	const char *text;

	recording_comm_text(denial->comm, comm);
	audit_call_text(&denial->call, call);
	audit_action_text(denial, action);
	if (step == AUDIT_STEP_ADD_ARGS && syscall_name(&denial->call, name))
		audit_args_text(&u->added.args, name, &args);
	buf__addf(&says, audit_step_says(step), args.len ? buf__text(&args) : call);
	text = buf__text(&says);
	if (audit_step_adds(step))
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
	if (profile_is_for(&u->profile, arch, u->native))
		return false;
	profile_settle_arches(&u->profile, u->native);
	u->profile.arches[arch] = true;
	return true;
}

/* A rule for each term of what it was denied with. */
static int add_args(struct updating *u, const char *name)
{
	const struct region *region = audit_args_find(&u->added.args, name);
	int rc = names_add(&u->added.held, name);

	for (size_t i = 0; !rc && i < region->len; i++)
		rc = amend_allow(u->root, &u->profile, name, &region->terms[i]);
	return rc;
}

static int add_call(struct updating *u, const struct denial *denial, const char *name,
		    bool arch_new, enum audit_step step)
{
	int rc = arch_new ?
			 amend_add_arch(u->root, denial->call.arch, arch_host(denial->call.arch)) :
			 0;

	if (!rc && step == AUDIT_STEP_ADD_SUB) {
		rc = amend_allow_subcall(u->root, &u->profile, &denial->call, name);
		rc = rc ? rc : denials_add(&u->added.subs, denial);
	} else if (!rc && step == AUDIT_STEP_ADD_ARGS) {
		rc = add_args(u, name);
	} else if (!rc && step != AUDIT_STEP_ARCH) {
		rc = amend_allow(u->root, &u->profile, name, NULL);
	}
	if (!rc && step != AUDIT_STEP_ADD_SUB && step != AUDIT_STEP_ADD_ARGS &&
	    step != AUDIT_STEP_ARCH)
		rc = names_add(&u->added.whole, name);
	u->additions++;
	return rc;
}

static int update_one(struct updating *u, const struct denial *denial, struct err *err)
{
	char name[SYSCALL_NAME_LEN];
	bool arches[ARCH_COUNT], arch_new;
	enum audit_step step = AUDIT_STEP_ARCH;

	if (is_elsewhere(u, denial->call.arch)) {
		tell(u, denial, AUDIT_STEP_ELSEWHERE);
		return 0;
	}
	if (!syscall_name(&denial->call, name)) {
		if (!denial_is_finding(denial) && !u->update->enosys)
			return 0;
		tell(u, denial, AUDIT_STEP_UNNAMED);
		return 0;
	}
	memcpy(arches, u->profile.arches, sizeof(arches));
	arch_new = (denial_is_finding(denial) || u->update->enosys) &&
		   assume_arch(u, denial->call.arch);
	if (!names_has(&u->added.whole, name) && !names_has(&u->added.held, name))
		step = audit_step_choose(&(struct audit_case){&u->profile, u->denials,
							      &u->added.args, u->plan,
							      u->update->enosys, arch_new},
					 denial, name);
	else if (!arch_new)
		return 0;
	/* an architecture lets in all that the profile allows: nothing is listed for a call that is not added */
	if (!audit_step_adds(step))
		memcpy(u->profile.arches, arches, sizeof(arches));
	if (step == AUDIT_STEP_ENOSYS) {
		return names_add(&u->enosys, name) ?
			       err_errno(err, -ENOMEM, "cannot update %s", u->name) :
			       0;
	}
	tell(u, denial, step);
	if (audit_step_adds(step) && add_call(u, denial, name, arch_new, step))
		return err_errno(err, -ENOMEM, "%s: cannot add %s", u->name, name);
	if (audit_step_adds(step) && arch_new)
		log_warn("%s lists %s now: all that it allows is allowed by the calls of that architecture as well",
			 u->made, arch_token(denial->call.arch));
	return 0;
}

/* Unless it was added for another answer. */
static void tell_enosys(const struct updating *u)
{
	struct buf own_buf list = BUF_INIT;

	for (size_t i = 0; i < u->enosys.len; i++)
		if (!names_has(&u->added.whole, u->enosys.list[i]) &&
		    !names_has(&u->added.held, u->enosys.list[i]))
			buf__addf(&list, " %s", u->enosys.list[i]);
	if (list.len)
		log_note("answered ENOSYS, so that programs do without, and not added:%s (--enosys adds them)",
			 buf__text(&list));
}

/* --- the file --- */

/* Docker's default is in no file: it is what "convert" would make of it. */
static int read_text(const struct updating *u, struct buf *text, struct err *err)
{
	const char *path = u->update->profile;
	struct profile own_profile docker = {0};
	int rc;

	if (u->update->text.len) {
		buf__add(text, u->update->text.data, u->update->text.len);
		return buf__error(text) ? err_errno(err, -ENOMEM, "cannot read %s", u->name) : 0;
	}
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

/* The new text, of which it is known that it allows what was added. */
static int make_text(struct updating *u, struct buf *text, struct err *err)
{
	struct profile own_profile profile = {0};
	struct file_options options = *u->update->file;
	int rc;

	options.quiet = true;
	amend_finish(u->root);
	rc = document_write_json(&u->document, text, err);
	if (!rc)
		rc = profile_file_parse(u->name, text, &options, &profile, err);
	return rc ? rc : audit_verify(u->name, &u->profile, &profile, &u->added, err);
}

static int write_profile(struct updating *u, const struct buf *old, struct err *err)
{
	const char *path = u->update->output ? u->update->output : u->update->profile;
	struct buf own_buf text = BUF_INIT;
	int rc;

	if (!u->additions && !u->update->output)
		return 0;
	if (!u->additions)
		return file_write(path, old, "profile", err);
	rc = make_text(u, &text, err);
	return rc ? rc : file_write(path, &text, "profile", err);
}

/* --- arguments --- */

static int collect_list(struct updating *u, const struct tuples_list *denied,
			const struct arg_plan *plan)
{
	bool arches[ARCH_COUNT];
	int rc = 0;

	for (size_t i = 0; !rc && i < denied->len; i++) {
		const enum arch arch = denied->calls[i].call.arch;

		if (is_elsewhere(u, arch))
			continue;
		memcpy(arches, u->profile.arches, sizeof(arches));
		assume_arch(u, arch);
		rc = audit_args_add(&u->added.args, &u->profile, &denied->calls[i], plan);
		memcpy(u->profile.arches, arches, sizeof(arches));
	}
	return rc;
}

static int collect_args(struct updating *u, const struct arg_plan *plan)
{
	int rc = collect_list(u, &u->denials->arguments, plan);

	if (!rc && u->update->enosys)
		rc = collect_list(u, &u->denials->enosys, plan);
	return rc ? rc : audit_args_finish(&u->added.args);
}

/* Of those that are made with the name: what of it would be added, it is on these. */
static int add_arches_of(struct updating *u, const char *name)
{
	const struct tuples_list *wanted = &u->added.args.wanted;
	char own[SYSCALL_NAME_LEN];
	int rc = 0;

	for (size_t i = 0; !rc && i < wanted->len; i++) {
		const enum arch arch = wanted->calls[i].call.arch;

		if (syscall_name(&wanted->calls[i].call, own) && !strcmp(own, name) &&
		    assume_arch(u, arch))
			rc = amend_add_arch(u->root, arch, arch_host(arch));
	}
	return rc;
}

/* With conditions for this name, or (NULL) for all: does libseccomp make the filter of it that it should? */
static bool args_fit(struct updating *u, const struct buf *old, const char *name)
{
	__attribute__((cleanup(updating_clear))) struct updating trial = {.denials = u->denials,
									  .name = u->name};
	struct audit_update quiet = *u->update;
	struct file_options file = *u->update->file;
	const struct constraints *constraints = &u->added.args.constraints;
	struct buf own_buf text = BUF_INIT;
	struct err err = {0};
	int rc;

	file.quiet = true;
	quiet.file = &file;
	trial.update = &quiet;
	rc = parse_text(&trial, old, &err);
	trial.added.args = u->added.args; /* lent */
	for (size_t i = 0; !rc && i < constraints->len; i++) {
		const struct constraint *one = &constraints->list[i];

		if (one->open || (name && strcmp(one->name, name)))
			continue;
		rc = add_arches_of(&trial, one->name);
		rc = rc ? rc : add_args(&trial, one->name);
	}
	rc = rc ? rc : make_text(&trial, &text, &err);
	trial.added.args = (struct audit_args){0};
	return !rc;
}

/* Those that do not fit beside the rules that there are do not get any. Where libseccomp makes something else of these nobody can tell. */
static int choose_args(struct updating *u, const struct arg_plan *plan, const struct buf *old,
		       struct err *err)
{
	struct constraints *constraints = &u->added.args.constraints;
	bool hazardous;

	u->plan = plan;
	if (collect_args(u, plan))
		return err_errno(err, -ENOMEM, "%s: cannot look at arguments", u->name);
	if (!constraints->len)
		return 0;
	hazardous = profile_check_hazards(&u->profile, NULL) != 0;
	if (!hazardous && args_fit(u, old, NULL))
		return 0;
	for (size_t i = 0; i < constraints->len; i++)
		if (hazardous || !args_fit(u, old, constraints->list[i].name))
			audit_args_refuse(&u->added.args, constraints->list[i].name);
	return 0;
}

static void name_files(struct updating *u)
{
	const struct audit_update *update = u->update;

	u->name = strcmp(update->profile, "-") ? update->profile : "the profile";
	u->made = update->output ? update->output : u->name;
	u->made = strcmp(u->made, "-") ? u->made : "the profile";
}

/* A pipe can be read but once. */
static bool is_read_again(const char *path)
{
	struct stat st;

	return profile_file_is_docker(path) || (!stat(path, &st) && S_ISREG(st.st_mode));
}

int audit_update_check(struct audit_update *update, struct arg_plan *plan, struct err *err)
{
	const char *output = update->output ? update->output : update->profile;
	struct file_options file = *update->file;
	struct audit_update quiet = *update;
	__attribute__((cleanup(updating_clear))) struct updating u = {.update = &quiet};
	struct buf own_buf text = BUF_INIT;
	int rc;

	file.quiet = true;
	quiet.file = &file;
	name_files(&u);
	rc = read_profile(&u, &text, err);
	if (!rc)
		rc = audit_args_plan(&u.profile, update->args, arch_native(), plan, err);
	if (!rc && strcmp(output, "-"))
		rc = fs_check_output(output, err);
	if (!rc && !is_read_again(update->profile)) {
		update->text = text;
		text = BUF_INIT;
	}
	return rc;
}

void audit_update_clear(struct audit_update *update)
{
	buf__clear(&update->text);
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
	tell_enosys(&u);
	rc = write_profile(&u, &old, err);
	if (!rc)
		summary_narrow_arches(&u.added.args.constraints, &u.profile);
	if (!rc && !u.additions)
		log_note("nothing to add to %s", u.name);
	return rc;
}
