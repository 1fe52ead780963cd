# Two commands on a fresh machine: `make demo` and `make test`. Only python3 (3.11+), make and git are needed.
# Everything lives in .venv, built once from the hash-locked requirements and redone when these change.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
SPARK_VENV := .venv-spark
SPARK := $(SPARK_VENV)/.spark-installed
BUILD := pyproject.toml requirements/install.py requirements/bootstrap.lock
ARGS ?=
# Processes of the tests; files stay whole, so that what a file sets up is set up once. 0: all in one process.
WORKERS ?= 2

.PHONY: help install demo test test-spark lint format docs pictures bench bench-quick lock clean

help:
	@echo "make demo         set everything up and open the app on demo data"
	@echo "make test         set everything up and run the tests (ARGS=... for pytest)"
	@echo "make test-spark   the tests of engines beside the default one (Spark wants a Java runtime)"
	@echo "make install      set everything up, no more"
	@echo "make lint         ruff, mypy and the import contracts"
	@echo "make format       write the tree in the one format"
	@echo "make bench-quick  the everyday benchmarks; make bench runs all of them"
	@echo "make docs         write the pages that are made from tables"
	@echo "make pictures     take the pictures of the README of the real app"
	@echo "make lock         resolve the requirements anew"

install: $(RUNTIME)

$(RUNTIME): requirements/runtime.lock $(BUILD)
	$(PYTHON) requirements/install.py runtime
	@touch $@

$(DEV): requirements/dev.lock $(RUNTIME)
	$(PYTHON) requirements/install.py dev
	@touch $@

$(SPARK): requirements/spark.lock requirements/spark-build.lock $(BUILD)
	$(PYTHON) requirements/install.py spark
	@touch $@

demo: $(RUNTIME)
	@$(BIN)/turbofinops demo $(ARGS)

test: $(DEV)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

# The engines beside the default one, in an environment of their own: Spark is large and wants a Java runtime.
test-spark: $(SPARK)
	$(SPARK_VENV)/bin/python -m pytest tests/engines $(ARGS)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(DEV)
	$(BIN)/python -m tests.unit.pages

pictures: $(DEV)
	$(BIN)/python -m tests.unit.pictures

bench: $(DEV)
	$(BIN)/python -m benchmarks $(ARGS)

bench-quick: $(DEV)
	$(BIN)/python -m benchmarks --quick $(ARGS)

# `make lock UPGRADE=--upgrade` takes newer releases. No host is named in a lock: the index is the machine's own setting.
COMPILE := $(BIN)/python -m uv pip compile $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header -q
lock: $(DEV)
	$(COMPILE) -o requirements/bootstrap.lock requirements/bootstrap.in
	$(COMPILE) -o requirements/runtime.lock pyproject.toml requirements/build.in
	$(COMPILE) --extra dev -c requirements/runtime.lock -o requirements/dev.lock pyproject.toml requirements/build.in
	$(COMPILE) -o requirements/spark-build.lock requirements/spark-build.in
	$(COMPILE) --extra spark --extra duckdb -c requirements/dev.lock -o requirements/spark.lock \
		pyproject.toml requirements/build.in requirements/spark.in

clean:
	rm -rf $(VENV) $(SPARK_VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
