"""What the checks and the quiz of lesson 09 know. An argument is the value of that name in the notebook."""

from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np

import coursekit as ck
from coursekit.diagnosis.errors import LEADS
from coursekit.diagnosis.evidence import Diagnosis
from coursekit.diagnosis.reads import outside
from coursekit.diagnosis.tape import FROM_BEFORE, astray, goes_on
from coursekit.lesson import exercises as ex
from coursekit.lesson.checks import own_lines
from coursekit.lesson.questions import ask

PULLS = "go_back multiplies slopes, and this tape holds pulls. Which sweep calls them?"
NOTHING = "your function returned nothing"
SINGLE = "plus", "times", "squash", "weighted_sum", "point_loss"  # operations on single numbers


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


def slopes(product_slopes):
    parts = []
    for a, b in ((3.0, -5.0), (0.5, 4.0)):
        slips = {
            "These are the factors in their own order. If a grows by 1, by how much does a * b grow?": (a, b),
            "A slope of 1 belongs to a sum. How much does a * b gain when a gains 1?": (1.0, 1.0),
            "Is that a slope, or the product itself?": (a * b, a * b),
            "That is the product itself. How many slopes has it, and which?": a * b,
            "That is the product itself, in a tuple. How many slopes has it, and which?": (a * b,),
            "That is one slope. If the other factor grows by 1, by how much does a * b grow?": b,
            "That is one slope, by b. If a grows by 1, by how much does a * b grow?": a,
            "The signs are turned. If a grows by 1, does a * b gain b or lose it?": (-b, -a),
            "That is the sum of the two. If a grows by 1, by how much does a * b grow?": (a + b, a + b),
            "That is the sum of the factors, one number. How many slopes has a product?": a + b,
            "The product is not asked for. Which two of the three values are slopes?": (b, a, a * b),
            "The product is not asked for. Which two of these three are slopes?": (a * b, b, a),
            "These are the numbers of the example. Where do a and b enter?": (2.0, 5.0),
            "One of the two stands there twice. By which factor is the second slope?": (b, b),
            "One of the two stands there twice. By which factor is the first slope?": (a, a),
        }
        near = _nearly((b, a))
        name, right = f"{a:g} times {b:g}", (b, a)
        parts.append(
            ex.compare_call(
                name, product_slopes, (a, b), right, mistakes=slips, tolerance=1e-12, diagnose=near
            )
        )
    # An array of the two does as well as a pair.
    parts = [ex.Part(part.name, "passed") if "in one array" in part.message else part for part in parts]
    return ex.check("Exercise 1: the slopes of a product", *parts)


def _nearly(right):
    """Return what says of numbers that they are nearly right: a nudge makes them so."""

    def near(received):
        said = "Nearly. A nudge gives a slope with a small error, and later cells compare to 1e-12."
        is_near = np.allclose(received, right, rtol=0.05, atol=0.05)
        asked = f"Which rule gives it exactly?\n{said}"
        return Diagnosis(not is_near, "nudged" if is_near else None, asked if is_near else "")

    return near


def gone_back(tape, first=1.0, step=-1, share=lambda slope, own, _: slope * own, meet=np.add, rest=0.0):
    """Go back, rightly or with a slip."""
    slopes = [rest] * (len(tape) - 1) + [first]
    for line in range(len(tape))[::step]:
        for parent, own in tape[line][1]:
            slopes[parent] = meet(slopes[parent], share(slopes[line], own, tape[parent][0]))
    return np.array(slopes)


def last(_, share):
    return share


def beside(_, own, __):
    return own


def added(slope, own, _):
    return slope + own


def along_paths(tape):
    """Go back along every path, and hand on what a line has by then: earlier shares once more."""
    slopes = np.zeros(len(tape))

    def walk(line, share):
        slopes[line] += share
        for parent, own in tape[line][1]:
            walk(parent, slopes[line] * own)

    walk(len(tape) - 1, 1.0)
    return slopes


def slips(tape):
    """What the usual slips give, each with its question."""
    right, value, one = gone_back(tape), tape[-1][0], "A line that is used twice gets two shares."
    alone = [[(value, parents[at]) for value, parents in tape] for at in (slice(1), slice(-1, None))]
    by_value = [(value, [(parent, own * value) for parent, own in parents]) for value, parents in tape]
    taken = "Two things: a second share takes the first one's place, and"
    made = {
        f"{one} What becomes of the first?": {"meet": last},
        f"{one} What becomes of the second?": {"meet": lambda slope, share: slope or share},
        f"{one} Is the larger one enough?": {"meet": max},
        "Every slope stays 0. How fast does the last line change with itself?": {"first": 0.0},
        "Only the last line has handed something on. Do you begin with it, and go on to all?": {"step": 1},
        "You hand on the slope beside the parent. With which other slope is it multiplied?": {
            "share": beside
        },
        "Along a path, are slopes added or multiplied?": {"share": added},
        "You hand on the line's own slope. Where is the slope beside the parent?": {"share": lambda s, *_: s},
        "A value is no slope. What stands second in each pair of parents?": {"share": lambda s, _, v: s * v},
        "You hand on the value of the line. Where is its slope?": {"tape": by_value, "share": beside},
        "Where the slope beside the parent belongs, you take the value of the line. What is in each pair?": {
            "tape": [(value, [(parent, value) for parent, _ in parents]) for value, parents in tape]
        },
        "The last line begins with its value. How fast does it change with itself?": {"first": value},
        "All lines begin with 1. Which one knows its slope before anything is handed on?": {"rest": 1.0},
        "All lines begin with 1, and shares are multiplied. Do paths side by side add up or multiply?": {
            "rest": 1.0,
            "meet": np.multiply,
        },
        "A line hands on to its first parent alone. How many has it?": {"tape": alone[0]},
        "A line hands on to its last parent alone. How many has it?": {"tape": alone[1]},
        f"{taken} the slope of the line is missing. What is handed on?": {"share": beside, "meet": last},
        f"{taken} along a path slopes are added. Which belongs where?": {"share": added, "meet": last},
        f"{taken} the last line begins with its value. How fast does it change with itself?": {
            "first": value,
            "meet": last,
        },
    }
    ones = np.eye(len(tape))
    return {asked: gone_back(**{"tape": tape, **slip}) for asked, slip in made.items()} | {
        "Only the last line has a slope. Is `line` the last one at first, and does slopes[parent] change?": ones[
            -1
        ],
        "Every line has slope 1 in the end. Is it set before the loops, or again inside?": sum(ones),
        "The first line begins with 1. Which one knows its slope before anything is handed on?": ones[0],
        "A line is visited on every path, and hands on again what came before. What is new on this path?": (
            along_paths(tape)
        ),
        "That is the slope of line 0 alone. How many lines has the tape?": right[0],
        "That is the slope of the last line alone. How many lines has the tape?": 1.0,
    }


def of_length(lines, received):
    """Say where a list has not as many slopes as a tape has lines."""
    fits = np.ndim(received) != 1 or len(received) == lines
    said = f"A tape of {lines} lines, and {len(received)} slopes. What decides how many there are?" * (
        not fits
    )
    return Diagnosis(fits, None if fits else "the length", said)


def back(go_back):
    tapes = {
        "w · w + w": [(3.0, ()), (9.0, ((0, 3.0), (0, 3.0))), (12.0, ((1, 1.0), (0, 1.0)))],
        "a chain": [(2.0, ()), (1.0, ((0, 0.5),)), (-2.75, ((1, -2.75),))],
        "four paths": [
            (0.5, ()),
            (0.75, ((0, 1.5),)),
            (2.0, ((0, 0.25), (1, 2.5))),
            (2.125, ((1, -0.5), (2, 1.25))),
        ],
    }
    parts = [
        ex.compare_call(
            name,
            go_back,
            (tape,),
            gone_back(tape),
            mistakes=slips(tape),
            diagnose=partial(of_length, len(tape)),
        )
        for name, tape in tapes.items()
    ]
    return ex.check("Exercise 2: go back", *(of_parents(part) for part in parts))


def of_parents(part):
    """Say where code takes as many parents of each line as some lines have not."""
    if "unpack (expected 2, got" not in str(part.error):
        return part
    return ex.Part(
        part.name, "not yet", "A line may have two parents, one or none. What goes through all there are?"
    )


def nudged(total, M, by=1.0):
    """Return how fast a total changes with each entry of M: central differences."""
    gains = np.empty(M.shape)
    for at in np.ndindex(M.shape):
        up, down = M.copy(), M.copy()
        up[at] += by
        down[at] -= by
        gains[at] = (total(up) - total(down)) / (2 * by)
    return gains


def product_slips(dA, dB, dC, A, B):
    """What the usual slips give, each with its question."""
    inverse = "Going back needs the transpose, not the inverse. Why?"
    back_A, back_B = dC @ np.linalg.pinv(B), np.linalg.pinv(A) @ dC
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
        "These are the factors alone. Where does dC enter, and in which shapes?": (B, A),
        "dB is divided by the rows. The mean entered with the loss: does it enter again?": (dA, dB / len(dC)),
        "An entry meets several others. Are its shares added, or does the last one replace them?": (
            dC[:, -1:] * B[:, -1],
            np.outer(A[-1], dC[-1]),
        ),
        inverse: (back_A, dB),
        f"{inverse} Both of your shares have one.": (back_A, back_B),
        f"{inverse} It stands in dB.": (dA, back_B),
        "dA is turned. Which .T is one too many?": (dA.T, dB),
        "dB is turned. Which .T is one too many?": (dA, dB.T),
        "Both are turned. Which .T is one too many?": (dA.T, dB.T),
        "np.outer takes each entry with each. Which product goes along rows and columns?": (
            np.outer(dC, B),
            np.outer(A, dC),
        ),
        "Three values. Which two are asked for?": (dA, dB, A @ B),
        "dC is summed up to one number. Does each entry of C have the same slope?": (dC.sum() * B.T, dB),
        "dC is summed up to one number, twice. Has each entry of C the same slope?": (
            dC.sum() * B.T,
            A.T * dC.sum(),
        ),
    }
    if len(B) == B.shape[1]:
        come_back = "Row i of A meets column j of B. Along which of B's two does the error come back?"
        asked[come_back] = (dC @ B, dB)
        asked[f"{come_back} And why is dB divided by the rows?"] = (dC @ B, dB / len(dC))
    return asked


def product(back_through_product):
    parts, A = [], np.array([[0.5, 2.0], [0.25, -1.0], [3.0, 0.75]])
    for B in (np.array([[2.0, 0.5], [-1.0, 1.5]]), np.array([[1.5, 0.25, 2.0, -1.0], [3.0, 1.0, 0.5, 1.25]])):
        dC = np.arange(3.0 * B.shape[1]).reshape(3, -1) / 4 - 0.875
        dA = nudged(lambda A, B=B, dC=dC: (dC * (A @ B)).sum(), A)
        dB = nudged(lambda B, dC=dC: (dC * (A @ B)).sum(), B)
        given, look = (dC, A, B), {"mistakes": product_slips(dA, dB, dC, A, B), "names": ("dC", "A", "B")}
        name = f"(3, 2) times {B.shape}"
        parts.append(ex.compare_call(name, back_through_product, given, (dA, dB), **look))
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
        "These are the slopes of the last lines of the tape. On which lines do the blocks stand?": {
            "picked": lambda lines: range(-len(lines), 0)
        },
        "These are slopes of weights alone. How many blocks are there?": {"picked": lambda lines: lines[::2]},
    }
    return {
        f"{asked} {other}".strip(): right(*given, **one, **two)
        for asked, one in squashed.items()
        for other, two in order.items()
        if asked or other
    } | {
        "That is `blocks` as it came in. Where do their slopes stand?": tuple(given[2]),
        "These are line numbers. What stands at them in the list that go_back_arrays returns?": tuple(
            range(1, len(given[2]) + 1)
        ),
    }


def central(X, y, blocks):
    """Return the slopes of the mean log loss of a network by each of its blocks, as central differences."""

    def loss(blocks, A=X):
        for W, b in zip(blocks[:-2:2], blocks[1:-2:2], strict=True):
            A = ck.ACTIVATIONS["sigmoid"].value(A @ W + b)
        return ck.log_loss_from_logits(y, (A @ blocks[-2] + blocks[-1])[:, 0])

    rest = [(blocks[:k], block, blocks[k + 1 :]) for k, block in enumerate(blocks)]
    return tuple(nudged(lambda M, b=b, a=a: loss([*b, M, *a]), block, 1e-4) for b, block, a in rest)


def network(add_row, go_back_arrays, gradient_of, mean_loss, product, record, squash_all):
    every = record, product, add_row, squash_all, mean_loss, go_back_arrays
    every = {one.__name__: one for one in every}
    return ex.check("Exercise 4: any network", *network_parts(gradient_of, every))


def network_parts(gradient_of, every):
    names = getattr(getattr(gradient_of, "__code__", None), "co_names", ())
    if {"go_back", "way_back"} & set(names) and "go_back_arrays" not in names:
        return [ex.Part("the way back", "not yet", PULLS)]
    if single := [name for name in SINGLE if name in names]:
        said = f"{single[0]} is for single numbers. Which operation does the same for arrays?"
        return [ex.Part("the operations", "not yet", said)]
    if own := own_lines(gradient_of, "ck.backward", "ck.forward"):
        return own
    right, draw, parts = ready_network(**every), np.random.default_rng(3), []
    X, y = draw.uniform(-1, 1, (7, 2)), np.array([0, 1, 1, 0, 1, 0, 0])
    for sizes in ([2, 3, 1], [2, 3, 2, 1]):
        blocks = [draw.normal(size=shape) for k, m in pairwise(sizes) for shape in ((k, m), (m,))]
        name = f"{len(sizes) - 2} hidden layer{'s' if len(sizes) > 3 else ''}"
        given = (X, y, blocks)
        want = central(*given)
        if any(abs(one - other).max() > 1e-6 for one, other in zip(right(*given), want, strict=True)):
            said = "An operation is not as it was. Run the cells from exercise 3 down to here again."
            return [ex.Part("the operations above", "not yet", said)]
        slips = network_slips(right, *given)
        told = partial(of_the_tape, gradient_of, given, every)
        look = {"mistakes": slips, "diagnose": told, "names": ("X", "y", "blocks")}
        part = ex.compare_call(name, gradient_of, given, want, **look)
        if part.message.startswith(NOTHING) and set(names) <= {"record"}:  # step 1, as it was given
            part = ex.Part(name, "not attempted")
        elif part.status == "passed" and goes_on(gradient_of, given, every):
            part = ex.Part(name, "not yet", FROM_BEFORE)
        elif part.status == "not yet" and (
            said := unkept(gradient_of, astray(gradient_of, given, every), part)
        ):
            part = ex.Part(name, "not yet", said)
        if part.error and not isinstance(part.error, TimeoutError) and "argument" not in str(part.error):
            said = astray(gradient_of, given, every)
            where, *rest = part.message.splitlines()
            leads = [line for line in rest if line.startswith(LEADS)]
            part = replace(part, message="\n".join([where, *leads, said])) if said else part
        parts.append(part)
    return parts


def unkept(function, asked, part):
    """Return what comes before all that the numbers say: a line number not kept, pairs that are none."""
    if "unpack" in str(part.error):
        return "A layer takes one line of each slice. What makes such pairs of two lists?"
    if "slopes" in outside(function):
        return "go_back_arrays returns the slopes, and no line of your function keeps them. Under which name?"
    return asked if asked.startswith("The number that") else ""


def of_the_tape(gradient_of, given, every, _):
    asked = astray(gradient_of, given, every)
    return Diagnosis(not asked, "the tape" if asked else None, asked)


def ready_slopes():
    return lambda a, b: (b, a)


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
