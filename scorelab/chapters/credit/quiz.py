"""What to predict before the explorer of notebook 10 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "After 1,000 steps the held-out risk is worse than without a network. C2ST, which was "
        "0.04 after 30 steps, and of which more is better, is",
        ("Worse", "The same", "Better"),
        2,
        {"stop": 1000},
        "“held-out risk 1.09”, “C2ST 0.07”.",
    ),
)
