"""The explorers of the course alone, through Voilà, as a lecture shows them: `make present N=05`.

Only what shows an explorer is run, not the notebook around it. Where the slides were made (`make
slides`), they are served as well, and their explorers are alive.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from deck import EXPLORER
from lab import NOTEBOOKS, ROOT

SLIDES = ROOT / "build" / "slides"


def main(number: str) -> int:
    """Serve all explorers on the loopback, and print the address of the first of a notebook."""
    with tempfile.TemporaryDirectory(prefix="scorelab-") as folder:
        home = Path(folder) / "served"
        home.mkdir()
        (name, *_) = [path.stem for path in lay_out(home) if path.stem.startswith(number)] or [""]
        if not name:
            numbers = sorted({path.stem[:2] for path in home.iterdir()})
            sys.exit(f"N={number}: must be the number of a notebook, one of {', '.join(numbers)}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        token = secrets.token_hex(16)
        url = f"http://127.0.0.1:{port}/voila"
        print(f"The explorer: {url}/render/{name}.ipynb?token={token}", flush=True)
        if SLIDES.exists():
            shutil.copytree(SLIDES, home / "slides")  # of links Voilà serves nothing
            page = f"{name[:-2]}.html?live=/voila/render&token={token}"
            print(f"The slides, with it: {url}/files/slides/{page}", flush=True)
        settings = hide(token, Path(folder))
        return subprocess.run(command(home, port, settings), env=awake()).returncode


def lay_out(home: Path) -> list[Path]:
    """A notebook for each explorer of the course, whose one cell shows it."""
    made = []
    for text in sorted((NOTEBOOKS / "text").glob("*.md")):
        for k, source in enumerate(shows(text.read_text(encoding="utf-8"))):
            made.append(home / f"{text.stem}-{k}.ipynb")
            made[-1].write_text(json.dumps(alone(source)))
    return made


def shows(text: str) -> list[str]:
    """The cells of a notebook's text that show an explorer: what is fenced, below its first line.

    Who waits for a page does not wait for nbformat or jupytext, which take longer to import than
    all that is done here.
    """
    fenced = (part.partition("\n")[2] for part in text.split("\n```")[1::2])
    return [source for source in fenced if EXPLORER.search(source)]


def alone(source: str) -> dict[str, Any]:
    """A notebook of one cell, whose explorer is shown as in a lecture."""
    shown = source.replace("Explorer()", "Explorer(lecture=True)")
    cell = {"cell_type": "code", "id": "explorer", "source": shown, "metadata": {}}
    cell |= {"outputs": [], "execution_count": None}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def hide(token: str, folder: Path) -> Path:
    """Voilà's settings that only their owner reads: a command line is read by all, with ps."""
    file = folder / "voila.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps({"Voila": {"token": token}}))
    return file


def command(home: Path, port: int, hidden: Path) -> list[str]:
    """Voilà on the loopback, for whoever has the token among its ``hidden`` settings."""
    settings = {
        "Voila.ip": "127.0.0.1",
        "Voila.port": port,
        "Voila.config_file_paths": hidden.parent,
        "Voila.open_browser": False,
        "VoilaConfiguration.show_tracebacks": True,
        "VoilaConfiguration.template": "hall",
        "VoilaConfiguration.file_allowlist": "slides/.*",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return [sys.executable, "-m", "voila", str(home), *options]


def awake() -> dict[str, str]:
    """The environment of the kernels, which are no test's, and where our template is."""
    found = {k: v for k, v in os.environ.items() if k != "SCORELAB_HEADLESS"}
    templates = os.pathsep.join(filter(None, (str(ROOT / "slides"), found.get("JUPYTER_PATH"))))
    return found | {"OMP_WAIT_POLICY": "PASSIVE", "JUPYTER_PATH": templates}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:] or ["00"]))
