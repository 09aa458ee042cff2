# Everything a newcomer, an operator or a contributor types. `make demo` and `make test` set up all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: demo test prove bench lint types contracts format setup setup-dev setup-machine clean

demo: setup
	@$(BIN)/jieyou demo $(ARGS)

setup: $(VENV)/.run
setup-dev: $(VENV)/.dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; try: make PYTHON=python3.12" if sys.version_info < (3, 11) else 0)'
	@echo "Setting up $(VENV) (once, a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

$(VENV)/.run: $(VENV)/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/python pyproject.toml
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.run

# Chromium for the browser's tests: installed where this machine lets us, else said what is missing.
setup-machine:
	@sh scripts/setup-machine.sh

format: setup-dev
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lint: setup-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup-dev
	$(BIN)/mypy

contracts: setup-dev
	$(BIN)/lint-imports

test: setup-dev setup-machine lint types contracts
	$(BIN)/python -m pytest -m "not prove" -n 2 --dist loadscope -q -rs $(ARGS)

# The long proofs: thousands of updates, random kills, whole quarters.
prove: setup-dev setup-machine
	$(BIN)/python -m pytest -m prove -q -rs $(ARGS)

bench: setup-dev
	$(BIN)/python -m bench $(ARGS)

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .hypothesis build dist
