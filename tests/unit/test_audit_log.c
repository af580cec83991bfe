// SPDX-License-Identifier: BSD-2-Clause
#include "record/audit_log.h"

#include <criterion/criterion.h>
#include <string.h>

#define TAIL                                                                                       \
	"auid=1000 uid=1000 gid=1000 ses=3 subj=unconfined pid=4242 comm=\"worker\" exe=\"/usr/bin/worker\" sig=0 arch=c000003e syscall=41 compat=0 ip=0x7f1e2d3c4b5a code=0x7ffc0000"
#define STAMP "audit(1700000000.123:45): "
#define AUDIT "msg=audit(1700000000.123:45): "

static enum audit_line parse(const char *line, struct audit_record *record)
{
	enum audit_loss loss;
	uint64_t lost;

	*record = (struct audit_record){0};
	return audit_line_parse(line, strlen(line), record, &loss, &lost);
}

/* The same event as each program tells it. */
Test(audit_log, shapes)
{
	static const struct {
		const char *line;
		enum audit_source source;
	} lines[] = {
		{"[   12.345678] audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"[Tue Nov 14 22:13:20 2023] audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"2023-11-14T22:13:20,123456+00:00 audit: type=1326 " STAMP TAIL,
		 AUDIT_SOURCE_KERNEL},
		{"kern  :notice: [   12.345678] audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"<5>[   12.345678] audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"<5>audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"[   12.345678] type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"5,1234,12345678,-;audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"5,1234,12345678,-,caller=T17;audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"Nov 14 22:13:20 host kernel: audit: type=1326 " STAMP TAIL, AUDIT_SOURCE_KERNEL},
		{"Nov 14 22:13:20 host kernel: [   12.345678] audit: type=1326 " STAMP TAIL,
		 AUDIT_SOURCE_KERNEL},
		{"2023-11-14T22:13:20.123456+00:00 host kernel: audit: type=1326 " STAMP TAIL,
		 AUDIT_SOURCE_KERNEL},
		{"Nov 14 22:13:20 host audit[4242]: SECCOMP " TAIL, AUDIT_SOURCE_JOURNAL},
		{"SECCOMP " TAIL, AUDIT_SOURCE_JOURNAL},
		{"type=SECCOMP " AUDIT TAIL, AUDIT_SOURCE_KERNEL},
		{"type=1326 " AUDIT TAIL, AUDIT_SOURCE_KERNEL},
		{"node=web1 type=SECCOMP " AUDIT TAIL, AUDIT_SOURCE_KERNEL},
		{"type=SECCOMP " AUDIT TAIL "\x1d"
		 "AUID=\"joe\" UID=\"joe\" GID=\"joe\" ARCH=x86_64 SYSCALL=socket",
		 AUDIT_SOURCE_KERNEL},
		{"Nov 14 22:13:20 host audisp-syslog[99]: type=SECCOMP " AUDIT TAIL,
		 AUDIT_SOURCE_KERNEL},
		{"type=SECCOMP msg=audit(11/14/2023 22:13:20.123:45) : auid=joe uid=joe gid=joe ses=3 "
		 "pid=4242 comm=worker exe=/usr/bin/worker sig=SIG0 arch=x86_64 syscall=socket compat=0 "
		 "ip=0x7f1e2d3c4b5a code=log ",
		 AUDIT_SOURCE_KERNEL},
		{"{\"_TRANSPORT\":\"kernel\",\"PRIORITY\":\"5\",\"MESSAGE\":\"audit: type=1326 audit(1.2:3): pid=4242 "
		 "comm=\\\"worker\\\" sig=0 arch=c000003e syscall=41 compat=0 ip=0x1 code=0x7ffc0000\",\"_UID\":\"0\"}",
		 AUDIT_SOURCE_KERNEL},
		{"{\"MESSAGE\":\"SECCOMP auid=1 pid=4242 comm=\\\"worker\\\" arch=c000003e syscall=41 "
		 "code=0x7ffc0000\",\"_TRANSPORT\":\"audit\"}",
		 AUDIT_SOURCE_JOURNAL},
		{"data: {\"_TRANSPORT\":\"audit\", \"MESSAGE\":\"SECCOMP auid=1 pid=4242 comm=\\\"worker\\\" arch=c000003e "
		 "syscall=41 code=0x7ffc0000\"}",
		 AUDIT_SOURCE_JOURNAL},
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct audit_record r;

		cr_assert_eq(parse(lines[i].line, &r), AUDIT_LINE_RECORD, "%s", lines[i].line);
		cr_assert_eq(r.source, lines[i].source, "%s", lines[i].line);
		cr_assert_eq(r.machine, 0xc000003e, "%s", lines[i].line);
		cr_assert_eq(r.nr, 41, "%s", lines[i].line);
		cr_assert_eq(r.action, DENIAL_LOG, "%s", lines[i].line);
		cr_assert_eq(r.pid, 4242, "%s", lines[i].line);
		cr_assert_str_eq(r.comm, "worker", "%s", lines[i].line);
	}
}

Test(audit_log, actions)
{
	static const struct {
		const char *code;
		enum denial_action action;
		int error;
	} codes[] = {
		{"0x0", DENIAL_KILL_THREAD, 0},
		{"0x80000000", DENIAL_KILL_PROCESS, 0},
		{"0x30000", DENIAL_TRAP, 0},
		{"0x50000", DENIAL_ERRNO, 0},
		{"0x50026", DENIAL_ERRNO, 38},
		{"0x7ff00000", DENIAL_TRACE, 0},
		{"0x7fc00000", DENIAL_NOTIFY, 0},
		{"0x7ffc0000", DENIAL_LOG, 0},
		{"0x12340000", DENIAL_UNKNOWN, 0},
		{"kill", DENIAL_KILL_THREAD, 0},
		{"kill-process", DENIAL_KILL_PROCESS, 0},
		{"errno", DENIAL_ERRNO, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
		struct audit_record r;
		char line[256];

		snprintf(line, sizeof(line),
			 "audit: type=1326 " STAMP "arch=c000003e syscall=1 code=%s",
			 codes[i].code);
		cr_assert_eq(parse(line, &r), AUDIT_LINE_RECORD, "%s", line);
		cr_assert_eq(r.action, codes[i].action, "%s", line);
		cr_assert_eq(r.error, codes[i].error, "%s", line);
	}
}

/* What a program calls itself cannot become a field. */
Test(audit_log, comm)
{
	static const struct {
		const char *field, *comm;
	} comms[] = {
		{"\"a\\b\"", "a\\b"},
		{"6120622063", "a b c"},
		{"226122", "\"a\""},
		{"\"6120622063\"", "6120622063"},
		{"evil arch=40000003 syscall=1 code=0x7ffc0000", "evil"},
		{"\"0123456789abcdefghij\"", "0123456789abcde"},
	};

	for (size_t i = 0; i < ARRAY_LEN(comms); i++) {
		struct audit_record r;
		char line[512];

		snprintf(line, sizeof(line),
			 "audit: type=1326 " STAMP
			 "pid=7 comm=%s exe=\"/x\" sig=31 arch=c000003e syscall=59 compat=0 ip=0x1 code=0x0",
			 comms[i].field);
		cr_assert_eq(parse(line, &r), AUDIT_LINE_RECORD, "%s", line);
		cr_assert_str_eq(r.comm, comms[i].comm, "%s", line);
		cr_assert_eq(r.nr, 59);
		cr_assert_eq(r.machine, 0xc000003e);
		cr_assert_eq(r.action, DENIAL_KILL_THREAD);
	}
}

/* The program that the thread belongs to. */
Test(audit_log, program)
{
	static const struct {
		const char *field, *program;
	} programs[] = {
		{"\"/usr/sbin/nginx\"", "nginx"},
		{"\"relative\"", "relative"},
		{"2F62696E2F6120622F632064", "c d"},
		{"/usr/bin/plain", "plain"},
		{"\"/a/0123456789abcdefghij\"", "0123456789abcde"},
		{"\"/0123456789abcdefghij/a\"", "a"},
		{"\"/ends/\"", ""},
	};

	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		struct audit_record r;
		char line[512];

		snprintf(line, sizeof(line),
			 "audit: type=1326 " STAMP
			 "pid=7 comm=\"t\" exe=%s sig=31 arch=c000003e syscall=59 code=0x0",
			 programs[i].field);
		cr_assert_eq(parse(line, &r), AUDIT_LINE_RECORD, "%s", line);
		cr_assert_str_eq(r.program, programs[i].program, "%s", line);
		cr_assert_str_eq(r.comm, "t");
	}
}

Test(audit_log, others)
{
	static const struct {
		const char *line;
		enum audit_line kind;
	} lines[] = {
		{"", AUDIT_LINE_OTHER},
		{"[    1.0] audit: type=1400 " STAMP "apparmor=\"DENIED\" comm=\"x\"",
		 AUDIT_LINE_OTHER},
		{"type=SYSCALL " AUDIT "arch=c000003e syscall=41", AUDIT_LINE_OTHER},
		{"[    1.0] audit: type=1326 " STAMP "auid=1 pid=2", AUDIT_LINE_MALFORMED},
		{"[    1.0] audit: type=1326 " STAMP "arch=c000003e syscall= code=0x0",
		 AUDIT_LINE_MALFORMED},
		{"[    1.0] audit: type=1326 " STAMP
		 "arch=c000003e syscall=9999999999999999999 code=0x0",
		 AUDIT_LINE_MALFORMED},
		{"[    1.0] audit: type=1326 " STAMP "arch=zz syscall=1 code=0x0",
		 AUDIT_LINE_MALFORMED},
		{"[    1.0] audit: type=1326 " STAMP "arch=c000003e syscall=1 code=0x7fff0000",
		 AUDIT_LINE_MALFORMED},
		/* anybody may say so */
		{"Nov 14 22:13:20 host joe: audit: type=1326 " STAMP TAIL, AUDIT_LINE_ELSEWHERE},
		{"Nov 14 22:13:20 host joe[77]: kernel: audit: type=1326 " STAMP TAIL,
		 AUDIT_LINE_ELSEWHERE},
		{"Nov 14 22:13:20 host joe: [ 1.0] audit: type=1326 " STAMP TAIL,
		 AUDIT_LINE_ELSEWHERE},
		{"[    1.0] joe: type=1326 " STAMP TAIL, AUDIT_LINE_ELSEWHERE},
		/* the kernel has no PID; who tags its messages so has, in the journal */
		{"Nov 14 22:13:20 host kernel[77]: audit: type=1326 " STAMP TAIL,
		 AUDIT_LINE_ELSEWHERE},
		/* the second line of a message, as journalctl shows it */
		{"                               audit: type=1326 " STAMP TAIL,
		 AUDIT_LINE_ELSEWHERE},
		{"\taudit: type=1326 " STAMP TAIL, AUDIT_LINE_ELSEWHERE},
		/* from user space, by way of /dev/kmsg */
		{"<13>audit: type=1326 " STAMP TAIL, AUDIT_LINE_ELSEWHERE},
		{"12,1234,12345678,-;audit: type=1326 " STAMP TAIL, AUDIT_LINE_ELSEWHERE},
		{"user  :notice: [   12.345678] audit: type=1326 " STAMP TAIL,
		 AUDIT_LINE_ELSEWHERE},
		/* without the line that says who wrote it */
		{"MESSAGE=audit: type=1326 " STAMP TAIL, AUDIT_LINE_ELSEWHERE},
		{"{\"MESSAGE\":\"SECCOMP auid=1 arch=c000003e syscall=41 code=0x7ffc0000\"}",
		 AUDIT_LINE_ELSEWHERE},
		/* JSON inside of a line is no JSON */
		{"Nov 14 22:13:20 host joe: \"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"SECCOMP auid=1 arch=c000003e syscall=41 code=0x0\"",
		 AUDIT_LINE_ELSEWHERE},
		{"Nov 14 22:13:20 host joe: {\"_TRANSPORT\":\"kernel\",\"MESSAGE\":\"SECCOMP auid=1 arch=c000003e syscall=41 code=0x0\"}",
		 AUDIT_LINE_ELSEWHERE},
		{"{\"_TRANSPORT\":\"syslog\",\"MESSAGE\":\"audit: type=1326 audit(1.2:3): arch=c000003e "
		 "syscall=41 code=0x7ffc0000\"}",
		 AUDIT_LINE_ELSEWHERE},
		{"{\"MESSAGE\":\"x\",\"_CMDLINE\":\"\\\"MESSAGE\\\":\\\"audit: type=1326 audit(1.2:3): arch=c000003e "
		 "syscall=41 code=0x7ffc0000\"}",
		 AUDIT_LINE_OTHER},
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct audit_record r;

		cr_assert_eq(parse(lines[i].line, &r), lines[i].kind, "%s", lines[i].line);
	}
}

#define FORGED "audit: type=1326 " STAMP "pid=1 comm=\"a\" arch=c000003e syscall=41 code=0x0"
#define CURSOR "__CURSOR=s=1;i=1\n__REALTIME_TIMESTAMP=1700000000000000\n"

/* Entries of the journal of several lines: those count that journald says the kernel or its audit wrote. */
Test(audit_log, entries)
{
	static const struct {
		const char *text;
		size_t len;
		uint64_t records, elsewhere;
	} logs[] = {
#define LOG(text, records, elsewhere) {text, sizeof(text) - 1, records, elsewhere}
		LOG(CURSOR "_TRANSPORT=kernel\nPRIORITY=5\nMESSAGE=" FORGED "\n\n", 1, 0),
		LOG(CURSOR "MESSAGE=SECCOMP " TAIL "\n_TRANSPORT=audit\n\n" CURSOR
			   "_TRANSPORT=syslog\nMESSAGE=" FORGED "\n\n",
		    1, 1),
		LOG(CURSOR "SYSLOG_IDENTIFIER=kernel\n_TRANSPORT=syslog\nMESSAGE=" FORGED "\n", 0,
		    1),
		LOG(CURSOR "MESSAGE=" FORGED "\n\n", 0, 1),
		/* audit has words of other programs in its messages */
		LOG(CURSOR "_TRANSPORT=audit\nMESSAGE=USER_AVC pid=1 msg='x audit: SECCOMP " TAIL
			   "'\n\n",
		    0, 1),
		LOG("{\"_TRANSPORT\":\"audit\",\"MESSAGE\":\"USER_AVC pid=1 msg='x audit: SECCOMP auid=0 "
		    "arch=c000003e syscall=165 code=0x0'\"}\n",
		    0, 1),
		/* somebody's message */
		LOG("{\nNov 14 22:13:20 host kernel: " FORGED "\n", 1, 0),
		/* what came before does not count for it */
		LOG(CURSOR "_TRANSPORT=kernel\nMESSAGE=x\n\n" CURSOR "MESSAGE=" FORGED "\n\n", 0,
		    1),
		/* a value of several lines, which look like fields */
		LOG(CURSOR "MESSAGE\n\x35\0\0\0\0\0\0\0x\n\n__CURSOR=y\n_TRANSPORT=kernel\n"
			   "MESSAGE=SECCOMP auid=\n\n_TRANSPORT=syslog\n\n" CURSOR
			   "_TRANSPORT=kernel\nMESSAGE=" FORGED "\n\n",
		    1, 0),
		LOG("{\n\t\"_TRANSPORT\" : \"kernel\",\n\t\"MESSAGE\" : \"audit: type=1326 audit(1.2:3): arch=c000003e "
		    "syscall=41 code=0x0\"\n}\n",
		    1, 0),
		LOG("{\n\t\"MESSAGE\" : \"audit: type=1326 audit(1.2:3): arch=c000003e syscall=41 code=0x0\",\n"
		    "\t\"_TRANSPORT\" : \"journal\"\n}\n",
		    0, 1),
		LOG("Nov 14 22:13:20 host joe[1]: x\n                            {\n"
		    "                            \"_TRANSPORT\": \"kernel\",\n"
		    "                            \"MESSAGE\": \"SECCOMP auid=1 arch=c000003e syscall=41 code=0x0\"\n"
		    "                            }\n",
		    0, 1),
		/* no export after all */
		LOG("__CURSOR=x\n" FORGED "\n", 1, 0),
	};

	for (size_t i = 0; i < ARRAY_LEN(logs); i++) {
		for (size_t piece = 1; piece < 70; piece += 1 + piece / 9) {
			struct audit_log *log = calloc(1, sizeof(*log));

			for (size_t at = 0; at < logs[i].len; at += piece)
				cr_assert_eq(audit_log__feed(log, logs[i].text + at,
							     logs[i].len - at < piece ?
								     logs[i].len - at :
								     piece),
					     0);
			cr_assert_eq(audit_log__end(log), 0);
			cr_assert_eq(log->records, logs[i].records, "%zu: %s", i, logs[i].text);
			cr_assert_eq(log->elsewhere, logs[i].elsewhere, "%zu: %s", i, logs[i].text);
			audit_log_clear(log);
			free(log);
		}
	}
}

/* As auditd's numbers and as ausearch -i has it: the same architecture and the same number, that of the kernel's table. */
Test(audit_log, other_machines)
{
	static const struct {
		const char *hex, *name;
		int64_t logged, nr;
		const char *call;
		enum arch arch;
	} rows[] = {
		{"80000016", "s390x", 342, 342, "s390_runtime_instr", ARCH_S390X},
		{"16", "s390", 359, 359, "socket", ARCH_S390},
		{"c0000015", "ppc64le", 249, 249, "swapcontext", ARCH_PPC64LE},
		{"c00000f3", "riscv64", 63, 63, "read", ARCH_RISCV64},
		{"8", "mips", 4003, 3, "read", ARCH_MIPS},
		{"c0000008", "mipsel64", 5435, 435, "clone3", ARCH_MIPSEL64},
		{"e0000008", "mipsel64n32", 6000, 0, "read", ARCH_MIPSEL64N32},
		{"40000028", "armeb", 437, 437, "openat2", ARCH_ARM},
		{"40000003", "i686", 3, 3, "read", ARCH_X86},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		for (int named = 0; named < 2; named++) {
			char line[256], number[32];
			struct audit_record r;
			int64_t nr;

			snprintf(number, sizeof(number), "%lld", (long long)rows[i].logged);
			snprintf(line, sizeof(line),
				 "type=SECCOMP " AUDIT "pid=1 arch=%s syscall=%s code=0x50000",
				 named ? rows[i].name : rows[i].hex, named ? rows[i].call : number);
			cr_assert_eq(parse(line, &r), AUDIT_LINE_RECORD, "%s", line);
			nr = r.nr;
			cr_expect_eq(nr, rows[i].logged, "%s", line);
			cr_expect_eq(arch_from_audit(r.machine, &nr), rows[i].arch, "%s", line);
			cr_expect_eq(nr, rows[i].nr, "%s", line);
		}
	}
}

Test(audit_log, losses)
{
	static const struct {
		const char *line;
		enum audit_loss loss;
		uint64_t lost;
	} lines[] = {
		{"[  1.0] kauditd_printk_skb: 36 callbacks suppressed", AUDIT_LOSS_PRINTK, 36},
		{"[  1.0] audit_printk_skb: 7 callbacks suppressed", AUDIT_LOSS_PRINTK, 7},
		{"[  1.0] printk: 12 messages suppressed.", AUDIT_LOSS_PRINTK, 12},
		{"[  1.0] audit: printk limit exceeded", AUDIT_LOSS_PRINTK, 0},
		{"[  1.0] audit: rate limit exceeded", AUDIT_LOSS_RATE, 0},
		{"[  1.0] audit: backlog limit exceeded", AUDIT_LOSS_BACKLOG, 0},
		{"[  1.0] audit: audit_lost=7 audit_rate_limit=0 audit_backlog_limit=64",
		 AUDIT_LOSS_BACKLOG, 0},
		{"[  1.0] audit: kauditd hold queue overflow", AUDIT_LOSS_BACKLOG, 0},
		{"Nov 1 1:1:1 host systemd-journald[1]: Missed 41 kernel messages",
		 AUDIT_LOSS_JOURNAL, 41},
		{"Nov 1 1:1:1 host systemd-journald[1]: /dev/kmsg buffer overrun, some messages lost.",
		 AUDIT_LOSS_JOURNAL, 0},
		{"Nov 1 1:1:1 host auditd[1]: Audit daemon is suspending logging due to low disk space.",
		 AUDIT_LOSS_AUDITD, 0},
		{"Jan  1 00:00:00 host rsyslogd: imjournal: 5000 messages lost due to rate-limiting",
		 AUDIT_LOSS_DAEMON, 5000},
		{"Jan  1 00:00:00 host audispd: queue is full - dropping event", AUDIT_LOSS_DAEMON,
		 0},
		{"[  1.0] net_ratelimit: 36 callbacks suppressed", AUDIT_LOSS_NONE, 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		enum audit_loss loss = AUDIT_LOSS_NONE;
		struct audit_record r;
		uint64_t lost = 0;
		enum audit_line kind =
			audit_line_parse(lines[i].line, strlen(lines[i].line), &r, &loss, &lost);

		cr_assert_eq(kind, lines[i].loss ? AUDIT_LINE_LOSS : AUDIT_LINE_OTHER, "%s",
			     lines[i].line);
		cr_assert_eq(loss, lines[i].loss, "%s", lines[i].line);
		cr_assert_eq(lost, lines[i].lost, "%s", lines[i].line);
	}
}

static const char text[] =
	"rubbish\n"
	"audit: type=1326 " STAMP "pid=1 comm=\"a\" arch=c000003e syscall=41 code=0x50000\n"
	"audit: type=1326 " STAMP "pid=2 comm=\"b\" arch=c000003e syscall=41 code=0x50000\n"
	"audit: type=1326 " STAMP "pid=2 comm=\"b\" arch=c000003e syscall=1073741865 code=0x50000\n"
	"audit: type=1326 " STAMP "pid=2 comm=\"b\" arch=40000003 syscall=102 code=0x0\n"
	"audit: type=1326 " STAMP "pid=2 comm=\"b\" arch=80000016 syscall=359 code=0x0\n"
	"audit: type=1326 " STAMP "pid=2 comm=\"b\"\n"
	"h audit[2]: SECCOMP auid=1 pid=1 comm=\"a\" arch=c000003e syscall=41 code=0x50000\n"
	"h audit[2]: SECCOMP auid=1 pid=1 comm=\"a\" arch=c000003e syscall=41 code=0x50000\n"
	"h audit[2]: SECCOMP auid=1 pid=1 comm=\"a\" arch=c000003e syscall=41 code=0x50000\n"
	"h audit[2]: SECCOMP auid=1 pid=1 comm=\"a\" arch=c000003e syscall=42 code=0x50000";

/* In pieces of any size it is the same; what two programs tell of the same event counts once. */
Test(audit_log, pieces)
{
	for (size_t piece = 1; piece < sizeof(text); piece += piece < 40 ? 1 : 97) {
		struct audit_log *log = calloc(1, sizeof(*log));
		const struct denials *all = &log->denials[AUDIT_SOURCE_KERNEL];

		for (size_t at = 0; at < strlen(text); at += piece)
			cr_assert_eq(audit_log__feed(log, text + at,
						     strlen(text) - at < piece ? strlen(text) - at :
										 piece),
				     0);
		cr_assert_eq(audit_log__end(log), 0);
		cr_assert_eq(log->records, 9);
		cr_assert_eq(log->malformed, 1);
		cr_assert(audit_log_is_incomplete(log));
		cr_assert_eq(all->len, 5);
		cr_assert_eq(all->rows[0].call.nr, 41);
		cr_assert_eq(all->rows[0].count, 3, "two by the kernel, three by the journal");
		cr_assert_eq(all->rows[0].pid, 1);
		cr_assert_eq(all->rows[1].call.nr, 42);
		cr_assert_eq(all->rows[2].call.arch, ARCH_X86);
		cr_assert_eq(all->rows[3].call.arch, ARCH_X32);
		cr_assert_eq(all->rows[3].call.nr, 41);
		cr_assert_eq(all->rows[4].call.arch, ARCH_S390X);
		cr_assert_eq(all->rows[4].call.nr, 359);
		audit_log_clear(log);
		free(log);
	}
}

Test(audit_log, filters)
{
	static const struct {
		const char *comm;
		uint32_t pid;
		uint64_t records;
	} filters[] = {{NULL, 0, 9}, {"a", 0, 5}, {"b", 0, 4}, {NULL, 2, 4}, {"a", 2, 0}};

	for (size_t i = 0; i < ARRAY_LEN(filters); i++) {
		struct audit_log *log = calloc(1, sizeof(*log));

		log->comm = filters[i].comm;
		log->pid = filters[i].pid;
		cr_assert_eq(audit_log__feed(log, text, strlen(text)), 0);
		cr_assert_eq(audit_log__end(log), 0);
		cr_assert_eq(log->records, filters[i].records);
		audit_log_clear(log);
		free(log);
	}
}

/* A line without an end does not fill memory; the next one is read again. */
Test(audit_log, long_line)
{
	static const char record[] = "\naudit: type=1326 " STAMP TAIL "\n";
	struct audit_log *log = calloc(1, sizeof(*log));
	static char rubbish[100000];

	memset(rubbish, 'x', sizeof(rubbish));
	for (int i = 0; i < 100; i++)
		cr_assert_eq(audit_log__feed(log, rubbish, sizeof(rubbish)), 0);
	cr_assert_eq(audit_log__feed(log, record, strlen(record)), 0);
	cr_assert_eq(audit_log__end(log), 0);
	cr_assert_eq(log->records, 1);
	cr_assert_eq(log->lines, 2);
	cr_assert_not(audit_log_is_incomplete(log));
	audit_log_clear(log);
	free(log);
}
