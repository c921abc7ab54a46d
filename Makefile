PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PINS := requirements.txt
BIN := $(VENV)/bin

.PHONY: help post test lint docs kernel scripts package bench audit torture

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

post: $(VENV)/.ready ## set everything up and build the posts; prints where the page is
	$(BIN)/python build.py

test: $(VENV)/.ready-test ## run all tests
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.ready-test ## check style, types and floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.ready-test ## write what docs/ has from the code, and the documentation as a site: docs-site
	$(BIN)/python -m tools.architecture
	$(BIN)/python -m tools.supported
	$(BIN)/python -m tools.keys
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

kernel: $(VENV)/.ready-test ## compile the explorer's kernel to WebAssembly
	$(BIN)/python -m tools.kernel.compile

# Pages bring the explorer's scripts packed; after a change in templates/explorer they are packed again.
scripts: ## pack the explorer's scripts; needs Node.js
	cd tools/scripts && npm install --no-fund --no-audit --silent
	cd tools/scripts && node pack.mjs

# What others get: both distributions, and the wheel in an environment of its own, where a post is begun and built.
# The script pyproject-build, since python -m build would run the project's own build.py.
package: $(VENV)/.ready-test ## build what others install, and try it in an environment of its own
	rm -rf dist
	$(BIN)/pyproject-build --no-isolation
	$(BIN)/twine check --strict dist/*
	set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(BIN)/python -m venv "$$folder/env"; \
	"$$folder/env/bin/python" -m pip install --quiet --disable-pip-version-check -c $(PINS) dist/*.whl; \
	"$$folder/env/bin/python" -m pip check; \
	cp content/why-is-this-a-cat/imgs/chelsea.png "$$folder/cat.png"; \
	cd "$$folder"; \
	env/bin/catvis new why --picture cat.png; \
	env/bin/catvis build --strict --cache cache

# The tables in docs/measured.md come from here, but for the first, which is of `catvis menagerie report`.
bench: $(VENV)/.ready-test ## measure speed and memory; needs ../shared with real weights
	$(BIN)/python -m tools.bench.sweep
	$(BIN)/python -m tools.bench.scan .bench-pictures
	$(BIN)/python -m tools.bench.crops menagerie
	$(BIN)/python -m tools.bench.crops alexnet-conv --weights ../shared/weights
	$(BIN)/python -m tools.bench.build --jekyll
	$(BIN)/python -m tools.bench.preview
	$(BIN)/python -m tools.bench.interfaces
	$(BIN)/python -m tools.bench.open
	$(BIN)/python -m tools.bench.numbers ../shared
	$(BIN)/python -m tools.bench.numbers ../shared --distinct
	$(BIN)/python -m tools.bench.explorer

# What came of it is printed and lies in .torture; ended, it goes on where it was.
torture: $(VENV)/.ready-test ## try to break it: 100,000 bad inputs, and more; about an hour
	$(BIN)/python -m tools.torture

# Lighthouse, axe-core and the Nu HTML checker over the built site.
audit: post ## check the built pages; needs Node.js and Chromium
	cd tools/audit && npm install --no-fund --no-audit --silent
	cd tools/audit && node audit.mjs ../../site

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# pip takes torch's CPU build where one is offered; the versions are pinned so that nothing else moves
$(VENV)/.ready: $(PINS) | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(PINS)
	touch $@

$(VENV)/.ready-test: requirements-test.txt requirements-docs.txt $(VENV)/.ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(PINS) -r requirements-test.txt -r requirements-docs.txt
	touch $@
