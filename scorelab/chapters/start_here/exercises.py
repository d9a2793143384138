"""The exercises of notebook 00, start here."""

from __future__ import annotations

import torch

from scorelab.workbook.checking import Cases, Exercise

from . import solutions


def _noisy_rows() -> Cases:
    """Two pairs of (n, d) tensors with α and h (n, 1), a noise level a row."""
    draw = torch.Generator().manual_seed(0)
    cases = []
    for n, d in ((5, 2), (3, 1)):
        a, b = torch.randn(2, n, d, generator=draw)
        t = torch.linspace(0.2, 1.5, n)[:, None]
        cases.append((a, b, torch.exp(-t / 2), 1 - torch.exp(-t)))
    return cases


EXERCISES = {
    "noising": Exercise(
        solution=solutions.noising,
        cases=_noisy_rows,
        mistakes={
            "h instead of √h: a factor √h gives the noise variance h, a factor h only h²": (
                lambda x0, noise, alpha, h: alpha * x0 + h * noise
            ),
            "α is missing: the clean point shrinks while the noise grows": (
                lambda x0, noise, alpha, h: x0 + h**0.5 * noise
            ),
            "√α instead of α: only h stands under a square root here": (
                lambda x0, noise, alpha, h: alpha**0.5 * x0 + h**0.5 * noise
            ),
            "√h is missing: the noise must be small when h is small": (
                lambda x0, noise, alpha, h: alpha * x0 + noise
            ),
            "α and √h have changed places: α belongs to the data, √h to the noise": (
                lambda x0, noise, alpha, h: h**0.5 * x0 + alpha * noise
            ),
            "the noise is subtracted: just as random, but by convention it is added": (
                lambda x0, noise, alpha, h: alpha * x0 - h**0.5 * noise
            ),
        },
    ),
    "score_from_denoiser": Exercise(
        solution=solutions.score_from_denoiser,
        cases=_noisy_rows,
        mistakes={
            "the sign is reversed: the score points from x towards the data": (
                lambda x, denoised, alpha, h: (x - alpha * denoised) / h
            ),
            "off by a factor 1/√h: divide by h, the variance, not by √h": (
                lambda x, denoised, alpha, h: (alpha * denoised - x) / h**0.5
            ),
            "off by a factor 1/h: the arrow αf − x still has to be divided by h": (
                lambda x, denoised, alpha, h: alpha * denoised - x
            ),
            "α is missing: noising has moved the clean point f to αf": (
                lambda x, denoised, alpha, h: (denoised - x) / h
            ),
            "α multiplies x as well: it belongs to the denoised point only": (
                lambda x, denoised, alpha, h: alpha * (denoised - x) / h
            ),
            "this is the noise, (x − αf)/√h: the score is the noise divided by −√h": (
                lambda x, denoised, alpha, h: (x - alpha * denoised) / h**0.5
            ),
        },
    ),
}
