"""What to predict before the explorer of notebook 11 is moved."""

from scorelab.explore.quiz import Question

END = {"stop": 10**6}
QUIZ = (
    Question(
        "Ten points, one noise each, a million steps. How many samples are copies?",
        ("As many as by chance", "About a half", "Nearly all"),
        0,
        END | {"draws": 1},
        "“memorised 18% (chance 17%”, although the risk is far from its best.",
    ),
    Question(
        "And with 30 noises for each point?",
        ("As many as by chance", "About a half", "Most"),
        2,
        END | {"draws": 30},
        "“memorised 81%”.",
    ),
)
