# syslat: `make run` shows a first profile, `make test` runs every test. Both install what is missing (as root).
# `make test-fast` is the one for between two edits.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

SWIFT ?= swift
STATIC_BUILD := .build-static
TOOLCHAIN := $(dir $(realpath $(shell command -v $(SWIFT))))
OBJCOPY := $(TOOLCHAIN)llvm-objcopy
CLANG := $(TOOLCHAIN)clang
BENCH := .build/bench
SANITIZED := .build-sanitized
FUZZ := .build-fuzz
# The build for arm64, and where the chroot for it is kept: 5 GB.
ARM64_BUILD := .build-static-arm64
SYSLAT_ARM64_CACHE ?= .arm64
FUZZ_VDSO := .build-fuzz-vdso
# Tests that trace or boot kernels. All others need neither root nor a network.
TRACING_TESTS := ^(CaptureTests|CommandLineTests|KernelLabTests|WorkloadTests)\.
# How long to fuzz, in seconds.
FUZZ_TIME ?= 600
# How many runs of the bench to compare with each other.
RUNS ?= 14

# `make install` installs below PREFIX. Packagers set DESTDIR, a root folder in which to stage the installation.
PREFIX ?= /usr/local
DESTDIR ?=
PARTS := $(STATIC_BUILD)/install
# The static binary that is installed and packed, with what it has linked in beside it (….linked.json). `make SYSLAT_BINARY=FILE …` takes
# one that is built already.
SYSLAT_BINARY ?= $(STATIC_BUILD)/syslat
# The same for arm64. Nothing builds it unasked, because that takes half an hour.
SYSLAT_ARM64_BINARY ?= $(ARM64_BUILD)/syslat
# What packages and releases are for. A release demands both binaries, `make deb` takes the one for arm64 if it is there.
ARCHITECTURES ?= amd64 arm64
PACKAGES := $(STATIC_BUILD)/packages
CONTAINER := $(STATIC_BUILD)/container
RELEASE = $(STATIC_BUILD)/dist/$(VERSION)

# Tracing needs root.
SUDO := $(shell [ $$(id -u) -eq 0 ] || echo 'sudo ')

# What a build needs, and what the tests need in addition.
BUILD_PACKAGES := libbpf-dev libelf-dev zlib1g-dev
GUEST_PACKAGES := qemu-system-x86
TEST_PACKAGES := strace jq git tmux dash sqlite3 binutils golang-go cpio e2fsprogs grub-common grub2-common python3 python3-venv groff-base chromium firefox-esr tidy protobuf-compiler debhelper lintian systemd iproute2 curl $(GUEST_PACKAGES)
BENCH_PACKAGES := python3
# What builds and looks into the disk of `make test-trial`.
TRIAL_PACKAGES := debootstrap grub-common grub2-common grub-pc-bin e2fsprogs jq qemu-system-x86
# What installs the packages on other machines.
PACKAGE_TEST_PACKAGES := autopkgtest debootstrap e2fsprogs qemu-system-x86
# What builds and boots syslat for arm64.
ARM64_PACKAGES := debootstrap
ARM64_TEST_PACKAGES := qemu-system-arm binutils
# The tools to compare syslat with, and the services to measure with.
PEER_PACKAGES := libbpf-tools bpftrace linux-perf strace
SERVICE_PACKAGES := redis-server postgresql nginx wrk
MAN_PAGE_PACKAGES := python3
DEB_PACKAGES := debhelper python3
# The formatter for C. The one for Swift comes with the toolchain.
LINT_PACKAGES := clang-format-14
SWIFT_FILES := Package.swift Sources Tests Plugins Benchmarks Fuzzing
C_FILES = $(shell git ls-files '*.c' '*.h')

.PHONY: all build run run-in-guest test test-build test-fast test-sanitized test-kernels test-trial check lint format setup-lint static static-arm64 test-arm64 install-parts install uninstall deb container release test-packages bench-overhead \
	bench-vdso-ticks bench-comparison bench-noise bench-consumer bench-snapshot bench-recorder bench-live bench-footprint bench-growth bench-reading fuzz fuzz-report fuzz-http fuzz-vdso setup setup-tests setup-bench generated \
	setup-peers bench-services setup-services \
	clean help

all: build

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: setup ## Build syslat (release)
	@$(SWIFT) build -c release --product syslat

define PROFILE_A_COMMAND
$(SUDO).build/release/syslat profile --top 12 -- sh -c 'tar --create --directory=/usr include | gzip | wc --bytes'
endef

run: build ## Build syslat and profile a real command with it; if BPF is refused, a workload in a virtual machine
	@if $(SUDO).build/release/syslat doctor >.build/doctor; then \
		echo "$(PROFILE_A_COMMAND)"; \
		$(PROFILE_A_COMMAND); \
	else \
		grep ^FAILED .build/doctor >&2 || true; \
		echo "This host does not let syslat trace: here is the profile of a workload on a Debian kernel in QEMU instead." >&2; \
		$(MAKE) run-in-guest; \
	fi

run-in-guest: build $(STATIC_BUILD)/syslat ## Boot a Debian kernel in QEMU and profile a workload there; needs no permission to trace
	@Tools/install-packages $(GUEST_PACKAGES)
	@Tests/Kernels/fetch
	@rm -rf .build/guest
	@$(STATIC_BUILD)/syslat bench --quick --runs 1 --boots 1 --kernel .kernels/linux-image-cloud-amd64/vmlinuz -o .build/guest
	@.build/release/syslat report --top 12 .build/guest/*.syslat

test: setup-tests ## Run every test
	@$(MAKE) --jobs=2 $(STATIC_BUILD)/syslat test-build
	@.build/debug/syslat doctor >/dev/null || \
		echo "This host does not let syslat trace: the tests of captures run on a Debian kernel in QEMU." >&2
	@# Not by `swift test`, which keeps up to 4 KiB of the log back: that of a run that hangs has to say where.
	@NO_COLOR=1 .build/debug/syslatPackageTests.xctest --testing-library swift-testing 2>&1

# Beside the build of the static binary: one build alone leaves a CPU idle for part of its time.
test-build: setup
	@$(SWIFT) build --build-tests
	@$(SWIFT) build --product syslat

test-fast: setup ## Run the tests that need neither root nor a network: a minute at most, once built
	@$(SWIFT) build --build-tests
	@SYSLAT_FAST_TESTS=1 $(SWIFT) test --skip-build --skip '$(TRACING_TESTS)'

test-sanitized: setup ## Run the same tests under the address sanitizer, then under the thread sanitizer
	@# Leaks are not looked for: the build's own tool frees nothing before it ends, and would fail the build.
	@for sanitizer in address thread; do \
		ASAN_OPTIONS=detect_leaks=0 SYSLAT_FAST_TESTS=1 $(SWIFT) test --sanitize=$$sanitizer --scratch-path $(SANITIZED)-$$sanitizer \
			--skip '$(TRACING_TESTS)' || exit; \
	done

test-trial: $(STATIC_BUILD)/syslat ## Reboot an emulated machine through a trial: grub, two kernels, a panic, a power cut (root, half an hour)
	@Tools/install-packages $(TRIAL_PACKAGES)
	@$(SUDO)Tests/Trial/run $(STATIC_BUILD)/syslat

test-kernels: setup-tests ## Boot every kernel in all ways that the tests know, with every set of programs (half an hour)
	@$(MAKE) --jobs=2 $(STATIC_BUILD)/syslat test-build
	@SYSLAT_ALL_KERNELS=1 SYSLAT_REQUIRE_KERNELS=1 $(SWIFT) test --skip-build --filter KernelLabTests

test-packages: install-parts ## Install, upgrade and purge the packages on bare Debian 12 and 13, and run the services there (root, 15 minutes)
	@Tools/install-packages $(DEB_PACKAGES) $(PACKAGE_TEST_PACKAGES)
	@rm -rf $(PACKAGES)/new $(PACKAGES)/old
	@$(MAKE) deb ARCHITECTURES=amd64 PACKAGES=$(PACKAGES)/new >/dev/null
	@SYSLAT_DEB_VERSION=0.0.9-1 $(MAKE) deb ARCHITECTURES=amd64 PACKAGES=$(PACKAGES)/old >/dev/null
	@$(SUDO)Tests/Packages/run $(PACKAGES)/new $(PACKAGES)/old

# EX_TEMPFAIL: the archive can't be reached, and there is nothing to test.
test-arm64: setup ## Boot arm64 kernels in QEMU and test syslat there (root, a network once)
	@Tools/install-packages $(ARM64_PACKAGES) $(ARM64_TEST_PACKAGES)
	@status=0; $(SUDO)Tools/arm64/make-chroot $(SYSLAT_ARM64_CACHE) || status=$$?; \
	if [ $$status -eq 75 ]; then echo "Skipped: syslat can't be built for arm64 here." >&2; exit 0; fi; [ $$status -eq 0 ]; \
	$(MAKE) static-arm64; \
	Tests/static-binary.sh $(ARM64_BUILD)/syslat; \
	Tests/Kernels/fetch --arm64; \
	$(SWIFT) build --build-tests; \
	SYSLAT_ARM64=$(CURDIR)/$(ARM64_BUILD)/syslat \
		SYSLAT_ARM64_SYSROOT=$$(realpath $(SYSLAT_ARM64_CACHE))/sid/opt/arm64.artifactbundle/arm64/sysroot \
		$(SWIFT) test --skip-build --filter ArmGuestTests

check: lint test generated static ## What CI runs: format, tests, generated files, the static binary, its installation
	@Tests/static-binary.sh $(STATIC_BUILD)/syslat
	@Tests/install.sh
	@Tests/units.sh
	@Tests/linked-in.sh
	@Tests/packages.sh
	@Tests/container.sh
	@Tests/release.sh

lint: setup-lint ## Check the format of Swift and C
	@$(SWIFT) format lint --strict --parallel --recursive $(SWIFT_FILES)
	@clang-format-14 --dry-run --Werror $(C_FILES)

format: setup-lint ## Format Swift and C
	@$(SWIFT) format format --in-place --parallel --recursive $(SWIFT_FILES)
	@clang-format-14 -i $(C_FILES)

generated: ## Check that the committed tables match their sources
	@Tools/syscall-tables/generate --check
	@Tools/cost-tables --check
	@Tools/bench-filesystem --check

static: $(STATIC_BUILD)/syslat ## Build one stripped, fully static binary: .build-static/syslat
	@ls -l $<

static-arm64: $(ARM64_BUILD)/syslat ## Build the same for arm64, in a chroot of Debian sid: .build-static-arm64/syslat (root, a network once)
	@ls -l $<

$(ARM64_BUILD)/syslat $(ARM64_BUILD)/syslat.linked.json &: $(shell find Sources BPF Plugins Package.swift Tools/static.ld Tools/arm64 -type f)
	@Tools/install-packages $(ARM64_PACKAGES)
	@$(SUDO)Tools/arm64/build $(SYSLAT_ARM64_CACHE) $(ARM64_BUILD) $(ARM64_BUILD)/syslat

$(STATIC_BUILD)/syslat $(STATIC_BUILD)/syslat.linked.json &: $(shell find Sources BPF Plugins Package.swift Tools/static.ld -type f)
	@Tools/install-packages $(BUILD_PACKAGES)
	@# lld, because gold warns about name service and dlopen in parts of Foundation and glibc that syslat never calls. With a section
	@# for each function, the linker drops functions that nothing calls: 1.0 of 20.9 MB. Nothing in a Swift program unwinds the stack, so
	@# the tables for that are left out, with their index: 2.5 MB. A static program that is at a random address (PIE) must not have a
	@# path for shared libraries (glibc asserts it); its relocations, packed, are 10 kB instead of several MB.
	@$(SWIFT) build -c release --product syslat --scratch-path $(STATIC_BUILD) --static-swift-stdlib --disable-local-rpath \
		-Xswiftc -static-executable -Xswiftc -Xclang-linker -Xswiftc -static-pie \
		-Xlinker -z -Xlinker pack-relative-relocs -Xlinker -z -Xlinker now -Xswiftc -use-ld=lld \
		-Xlinker --no-eh-frame-hdr -Xlinker -T -Xlinker $(CURDIR)/Tools/static.ld -Xlinker -Map=$(CURDIR)/$(STATIC_BUILD)/link.map \
		-Xswiftc -Xfrontend -Xswiftc -function-sections -Xcc -ffunction-sections -Xcc -fdata-sections
	@$(OBJCOPY) --strip-all $(STATIC_BUILD)/release/syslat $(STATIC_BUILD)/syslat
	@Tools/linked-in $(STATIC_BUILD)/link.map $(STATIC_BUILD) >$(STATIC_BUILD)/syslat.linked.json

# Everything that needs the toolchain is built before the installation: `sudo make install` often has no toolchain in its PATH.
install-parts: $(addprefix $(PARTS)/,syslat syslat.1 syslat.bash _syslat syslat.fish) ## Build what `make install` installs

# Compared by content: another SYSLAT_BINARY may be older.
$(PARTS)/syslat: $(SYSLAT_BINARY) FORCE
	@cmp --silent $< $@ || install -D $< $@

FORCE:

$(PARTS)/syslat.1: $(PARTS)/syslat Tools/man-page Tools/cost-tables Documentation/syslat.1.in $(wildcard Benchmarks/baselines/*.json)
	@Tools/install-packages $(MAN_PAGE_PACKAGES)
	@Tools/man-page $< Documentation/syslat.1.in >$@

$(PARTS)/syslat.bash: SHELL_NAME := bash
$(PARTS)/_syslat: SHELL_NAME := zsh
$(PARTS)/syslat.fish: SHELL_NAME := fish
$(PARTS)/syslat.bash $(PARTS)/_syslat $(PARTS)/syslat.fish: $(PARTS)/syslat
	@$< --generate-completion-script $(SHELL_NAME) >$@

SHARE = $(DESTDIR)$(PREFIX)/share
# What the README links to, at the same place beside it.
PAGES := README.md LICENSE CHANGELOG.md CONTRIBUTING.md SECURITY.md $(wildcard Documentation/*.md Documentation/decisions/*.md \
	Documentation/schema/*.json Documentation/images/*.png)

install: install-parts ## Install the program, its man page and completions: PREFIX=/usr/local DESTDIR=
	@install -D -m 755 $(PARTS)/syslat "$(DESTDIR)$(PREFIX)/bin/syslat"
	@install -D -m 644 $(PARTS)/syslat.1 "$(SHARE)/man/man1/syslat.1"
	@install -D -m 644 $(PARTS)/syslat.bash "$(SHARE)/bash-completion/completions/syslat"
	@install -D -m 644 $(PARTS)/_syslat "$(SHARE)/zsh/site-functions/_syslat"
	@install -D -m 644 $(PARTS)/syslat.fish "$(SHARE)/fish/vendor_completions.d/syslat.fish"
	@for page in $(PAGES); do install -D -m 644 $$page "$(SHARE)/doc/syslat/$$page"; done
	@echo "Installed $(DESTDIR)$(PREFIX)/bin/syslat"

uninstall: ## Remove what `make install` with the same PREFIX and DESTDIR installed
	@rm -f "$(DESTDIR)$(PREFIX)/bin/syslat" "$(SHARE)/man/man1/syslat.1" "$(SHARE)/bash-completion/completions/syslat" \
		"$(SHARE)/zsh/site-functions/_syslat" "$(SHARE)/fish/vendor_completions.d/syslat.fish"
	@for page in $(PAGES); do rm -f "$(SHARE)/doc/syslat/$$page"; done
	@[ ! -d "$(SHARE)/doc/syslat" ] || find "$(SHARE)/doc/syslat" -depth -type d -empty -delete

deb: install-parts $(SYSLAT_BINARY).linked.json ## Build Debian packages from the static binaries: .build-static/packages/*.deb
	@Tools/install-packages $(DEB_PACKAGES)
	@packaging/make-deb $(PACKAGES) $(SYSLAT_BINARY) $(if $(filter arm64,$(ARCHITECTURES)),$(wildcard $(SYSLAT_ARM64_BINARY)))

container: $(SYSLAT_BINARY) $(SYSLAT_BINARY).linked.json ## Make the folder to build a container image in: .build-static/container
	@Tools/install-packages python3
	@rm -rf "$(CONTAINER)"
	@install -D -m 755 $< "$(CONTAINER)/syslat"
	@packaging/legal copyright $<.linked.json >"$(CONTAINER)/copyright"
	@cp packaging/container/Containerfile "$(CONTAINER)/"
	@sed -e "s/@VERSION@/$$(packaging/version | cut -d ' ' -f 1)/" -e "s/@ARCHITECTURE@/$$(packaging/architecture $<)/" packaging/container/daemonset.yaml >"$(CONTAINER)/daemonset.yaml"
	@echo "$(CONTAINER)"

release: install-parts $(SYSLAT_BINARY).linked.json ## Make what is published as VERSION=…, for amd64 and arm64: .build-static/dist/VERSION
	@Tools/install-packages $(DEB_PACKAGES)
	@WITHOUT_MAINTAINER="$(WITHOUT_MAINTAINER)" packaging/make-release "$(VERSION)" "$(RELEASE)" "$(ARCHITECTURES)" $(SYSLAT_BINARY) $(SYSLAT_ARM64_BINARY)

bench-overhead: setup-peers build $(addprefix $(BENCH)/,floor.bpf.o hold-floor count-tracers call-loop) ## Measure what syslat and its peers add to a call
	@Benchmarks/overhead

bench-services: setup-services build $(addprefix $(BENCH)/,floor.bpf.o hold-floor count-tracers) ## Measure what Redis, PostgreSQL and nginx lose under syslat and its peers
	@Benchmarks/services

bench-vdso-ticks: setup-bench build $(BENCH)/clock-loop ## Measure what --vdso-ticks costs and how accurate its estimates are
	@Benchmarks/vdso-ticks

bench-comparison: setup ## Simulate how often `syslat compare` is wrong, and what it finds
	@$(SWIFT) build -c release --product bench-comparison
	@.build/release/bench-comparison

bench-noise: build ## Measure how far runs of the bench differ on this machine, and what a comparison of them finds (root, RUNS=14)
	@$(SWIFT) build -c release --product bench-noise
	@mkdir -p $(BENCH)/noise
	@for run in $$(seq --equal-width $(RUNS)); do $(SUDO).build/release/syslat bench --output $(BENCH)/noise/$$run.syslat >/dev/null; done
	@.build/release/bench-noise $$(for run in $$(seq --equal-width $(RUNS)); do echo $(BENCH)/noise/$$run.syslat; done)

bench-consumer: setup ## Measure the cost of an event in the consumer, from recorded batches
	@$(SWIFT) build -c release --product bench-consumer
	@.build/release/bench-consumer

bench-snapshot: setup $(BENCH)/call-loop ## Measure what looking at a running capture costs
	@$(SWIFT) build -c release --product bench-snapshot
	@.build/release/bench-snapshot $(BENCH)/call-loop

bench-live: setup $(BENCH)/many-tasks ## Measure what a refresh of `syslat top` costs with thousands of processes and threads (root)
	@$(SWIFT) build -c release --product bench-live
	@$(SUDO).build/release/bench-live $(BENCH)/many-tasks

bench-recorder: setup ## Measure the disk and the CPU time that an interval of `syslat record` takes
	@$(SWIFT) build -c release --product bench-recorder
	@.build/release/bench-recorder $(SEGMENT)

bench-footprint: setup-bench build $(STATIC_BUILD)/syslat $(BENCH)/paced-calls ## Measure the CPU, memory and time that syslat itself takes
	@Benchmarks/footprint

bench-growth: setup-bench build $(addprefix $(BENCH)/,many-tasks paced-calls) ## Measure how memory and CPU grow with threads, processes and calls
	@Benchmarks/growth

bench-reading: build ## Measure how long large files and long arguments take to read
	@Benchmarks/reading

# Debian's folder for kernel headers that depend on the architecture.
$(BENCH)/%.bpf.o: Benchmarks/%.bpf.c | $(BENCH) setup-bench
	@$(CLANG) -target bpf -mcpu=v3 -g -O2 -Wall -Wextra -Werror -Wno-unused-parameter -I/usr/include/$(shell uname -m)-linux-gnu -c $< -o $@

$(BENCH)/%: Benchmarks/%.c | $(BENCH) setup-bench
	@$(CLANG) -O2 -Wall -Wextra -Werror $< -o $@ -lbpf -lelf -lz

$(BENCH):
	@mkdir -p $@

fuzz: setup ## Fuzz the profile reader and everything behind it with libFuzzer (FUZZ_TIME=600 seconds)
	@# The build's own tool is linked as well, though it isn't a fuzzer and isn't run, so ignore the symbols that it lacks.
	@$(SWIFT) build -c release --scratch-path $(FUZZ) --target FuzzProfile -Xswiftc -sanitize=fuzzer \
		-Xlinker --unresolved-symbols=ignore-all
	@$(TOOLCHAIN)swiftc -sanitize=fuzzer -o $(FUZZ)/fuzz-profile $$(find $(FUZZ)/release/ -name '*.o' -not -path '*embed*') -lz
	@mkdir -p $(FUZZ)/corpus $(FUZZ)/findings
	@# New inputs go to .build-fuzz. Copy inputs that trapped to the committed corpus by hand, with a telling name.
	@# Traps must reach libFuzzer, so Swift's backtraces are off.
	@SWIFT_BACKTRACE=enable=no $(FUZZ)/fuzz-profile -max_total_time=$(FUZZ_TIME) -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
		-dict=Fuzzing/profile.dict -artifact_prefix=$(FUZZ)/findings/ $(FUZZ_FLAGS) $(FUZZ)/corpus Tests/ProfileFileTests/Corpus

fuzz-report: build ## Mutate profiles, make their hashes fit, and report and compare them in every format (FUZZ_TIME=600 seconds)
	@Fuzzing/mutate-reports .build/release/syslat --seconds $(FUZZ_TIME) $(FUZZ_FLAGS)

fuzz-http: build ## Send broken requests to a live `syslat serve` (root, FUZZ_TIME=600 seconds)
	@$(SUDO)Fuzzing/storm-requests .build/release/syslat --seconds $(FUZZ_TIME) $(FUZZ_FLAGS)

fuzz-vdso: setup ## Fuzz the reader of vDSO images, beginning with the running one (FUZZ_TIME=600 seconds)
	@$(SWIFT) build -c release --scratch-path $(FUZZ_VDSO) --target FuzzVDSO -Xswiftc -sanitize=fuzzer \
		-Xlinker --unresolved-symbols=ignore-all
	@$(TOOLCHAIN)swiftc -sanitize=fuzzer -o $(FUZZ_VDSO)/fuzz-vdso $$(find $(FUZZ_VDSO)/release/ -name '*.o' -not -path '*embed*')
	@mkdir -p $(FUZZ_VDSO)/corpus $(FUZZ_VDSO)/findings
	@Fuzzing/VDSO/dump-vdso >$(FUZZ_VDSO)/corpus/running
	@SWIFT_BACKTRACE=enable=no $(FUZZ_VDSO)/fuzz-vdso -max_total_time=$(FUZZ_TIME) -rss_limit_mb=2048 -timeout=10 \
		-print_final_stats=1 -artifact_prefix=$(FUZZ_VDSO)/findings/ $(FUZZ_FLAGS) $(FUZZ_VDSO)/corpus

setup: ## Install what a build needs
	@Tools/install-packages $(BUILD_PACKAGES)

setup-tests: ## Install what the tests need
	@Tools/install-packages $(BUILD_PACKAGES) $(TEST_PACKAGES)
	@# Without a network the tests go on without them, unless they are required.
	@Tests/Oracles/install || [ "$${SYSLAT_REQUIRE_ORACLES:-}" != 1 ]
	@# The same goes for the kernels of the virtual machines.
	@Tests/Kernels/fetch || [ "$${SYSLAT_REQUIRE_KERNELS:-}" != 1 ]

setup-lint:
	@Tools/install-packages $(LINT_PACKAGES)

setup-bench: ## Install what the benchmarks need
	@Tools/install-packages $(BUILD_PACKAGES) $(BENCH_PACKAGES)

setup-peers: setup-bench
	@Tools/install-packages $(PEER_PACKAGES)

setup-services: setup-peers
	@Tools/install-packages --start-no-service $(SERVICE_PACKAGES)

clean: ## Remove everything that was built
	@rm -rf .build $(STATIC_BUILD) $(SANITIZED)-* $(FUZZ) $(FUZZ_VDSO)
