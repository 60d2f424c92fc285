# Everything to run, test and check nnstudio: `make` lists the targets.
# The set-up happens once, in .venv, and again only when pyproject.toml or the constraints change.

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; exit; }; \
	done; echo python3)
FILE ?= samples/digits.nnstudio
ARGS ?=
# Two test processes; a file's tests stay together. One process: make test JOBS=0
JOBS ?= 2

VENV := .venv
PY := $(VENV)/bin/python
CONSTRAINTS := .ci/constraints.txt
BENCH_CONSTRAINTS := .ci/constraints-bench.txt

# pip reads these also in the isolated environment in which it builds the package.
export PIP_CONSTRAINT := $(CONSTRAINTS)
export PIP_BUILD_CONSTRAINT := $(CONSTRAINTS)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# ensurepip: the environment's own creation may have been interrupted before pip was in it.
PIP_INSTALL := $(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip; \
	$(PY) -m pip install --no-input --editable

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

# ---------------------------------------------------------------- set-up

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "nnstudio needs Python 3.11 or newer: install it, or name it: make PYTHON=/path/to/python3" >&2; \
		exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "Python's venv module is missing: on Debian and Ubuntu, install python3-venv." >&2; \
		exit 1; }

$(VENV)/.set-up-run: pyproject.toml $(CONSTRAINTS) | $(PY)
	@$(PIP_INSTALL) .
	@touch $@

$(VENV)/.set-up-test: pyproject.toml $(CONSTRAINTS) | $(PY)
	@$(PIP_INSTALL) '.[test]'
	@touch $@ $(VENV)/.set-up-run

# The tests with PyTorch to compare with: from here on `make test` runs tests/parity too.
$(VENV)/.set-up-parity: pyproject.toml $(CONSTRAINTS) | $(PY)
	@$(PIP_INSTALL) '.[test,parity]'
	@touch $@ $(VENV)/.set-up-test $(VENV)/.set-up-run

$(VENV)/.set-up-check: pyproject.toml $(CONSTRAINTS) | $(PY)
	@$(PIP_INSTALL) '.[check]'
	@touch $@ $(VENV)/.set-up-run

$(VENV)/.set-up-bench: export PIP_CONSTRAINT := $(CONSTRAINTS) $(BENCH_CONSTRAINTS)
$(VENV)/.set-up-bench: pyproject.toml $(CONSTRAINTS) $(BENCH_CONSTRAINTS) | $(PY)
	@$(PIP_INSTALL) '.[bench]'
	@touch $@ $(VENV)/.set-up-run

.PHONY: qt-libs
qt-libs: | $(PY)
	@$(PY) .ci/qt_libs.py

# ---------------------------------------------------------------- run and test

.PHONY: run
run: $(VENV)/.set-up-run ## Set up, and open the digits sample (another: FILE=samples/line.nnstudio)
	@$(PY) .ci/run_sample.py $(FILE)

.PHONY: test
test: $(VENV)/.set-up-test qt-libs ## Set up, and run the tests (some: ARGS="-k save")
	QT_QPA_PLATFORM=offscreen $(PY) -m pytest -n $(JOBS) --dist loadfile $(ARGS)

.PHONY: parity
parity: $(VENV)/.set-up-parity qt-libs ## Set up, with PyTorch, and hold the engine against it
	$(PY) -m pytest -n $(JOBS) --dist loadfile tests/parity $(ARGS)

.PHONY: samples
samples: $(VENV)/.set-up-run qt-libs ## Build the samples again, trained weights included
	$(PY) samples/build.py

.PHONY: reproduce
reproduce: $(VENV)/.set-up-run ## Train published networks on MNIST again: hours, goes on where it ended
	OPENBLAS_NUM_THREADS=1 $(PY) tests/benchmarks/reproduce.py $(ARGS)

.PHONY: bench
bench: $(VENV)/.set-up-bench ## The engine against its peers (less: ARGS="--quick --only lenet")
	$(PY) tests/benchmarks/bench_engine.py $(ARGS)

.PHONY: compare-folds
compare-folds: $(VENV)/.set-up-bench ## The folds of cross-validation against scikit-learn's
	$(PY) tests/benchmarks/compare_folds.py

.PHONY: bench-large
bench-large: $(VENV)/.set-up-test ## Training on 5 GB from the disk: speed and memory (less: ARGS=1)
	OPENBLAS_NUM_THREADS=1 $(PY) tests/benchmarks/bench_large.py $(ARGS)

.PHONY: bench-data
bench-data: $(VENV)/.set-up-test ## How fast tables, MNIST and pictures are read (less: ARGS=0.1)
	$(PY) tests/benchmarks/bench_data.py $(ARGS)

.PHONY: bench-gui
bench-gui: $(VENV)/.set-up-test qt-libs ## What showing it costs the training; large networks on the canvas
	QT_QPA_PLATFORM=offscreen $(PY) tests/benchmarks/bench_canvas.py; canvas=$$?; \
	QT_QPA_PLATFORM=offscreen $(PY) tests/benchmarks/bench_data_view.py; data=$$?; \
	QT_QPA_PLATFORM=offscreen $(PY) tests/benchmarks/bench_curves.py; curves=$$?; \
	QT_QPA_PLATFORM=offscreen $(PY) tests/benchmarks/bench_latency.py; latency=$$?; \
	QT_QPA_PLATFORM=offscreen $(PY) tests/benchmarks/bench_gui.py && exit $$((canvas + data + curves + latency))

.PHONY: soak
soak: $(VENV)/.set-up-test qt-libs ## Do thousands of random things to the window (ARGS="--seed 7")
	$(PY) tests/soak.py $(ARGS)

.PHONY: soak-training
soak-training: $(VENV)/.set-up-test qt-libs ## Hours of training in minutes: does anything grow? (ARGS="--hours 8")
	$(PY) tests/soak_training.py $(ARGS)

.PHONY: screenshots
screenshots: $(VENV)/.set-up-test qt-libs ## Write pictures of the window to build/screenshots
	QT_QPA_PLATFORM=offscreen $(PY) tests/screenshots.py build/screenshots

.PHONY: pictures
pictures: $(VENV)/.set-up-run ## Draw the activations for the engine's README again
	$(PY) tests/pictures.py

# ---------------------------------------------------------------- checks

.PHONY: check
check: format-check lint types imports ## All four checks below

.PHONY: format-check
format-check: $(VENV)/.set-up-check ## Is every file formatted?
	$(PY) -m ruff format --check

.PHONY: lint
lint: $(VENV)/.set-up-check ## Lint
	$(PY) -m ruff check

.PHONY: types
types: $(VENV)/.set-up-check ## Check the types
	$(PY) -m mypy

.PHONY: imports
imports: $(VENV)/.set-up-check ## Check which part imports which
	$(VENV)/bin/lint-imports --no-logo

# ---------------------------------------------------------------- housekeeping

.PHONY: format
format: $(VENV)/.set-up-check ## Format the files, and repair what lint can repair
	$(PY) -m ruff check --fix-only
	$(PY) -m ruff format

.PHONY: clean
clean: ## Remove what was built and cached, and the environment
	rm -rf $(VENV) build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find .ci nnstudio samples tests -name __pycache__ -type d -prune -exec rm -rf {} +
