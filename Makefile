# Two commands are enough: `make lab` to read, `make test` to check. Either works first.

PYTHON := .venv/bin/python
READY  := .venv/.ready
HALL   := .venv/.slides
TYPES  := $(PYTHON) -m basedpyright --project pyproject.toml --pythonpath $(PYTHON)
# Who has copies of their own reads those.
FIRST  := /doc/tree/$(or $(wildcard work/00-start-here.ipynb),notebooks/00-start-here.ipynb)
# tests/conftest.py says what comes first.
PYTEST := $(PYTHON) -m pytest --dist loadfile --no-loadscope-reorder
NBVAL  := --nbval --nbval-current-env --nbval-cell-timeout=120 --nbval-sanitize-with=tests/sanitize.cfg

# A thread that spins while it waits holds up the other kernel on a machine of few cores: two
# notebooks at a time took more than three times as long, and cells ran into their time limit.
export OMP_WAIT_POLICY := PASSIVE

.DEFAULT_GOAL := help
.PHONY: help lab present slides slides-check work check test fuzz audit bench device notebooks tables credit site site-serve site-check grade format clean

help: ## list the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# A notebook is opened alone: JupyterLab, told that it has a text beside it, takes the newer of the
# two for the truth, without a word, and an edit that another program made in the other is lost.
ALONE  := --ServerApp.jpserver_extensions=jupyterlab_jupytext=False

# A reload shows live explorers in a notebook that is trusted, and pictures of them in another. Until
# its stored outputs were all made here Jupyter trusts none; these came with the package they run.
lab: $(READY) ## open JupyterLab on the first notebook (LAB_ARGS="--no-browser --port 8899" passes flags)
	@$(PYTHON) -m jupyter trust notebooks/[0-9]*.ipynb > /dev/null
	$(PYTHON) -m jupyterlab --ip=127.0.0.1 --LabApp.default_url=$(FIRST) $(ALONE) $(LAB_ARGS)

present: $(HALL) ## show the explorers of a notebook alone, as in a lecture (N=05), and the slides with live explorers where they are
	$(PYTHON) tools/present.py $(or $(N),00)

slides: $(HALL) ## make slides of all notebooks in build/slides, which need no network; without `make present` their explorers are films
	$(PYTHON) tools/build_slides.py

slides-check: slides ## the same, and see in a browser that no slide is larger than a screen of 1366 by 768
	$(PYTHON) -m pytest tests/site/check_slides.py

# The types are checked while the tests run, which often wait for a browser.
define VERIFY
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(TYPES) & types=$$!; $(PYTEST) $(1); tests=$$?; wait $$types && exit $$tests
endef

work: $(READY) ## copy the notebooks into work/, or refresh those that you have not changed; `make lab` opens them
	$(PYTHON) tools/work.py

check: $(READY) ## the quick round: lint, types, and the quick tests that need neither notebook nor browser
	$(call VERIFY,-n 2 -m "not slow" --ignore=tests/browser tests)

test: $(READY) ## the whole: as check with the slow tests, run every notebook, and drive the explorers in a browser where there is one
	$(call VERIFY,-n 3 $(NBVAL) tests notebooks)

fuzz: $(READY) ## call every public function with odd input of every kind, for some ten minutes (N=5000 calls each)
	SCORELAB_FUZZ=$(or $(N),5000) $(PYTEST) -n 2 tests/test_fuzz.py --dist worksteal

audit: $(READY) ## ask whether a package that is installed has a known vulnerability, and bandit whether our code is unsafe
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet --disable-pip-version-check -r tools/audit.txt
	build/audit/bin/python tools/audit.py

bench: $(READY) ## measure the speeds the course relies on
	PYTHONPATH=tools:tests/support:tests/bench $(PYTHON) tests/bench/bench.py

device: $(READY) ## check and measure what an accelerator gives (ARGS=--rehearse tries the command without one)
	PYTHONPATH=. $(PYTHON) tests/bench/device.py $(ARGS)

notebooks: $(READY) ## execute the notebooks from their text and store outputs and pictures (NAMES="00-start-here" for some)
	$(PYTHON) tools/stubs.py
	$(PYTHON) tools/build_notebooks.py $(NAMES)

tables: $(READY) ## remake the precomputed tables, some minutes; goes on where it was interrupted (NAMES="rates" for some)
	$(PYTHON) -m scorelab.studies $(NAMES)

credit: $(READY) ## remake the tables of the credit comparison (hours; goes on where interrupted; CREDIT_ARGS=--missing makes what they lack)
	$(PYTHON) -m pip install --quiet -e ".[bench,ctgan]"
	$(PYTHON) -m scorelab.credit $(CREDIT_ARGS)

site: $(READY) ## make the course's web pages in build/site/html, whose explorers need no Python
	$(PYTHON) -m pip install --quiet -r site/requirements.txt
	$(PYTHON) tools/build_site.py

site-serve: site ## the same, and show them on this machine
	$(PYTHON) -m http.server --bind 127.0.0.1 --directory build/site/html

site-check: site ## the same, compare what their explorers show in a browser with what the course computes, and ask axe who is kept out
	$(PYTHON) -m pytest tests/site/check_site.py tests/site/check_explorers.py

grade: $(READY) ## grade a folder of students' notebooks, as grades.csv and grades.html in it (DIR=homework)
	$(PYTHON) tools/grade.py "$(DIR)"

format: $(READY) ## put code and notebooks in shape, and each notebook in step with its text
	$(PYTHON) -m jupytext --quiet --sync notebooks/[0-9]*.ipynb
	$(PYTHON) -m ruff check --fix --exit-zero
	$(PYTHON) -m ruff format
	$(PYTHON) -m jupytext --quiet --sync notebooks/[0-9]*.ipynb
	$(PYTHON) tools/stubs.py

clean: ## remove .venv, builds and every cache, and nothing of a reader's; the next command installs again
	rm -rf .venv .cache build scorelab.egg-info .pytest_cache .ruff_cache .hypothesis
	find scorelab tests tools -type d -name __pycache__ -prune -exec rm -rf {} +

$(READY): requirements.txt pyproject.toml tools/install.sh tools/jupyterlab.json
	@sh tools/install.sh
	@touch $@

# A lecturer does not wait for pip to find that all is there.
$(HALL): $(READY) slides/requirements.txt
	$(PYTHON) -m pip install --quiet -r slides/requirements.txt
	@touch $@
