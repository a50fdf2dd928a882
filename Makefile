# SPDX-License-Identifier: Apache-2.0
#
# The commands a person types. Each one works from a clean clone, says what it is doing, and ends by
# saying what to do next; the work itself is done by scripts/ and by CMake's presets.
#
#   JOBS=4   how many compilers and tests run at once
#   FUZZ_SECONDS=60   how long make fuzz-parsers takes for each of them; or FUZZ_RUNS=5000, how many
#                     inputs each, the same ones every time
#   CAMPAIGN='--scenario s1 --seeds 3'   options of make bench-policy (see its --help)
#   SOAK=2m   how long make soak takes
#   E2E_RAY='--keep build/ray'   options of make e2e-ray (see test/ray/run.py --help)
#   E2E_CLUSTER='--keep build/cluster'   options of make e2e-cluster (see test/cluster/run.py --help)
#   BENCH_GATEWAY='--only json --repeats 3'   options of make bench-gateway (see its --help)

SHELL := /bin/bash -o pipefail
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)
TEST_JOBS ?= 2
BINARY := build/release/signalbox

# Colour only for people: not in a file, a pipe, or where NO_COLOR is set.
ifeq ($(NO_COLOR)$(shell test -t 1 && echo tty),tty)
  BOLD := $(shell printf '\033[1m')
  DIM := $(shell printf '\033[2m')
  PLAIN := $(shell printf '\033[0m')
endif
say = @printf '\n$(BOLD)==> %s$(PLAIN)\n' '$(1)'
next = @printf '\n$(BOLD)What next$(PLAIN)\n' && printf '  %-48s $(DIM)%s$(PLAIN)\n'

.PHONY: help run build test sanitize bench bench-policy bench-gateway soak e2e-soak e2e-h2spec e2e-prometheus e2e-ray e2e-chart e2e-cluster reproduce fuzz fuzz-parsers conformance format lint clean setup

help: ## this list
	@printf '\n  $(BOLD)Signalbox$(PLAIN) directs generative-inference traffic over mixed accelerators.\n\n'
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  $(BOLD)make %-14s$(PLAIN) %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\n  $(DIM)New here? make run, then README.md. To change the code: HACKING.md.$(PLAIN)\n\n'

run: setup ## build, then watch the demo: five pools, two waves, one shortage
	$(call say,building signalbox)
	@$(call build_preset,release,--target signalbox)
	$(call say,running the demo: two minutes$(,) ctrl-c ends it)
	$(BINARY) demo
	$(next) \
	  '$(BINARY) demo --open' 'keep it serving, and send your own requests' \
	  '$(BINARY) serve --config signalbox.yaml' 'route to servers of your own' \
	  '$(BINARY) --help' 'everything else it can do' \
	  'make test' 'see that it works here'

build: setup ## build/release/signalbox
	$(call say,building release)
	@$(call build_preset,release)

test: build ## build and run every test (the house rules are one of them)
	$(call say,testing release)
	@ctest --preset release -j $(TEST_JOBS)
	$(next) \
	  'make run' 'watch the demo' \
	  'make sanitize' 'the same tests under the sanitizers' \
	  'ctest --preset release -R house' 'only the tests whose name matches'

sanitize: setup ## the tests under address, undefined-behaviour and thread sanitizers
	@for preset in asan tsan; do \
	  printf '\n$(BOLD)==> building %s$(PLAIN)\n' $$preset && \
	  $(call build_preset,$$preset) && \
	  printf '\n$(BOLD)==> testing %s$(PLAIN)\n' $$preset && \
	  $(fixed_addresses) ctest --preset $$preset -j $(TEST_JOBS) || exit 1; \
	done
	$(next) 'make bench' 'how fast it decides'

bench: build ## build and run the benchmarks
	@shopt -s nullglob; benches=(build/release/bench/*); count=0; \
	for bench in "$${benches[@]}"; do \
	  [[ -f $$bench && -x $$bench ]] || continue; \
	  printf '\n$(BOLD)==> benchmark %s$(PLAIN)\n' "$${bench##*/}"; \
	  "$$bench" $(BENCH_FLAGS) || exit 1; count=$$((count + 1)); \
	done; \
	((count > 0)) || { echo 'bench: build/release/bench holds no benchmark' >&2; exit 1; }
	$(next) 'make bench BENCH_FLAGS=--benchmark_filter=NAME' 'only some of them'

reproduce: setup ## the paper's Figures 6 to 11 run again, in one page with checks
	$(call say,building signalbox)
	@$(call build_preset,release,--target signalbox)
	$(call say,running the experiments of the paper)
	$(BINARY) simulate --reproduce build/reproduction.html
	$(next) 'xdg-open build/reproduction.html' 'look at the plots' \
	  '$(BINARY) simulate --list' 'what else can be simulated'

bench-policy: setup ## all policies before S1 to S4: takes hours, goes on where it stopped
	$(call say,building the campaign)
	@$(call build_preset,release,--target bench-policy)
	$(call say,running it; interrupt it whenever you like)
	build/release/bench-policy $(CAMPAIGN)
	$(next) 'git diff bench/RESULTS.md' 'what the tables say now'

bench-gateway: setup ## HAProxy, nginx, Envoy and Signalbox side by side: half an hour
	@scripts/setup bench
	$(call say,building signalbox and what it is measured with)
	@$(call build_preset,release,--target signalbox bench-gateway-backend bench-gateway-load)
	$(call say,measuring)
	bench/gateway/run.py $(BENCH_GATEWAY)
	$(next) 'git diff bench/RESULTS.md' 'what the tables say now' \
	  "make bench-gateway BENCH_GATEWAY=--profile" "where Signalbox's time goes"

soak: setup ## half an hour of reloads, dying units and rough clients: nothing may fail or grow
	$(call say,building signalbox and its units)
	@$(call build_preset,release,--target signalbox bench-gateway-backend)
	$(call say,soaking)
	test/soak/run.py --for $(or $(SOAK),30m)
	$(next) 'make soak SOAK=2h' 'longer'

e2e-soak: ## the same in five minutes
	@$(MAKE) soak SOAK=5m

fuzz: setup ## random fleets and fault storms against what must hold, 100,000 of them
	$(call say,building signalbox)
	@$(call build_preset,release,--target signalbox)
	$(call say,fuzzing; this takes minutes)
	$(BINARY) simulate --fuzz $(or $(CASES),100000)
	$(next) 'make fuzz CASES=1000000' 'look further'

fuzz-parsers: setup ## libFuzzer on every parser, FUZZ_SECONDS=600 each
	$(call say,building the fuzzer of the parsers with clang)
	@$(call build_preset,fuzz)
	$(call say,fuzzing $(or $(FUZZ_TARGETS),every target)$(,) $(if $(FUZZ_RUNS),$(FUZZ_RUNS) inputs,$(or $(FUZZ_SECONDS),600) s) each)
	@FUZZ_RUNS=$(FUZZ_RUNS) FUZZ_SECONDS=$(or $(FUZZ_SECONDS),600) fuzz/run.py $(FUZZ_TARGETS)
	$(next) \
	  'fuzz/run.py --minimise' 'keep what it learnt, in few and small inputs' \
	  "make fuzz-parsers FUZZ_TARGETS='traces'" 'only some of them'

conformance: setup ## h2spec, h1spec, testssl.sh, slowhttptest and our own cases
	@scripts/setup conformance
	$(call say,building signalbox and its tests)
	@$(call build_preset,release)
	$(call say,asking others whether it keeps to its protocols)
	@test/conformance/run.py $(CONFORMANCE)
	$(next) \
	  "make conformance CONFORMANCE='h2spec'" 'only one part of it' \
	  'test/conformance/cases.txt' 'the cases by number'

e2e-prometheus: setup ## a real Prometheus between emulated units and signalbox: a minute
	$(call say,building signalbox)
	@$(call build_preset,release,--target signalbox)
	$(call say,asking Prometheus)
	@test/sources/run.py --where-possible

e2e-h2spec: setup ## h2spec in clear and over TLS, where Go can build it: seconds
	$(call say,building signalbox)
	@$(call build_preset,release,--target signalbox)
	$(call say,asking h2spec)
	@test/conformance/run.py --where-possible h2spec h2spec-tls

e2e-ray: setup ## Ray Serve, real, measured by signalbox profile: minutes, and 400 MB once
	$(call say,building signalbox)
	@$(call build_preset,release,--target signalbox)
	$(call say,measuring Ray Serve)
	@test/ray/run.py --where-possible $(E2E_RAY)
	$(next) "make e2e-ray E2E_RAY='--keep build/ray'" 'keep the profiles, plots and what Ray says of itself'

e2e-chart: setup ## chart, manifests and examples against the schemas of those they are for: seconds
	$(call say,building signalbox)
	@$(call build_preset,release,--target signalbox)
	$(call say,checking deploy/)
	@test/cluster/chart.py --where-possible
	$(next) 'make e2e-cluster' 'the same and more, with a real control plane'

e2e-cluster: setup ## a real API server, KEDA and Karpenter: minutes, and half an hour of building once
	$(call say,building signalbox)
	@$(call build_preset,release,--target signalbox)
	$(call say,building the programs of the cluster that are not built yet)
	@test/cluster/build.py
	$(call say,a day in a cluster)
	@test/cluster/run.py $(E2E_CLUSTER)
	$(next) "make e2e-cluster E2E_CLUSTER='--keep build/cluster'" 'keep logs, the audit log and what kubectl shows'

format: setup ## lay out every C++ file with clang-format
	$(call say,laying out C++ files)
	@scripts/format
	$(next) 'git diff' 'what changed' 'make lint' 'look for bugs next'

lint: build ## look for bugs and slow code with clang-tidy
	$(call say,running clang-tidy; this takes minutes)
	@run-clang-tidy-19 -quiet -p build/release -j $(JOBS) '$(CURDIR)/(src|test|bench)/.*' 2>&1 | \
	  grep -Ev '^([0-9]+ warnings? generated.*)?$$'
	$(next) 'make test' 'see that all still works'

clean: ## remove everything that was built
	rm -rf build

setup:
	$(call say,checking packages)
	@scripts/setup

# Configuring is skipped when the build folder is: ninja itself notices changed CMake files.
build_preset = { [[ -f build/$(1)/build.ninja ]] || cmake --preset $(1); } && \
  cmake --build --preset $(1) -j $(JOBS) $(2)

# The thread sanitizer of GCC 12 does not start where the kernel spreads addresses widely.
fixed_addresses := $(shell setarch "$$(uname -m)" -R true 2>/dev/null && echo setarch -R)

, := ,
