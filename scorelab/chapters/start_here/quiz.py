"""What to predict before the explorer of notebook 00 is moved."""

from scorelab.explore.quiz import Question

END = {"stop": 10_000}
QUIZ = (
    Question(
        "The training error falls with every step, up to 10,000. And the excess risk?",
        ("It falls, too", "It falls, then rises", "It stays as it is"),
        1,
        END,
        "“excess risk 0.186 (best 0.078, at 60)”.",
    ),
    Question(
        "The risk has more than doubled since step 60. How much farther from the truth are the "
        "samples than at step 100, where their distance was 0.113?",
        ("Less than half as far again", "Twice as far", "Ten times as far"),
        0,
        END,
        "“sample distance 0.131”. The two yardsticks do not agree.",
    ),
    Question(
        "The same 10,000 steps with 16 neurons in place of 1,024: the excess risk is then",
        ("Lower", "The same", "Higher"),
        0,
        END | {"width": 16},
        "“excess risk 0.122”, and it was 0.186.",
    ),
)
