"""``python -m scorelab.studies [NAME …]`` remakes the precomputed tables of the course."""

from scorelab import sweep

from . import (
    convex_denoising,
    memorisation,
    memorisation_draws,
    memorisation_map,
    quality,
    rates,
)

STUDIES = tuple(
    each.STUDY
    for each in (
        rates,
        quality,
        memorisation,
        memorisation_draws,
        memorisation_map,
        convex_denoising,
    )
)

if __name__ == "__main__":
    sweep.remake("scorelab.studies", STUDIES)
