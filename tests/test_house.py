"""The house in order: pins, layers, docstrings, sizes, and nothing of one machine in the files."""

import ast
import inspect
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from lab import ROOT
from packaging.requirements import Requirement

import scorelab

PACKAGE = ROOT / "scorelab"
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("chapters/*/__init__.py"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LISTS = "requirements.txt", "site/requirements.txt", "slides/requirements.txt"
#: For conda and for Binder, and what comes from conda besides Python and pip.
ENVIRONMENTS: dict[str, list[str]] = {
    "environment.yml": [],
    ".binder/environment.yml": ["pytorch-cpu<={torch}"],
}
every_environment = pytest.mark.parametrize("name", ENVIRONMENTS)


def dependencies(name: str) -> list[Any]:
    return yaml.safe_load((ROOT / name).read_text())["dependencies"]


def requirements(name: str = "requirements.txt") -> list[Requirement]:
    lines = (ROOT / name).read_text().splitlines()
    return [Requirement(line) for line in (line.split("#")[0].strip() for line in lines) if line]


def tracked() -> list[Path]:
    """Every file that git tracks or would track."""
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    found = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip("not a git checkout")
    return [path for name in found.stdout.split("\0") if name and (path := ROOT / name).is_file()]


# One list of versions


def test_every_requirement_is_pinned_exactly() -> None:
    every = [each for name in LISTS for each in requirements(name)]
    assert all(re.fullmatch(r"==[\d.]+", str(each.specifier)) for each in every)


def test_pins_lie_in_the_ranges_of_the_package() -> None:
    pins = {each.name: str(each.specifier).removeprefix("==") for each in requirements()}
    for dependency in map(Requirement, PROJECT["dependencies"]):
        assert dependency.specifier.contains(pins[dependency.name]), dependency


@every_environment
def test_conda_takes_python_and_pip_and_leaves_the_rest_to_the_pinned_list(name: str) -> None:
    python, pip, *more, section = dependencies(name)
    pins = {pin.name: str(pin.specifier).removeprefix("==") for pin in requirements()}
    assert pip == "pip" and more == [each.format(**pins) for each in ENVIRONMENTS[name]]
    up = "../" * name.count("/")
    assert section == {"pip": [f"-r {up}requirements.txt", f"-e {up or '.'}"]}
    version = python.removeprefix("python=")
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(version)


@pytest.mark.slow
@every_environment
def test_the_pip_section_of_conda_resolves_where_the_pins_are_installed(
    name: str, tmp_path: Path
) -> None:
    """As conda does: write the section to a file beside environment.yml and hand it to pip there.

    Without an index pip can only take what is here, so it finds every pin and its needs, or says
    what it misses. That the index has the pins, each new `.venv` shows.
    """
    for each in ("pyproject.toml", "requirements.txt", "README.md", "LICENSE"):
        shutil.copy(ROOT / each, tmp_path)
    shutil.copytree(PACKAGE, tmp_path / "scorelab")
    section = (tmp_path / name).with_name("conda.requirements.txt")
    section.parent.mkdir(exist_ok=True)
    section.write_text("\n".join(dependencies(name)[-1]["pip"]))
    offline = ("--dry-run", "--no-index", "--no-build-isolation")
    command = [sys.executable, "-m", "pip", "install", *offline, "-r", section]
    dry_run = subprocess.run(
        command, cwd=section.parent, capture_output=True, text=True, check=False
    )
    assert dry_run.returncode == 0, dry_run.stderr
    would = dry_run.stdout.splitlines()[-1]
    assert would == f"Would install scorelab-{scorelab.__version__}", would


# Four floors, and imports that only point down

#: From the bottom, which is the mathematics: what has no folder of its own, and its fast loops.
FLOORS = [{""}, {"convex", "credit"}, {"studies"}, {"workbook"}, {"explore"}, {"chapters"}]
#: The module of each file, by its name.
NAMED = {
    ".".join(["scorelab", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(
        ".__init__"
    ): path
    for path in MODULES
}


def floor(module: str) -> int:
    """How high a module lies: an import must not point above it."""
    folder = [*module.split("."), ""][1]
    return next((i for i, folders in enumerate(FLOORS) if folder in folders), 0)


def room(module: str) -> str | None:
    """The chapter that a module belongs to."""
    parts = module.split(".")
    return parts[2] if len(parts) > 2 and parts[1] == "chapters" else None


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, wherever in it, with relative names made absolute."""
    package = ["scorelab", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            base += node.module.split(".") if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)


def objection(module: str, imported: str) -> str:
    """Why a module must not import another; empty where it may."""
    top = imported.split(".")[0]
    if top == "scorelab" and floor(imported) > floor(module):
        return "points up"
    if top == "scorelab" and room(imported) not in (None, room(module)):
        return "what two rooms need goes a floor down"
    if top in {"plotly", "ipywidgets", "anywidget"} and floor(module) < floor("scorelab.explore"):
        return "widgets and their figures belong to the explorers"
    if top == "IPython" and floor(module) < floor("scorelab.workbook"):
        return "the mathematics knows of no notebook"
    return ""


@pytest.mark.parametrize("module", sorted(NAMED.keys() - {"scorelab"}))  # which shows all floors
def test_imports_point_down(module: str) -> None:
    assert [name for name in imports(NAMED[module]) if objection(module, name)] == []


@pytest.mark.parametrize(
    ("module", "imported"),
    [
        ("scorelab.kernel", "scorelab.convex.fit"),
        ("scorelab.studies.rates", "scorelab.explore.figures"),
        ("scorelab.workbook.claims", "scorelab.explore.figures"),
        ("scorelab.chapters.rates.view", "scorelab.chapters.sampling.walks"),
        ("scorelab.kernel", "plotly.graph_objects"),
        ("scorelab.credit.study", "IPython.display"),
    ],
)
def test_an_import_that_points_up_or_next_door_is_seen(module: str, imported: str) -> None:
    assert objection(module, imported)


def inside() -> dict[str, list[str]]:
    """Which modules of the package each of them imports, also for types or within a function."""
    graph: dict[str, list[str]] = {}
    for module, path in NAMED.items():
        graph[module] = []
        for name in imports(path):
            while name not in NAMED and "." in name:
                name = name.rpartition(".")[0]
            if name in NAMED and name not in ("scorelab", module):
                graph[module].append(name)
    return graph


def circle(graph: dict[str, list[str]]) -> list[str]:
    """A way of imports that comes back to where it began; empty where there is none."""
    done: set[str] = set()

    def search(module: str, above: list[str]) -> list[str]:
        if module in above:
            return [*above[above.index(module) :], module]
        if module in done:
            return []
        done.add(module)
        ways = (search(name, [*above, module]) for name in graph[module])
        return next(filter(None, ways), [])

    return next(filter(None, (search(module, []) for module in graph)), [])


def test_no_imports_go_round_in_a_circle() -> None:
    assert circle({"scorelab": []} | inside()) == []


def test_a_circle_is_found() -> None:
    assert circle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == []
    assert circle({"a": ["b"], "b": ["c", "d"], "c": [], "d": ["b"]}) == ["b", "d", "b"]


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_is_furnished(name: str) -> None:
    room, tests = PACKAGE / "chapters" / name, ROOT / "tests"
    needed = {"__init__.py", "explorer.py", "view.py", "exercises.py", "solutions.py"}
    assert needed <= {path.name for path in room.iterdir()}
    assert list((tests / "chapters" / name).glob("test_*.py"))
    assert (tests / "browser" / f"test_{name}.py").exists()


@pytest.mark.parametrize(
    "path", MODULES + sorted((ROOT / "tools").glob("*.py")), ids=lambda p: p.name
)
def test_modules_stay_short(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 250


def test_hardly_a_line_asks_the_formatter_to_look_away() -> None:
    mark = "# fmt: " + "skip"
    marked = [p.relative_to(ROOT) for p in tracked() if p.suffix == ".py" and mark in p.read_text()]
    assert sum((ROOT / path).read_text().count(mark) for path in marked) < 15, marked


# Every public name explains itself


def belongs(value: object, module: ModuleType) -> bool:
    """Whether something was written in a module or package, and not only imported there."""
    return getattr(value, "__module__", "").startswith(module.__name__)


def public() -> Iterator[tuple[str, object]]:
    """The public names, the functions of public modules, and the methods of public classes."""
    for name in scorelab.__all__:
        thing = getattr(scorelab, name)
        yield name, thing
        if isinstance(thing, ModuleType):
            members = {k: v for k, v in vars(thing).items() if belongs(v, thing)}
        else:
            members = vars(thing) if inspect.isclass(thing) else {}
        for member, value in members.items():
            for inner in ("fget", "func", "__func__"):  # of properties, cached or not, and methods
                value = getattr(value, inner, value)
            if not member.startswith("_") and (inspect.isroutine(value) or inspect.isclass(value)):
                yield f"{name}.{member}", value


@pytest.mark.parametrize(("name", "thing"), [pytest.param(*each, id=each[0]) for each in public()])
def test_public_names_have_docstrings_and_types(name: str, thing: object) -> None:
    assert inspect.getdoc(thing), name
    if inspect.isroutine(thing):
        signature = inspect.signature(thing)
        untyped = [
            parameter.name
            for parameter in signature.parameters.values()
            if parameter.annotation is parameter.empty and parameter.name not in ("self", "cls")
        ]
        assert not untyped
        assert signature.return_annotation is not signature.empty


# Files for everybody


def test_files_name_no_package_index_and_no_path_of_one_machine() -> None:
    hosts = ["pypi" + ".org", "python" + "hosted", "anaconda" + ".org", "npm" + "js"]
    pattern = re.compile(rf"{'|'.join(map(re.escape, hosts))}|(?<![\w.])/(work|root|home|Users)/\w")
    for path in tracked():
        try:
            found = pattern.search(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        assert not found, f"{path.relative_to(ROOT)}: {found}"


def test_citation_names_both_papers() -> None:
    references = yaml.safe_load((ROOT / "CITATION.cff").read_text())["references"]
    papers = {reference["url"].rpartition("/")[2]: reference["title"] for reference in references}
    assert "Neural Network-Based Score Estimation" in papers["2401.15604"]
    assert "Convex Optimization" in papers["2402.01965"]
