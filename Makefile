# Everything a person types. `make` alone lists it. The work is in scripts/.

PARLANCE_CACHE ?= $(HOME)/.cache/parlance
CARGO_TARGET_DIR ?= $(PARLANCE_CACHE)/target
PROFILE ?= dev
EVAL ?= ../shared/eval
export PARLANCE_CACHE CARGO_TARGET_DIR PROFILE

.DEFAULT_GOAL := help
.PHONY: help run setup build check test chaos test-api test-localstripe fmt bench eval psql clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  variables: PORT, DATA_DIR, DATABASE_URL … (see .env.example); PROFILE=release for an optimised server;'
	@echo '  PARLANCE_CACHE=$(PARLANCE_CACHE), CARGO_TARGET_DIR=$(CARGO_TARGET_DIR)'

run: ## set up what is missing, build, and serve http://localhost:8080
	@exec scripts/run.sh serve

setup: ## only the set-up: tools, Postgres, the model, widget and console
	@scripts/setup.sh test

build: setup ## the set-up and the server
	@cargo build --profile $(PROFILE) --bin parlance

check: setup ## in seconds: format, cargo check, types of the console, widget tests
	@cargo fmt --all --check
	@cargo check --quiet --workspace --all-targets
	@npm --prefix admin run --silent check
	@if [ -f widget/package.json ]; then npm --prefix widget test; fi

test: ## everything that must pass before a change lands, a browser included
	@exec scripts/test.sh

chaos: setup ## many runs in which everything goes wrong that may (CHAOS_MINUTES=12, CHAOS_ROUNDS=3, CHAOS_SEED=7 for one)
	@exec scripts/chaos.sh

test-localstripe: ## our client of Stripe against localstripe, from PyPI
	@exec scripts/test-localstripe.sh

test-api: ## every call of the API, valid and generated (ARGS='--seed 7 -n 50')
	@exec scripts/test-api.sh $(ARGS)

fmt: ## format the Rust code
	@cargo fmt --all

bench: ## Parlance beside its peers, measured (ARGS="--help" for its options)
	@exec scripts/bench.sh $(ARGS)

eval: setup ## quality of retrieval, grounding, sentiment and categories on the sets in EVAL
	@if [ -d "$(EVAL)" ]; then exec scripts/run.sh eval --data "$(EVAL)"; \
	else echo 'no evaluation sets in $(EVAL): set EVAL to a folder that has them'; fi

psql: ## a database prompt on the private Postgres of the running server
	@exec scripts/psql.sh

clean: ## remove what was built here; data and the cache outside the tree stay
	rm -rf widget/dist widget/node_modules admin/dist admin/node_modules docs-page/dist docs-page/node_modules tests/browser/node_modules test-results
	cargo clean
