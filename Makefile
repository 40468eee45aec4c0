# Two commands are enough on a machine with Python >= 3.11 and make:
#
#   make run     everything in one terminal: server, worker, embedded database; prints a sign-in link
#   make test    lint, types, contracts, and every test but the slow ones
#
# Each sets up what it needs inside this folder: uv in .tools, packages in .venv, Node from PyPI, the console in src/qistas/console.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(firstword $(shell for p in python3.13 python3.12 python3.11 python3.14 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$p; done; true))
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
BIN := .venv/bin
ARGS ?=
JOBS ?= 2

VENV := .venv/.ready
NODE_MODULES := web/node_modules/.package-lock.json
CONSOLE := src/qistas/console/index.html
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/test-results/*' 2>/dev/null)
CODE := src tests benchmarks hatch_build.py

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help run demo dev test test-all check lint types contracts web-test bench console wheel browser clean

help:  ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(VENV) $(CONSOLE)  ## start everything and print a sign-in link (ARGS="--port 9000")
	@exec $(BIN)/qistas up $(ARGS)

demo: $(VENV) $(CONSOLE)  ## sample projects on the server that runs, with simulated annotators
	@exec $(BIN)/qistas demo $(ARGS)

dev: $(VENV) $(NODE_MODULES)  ## server and console, both reloading when a file changes
	@exec $(BIN)/python -m qistas.cli.dev $(ARGS)

check: $(VENV) lint types contracts  ## the fast part: lint, types, contracts, unit tests
	@$(BIN)/pytest -q -n $(JOBS) -m "not slow and not browser" tests/unit

test: $(VENV) $(CONSOLE) lint types contracts web-test browser  ## everything but the slow tests
	@$(BIN)/pytest -q -n $(JOBS) --dist loadfile -m "not slow" tests

test-all: $(VENV) $(CONSOLE) lint types contracts web-test browser  ## everything
	@$(BIN)/pytest -q -n $(JOBS) --dist loadfile tests

lint: $(VENV)
	@$(BIN)/ruff check --quiet $(wildcard $(CODE)) && $(BIN)/ruff format --quiet --check $(wildcard $(CODE)) \
		|| { echo "Lint: run '.venv/bin/ruff check --fix' and '.venv/bin/ruff format', then look at what is left."; exit 1; }
	@echo "lint       clean"

types: $(VENV)
	@$(BIN)/pyright --warnings >.venv/pyright.log || { cat .venv/pyright.log; exit 1; }
	@echo "types      clean"

contracts: $(VENV)
	@$(BIN)/lint-imports --no-cache >.venv/contracts.log || { cat .venv/contracts.log; exit 1; }
	@echo "contracts  kept"

web-test: $(NODE_MODULES)
	@cd web && npm run --silent lint && npm run --silent types && npm run --silent test

bench: $(VENV) $(CONSOLE)  ## the benchmarks, one after the other
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python $$file $(ARGS); done

console: $(CONSOLE)  ## build the web console

wheel: $(VENV) $(CONSOLE)  ## a wheel and a source archive in dist/
	@$(UV) build --quiet && ls -1 dist

# Chromium for the browser tests: Debian's package where it is missing and we may install it.
browser:
	@if [ -n "$${QISTAS_SKIP_BROWSER:-}" ]; then echo "browser    left out (QISTAS_SKIP_BROWSER)"; \
	elif [ -n "$${QISTAS_CHROMIUM:-}" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
		|| command -v google-chrome >/dev/null; then :; \
	else as=""; [ "$$(id -u)" = 0 ] || as="sudo -n"; \
		if command -v apt-get >/dev/null && $$as true 2>/dev/null; then \
			echo "browser    installing chromium"; \
			$$as apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive $$as apt-get install -y -qq --no-install-recommends chromium >/dev/null || true; \
		fi; \
		command -v chromium >/dev/null || echo "browser    Chromium is missing and could not be installed here, so the browser tests will fail. Install it (on Debian: sudo apt-get install chromium), name one by QISTAS_CHROMIUM, or leave these tests out by QISTAS_SKIP_BROWSER=1."; \
	fi

clean:  ## remove what was built and installed here (no data)
	rm -rf .venv .tools dist build src/qistas/console web/node_modules .pytest_cache .ruff_cache .hypothesis .import_linter_cache

.tools/bin/uv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and none was found. Install it and try again."; exit 1; }
	@echo "setting up uv in .tools"
	@$(PYTHON) -m venv .tools 2>/dev/null || { rm -rf .tools; echo "Python's venv module is missing. On Debian: sudo apt-get install python3-venv"; exit 1; }
	@.tools/bin/python -m pip install --quiet uv

$(VENV): pyproject.toml uv.lock | $(filter .tools/bin/uv,$(UV))
	@echo "setting up packages in .venv"
	@$(UV) sync --quiet --frozen --all-extras --no-extra cluster $(if $(PYTHON),--python $(PYTHON))
	@touch $@

$(NODE_MODULES): web/package-lock.json web/package.json $(wildcard web/*/*/package.json) | $(VENV)
	@echo "setting up packages in web/node_modules"
	@cd web && npm ci --silent --no-audit --no-fund
	@touch $@

$(CONSOLE): $(WEB_SOURCES) $(NODE_MODULES)
	@echo "building the console"
	@cd web && npm run --silent build --workspace @qistas/console -- --logLevel warn
	@touch $@
