# make demo    see it work: everything is installed into .venv, nothing is sent anywhere
# make run     your own installation, configured by .env (see .env.example)
# make test    every check and every test
# make lint    the quick checks alone
# make lock    write the two lock files anew, after a change in requirements*.txt
# make sbom    what the software is made of, as CycloneDX (recoverline.cdx.json)
# make secrets the files that compose.yaml reads, with random values
# make clean   forget .venv and the tools' caches; the database in var/ stays
#
# PYTHON=... picks the Python (3.11 or newer), PORT=... the port, JOBS=... how many tests run at once,
# KIT=... the demo's trade: home_services dental med_spa auto_repair law_office.
# SLOW_BROWSER=6 runs the browser tests as on a slow phone with a slow line: make test-browser SLOW_BROWSER=6

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
UV_VERSION := 0.13.8
VENV := .venv
PY := $(VENV)/bin/python
COMPILE := $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
	--override requirements-overrides.txt
JOBS ?= $(shell $(PY) -c 'import os; print(min(4, len(os.sched_getaffinity(0))))' 2>/dev/null || echo 2)
CODE := recoverline leads scheduling messaging tests manage.py
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
# The tests bring their own settings: nobody's keys, no .env. What DATABASE_URL names is for test-postgres alone.
TEST_ENV := env -u DATABASE_URL DJANGO_SETTINGS_MODULE=tests.settings

.DEFAULT_GOAL := help
.PHONY: help demo run test lint types checks test-sqlite test-postgres test-browser chromium lock sbom secrets clean

help:
	@sed -n '/^$$/q; s/^# //p' Makefile

demo: $(VENV)/installed
	@exec $(PY) -m recoverline.demo $(if $(PORT),--port $(PORT))$(if $(KIT), --kit $(KIT))

run: $(VENV)/installed .env
	@$(PY) manage.py collectstatic --noinput -v 0
	@exec $(PY) -m recoverline.processes $(if $(PORT),--port $(PORT)) up

# The quick checks at once: each of them keeps one processor busy.
test:
	@$(MAKE) --no-print-directory -j3 lint types checks
	@$(MAKE) --no-print-directory test-sqlite test-postgres test-browser

lint: $(VENV)/installed-dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m djlint --quiet --lint templates
	$(VENV)/bin/hadolint Dockerfile

types: $(VENV)/installed-dev
	$(TEST_ENV) $(PY) -m mypy

checks: $(VENV)/installed-dev
	$(TEST_ENV) $(PY) manage.py check --fail-level WARNING
	$(TEST_ENV) $(PY) manage.py makemigrations --check --dry-run

test-sqlite: $(VENV)/installed-dev
	$(TEST_ENV) $(PY) -m pytest -q -n $(JOBS) -m "not browser and not postgres"

# Uses the server that DATABASE_URL names, if it names PostgreSQL; else starts one for as long as the tests run.
# Only what may differ there (tests/both_databases.py): the rest has run on SQLite already.
test-postgres: $(VENV)/installed-dev
	$(PY) -m tests.postgres -- $(PY) -m pytest -q -n $(JOBS) -m "not browser" --rows-only

test-browser: $(VENV)/installed-dev chromium
	@chromium="$(CHROMIUM)"; chromium="$${chromium:-$$(command -v chromium)}"; \
	if [ -n "$$chromium" ]; then \
		echo "pytest -m browser, with $$chromium"; \
		exec $(TEST_ENV) CHROMIUM="$$chromium" $(PY) -m pytest -q -n $(JOBS) -m browser; \
	else \
		echo "SKIPPED: the browser tests. There is no Chromium, and it could not be installed without root and apt-get."; \
		echo "         Install it (Debian: apt-get install chromium), or say where it is: make test CHROMIUM=/path"; \
	fi

chromium:
	@if [ -z "$(CHROMIUM)" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests"; \
		apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium fonts-noto-color-emoji \
			>/dev/null || echo "apt-get could not install Chromium"; \
	fi

lock: $(VENV)/bin/uv
	$(COMPILE) requirements.txt -o requirements.lock
	$(COMPILE) requirements-dev.txt -o requirements-dev.lock

sbom: $(VENV)/installed
	$(TEST_ENV) $(PY) manage.py sbom > recoverline.cdx.json

# Two random keys in the place of the empty ones. An existing .env is never touched.
.env:
	@umask 077; key() { $(PY) -c 'import secrets; print(secrets.token_urlsafe(48))'; }; \
	sed "s/^SECRET_KEY=$$/&$$(key)/; s/^FIELD_KEYS=$$/&$$(key)/" .env.example > .env
	@echo "Wrote .env with random keys. What else can be set stands in it."

# The folder is yours alone; the files in it are readable, because the user inside the containers has another id.
secrets:
	@mkdir -p secrets && chmod 700 secrets
	@umask 022; random() { $(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(48), end="")'; }; \
	for name in secret_key field_keys database_password; do test -e secrets/$$name || random > secrets/$$name; done; \
	test -e secrets/database_url || printf 'postgres://recoverline:%s@db:5432/recoverline' \
		"$$(cat secrets/database_password)" > secrets/database_url

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis staticfiles

$(PY):
	@test -n "$(PYTHON)" || { $(call needs,there is none here); }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { $(call needs,$(PYTHON) is not that); }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) -m venv failed. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

# uv only makes the installation quick. Where it cannot be had, or does not know this machine's index, pip does it.
$(VENV)/bin/uv: | $(PY)
	@$(PY) -m pip install -q --disable-pip-version-check uv==$(UV_VERSION) || echo "no uv here; going on with pip"

define needs
	echo "Recoverline needs Python 3.11 or newer, and $(1). Name one: make PYTHON=/path/to/python3.11"; exit 1
endef

define install
	@echo "Installing $(1) into $(VENV)"
	@$(PY) -m uv pip install -q --python $(PY) --no-deps --require-hashes -r $(1) || \
		$(PY) -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $(1)
	@touch $@
endef

$(VENV)/installed: requirements.lock | $(PY) $(VENV)/bin/uv
	$(call install,requirements.lock)

$(VENV)/installed-dev: requirements-dev.lock | $(VENV)/installed
	$(call install,requirements-dev.lock)
