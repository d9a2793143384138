"""Right and wrong answers to the exercises of notebook 02; see tests/support/tables.py."""

from __future__ import annotations

import math

import torch


def gradient_of_log_density(x, x0, a, b):
    x = x.clone().requires_grad_()
    density = torch.distributions.Normal(a * x0, b).log_prob(x).sum()
    return torch.autograd.grad(density, x)[0]


def by_tweedie(x, mean, std, alpha, h):
    score = -(x - alpha * mean) / (alpha**2 * std**2 + h)
    return (x + h * score) / alpha


def by_precision(x, mean, std, alpha, h):
    return (mean / std**2 + alpha * x / h) / (1 / std**2 + alpha**2 / h)


def row_by_row(x, train, alpha, h):
    answers = []
    for query, a, noise in zip(x, alpha, h, strict=True):
        logits = -((query - a * train) ** 2).sum(1) / (2 * noise)
        weight = torch.exp(logits - logits.max())
        answers.append((weight[:, None] * train).sum(0) / weight.sum())
    return answers


def by_cdist(x, train, alpha, h):
    distance = torch.cdist(x / alpha, train)
    return torch.softmax(-(alpha**2) * distance**2 / (2 * h), dim=1) @ train


def by_exponentials(x, train, alpha, h):
    weight = torch.exp(-(x[:, None] - alpha[:, None] * train).square().sum(2) / (2 * h))
    return weight @ train / weight.sum(1, keepdim=True)


def around_the_mean(weights, train):
    off = train - (weights @ train)[:, None]
    return (weights[:, :, None] * off**2).sum((1, 2))


def of_pairs(weights, train):
    square = torch.cdist(train, train) ** 2
    return torch.einsum("ni,ij,nj->n", weights, square, weights) / 2


RIGHT = {
    "conditional_score": [
        lambda x, x0, a, b: (a * x0 - x) / b**2,
        gradient_of_log_density,
        lambda x, x0, a, b: -((x - a * x0) / b) / b,
    ],
    "velocity_weight": [
        lambda alpha, h: h / alpha**2,
        lambda alpha, h: h / (1 - h),
        lambda alpha, h: 1 / alpha**2 - 1,
    ],
    "gaussian_denoiser": [
        by_tweedie,
        by_precision,
        lambda x, mean, std, alpha, h: (
            mean + alpha * std**2 / (alpha**2 * std**2 + h) * (x - alpha * mean)
        ),
    ],
    "memoriser": [row_by_row, by_cdist, lambda x, train, alpha, h: torch.softmax(
        alpha * (x @ train.T - alpha / 2 * (train**2).sum(1)) / h, dim=1) @ train],
    "empirical_variance": [
        around_the_mean,
        of_pairs,
        lambda weights, train: (weights @ train**2 - (weights @ train) ** 2).sum(1),
    ],
    "another_weight": [
        lambda alpha, h: alpha / h,
        lambda alpha, h: torch.exp(alpha.log() - h.log()),
        lambda alpha, h: 3 * (1 - h) ** 0.5 / h,
    ],
}  # fmt: skip

WRONG = {
    "conditional_score": {
        "the sign": lambda x, x0, a, b: (x - a * x0) / b**2,
        "divided by b:": lambda x, x0, a, b: (a * x0 - x) / b,
        "a factor 1/2": lambda x, x0, a, b: (a * x0 - x) / (2 * b**2),
        "a is missing": lambda x, x0, a, b: (x0 - x) / b**2,
        "not divided": lambda x, x0, a, b: a * x0 - x,
    },
    "velocity_weight": {
        "the weight on a row": lambda alpha, h: 1 / h,
        "h² instead of h": lambda alpha, h: h**2 / alpha**2,
        "predicts the noise": lambda alpha, h: h,
        "upside down": lambda alpha, h: alpha**2 / h,
        "a square is missing": lambda alpha, h: 1 / alpha,
    },
    "gaussian_denoiser": {
        "h instead of": lambda x, mean, std, alpha, h: (
            mean + alpha * std**2 * (x - alpha * mean) / h
        ),
        "x − μ instead": lambda x, mean, std, alpha, h: (
            mean + alpha * std**2 * (x - mean) / (alpha**2 * std**2 + h)
        ),
        "this is the score": lambda x, mean, std, alpha, h: (
            -(x - alpha * mean) / (alpha**2 * std**2 + h)
        ),
        "not divided by α": lambda x, mean, std, alpha, h: (
            alpha * by_tweedie(x, mean, std, alpha, h)
        ),
        r"has shape \(\)": lambda x, mean, std, alpha, h: by_tweedie(x, mean, std, alpha, h).mean(),
    },
    "memoriser": {
        "is nan .*the inputs are legal": by_exponentials,
        "h instead of 2h": lambda x, train, alpha, h: by_cdist(x, train, alpha, h / 2),
        "averages αx_i": lambda x, train, alpha, h: alpha * by_cdist(x, train, alpha, h),
        "returns None": lambda x, train, alpha, h: print(end=""),
        "raises": lambda x, train, alpha, h: math.exp(x),
    },
    "empirical_variance": {
        "the square of the mean": lambda weights, train: weights @ train.square().sum(1),
        "the weights of that x": lambda weights, train: (
            train.var(dim=0, correction=0).sum().expand(len(weights))
        ),
        "a trace is their sum": lambda weights, train: of_pairs(weights, train) / train.shape[1],
        "the square root": lambda weights, train: of_pairs(weights, train).sqrt(),
        "is 2 times what": lambda weights, train: 2 * of_pairs(weights, train),
    },
    "another_weight": {
        "must be a function": 3.0,
        "no better than": lambda alpha, h: alpha**2 / h,
        "worse by far": lambda alpha, h: alpha**2 / h**2,
        "above 0 and finite": lambda alpha, h: h - 1,
        "raises ZeroDivisionError": lambda alpha, h: 1 / 0,
    },
}
