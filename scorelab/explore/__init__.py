"""What the reader sees: figures, live runs and the explorers of the notebooks."""

from scorelab.explore.credit_explorer import CreditExplorer
from scorelab.explore.forward_explorer import ForwardExplorer
from scorelab.explore.matching_explorer import MatchingExplorer
from scorelab.explore.sample_size_explorer import SampleSizeExplorer
from scorelab.explore.stopping_explorer import StoppingExplorer
from scorelab.explore.story_explorer import StoryExplorer
from scorelab.explore.tangent_explorer import KernelExplorer
from scorelab.explore.training_explorer import NetworkExplorer

__all__ = [
    "CreditExplorer",
    "ForwardExplorer",
    "KernelExplorer",
    "MatchingExplorer",
    "NetworkExplorer",
    "SampleSizeExplorer",
    "StoppingExplorer",
    "StoryExplorer",
]
