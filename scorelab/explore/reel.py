"""Arrays in few bytes: each once, as whole steps of its scale, and as differences under zlib.

A scale is what an axis shows, cut into 4,096 steps, which is finer than the pixels of any panel.
An array is a table of some columns, filled row by row: the corners of a shape, for arrays that
trace shapes, or the columns of a map. Each column is told by how it differs from what stands above
each number, or left of it, or at its place in the array before: by what takes the fewest bits.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Steps of a scale; what stands for a number that is none.
STEPS, GAP = 4096, -32768
#: The shapes of ``figures.outlines`` have at most so many numbers each.
COLUMNS = 16

Steps = NDArray[np.int16]
Scale = tuple[float, float, bool]


def quantised(values: NDArray[np.float64], scale: Scale) -> Steps:
    """Numbers in steps of a scale (low, high, whether in log10), at most eight scales beyond it."""
    low, high, log = scale
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.round(((np.log10(values) if log else values) - low) / (high - low) * STEPS)
    drawn = np.isfinite(steps)
    return np.where(drawn, np.clip(steps, -32767, 32767), GAP).astype(np.int16)


class Arrays:
    """Arrays of numbers, each kept once."""

    def __init__(self) -> None:
        self.places: dict[Hashable, int] = {}
        self.about: list[list[Any]] = []  # length, scale, columns, how each is told, array before
        self.told: list[Steps] = []
        self.steps: list[Steps] = []
        self.last: dict[Hashable, int] = {}  # the array before, of each trace

    def add(self, values: Any, whose: Hashable, scale: tuple[Any, Any, bool]) -> int:
        """The place of an array, (n,) or (rows, columns); −1 for what is none, or no numbers."""
        try:
            numbers = np.asarray(values, np.float64)
        except (TypeError, ValueError):
            return -1
        if values is None or numbers.ndim == 0:
            return -1
        known = settled(numbers, scale)
        steps, wide = quantised(numbers, known), numbers.shape[1] if numbers.ndim > 1 else 0
        key = steps.tobytes(), known, wide
        if key not in self.places:
            self.places[key] = len(self.about)
            self._tell(steps.ravel(), known, wide, whose)
        return self.places[key]

    def _tell(self, steps: Steps, scale: Scale, wide: int, whose: Hashable) -> None:
        """Note the differences that take the fewest bits."""
        before = self.last.get(whose, -1)
        if before >= 0 and len(self.steps[before]) != len(steps):
            before = -1
        former = self.steps[before] if before >= 0 else None
        if wide:
            widths = [wide]
        elif former is not None and len(steps):
            widths = [self.about[before][2]]
        else:
            widths = [c for c in range(1, COLUMNS) if len(steps) % c == 0]
        ways = [(c, *differences(steps, former, c)) for c in widths]
        columns, how, told = min(ways, key=lambda way: bits(way[2]).sum())
        self.last[whose] = len(self.about)
        self.about.append([len(steps), scale, columns, how, before, wide])
        self.told.append(told)
        self.steps.append(steps)


def settled(numbers: NDArray[np.float64], scale: tuple[Any, Any, bool]) -> Scale:
    """A scale with its ends; where nobody has set them, those of the numbers."""
    low, high, log = scale
    if low is None or high is None:
        with np.errstate(divide="ignore", invalid="ignore"):
            drawn = np.log10(numbers) if log else numbers
        drawn = drawn[np.isfinite(drawn)]
        low, high = (drawn.min(), drawn.max()) if len(drawn) else (0, 1)
    low, high = float(min(low, high)), float(max(low, high))
    return low, high if high > low else low + 1, log


def differences(steps: Steps, former: Steps | None, columns: int) -> tuple[str, Steps]:
    """How each column is told, a letter each, and the differences, column after column."""
    table = steps.reshape(-1, columns)
    above, left = np.zeros_like(table), np.empty_like(table)
    above[1:] = table[:-1]
    left[:, 0], left[:, 1:] = above[:, 0], table[:, :-1]
    guesses = {"a": above, "l": left}
    if former is not None:
        guesses["b"] = former.reshape(-1, columns)
    told = {letter: table - guess for letter, guess in guesses.items()}
    costs = np.stack([bits(each).sum(0) for each in told.values()])
    how = [list(told)[best] for best in costs.argmin(0)]
    best = [told[letter][:, k] for k, letter in enumerate(how)]
    return "".join(how), np.concatenate(best) if best else steps


def bits(differences: Steps) -> NDArray[np.float64]:
    """About how many bits each difference takes."""
    return np.log2(1 + np.abs(differences.astype(np.float64)))


def pack(header: dict[str, Any], arrays: Arrays) -> bytes:
    """A file: the header as JSON, behind its length, then low bytes and high bytes of all arrays.

    A difference d is written as 2d, or as −2d − 1 where it is negative.
    """
    told = np.concatenate([np.zeros(0, np.int16), *arrays.told])
    folded = ((told << 1) ^ (told >> 15)).view(np.uint16)
    planes = (folded & 255).astype(np.uint8).tobytes() + (folded >> 8).astype(np.uint8).tobytes()
    return sealed(header | {"arrays": arrays.about}, planes)


def sealed(header: dict[str, Any], planes: bytes) -> bytes:
    """A file of a header and what follows it."""
    text = json.dumps(header, ensure_ascii=False, allow_nan=False).encode()
    return zlib.compress(struct.pack("<I", len(text)) + text + planes, 9)


def opened(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The header of a file, and what follows it."""
    plain = zlib.decompress(content)
    (length,) = struct.unpack_from("<I", plain)
    return json.loads(plain[4 : 4 + length]), plain[4 + length :]
