# The commands of the house. `make up` and `make test` need Python 3.11 or newer, and nothing else.

BIN := .venv/bin
SOURCES := services gateway infra
PROTOS = $$(cd proto && find huiyuan -name '*.proto' | LC_ALL=C sort)
PROTOC = PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m grpc_tools.protoc -Iproto --connectrpc_opt=protobuf=google

# A run starts the same modules in a hundred processes: they are compiled once, whatever the caller's shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: pipl-report help up reset test check lint types laws contracts proto schema format torture bench bench-ledger bench-growth bench-members bench-gateway bench-consent bench-programme soak release-schema compose audits test-browser explorer

help:  ## Show this.
	@sed -n 's/^\([a-z-]*\):.*##\(.*\)/make \1\t\2/p' Makefile

up: .venv/.installed  ## Start everything on this machine; Ctrl-C stops it.
	@exec $(BIN)/huiyuan up

reset: .venv/.installed  ## Throw away what `make up` keeps in .huiyuan/.
	@$(BIN)/huiyuan reset --yes

test: .venv/.installed  ## Run every test against real servers.
	$(BIN)/pytest -n 4 --dist loadfile --no-loadscope-reorder --max-worker-restart=0

test-browser: .venv/.browser  ## Open the pages in Chromium; wants npm and Chromium.
	$(BIN)/python -m tests.browser

explorer: ## Build GraphiQL for `make up` to serve; wants npm.
	@command -v npm >/dev/null || { echo "make explorer needs Node.js 20.19 or newer with npm"; exit 1; }
	cd explorer && npm ci && npm run build

check: lint types laws contracts  ## Style, types, the laws of the house, and the contracts.

lint: .venv/.installed
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: .venv/.installed
	$(BIN)/mypy $(SOURCES)

laws: .venv/.installed
	$(BIN)/lint-imports
	$(BIN)/python tests/contract/laws.py

contracts: .venv/.installed
	cd proto && ../$(BIN)/buf lint
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	$(PROTOC) --python_out=$$fresh --pyi_out=$$fresh --connectrpc_out=$$fresh $(PROTOS) && \
	diff -r -q -x __pycache__ $$fresh proto/gen || { echo "proto/gen is not what proto/ says: run make proto"; exit 1; }
	$(BIN)/python -m gateway schema --check
	$(BIN)/python -m tests.gateway.matrix --check
	$(BIN)/python -m tests.contract.evolution

proto: .venv/.installed  ## Generate proto/gen from the contracts.
	$(PROTOC) --python_out=proto/gen --pyi_out=proto/gen --connectrpc_out=proto/gen $(PROTOS)

schema: .venv/.installed  ## Write down the GraphQL schemas, the trusted documents and who may select what.
	$(BIN)/python -m gateway schema
	$(BIN)/python -m tests.gateway.matrix

release-schema: .venv/.installed  ## Make the committed GraphQL schemas those that later ones may only add to.
	$(BIN)/python -m tests.contract.evolution --release

compose: .venv/.installed  ## Compose the storefront's subgraph with a shop's, by Apollo's own tool; wants npm.
	@command -v npm >/dev/null || { echo "NOT PROVED: npm is needed to compose a supergraph"; exit 1; }
	@work=$$(mktemp -d) && trap 'rm -rf "$$work"' EXIT && cp tests/contract/federation/* $$work && \
	(cd $$work && npm ci --silent --no-audit --no-fund) || { echo "NOT PROVED: npm could not install"; exit 1; } && \
	node $$work/compose.mjs gateway/storefront/subgraph.graphql $$work/shop.graphql

format: .venv/.installed  ## Format the code.
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

torture: .venv/.installed  ## Run in full the proofs that `make test` runs in short; wants HUIYUAN_CDNOW=FILE. OF=tests/gateway: only these.
	$(BIN)/pytest -m torture -s -o faulthandler_timeout=7200 $(OF)

bench: .venv/.installed  ## Measure, against what the machine can do.
	$(BIN)/python -m tests.load

bench-ledger: .venv/.installed  ## Measure the ledger against raw SQL.
	$(BIN)/python -m tests.load.ledger

bench-growth: .venv/.installed  ## Measure the ledger over a history, and over one ten times as long.
	$(BIN)/python -m tests.load.growth

bench-members: .venv/.installed  ## Measure the members service against the same work unencrypted.
	$(BIN)/python -m tests.load.members

bench-gateway: .venv/.installed  ## Measure the gateway against a bare ASGI answer.
	$(BIN)/python -m tests.load.gateway

bench-consent: .venv/.installed  ## Measure the consent gate and its log, against bare RPCs and raw inserts.
	$(BIN)/python -m tests.load.consent
	$(BIN)/python -m tests.load.consent_told
	$(BIN)/python -m tests.load.consent_log

bench-programme: .venv/.installed  ## Measure a programme in the admins' hands: the tier decision, the preview, earn rules, a flash reward.
	$(BIN)/python -m tests.load.programme
	$(BIN)/python -m tests.load.programme_earning
	$(BIN)/python -m tests.load.programme_rewards

soak: .venv/.installed  ## Load one loyalty process for ten minutes and watch its memory.
	$(BIN)/python -m tests.load.soak

pipl-report: .venv/.installed  ## Prove each article of the PIPL: its tests pass, and fail under a planted violation.
	$(BIN)/python -m tests.pipl

audits: .venv/.installed  ## Run graphql-http's server audits against both endpoints; needs Node and npm.
	$(BIN)/python -m tests.conformance

.venv/.browser: .venv/.installed tests/browser/requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r tests/browser/requirements.lock
	@touch $@

.venv/.installed: requirements.lock pyproject.toml infra/local/venv.sh
	@PYTHON="$(PYTHON)" infra/local/venv.sh
