"""What to predict before the explorer of notebook 02 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "Five points, little noise, and a perfect fit of all noise draws. Its training loss is",
        ("Below the exact denoiser's", "The same", "Above it"),
        0,
        {"n": 5, "noise": 0.15, "fit": "all noise draws"},
        "“training loss 0.006 (exact denoiser 0.016)”, and yet “excess risk 0.060”.",
    ),
    Question(
        "160 points, one draw a row, much noise: a fit without a remainder has the excess risk",
        ("0", "About 0.1", "More than 1"),
        2,
        {"n": 160, "noise": 0.95, "fit": "one draw a row"},
        "“excess risk 1.284”.",
    ),
)
