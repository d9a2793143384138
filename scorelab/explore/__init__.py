"""What the reader sees: figures, live runs and the explorers of the notebooks."""

from scorelab.explore.convex_explorer import ConvexExplorer
from scorelab.explore.convex_plane_explorer import ConvexDenoisingExplorer
from scorelab.explore.credit_explorer import CreditExplorer
from scorelab.explore.forward_explorer import ForwardExplorer
from scorelab.explore.matching_explorer import MatchingExplorer
from scorelab.explore.memory_explorer import MemorisationExplorer
from scorelab.explore.pattern_explorer import PatternExplorer
from scorelab.explore.sample_size_explorer import SampleSizeExplorer
from scorelab.explore.sampling_explorer import SamplingExplorer
from scorelab.explore.stopping_explorer import StoppingExplorer
from scorelab.explore.story_explorer import StoryExplorer
from scorelab.explore.tangent_explorer import KernelExplorer
from scorelab.explore.training_explorer import NetworkExplorer

__all__ = [
    "ConvexDenoisingExplorer",
    "ConvexExplorer",
    "CreditExplorer",
    "ForwardExplorer",
    "KernelExplorer",
    "MatchingExplorer",
    "MemorisationExplorer",
    "NetworkExplorer",
    "PatternExplorer",
    "SampleSizeExplorer",
    "SamplingExplorer",
    "StoppingExplorer",
    "StoryExplorer",
]
