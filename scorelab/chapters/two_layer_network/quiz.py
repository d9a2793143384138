"""What to predict before the explorer of notebook 03 is moved."""

from scorelab.explore.quiz import Question

BEYOND = {"width": 1024, "rate": 2.5}
QUIZ = (
    Question(
        "The step size is 2.5 / λₘₐₓ, above the border 2. In 100 steps the training error",
        ("Goes to infinity", "Jumps, then falls", "Falls at every step"),
        1,
        BEYOND,
        "“training error 0.453”; five steps, then twenty, show the jump.",
    ),
    Question(
        "Step size × λₘₐₓ was nearly 2.5 at the start, and the step has not changed. Now it is",
        ("Below 2", "Still 2.5", "Above 10"),
        0,
        BEYOND,
        "“1.85, stable”.",
    ),
    Question(
        "In 100 steps at 1 / λₘₐₓ each of 256 neurons moves by 0.115 of its length. With 16 "
        "neurons each moves",
        ("As far", "About 4 times as far", "About 16 times as far"),
        1,
        {"width": 16},
        "“moved 0.508 × length”.",
    ),
)
