# Everything runs in .venv, which is made on first use. `make help` lists the targets.
# LOWEST=1 uses .venv-lowest, with the lowest versions that pyproject.toml allows; NEWEST=1 uses
# .venv-newest, with the newest there are.
PYTHON ?= python3
SLOW   ?=
LOWEST ?=
NEWEST ?=
VENV   := .venv$(if $(LOWEST),-lowest,$(if $(NEWEST),-newest))
BIN    := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help demo test lint site lab instructor build solutions bench-standin bench-lesson bench-learner bench-quick notebooks bench-sandbox bench bench-limit bench-where bench-size bench-pages validity compat mutation luck crowd learner-path screenshots clean crash-table scaling

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

demo: $(VENV)/.installed  ## build the release, grade a small pretend class, show its gradebook
	$(BIN)/autograder demo

CHOSEN := $(if $(SLOW),$(if $(filter all,$(SLOW)),,-m "not measured"),-m "not slow and not measured")

# Style and types are judged by the tools of constraints.txt alone.
test: $(if $(LOWEST)$(NEWEST),$(VENV)/.installed,lint) $(if $(SLOW),$(VENV)/.fuzz $(VENV)/.site)  ## run the tests (fifteen minutes or more); SLOW=1 adds the long proofs, SLOW=all what other targets measure; LOWEST=1, NEWEST=1: with other versions
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(CHOSEN) $(ARGS)

lint: $(VENV)/.installed  ## style, format, types, imports and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell *.md docs course solutions autograder

site: $(VENV)/.site  ## build the site to read online into site/ (minutes the first time, then seconds)
	$(BIN)/python docs/site/build.py

lab: $(VENV)/.installed  ## open the lesson and the exercises in JupyterLab
	$(BIN)/course lab

instructor: $(VENV)/.installed  ## open JupyterLab with formgrader on a pretend class (or CLASS_DIR=2026)
	@test -n "$(CLASS_DIR)" -o -f demo/gradebook.db || $(BIN)/autograder demo
	$(BIN)/autograder formgrader --class $(or $(CLASS_DIR),demo)

build: $(VENV)/.installed  ## generate exercises/ and the notebooks in solutions/ from the scripts
	$(BIN)/autograder build

solutions: $(VENV)/.installed  ## train the reference solutions on all images; dense against CNN
	$(BIN)/autograder solutions

bench-standin: $(VENV)/.installed  ## train both models on the drawn stand-in images
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/standin_accuracy.py

bench-lesson: $(VENV)/.installed  ## time our CNN training against the lesson's own script, in turn (ROUNDS=3 IMAGES=60000 EPOCHS=5)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/lesson_script.py $(or $(ROUNDS),3) $(or $(IMAGES),60000) $(or $(EPOCHS),5)

bench-learner: $(VENV)/.installed  ## what a learner waits for, beside nbgrader validate (ROUNDS=5)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/learner_wait.py $(or $(ROUNDS),5)

bench-quick: $(VENV)/.installed  ## what training on a subset costs in accuracy
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/quick_cost.py

notebooks: $(VENV)/.installed  ## run every notebook on real images and stand-in: time and memory
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/notebooks.py $(ARGS)

bench-sandbox: $(VENV)/.installed  ## time the start of a sandboxed kernel beside a plain one
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/sandbox_cost.py

bench: $(VENV)/.installed  ## grade a class of this course, and one of an ordinary course, with stock nbgrader and autograder (STUDENTS=6)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/grade_class.py $(or $(STUDENTS),6)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/grade_ordinary.py $(or $(STUDENTS),6)

bench-limit: $(VENV)/.installed  ## the class's cells alone, in forks, beside autograder grade
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/grade_limit.py $(or $(STUDENTS),6)

bench-where: $(VENV)/.installed  ## where a submission's time goes in autograder grade, by assignment (STUDENTS=4)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/where_time_goes.py $(or $(STUDENTS),4)

bench-size: $(VENV)/.installed  ## seconds a submission and memory, for 10 to 1,000 submissions
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/grade_size.py

bench-pages: $(VENV)/.installed  ## time report, similarity and feedback pages of a pretend class of 300
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/class_pages.py

validity: $(VENV)/.installed  ## grade the bank of answers five ways: false accepts and rejects, misleading messages, mistakes named
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/validity.py $(ASSIGNMENTS)

compat: $(VENV)/.installed  ## small courses of other fields: nbgrader's marks and ours, tests outside and inside (ARGS=--stock)
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/compat.py $(ARGS)

mutation: $(VENV)/.installed  ## mutate the reference solutions, and list the mutants that survive
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/mutation.py

luck: $(VENV)/.installed  ## grade honest trainings, and kernels that end, twenty times each
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/luck.py

crowd: $(VENV)/.installed  ## fifty hostile notebooks at once on 3.5 GiB, six honest ones among them
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/crowd.py

learner-path: $(VENV)/.installed  ## a learner's whole way in Chromium; pictures of it in artifacts/learner
	$(BIN)/python -m pytest tests/browser/test_learner_path.py

crash-table: $(VENV)/.installed  ## kill a run at each boundary, fill its disk; is the end the same?
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/crash_table.py

scaling: $(VENV)/.installed  ## what larger machines do with larger classes, from measured costs
	PYTHONPATH=tests $(BIN)/python tests/benchmarks/scaling.py

screenshots: $(VENV)/.installed  ## make the README's pictures again (needs Chromium and a `make demo`)
	PYTHONPATH=tests $(BIN)/python tests/browser/screenshots.py

INSTALL := $(BIN)/python -m pip install --quiet $(if $(NEWEST),--upgrade,-c constraints.txt) -e '.[test]'
ifdef LOWEST
# Only uv can choose the lowest versions of what pyproject.toml names; the rest is the newest.
INSTALL := $(BIN)/python -m pip install --quiet uv && \
  $(BIN)/uv pip install --quiet --resolution lowest-direct --python $(BIN)/python -e '.[test]'
endif

# The stamp is written last, so an interrupted installation is done again.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "Error: $(PYTHON) is not Python 3.11 to 3.13, which TensorFlow needs. Name one: make PYTHON=python3.12 $(MAKECMDGOALS)" >&2; exit 2; }
	@echo "Installing into $(VENV) (two to three minutes the first time) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(INSTALL)
	@touch $@

# The fuzzer has wheels for Linux on x86-64 only; without it its tests are skipped and say so.
$(VENV)/.fuzz: $(VENV)/.installed
	-@$(BIN)/python -m pip install --quiet -c constraints.txt -e '.[fuzz]' && touch $@

# The tests of the site are skipped without it, and say so.
$(VENV)/.site: $(VENV)/.installed
	@$(BIN)/python -m pip install --quiet $(if $(NEWEST),--upgrade,-c constraints.txt) -e '.[site]' && touch $@

clean:  ## remove what demo, tests and tools left behind (not your class folder)
	rm -rf demo artifacts dist .pytest_cache .ruff_cache .mypy_cache .hypothesis .validity site .site-cache
