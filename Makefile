PYTHON ?= .venv/bin/python
BIN = $(dir $(PYTHON))

.PHONY: check format lint types imports test explore nightly cost cover cover-trust mutate docs

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

explore:
	$(PYTHON) -m pytest -n auto --hypothesis-profile=explore

nightly:
	$(PYTHON) -m pytest -n auto -m nightly

cost:
	$(PYTHON) -m pytest -m cost -s tests/hygiene tests/tui

cover:
	$(PYTHON) -m coverage erase
	$(PYTHON) -m coverage run -m pytest -m "not cost and not nightly"
	$(PYTHON) -m coverage combine
	$(PYTHON) -m coverage report --fail-under=92

# The six rooms that hold a promise each: gate, vault, sanitiser, egress guard, store, and forgetting with what finishes
# and proves it.
FORGETTING = */usecases/forget*.py,*/usecases/aftermath.py,*/usecases/verify.py,*/usecases/residue.py,*/engine/spellings.py
TRUST_ROOMS = */engine/gate/*,*/adapters/vault/*,*/oo_data/text.py,*/adapters/http.py,*/adapters/exchange.py,*/adapters/listener.py,*/oo_data/store/*
TRUST_TESTS = tests/forget tests/store tests/vault tests/unit/test_gate.py tests/unit/test_http.py \
  tests/unit/test_http_limits.py tests/unit/test_listener.py tests/unit/test_residue.py tests/unit/test_text.py \
  tests/moments/test_habituation.py tests/moments/test_openings.py tests/areas/test_store.py tests/cli/test_egress.py \
  tests/cron/test_command.py tests/llm/test_told.py tests/mirror/test_homes.py tests/phone/test_connections.py \
  tests/phone/test_pairing.py tests/phone/test_serve.py tests/policies/test_policies.py tests/reliability/test_between.py \
  tests/reliability/test_damaged.py tests/reliability/test_start.py tests/tui/test_first.py tests/tui/inspect/test_reading.py tests/walk/test_calendar.py

cover-trust:
	$(PYTHON) -m coverage erase
	$(PYTHON) -m coverage run -m pytest -m "not cost and not nightly" $(TRUST_TESTS)
	$(PYTHON) -m coverage combine
	$(PYTHON) -m coverage report --show-missing --fail-under=100 --include="$(TRUST_ROOMS),$(FORGETTING)"

# ROOM is one of them: sanitiser, guard, forget, gate, vault, store; SAMPLE tries so many mutants, drawn by lot;
# AGAIN=1 asks all tests of the room, the slow ones too, about those that no quick one noticed.
mutate:
	$(PYTHON) -m tests.hygiene.mutation $(ROOM) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(AGAIN),--again)

docs:
	$(PYTHON) -m tests.hygiene.reference
