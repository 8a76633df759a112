# Everything runs in .venv; the first target that needs it makes it.
PYTHON ?= python3.11
ifeq (,$(shell command -v $(PYTHON) 2>/dev/null))
PYTHON := python3
endif
BIN := .venv/bin
PORT ?= 8501


# Compiled files are kept whatever the environment says: each process would compile every package again.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help setup setup-test browser run test test-postgres lint bench screenshots clean

help:
	@echo "make run    start Ratchet with the sample company, on http://localhost:$(PORT)"
	@echo "make test   set up and run every test, the browser's included"
	@echo "make lint   formatting, lint and types"
	@echo "make bench  measure, each figure against its reference"

# Both files pin everything, so pip need not resolve (--no-deps).
INSTALL := $(BIN)/python -m pip install --quiet --no-deps --no-compile --disable-pip-version-check

.venv/ready: requirements.txt requirements-model.txt
	@$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Ratchet needs Python 3.11 or newer"'
	@echo "Setting up .venv (once; about two minutes) ..."
	@$(PYTHON) -m venv .venv
	@$(INSTALL) -r requirements.txt -r requirements-model.txt
	@touch $@

.venv/ready-test: .venv/ready requirements-test.txt
	@$(INSTALL) -r requirements-test.txt
	@touch $@

setup: .venv/ready
setup-test: .venv/ready-test

run: setup
	@$(BIN)/python -m core init --sample
	@echo; echo "Opening http://localhost:$(PORT)  (stop with Ctrl+C)"; echo
	@$(BIN)/streamlit run app.py --server.port $(PORT)

# Browser tests drive Debian's Chromium; it is installed when it is missing and apt is there.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
	  command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] \
	  && echo "Installing Chromium for the browser tests ..." \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	} || echo "No Chromium here and no right to install it: the browser tests will be skipped."

# Four workers for two cores: two wait for browsers most of the time, and others for processes they end.
test: setup-test browser
	@$(BIN)/python -m pytest -n 4 --dist loadgroup

# Only what asks the database (tests/conftest.py), without the attacks (minutes), what calls other rooms' public
# faces (the command line, the sample), and file formats but one. All of it was run on SQLite a moment before.
ELSEWHERE := tests/core/llm tests/core/assist/guardrails tests/core/assist/test_injections.py \
  tests/core/assist/abstention tests/core/actions/connectors tests/core/cli tests/core/sample \
  tests/core/evals/formats $(addprefix tests/core/surfaces/test_,any_input.py csv.py documentation.py intercom.py mbox.py zendesk.py)

test-postgres: setup-test
	@RATCHET_TEST_DATABASE=postgres $(BIN)/python -m pytest -n 3 --dist loadgroup tests/core \
	  $(addprefix --ignore=,$(ELSEWHERE))

lint: setup-test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: setup-test
	@$(BIN)/python -m benchmarks

screenshots: setup-test
	@$(BIN)/python -m docs.screenshots

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
