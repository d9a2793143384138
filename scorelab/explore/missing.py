"""What a reader is told whose page shows the controls of an explorer, and no figure.

The figure comes through the module anywidget, which belongs to the program that shows the page.
Where that program has a Python of its own, the module may be missing there; and where it forbids
scripts that it did not bring, the module is there and may not start. Then no code of ours runs in
the page: so the sentence is in each explorer, shows itself after a while, and is hidden by the
page's script.
"""

from __future__ import annotations

import ipywidgets as W

SENTENCE = (
    "No figure here? Then this page lacks the module <b>anywidget</b>, or may not run its script: "
    "install anywidget and ipywidgets beside the program that shows the page (a hub may have them "
    "in another environment than the kernel), allow <code>blob:</code> in its "
    "<code>script-src</code>, or open the notebook with <code>make lab</code>."
)
#: Seconds after which a page that is only slow would have its figure.
LATE = 20
STYLE = f"""<style>
.sl-explorer > .sl-missing {{ height: 0; margin: 0; visibility: hidden; overflow: hidden;
  animation: sl-late 0s {LATE}s forwards }}
.sl-explorer > .sl-missing .widget-html-content {{ white-space: normal; line-height: 1.5 }}
.sl-alive > .sl-missing {{ display: none }}
@keyframes sl-late {{ to {{ height: auto; visibility: visible }} }}
</style>"""


def missing() -> W.HTML:
    """The sentence, as the first of an explorer's parts."""
    sentence = W.HTML(STYLE + SENTENCE)
    sentence.add_class("sl-missing")
    return sentence
