# Every target stands with its one line of help after "##"; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PORT ?= 8000
PY := .venv/bin/python

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' Makefile

# The stamps stand for what is installed; a changed list of requirements makes them stale.
.venv/.runtime: requirements.txt ops/venv.sh
	@sh ops/venv.sh runtime

.venv/.dev: requirements.txt requirements-dev.txt ops/venv.sh
	@sh ops/venv.sh dev

# --- Run ---

.PHONY: up demo clean
up: .venv/.runtime ## Install what is missing and serve with worker and clock on http://127.0.0.1:8000 (PORT= changes it)
	@exec $(PY) manage.py serve --prepare --port $(PORT)

demo: .venv/.runtime ## Throw away the embedded database and load the demo anew
	@rm -f var/recovery.sqlite3 var/recovery.sqlite3-wal var/recovery.sqlite3-shm
	@rm -rf var/outbox
	@$(PY) manage.py migrate -v 0
	@$(PY) manage.py load_demo

clean: ## Remove the virtual environment, caches and everything in var/ (the embedded database too)
	rm -rf .venv var staticfiles .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- Check ---

.PHONY: check lint format types law migrations-check deploy-check states states-check
check: lint types law migrations-check deploy-check states-check ## All checks that run no test

lint: .venv/.dev ## ruff: lint and format; djhtml: indentation of the templates
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/djhtml --check --tabwidth 2 templates

format: .venv/.dev ## Let ruff and djhtml mend what they can
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .
	@.venv/bin/djhtml --tabwidth 2 templates

types: .venv/.dev ## mypy: strict where the rules live
	@.venv/bin/mypy

law: .venv/.dev ## The import law, exhaustive
	@.venv/bin/lint-imports

migrations-check: .venv/.dev ## Every model change has its migration
	@$(PY) manage.py makemigrations --check --dry-run

deploy-check: .venv/.dev ## Django's deployment check, with settings as in production
	@sh ops/as_production.sh $(PY) manage.py check --deploy --fail-level WARNING

states: .venv/.dev ## Draw the transition tables into docs/states.md
	@$(PY) -m ops.states

states-check: .venv/.dev
	@$(PY) -m ops.states --check

# --- Test ---

.PHONY: test drill fuzz bench bench-ledger bench-calls screenshots compose-check
test: .venv/.dev ## The whole suite, on SQLite and on PostgreSQL, with Redis and Chromium (ARGS= goes to pytest)
	@$(PY) -m tests.harness.suite $(ARGS)

drill: .venv/.dev ## Only the drills: kill the worker, stop Redis, count what was lost
	@$(PY) -m tests.harness.suite -m drill $(ARGS)

fuzz: .venv/.dev ## Generated input against the API, with many more examples than in the suite
	@$(PY) -m tests.harness.suite -m fuzz $(ARGS)

bench: .venv/.dev ## Measure the hot paths on PostgreSQL at 1,000 and 100,000 cases (table, and var/bench.json)
	@$(PY) -m benchmarks

bench-ledger: .venv/.dev ## Measure a month of 1,000,000 entries: statements and the nightly check (table, and var/bench-ledger.json)
	@$(PY) -m benchmarks.ledger $(ARGS)

bench-calls: .venv/.dev ## Plan 100,000 signals into calls in one run, and call for a day (table, and var/bench-calls.json)
	@$(PY) -m benchmarks.calls $(ARGS)

screenshots: .venv/.dev ## Photograph every screen into docs/screens/
	@$(PY) -m tests.journeys.screenshots

compose-check: .venv/.dev ## Validate docker-compose.yml and run its commands natively on PostgreSQL and Redis
	@$(PY) -m ops.compose_check

# --- Keep ---

.PHONY: lock
lock: .venv/.dev ## Resolve pyproject.toml's dependencies into requirements.txt
	@$(PY) -m ops.lock
