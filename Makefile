# Everything a person or a build machine does with callboard. Each target is one script of scripts/.
.DEFAULT_GOAL := help
.PHONY: help run demo services build package test stalls check sanitize fuzz soak chaos bench format clean
export JOBS LANES DATA LISTEN ONLY SERVICES FAULTS SEED DURATION KEEP

help: ## Lists the targets and the variables.
	@printf 'callboard: make TARGET [VARIABLE=value]\n\n'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 12
	@printf '\nVariables\n'
	@printf '  JOBS=n\tcompilers at once (one per core, at most one per 2 GiB of memory)\n' | expand -t 16
	@printf '  LANES=n\ttests at once: executables of C++ tests, files of others (two per core)\n' | expand -t 16
	@printf '  LISTEN=addr\taddress and port of run and demo (127.0.0.1:8080)\n' | expand -t 16
	@printf '  DATA=folder\tdata directory of run (./data)\n' | expand -t 16
	@printf '  SERVICES=1\trun on PostgreSQL, Redis, Kafka and a mail catcher; SERVICES="postgres redis" on these only\n' | expand -t 16
	@printf '  ONLY=suites\tsuites of test, sanitize and soak, e.g. ONLY="house cli" (all)\n' | expand -t 16
	@printf '  ONLY=targets\ttargets of fuzz, e.g. ONLY="http_head cookie" (all); DURATION=n seconds for each (600); KEEP=1 keeps inputs\n' | expand -t 16
	@printf '  FAULTS=n\tfaults of chaos (100); SEED=n repeats their order, or the moments of stalls\n' | expand -t 16

run: ## Installs what is missing, builds, and starts callboard in the foreground, on its embedded parts unless SERVICES is set.
	@scripts/run

demo: ## The same with three users, rooms and messages in a temporary folder, on loopback only.
	@scripts/demo

services: ## Starts PostgreSQL, Redis, Kafka and a mail catcher for development, and says where; `scripts/services stop` ends them.
	@scripts/install-service-dependencies
	@scripts/services start
	@scripts/services status

build: ## Installs what is missing and builds the programs into build/bin and the web client into web/dist.
	@scripts/install-build-dependencies
	@scripts/build
	@scripts/build-web

package: ## Builds and makes the Debian package build/package/callboard_VERSION_ARCHITECTURE.deb.
	@scripts/package

test: ## Installs what the tests need, builds, runs every test, ends with one line `N passed, N failed`.
	@scripts/test

stalls: ## Runs every test while its processes stand still now and then, for up to four seconds: none may depend on time (needs root).
	@scripts/stall scripts/test

check: ## What a change must pass: layout, static analysis, scripts, dependency rule, then every test.
	@scripts/check

sanitize: ## Runs the C++ tests and the real programs under the address, undefined and thread sanitizers.
	@scripts/sanitize

fuzz: ## Fuzzes what reads bytes from outside, ten minutes each, with the address and undefined sanitizers; findings in build/fuzz/findings.
	@scripts/fuzz

soak: ## Runs the tests through the real programs with long counts.
	@scripts/soak

chaos: ## Runs the fault test with 100 faults: servers are killed, frozen and cut off under load, and nothing may be lost.
	@scripts/chaos

bench: ## Measures callboard beside its peers, and over PostgreSQL and Kafka, and under overload; writes bench/RESULTS*.
	@scripts/bench

format: ## Lays out the C++ sources with clang-format.
	@scripts/format

clean: ## Removes what was built and the services with their data; keeps the data directory.
	@for root in build/services*; do [ ! -d "$$root" ] || scripts/services --root "$$root" reset > /dev/null || exit 1; done
	@rm -rf build web/dist
