"""How Sphinx makes pages of what tools/build_site.py has laid out: `make site`."""

import os
import re
from typing import Any

from examples import examples

import scorelab

project = "scorelab"
author = "The scorelab authors"
project_copyright = "The scorelab authors, MIT licence"
version = release = scorelab.__version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.mathjax"]
nb_execution_mode = "off"  # what is stored was checked by nbval
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "attrs_inline"]
myst_dmath_double_inline = True
suppress_warnings = ["myst.header"]  # a page may begin its sections where it likes
mathjax_path = "mathjax/tex-chtml.js"
mathjax3_config = {"options": {"enableMenu": False}}  # it would load more from elsewhere

# Types of other packages, and those that nobody makes, have no pages here.
NO_PAGE = r"(?!scorelab).*|scorelab\.sweep\.T|scorelab\.convex\.units\.Units"
nitpick_ignore_regex = [("py:.*", NO_PAGE)]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
autodoc_default_options = {"exclude-members": "DATA, SOURCE"}  # of this machine
add_module_names = False

html_theme = "sphinx_book_theme"
html_title = "scorelab"
html_favicon = "favicon.svg"
html_context = {"default_mode": "auto"}  # light or dark, as the reader's system is
html_static_path = ["static"]
html_css_files = ["page.css", "player.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("player.js", "reach.js")]
html_show_sourcelink = False
html_copy_source = True  # what the download button gives
html_theme_options = {
    "use_download_button": True,
    "use_fullscreen_button": False,
    "show_toc_level": 2,
    "navbar_persistent": [],  # one field to search in is enough
    "home_page_in_toc": True,
}

# Where to run a notebook, known where the pages are published.
if repository := os.environ.get("GITHUB_REPOSITORY"):
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}",
        "path_to_docs": "notebooks",
        "use_repository_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "colab_url": "https://colab.research.google.com",
        },
    }

#: In a docstring: code, which stays as it is; what is raised, as e^{−t/2}; what is lowered, as X_t.
FORMULA = re.compile(
    r"(?P<code>`+.*?`+)|(?<=[^\W_]|[)\]])\^\{(?P<up>[^{}]*)\}"
    r"|(?<![A-Za-z\d_])(?P<of>[A-Za-zΑ-ω])_(?P<down>\w+|\{[^{}]*\})"
)


def typeset(found: re.Match[str]) -> str:
    """A piece of a formula as reStructuredText."""
    if found["code"]:
        return found[0]
    if found["up"]:
        return rf"\ :sup:`{found['up']}`\ "
    return rf"{found['of']}\ :sub:`{found['down'].strip('{}')}`\ "


def typeset_docstring(*about: Any) -> None:
    """Let powers and indices of a docstring's formulas stand where they belong."""
    lines = about[-1]
    lines[:] = [FORMULA.sub(typeset, line) for line in lines]


def add_example(_app: Any, _kind: str, name: str, *about: Any) -> None:
    """Let what is documented end with its example."""
    if name in examples():
        about[-1].extend(["", *examples()[name].splitlines(), ""])


def leave_out(
    _app: Any, what: str, _name: str, thing: Any, _skip: bool, _options: Any
) -> bool | None:
    """Leave out a module's numbers, which nobody but the module itself needs."""
    return True if what == "module" and isinstance(thing, int | float) else None


def setup(app: Any) -> None:
    """What Sphinx calls first."""
    app.connect("autodoc-skip-member", leave_out)
    app.connect("autodoc-process-docstring", typeset_docstring)
    app.connect("autodoc-process-docstring", add_example)
