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

# Of a copy in which each package lies at the top, because mutmut names modules by their path. ROOM names modules,
# as in: make mutate ROOM='oo_data.text*'
ROOM ?= oo_*
mutate:
	rm -rf build/mutation
	mkdir -p build/mutation
	cp -r oo_cli agents/oo_agents data/oo_data tests docs pyproject.toml README.md build/mutation
	cd build/mutation && $(abspath $(PYTHON)) -m mutmut run "$(ROOM)"; $(abspath $(PYTHON)) -m mutmut results

docs:
	$(PYTHON) -m tests.hygiene.reference
