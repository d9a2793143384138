"""What to predict before the explorer of notebook 08 is moved."""

from scorelab.explore.quiz import Question

QUIZ = (
    Question(
        "Two hundred data from two modes, β about 9. How many kinks has the best network?",
        ("None", "About five", "About two hundred"),
        1,
        {},
        "“5 kinks”.",
    ),
    Question(
        "The same, with data of one Gaussian, whose score is straight.",
        ("None", "A few", "About two hundred"),
        1,
        {"target": "one Gaussian"},
        "“2 kinks”; from “β₁ = 18.5” on there are none.",
    ),
    Question(
        "Two modes again, and β = 103, beyond β₁. The best score is",
        ("Zero", "A straight line", "Still bent at the modes"),
        1,
        {"beta": 103.0},
        "“0 kinks”, and it is “the score of the Gaussian”.",
    ),
)
