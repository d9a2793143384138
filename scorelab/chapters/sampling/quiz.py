"""What to predict before the explorer of notebook 07 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "Stopped at 300 steps, samples have the distance 0.218. After 10 million it is",
        ("Half of that", "A little more", "Ten times as much"),
        1,
        {"stop": 10**7},
        "“distance 0.245”.",
    ),
    Question(
        "And their mean −log p under the truth, which was 2.29?",
        ("It is lower, which is better", "It is the same", "It is higher, which is worse"),
        0,
        {"stop": 10**7},
        "“mean −log p 2.00”: here two yardsticks point apart.",
    ),
)
