SHELL := /bin/bash
# Every target installs what it lacks, once, into a cache that all checkouts share (scripts/setup).
.PHONY: help run dev test chaos bench bench-compare soak e2e release fmt lint audit doctor
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z0-9]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## build and start a living demo inbox; prints its address and a log-in
	@scripts/run $(ARGS)

dev: ## the same in watch mode: rebuilds on every change
	@scripts/dev $(ARGS)

test: ## everything that CI runs; the last line says "N passed, N failed"
	@scripts/test

chaos: ## ten minutes of everything going wrong at once; nothing may be lost or doubled
	@scripts/chaos

bench: ## measure the release build from outside (BENCH_SCALE=1 for a million chats); writes docs/BENCHMARKS.md
	@scripts/bench

bench-compare: ## the newest measurement against an older one, as ratios: make bench-compare OLD=path/of/bench.json
	@scripts/bench compare $(OLD)

soak: ## steady load for 20 minutes (SOAK_MINUTES); memory, files, connections and queues must not grow
	@scripts/soak

e2e: ## browser tests alone, e.g. make e2e ARGS="xss --headed"
	@scripts/e2e $(ARGS)

release: ## optimised build in target/dist
	@scripts/setup release
	@scripts/build --release

fmt: ## format the code
	@. scripts/env.sh && cargo fmt

lint: ## clippy for server and browser, warnings are errors
	@scripts/setup run
	@scripts/lint

audit: ## dependencies against published advisories
	@scripts/audit

doctor: ## what is wrong with the set-up of this machine, and how to mend it
	@scripts/setup run
	@scripts/build
	@. scripts/env.sh && LEPTOS_SITE_ROOT=$$root/target/site LEPTOS_HASH_FILES=true target/debug/agentiq doctor
