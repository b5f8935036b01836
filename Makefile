# Portal's commands. `make` lists them. Everything can be run again at any time and is then quick:
# what is done is stamped in .venv, so deleting .venv starts afresh.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
PORTAL_INSTANCE ?= instance
PORTAL_PUBLIC_URL ?= http://$(if $(filter 0.0.0.0,$(HOST)),127.0.0.1,$(HOST)):$(PORT)
export PYTHON PORTAL_INSTANCE PORTAL_PUBLIC_URL

BIN := .venv/bin
DONE := .venv/.done
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet

.PHONY: help
help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 12

# ---------------------------------------------------------------- the two commands

.PHONY: run
run: $(DONE)/portal ## Set everything up and serve Portal with example data (HOST=… PORT=…)
	@$(BIN)/portal init
	@$(BIN)/portal demo --if-empty --logins "$$PORTAL_INSTANCE/logins.json"
	@exec $(BIN)/portal serve --host $(HOST) --port $(PORT)

.PHONY: test
test: $(DONE)/portal $(DONE)/dev ## Every test, on SQLite and on PostgreSQL (ARGS="-k name")
	@.ci/packages tests
	@unset PORTAL_INSTANCE PORTAL_PUBLIC_URL && $(BIN)/pytest -n 3 --dist worksteal $(ARGS)

# ---------------------------------------------------------------- checks

.PHONY: check
check: $(DONE)/portal $(DONE)/dev ## Style, types, templates and the law of the floors
	@status=0; \
	check() { echo "— $$*"; "$(BIN)/$$@" || status=1; }; \
	check ruff check .; \
	check ruff format --check .; \
	check mypy; \
	check djlint --lint --quiet templates; \
	check lint-imports --no-cache; \
	exit $$status

.PHONY: lint
lint: $(DONE)/dev ## Style alone, mending what can be mended
	@$(BIN)/ruff check --fix .

.PHONY: format
format: $(DONE)/dev ## Lay out the Python source
	@$(BIN)/ruff format .

.PHONY: bench
bench: $(DONE)/portal $(DONE)/dev ## List and detail page beside the floor and the peers (ARGS="--sizes 1000")
	@$(BIN)/python tests/bench/run.py $(ARGS)

.PHONY: ci
ci: ## What every change has to pass
	@.ci/run

# ---------------------------------------------------------------- the locks

# uv resolves for every Python from 3.11 and every system at once; the result holds versions and
# hashes only, no index and no host. UPGRADE=1 takes the newest versions, else only what changed.
LOCK = $(DONE)/uv/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header --group build $(if $(UPGRADE),--upgrade)

.PHONY: lock
lock: $(DONE)/uv/bin/uv ## Renew requirements*.lock (UPGRADE=1 for the newest versions)
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock

$(DONE)/uv/bin/uv: | $(DONE)/venv
	@$(PYTHON) -m venv $(DONE)/uv && $(DONE)/uv/bin/pip install --quiet --disable-pip-version-check uv

# ---------------------------------------------------------------- set-up, each step once

$(DONE)/venv:
	@.ci/packages venv
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Portal needs Python 3.11 or newer: make PYTHON=python3.11 …" >&2; exit 1; }
	@echo "Making the virtual environment in .venv"
	@$(PYTHON) -m venv .venv && mkdir -p $(DONE) && touch $@

$(DONE)/runtime: requirements.lock | $(DONE)/venv
	@echo "Installing what Portal needs, as locked"
	@$(PIP) install --require-hashes -r requirements.lock && touch $@

$(DONE)/portal: pyproject.toml $(DONE)/runtime
	@$(PIP) install --no-deps --no-build-isolation --editable . && touch $@

$(DONE)/dev: requirements-dev.lock $(DONE)/runtime
	@echo "Installing what the tests and checks need, as locked"
	@$(PIP) install --require-hashes -r requirements-dev.lock && touch $@
