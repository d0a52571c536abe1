# Two commands do everything: `make run` and `make test`. The others are for who works on the project.
SHELL := /bin/sh
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
PYTHON_IN := $(BIN)/python
MANAGE := $(PYTHON_IN) manage.py
INSTALL := $(PYTHON_IN) -m pip install -qq --disable-pip-version-check --require-hashes -r
DEMO := env -u DATABASE_URL -u CACHE_URL DIARY_DATA_DIR=data/demo $(MANAGE)
PRODUCTION := SITE_URL=https://diary.example.org TRUSTED_PROXY_COUNT=1 SMTP_HOST=mail.example.org \
	SECRET_KEY=for-checks-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH
# Without a suffix they would be passed over.
SCRIPTS := scripts/messages scripts/vendor

.PHONY: run test test-unit test-browser check format demo bench lock vendor messages clean help

run: $(VENV)/.stamp ## set up and serve the diary on this machine
	@$(MANAGE) serve --port $(PORT)

# --keep-going: a failure of one half must not hide those of the other.
test: $(VENV)/.stamp-dev ## set up and run all tests, in a real browser too
	@CHROMIUM=$$(scripts/find-chromium $(PYTHON_IN)) || exit 1; export CHROMIUM; \
		$(MAKE) --no-print-directory --keep-going test-unit test-browser

test-unit: $(VENV)/.stamp-dev ## all tests but those in a browser
	$(PYTHON_IN) -m pytest -n 2 -m "not browser"

# Each of the two processes starts a browser of its own.
test-browser: $(VENV)/.stamp-dev ## the tests in a browser
	$(PYTHON_IN) -m pytest -n 2 -m browser tests/browser

check: $(VENV)/.stamp-dev ## lint, types, contracts, templates, migrations, translations, deployment
	$(BIN)/ruff check . $(SCRIPTS)
	$(BIN)/ruff format --check . $(SCRIPTS)
	$(BIN)/djangofmt --check templates
	$(BIN)/mypy
	$(BIN)/mypy --scripts-are-modules $(SCRIPTS)
	$(BIN)/lint-imports --no-cache
	$(MANAGE) makemigrations --check --dry-run
	@echo "$(MANAGE) check --deploy --fail-level WARNING   (as in production)"
	@$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING
	$(PYTHON_IN) scripts/messages --check

format: $(VENV)/.stamp-dev ## put code and templates into shape
	$(BIN)/ruff check --fix . $(SCRIPTS)
	$(BIN)/ruff format . $(SCRIPTS)
	$(BIN)/djangofmt templates

demo: $(VENV)/.stamp ## serve a diary with three invented months in it, beside your own
	@$(DEMO) migrate --verbosity 0
	@$(DEMO) demo_diary --user demo --password demo-diary-2026 --seed 1 --until $$(date +%Y-%m-%d) --replace
	@$(DEMO) serve --port $(PORT)

bench: $(VENV)/.stamp-dev ## measure everything, as ratios, and write the tables (an hour; needs PostgreSQL)
	@CHROMIUM=$$(scripts/find-chromium $(PYTHON_IN)) || exit 1; export CHROMIUM; set -e; \
		for part in benchmarks benchmarks.timeline benchmarks.served benchmarks.replay benchmarks.transfer \
			benchmarks.scan benchmarks.queries; do $(PYTHON_IN) -m $$part --write; done

lock: ## write the lock files anew from pyproject.toml
	scripts/lock

vendor: $(VENV)/.stamp ## fetch the third-party browser files anew and compare them
	$(PYTHON_IN) scripts/vendor

messages: $(VENV)/.stamp-dev ## collect the texts to translate and compile the translations
	$(PYTHON_IN) scripts/messages

clean: ## remove what was set up; the diary's data stay
	rm -rf $(VENV) staticfiles .mypy_cache .ruff_cache .hypothesis .import_linter_cache

help: ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

# A half-made environment would be taken for a whole one the next time, so it goes.
$(PYTHON_IN):
	@python=$$(scripts/find-python) || exit 1; echo "Setting up with $$python, once ..."; \
		"$$python" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.stamp: requirements.lock | $(PYTHON_IN)
	@echo "Installing what requirements.lock lists ..."
	@$(INSTALL) requirements.lock
	@touch $@

$(VENV)/.stamp-dev: requirements.lock requirements-dev.lock | $(PYTHON_IN)
	@echo "Installing what requirements-dev.lock lists ..."
	@$(INSTALL) requirements-dev.lock
	@touch $(VENV)/.stamp $@
