"""What to predict before the explorer of notebook 09 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "Of 3,542 activation patterns only 10 are allowed. The loss is above the optimum by about",
        ("0.1 %", "13 %", "A factor of 10"),
        1,
        {"patterns": 10},
        "“12.9% above the optimum”.",
    ),
    Question(
        "With 300 of them it is above the optimum by about",
        ("0.6 %", "6 %", "Still 13 %"),
        0,
        {"patterns": 300},
        "“0.6% above the optimum”.",
    ),
)
