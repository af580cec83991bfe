# whittle: everything that is built lands in build/.   make help
VERSION := 0.1.0

# for another machine: make CROSS_COMPILE=aarch64-linux-gnu- SYSROOT=DIR (tests/vm/sysroot makes one) builds into build/arm64
CROSS_COMPILE ?=
SYSROOT ?=
ifneq ($(CROSS_COMPILE),)
CC := $(CROSS_COMPILE)gcc $(SYSROOT:%=--sysroot=%)
endif
CC ?= gcc
CLANG ?= clang
# the sanitizers are clang's; for another machine those of the cross compiler
ifneq ($(SAN),)
CFLAGS ?= -O1 -g
ifeq ($(CROSS_COMPILE),)
CC := $(CLANG)
else
LDFLAGS += -static-libasan -static-libubsan
endif
endif
BPFTOOL ?= $(shell PATH="$$PATH:/usr/sbin:/sbin" command -v bpftool || echo bpftool)
PKG_CONFIG ?= pkg-config
PREFIX ?= /usr/local
DESTDIR ?=
# where container engines look for hooks of a package, and of the administrator
HOOKSDIR ?= $(if $(filter /usr,$(PREFIX)),/usr/share,/etc)/containers/oci/hooks.d
UNITDIR ?= $(PREFIX)/lib/systemd/system
EXAMPLESDIR = $(PREFIX)/share/doc/whittle/ci-examples
MACHINE := $(or $(firstword $(subst -, ,$(notdir $(CROSS_COMPILE)))),$(shell uname -m))
ARCH := $(patsubst x86_64,x86,$(patsubst aarch64,arm64,$(MACHINE)))
B := build$(if $(CROSS_COMPILE),/$(ARCH))$(if $(SAN),/san)

WARN := -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wvla
CFLAGS ?= -O2 -g
CPPFLAGS += -D_GNU_SOURCE -DWHITTLE_VERSION='"$(VERSION)"' -Iuser -Ibpf -I$(B)
SAN_CFLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -Werror
ALL_CFLAGS = -std=gnu11 $(WARN) $(CFLAGS) $(if $(SAN),$(SAN_CFLAGS))
DEPS = -MMD -MP

LIBS_PROFILE := -lseccomp -lyaml -lmd
LIBS := -lbpf -lelf -lz -ljansson $(LIBS_PROFILE)

BPF_CFLAGS := -g -O2 -mcpu=v3 -target bpf -D__TARGET_ARCH_$(ARCH) -Wall -Wextra -Wno-unused-parameter -Ibpf -Ivmlinux

SOURCES := $(wildcard user/*/*.c)
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
# all but main and the commands: what unit tests link with
LIBRARY := $(B)/libwhittle.a
LIBRARY_OBJECTS := $(filter-out $(B)/user/cli/main.o $(B)/user/cli/cmd_%.o,$(OBJECTS))
UNIT_TESTS := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
# these exist on x86 only
X86_PROGRAMS := i386 i386_multiplex int80 x32
# and this one on arm64 only
ARM_PROGRAMS := arm32
ELSEWHERE := $(if $(filter-out x86,$(ARCH)),$(X86_PROGRAMS)) $(if $(filter-out arm64,$(ARCH)),$(ARM_PROGRAMS))
PROGRAMS := $(patsubst tests/programs/%.c,$(B)/tests/programs/%,$(filter-out $(ELSEWHERE:%=tests/programs/%.c),$(wildcard tests/programs/*.c)))

.PHONY: all
all: $(B)/whittle

$(B)/whittle: $(OBJECTS)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# for kernels up to these, see bpf/atomic.bpf.h and bpf/verdict.bpf.h
OLDER := 5_10 6_1
SKELETONS := $(B)/tracer.skel.h $(OLDER:%=$(B)/tracer_%.skel.h)

$(B)/user/%.o: user/%.c | $(SKELETONS) $(B)/pins_id.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(DEPS) -c -o $@ $<

# linked, which leaves out what is for debuggers: half of what would be in memory
link_bpf = $(BPFTOOL) gen object $@ $@.tmp && rm $@.tmp

$(B)/tracer.bpf.o: bpf/tracer.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) $(DEPS) -MT $@ -MF $(@:.o=.d) -c -o $@.tmp $<
	$(link_bpf)

$(B)/tracer_%.bpf.o: bpf/tracer.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -DLINUX_$* $(DEPS) -MT $@ -MF $(@:.o=.d) -c -o $@.tmp $<
	$(link_bpf)

$(SKELETONS) $(B)/tests/bench/floor.skel.h: %.skel.h: %.bpf.o
	$(BPFTOOL) gen skeleton $< name $(notdir $*)_bpf > $@.tmp
	mv $@.tmp $@

# which programs pins are of: their source without comments
$(B)/pins_id.h: $(B)/tracer.bpf.o
	for twin in '' $(OLDER:%=-DLINUX_%); do $(CLANG) $(BPF_CFLAGS) $$twin -E -P bpf/tracer.bpf.c; done | sha256sum | \
		sed 's/^\(.\{16\}\).*/#define PINS_ID 0x\1ULL/' >$@.tmp
	mv $@.tmp $@

$(LIBRARY): $(LIBRARY_OBJECTS)
	rm -f $@
	$(AR) rcs $@ $^

-include $(OBJECTS:.o=.d) $(B)/tracer.bpf.d $(OLDER:%=$(B)/tracer_%.bpf.d)

# --- tests ------------------------------------------------------------------------------------------

# a first line such as "/* build: -static */" adds to the flags of a test program
program_flags = $(shell sed -n '1s,^/\* build: \(.*\) \*/$$,\1,p' $(1))

$(B)/tests/programs/%: tests/programs/%.c
	@mkdir -p $(@D)
	$(CC) -O1 -g -pthread -Wall -Wextra $(DEPS) -o $@ $< $(call program_flags,$<)

$(B)/tests/programs/arm32: tests/programs/arm32.c
	@mkdir -p $(@D)
	$(CLANG) --target=armv7-linux-gnueabi -marm -O1 -ffreestanding -nostdlib -static -fuse-ld=lld -o $@ $<

# these link with the library
TOOLS := $(B)/tests/golden/derive $(B)/tests/live/baseline

$(TOOLS): $(B)/%: %.c $(LIBRARY)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(DEPS) -MT $@ -o $@ $< $(LIBRARY) $(LDFLAGS) $(LIBS_PROFILE)

.PHONY: vm-programs
vm-programs: all $(PROGRAMS) $(TOOLS) $(B)/tests/bench/floor

-include $(PROGRAMS:=.d) $(TOOLS:=.d)

$(B)/tests/unit/%: tests/unit/%.c $(LIBRARY) | $(SKELETONS)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(DEPS) -MT $@ -o $@ $< $(LIBRARY) $(LDFLAGS) -lcriterion $(LIBS)

-include $(UNIT_TESTS:=.d)

.PHONY: tests
tests: all $(UNIT_TESTS) $(PROGRAMS) $(TOOLS) $(B)/tests/bench/floor $(B)/tests/bench/calls

.PHONY: check check-live check-engines check-vm test
## check: unit, golden and source checks: no root, no BPF, under 30 s (SAN=1: with ASan and UBSan)
check: all $(UNIT_TESTS)
	BUILD=$(B) tests/run $(if $(SAN),unit golden,checks unit golden)

## check-live: record real programs on this kernel; needs root
check-live: tests
	BUILD=$(B) tests/run live

## check-engines: record containers of real podman and dockerd; needs root
check-engines: tests
	BUILD=$(B) tests/run engines

## check-vm: record on other kernels, in virtual machines; fetches those into build/ (apt); THOROUGH=yes: all there is, on each, for hours
check-vm: tests
	BUILD=$(B) AT_ONCE=1 TEST_TIMEOUT=$(if $(THOROUGH),50000,1200) tests/run vm

## test: install what is missing, then every tier that this machine can run; in CI a warning ends it
test:
	scripts/setup
	$(MAKE) -j$$(nproc) $(if $(filter true,$(CI)),CFLAGS='$(CFLAGS) -Werror') tests
	TEST_TIMEOUT=1200 tests/run checks unit golden builds live engines vm

$(B)/tests/bench/floor.bpf.o: tests/bench/floor.bpf.c vmlinux/vmlinux.h
	@mkdir -p $(@D)
	$(CLANG) $(BPF_CFLAGS) -c -o $@ $<

$(B)/tests/bench/floor: tests/bench/floor.c $(B)/tests/bench/floor.skel.h
	$(CC) -O2 -Wall -Wextra -I$(B)/tests/bench -o $@ $< -lbpf

$(B)/tests/bench/calls: tests/bench/calls.c
	@mkdir -p $(@D)
	$(CC) -O2 -Wall -Wextra -o $@ $<

.PHONY: bench
## bench: what recording costs, beside other tracers; installs those (BENCH="--json micro": see scripts/bench -h); needs root
bench:
	scripts/setup build >&2
	-scripts/setup bench >&2
	$(MAKE) all $(B)/tests/bench/floor $(B)/tests/bench/calls >&2
	@BUILD=$(B) scripts/bench $(BENCH)
	@BUILD=$(B) scripts/bench-profiles

.PHONY: bench-instructions
## bench-instructions: what a call costs in instructions, on kernels in virtual machines (UPDATE=yes: write tests/vm/instructions.table)
bench-instructions: tests
	BUILD=$(B) THOROUGH=yes tests/run -k instructions vm

# --- fuzzing ------------------------------------------------------------------------------------

SECONDS ?= 60
FUZZERS := convert decode engine fold mount oci_state profile recording simulate audit_log systemd
# the libraries, without what needs a kernel
FUZZ_SOURCES := $(wildcard user/base/*.c user/syscalls/*.c user/profile/*.c user/target/census.c user/target/engine*.c user/target/mount.c user/target/oci_state.c user/record/recording*.c user/record/audit_*.c) user/record/comm.c user/record/decode.c user/record/denials.c user/record/saturation.c \
	user/cli/recording_read.c user/cli/audit_report.c user/cli/curve.c user/cli/each_names.c

$(B)/fuzz/%: tests/fuzz/%.c $(FUZZ_SOURCES)
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) -std=gnu11 -O1 -g -DFUZZER -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all -o $@ $^ $(LIBS_PROFILE) -ljansson

.PHONY: fuzz
## fuzz: libFuzzer on every parser and the simulator, SECONDS=60 each
fuzz: $(FUZZERS:%=$(B)/fuzz/%)
	@for fuzzer in $(FUZZERS); do \
		mkdir -p $(B)/fuzz/corpus/$$fuzzer tests/fuzz/corpus/$$fuzzer; \
		echo "# $$fuzzer"; \
		$(B)/fuzz/$$fuzzer -max_total_time=$(SECONDS) -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix=$(B)/fuzz/ $(B)/fuzz/corpus/$$fuzzer tests/fuzz/corpus/$$fuzzer >$(B)/fuzz/$$fuzzer.log 2>&1 || \
			{ tail -n 50 $(B)/fuzz/$$fuzzer.log; exit 1; }; \
		grep number_of_executed_units $(B)/fuzz/$$fuzzer.log; \
	done

# --- for people -------------------------------------------------------------------------------------

.PHONY: setup demo
## setup: install what is missing (apt)
setup:
	scripts/setup

## demo: install what is missing, build, record a real command, show its summary and profile; needs root
demo:
	scripts/setup build
	$(MAKE) all
	scripts/demo

.PHONY: install uninstall
## install: into DESTDIR/PREFIX (default /usr/local)
install: all
	install -D -m 0755 build/whittle $(DESTDIR)$(PREFIX)/bin/whittle
	install -D -m 0755 scripts/generate-seccomp-profile $(DESTDIR)$(PREFIX)/bin/whittle-generate-seccomp-profile
	mkdir -p $(DESTDIR)$(EXAMPLESDIR)
	cp scripts/ci-examples/* $(DESTDIR)$(EXAMPLESDIR)
	install -D -m 0644 -t $(DESTDIR)$(PREFIX)/share/doc/whittle README.md LICENSE
	install -D -m 0644 user/man/whittle.1 $(DESTDIR)$(PREFIX)/share/man/man1/whittle.1
	install -D -m 0644 user/man/whittle-recording.5 $(DESTDIR)$(PREFIX)/share/man/man5/whittle-recording.5
	mkdir -p $(DESTDIR)$(HOOKSDIR) $(DESTDIR)/var/lib/whittle
	sed 's,@BINDIR@,$(PREFIX)/bin,' scripts/hook/whittle.json.in >$(DESTDIR)$(HOOKSDIR)/whittle.json
	mkdir -p $(DESTDIR)$(UNITDIR)
	sed 's,@BINDIR@,$(PREFIX)/bin,' scripts/systemd/whittle@.service.in >$(DESTDIR)$(UNITDIR)/whittle@.service
	test -e $(DESTDIR)/etc/whittle/hook.conf || install -D -m 0644 scripts/hook/hook.conf $(DESTDIR)/etc/whittle/hook.conf
	install -D -m 0644 user/man/whittle-profile.5 $(DESTDIR)$(PREFIX)/share/man/man5/whittle-profile.5
	install -d $(DESTDIR)$(PREFIX)/share/bash-completion/completions $(DESTDIR)$(PREFIX)/share/zsh/site-functions \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	build/whittle help --completion bash >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/whittle
	build/whittle help --completion zsh >$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_whittle
	build/whittle help --completion fish >$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/whittle.fish

## uninstall: remove what install put there; /etc/whittle/hook.conf and /var/lib/whittle stay
uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/whittle
	rm -f $(DESTDIR)$(PREFIX)/bin/whittle $(DESTDIR)$(PREFIX)/bin/whittle-generate-seccomp-profile $(DESTDIR)$(PREFIX)/share/man/man1/whittle.1 \
		$(DESTDIR)$(PREFIX)/share/man/man5/whittle-recording.5 $(DESTDIR)$(PREFIX)/share/man/man5/whittle-profile.5 \
		$(DESTDIR)$(HOOKSDIR)/whittle.json $(DESTDIR)$(UNITDIR)/whittle@.service \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/whittle $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_whittle \
		$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/whittle.fish

.PHONY: format clean help
## format: lay the sources out as clang-format has it
format:
	clang-format -i $$(git ls-files '*.c' '*.h')

## clean: remove build/
clean:
	rm -rf build

## help: this list
help:
	@sed -n 's/^## \([a-z-]*\): /  \1\t/p' $(MAKEFILE_LIST) | expand -t 16
