"""What the checks and the quiz of lesson 08 know. An argument is the value of that name in the notebook."""

from collections import namedtuple
from dataclasses import replace

import numpy as np

import coursekit as ck
from coursekit.diagnosis.evidence import Diagnosis
from coursekit.diagnosis.reads import called
from coursekit.lesson import exercises as ex
from coursekit.lesson.questions import ask


def recall():
    question_1 = "1. (Lesson 06) `training.loss` begins with entry 0. How many updates came before entry 200?"
    on_entry = {
        "199": "Count from the start: how many updates came before entry 0, and how many before entry 1?",
        "200": "An iteration first predicts and keeps the loss, then updates. Entry 0 is of the first weights.",
        "201": "So entry 0 would come after an update. In which order does an iteration predict and update?",
    }
    question_2 = "2. (Lesson 05) You doubt a gradient. With what do you compare it?"
    central = "the change of the loss when a weight goes a little up and a little down"
    on_gradient = {
        "the loss curve: it falls if and only if the gradient is right": "Lesson 05 planted mistakes in "
        "gradients. What did their training losses do all the same?",
        "a second program with the same formulas": "And if a formula is wrong, or belongs to another loss?",
        central: "Central differences, (L(w + h) − L(w − h)) / 2h with h about 1e-5, for every weight. They need "
        "the loss alone, so no mistake of the backward pass gets in. `ck.check_gradient` takes them.",
        "the change of the loss when a weight goes up by 1e-16": "What is left of 1 + 1e-16 on a computer?",
    }
    question_3 = "3. (Lesson 07) Of five seeds, two never reach accuracy .95. What do you report?"
    both = "3 of 5 reached .95 within the budget, and the median of the three"
    on_failures = {
        "the median of the three that reached it": "A lucky three of fifty could have this median. How would a "
        "reader know that it is not so here?",
        "the mean of all five, each failure counted as the budget": "Did those two runs get there at the end of "
        "the budget? What would they count with twice the budget?",
        "the median of five successes, after more seeds": "By this rule every pattern shows five successes. "
        "How would a reader see which one is hard?",
        both: "Or the middle run of all five, the failures last. Never a median without its failures.",
    }
    return (
        ask(question_1, on_entry, right="200"),
        ask(question_2, on_gradient, right=central),
        ask(question_3, on_failures, right=both),
    )


def recover_slips(seed, h, n):
    """What the usual slips give, each with its question."""
    early, late = "You are too early in the stream.", "You are too late in the stream."
    begins = {
        "": 4 * h,
        "These numbers stand right after the seed. What had the kernel drawn before, "
        "from the same generator?": 0,
        f"{early} How many numbers do W_1 and W_2 take together?": 3 * h,
        f"{early} What shape has W_1, and what is drawn behind it?": 2 * h,
        f"{early} As many numbers as W_2 has were drawn before. Was W_1, from the same generator?": h,
        "These points follow a network of 4 units. Which one ran before the data cell?": 16,
        "These points follow a network of 6 units. How many were given?": 24,
        "These points follow a network of 5 units, the example's. How many were given?": 20,
        f"{late} Which row of the table comes after the points?": 4 * h + 16,
        "You are one number too late in the stream. How many does the first network draw?": 4 * h + 1,
        f"{late} After W_1, how many numbers does W_2 take?": 6 * h,
        f"{late} W_2 has shape (hidden_size,). How many numbers are that?": 3 * h + h * h,
    }
    size = 3 * n + h * h + 50
    old, typed = (np.random.RandomState(start).uniform(-1, 1, size=size) for start in (seed, 1241))
    streams = {
        "": old,
        "No coordinate is below 0. From which interval is each drawn?": (old + 1) / 2,
        "These numbers reach down to -3. What are they, before you stretch them?": 2 * old - 1,
        "This is another stream. Which generator was it?": np.random.default_rng(seed).uniform(-1, 1, size),
        "These numbers follow seed 1241. Which seed was given?": typed,
    }
    slips = {
        f"{asked} {other}".strip(): stream[first:][: 2 * n].reshape(n, 2)
        for other, stream in streams.items()
        for asked, first in begins.items()
    }
    right, rest = slips.pop(""), old[4 * h :]
    bell, bell_too, tail = (np.random.RandomState(seed) for _ in range(3))
    bell.normal(size=4 * h)
    tail.uniform(size=4 * h)
    return right, slips | {
        "The weights came from another distribution. From which interval is each drawn?": (
            bell.uniform(-1, 1, size=(n, 2))
        ),
        "Weights and points came from another distribution. From which interval is each drawn?": (
            bell_too.normal(size=(4 * h + 2 * n))[4 * h :].reshape(n, 2)
        ),
        "These points come from another distribution. From which interval is each coordinate drawn?": (
            tail.normal(size=(n, 2))
        ),
        "All first coordinates are drawn before all second ones. In which order does size=(n, 2) draw?": (
            right.ravel().reshape(2, n).T
        ),
        "How many coordinates has a point?": rest[:n],
        "How many coordinates has a point? The column of ones is not drawn.": rest[: 3 * n].reshape(n, 3),
        "How many coordinates has a point? The column of ones is added later.": ck.add_bias(right),
        "How many coordinates has a point? A column of ones is added later.": np.insert(right, 0, 1, axis=1),
        "That is all that was drawn. Which of it is asked for?": (
            old[: 3 * h].reshape(3, h),
            old[3 * h : 4 * h],
            right,
        ),
    }


def recover_question(function, got, seed, h, n):
    """What is asked about other points: where they stand in the stream, and what they look like."""
    got = np.asarray(got, dtype=float)
    old = np.random.RandomState(seed).uniform(-1, 1, size=20 * h + 2 * n)
    if np.abs(got).max() > 1:
        return "There are numbers beyond -1 and 1. uniform takes (low, high, size): which argument is your shape?"
    if np.shape(again := function(seed, h, n)) == got.shape and not np.array_equal(got, again):
        return "Called twice with the same arguments, it gives other points. Is a generator made inside, and from seed?"
    if got.ndim == 2 and got.shape[1] == 2 and 1 < len(got) != n:
        return f"{len(got)} points, and {n} are asked for. Which argument says how many?"
    if got.shape == (n, 2) and (got[:, 0] == got[:, 1]).all():
        return "Both coordinates of each point are the same number. How many numbers are drawn for a point?"
    begins = [k for k in range(18 * h) if np.array_equal(old[k:][: got.size], got.ravel())]
    if got.shape != (n, 2) or not begins:
        return ""
    off = begins[0] - 4 * h
    where = (
        f"You are {abs(off)} number{'s' * (abs(off) > 1)} too {'late' if off > 0 else 'early'} in the stream."
    )
    return (
        f"{where} How many numbers does each of your earlier draws take, and how many are in W_1 and in W_2?"
    )


def recover(my_recover_points):
    parts, order = [], ("seed", "hidden_size", "n_points")
    for seed, h, n in ((1241, 6, 500), (7, 3, 8)):
        right, mistakes = recover_slips(seed, h, n)
        part, call = f"seed {seed}, {h} units, {n} points", (seed, h, n)

        def asked(got, call=call):
            message = recover_question(my_recover_points, got, *call)
            return Diagnosis(not message, None, message)

        hear = dict(mistakes=mistakes, diagnose=asked, names=order)
        parts.append(ex.compare_call(part, my_recover_points, call, right, **hear))
    if not called(my_recover_points, ("random.seed",)):
        return ex.check("Exercise 1: the lost points", *parts)
    said = "Your function sets numpy's global seed. What does that do to the next cell that draws?"
    parts = [replace(part, message=f"{part.message}\n{said}".strip()) for part in parts]
    return ex.check("Exercise 1: the lost points", *parts)


def scores(dataset, my_scores, opposite, point_losses, training):
    Scores, parts = namedtuple("Scores", ["loss", "accuracy"]), []
    y_pred, training_loss = training.predict(dataset.points), point_losses.mean()
    old = Scores(training_loss, ck.accuracy(dataset.y, y_pred))  # from the notebook's globals
    untrained = ck.init_params(4, rng=np.random.default_rng(11))  # answers with both classes
    weights = {"trained": training.params, "untrained": untrained, "opposite": opposite}
    for name, n in (("trained", 500), ("untrained", 500), ("opposite", 60)):
        args = (weights[name], dataset.X[:n], dataset.y[:n])
        passed = ck.forward(*args[:2])
        right = Scores(ck.log_loss_from_logits(args[2], passed.z2), ck.accuracy(args[2], passed.p))
        ones, truly = passed.p >= 0.5, args[2] == 1
        KEPT = "That is the last entry of a training's curve. "
        AVERAGED = "That is a mean of probabilities. From where on does one mean class 1? "
        ONE_CLASS = "You count right answers of one class. "
        mistakes = {
            "These are the scores of the trained network on all points. Who asked for it?": old,
            "These are the scores of the trained network on the given points. Whose weights were given?": Scores(
                ck.log_loss(args[2], ck.forward(training.params, args[1]).p),
                ck.accuracy(args[2], ck.forward(training.params, args[1]).p),
            ),
            "Both numbers are there. In which order does the pair come?": Scores(*right[::-1]),
            "Is every answer 'class 1' right?": Scores(right.loss, ones.mean()),
            "No probability is exactly 0 or 1. From where on does one mean class 1?": Scores(right.loss, 0.0),
            f"{AVERAGED}When is such an answer right?": Scores(right.loss, passed.p.mean()),
            f"{AVERAGED}How is each one rounded to a class first?": Scores(
                right.loss, 1 - np.abs(passed.p - args[2]).mean()
            ),
            f"{ONE_CLASS}Which other answers are right?": Scores(right.loss, (ones & truly).mean()),
            f"{ONE_CLASS}Is the other class never right?": Scores(right.loss, (~ones & ~truly).mean()),
            "The loss is divided by 500. How many points were given?": Scores(
                right.loss * n / 500, right.accuracy
            ),
            "You divide by 500. How many points were given?": Scores(right.loss, right.accuracy * n / 500),
            "Both are divided by 500. How many points were given?": Scores(
                right.loss * n / 500, right.accuracy * n / 500
            ),
            f"{KEPT}Does your function use its arguments?": Scores(training.loss[-1], training.accuracy[-1]),
            f"{KEPT}Which network's loss is asked for?": Scores(training.loss[-1], right.accuracy),
            "These are this network's scores on all 500 points. Which points were given?": Scores(
                ck.log_loss(dataset.y, ck.forward(args[0], dataset.X).p),
                ck.accuracy(dataset.y, ck.forward(args[0], dataset.X).p),
            ),
        }
        hear = dict(
            names=("params", "X", "y"),
            mistakes=mistakes,
            diagnose=lambda got, y=args[2], p=passed.p: ck.diagnose_log_loss(got[0], y, p),
        )
        parts.append(ex.compare_call(f"{name}, {n} points", my_scores, args, right, **hear))
    return ex.check("Exercise 3: scores from arguments", *parts)


JUDGEMENTS = ("supported", "contradicted", "not settled")


def referee(sentence_1, sentence_2, sentence_3, sentence_4, sentence_5, sentence_6):
    words = [sentence_1, sentence_2, sentence_3, sentence_4, sentence_5, sentence_6]
    right = [word for word in JUDGEMENTS for _ in range(2)]
    questions = [
        ("In how many of the 24 steps does the loss fall?",),
        ("Compare the best accuracy before 2000 with the worst one after. Which is higher?",),
        ("Follow the losses after 4000. In how many of the last steps do they fall?",),
        ("What does the evidence say about the loss of one point?",),
        ("Was any training inside the stopwatch?", "Which run of the circle contradicts it?"),
        ("How many held-out points did the report measure?", "Which held-out points contradict it?"),
    ]
    parts = []
    for k, (word, want, asked) in enumerate(zip(words, right, questions, strict=True), 1):
        wrong = [other for other in JUDGEMENTS if other != want]
        if word is None or (isinstance(word, str) and word.strip().lower() not in JUDGEMENTS):
            said = f"You wrote {word!r}. Is it one of {', '.join(JUDGEMENTS)}?"
            parts.append(ex.Part(f"sentence {k}", "not yet", said))
            continue
        both = (asked[0], asked[-1] if len(asked) > 1 else f"{asked[0]} ")  # two keys of a dict
        mistakes = dict(zip(both, wrong, strict=True))
        parts.append(ex.compare(f"sentence {k}", word, want, mistakes=mistakes))
    return ex.check("Exercise 2: the referee", *parts)


def ready_recover():
    return lambda seed, h, n: np.random.RandomState(seed).uniform(-1, 1, 4 * h + 2 * n)[4 * h :].reshape(n, 2)


def ready_scores():
    def scores(params, X, y):
        passed = ck.forward(params, X)
        return ck.log_loss_from_logits(y, passed.z2), ck.accuracy(y, passed.p)

    return scores
