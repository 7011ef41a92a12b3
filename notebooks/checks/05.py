"""What the checks and the quiz of lesson 05 know. An argument is the value of that name in the notebook."""

from collections import namedtuple
from contextlib import suppress
from copy import deepcopy

import numpy as np

import coursekit as ck
from coursekit.diagnosis.evidence import Diagnosis, factor_between
from coursekit.diagnosis.reads import called_by
from coursekit.lesson import exercises as ex
from coursekit.lesson.checks import own_lines
from coursekit.lesson.questions import ask


def recall():
    return (
        ask(
            "1. (Lesson 02) The forward pass goes from `X` to `p` through three other arrays. Which, and in "
            "which order?",
            {
                "`A1`, `Z1`, `z2`": "What goes into the activation of a unit? Is it there before the activation "
                "is applied?",
                "`Z1`, `A1`, `z2`": "First the weighted sums of the inputs, then their activations, then the "
                "logits, one for each point.",
                "`Z1`, `z2`, `A1`": "A logit is a weighted sum too. What does `W2` weigh: what a unit adds up, "
                "or what it answers?",
                "`W1`, `Z1`, `W2`": "Which of these does the pass compute, and which were there before?",
            },
            right="`Z1`, `A1`, `z2`",
        ),
        ask(
            "2. (Lesson 03) You add a copy of each of your 10 points, so that there are 20. What does the mean "
            "log loss do?",
            {
                "It doubles": "The sum over the points doubles. Is that all that a mean is made of?",
                "It halves": "You divide by twice as many points. What has become of the sum?",
                "It falls, but not by half": "More points often help in training. Has anything been trained "
                "here?",
                "It stays the same": "It is a mean: the sum doubles, and so does the number of points it is "
                "divided by.",
            },
            right="It stays the same",
        ),
        ask(
            "3. (Lesson 04) Which two steps of the backward pass lead from `dz2` to `dZ1`?",
            {
                "back through `W2`, then times φ'(`Z1`)": "`dA1` goes back through the weights; then each entry "
                "meets the slope of the activation at its pre-activation.",
                "back through `dW2`, then times φ'(`Z1`)": "`dW2` is about nudging a weight. Times which number "
                "does a nudge of an activation reach the logit?",
                "back through `W2`, then times φ'(`A1`)": "Which number went into the activation on the way "
                "forward?",
                "divided by `W2`, then times φ'(`Z1`)": "Must the error undo the forward pass? If z = 4a, how "
                "large is the slope of z for a?",
            },
            right="back through `W2`, then times φ'(`Z1`)",
        ),
    )


CUT = "What becomes of 2 + 0.1 in an array of whole numbers?"
IN_PLACE = "W holds whole numbers here. Can W[0] become 2.1, and come back to 2?"
HALF = "One of your two places is W itself. From which array does each of the two start?"
FIXED = "Which number stands in its place?"
KIND = "Whole numbers came back. Which kind of number can your result hold?"
LENGTH = "How far apart are your two points?"


def quotients(up, here, down, step):
    """Return {(what is seen, what is asked): result} of wrong formulas for losses to the right, here and to the left."""
    return {
        ("These are forward differences.", "Where is the loss one step to the left?"): (up - here) / step,
        ("These are differences to the left.", "Where is the loss one step to the right?"): (here - down)
        / step,
        ("Twice as large as it should be.", LENGTH): (up - down) / step,
        ("The signs are opposite.", "Which of the two losses comes first?"): (down - up) / (2 * step),
        ("Opposite, and twice as large.", "Which loss comes first, and how far apart are the points?"): (
            down - up
        )
        / step,
        ("In Python a / 2 * step means (a / 2) * step.", "What do you divide by?"): (up - down) / 2 * step,
        (
            "Opposite signs, and a / 2 * step means (a / 2) * step.",
            "Which loss comes first, and what do you divide by?",
        ): (down - up) / 2 * step,
        ("Division comes before minus.", "Where do brackets belong?"): up - down / (2 * step),
    }


def array_slips(loss, W, step):
    """What the usual slips give, each with its question; the right gradient comes first."""

    def losses(move, start=W):
        """Return the loss for each entry, after move(array, at) has moved that entry of a copy."""
        moved = {at: start.astype(float) for at in np.ndindex(W.shape)}
        for at, array in moved.items():
            array[at] = move(start[at])
        return np.array([loss(array) for array in moved.values()]).reshape(W.shape)

    def in_turn(array, *moves):
        """Return, for each of the moves, the losses after it where all moves of all entries go on in one array."""
        found = np.zeros((len(moves), *W.shape))
        for at in np.ndindex(W.shape):
            for row, move in zip(found, moves, strict=True):
                array[at] += move
                row[at] = loss(array)
        return found

    up, here, down = (losses(lambda w, k=k: w + k * step) for k in (1, 0, -1))
    near, far = (losses(lambda w, k=k: w + k * step) for k in (0.5, 2))
    tiny = [losses(lambda w, k=k: w + k) for k in (1e-5, -1e-5)]
    right = (up - down) / (2 * step)
    longer, shorter = (losses(lambda w, k=k: w * (1 + k * step)) for k in (1, -1))
    became = (losses(lambda w: step) - losses(lambda w: -step)) / (2 * step)
    walking = in_turn(W.astype(float), step, -2 * step)
    piled = [in_turn(W.astype(float), move)[0] for move in (step, -step)]
    by_row, over = np.zeros((2, *W.shape))
    itself = W.astype(float)
    for at in np.ndindex(W.shape):
        move = np.zeros(W.shape)
        move[at] = step
        over[at] = itself[at] = (loss(itself + move) - loss(itself - move)) / (2 * step)
        move[at[0]] = step
        by_row[at] = (loss(W + move) - loss(W - move)) / (2 * step)
    piled_up = (piled[0] - piled[1]) / (2 * step)
    together, only_first = np.full(W.shape, piled_up.flat[-1]), np.zeros(W.shape)
    only_first.flat[0] = right.flat[0]
    found = {f"{seen} {asked}": value for (seen, asked), value in quotients(up, here, down, step).items()}
    found |= {
        HALF: (up - here) / (2 * step),
        HALF.replace("which", "which of your arrays"): (here - down) / (2 * step),
        f"Your result does not depend on step. {FIXED}": (tiny[0] - tiny[1]) / 2e-5,
        "You divide by a number that does not depend on step. How far apart are your two points?": (
            (up - down) / 2e-5
        ),
        "No entry is negative. What is the slope of a loss that falls as the weight grows?": np.abs(right),
        "You divide by the sum of the losses. How far apart are your two points?": (up - down) / (up + down),
        "Your step up is a share of the weight. How far should each weight move?": (longer - down)
        / (2 * step),
        "Your step is a share of the weight. How far does a weight of 0 move?": (longer - shorter)
        / (2 * step),
        "Your points are one step apart. How far is each of them from W?": (
            near - losses(lambda w: w - step / 2)
        )
        / step,
        "Both of your points lie at one side of W. Where is the other?": (far - here) / (2 * step),
        "All ones. Does the step move the weight, or is it added to the loss?": right**0,
        "A plus stands between the losses. What is the rise of a slope?": (up + down) / (2 * step),
        "That is a mean of losses. What is the rise of a slope?": (up + down) / 2,
        "The moved entry is the step itself. What should the step be added to?": became,
        "Only the first entry has its number. Where does your return stand?": only_first,
        "The first entry alone came back. Where does your return stand?": right.flat[0],
        "The first entry is right, then they drift. Who puts a moved entry back?": (walking[0] - walking[1])
        / (2 * step),
        "The first entry is right, then they drift. Is your result W itself, under another name?": over,
        "The first entry is right, then they pile up. When are your copies made?": piled_up,
        "All entries are equal. How many entries does one step of yours move?": together,
        "All entries of a row are equal. How many does one step of yours move?": by_row,
        "You move all entries at once. How many should move for one difference?": together.flat[0],
    }
    also = {"Who puts a moved entry back?": walking, "When are your copies made?": piled}
    if W.dtype.kind == "i":  # what is put into it loses its fraction
        also[CUT] = [losses(lambda w, k=k: int(w + k * step)) for k in (1, -1)]
        also[IN_PLACE] = in_turn(W.copy(), step, -2 * step, step)[:2]
        gap = also[CUT][0] - also[CUT][1]
        found |= {f"{CUT} {FIXED}": gap / 2e-5, f"{CUT} How far is each of them from W?": gap / step}
        rows = quotients(up, here, down, step).items()
        found |= {f"{KIND} {asked}": np.trunc(value) for (_, asked), value in rows}
    for first, (one, other) in also.items():
        rows = quotients(one, here, other, step).items()
        found |= {f"{first} {asked}": value for (_, asked), value in rows}
    return right, found


def of_places(received, right, W, places):
    """Return the diagnosis of a wrong result by the places where a loss was asked for."""
    moved = [place - W for place in places if place.shape == W.shape]
    pairs = list(zip(moved[::2], moved[1::2], strict=False)) if len(moved) == 2 * W.size else []
    by, said = factor_between([np.asarray(received, float)], [right]), ""
    apart = next((pair for pair in pairs if ((pair[0] != 0) != (pair[1] != 0)).any()), None)
    if not np.any(received) and any(one.any() for one in moved):
        said = "All zeros: two losses at one place. Does one of your arrays go up, and the other down?"
    elif not np.any(received):
        said = "All zeros. Are your moved arrays two arrays, or two names for one?"
    elif apart:
        one, other = (" and ".join(map(str, np.argwhere(move).tolist())) or "none" for move in apart)
        said = f"For one difference you move entry {one} up or down, then {other}. Which index has each of the two lines?"
    elif by:
        first = "Which of the two losses comes first, how" if by < 0 else "How"
        said = f"Each entry is {by:.4g} times what it should be. {first} far apart are your points, and what do you divide by?"
    at = tuple(np.argwhere(~np.isclose(received, right, 1e-6, 1e-6))[0])
    shown = f"expected {right[at]:.6g}; received {np.asarray(received)[at]:.6g} at index {list(map(int, at))}"
    return Diagnosis(not said, "wrong-factor" if by else said, f"{said}\n{shown}")


def of_both(slips, part):
    """Return the slips, those of two mistakes at once only where an earlier part shows the second one."""
    shown = [asked for asked, fits in part.asked.items() if fits]
    firsts = tuple(f"{first} " for first in (CUT, IN_PLACE, KIND))
    return {
        asked: value
        for asked, value in slips.items()
        if not asked.startswith(firsts) or any(one.endswith(asked[asked.index("?") + 2 :]) for one in shown)
    }


def numeric_gradient(loss_of_W1, my_numeric_gradient, params):
    Kept = namedtuple("Kept", "matrix whole_numbers")
    places = []  # the arrays of which a loss was asked

    def seen(loss):
        def and_kept(W):
            places.append(np.array(W, dtype=float))
            return loss(W)

        return and_kept

    matrix_call = (seen(loss_of_W1), params.W1, 0.1)
    turned = "Rows and columns are exchanged. Which shape has W, and which line turns your result?"
    vector_call = (seen(lambda W: np.sum(np.power(W, 3.0)) + np.sum(W) ** 2), np.array([2, -1]), 0.1)
    before = Kept(params.W1, vector_call[1])

    def W_after():
        """What has become of a matrix and of whole numbers, or ... where nothing is returned."""
        W, whole = deepcopy(before)
        if my_numeric_gradient(loss_of_W1, W, 0.1) is None:
            return ...
        with suppress(Exception):  # that is told by the part before
            my_numeric_gradient(vector_call[0], whole, 0.1)
        return W, whole

    matrix, matrix_slips = array_slips(*matrix_call)
    matrix_slips[turned] = matrix.T
    vector, vector_slips = array_slips(*vector_call)
    vector_slips |= {
        "The loss takes the whole array. Which array differs from W in one entry only?": [16.01, 1.01],
        CUT: [40.0, 20.0],
        IN_PLACE: [40.0, 0.0],
        f"{IN_PLACE} {HALF}": [40.0, 0.0],
        KIND: [14.0, 5.0],
        "Whole numbers came back, and they drift. Is your result W itself, under another name?": [14.0, 29.0],
    }
    changed = {
        "W has changed. Which line puts a moved entry back, or works on a copy?": (params.W1 - 0.1, [1, 0]),
        IN_PLACE: (params.W1, [1, 0]),
    }
    look = {"mistakes": matrix_slips, "names": ("loss", "W", "step")}
    look["diagnose"] = lambda got: of_places(got, matrix, before.matrix, places)
    places.clear()
    first = ex.compare_call("a matrix", my_numeric_gradient, matrix_call, matrix, **look)
    places.clear()
    look["mistakes"] = of_both(vector_slips, first)
    look["diagnose"] = lambda got: of_places(got, vector, before.whole_numbers, places)
    parts = [
        first,
        ex.compare_call("whole numbers", my_numeric_gradient, vector_call, vector, **look),
        ex.compare_call("W afterwards", W_after, (), before, mistakes=changed),
    ]
    return ex.check("Exercise 1: numeric gradient", *parts)


def loss_of_block(block, w, X, y):
    """The loss as a function of one block of weights."""
    return lambda W: ck.log_loss_from_logits(y, ck.forward(w._replace(**{block: W}), X).z2)


def own(X, my_backward, my_numeric_gradient, numeric_verdict, params, relative_error, y):
    def by_your_check(given, w, X, y):
        """Print the error of each block, by the function of exercise 1."""
        if [np.shape(dW) for dW in given] != [block.shape for block in w]:
            return
        for block, dW in zip(("W1", "W2"), given, strict=True):
            numeric = my_numeric_gradient(loss_of_block(block, w, X, y), getattr(w, block), 1e-5)
            print(f"your check of {block}, {len(y)} points: error {relative_error(dW, numeric):.0e}")

    own_rng, own_parts = np.random.default_rng(13), []  # 2 points of 7 are of class 1
    own_net, own_data = ck.init_params(4, rng=own_rng), ck.make_dataset("circle", 7, rng=own_rng)
    for w, points, classes in ((params, X, y), (own_net, own_data.X, own_data.y)):
        passed = ck.forward(w, points)
        right = ck.backward(w, passed, points, classes)
        look = {"diagnose": lambda got, w=w, at=(points, classes): ck.diagnose_gradient(got, w, *at)}
        look["names"] = "params", "forward_pass", "X", "y"
        name, given = f"{len(classes)} points", (w, passed, points, classes)
        own_parts.append(ex.compare_call(name, my_backward, given, right, **look))
        if numeric_verdict.passed:  # without it there is no check of yours
            with suppress(Exception):  # what cannot be compared is told by the check below
                by_your_check(my_backward(*deepcopy(given)), w, points, classes)
    own_parts += own_lines(my_backward, "ck.backward", "planted.")
    if my_numeric_gradient in called_by(my_backward).values():
        asked = "Your function calls my_numeric_gradient, which is to check it. Which five lines go backward?"
        own_parts.append(ex.Part("your own lines", "not yet", asked))
    return ex.check("Exercise 2: your backward pass", *own_parts)


def boxes(box_a_mistake, box_b_mistake, pool):
    def advice(right, answer, hints):
        """Message -> wrong answer, for every name but the right one and for what is no name."""
        found = {f'You wrote "{name}". {hints[name]}': name for name in pool if name != right}
        if isinstance(answer, str) and answer.strip().lower() not in map(str.lower, pool):
            found[f'"{answer}" is none of the names in the task. Which name fits?'] = answer
        return found

    slope_names = ("no slope", "slope twice", "slope of A1", "tanh slope")
    W2_right = "That mistake leaves W2 right. What does the report of this box say of W2?"
    W2_wrong = "That mistake spoils W2. What does the report of this box say of W2?"
    beside = (
        "Look at one point. Are the ratios of this box above or below 1, and where did you see those numbers? "
        'What your mistake leaves there: show_ratios(partial(more_planted, "{}"), points=1)'
    )
    hints_a = dict.fromkeys((*slope_names, "through dW2", "no bias row"), W2_right) | {
        "none": "What is the verdict of its report? Which ratio do you see?",
        "summed": "Is the given gradient too large or too small, and by how much?",
        "sign flipped": "Which sign do the ratios have?",
    }
    hints_b = {name: beside.format(name) for name in slope_names} | {
        "none": "What is the verdict of its report? Which block is it about?",
        "no bias row": "Which row does that mistake spoil? Which rows of this box have ratios other than 1?",
        "through dW2": "Is the ratio the same all down a column on 6 points, or only on 1?",
        **dict.fromkeys(("summed", "mean twice", "sign flipped"), W2_wrong),
    }
    a, b = box_a_mistake, box_b_mistake
    parts = [
        ex.compare("box A", a, "mean twice", mistakes=advice("mean twice", a, hints_a)),
        ex.compare("box B", b, "slope twice", mistakes=advice("slope twice", b, hints_b)),
    ]
    return ex.check("Exercise 4: two black boxes", *parts)


UNTOUCHED = (
    "Nothing has changed yet in their_backward: both mistakes are still in. Which ratio stands in all of W2?"
)
SLOPE_LEFT = (
    "One is mended: dW2 is right now. W1 is not. On one point each column has one ratio: which row "
    "of the table is that, and which line of the function?"
)
SUM_LEFT = (
    "One is mended: the slope of tanh is right now. Which one ratio is left in both blocks, and which line "
    "comes before both?"
)


def errors_of(e, p, y):
    """Return {question: (what stands for dz2 in dW1, in dW2)}; the right one has no question."""
    n = len(y)
    return {
        "": (e / n, e / n),
        "Look at dz2 first: both blocks are still sums. Which one ratio stands in all of W2?": (e, e),
        "Look at dz2 first: dW2 is a mean now, dW1 is not yet. Which line comes before both?": (e, e / n),
        "Look at dW2 first: dz2 is divided by n now. Does dW2 need that once more?": (e / n, e / n**2),
        "Look at dz2 first: you divide by 6. How many points has this part?": (e / 6, e / 6),
        "Look at dz2 first: you divide by one less than there are points. How many terms has the mean?": (
            e / (n - 1),
            e / (n - 1),
        ),
        "Look at dz2 first: you divide by 3. Is that the number of the points, or of the columns of X?": (
            e / 3,
            e / 3,
        ),
        "Look at dz2 first: division comes before minus. Where do brackets belong?": (p - y / n, p - y / n),
        "Look at dz2 first. If p is too large, should it be positive or negative?": (-e / n, -e / n),
        "Look at dz2 first: which sign should it have where p is too large? And which ratio would be left?": (
            -e,
            -e,
        ),
    }


def slopes_of(A, Z, p):
    """Return {question: what stands for the slope of tanh}; the right one has no question."""
    return {
        "": 1 - A**2,
        SLOPE_LEFT: 1 - Z**2,
        "Look at dZ1: twice tanh stands there. Which sign makes a power in Python?": 1 - A * 2,
        "Look at dZ1: which sign makes a power in Python, and of which array is the power?": 1 - Z * 2,
        "Look at dZ1: 1 - tanh stands there. Which power of tanh does the task name?": 1 - A,
        "Look at dZ1: the whole bracket is squared. What is squared in the formula of the task?": (1 - A)
        ** 2,
        "Look at dZ1: can the slope of tanh be above 1? Which sign stands before the square?": 1 + A**2,
        "Look at dZ1: 1 - p² stands there. Whose slope is it: that of the output, or of each hidden unit?": 1
        - p[:, None] ** 2,
        "Look at dZ1: z (1 - z) is made like the slope of the sigmoid. Which units are these?": Z * (1 - Z),
    }


def slips_of_two_lines(w, passed, points, classes):
    """Return [(question, gradient)] of a change that leaves a mistake, or makes one; dz2 is asked about first."""
    found = []
    for first, (dz2, other) in errors_of(passed.p - classes, passed.p, classes).items():
        for left, second in (
            (passed.A1, ""),
            (passed.Z1, "Look at dW2: what does W2 weigh, on the way to z2?"),
        ):
            dW2 = left.T @ other
            through = "Look at dA1: which weights did the activations meet on the way to z2?"
            for weights, third in ((w.W2, ""), (dW2, through)):
                for fourth, slope in slopes_of(passed.A1, passed.Z1, passed.p).items():
                    made = ck.Params(points.T @ (np.outer(dz2, weights) * slope), dW2)
                    asked = [one for one in (first, second, third, fourth) if one]
                    if len(asked) > 1 or (fourth and asked):
                        found.append((len(asked), asked[0], made))
    return [(asked, made) for _, asked, made in sorted(found, key=lambda one: one[0])]


def mend(their_backward):
    def as_handed_over(w, passed, points, classes):
        """Message -> the gradient with both mistakes, or with either."""
        error, n = passed.p - classes, len(classes)

        def blocks(dz2, slope):
            return ck.Params(points.T @ (np.outer(dz2, w.W2) * slope), passed.A1.T @ dz2)

        wrong, right = 1 - passed.Z1**2, 1 - passed.A1**2
        left = {UNTOUCHED: (error, wrong), SLOPE_LEFT: (error / n, wrong), SUM_LEFT: (error, right)}
        left["The slope is right now. You divide by 6: how many points has this part?"] = (error / 6, right)
        return {asked: blocks(*one) for asked, one in left.items()}

    def look_at(got, given):
        """Ask about the first line that is wrong, where two are; else whatever the diagnosis finds."""
        w, _, points, classes = given
        right = ck.backward(*given, "tanh")
        for asked, made in slips_of_two_lines(*given):
            if all(np.allclose(one, other, 1e-8, 1e-12) for one, other in zip(got, made, strict=True)):
                name = "W1" if np.allclose(got[1], right.W2) else "W2"
                one, other = (np.ravel(getattr(ck.Params(*blocks), name))[0] for blocks in (right, got))
                return Diagnosis(False, asked, f"{asked}\nd{name}: expected {one:.6g}; received {other:.6g}")
        return ck.diagnose_gradient(got, w, points, classes, "tanh")

    rng, parts = np.random.default_rng(14), []
    for units, n in ((4, 9), (2, 5)):
        w, data = ck.init_params(units, rng=rng), ck.make_dataset("circle", n, rng=rng)
        given = (w, ck.forward(w, data.X, "tanh"), data.X, data.y)
        look = {
            "mistakes": as_handed_over(*given),
            "diagnose": lambda got, given=given: look_at(got, given),
        }
        right = ck.backward(*given, "tanh")
        parts.append(ex.compare_call(f"{units} units, {n} points", their_backward, given, right, **look))
    if all(part.asked.get(UNTOUCHED) for part in parts):
        parts = [ex.Part(part.name, "not attempted") for part in parts]
        parts[0] = ex.Part(parts[0].name, "not attempted", UNTOUCHED)
    parts += own_lines(their_backward, "ck.backward", "ck.check_gradient")
    return ex.check("Exercise 3: mend it", *parts)


def ready_numeric_gradient():
    def numeric_gradient(loss, W, step):
        return ck.check_gradient(lambda blocks: loss(blocks[0]), (W,), (W,), step=step).numeric[0]

    return numeric_gradient
