"""What the project shows in public: workflows, forms, hooks, metadata, changelog, pages."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from lab import NOTEBOOKS, ROOT
from packaging.specifiers import SpecifierSet

import scorelab

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PYTHONS = SpecifierSet(PROJECT["requires-python"])
VERBS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("[!c]*.yml"))
HOOKS = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"][0]["hooks"]
each_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
each_form = pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)


def jobs(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text())["jobs"]


def combinations(job: dict[str, Any]) -> list[dict[str, str]]:
    """The systems and Pythons that a job runs on, as GitHub multiplies them out."""
    matrix = job.get("strategy", {}).get("matrix", {})
    systems, pythons = matrix.get("os", []), matrix.get("python", [])
    product = [{"os": system, "python": python} for system in systems for python in pythons]
    return product + matrix.get("include", [])


def missing(command: str) -> str | None:
    """What a command of a workflow or a form calls and the project does not have."""
    words = command.split()
    if words[0] == "make":
        return next((verb for verb in words[1:] if verb not in VERBS), None)
    path = ROOT / words[0]
    return None if path.is_file() and path.stat().st_mode & 0o100 else words[0]


# Workflows, which only GitHub can run


@each_workflow
def test_a_workflow_is_well_formed(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text())
    assert set(workflow) <= {"name", True, "permissions", "concurrency", "jobs"}  # YAML 1.1: on
    assert workflow["name"] and workflow[True] and workflow["permissions"]["contents"] == "read"
    for job in workflow["jobs"].values():
        assert job["runs-on"] and job["steps"]
        for step in job["steps"]:
            assert len({"uses", "run"} & set(step)) == 1, step
            assert set(step) <= {"name", "uses", "run", "with", "if", "env", "id"}, step
            assert re.fullmatch(r"actions/[a-z-]+@v\d+", step.get("uses", "actions/a@v1")), step


@each_workflow
def test_what_a_workflow_calls_exists(path: Path) -> None:
    for job in jobs(path).values():
        for command in (step["run"] for step in job["steps"] if "run" in step):
            assert not missing(command), command


@pytest.mark.parametrize(
    ("command", "lacks"),
    [("make nonsense", "nonsense"), ("tools/none.sh", "tools/none.sh"), ("README.md", "README.md")],
)
def test_what_does_not_exist_is_found_missing(command: str, lacks: str) -> None:
    assert missing(command) == lacks


def test_every_python_is_checked_on_linux_and_one_on_macos() -> None:
    (job,) = jobs(ROOT / ".github" / "workflows" / "check.yml").values()
    seen = [(each["os"].split("-")[0], each["python"]) for each in combinations(job)]
    assert seen == [*(("ubuntu", python) for python in supported()), ("macos", "3.12")]
    assert {"run": ".ci/run"} in job["steps"]


@each_workflow
def test_a_workflow_names_only_pythons_that_are_supported(path: Path) -> None:
    for job in jobs(path).values():
        named = [each["python"] for each in combinations(job)]
        named += [step.get("with", {}).get("python-version") for step in job["steps"]]
        assert all(v in supported() for v in named if v and not v.startswith("${{ matrix.")), named


# Forms


@each_form
def test_a_form_is_well_formed(path: Path) -> None:
    form = yaml.safe_load(path.read_text())
    assert form["name"] and form["description"] and form["body"]
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert all(isinstance(field["id"], str) and field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)
    assert {field["type"] for field in fields} <= {"input", "textarea", "dropdown", "checkboxes"}
    assert any(field.get("validations", {}).get("required") for field in fields)


@each_form
def test_a_form_that_asks_for_a_notebook_offers_every_one(path: Path) -> None:
    numbers = sorted(notebook.name[:2] for notebook in NOTEBOOKS.glob("*.ipynb"))
    for field in yaml.safe_load(path.read_text())["body"]:
        if field["id"] == "notebook":
            assert field["attributes"]["options"][: len(numbers)] == numbers


def test_a_pull_request_begins_with_five_lines() -> None:
    template = (ROOT / ".github" / "pull_request_template.md").read_text().splitlines()
    assert len(template) == 5
    for verb in re.findall(r"`make (\w+)`", "\n".join(template)):
        assert verb in VERBS


# Hooks, with a .venv and without


def test_hooks_take_the_tools_of_the_active_environment_where_there_is_no_venv(
    tmp_path: Path,
) -> None:
    assert [hook["id"] for hook in HOOKS] == ["ruff-check", "ruff-format", "types", "pairs"]
    assert all(hook["entry"].startswith("sh tools/python.sh -m ") for hook in HOOKS)
    active = tmp_path / "bin"
    active.mkdir()
    (active / "python").symlink_to(sys.executable)
    ask = ["/bin/sh", str(ROOT / "tools" / "python.sh"), "-c", "import sys; print(sys.executable)"]
    path = {"PATH": f"{active}:/usr/bin:/bin"}

    def found() -> str:
        return subprocess.check_output(ask, cwd=tmp_path, env=path, text=True).strip()

    assert found() == str(active / "python")
    own = tmp_path / ".venv" / "bin"
    own.mkdir(parents=True)
    (own / "python").symlink_to(sys.executable)
    assert found() == str(own / "python")


@pytest.mark.parametrize("module", sorted({hook["entry"].split()[3] for hook in HOOKS}))
def test_a_hook_calls_a_pinned_tool(module: str) -> None:
    assert re.search(rf"^{module}==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)


# Metadata


def supported() -> list[str]:
    """The Pythons that the metadata promises."""
    prefix = "Programming Language :: Python :: "
    return [c.removeprefix(prefix) for c in PROJECT["classifiers"] if c.startswith(prefix)]


def test_classifiers_name_the_pythons_of_requires_python() -> None:
    assert supported() == [v for v in (f"3.{minor}" for minor in range(30)) if v in PYTHONS]


def test_the_changelog_and_the_citation_are_about_this_version() -> None:
    releases = re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert releases[:2] == ["Unreleased", scorelab.__version__]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == scorelab.__version__


def test_the_changelog_keeps_to_the_kinds_of_change() -> None:
    kinds = re.findall(r"^### (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert kinds
    assert set(kinds) <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


# Pages


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_between_files_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / page).read_text())
    assert all((ROOT / link).exists() for link in links), links


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_commands_that_a_page_names_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    for verb in re.findall(r"(?:`|^)make ([a-z-]+)", text, re.MULTILINE):
        assert verb in VERBS


@pytest.mark.slow
def test_threads_wait_in_peace_wherever_the_package_comes_first() -> None:
    """GNU OpenMP reads it as it is loaded, so it must be set before torch is."""
    look = (
        "import os, sys; os.environ.pop('OMP_WAIT_POLICY', None); seen = []\n"
        "class Look:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'torch': seen.append(os.environ.get('OMP_WAIT_POLICY'))\n"
        "sys.meta_path.insert(0, Look()); import scorelab; print(seen)"
    )
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, cwd=ROOT)
    assert said.stdout.strip() == "['PASSIVE']", said.stderr
