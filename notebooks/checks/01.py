"""What the checks and the quiz of lesson 01 know. An argument is the value of that name in the notebook."""

import numpy as np

from coursekit.lesson import exercises as ex
from coursekit.lesson.questions import ask


def recall():
    larger = "`(n,)`: for each point the larger of its two numbers"
    on_axis = {
        "`(2,)`: the largest first number and the largest second one": "This goes down the two columns. "
        "`axis=1` names the axis that vanishes: which size does it have?",
        "`(n, 1)`: a column with the larger number of each point": "The numbers are right. Does numpy keep the "
        "axis over which it took the maximum, when nobody asks for it?",
        larger: "`axis=1` runs across each row, and this axis vanishes. One number per point is left.",
        "`()`: the largest of all numbers": "This is what `max()` gives without an axis. Which axis stays here?",
    }
    pairs = "The share of all n × n pairs that agree"
    on_column = {
        "The share of positions at which the two agree": "That needs one comparison for each position. How many "
        "comparisons does numpy make when `(n,)` meets `(n, 1)`?",
        pairs: "Every answer meets every truth. The mean looks like an "
        "accuracy and is none. `truth.ravel()` mends it.",
        "An array of n shares, one for each answer": "How many numbers does `mean()` leave without an axis?",
        "Nothing: it stops with an error": "Numpy stretches both and gives no warning. To which shape?",
    }
    hidden = "It used a variable that was changed after its first run"
    on_state = {
        "Python rounds a little differently in each run": "The same steps on the same numbers give the same "
        "digits. Which of the two may have changed?",
        hidden: "That is hidden state in the kernel. Restart the kernel and run all cells from the top.",
        "The kernel runs the cells above it again": "The kernel runs the one cell you ask for. What does it keep "
        "from everything that ran before?",
    }
    ask_mean = "2. `answers` has shape `(n,)`, `truth` `(n, 1)`. What is `(answers == truth).mean()`?"
    ask_twice = "3. You run a cell twice, changing nothing, and it gives two results. What may have happened?"
    return (
        ask("1. `points` has shape `(n, 2)`. What is `points.max(axis=1)`?", on_axis, larger),
        ask(ask_mean, on_column, pairs),
        ask(ask_twice, on_state, hidden),
    )


def ring(ring):
    parts, rng = [], np.random.default_rng(172)
    for n in (7, 12):
        points = rng.uniform(-1, 1, size=(n, 2))
        r, sizes = np.hypot(points[:, 0], points[:, 1]), np.abs(points)
        wrong = {
            "The hole is filled. Which condition keeps the centre out?": r < 0.8,
            "The corners are in. Which condition keeps them out?": r > 0.3,
            "Inside and outside are swapped. Which points should be True?": (r <= 0.3) | (r >= 0.8),
            "Every point is in. Must both conditions hold, or one of them?": r >= 0,
            "The bounds are those of a distance. Is yours squared?": (r**2 > 0.3) & (r**2 < 0.8),
            "Your ring is a diamond. Which distance is it?": abs(sizes.sum(axis=1) - 0.55) < 0.25,
            "Your ring is a square frame. Which distance is it?": abs(sizes.max(axis=1) - 0.55) < 0.25,
        }
        right = (r > 0.3) & (r < 0.8)
        parts.append(ex.compare_call(f"{n} points", ring, (points,), right, mistakes=wrong))
    return ex.check("Exercise 1: a rule of your own", *parts)


def area(centered_square_share, diamond_share, thick_share, thin_share):
    AREA = "This is the area. Which share of the whole square is that?"
    SIDE = "From where to where does the region reach? How long is its side?"
    ZERO = "This is the share of class 0. Which class is asked for?"
    TWICE = "Two arms meet in a corner. How often did you count that corner?"
    WHOLE = "This is all of m < 0.5. Which part of it is class 0?"
    BOTH = "Here both coordinates lie between the bounds. Does m ask that of both?"
    PIECE = "This is the corner alone, or the two arms without it. Which points are left out?"
    ARMS = "Two arms without their corner, or the square that is taken away. What makes the region?"
    TAKEN = "Which square is taken away: where m is at most which bound?"
    FULL = "That fills the whole square. Which part of it lies outside?"
    LENGTH = "This compares lengths, 1 with 2. How do the areas compare?"
    diamond_mistakes = {AREA: 2, SIDE: 1 / 4, FULL: 1}
    square_mistakes = {AREA: 1, ZERO: 3 / 4, SIDE: 1 / 16, LENGTH: 1 / 2}
    thick_mistakes = {AREA: 2, TWICE: 3 / 4, WHOLE: 9 / 16, PIECE: 1 / 4, TAKEN: 5 / 16}
    thin_mistakes = {AREA: 5 / 4, ZERO: 11 / 16, TWICE: 3 / 8, WHOLE: 9 / 16, BOTH: 1 / 16}
    thin_mistakes |= {TAKEN: 1 / 2, ARMS: 1 / 4}
    return ex.check(
        "Exercise 2: exact shares",
        ex.compare("diamond", diamond_share, 1 / 2, mistakes=diamond_mistakes),
        ex.compare("centred square", centered_square_share, 1 / 4, mistakes=square_mistakes),
        ex.compare("thick right angle", thick_share, 1 / 2, mistakes=thick_mistakes),
        ex.compare("thin right angle", thin_share, 5 / 16, mistakes=thin_mistakes),
    )


def baseline(my_baseline):
    parts = []
    for y in (np.array([1, 0, 0, 0, 0, 1, 0, 0]), np.array([0, 1, 1, 1, 1])):  # the rarer class first
        ones, n = y.sum(), len(y)
        share, larger = ones / n, max(ones, n - ones)
        wrong = {
            "This is the share of the rarer class. Which answer is right more often?": 1 - larger / n,
            "This is the share of class 1. Is that the more frequent class here?": share,
            "This is the share of class 0. Is that the more frequent class here?": 1 - share,
            "This is a number of points. Which share of all is it?": larger,
            "This is the class that the machine answers. How often is it right?": int(share > 0.5),
        }
        part = f"{ones} ones among {n}"
        parts.append(ex.compare_call(part, my_baseline, (y,), larger / n, mistakes=wrong))
    return ex.check("Exercise 3: the majority baseline", *parts)
