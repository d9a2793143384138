"""``make audit``: known vulnerabilities of what is installed, and unsafe code of ours.

It runs in an environment of its own, which has pip-audit and bandit.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
ROOT = Path(__file__).resolve().parent.parent
OURS = {"scorelab"}  # which no database knows
#: What bandit's exit codes say; others that it did not come to an end.
FOUND = {0: "no high finding.", 1: "findings of high severity."}


def verdict(packages: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What is wrong with pip-audit's report: a line for each vulnerability, and for no answer.

    Where its database cannot be reached pip-audit says that it found no vulnerability.
    """
    others = [package for package in packages if package["name"] not in OURS]
    asked = [package for package in others if "vulns" in package]
    for package in asked:
        for each in package["vulns"]:
            better = ", ".join(each["fix_versions"]) or "no version"
            yield f"{package['name']} {package['version']}: {each['id']}, mended in {better}"
    if len(asked) <= len(others) / 2:
        yield f"The database knew {len(asked)} of {len(others)} packages: is there no network?"


def report() -> list[dict[str, Any]]:
    """pip-audit's answer about every package of the course's environment; none without one."""
    installed = next(ROOT.glob(".venv/lib/python*/site-packages"), ROOT)  # which has none
    command = [BIN / "pip-audit", "--path", installed, "--format=json", "--progress-spinner=off"]
    done = subprocess.run(command, capture_output=True, text=True)
    try:
        return json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        print(done.stderr[-2000:], file=sys.stderr)
        return []


def main() -> bool:
    """Whether there is anything to mend; it is printed."""
    bad = list(verdict(packages := report()))
    unknown = [package["name"] for package in packages if "vulns" not in package]
    print(*bad or [f"No known vulnerability; not looked up: {', '.join(unknown)}."], sep="\n")
    code = subprocess.run([BIN / "bandit", "-q", "-lll", "-r", ROOT / "scorelab", ROOT / "tools"])
    print("bandit has", FOUND.get(code.returncode, f"failed, with {code.returncode}."))
    return bool(bad or code.returncode)


if __name__ == "__main__":
    sys.exit(main())
