"""What to predict before the explorer of notebook 05 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "With 100 rows the best stop is 34. With ten times as many rows it comes",
        ("Sooner", "At about the same step", "Later"),
        2,
        {"n": 1000},
        "“(0.028, at 258)”.",
    ),
    Question(
        "Times spread evenly in log: half of the rows have hardly any noise. Who minds?",
        ("GCV", "Leave-one-out", "Hold-out"),
        0,
        {},
        "GCV: “2,955 · 3.05 ×”, where leave-one-out has “131 · 1.01 ×”.",
    ),
    Question(
        "The Rademacher rule with C = 1 is given the exact noise level. It stops",
        ("Too early", "About right", "Too late"),
        0,
        {},
        "“4 · 2.48 ×”: at step 4, at 2.48 times the best risk.",
    ),
)
