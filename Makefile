# Each target does its own set-up; the second run skips what is done.
#   make demo              the playground on sample data    (make demo ARGS=--once: a transcript, then exit)
#   make test              every test                       (make test ARGS='-k deals')
#   make lint              formatting, rules, types
#   make bench             the measured claims
#   make chaos             the fault tests in their long form
#   make lock              the pinned dependencies anew, from pyproject.toml
SHELL := /bin/sh
ARGS ?=
BIN := .venv/bin
UV := $(BIN)/uv --quiet
LOCK := $(BIN)/uv --quiet pip compile --universal --generate-hashes --no-emit-index-url --no-header --all-extras --python-version 3.11
PIP_INSTALL := $(UV) pip install --python $(BIN)/python --compile-bytecode

.PHONY: demo test lint bench chaos lock
.DELETE_ON_ERROR:

demo: .venv/run.stamp
	@$(BIN)/crmbot demo $(ARGS)

test: .venv/dev.stamp
	@scripts/system-packages
	@$(BIN)/pytest -n auto --dist worksteal $(ARGS)

lint: .venv/dev.stamp
	@status=0; \
	$(BIN)/ruff format --check --quiet . || status=1; \
	$(BIN)/ruff check --quiet . || status=1; \
	$(BIN)/mypy || status=1; \
	exit $$status

bench: .venv/dev.stamp
	@for script in bench/*.py; do $(BIN)/python "$$script" $(ARGS) || exit 1; done

chaos: .venv/dev.stamp
	@scripts/system-packages
	@CRMBOT_CHAOS=long $(BIN)/pytest -n auto --dist worksteal tests/chaos $(ARGS)

lock: .venv/build.stamp
	@$(LOCK) $(ARGS) pyproject.toml -o requirements.lock
	@$(LOCK) $(ARGS) pyproject.toml --group dev -o dev.lock
	@$(subst --all-extras,,$(LOCK)) $(ARGS) --group build -c dev.lock -o build.lock

.venv/build.stamp: build.lock scripts/environment
	@scripts/environment .venv
	@touch $@

.venv/run.stamp: .venv/build.stamp requirements.lock pyproject.toml
	@echo "installing what crmbot needs ..."
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q crmbot
	@touch $@

.venv/dev.stamp: .venv/run.stamp dev.lock
	@echo "installing what the tests need ..."
	@$(PIP_INSTALL) --require-hashes -r dev.lock
	@touch $@
