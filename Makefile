# Everything works from a fresh clone with nothing but Python 3.11 or newer: each target sets up what it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# Without compiled modules every start is two to five times slower, and start-up is tested.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check real docs bench lock clean

help:  ## say what there is
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 10

setup: $(READY)  ## make .venv with the locked tools and this project in it

$(READY): pyproject.toml requirements/dev.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which: make PYTHON=...")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: $(READY)  ## the founding case: three states of a small application, checked
	@$(BIN)/python examples/arm64-migration/demo.py

test: $(READY)  ## all tests that need Python only, and every example of every policy
	$(BIN)/python -m pytest -n auto
	$(BIN)/saya test

check: $(READY)  ## lint, types and generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python tools/compile_data.py --check
	$(BIN)/python tools/compile_policies.py --check
	$(BIN)/python tools/generate_docs.py --check

real: $(READY)  ## what needs more than Python: the wheel and the image as users run them, linters of what is no Python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/real.lock
	$(BIN)/python tools/real.py

docs: $(READY)  ## write the generated files anew
	$(BIN)/python tools/compile_data.py
	$(BIN)/python tools/compile_policies.py
	$(BIN)/python tools/generate_docs.py
	$(BIN)/python tools/screenshot.py

bench: $(READY)  ## speed, as ratios against cfn-lint in the same run
	$(BIN)/python tools/bench.py

# Locks carry hashes and no addresses, so that they hold on any machine and any mirror.
COMPILE = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --upgrade --no-annotate

lock:  ## resolve the requirements anew (needs uv)
	$(COMPILE) pyproject.toml --output-file requirements/runtime.lock
	$(COMPILE) pyproject.toml --group dev --output-file requirements/dev.lock
	$(COMPILE) --group build --constraints requirements/dev.lock --output-file requirements/build.lock
	$(COMPILE) --group real --constraints requirements/dev.lock --output-file requirements/real.lock

clean:  ## remove what the other targets made
	rm -rf $(VENV) .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
