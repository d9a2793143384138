"""What an explorer's import leaves out, and that nobody misses it."""

import subprocess
import sys

import pytest

CODE = """
import sys
from scorelab.chapters.start_here import Explorer
assert not {"nbformat", "jsonschema", "rfc3987_syntax"} & {*sys.modules}
from plotly.io import _renderers
from _plotly_utils.optional_imports import get_module
version = _renderers.nbformat.__version__
import nbformat
assert version == nbformat.__version__ and get_module("nbformat") is nbformat
import plotly.graph_objects as go
go.Figure().show("json")
"""


@pytest.mark.slow
def test_it_does_not_wait_for_nbformat() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
