# Every command a person needs; `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

UV := $(or $(shell command -v uv),.tools/bin/uv)
PYTHON := .venv/bin/python
REGION = $(error say which region file: REGION=eu-west-2)
CDK_VERSION := 2.1148.1
REDOCLY_VERSION := 2.77.0
LIGHTHOUSE_VERSION := 13.5.0
DEPLOYED := tests/browser/test_deployed.py
TALLY := .redress/torture.json
LOCK := --quiet --universal --python-version 3.13 --generate-hashes --no-emit-index-url --no-header

.PHONY: help setup run up down build openapi schemas calendars messages synth test lint fmt lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready .tools/node_modules/.ready ## make the environment: Python packages and the CDK command

.tools/bin/uv:
	@echo "→ fetching uv"
	@$$(command -v python3.13 || echo python3) -m venv .tools && .tools/bin/pip install --quiet uv

.venv/.ready: requirements-dev.txt pyproject.toml $(filter .tools/%,$(UV))
	@echo "→ installing Python packages"
	@$(UV) venv --quiet --allow-existing --python 3.13 .venv
	@$(UV) pip sync --quiet --require-hashes requirements-dev.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.tools/node_modules/.ready: .venv/.ready Makefile
	@echo "→ installing the CDK command and the linter of the API's description"
	@mkdir -p .tools
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm install --silent --no-save --no-package-lock --ignore-scripts \
		--prefix .tools aws-cdk@$(CDK_VERSION) @redocly/cli@$(REDOCLY_VERSION)
	@touch $@

lock: $(filter .tools/%,$(UV)) ## resolve the locked requirements anew, from the groups in pyproject.toml
	@$(UV) pip compile $(LOCK) --group run-time --output-file layers/dependencies/requirements.txt
	@$(UV) pip compile $(LOCK) --group dev --output-file requirements-dev.txt

build: setup ## build layers and functions for this machine, unpacked under .redress/build
	@$(PYTHON) -m infra.packaging

openapi: setup ## tell the story of the operator API's examples, and describe the API anew, from its routes
	@$(PYTHON) -m infra.openapi
	@RECORD_ANSWERS=yes .venv/bin/pytest --quiet tests/store/operator_api/test_examples.py
	@$(PYTHON) -m infra.openapi
	@$(PYTHON) -m infra.api_calls

schemas: setup ## describe the published events anew, from their types
	@$(PYTHON) -m infra.event_schemas

calendars: setup ## show which pinned holidays the library would change; pin them: make calendars WRITE=--write
	@$(PYTHON) -m infra.calendars $(WRITE) || { echo "→ review this, then: make calendars WRITE=--write"; exit 1; }

messages: setup ## collect what pages and letters say into the catalogues, and say what is left to translate
	@$(PYTHON) -m infra.languages

synth: setup ## synthesise the stack of every region file, without credentials
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .tools/node_modules/.bin/cdk synth --quiet

run: setup ## deploy to this machine, show the life of a complaint, keep the form open until Ctrl-C
	@$(PYTHON) -m infra.local run

up: setup ## deploy to this machine and return when the form answers; writes .redress/local.json
	@$(PYTHON) -m infra.local up

down: ## end what `make up` started and leave nothing behind
	@$(PYTHON) -m infra.local down

bootstrap: setup ## prepare an AWS account for the CDK, once: make bootstrap REGION=eu-west-2
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .tools/node_modules/.bin/cdk bootstrap -c region=$(REGION)

deploy: setup ## deploy the stack of a region file to AWS: make deploy REGION=eu-west-2
	@PATH="$(CURDIR)/.venv/bin:$$PATH" .tools/node_modules/.bin/cdk deploy redress-$(REGION) -c region=$(REGION)

test: setup lint ## run every tier
	@echo "→ unit, property, store, workflow, infra, performance ceilings and torture in its shorter form"
	@.venv/bin/pytest --numprocesses 2 --dist loadgroup tests/unit tests/property tests/store tests/workflow tests/loopback tests/infra tests/performance tests/torture
	@echo "→ browser: every page in every language"
	@.venv/bin/pytest --numprocesses 2 --dist loadgroup tests/browser --ignore $(DEPLOYED)
	@echo "→ platform: the real stack is deployed once, and tortured in the end"
	@.venv/bin/pytest --timeout 2400 -p tests.torture.conftest tests/platform $(DEPLOYED)

lint: setup ## check style, types, the direction of imports and the API's description
	@.venv/bin/ruff check --quiet && .venv/bin/ruff format --check --quiet
	@.venv/bin/mypy
	@.venv/bin/lint-imports
	@PATH="$(CURDIR)/.venv/bin:$$PATH" REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		.tools/node_modules/.bin/redocly lint --config functions/operator_api/redocly.yaml \
		functions/operator_api/openapi.json

fmt: setup ## put the source into its one format
	@.venv/bin/ruff check --quiet --fix; .venv/bin/ruff format --quiet

clean: ## remove everything that was built or installed here
	@rm -rf .redress .tools .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache cdk.out

.PHONY: torture
torture: setup ## break every call of AWS in every way, and count what does not hold; minutes
	@mkdir -p .redress && rm -f $(TALLY)
	@export REDRESS_TORTURE=long REDRESS_TALLY=$(TALLY) FAILED=; \
	echo "→ every call of every function, in this process"; \
	.venv/bin/pytest --quiet --timeout 3600 --numprocesses 2 --dist worksteal tests/torture || FAILED=yes; \
	echo "→ the deployed stack, permissions enforced"; \
	.venv/bin/pytest --quiet --timeout 3600 -p tests.torture.conftest tests/platform/torture || FAILED=yes; \
	$(PYTHON) -m tests.torture.tally $(TALLY); \
	test -z "$$FAILED"

.PHONY: history
history: setup ## three years of 100,000 complaints, every total recounted, the cluster alarm measured; to look at: OUT=FOLDER
	@$(PYTHON) -m tests.support.three_years $(if $(OUT),--out "$(OUT)")

.PHONY: bench
bench: build ## what each function costs, as ratios to a bare function measured in the same run
	@$(PYTHON) -m tests.performance.bench

# Not part of the setup: it takes 180 MB, and only this target needs it.
.tools/lighthouse/.ready: .venv/.ready Makefile
	@echo "→ installing Lighthouse"
	@mkdir -p .tools/lighthouse
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm install --silent --no-save --no-package-lock --ignore-scripts \
		--prefix .tools/lighthouse lighthouse@$(LIGHTHOUSE_VERSION)
	@touch $@

.PHONY: lighthouse
lighthouse: setup .tools/lighthouse/.ready ## what Lighthouse gives a page of each route of the portal; fails below 95
	@PATH="$(CURDIR)/.venv/bin:$$PATH" POWERTOOLS_LOG_LEVEL=CRITICAL \
		$(PYTHON) -m tests.browser.lighthouse .tools/lighthouse/node_modules/.bin/lighthouse

.PHONY: audit
audit: setup ## what is known against the locked packages; needs the network, fails if nobody answers: SERVICE=osv
	@echo "→ asking about the locked packages"
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) -m infra.audit $(if $(SERVICE),--service $(SERVICE)) \
		aws-cdk@$(CDK_VERSION) @redocly/cli@$(REDOCLY_VERSION) lighthouse@$(LIGHTHOUSE_VERSION)
