"""What stands beside this file for the page: JavaScript and CSS."""

from pathlib import Path


def text(*names: str) -> str:
    """These files, one after the other."""
    return "\n".join(Path(__file__).with_name(n).read_text(encoding="utf-8") for n in names)
