PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := build/tools
SITE := build/docs-tools

.PHONY: demo test test-fast test-processors test-image test-versions lint locked lock audit sbom answers samples golden readme screenshots docs wheel bench
.PHONY: bench-quick bench-peers clean

demo: $(VENV)/.demo  ## install, grade the sample class, say where the report is
	$(BIN)/grader grade tests/specimens/two_layer_net --out build/demo --seed 2026 \
		--cell-seconds 5 && echo "Open build/demo/index.html in a browser."

# Tests that share what is dear to make run in one process (xdist_group). The tests start programs by the hundred: these
# find their modules compiled, whatever the environment says of that, and have one thread each, as the grader has.
TESTS := PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1
PYTEST = $(BIN)/python -m compileall -q grader solutions student_template && $(TESTS) $(BIN)/python -m pytest --dist loadgroup --no-loadscope-reorder

# Four more than there are processors: what is in the group "waiting", which goes first, mostly waits, and so do attacks.
WORKERS := $(shell $(PYTHON) -c "import os; print((os.cpu_count() or 1) + 4)")

test: $(VENV)/.test  ## every test but those of other processors
	$(PYTEST) -n $(WORKERS) -m 'not processors'

FAST := not (fairness or hidden or levels or slow or processors)
test-fast: $(VENV)/.test  ## in a minute and a half: one isolation level, a part of the specimens, no attacks, nothing that waits
	$(PYTEST) -n auto -m '$(FAST)' --ignore tests/attacks

test-processors: $(VENV)/.test  ## the recorded answers, verdicts and sentences as on other processors
	$(PYTEST) -m processors tests/processors tests/solutions/test_kernels.py

# Of CI a selection: GRADER_TEST_IMAGE=selection
test-image: $(VENV)/.test  ## the image, built and run with podman or Docker; nothing of it stays
	export GRADER_TEST_IMAGE=$${GRADER_TEST_IMAGE:-all}; $(PYTEST) tests/image

test-versions:  ## a quick choice of tests with the oldest packages, and on other Pythons: PYTHONS="python3.13"
	.ci/versions

lint: $(VENV)/.lint  ## ruff and mypy
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

locked: | $(VENV)/bin/python  ## install exactly what requirements/ci.lock names, as CI does
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements/ci.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(VENV)/.demo $(VENV)/.test $(VENV)/.lint

# The header of a lock file names its command: this one, whatever the machine, its folders and its index.
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" $(TOOLS)/bin/uv pip compile --quiet --no-config --no-emit-index-url \
	--no-emit-find-links --universal --generate-hashes --upgrade

lock: $(TOOLS)/.done  ## take the newest versions that pyproject.toml allows into the lock files, with their hashes
	$(LOCK) pyproject.toml requirements/build.in --extra grade --extra plots --extra compat --output-file requirements/image.lock
	$(LOCK) pyproject.toml requirements/build.in --extra grade --extra plots --extra compat --extra cluster \
		--constraint requirements/image.lock --output-file requirements/cluster.lock
	$(LOCK) pyproject.toml requirements/build.in --extra grade --extra plots --extra test --extra lint \
		--constraint requirements/cluster.lock --output-file requirements/ci.lock
	$(LOCK) requirements/tools.in --python-version 3.11 --output-file requirements/tools.lock
	$(LOCK) requirements/docs.in --python-version 3.11 --output-file requirements/docs.lock

audit: $(TOOLS)/.done  ## known vulnerabilities of what the lock files name; fails where PyPI cannot be asked
	for lock in image cluster ci tools docs; do \
		$(TOOLS)/bin/pip-audit --strict --disable-pip --require-hashes --requirement requirements/$$lock.lock || exit 1; \
	done

sbom: $(TOOLS)/.done $(VENV)/.demo  ## what is installed in .venv, as CycloneDX; the image holds its own
	$(TOOLS)/bin/cyclonedx-py environment --output-reproducible --output-file build/sbom.cdx.json $(BIN)/python

answers: $(VENV)/.demo  ## record the public answers of every assignment anew
	$(BIN)/python -m grader.oracle.recorded

samples: $(VENV)/.test  ## render the sample reports anew
	$(BIN)/python -m tests.exporters.samples

golden: $(VENV)/.test  ## what each adapter makes of Results made by hand, anew; look at the difference
	$(BIN)/python -m tests.exporters.golden_files

readme: $(VENV)/.test  ## write the tables of the docs anew
	$(BIN)/python -m tests.readme

screenshots: $(VENV)/.test  ## take the pictures of the docs anew, with Chromium
	$(BIN)/python -m tests.screenshots

docs: $(SITE)/.done  ## the site of the docs; fails at a link that leads nowhere
	$(SITE)/bin/python -m sphinx --quiet --nitpicky --fail-on-warning --fresh-env -b html -d build/doctrees docs build/site
	@echo "Open build/site/index.html in a browser."

wheel: | $(VENV)/bin/python  ## what students install: no solution is in it
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@echo "Hand out $$(ls -t dist/grader-*.whl | head -1); docs/install.md says how students install it."

bench: $(VENV)/.test  ## everything side by side, beside the bars; also against torch if it is installed in .venv
	$(BIN)/python -m benchmarks

bench-quick: $(VENV)/.test  ## the same in less than two minutes
	$(BIN)/python -m benchmarks --quick

bench-peers: $(VENV)/.test  ## nbgrader and Otter-Grader on the same submissions, in environments of their own
	$(BIN)/python -m benchmarks.peers

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

# A stamp a set of extras: make installs again only when pyproject.toml changes.
$(VENV)/.demo: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[grade,plots]'
	$(BIN)/python -m solutions
	touch $@

$(VENV)/.test: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[grade,plots,test]'
	touch $@

$(VENV)/.lint: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --editable '.[grade,plots,test,lint]'
	touch $@

$(TOOLS)/.done: requirements/tools.lock
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --require-hashes --requirement requirements/tools.lock
	touch $@

$(SITE)/.done: requirements/docs.lock
	$(PYTHON) -m venv $(SITE)
	$(SITE)/bin/python -m pip install --quiet --require-hashes --requirement requirements/docs.lock
	touch $@

clean:
	rm -rf $(VENV) .venv-versions build dist
