# Each target sets up what it needs. `make` alone lists them.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The lists name every package with its hash: nothing is left for pip to choose.
INSTALL := $(PIP) install -qq --require-hashes --no-deps
PROJECT := $(PIP) install -qq --no-deps --no-build-isolation --editable .
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" --upgrade

.DEFAULT_GOAL := help
.PHONY: help setup run test check fix bench docs rules lock clean \
	dev tools format-check lint types imports tests

help: ## list what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: .venv/.ready ## create .venv and install; leaves .venv/bin/estimator

run: setup ## print one worked estimate, then serve on http://127.0.0.1:8000 (or PORT=...)
	@exec $(BIN)/estimator serve --example --port $(PORT)

test: tools check ## everything, with the browser and the database the tests need

check: format-check lint types imports tests ## format, lint, types, import contracts, tests

fix: dev ## format, and mend what can be mended
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

bench: dev ## measure speed and memory
	@$(BIN)/python -m benchmarks.kernel
	@$(BIN)/python -m benchmarks.api
	@$(BIN)/python -m benchmarks.workbook
	@$(BIN)/python -m benchmarks.difference
	@$(BIN)/python -m benchmarks.batch_refusals

docs: dev ## write the generated pages anew
	@$(BIN)/python -m estimator.services.docs

rules: setup ## pack rules/us-2026/ into the workbook we ship
	@$(BIN)/estimator pack rules/us-2026 rules/us-2026.xlsx

lock: dev ## choose the newest versions that pyproject.toml allows, with hashes
	@$(COMPILE) pyproject.toml --all-extras --output-file requirements/dev.txt
	@$(COMPILE) pyproject.toml --extra postgres --constraint requirements/dev.txt \
		--output-file requirements/runtime.txt
	@$(COMPILE) requirements/build.in --constraint requirements/dev.txt \
		--output-file requirements/build.txt

clean: ## remove what was made, but no database
	@rm -rf .venv build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache

dev: .venv/.dev-ready

tools:
	@scripts/test-tools

format-check: dev
	@$(BIN)/ruff format --check .

lint: dev
	@$(BIN)/ruff check .

types: dev
	@$(BIN)/mypy

imports: dev
	@$(BIN)/lint-imports

# pytest's closing line is the last one printed, unless the engine is not wholly covered.
tests: dev
	@mkdir -p build
	@$(BIN)/pytest --numprocesses auto --dist worksteal --cov --cov-report=term:skip-covered --cov-fail-under=90
	@$(BIN)/coverage report --include='estimator/engine/*' --show-missing --fail-under=100 \
		> build/engine-coverage.txt || { cat build/engine-coverage.txt; exit 1; }

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say which with PYTHON=..."; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/.ready: pyproject.toml requirements/runtime.txt requirements/build.txt | .venv/bin/python
	@$(INSTALL) -r requirements/runtime.txt -r requirements/build.txt
	@$(PROJECT)
	@touch $@

.venv/.dev-ready: requirements/dev.txt .venv/.ready
	@$(INSTALL) -r requirements/dev.txt
	@touch $@
