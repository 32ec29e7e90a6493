# Everything a developer or a newcomer types. `make help` lists it.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(firstword $(shell command -v python3.11) $(shell command -v python3.12) $(shell command -v python3) python3.11)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
NAME ?= change
WEB := frontend
WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/public -type f) $(wildcard $(WEB)/*.ts $(WEB)/*.cjs $(WEB)/*.html)
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" NODE_USE_SYSTEM_CA=1 npm --prefix $(WEB) --silent

.DEFAULT_GOAL := help
.PHONY: help setup web web-types web-lock setup-dev run test check simulate bench faults screenshots faults-charging openapi migration migration-rewrite lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/installed $(WEB)/dist/index.html ## Install and build what is needed to run, once

setup-dev: $(VENV)/installed-dev $(WEB)/dist/index.html ## Install what is needed to develop and test, once

run: setup ## Start everything on this machine; Ctrl-C stops it
	@exec $(BIN)/igny8 up

test: setup-dev ## Run all tests; ARGS="tests/db -x" for some
	$(BIN)/python -m pytest $(ARGS)

check: setup-dev ## Format, lint, types, contracts, known holes, 100,000 histories, all tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/python -m tests.audit
	$(NPM) run lint
	$(NPM) run check
	$(NPM) test
	$(BIN)/python -m tests.simulation --histories 100000
	$(BIN)/python -m pytest $(ARGS)

simulate: setup-dev ## Go through N histories of the engine (10 million); ARGS="--seed 5000" goes on, "--replay 17" shows one
	$(BIN)/python -m tests.simulation --histories $(or $(N),10000000) $(ARGS)

bench: setup-dev ## Measure the engine: ratios and counts
	$(BIN)/python -m bench $(ARGS)

screenshots: setup-dev ## Take the pictures of all pages anew, into docs/screenshots/
	$(BIN)/python -m pytest tests/browser/pictures/take_pictures.py $(ARGS)

web-types: setup-dev ## Write the web app's types anew from the description of the API
	mkdir -p build && $(BIN)/python -m api.openapi_dump > build/openapi.json
	$(NPM) run types

web-lock: setup-dev ## Write frontend/package-lock.json anew from package.json
	$(NPM) install && $(BIN)/python tools/strip_lock.py && $(NPM) ci

openapi: $(VENV)/installed ## Print the description of the API; nothing needs to run
	@$(BIN)/python -m api.openapi_dump

faults: setup-dev ## Inject every fault and check what must hold; N=20 ONLY=name SEED=n
	$(BIN)/python -m faults $(ONLY) --trials $(or $(N),1) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),,--keep)

faults-charging: setup-dev ## Prove over 100,000 items that charged equals succeeded; ITEMS=n SEED=n
	$(BIN)/python -m faults.charging --items $(or $(ITEMS),100000) $(if $(SEED),--seed $(SEED)) $(if $(ITEMS),,--keep)

migration: setup-dev ## Write a migration for a change in db/tables.py; NAME=what_changed
	$(BIN)/python -m db.migrate new $(NAME)

migration-rewrite: setup-dev ## Write the first migration anew, while nothing is released
	$(BIN)/python -m db.migrate rewrite

lock: setup-dev ## Write requirements*.txt anew from pyproject.toml
	$(BIN)/pip-compile $(LOCK) --build-deps-for=editable -o requirements.txt pyproject.toml
	$(BIN)/pip-compile $(LOCK) --build-deps-for=editable --extra=dev -c requirements.txt -o requirements-dev.txt pyproject.toml

LOCK := --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links --no-header --no-annotate

clean: ## Remove the environment and all data of this folder
	@test ! -f var/postgres.path || rm -rf "$$(dirname "$$(cat var/postgres.path)")"
	rm -rf $(VENV) $(WEB)/node_modules $(WEB)/dist var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit((3, 11) > sys.version_info or sys.version_info >= (3, 13))' \
		|| { echo "Python 3.11 or 3.12 is needed: install it, or name it with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)

$(VENV)/installed: requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing what igny8 needs (once, a minute or two) ..."
	$(PIP) install --require-hashes -r requirements.txt
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing what the tests need (once) ..."
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

$(WEB)/node_modules/installed: $(WEB)/package-lock.json $(WEB)/package.json $(WEB)/.npmrc $(VENV)/installed
	@echo "Installing what the web app is built with (once, a minute) ..."
	$(NPM) ci
	@touch $@

$(WEB)/dist/index.html: $(WEB)/node_modules/installed $(WEB_SOURCES)
	@echo "Building the web app ..."
	$(NPM) run build
