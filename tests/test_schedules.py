"""Schedules against the papers' formulas."""

from __future__ import annotations

import math
from itertools import pairwise

import pytest

from scorelab import OrnsteinUhlenbeck
from scorelab.schedules import SCHEDULES, times

PROCESS = OrnsteinUhlenbeck()


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_a_schedule_falls_from_t_max_to_t_min(schedule: str) -> None:
    way = times(PROCESS, 30, schedule)
    assert len(way) == 30 and all(t > s for t, s in pairwise(way))
    assert (way[0], way[-1]) == pytest.approx((3.0, 0.02), rel=1e-12)
    assert times(PROCESS, 2, schedule) == pytest.approx([3.0, 0.02], rel=1e-12)


def test_karras_is_equation_5_of_their_paper() -> None:
    largest, smallest = (math.sqrt(math.exp(t) - 1) for t in (3.0, 0.02))
    for i, t in enumerate(times(PROCESS, 9, "karras")):
        wanted = (largest ** (1 / 7) + i / 8 * (smallest ** (1 / 7) - largest ** (1 / 7))) ** 7
        assert math.sqrt(math.exp(t) - 1) == pytest.approx(wanted)


def test_cosine_is_even_in_the_angle_of_signal_and_noise() -> None:
    angles = [math.atan2(math.sqrt(1 - math.exp(-t)), math.exp(-t / 2))
              for t in times(PROCESS, 9, "cosine")]  # fmt: skip
    gaps = [a - b for a, b in pairwise(angles)]
    assert gaps == pytest.approx([gaps[0]] * 8)


def test_exponential_is_even_in_the_log_of_the_noise_level() -> None:
    levels = [math.exp(t) - 1 for t in times(PROCESS, 9, "exponential")]
    ratios = [b / a for a, b in pairwise(levels)]
    assert ratios == pytest.approx([(levels[8] / levels[0]) ** (1 / 8)] * 8)


def test_uniform_and_log_are_even_in_what_they_say() -> None:
    gaps = [t - s for t, s in pairwise(times(PROCESS, 9, "uniform"))]
    ratios = [t / s for t, s in pairwise(times(PROCESS, 9, "log"))]
    assert gaps == pytest.approx([2.98 / 8] * 8) and ratios == pytest.approx([150 ** (1 / 8)] * 8)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1, "log"), "steps=1: must be a whole number of at least 2"),
        ((5, "linear"), "schedule='linear': must be one of 'log', 'karras', 'exponential', '.*'"),
    ],
)
def test_bad_input_is_named(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{message}$"):
        times(PROCESS, *arguments)
