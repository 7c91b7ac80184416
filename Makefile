# Each target makes what it needs; nothing but git, make and Python 3.11 is assumed.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes
TOOLS := .tools/bin
COMPILE := $(TOOLS)/uv --quiet --no-config pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)

.PHONY: demo check cover faults soak format golden reference bench spark wheel lock audit clean

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
	TIKSQL_SOAK=10 $(BIN)/pytest -n 2 --timeout 3600 tests/store \
		tests/faults/test_fuzz_studies.py tests/faults/test_failing_disks.py tests/faults/test_recovery.py
	TIKSQL_SOAK=100 $(BIN)/pytest -n 2 --timeout 3600 tests/faults/test_fuzz_statements.py
	TIKSQL_SOAK=80 $(BIN)/pytest -n 2 --timeout 3600 tests/faults/test_fuzz_answers.py
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
	$(INSTALL) --no-build-isolation -r requirements/spark.lock
	$(BIN)/pytest -n 0 tests/spark

wheel: .venv/ready  ## build the wheel into dist/
	$(BIN)/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

lock: .tools/ready  ## pin and hash what is installed here; make lock UPGRADE=--upgrade takes newer versions
	$(COMPILE) --extra dev pyproject.toml --output-file requirements/dev.lock
	for group in build spark tools; do $(COMPILE) --group $$group --output-file requirements/$$group.lock || exit; done

audit: .tools/ready  ## ask for known vulnerabilities of what is locked; fails where nobody can be asked
	for lock in dev build spark tools; do \
		$(TOOLS)/pip-audit --strict --disable-pip --require-hashes -r requirements/$$lock.lock || exit; done

clean:  ## remove what the other targets made
	rm -rf .venv .tools dist build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage

# Every file that is installed has its hash in a lock; what builds one of them is installed before.
.venv/ready: pyproject.toml requirements/build.lock requirements/dev.lock
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements/build.lock
	$(INSTALL) --no-build-isolation -r requirements/dev.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.tools/ready: requirements/tools.lock
	$(PYTHON) -m venv .tools
	.tools/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.lock
	touch $@
