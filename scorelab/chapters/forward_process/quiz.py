"""What to predict before the explorer of notebook 01 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "By the bound, at time 3 a law may keep 22 % of its distance to noise. The ring keeps",
        ("About 22 %", "About 2 %", "Nothing at all"),
        1,
        {"time": 3},
        "“distance to noise 2% (bound 22%)”.",
    ),
    Question(
        "At time 0.02 the law is log-concave nearly everywhere that it has mass. At time 0.5 it is",
        ("Everywhere", "Still nearly everywhere", "Not on a third of the mass"),
        2,
        {"time": 0.5},
        "“not log-concave 34%”: the clusters run into each other.",
    ),
)
