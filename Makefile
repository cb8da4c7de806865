# fairreach: one command a job. `make demo` shows gaps on a map, `make test` checks everything.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed-$(shell cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)

# The real data used by some tests, where the folder stands beside the project.
ifndef FAIRREACH_DATA
ifneq ($(wildcard ../shared/data/porto-alegre/osm.pbf),)
export FAIRREACH_DATA := $(abspath ../shared/data)
endif
endif

.PHONY: help install install-test demo test test-all engine-modes lint types format clean

help:
	@echo "make demo      install, compute the demo city, say where its map and report lie"
	@echo "make test      install, then ruff, mypy and pytest"
	@echo "make test-all  the same with the slow tests"
	@echo "make engine-modes  the kernels' tests without compilation and with indices checked"
	@echo "make install   only make .venv and install the project into it"
	@echo "make format    format the code"
	@echo "make clean     remove .venv and everything generated here"

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "fairreach needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 2; }
	$(PYTHON) -m venv $(VENV) || { echo "On Debian and Ubuntu: apt install python3-venv"; exit 2; }

$(STAMP)-run: $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(STAMP)-test: $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@ $(STAMP)-run

install: $(STAMP)-run
install-test: $(STAMP)-test

demo: $(STAMP)-run
	$(BIN)/fairreach run configs/demo.yaml
	@echo "The app: $(BIN)/fairreach dashboard results/demo --open"

lint: $(STAMP)-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP)-test
	$(BIN)/mypy

# The kernels without compilation, and with every index checked. The latter spends most of its time on compiling,
# so it runs in one process: several would compile the same kernels at the same time.
ENGINE_TESTS = $(filter-out %_compiled.py,$(wildcard tests/test_access_engine_*.py))
engine-modes: $(STAMP)-test
	FAIRREACH_EXAMPLES=20 NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -n auto --dist loadfile -m "not slow and not real_data" $(ENGINE_TESTS)
	cache=$$(mktemp -d); FAIRREACH_EXAMPLES=10 NUMBA_BOUNDSCHECK=1 NUMBA_CACHE_DIR=$$cache $(BIN)/python -m pytest -n 0 -m "not slow and not real_data" $(ENGINE_TESTS); status=$$?; rm -rf $$cache; exit $$status

# A file stays in one process, so that the runs that its tests share are computed once. Files begin in the order
# of tests/conftest.py, the longest first, not the one with the most tests.
SHARED := -n auto --dist loadfile --no-loadscope-reorder
test: lint types engine-modes
	@[ -n "$$FAIRREACH_CHROMIUM" ] || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || echo "No Chromium: the tests in a browser are skipped (apt install chromium)"
	$(BIN)/python -m pytest $(SHARED) -m "not slow"

test-all: lint types
	$(BIN)/python -m pytest $(SHARED)

format: $(STAMP)-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(VENV) build dist results *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
