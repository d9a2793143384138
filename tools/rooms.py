"""Which room of `scorelab/chapters` a notebook belongs to: the one that its cells import."""

import re

CHAPTER = re.compile(r"from scorelab\.chapters\.(\w+) import")


def room_of(text: str) -> str:
    """The room of a notebook, of which this is the text or the code.

    Raises ValueError where no cell says it.
    """
    if found := CHAPTER.search(text):
        return found[1]
    raise ValueError("no cell imports from scorelab.chapters")
