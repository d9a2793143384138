"""What `make audit` concludes: an audit that asked nobody is none."""

from __future__ import annotations

from typing import Any

import pytest
from audit import verdict

SAFE: dict[str, Any] = {"name": "numpy", "version": "2.4.6", "vulns": []}
BAD = {
    "name": "torch",
    "version": "2.13.0",
    "vulns": [{"id": "CVE-2026-1", "fix_versions": ["2.13.1", "2.14.0"]}],
}
UNKNOWN = {"name": "pandas", "skip_reason": "Dependency not found on PyPI"}
OURS = {"name": "scorelab", "skip_reason": "not known"}


@pytest.mark.parametrize(
    ("packages", "says"),
    [
        ([SAFE, SAFE, UNKNOWN, OURS], []),
        ([SAFE, BAD], ["torch 2.13.0: CVE-2026-1, mended in 2.13.1, 2.14.0"]),
        ([UNKNOWN, UNKNOWN, OURS], ["The database knew 0 of 2 packages: is there no network?"]),
        ([], ["The database knew 0 of 0 packages: is there no network?"]),
    ],
    ids=["safe", "a vulnerability", "nobody answered", "no report"],
)
def test_the_verdict_of_an_audit(packages: list[dict[str, Any]], says: list[str]) -> None:
    assert list(verdict(packages)) == says
