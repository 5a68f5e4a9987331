PYTHON ?= .venv/bin/python
BIN = $(dir $(PYTHON))

.PHONY: check format lint types imports test nightly cost cover docs

check: lint types imports test

format:
	$(BIN)ruff format .
	$(BIN)ruff check --fix .

lint:
	$(BIN)ruff format --check .
	$(BIN)ruff check .

types:
	$(PYTHON) -m mypy

imports:
	$(BIN)lint-imports

test:
	$(PYTHON) -m pytest -n auto

nightly:
	$(PYTHON) -m pytest -n auto -m nightly

cost:
	$(PYTHON) -m pytest -m cost -s tests/hygiene tests/tui

cover:
	$(PYTHON) -m coverage erase
	$(PYTHON) -m coverage run -m pytest -m "not cost and not nightly"
	$(PYTHON) -m coverage combine
	$(PYTHON) -m coverage report

docs:
	$(PYTHON) -m tests.hygiene.reference
