# The five words of the project; `make help` tells what each does.
PYTHON ?= python3
PIP_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin
CODE := indexing service eval tests

.PHONY: help run test check eval clean
.DEFAULT_GOAL := help

help: ## what each command does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/installed ## install, build the index, serve; prints the address
	$(BIN)/python -m indexing
	$(BIN)/python -m service serve

test: $(VENV)/installed-test ## every test, in a real browser too; installs what it needs
	bash tests/browser/install.sh
	$(BIN)/python -m pytest -q

check: $(VENV)/installed-test ## format, lint, types, box size, tests
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	bash tests/browser/install.sh
	npm run --silent types
	$(BIN)/python -m pytest -q

eval: $(VENV)/installed ## measure on the shipped questions
	$(BIN)/python -m indexing
	$(BIN)/python -m eval

clean: ## remove what the other commands made
	rm -rf $(VENV) index node_modules build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "$(PYTHON) must be Python 3.11 or newer; give another one: make run PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -qy python3-venv && $(PYTHON) -m venv $(VENV); } \
	  || { echo "no virtual environment could be made; on Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q $(PIP_FLAGS) -e .
	@touch $@

$(VENV)/installed-test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install -q $(PIP_FLAGS) -e '.[models,train,test]'
	@touch $@ $(VENV)/installed
