"""What the reader sees: figures, live runs and the explorers of the notebooks."""

from scorelab.explore.story import StoryExplorer

__all__ = ["StoryExplorer"]
