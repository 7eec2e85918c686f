# `make run` tries Moment, `make test` tests it; both prepare .venv by themselves.
PYTHON ?= python3
PORT ?= 8000
RUNS ?= 5000
BIN := .venv/bin
STAMP := .venv/.installed
MO := moment/locale/nb/LC_MESSAGES/django.mo

.PHONY: setup run test check soak bench messages

setup: $(STAMP) $(MO)

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Moment needs Python 3.11 or newer.")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group test --group check
	touch $@

$(MO): moment/locale/nb/LC_MESSAGES/django.po $(STAMP)
	$(BIN)/pybabel --quiet compile --domain django --directory moment/locale --locale nb

run: export DEBUG ?= true
run: export PORT := $(PORT)
run: setup
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py demo
	$(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: setup
	$(BIN)/python -m pytest -n 2 $(ARGS)

check: export DEBUG ?= true
check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	DEBUG=false SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python -m tests.translations

# Hours of it, if you like: `make soak RUNS=100000`.
soak: export SOAK = $(RUNS)
soak: setup
	$(BIN)/python -m pytest tests/customers/test_merging_states.py tests/ledger/test_ledger_states.py $(ARGS)

bench: setup
	$(BIN)/python -m tests.benchmarks $(ARGS)

messages: setup
	$(BIN)/python manage.py makemessages --locale nb --no-wrap --no-obsolete --ignore .venv --ignore tests
