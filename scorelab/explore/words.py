"""Numbers and words as a reader of an explorer meets them."""

from __future__ import annotations

import math


def number(value: float) -> str:
    """A count as a reader writes it: 1,024, or ∞."""
    return "∞" if value == math.inf else f"{value:,}"


def rounded(value: float) -> str:
    """A number to two digits, as it is printed in a book: 0.42, or 3.1 × 10³⁰; 0 is 0."""
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{value:.3g}"
    digits, power = f"{value:.1e}".split("e")
    return f"{digits} × 10<sup>{int(power)}</sup>".replace("-", "−")


def explained(word: str, meaning: str) -> str:
    """A word of a sentence that says what it means to who points at it, or has it read aloud."""
    return f'<abbr title="{meaning}">{word}</abbr>'
