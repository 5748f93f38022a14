# `make demo` and `make test` are all that most people need. Each sets up what it lacks (packaging/setup.sh).

SHELL := /bin/bash
python := .venv/bin/python
desk := $(python) -m tests.helpers.virtual_desktop --

.PHONY: help demo test lint format unit desk bench mutants soak kill9 fleet conformance sdk-js constraints clean
.PHONY: window desktop

help: ## show this
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 22

demo: ## open rcdesk, signed in to a platform of its own (without a display: pictures in build/demo/)
	@packaging/demo.sh

test: desktop ## everything that must hold
	@packaging/test.sh

lint: window ## style, types, floors
	@packaging/test.sh lint

format: window ## let ruff format and mend what it can
	@$(python) -m ruff format
	@$(python) -m ruff check --fix

unit: window ## the tests that need no desktop; narrow them with ARGS="tests/core -k late"
	@QT_QPA_PLATFORM=offscreen $(python) -m pytest --ignore=tests/desk $(ARGS)

desk: desktop ## the tests on a real, throw-away desktop
	@$(desk) $(python) -m pytest tests/desk $(ARGS)

bench: desktop ## how fast, how heavy (benchmarks/README.md)
	@missed=0; $(desk) $(python) -m benchmarks.start || missed=1; \
	$(python) -m tests.helpers.virtual_desktop --size 1920x1080 -- $(python) -m benchmarks.push_to_paint || missed=1; \
	exit $$missed

mutants: window ## whether a test fails for each rule of the core that is broken: make mutants ARGS=calls
	@$(python) -m pip --quiet --disable-pip-version-check install --constraint packaging/constraints.txt --editable '.[mutants]'
	@$(python) -m benchmarks.mutants $(ARGS)

soak: window ## a day on which everything goes wrong: make soak MINUTES=10
	@$(python) -m benchmarks.soak --minutes $(or $(MINUTES),10) $(ARGS)

kill9: window ## kill it at random moments, and see what is left: make kill9 TIMES=100
	@$(python) -m benchmarks.kill9 --times $(or $(TIMES),100) $(ARGS)

fleet: window ## a simulated town that loses the platform and comes back
	@$(python) -m benchmarks.fleet $(ARGS)

conformance: window ## check the sandbox against the vendor's document: make conformance OPENAPI=FILE
	@test -f "$(OPENAPI)" || { echo 'Name the document: make conformance OPENAPI=path/to/openapi.yaml' >&2; exit 2; }
	@$(python) -m pytest tests/sandbox/test_official_document.py --openapi "$(OPENAPI)" $(ARGS)

sdk-js: window ## the vendor's JavaScript SDK as a client of the sandbox (needs npm)
	@RCDESK_SDK_JS=1 $(python) -m pytest tests/sdk_js $(ARGS)

constraints: window ## write packaging/constraints.txt from what is installed now
	@{ sed '/^$$/q' packaging/constraints.txt; $(python) -m pip freeze --exclude-editable; } >build/constraints.txt
	@mv build/constraints.txt packaging/constraints.txt

clean: ## remove what was built and the virtual environment
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

window desktop: # what to set up
	@packaging/setup.sh $@
