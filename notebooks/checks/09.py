"""What the checks and the quiz of lesson 09 know. An argument is the value of that name in the notebook."""

from itertools import pairwise

import numpy as np

import coursekit as ck
from coursekit.lesson import exercises as ex
from coursekit.lesson.questions import ask

PULLS = "go_back multiplies slopes, and this tape holds pulls. Which sweep calls them?"


def recall():
    return (
        ask(
            "1. (Lesson 04) A weight reaches the loss over two paths. How do you get its slope?",
            {
                "take the larger of the two paths": "A nudge of the weight: does one path carry it on, or both?",
                "multiply the slopes of the two paths": "Along one path you multiply. And two paths side by "
                "side?",
                "add the slopes of the two paths": "Along a path you multiply; paths side by side add up.",
            },
            right="add the slopes of the two paths",
        ),
        ask(
            "2. (Lesson 04) `Z = X @ W`; `X` has shape (n, 3), `dZ` has (n, 4). Which product is `dW`?",
            {
                "`X.T @ dZ`": "(3, n) times (n, 4) is (3, 4), the shape of W; the sum is over points.",
                "`dZ.T @ X`": "Which shape does that have, and which has W?",
                "`X @ dZ`": "Which two lengths meet in the middle of that product?",
            },
            right="`X.T @ dZ`",
        ),
        ask(
            "3. (Lesson 05) How do you check a gradient that no formula stands behind?",
            {
                "train with it: if the loss falls, it is right": "What did the loss do with the mistakes "
                "planted in lesson 05?",
                "compare it with central differences of the loss": "They need the loss alone, whatever made "
                "the gradient.",
                "derive it again by hand": "And if the same slip happens twice?",
            },
            right="compare it with central differences of the loss",
        ),
    )


def loss_slips(z, label):
    """What the usual slips give, each with its question."""
    p = float(ck.ACTIVATIONS["sigmoid"].value(z))
    right, by_p = p - label, (p - label) / (p * (1 - p))
    loss, of_label_1 = -float(np.log(p if label else 1 - p)), -float(np.log(p))
    return {
        "The sign is turned. If p is below the label, should a larger z make the loss larger?": -right,
        "That is dL/dp. Which factor leads from p on to z?": by_p,
        "That is dL/dp with its sign turned. Does a larger p cost more, for label 1? And what leads on to z?": (
            -by_p
        ),
        "That is a slope by p, not by z. And for label 0, which sign has it?": -abs(by_p),
        "That is a slope by p, of label 1. How does p change with z, and where does the label enter?": -1 / p,
        "A factor p (1 - p) too many. Is the loss a squared error?": right * p * (1 - p),
        "These are slopes of a squared error. Which loss is it here?": 2 * right * p * (1 - p),
        "That is a squared error. Which loss is it here, and how fast does it change with z?": right**2,
        "Is a logit a probability? Which function lies between them?": z - label,
        "The label is taken from the logit. What should it be compared with?": float(
            1 / (1 + np.exp(label - z))
        ),
        "That is the loss itself. How fast does it change with z?": loss,
        "That is the loss with its sign turned. How fast does the loss change with z?": -loss,
        "That is one half of the loss itself. How fast does the loss change with z?": label * of_label_1,
        "That is the loss of label 1, whatever the label. How fast does the loss change with z?": of_label_1,
        "That is log p, whatever the label. How fast does the loss change with z?": -of_label_1,
        "Where does the label enter?": p,
        "Where does the label enter, and which sign has p?": -p,
        "Is that right for label 1 alone? Where does the label enter?": p - 1,
        "That is 1 - p, whatever the label. With what is p compared?": 1 - p,
        "A slope can be negative. For label 1, what does a larger z do to the loss?": abs(right),
        "Label 0 is taken as -1. Which number is it?": p - (2 * label - 1),
        "That is the slope of sigmoid. Which slope has the loss?": p * (1 - p),
        "For label 0 it is 0. Does that loss not change with z?": label * right,
        "For label 1 it is 0. Does that loss not change with z?": (1 - label) * right,
        "A slope by p, and for label 0 it is 0. Does that loss not change with z?": label * by_p,
    }


def slopes(loss_slope, product_slopes, sigmoid, sigmoid_slope):
    s = 1 / (1 + np.exp(-0.7))
    product_slips = {
        "These are the factors in their own order. If a grows by 1, by how much does a * b grow?": (
            3.0,
            -5.0,
        ),
        "A slope of 1 belongs to a sum. How much does a * b gain when a gains 1?": (1.0, 1.0),
        "Is that a slope, or the product itself?": (-15.0, -15.0),
        "That is the product itself. How many slopes has it, and which?": -15.0,
        "That is the product itself, in a tuple. How many slopes has it, and which?": (-15.0,),
        "That is one slope. If the other factor grows by 1, by how much does a * b grow?": -5.0,
        "That is one slope, by b. If a grows by 1, by how much does a * b grow?": 3.0,
        "The signs are turned. If a grows by 1, does a * b gain b or lose it?": (5.0, -3.0),
        "That is the sum of the two. If a grows by 1, by how much does a * b grow?": (-2.0, -2.0),
    }
    sigmoid_slips = {
        "That is the sigmoid itself. What is its slope, in terms of it?": s,
        "x (1 - x) is right for x = sigmoid(z). What did you put in for x?": 0.7 * 0.3,
        "1 - x² belongs to tanh. Which activation is this?": 1 - s**2,
        "One of the two factors is missing. Which?": 1 - s,
        "Is sigmoid taken of a number that has met it before?": sigmoid(s) * (1 - sigmoid(s)),
        "One factor stands there twice. Which is the other?": s**2,
        "1 - sigmoid(z) stands there twice. Which is the other factor?": (1 - s) ** 2,
        "Is it 1 - z in the second factor?": s * (1 - 0.7),
        "Is it z in the first factor?": 0.7 * (1 - s),
        "The sign is turned. Does sigmoid rise, or fall?": -s * (1 - s),
        "The two parts cancel. Where do brackets belong?": 0.0,
        "That is the slope at z = 0. Is it the same at each z?": 0.25,
        "That is z itself. How steep is sigmoid there?": 0.7,
    }

    parts = [
        ex.compare_call("a product", product_slopes, (3.0, -5.0), (-5.0, 3.0), mistakes=product_slips),
        ex.compare_call("a sigmoid", sigmoid_slope, (0.7,), s * (1 - s), mistakes=sigmoid_slips),
        *(
            ex.compare_call(
                f"the loss, label {label}", loss_slope, (z, label), right, mistakes=loss_slips(z, label)
            )
            for z, label, right in ((0.3, 1, -1 / (1 + np.exp(0.3))), (-1.2, 0, 1 / (1 + np.exp(1.2))))
        ),
    ]
    return ex.check("Exercise 1: three slopes", *parts)


def gone_back(tape, first=1.0, step=-1, share=lambda slope, own, _: slope * own, add=True, rest=0.0):
    """Go back, rightly or with a slip."""
    slopes = [rest] * (len(tape) - 1) + [first]
    for line in range(len(tape))[::step]:
        for parent, own in tape[line][1]:
            got = share(slopes[line], own, tape[parent][0])
            slopes[parent] = got + (slopes[parent] if add else 0.0)
    return np.array(slopes)


def slips(tape):
    """What the usual slips give, each with its question."""
    return {
        "A line that is used twice gets two shares. What becomes of the first?": gone_back(tape, add=False),
        "Every slope stays 0. How fast does the last line change with itself?": gone_back(tape, first=0.0),
        "Only the last line has handed something on. Do you begin with it, and go on to all?": gone_back(
            tape, step=1
        ),
        "You hand on the slope beside the parent. With which other slope is it multiplied?": (
            gone_back(tape, share=lambda slope, own, _: own)
        ),
        "Along a path, are slopes added or multiplied?": gone_back(tape, share=lambda s, own, _: s + own),
        "You hand on the line's own slope. Where is the slope beside the parent?": gone_back(
            tape, share=lambda slope, own, _: slope
        ),
        "A value is no slope. What stands second in each pair of parents?": gone_back(
            tape, share=lambda slope, own, value: slope * value
        ),
        "Only the last line has a slope. Is `line` the last one at first, and does slopes[parent] change?": (
            np.eye(len(tape))[-1]
        ),
        "You hand on the value of the line. Where is its slope?": gone_back(
            [(value, [(parent, own * value) for parent, own in parents]) for value, parents in tape],
            share=lambda slope, own, _: own,
        ),
        "Two things: a second share takes the first one's place, and the slope of the line is missing. "
        "What is handed on?": gone_back(tape, share=lambda slope, own, _: own, add=False),
        "Two things: a second share takes the first one's place, and along a path slopes are added. "
        "Which belongs where?": gone_back(tape, share=lambda s, own, _: s + own, add=False),
        "Two things: a second share takes the first one's place, and the last line begins with its value. "
        "How fast does it change with itself?": gone_back(tape, first=tape[-1][0], add=False),
        "The first line begins with 1. Which one knows its slope before anything is handed on?": np.eye(
            len(tape)
        )[0],
        "The last line begins with its value. How fast does it change with itself?": gone_back(
            tape, first=tape[-1][0]
        ),
        "All lines begin with 1. Which one knows its slope before anything is handed on?": gone_back(
            tape, rest=1.0
        ),
    }


def back(go_back):
    tapes = {
        "w · w + w": [(3.0, ()), (9.0, ((0, 3.0), (0, 3.0))), (12.0, ((1, 1.0), (0, 1.0)))],
        "a chain": [(2.0, ()), (10.0, ((0, 5.0),)), (-30.0, ((1, -3.0),))],
        "four paths": [
            (1.0, ()),
            (2.0, ((0, 2.0),)),
            (7.0, ((0, 3.0), (1, 4.0))),
            (9.0, ((1, 5.0), (2, 6.0))),
        ],
    }
    parts = [
        ex.compare_call(name, go_back, (tape,), gone_back(tape), mistakes=slips(tape))
        for name, tape in tapes.items()
    ]
    return ex.check("Exercise 2: go back", *parts)


def nudged(total, M):
    """What a linear total gains when each entry of M, alone, gains 1."""
    gains = np.empty(M.shape)
    for at in np.ndindex(M.shape):
        more = M.copy()
        more[at] += 1
        gains[at] = total(more) - total(M)
    return gains


def product(back_through_product):
    def product_slips(dA, dB, dC, B):
        """What the usual slips give, each with its question."""
        asked = {
            "dA first, then dB. Which is which?": (dB, dA),
            "The signs are turned. Is there a minus in a product?": (-dA, -dB),
            "That is dA alone. What comes after it in the pair?": dA,
            "That is dB alone. What comes before it in the pair?": dB,
            "Both are divided by the rows. The mean entered with the loss: does it enter again?": (
                dA / len(dC),
                dB / len(dC),
            ),
            "These come from C itself. Where does its slope dC enter?": (A @ B @ B.T, A.T @ A @ B),
            "These are the factors alone. Where does dC enter?": (B.T, A.T),
            "dB is divided by the rows. The mean entered with the loss: does it enter again?": (
                dA,
                dB / len(dC),
            ),
            "An entry meets several others. Are its shares added, or does the last one replace them?": (
                dC[:, -1:] * B[:, -1],
                np.outer(A[-1], dC[-1]),
            ),
        }
        if len(B) == B.shape[1]:
            come_back = "Row i of A meets column j of B. Along which of B's two does the error come back?"
            asked[come_back] = (dC @ B, dB)
            asked[f"{come_back} And why is dB divided by the rows?"] = (dC @ B, dB / len(dC))
            asked["Going back needs the transpose, not the inverse. Why?"] = (dC @ np.linalg.inv(B), dB)
        return asked

    parts, A = [], np.array([[1.0, 2.0], [0.0, -1.0], [3.0, 1.0]])
    for B in (np.array([[2.0, 1.0], [-1.0, 4.0]]), np.array([[1.0, 0.0, 2.0, -1.0], [3.0, 1.0, 0.0, 1.0]])):
        dC = np.arange(3.0 * B.shape[1]).reshape(3, -1) - 4
        dA = nudged(lambda A, B=B, dC=dC: (dC * (A @ B)).sum(), A)
        dB = nudged(lambda B, dC=dC: (dC * (A @ B)).sum(), B)
        name, slips_here = f"(3, 2) times {B.shape}", product_slips(dA, dB, dC, B)
        parts.append(ex.compare_call(name, back_through_product, (dC, A, B), (dA, dB), mistakes=slips_here))
    return ex.check("Exercise 3: back through a product", *parts)


def ready_network(add_row, go_back_arrays, mean_loss, product, record, squash_all):
    def gradient_of(X, y, blocks, squashes=lambda layer, last: not last, early=0, picked=lambda lines: lines):
        tape = []
        here = record(tape, X)
        lines = [record(tape, block) for block in blocks]
        for layer, (W, b) in enumerate(zip(lines[::2], lines[1::2], strict=True)):
            for _ in range(early):
                here = squash_all(tape, here)
            here = add_row(tape, product(tape, here, W), b)
            for _ in range(0 if early else squashes(layer, 2 * layer + 2 == len(lines))):
                here = squash_all(tape, here)
        mean_loss(tape, here, y)
        slopes = go_back_arrays(tape)
        return tuple(slopes[line] for line in picked(lines))

    return gradient_of


def network_slips(right, *given):
    """What the usual slips give, alone and two at once, each with its question."""
    squashed = {
        "": {},
        "After the last layer mean_loss wants logits. Has a sigmoid come between?": {
            "squashes": lambda layer, last: 1
        },
        "What stands between two layers? Without it, all layers are one.": {
            "squashes": lambda layer, last: 0
        },
        "Two sigmoids follow each other. How many stand between two layers?": {
            "squashes": lambda layer, last: 2 * (not last)
        },
        "Only the first layer is squashed. Between which layers does squash_all stand?": {
            "squashes": lambda layer, last: layer == 0
        },
        "squash_all meets X, before any layer. Where does it stand?": {"early": 1},
    }
    order = {
        "": {},
        "In the order of blocks: which comes first?": {"picked": lambda lines: lines[::-1]},
        "Weights and biases take turns in blocks. And in what you return?": {
            "picked": lambda lines: lines[::2] + lines[1::2]
        },
        "The points have a line of their own. Which lines are those of the blocks?": {
            "picked": lambda lines: range(len(lines))
        },
        "These are slopes of weights alone. How many blocks are there?": {"picked": lambda lines: lines[::2]},
    }
    return {
        f"{asked} {other}".strip(): right(*given, **one, **two)
        for asked, one in squashed.items()
        for other, two in order.items()
        if asked or other
    } | {"That is `blocks` as it came in. Where do their slopes stand?": tuple(given[2])}


def network(add_row, go_back_arrays, gradient_of, mean_loss, product, record, squash_all):
    names = getattr(getattr(gradient_of, "__code__", None), "co_names", ())
    if {"go_back", "way_back"} & set(names) and "go_back_arrays" not in names:
        return ex.check("Exercise 4: any network", ex.Part("the way back", "not yet", PULLS))
    right = ready_network(add_row, go_back_arrays, mean_loss, product, record, squash_all)
    draw, parts = np.random.default_rng(3), []
    points, labels = draw.uniform(-1, 1, (7, 2)), np.array([0, 1, 1, 0, 1, 0, 0])
    for sizes in ([2, 3, 1], [2, 3, 2, 1]):
        some = [draw.normal(size=shape) for k, m in pairwise(sizes) for shape in ((k, m), (m,))]
        name = f"{len(sizes) - 2} hidden layer{'s' if len(sizes) > 3 else ''}"
        given = (points, labels, some)
        slips = network_slips(right, *given)
        parts.append(ex.compare_call(name, gradient_of, given, right(*given), mistakes=slips))
    return ex.check("Exercise 4: any network", *parts)


def ready_slopes():
    sigmoid = ck.ACTIVATIONS["sigmoid"]
    return lambda a, b: (b, a), sigmoid.derivative, lambda z, label: sigmoid.value(z) - label


def ready_back():
    def go_back(tape):
        slopes = [0.0] * (len(tape) - 1) + [1.0]
        for line in reversed(range(len(tape))):
            for parent, slope in tape[line][1]:
                slopes[parent] += slopes[line] * slope
        return slopes

    return go_back


def ready_product():
    return lambda dC, A, B: (dC @ B.T, A.T @ dC)
