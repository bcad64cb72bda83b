# Needs Python 3.11 or newer and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
PARALLEL := -n 3 --dist loadscope --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: run live test test-long check sbom fmt coverage mutants fuzz screenshots evidence monitoring bench lock help

run: .venv/ready  ## Set up if need be, then start console, worker and sandbox; PORT=9000 chooses another port
	$(BIN)/python -m engine demo

live: .venv/ready  ## Set up if need be, then start console and worker with the real services, on this machine only
	$(BIN)/python -m engine live

test: .venv/ready-dev  ## Set up if need be, then run the tests; ARGS="-n 0 tests/unit" chooses some, one after another
	$(BIN)/python -m pytest $(PARALLEL) -m "not long" $(ARGS)

test-long: .venv/ready-dev  ## Run the stories that take their time: browsers, whole processes, batches under faults, kills and cut lines
	$(BIN)/python -m pytest $(PARALLEL) -m long $(ARGS)

check: .venv/ready-dev  ## Formatting, lint, types, and the direction of imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

sbom: .venv/ready-dev  ## Write the list of all packages that run in production, with their hashes, to var/sbom.json (CycloneDX)
	mkdir -p var
	$(BIN)/python -m pip check
	$(BIN)/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --mc-type application --output-reproducible -o var/sbom.json

fmt: .venv/ready-dev  ## Format the code, and mend what lint can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

coverage: .venv/ready-dev  ## Report what unit and contract tests reach of engine and console; pages of it in var/coverage
	mkdir -p var
	COVERAGE_FILE=var/.coverage $(BIN)/python -m pytest $(PARALLEL) -m "not long" --cov=engine --cov=console --cov-branch --cov-report=term:skip-covered --cov-report=html:var/coverage tests/unit tests/contract $(ARGS)

mutants: .venv/ready-dev  ## Change the rules in engine/domain in thousands of ways; list those that no unit test notices
	$(BIN)/mutmut run $(ARGS)
	$(BIN)/mutmut results

fuzz: .venv/ready-dev  ## Read 100,000 files that nobody would write: none may crash, hang, or lose a row
	$(BIN)/python -m pytest -n 2 --hypothesis-profile=fuzz tests/unit/test_reading_properties.py -k "any_bytes or near_a_table" $(ARGS)

screenshots: .venv/ready-dev  ## Take every screen in every state, light and dark, at three widths, into var/screenshots; check each with axe-core
	$(BIN)/python -m tests.screenshots --axe $(ARGS)

evidence: .venv/ready-dev  ## Kill and freeze workers at every point, on both stores, and plant faults that the tests must catch; tables go to docs/evidence.md
	$(BIN)/python -m tests.evidence $(ARGS)
	$(BIN)/python -m tests.planted

monitoring: .venv/ready-dev  ## Make the alarms, dashboards and the runbook for monitors from the list of alarms
	$(BIN)/python -m engine.monitoring

bench: .venv/ready-dev  ## Run every benchmark; one JSON line each
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.engine --memory
	$(BIN)/python -m benchmarks.engine --sandbox
	$(BIN)/python -m benchmarks.stores
	$(BIN)/python -m benchmarks.batches
	$(BIN)/python -m benchmarks.attention
	$(BIN)/python -m benchmarks.console
	$(BIN)/python -m benchmarks.screens
	$(BIN)/python -m benchmarks.scale
	$(BIN)/python -m benchmarks.fair
	$(BIN)/python -m benchmarks.cost
	$(BIN)/python -m benchmarks.hotspots
	$(BIN)/python -m benchmarks.budgets
	$(BIN)/python -m benchmarks.rows_budgets
	$(BIN)/python -m benchmarks.simulated
	$(BIN)/python -m benchmarks.lookups
	$(BIN)/python -m benchmarks.known_to_both
	$(BIN)/python -m benchmarks.ebay
	$(BIN)/python -m benchmarks.reading
	$(BIN)/python -m benchmarks.catalog
	$(BIN)/python -m benchmarks.catalog_update
	$(BIN)/python -m benchmarks.telemetry

lock: .venv/ready-dev  ## Lock the packages of pyproject.toml, with hashes, at their newest versions
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header -q pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --upgrade --universal --python-version 3.11 --generate-hashes --no-header -q --extra dev pyproject.toml -o requirements-dev.txt

help:  ## Show this list
	@sed -n 's/^\([a-z-]*\):.*##/\1:/p' $(MAKEFILE_LIST)

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make run PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/ready: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -q -r requirements.txt
	@touch $@

.venv/ready-dev: requirements-dev.txt | .venv/bin/python
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -q -r requirements-dev.txt
	@touch $@ .venv/ready
