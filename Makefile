# `make run` and `make test` each do all of their own set-up: a virtual environment and hash-locked dependencies,
# PostgreSQL and Valkey among them.

PYTHON ?= python3
BIN := .venv/bin
AUDIT := .venv/audit/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LINTED := api bench clients soak tests
FAULTS := 50
SEED := 1
MENTEES := 60
# More options of the soak, such as --strict or --markdown FILE.
SOAK :=
SIZE := 100000
ROUNDS := 5
SECONDS := 5
# More options of the benchmark, such as --only SCENARIO or --sockets NUMBER.
BENCH :=
# What npm writes once it has installed one of the peers.
PEERS := $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(wildcard bench/node/*/package-lock.json))
# Much of what tests do is to wait: twice as many at once as a small machine has cores.
TOGETHER := --numprocesses 4 --dist loadscope
# Node trusts what the system trusts.
NODE := PATH="$(CURDIR)/$(BIN):$$PATH" NODE_OPTIONS=--use-system-ca

.PHONY: run test test-plain test-clients test-browser console soak soak-seeds soak-control bench bench-siege check format schema migrations sbom audit lock clean

run: .venv/run  ## Serve the demo organisation on port 8000 (PORT) from the folder data (MENTORING_DATA).
	$(BIN)/mentoring-api demo

test: .venv/dev  ## Run every test.
	$(BIN)/python -m pytest $(TOGETHER)

test-plain: .venv/dev  ## Run once more, without compiled execution, whatever executes operations.
	MENTORING_COMPILED=false $(BIN)/python -m pytest $(TOGETHER) --executing

test-clients: .venv/node  ## What needs Node: reference clients and our own kit while the server is restarted, the contract.
	cd tests/node && $(NODE) npm ci --no-audit --no-fund --silent
	cd clients/typescript && $(NODE) npm ci --no-audit --no-fund --silent && $(NODE) npm run --silent build
	$(NODE) $(BIN)/python -m pytest tests/node --numprocesses 2

test-browser: .venv/browser  ## The console in Debian's Chromium, two people side by side, and that its build is what its sources say.
	cd web/console && $(NODE) npm ci --no-audit --no-fund --silent
	$(NODE) $(BIN)/python -m pytest tests/browser

console: .venv/node  ## Build the console into api/static/console, which is committed.
	cd web/console && $(NODE) npm ci --no-audit --no-fund --silent && $(NODE) npm run --silent build

soak: .venv/dev  ## Break everything while people use it: make soak FAULTS=500 SEED=1 MENTEES=500
	$(BIN)/python -m soak --faults $(FAULTS) --seed $(SEED) --mentees $(MENTEES) $(SOAK)

soak-seeds: .venv/dev  ## 50 faults with each of three seeds.
	for seed in 1 2 3; do $(BIN)/python -m soak --seed $$seed $(SOAK) || exit 1; done

soak-control: .venv/dev  ## See that the soak notices a service that forgets.
	$(BIN)/python -m soak --faults 25 --mentees 60 --without-replay

bench: .venv/bench $(PEERS)  ## Compare with others: make bench SIZE=1000000 ROUNDS=5 SECONDS=5
	$(BIN)/python -m bench --size $(SIZE) --rounds $(ROUNDS) --seconds $(SECONDS) $(BENCH)

bench-siege: .venv/dev  ## What served people notice of those who would keep them from being served; within four minutes.
	$(BIN)/python -m bench.siege

$(PEERS): %/node_modules/.package-lock.json: %/package-lock.json .venv/node
	cd $* && $(NODE) npm ci --no-audit --no-fund --silent

check: .venv/dev  ## Lint, format, types, import contract.
	$(BIN)/pre-commit run --all-files --show-diff-on-failure

format: .venv/dev  ## Mend what can be mended by a machine.
	$(BIN)/ruff check --fix $(LINTED)
	$(BIN)/ruff format $(LINTED)

schema: .venv/dev  ## Write the schema definition that is committed.
	$(BIN)/mentoring-api schema > api/schema/schema.graphql

migrations: .venv/dev  ## Write the migration that the models ask for: make migrations NAME=what_it_does
	$(BIN)/tortoise -c api.database.FOR_MIGRATIONS makemigrations -n $(NAME)

sbom: .venv/audit/made  ## Write what the service is made of into sbom.json, as CycloneDX, from its lock.
	$(AUDIT)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --mc-type application \
		--output-reproducible --of JSON --output-file sbom.json

audit: .venv/audit/made  ## Ask OSV, or else PyPI, whether anything is known against what is locked.
	$(AUDIT)/python .ci/audit.py

lock: .venv/dev  ## Resolve the dependencies anew.
	$(BIN)/uv pip compile pyproject.toml --group build --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --upgrade --quiet --output-file requirements.lock
	$(BIN)/uv pip compile pyproject.toml --group build --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --constraint requirements.lock --upgrade --quiet --output-file requirements-dev.lock
	$(BIN)/uv pip compile --group node --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --upgrade --quiet --output-file requirements-node.lock
	$(BIN)/uv pip compile --group browser --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --constraint requirements-dev.lock --upgrade --quiet --output-file requirements-browser.lock
	$(BIN)/uv pip compile --group bench --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --constraint requirements-dev.lock --upgrade --quiet --output-file requirements-bench.lock
	$(BIN)/uv pip compile --group audit --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --constraint requirements-dev.lock --upgrade --quiet --output-file requirements-audit.lock

clean:  ## Remove the virtual environment; data stays.
	rm -rf .venv

.venv/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name one with: make PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment .venv"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/run: .venv/python requirements.lock pyproject.toml
	@echo "Installing what the service needs"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/run requirements-dev.lock
	@echo "Installing what the tests need"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@touch $@

.venv/node: .venv/dev requirements-node.lock
	@echo "Installing Node"
	@$(PIP) install --require-hashes --requirement requirements-node.lock
	@touch $@

.venv/browser: .venv/node requirements-browser.lock
	@echo "Installing what drives a browser"
	@$(PIP) install --require-hashes --requirement requirements-browser.lock
	@touch $@

# Apart, since parts of it would change how the service reads XML.
.venv/audit/made: .venv/python requirements-audit.lock
	@echo "Installing what looks at the locks"
	@$(PYTHON) -m venv .venv/audit
	@$(AUDIT)/python -m pip --disable-pip-version-check --quiet install --require-hashes \
		--requirement requirements-audit.lock
	@touch $@

.venv/bench: .venv/node requirements-bench.lock
	@echo "Installing what the benchmark needs"
	@$(PIP) install --require-hashes --requirement requirements-bench.lock
	@touch $@
