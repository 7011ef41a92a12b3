"""What the checks and the quiz of lesson 00 know. An argument is the value of that name in the notebook."""

import numpy as np

from coursekit.lesson import exercises as ex
from coursekit.lesson.questions import ask


def recall():
    on_product = {
        "`(3, 3)`": "These sizes meet inside the product. What is left of them when the numbers are added up?",
        "`(500, 3, 4)`": "So all single products would stand apart. What does `@` do after multiplying?",
        "`(500, 4)`": "The inner sizes must be equal, and they vanish. The entry in row i, column j is row i of "
        "`A` times column j of `B`, number by number, then added up.",
        "`(4, 500)`": "Rows of the result come from the left factor. How many rows has `A`?",
    }
    by_column = "It multiplies column k of `A` by `v[k]`."
    on_row = {
        by_column: "Numpy lines shapes up from the right and repeats what is "
        "missing or has size 1. This is called broadcasting. The result has shape `(500, 3)`.",
        "It multiplies row k of `A` by `v[k]`.": "`A` has 500 rows, and `v` holds 3 numbers. Numpy lines the "
        "shapes up from the right: which sizes meet?",
        "It gives 500 weighted sums, as `A @ v` does.": "`*` multiplies and adds nothing up. How many numbers "
        "are there after 1500 multiplications?",
        "It stops with an error: the shapes differ.": "Numpy does not ask for equal shapes. Write `(3,)` under "
        "`(500, 3)`, both ends on the right. Do the sizes that meet fit?",
    }
    on_chain = {
        "8": "This is the outer derivative, 2 (3w + 1). When w grows by a little, how much does 3w + 1 grow?",
        "11": "You added two rates. If L moves 8 times as fast as u, and u 3 times as fast as w: how fast is L?",
        "16": "This is L itself. The question is how fast it changes there.",
        "24": "The outer derivative 2 (3w + 1) is 8, the inner one is 3. The chain rule multiplies them.",
    }
    return (
        ask(
            "1. `A` has shape `(500, 3)`, `B` has shape `(3, 4)`. Which shape has `A @ B`?",
            on_product,
            "`(500, 4)`",
        ),
        ask("2. `A` has shape `(500, 3)`, `v` has shape `(3,)`. What does `A * v` do?", on_row, by_column),
        ask("3. L = (3w + 1)². What is dL/dw at w = 1?", on_chain, right="24"),
    )


def share(share_of_ones):
    parts = []
    for answers in (np.array([1, 0, 0, 1, 1]), np.array([0, 0, 0, 1, 0, 0, 1, 0])):
        ones, n = answers.sum(), len(answers)
        mistakes = {
            "This is how many ones there are. Out of how many answers?": ones,
            "This is the share of zeros. Which answers do you want to count?": 1 - ones / n,
            "You compare ones with zeros. Of which whole is this a share?": ones / (n - ones),
            "Nothing is left. Does a // drop the rest, or does a loop end too soon?": ones // n,
        }
        part = f"{n} answers"
        parts.append(ex.compare_call(part, share_of_ones, (answers,), ones / n, mistakes=mistakes))
    return ex.check("Exercise 1: the share of ones", *parts)


def column(share_right):
    parts = []
    data = [([1, 1, 1, 1, 0, 1, 1, 0], [0, 1, 1, 0, 1, 1, 1, 0])]
    data += [([0, 1, 1, 0, 0, 0, 1, 1, 0], [0, 1, 0, 0, 1, 0, 1, 0, 0])]
    for a, t in data:
        answers, truth = np.array(a), np.array(t).reshape(-1, 1)
        right, every = answers == truth[:, 0], answers == truth
        mistakes = {
            "Every answer met every truth. Which shape has answers == truth?": every.mean(),
            "You counted n × n agreements. Which shape has answers == truth?": every.sum() / len(a),
            "Every answer met the first truth only. Which shape has truth[0]?": every[0].mean(),
            "This is the share of wrong answers. Which ones do you want?": 1 - right.mean(),
            "This is a number of answers. Out of how many?": right.sum(),
            "You multiplied. What does that say where both are 0?": (answers * truth[:, 0]).mean(),
            "You averaged differences. Is 0 − 1 the same as 1 − 0?": (answers - truth[:, 0]).mean(),
            "You averaged differences. Is 1 − 0 the same as 0 − 1?": (truth[:, 0] - answers).mean(),
            "The number is right, but in a box. How do you take it out?": right.mean(keepdims=True),
        }
        part, expected = f"{len(a)} answers", right.mean()
        parts.append(ex.compare_call(part, share_right, (answers, truth), expected, mistakes=mistakes))
    return ex.check("Exercise 2: mind the column", *parts)
