# Masar. `make help` lists what you can do.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
comma := ,
EXTRACT := $(BIN)/pybabel --quiet extract -F babel.cfg -k N_ -k NN_:1,2 --omit-header --sort-output --no-location
UPDATE := --domain messages --output-dir app/web/locales --no-fuzzy-matching --ignore-obsolete --width 100

.PHONY: help run demo test check bench format messages lock clean
.DEFAULT_GOAL := help

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

run: .venv/run ## Start the site on http://127.0.0.1:8000 (PORT=9000 for another)
	@$(BIN)/python -m app serve --prepare --port $(PORT)

demo: .venv/run ## Add a fictitious ministry with 480 people, and print its logins
	@$(BIN)/python -m app demo

test: .venv/dev tests/journeys/node_modules tests/sso/node_modules ## Run every test: SQLite, PostgreSQL, Chromium
	@sh tests/journeys/chromium.sh
	@$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: .venv/dev ## Check format, lint, types, house plan, templates, catalogues, YAML
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --lint --quiet app/web/templates
	@$(BIN)/python -m pytest --quiet --no-header tests/web/test_translations.py
	@$(BIN)/python -m app check

bench: .venv/dev ## Measure speed against a ceiling, in the same run (FULL=1: a million learners)
	@$(BIN)/python -m tests.bench $(if $(FULL),--learners 1000$(comma)10000$(comma)100000$(comma)1000000)
	@$(BIN)/python -m tests.bench.catalogue
	@$(BIN)/python -m tests.bench.cohorts $(if $(FULL),--learners 1000$(comma)10000$(comma)100000$(comma)1000000)
	@$(BIN)/python -m tests.bench.rosters
	@$(BIN)/python -m tests.bench.reminders $(if $(FULL),--learners 1000000)

format: .venv/dev ## Put the code into the standard form
	@$(BIN)/ruff check --fix --quiet; $(BIN)/ruff format --quiet

messages: .venv/dev ## Collect the interface texts into the five catalogues
	@$(EXTRACT) -o .venv/messages.pot . && $(BIN)/pybabel --quiet update $(UPDATE) -i .venv/messages.pot

lock: .venv/dev ## Resolve the dependencies anew
	@$(BIN)/pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-header --group dev pyproject.toml -o requirements-dev.lock

clean: ## Remove what was installed and built; var/ with your data stays
	@rm -rf .venv tests/journeys/node_modules tests/sso/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Masar needs Python 3.11 or newer; this is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/run: requirements.lock | .venv/bin/python
	@echo "Installing what Masar needs (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock | .venv/bin/python
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch .venv/run $@

tests/journeys/node_modules tests/sso/node_modules: %/node_modules: %/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix $* --silent --no-audit --no-fund && touch $@; else echo "npm is missing: the tests in $* will be skipped"; fi
