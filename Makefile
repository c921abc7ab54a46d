# Two commands do all the set-up: `make post` builds the posts, `make test` runs the tests.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: post test bench lint audit

post: $(VENV)/.ready
	$(BIN)/python build.py

test: $(VENV)/.ready-test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.ready-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Needs ../shared with real weights; the tables in the README come from here.
bench: $(VENV)/.ready-test
	$(BIN)/python -m tools.bench.sweep
	$(BIN)/python -m tools.bench.scan .bench-pictures

# Needs Node.js and Chromium: Lighthouse, axe-core and the Nu HTML checker over the built site.
audit: post
	cd tools/audit && npm install --no-fund --no-audit --silent
	cd tools/audit && node audit.mjs ../../site

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# pip takes torch's CPU build where one is offered; the versions are pinned so that nothing else moves
$(VENV)/.ready: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.ready-test: requirements-test.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-test.txt
	touch $@
