"""What the reader sees: figures, live runs and the explorers of the notebooks."""

from scorelab.explore.story_explorer import StoryExplorer

__all__ = ["StoryExplorer"]
