# From a clean clone, with make and Python 3.11 or newer: `make run`, `make test`.
VENV ?= .venv
PORTFOLIO ?= examples/portfolio.csv
BIN := $(VENV)/bin
SCRATCH := $(VENV)/scratch

.PHONY: run worker test lint bench migrate migration tables lock clean
.DELETE_ON_ERROR:

run: $(VENV)/.runtime
	@$(BIN)/python starter.py run $(PORTFOLIO) $(if $(ONCE),--once)

worker: $(VENV)/.runtime
	@$(BIN)/python worker.py

test: lint
	MENDED=refuse $(BIN)/python -m pytest -n 2 --dist loadfile $(PYTEST_ARGS)

lint: $(VENV)/.development
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy --strict models channels policy workflows settings.py engine.py
	$(BIN)/mypy .
	$(BIN)/lint-imports --no-logo

bench: $(VENV)/.development
	$(BIN)/python -m tests.bench $(if $(LINES),--lines $(LINES)) $(if $(BASE),--base $(BASE))

migrate: $(VENV)/.runtime
	$(BIN)/alembic upgrade head

# NAME="what changes": a new migration, from the difference between models/tables/ and the migrations before it.
migration: $(VENV)/.development
	@rm -rf $(SCRATCH) && mkdir -p $(SCRATCH)
	@export DATABASE_URL=sqlite:///$(SCRATCH)/empty.db; $(BIN)/alembic upgrade head && \
	$(BIN)/alembic revision --autogenerate -m "$(NAME)" \
	  --rev-id $$(printf %04d $$(( $$(ls migrations/versions/*.py | wc -l) + 1 )))
	@$(BIN)/ruff check --quiet --fix migrations/versions; $(BIN)/ruff format --quiet migrations/versions

# The first migration anew, while nothing is released.
tables: $(VENV)/.development
	@rm -rf $(SCRATCH) && mkdir -p $(SCRATCH) && rm -f migrations/versions/0001_*.py
	@mv migrations/versions/0*.py $(SCRATCH)/
	@DATABASE_URL=sqlite:///$(SCRATCH)/empty.db $(BIN)/alembic revision --autogenerate --rev-id 0001 -m tables; \
	 mv $(SCRATCH)/0*.py migrations/versions/
	@$(BIN)/ruff check --quiet --fix migrations/versions; $(BIN)/ruff format --quiet migrations/versions

lock:
	@rm -rf $(SCRATCH)-uv && $(call make-venv,$(SCRATCH)-uv) && $(SCRATCH)-uv/bin/pip install --quiet uv
	$(SCRATCH)-uv/bin/uv pip compile $(LOCK) requirements.in -o requirements.txt
	$(SCRATCH)-uv/bin/uv pip compile $(LOCK) requirements-dev.in -c requirements.txt -o requirements-dev.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# A Python that is new enough and can make virtual environments: the first of these that proves it.
define make-venv
python=; for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
  "$$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && python=$$name && break; \
done; \
if [ -z "$$python" ]; then echo "Rientro needs Python 3.11 or newer with its venv module: none was found" >&2; exit 1; fi; \
"$$python" -m venv $(1)
endef
define install
@[ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || { rm -rf $(VENV); $(call make-venv,$(VENV)); }
@echo "Installing $< into $(VENV)"
@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r $<
@touch $@
endef

$(VENV)/.runtime: requirements.txt
	$(install)

$(VENV)/.development: requirements-dev.txt
	$(install)
