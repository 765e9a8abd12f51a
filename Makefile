PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test look soak fuzz check bench scale lock clean help

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup: $(STAMP) ## Make .venv with the locked dependencies and .venv/bin/ocpp-gateway

$(STAMP): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed (make PYTHON=python3.11 ...)")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## Play the main job once, readable
	@$(BIN)/ocpp-gateway demo

test: setup ## Pass the whole test suite
	$(BIN)/python -m pytest

look: setup ## Have a browser lay the shadow report out, and see that all of it can be seen
	$(BIN)/python -m pytest tests/browser -m browser

soak: setup ## The abuse tests in their bigger sizes: minutes
	$(BIN)/python -m pytest tests/abuse -m soak

SECONDS ?= 60
fuzz: setup ## Search for inputs that break framing, handshakes, frames or sessions: make fuzz SECONDS=60
	$(BIN)/python -m tests.abuse.fuzzing $(SECONDS)

check: setup ## What keeps the house in order: ruff, mypy --strict, import-linter, bandit
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml gateway adapters vendor_quirks

bench: setup ## Measure against nginx, HAProxy, Node ws, websockets, trio-websocket
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.readme

scale: setup ## Measure 9,000 stations on one worker, 18,000 on two, and two workers against one
	$(BIN)/python -m benchmarks.scale --way pass-through
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.scale --stations 18000 --workers 2
	$(BIN)/python -m benchmarks.pairs
	$(BIN)/python -m benchmarks.readme

lock: ## Renew requirements.lock from pyproject.toml (needs uv on the path)
	uv pip compile --quiet --extra dev --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 --universal -o requirements.lock pyproject.toml

clean: ## Take away what setup and the tests left
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .fuzz
