PYTHON ?= .venv/bin/python
BIN = $(dir $(PYTHON))

.PHONY: check format lint types imports test nightly cost cover cover-trust mutate docs

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

# The six rooms that hold a promise each: gate, vault, forget, sanitiser, egress guard, store.
TRUST_ROOMS = */engine/gate/*,*/adapters/vault/*,*/usecases/forget.py,*/oo_data/text.py,*/adapters/http.py,*/oo_data/store/*
TRUST_TESTS = tests/unit tests/store tests/vault tests/consent tests/moments tests/outbox tests/engine

cover-trust:
	$(PYTHON) -m coverage erase
	$(PYTHON) -m coverage run -m pytest -m "not cost and not nightly" $(TRUST_TESTS)
	$(PYTHON) -m coverage combine
	$(PYTHON) -m coverage report --show-missing --include="$(TRUST_ROOMS)"

# ROOM is one of them: sanitiser, guard, forget, gate, vault, store; SAMPLE tries so many mutants, drawn by lot.
mutate:
	$(PYTHON) -m tests.hygiene.mutation $(ROOM) $(if $(SAMPLE),--sample $(SAMPLE))

docs:
	$(PYTHON) -m tests.hygiene.reference
