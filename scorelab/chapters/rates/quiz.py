"""What to predict before the explorer of notebook 06 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "At its best stop the risk of 125 rows is 0.072. Sixteen times the rows divide it by about",
        ("2", "5", "16"),
        1,
        {"n": 2000},
        "“excess risk 0.013”.",
    ),
    Question(
        "Without stopping it was 0.42. Sixteen times the rows make that",
        ("Five times smaller", "A quarter smaller", "Larger"),
        1,
        {"n": 2000},
        "“0.32 without stopping”.",
    ),
)
