"""What to predict before the explorer of notebook 04 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "With 16 neurons the kernel is off by 66 %. With 256 it is off by about",
        ("A half of that", "A fifth of that", "A sixteenth of that"),
        1,
        {},
        "“kernel deviation 13.7%”; in theory a quarter, and starts differ.",
    ),
)
