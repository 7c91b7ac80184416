# Each target makes what it needs; nothing but git, make and Python 3.11 is assumed.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo check cover faults soak format golden reference bench spark wheel clean

demo: .venv/ready  ## the query of TikTok's Getting Started page, on the emulator
	$(BIN)/tiksql --emulator --format table -f examples/getting_started.tsql

check: .venv/ready  ## everything that has to be true before a change lands
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2

cover: .venv/ready  ## the tests once more, saying which lines and branches none of them runs
	$(BIN)/pytest -n 2 --cov --cov-report=term:skip-covered

faults: .venv/ready  ## inflict every known fault, and write what happened to tests/faults/README.md
	$(BIN)/pytest -n 2 -m fault --faults-table=tests/faults/README.md tests

soak: .venv/ready  ## the long run: ten times as many cases of every property, hundred programs killed, 20,000 months
	TIKSQL_SOAK=10 $(BIN)/pytest -n 2 --timeout 3600 tests/planning tests/evaluation tests/syntax tests/engine
	TIKSQL_SOAK=10 $(BIN)/pytest -n 2 --timeout 3600 tests/store
	TIKSQL_SOAK=100 $(BIN)/pytest -n 2 --timeout 3600 tests/simulation

format: .venv/ready  ## format the code and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: .venv/ready  ## record golden files and examples anew; review the diff
	UPDATE_GOLDEN=1 $(BIN)/pytest tests -k "golden or examples"

reference: .venv/ready  ## make the pages and editor files that the catalog gives anew
	$(BIN)/tiksql schema --markdown > grammar/tables.md
	$(BIN)/tiksql schema --textmate > grammar/editors/vscode/tiksql.tmLanguage.json
	$(BIN)/tiksql schema --plist > grammar/editors/sublime/TikSQL.tmLanguage

bench: .venv/ready  ## measure against a bare loop and the official client
	$(BIN)/python bench/run.py

spark: .venv/ready  ## compare exports and translations with Spark itself; needs Java 17
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev,soak]'
	$(BIN)/pytest -n 0 tests/spark

wheel: .venv/ready  ## build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

clean:  ## remove what the other targets made
	rm -rf .venv dist build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	touch $@
