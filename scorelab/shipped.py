"""The files that come with the package, and whether they are whole."""

from __future__ import annotations

import hashlib
from pathlib import Path

#: Where they lie, and the file there that has their SHA-256, as `sha256sum` writes it.
DATA = Path(__file__).parent / "data"
SUMS = "SHA256SUMS"


def checked(path: Path) -> Path:
    """The path of a shipped file that is what its checksum beside it says.

    Raises FileNotFoundError if it is not there, and ValueError if it is damaged or has none.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; install scorelab again")
    found, wanted = _sum(path), _sums(path.parent).get(path.name)
    if found != wanted:
        raise ValueError(
            f"{path} is damaged: its SHA-256 is {found}, expected {wanted}; install scorelab again"
        )
    return path


def keep(path: Path) -> None:
    """Write down the checksum of a file that was made anew, beside it."""
    sums = _sums(path.parent) | {path.name: _sum(path)}
    lines = [f"{value}  {name}\n" for name, value in sorted(sums.items())]
    (path.parent / SUMS).write_text("".join(lines))


def _sums(folder: Path) -> dict[str, str]:
    file = folder / SUMS
    lines = file.read_text().splitlines() if file.is_file() else []
    return {name: value for value, name in (line.split("  ", 1) for line in lines)}


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
