"""What the checks and the quiz of lesson 02 know. An argument is the value of that name in the notebook."""

from types import SimpleNamespace

import numpy as np

import coursekit as ck
from coursekit.lesson import exercises as ex
from coursekit.lesson.checks import own_lines
from coursekit.lesson.questions import ask

BOTH = "These are both points, 0 and 1. Which of them is asked for, and where does it stand?"


def recall():
    question_1 = "1. A quarter of the points belong to class 1. A network has accuracy 0.76. Has it learned?"
    no_sign = "No sign of it: always answering class 0 gives 0.75"
    on_accuracy = {
        "Yes: 0.76 is far above 0.5, a coin": "A coin is not the best that one can do without looking. How often "
        "is somebody right who always gives the same answer?",
        "Yes: 0.76 is far above 0.25, the share of class 1": "0.25 is the accuracy of always answering class 1. "
        "And of always answering the other class?",
        no_sign: "That is the majority baseline. Only what lies clearly above it is a sign of learning.",
        "No sign of it: 0.76 is far below 1": "A part of it can be learned too. With which accuracy "
        "do you compare, to see whether a part of it was?",
    }
    question_2 = "2. Why can no straight line separate the two classes of the diamond?"
    around = "A walk across it meets class 0, then class 1, then class 0 again"
    on_diamond = {
        "Its edges are slanted, and a line has to follow them": "A line may be slanted too. It can follow one "
        "edge. On which sides of it is class 0 then?",
        "Both classes have the same share of the square": "A line through the centre makes two equal halves. "
        "Which classes are there in each half?",
        around: "The class changes twice on the way. A straight walk crosses a straight line at most once.",
    }
    question_3 = "3. `dataset` has 500 points. Which shapes have `dataset.X` and `dataset.y`?"
    on_shapes = {
        "`(500, 2)` and `(500,)`": "The points alone have this shape. What has `X` beside them?",
        "`(500, 3)` and `(500,)`": "The last column of `X` holds ones, the bias column. One number per point has "
        "shape `(n,)`.",
        "`(500, 3)` and `(500, 1)`": "One of them is right. What happens to `p - y` when one is `(n,)` and the "
        "other is `(n, 1)`?",
        "`(3, 500)` and `(500,)`": "Is a point a row or a column in this course?",
    }
    return (
        ask(question_1, on_accuracy, right=no_sign),
        ask(question_2, on_diamond, right=around),
        ask(question_3, on_shapes, right="`(500, 3)` and `(500,)`"),
    )


def sigmoid(my_sigmoid):
    parts, right = [], ck.ACTIVATIONS["sigmoid"].value
    cases = {
        "four numbers": np.array([-3.0, -0.5, 0.7, 2.0]),
        "a table": np.array([[1.5, -1.0, 0.2], [-0.4, 2.5, 0.9]]),
    }
    for part, z in cases.items():
        look = {"diagnose": lambda received, z=z: ck.diagnose_sigmoid(received, z)}
        parts.append(ex.compare_call(part, my_sigmoid, (z,), right(z), **look))
    alone = {"diagnose": lambda received: ck.diagnose_sigmoid(received, -2.5)}
    parts.append(ex.compare_call("one number", my_sigmoid, (-2.5,), right(-2.5), **alone))
    return ex.check("Exercise 1: the sigmoid", *parts, *own_lines(my_sigmoid, "ck."))


def otherwise(question, shape=()):
    """Return a diagnosis of numbers that no known slip makes: what to look at again."""

    def look(received):
        if shape == (2,) and np.size(received) == 1 and np.asarray(received).dtype.kind in "if":
            said = f"received {np.ravel(received)[0]:.6g}, one number\nEach of two units has a number. Whose is this, and where is the other one's?"
            return SimpleNamespace(ok=False, message=said)
        number = f"{received:.6g}" if np.ndim(received) == 0 else received
        is_told = np.shape(received) != shape or np.asarray(received).dtype.kind not in "biuf"
        return SimpleNamespace(ok=is_told, message=f"received {number}\n{question}")

    return look


def second_point(X, answer, logit, params, probability, unit_a, unit_z):
    right = ck.forward(params, X)
    z, a, p = right.Z1[1], right.A1[1], right.p[1]
    wrong_z = {
        "The third product is missing. What does the bias column multiply?": X[1, :2] @ params.W1[:2],
        "These belong to point 0. Which row of X is point 1?": right.Z1[0],
        "Unit 0 and unit 1 are swapped. Which column of W1 is whose?": z[::-1],
        "Look at the sign of the first input. Is x1 equal to 1 or to -1?": np.abs(X[1]) @ params.W1,
        "Look at the sign of the second input. Is x2 equal to 0.5 or to -0.5?": X[1] * [1, -1, 1] @ params.W1,
        "Is a unit a row or a column of W1? Which three weights are its?": params.W1.reshape(2, 3) @ X[1],
        "Is a unit a row or a column of W1? And where is its third product?": params.W1[:2] @ X[1, :2],
        "Is a unit a row or a column of W1? And which of its weights has the input 1?": params.W1[:2]
        @ X[1, :2]
        + 1,
        "Is a unit a row or a column of W1? Where do its first two weights stand?": params.W1[:2] @ X[1, :2]
        + params.W1[2],
        "The input 1 is added bare. Which weight of each unit does it meet?": X[1, :2] @ params.W1[:2] + 1,
        "x1 and x2 have changed places. Which of them meets the first row of W1?": X[1, [1, 0, 2]]
        @ params.W1,
        BOTH: right.Z1,
        "Which sign has the product of two negative numbers?": z - np.maximum(2 * X[1, 0] * params.W1[0], 0),
    }
    of_one = {  # the same slips in one unit, with the other one right
        f"Look at unit {unit}. {question}": np.where(np.arange(2) == unit, slip, z)
        for question, slip in wrong_z.items()
        for unit in (0, 1)
        if "swapped" not in question and "row or a column" not in question and question != BOTH
    }
    of_one = {
        "Look at unit 0. Which row of X is point 1? Or which weight does its input 1 meet?": [
            right.Z1[0, 0],
            z[1],
        ]
    } | of_one
    wrong_a = {
        "These are still the pre-activations. What comes after the weighted sum?": z,
        "A positive z has a above one half. Which sign has z in the exponent?": 1 - a,
        "These belong to point 0. Which pre-activations do you squeeze?": right.A1[0],
        "That is e^-z. What is still done with it?": np.exp(-z),
        "That is tanh, between -1 and 1. Which curve does this lesson take?": np.tanh(z),
        "That is in percent. Between which two numbers does an activation lie?": 100 * a,
        "The decimals are cut off, and too few to go on with. What are the next two?": np.floor(10 * a) / 10,
        "The two are swapped. Which activation belongs to unit 0?": a[::-1],
        BOTH: right.A1,
    }
    wrong_logit = {
        "The output weighs z here. Which numbers leave a hidden unit?": z @ params.W2,
        "The activations are added unweighted. What does W2 say?": a.sum(),
        "Look at the sign of the second output weight. Is it 1 or -1?": a @ np.abs(params.W2),
        "Which output weight belongs to which unit? Unit 0 has the first one, 2.": a[::-1] @ params.W2,
        "This is already squeezed. What is the sum before the last sigmoid?": p,
        "This belongs to point 0. Which activations do you weigh?": right.z2[0],
        "The size is right, the sign is not. Which of the two products has a minus?": -right.z2[1],
        "That is the first product alone. What does unit 1 add to it?": a[0] * params.W2[0],
        "These are the two products. What does a weighted sum do with them?": a * params.W2,
        "A 1 is added. Has the output of this network a bias?": right.z2[1] + 1,
        BOTH: right.z2,
    }
    wrong_p = {
        "This is the probability of class 0. Which sign has the logit in the exponent?": 1 - p,
        "That is 1 minus the logit. What does the sigmoid do with it?": 1 - right.z2[1],
        "That is e^-z. What is still done with it?": np.exp(-right.z2[1]),
        "That is in percent. Between which two numbers does a probability lie?": 100 * p,
        "This belongs to point 0. Which logit do you squeeze?": right.p[0],
        BOTH: right.p,
    }
    if np.size(probability) == 1 and np.array_equal(probability, logit):  # as it was typed
        wrong_p["This is the logit. What turns it into a number between 0 and 1?"] = logit
    wrong_answer = ex.follows("probability", lambda p: 1 * (p >= 0.5), probability)
    wrong_answer["That is the point's class. On which side of the threshold is p?"] = 0
    wrong_answer["That is p itself. Which class do you answer, 0 or 1?"] = p
    squeeze, by_hand = ck.ACTIVATIONS["sigmoid"].value, {"tolerance": 0.003}

    def goes_on(wrong, earlier, work_out, given, right):
        """Put first that a value fits the one before it, where that is not right; else last."""
        fits = ex.follows(earlier, work_out, given)
        is_right = ex.compare(earlier, given, right, **by_hand).status == "passed"
        return wrong | fits if is_right else fits | wrong

    wrong_a = goes_on(wrong_a, "unit_z", squeeze, unit_z, z)
    wrong_logit = goes_on(wrong_logit, "unit_a", lambda a: a @ params.W2, unit_a, a)
    wrong_p = goes_on(wrong_p, "logit", squeeze, logit, right.z2[1])
    ask_z = "Write down the three products of each unit. Which one is off, or has another sign?"
    ask_a = "Which z goes into 1 / (1 + e^-z), with which sign? What does sigmoid(z) say?"
    ask_answer = "Which of the two classes, 0 or 1, does a network with your p answer?"
    ask_logit = "Write down the two products: which weight meets which activation, with which sign?"
    return ex.check(
        "Exercise 2: the second point, by hand",
        ex.compare(
            "unit_z", unit_z, z, mistakes=wrong_z | of_one, diagnose=otherwise(ask_z, (2,)), **by_hand
        ),
        ex.compare("unit_a", unit_a, a, mistakes=wrong_a, diagnose=otherwise(ask_a, (2,)), **by_hand),
        ex.compare(
            "logit", logit, right.z2[1], mistakes=wrong_logit, diagnose=otherwise(ask_logit), **by_hand
        ),
        ex.compare(
            "probability",
            probability,
            p,
            mistakes=wrong_p,
            diagnose=otherwise("What does sigmoid say of your logit?"),
            **by_hand,
        ),
        ex.compare("answer", answer, 1, mistakes=wrong_answer, diagnose=otherwise(ask_answer)),
    )


def forward(X, my_forward, params):
    rng = np.random.default_rng(4)
    cases = {"the tiny network": (params, X)}
    for n_points, units in ((7, 3), (4, 5)):
        points = ck.add_bias(rng.uniform(-1, 1, size=(n_points, 2)))
        cases[f"{n_points} points, {units} units"] = (ck.init_params(units, rng=rng), points)
    parts, order = [], ("params", "X")
    for part, case in cases.items():
        look = {"diagnose": lambda received, case=case: ck.diagnose_forward(received, *case), "names": order}
        parts.append(ex.compare_call(part, my_forward, case, ck.forward(*case), **look))
    return ex.check("Exercise 3: your forward pass", *parts, *own_lines(my_forward, "ck.forward"))


def on_shapes(W1, W2):
    """Return what is wrong with the shapes of lines and votes, or None."""
    for name, value in (("square_W1", W1), ("square_W2", W2)):
        if isinstance(value, list) and len(value) > 12:
            repeated = f"{name} is a list of {len(value)} entries: a number times a list repeats it."
            return f"{repeated} What makes an array of it?"
        if isinstance(value, list) and len(set(map(np.size, value))) > 1:
            rows = ", ".join(str(np.size(row)) for row in value)
            return f"The rows of {name} hold {rows} numbers. Which line has no number in the shortest one?"
    W1, W2 = np.array(W1, dtype=float), np.array(W2, dtype=float)
    if W1.ndim != 2 or len(W1) != 3:
        asked = "Is a line of yours a row?"
        if W1.ndim == 2 and W1.shape[1] != 3:
            asked = "Which number of a line has no row: a weight, or the bias?"
            asked = asked if len(W1) < 3 else "A line has two weights and a bias: which row is one too many?"
        return f"square_W1 must have shape (3, h), a column per line; got {W1.shape}. {asked}"
    h = W1.shape[1]
    if W2.shape not in ((h,), (h + 1,)):
        wanted = f"square_W2 must have shape (h + 1,), for your {h} lines ({h + 1},); got {W2.shape}."
        if W2.size == h + 1:
            return f"{wanted} The entries are as many as they should be. Which brackets are too many?"
        return f"{wanted} A vote for each line, then the output bias: which entry is too many, or missing?"
    return None


def on_region(said, points, square):
    """Return a question about the region as a whole, from the answers at all points, or None."""
    inside = np.abs(points) < 0.5
    regions = {
        "Your region is a cross. How many votes has a point that lies in one stripe only? "
        "How many should be needed?": [inside.any(axis=1)],
        "Your region is a stripe. Which lines bound the other coordinate?": [inside[:, 0], inside[:, 1]],
        "Inside and outside are swapped. Which sign should a vote have?": [~square],
    }
    for question, alike in regions.items():
        if max(np.mean(said == region) for region in alike) >= 0.9:
            return question
    return None


def on_lines(W1):
    """Return a question about lines that are not there, or at the wrong distance, or None."""
    lengths = np.hypot(*W1[:2])
    empty = [str(k) for k in np.flatnonzero(~W1.any(axis=0))]
    if empty:
        return f"All is 0 in square_W1 for line {' and '.join(empty)}. Does your code fill each column?"
    soft = np.flatnonzero(lengths < 10)
    if len(soft) and lengths.max() >= 10 and lengths[soft[0]]:
        return f"Line {soft[0]} is softer than others. Which number makes a line sharp, and is it in each column?"
    for k in np.flatnonzero(np.abs(W1[:2]).min(axis=0) > 0.2 * lengths):
        return (
            f"Line {k} is slanted: neither of its weights is 0. An edge of the square is upright or level. "
            "Which input does not matter to it?"
        )
    far = np.abs(W1[2]) / np.where(lengths, lengths, np.inf)
    for k in np.flatnonzero((lengths > 0) & (np.abs(far - 0.5) > 0.05)):
        return (
            f"Line {k} is {far[k]:.2f} from the centre: that is |b| divided by the length of (w1, w2). "
            "How far is the edge that it should be?"
        )
    return None


def on_twins(W1):
    """Return a question about two lines that are one, or None."""
    for k, other in np.argwhere(np.triu(np.all(W1[:, :, None] == W1[:, None], axis=0), 1)):
        return f"Lines {k} and {other} are the same. Which edge has each of them, and to which side does its tick point?"
    return None


def on_everything(said):
    """Return a question where all points get the same answer, or None."""
    if not said.any():
        return (
            "Every point is answered with class 0. What is each z at the centre, and is each vote "
            "nearly 1? How many votes does a positive logit need?"
        )
    if said.all():
        return (
            "Every point is answered with class 1. How many votes does a far corner still get? "
            "What makes its logit negative?"
        )
    return None


def on_repairs(W1, W2, dataset):
    """Return a question about the one thing that keeps lines and votes from enclosing the square, or None."""
    h, square = W1.shape[1], dataset.y == 1

    def reaches(W1, W2=None):
        W2 = 10 * np.append(np.ones(W1.shape[1]), 0.5 - W1.shape[1]) if W2 is None else W2
        return np.mean((ck.forward(ck.Params(W1, W2), dataset.X).p >= 0.5) == square) >= 0.95

    if len(W2) == h:
        return f"square_W2 has {h} entries for {h} lines. Where is the output bias, the entry h + 1?"
    if reaches(W1, np.roll(W2, -1)):
        return "Your lines are right. Which entry of square_W2 is the output bias: the first, or the last?"
    votes = ck.forward(ck.Params(W1, W2), np.array([[0.0, 0.0, 1.0]])).A1[0, :h].sum()
    if np.hypot(*W1[:2]).max() < 10:
        return (
            f"Your lines are soft: at the centre {h} votes add up to {votes:.2f}. What makes a line sharper?"
        )
    if reaches(W1):
        if np.ptp(W2[:h]) > 0.01 * np.abs(W2[:h]).max():
            return (
                f"Your lines are right, and their votes differ: {W2[:h].tolist()}. "
                "Is one line worth more than another, and which sign has a vote for the inside?"
            )
        return (
            "Your lines are right. How many votes has a point inside, how many one next to an edge, and which "
            "output bias lies halfway?"
        )
    for k in range(h):
        for turn in ((-1, -1, 1), (1, 1, -1)):
            turned = W1.copy()
            turned[:, k] *= turn
            if reaches(turned) or reaches(turned, W2):
                return f"All lines but line {k} are right. To which side does its tick point in the picture?"
    for line in (1, 0, 0.5), (-1, 0, 0.5), (0, 1, 0.5), (0, -1, 0.5):
        if reaches(np.column_stack([W1, 20 * np.array(line)])):
            return "Your region is open on one side. Which edge of the square has no line yet?"
    return None


def on_square(W1, W2, dataset):
    """Return a question about lines and votes that do not enclose the square."""
    said, square = ck.forward(ck.Params(W1, W2), dataset.X).p >= 0.5, dataset.y == 1
    missed, extra = (square & ~said).sum(), (said & ~square).sum()
    if on_lines(W1) and not on_lines(W1.reshape(-1, 3).T):
        return "Read row by row, your numbers are lines near edges. A line is a column of square_W1. What makes columns of rows?"
    return (
        on_lines(W1)
        or (on_repairs(W1, W2, dataset) if len(W2) > W1.shape[1] and np.ptp(W2[:-1]) else None)
        or on_region(said, dataset.points, square)
        or (on_everything(said) if len(W2) > W1.shape[1] else None)
        or on_repairs(W1, W2, dataset)
        or on_twins(W1)
        or f"{missed} points inside the square are answered with class 0, {extra} outside with class 1. "
        "Where are they: at corners, or along an edge?"
    )


def square(square_W1, square_W2):
    def try_out(W1, W2, dataset):
        if W1 is ... or W2 is ...:
            return ...
        if message := on_shapes(W1, W2):
            return message
        W1, W2 = np.array(W1, dtype=float), np.array(W2, dtype=float)
        accuracy = ck.accuracy(dataset.y, ck.forward(ck.Params(W1, W2), dataset.X).p)
        if accuracy >= 0.95:
            return "enclosed"
        return f"accuracy {accuracy:.3f}, needed 0.950\n{on_square(W1, W2, dataset)}"

    parts = []
    for part, seed in {"500 points": 2, "500 other points": 3}.items():
        case = square_W1, square_W2, ck.make_dataset("centered_square", rng=np.random.default_rng(seed))
        told = {"diagnose": lambda message: SimpleNamespace(ok=False, message=message)}
        parts.append(ex.compare_call(part, try_out, case, "enclosed", **told))
    return ex.check("Exercise 4: enclose the centred square (accuracy 0.95 passes)", *parts)
