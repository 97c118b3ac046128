# Needs Python 3.11 or later with pip, make and git; everything else is brought into this folder.

UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .uv/bin/uv)
RUN := .venv/bin/
READY := .venv/.ready
# The modules of the contract "the core is pure", as patterns for coverage.
CORE = $(shell $(RUN)python -c "import tomllib; [core] = [one['source_modules'] for one in tomllib.load(open('pyproject.toml', 'rb'))['tool']['importlinter']['contracts'] if one['type'] == 'forbidden']; print(','.join(f'{path}.py,{path}/*' for path in (name.replace('.', '/') for name in core)))")
export UV_PYTHON_PREFERENCE ?= system

.PHONY: help setup demo test lint check corpus clean

help:
	@echo "make setup | demo | test | lint | check (lint and test) | corpus | clean"

setup: $(READY)

# The stamp keeps repeated runs quick: uv is asked again only when the lock or the project changes.
$(READY): uv.lock pyproject.toml $(filter .uv/bin/uv,$(UV))
	$(UV) sync --locked --all-groups
	@touch $@

.uv/bin/uv:
	python3 -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'

demo: $(READY)
	@$(RUN)watcher demo

# Two gates: the pure core is covered in every branch, the edges nine parts in ten.
test: $(READY)
	$(RUN)coverage erase
	$(RUN)coverage run -m pytest -q -n auto -m "not corpus"
	$(RUN)coverage combine --quiet
	$(RUN)coverage report --include='$(CORE)' --fail-under=100
	$(RUN)coverage report --omit='$(CORE)' --fail-under=90

lint: $(READY)
	$(RUN)ruff format --check .
	$(RUN)ruff check .
	$(RUN)mypy
	$(RUN)lint-imports

check: lint test

corpus: $(READY)
	$(RUN)python -m pytest -q -m corpus

clean:
	rm -rf .venv .uv .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
