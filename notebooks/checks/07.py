"""What the checks and the quiz of lesson 07 know. An argument is the value of that name in the notebook."""

from itertools import product

import numpy as np

import coursekit as ck
from coursekit.diagnosis.evidence import Diagnosis
from coursekit.diagnosis.reads import called
from coursekit.lesson import exercises as ex
from coursekit.lesson.questions import ask


def recall():
    question_1 = (
        "1. (Lesson 01) `rng = np.random.default_rng(7)`. You draw dataset `a` with `rng`, then `b` with "
        "`rng`, then `c` with a new `np.random.default_rng(7)`. Which have equal points?"
    )
    on_seeds = {
        "all three": "A generator moves on with every number. Where does `rng` stand when `b` is drawn?",
        "`a` and `b`": "They share the generator. Does it stand at the same place for both?",
        "`a` and `c`": "Both stand at the beginning of what seed 7 delivers; `b` comes after `a`.",
        "none of them": "What does a seed fix? Compare two generators of seed 7, each at its beginning.",
    }
    question_2 = (
        "2. (Lesson 06) The original exercise adds up the gradients of 500 points and uses the learning rate "
        ".001. Which rate takes the same steps here, with the mean gradient?"
    )
    on_rate = {
        ".000002": "The steps would be smaller still. Is the mean gradient larger or smaller than the sum?",
        ".001": "The same rate, but not the same gradient. How many times larger is the sum?",
        ".5": "The sum is 500 times the mean, so the rate must be 500 times larger: .001 × 500.",
        "none: a sum points elsewhere": "Divide each entry by 500. Does an arrow turn, or does it shrink?",
    }
    question_3 = (
        "3. (Lesson 04) A hidden ReLU unit has a negative pre-activation at every point. What do its column "
        "of `dW1` and its entry of `dW2` look like?"
    )
    on_dead = {
        "both are zero": "It answers 0 everywhere: nothing for `dW2 = A1.T @ dz2`. Its slope is 0 everywhere: "
        "nothing for `dZ1`, so nothing for `dW1`. You meet such a unit in a piece for the curious.",
        "only the column is zero": "`dW2` is `A1.T @ dz2`. What stands in this unit's column of `A1`?",
        "only the entry is zero": "`dW1` is `X.T @ dZ1`. With what is `dA1` multiplied to give `dZ1`?",
        "both are negative": "What does ReLU make of a negative number, and which slope has it there?",
    }
    return (
        ask(question_1, on_seeds, right="`a` and `c`"),
        ask(question_2, on_rate, right=".5"),
        ask(question_3, on_dead, right="both are zero"),
    )


def first(my_iterations_to):
    percent = [50, 80, 95, 93, 90, 97, 96, 99, 98, 94, 93, 92, 94, 96, 97, 96, 98]
    never = [0.5, 0.6, 0.74, 0.7, 0.73]
    at_once = [0.76, 0.7, 0.8, 0.955, 0.98, 0.74, 0.77, 0.76, 0.75, 0.79, 0.72, 0.7, 0.7, 0.77, 0.76]
    wobbly, never, at_once = np.array(percent) / 100, np.array(never), np.array(at_once)
    RAN_ON = "You count entries, also those after the first that is high enough. Which ones come before it?"
    LAST = "This is the last entry that is high enough. Which is the first?"
    CROSSED = "This is the last crossing. Was the accuracy there before, then lost it again?"
    HIGHEST = "This is where the accuracy is highest. When is it first high enough?"
    ACCURACY = "You return an accuracy. At which index does it stand?"
    EVERY = "These are all places that are high enough. Which one of them is asked for?"
    BELOW = "The accuracy at that index is below the threshold. Which way round do you compare?"
    ALL = "You say 'never', but some entries are high enough. Do you ask whether all are, or whether any is? And at the threshold that was given?"
    PERCENT = "The accuracy at index 0 is below the threshold. What do you compare: two shares, or percent with a share?"
    WHETHER = "1 is what True counts as. Do you return whether it gets there, or where: at which index?"
    wrong_crossings = {
        "Index 2 holds exactly 0.95. Does 'at least .95' include .95?": 5,
        "Index 2 holds exactly 0.95, and the first entry has the number 0. Which of the two is missed?": 6,
        "One too many. Which number has the first entry of an array?": 3,
        BELOW: 0,
        PERCENT: 0,
        ALL: -1,
        "You say 'never', but index 2 is high enough. Did you look past index 0?": -1,
        HIGHEST: 7,
        WHETHER: 1,
        CROSSED: 13,
        LAST: 16,
        RAN_ON: 8,
        f"{RAN_ON} ": 9,
        ACCURACY: 0.95,
        EVERY: np.flatnonzero(wobbly >= 0.95),
    }
    wrong_failures = {
        BELOW: 0,
        PERCENT: 0,
        "0 means 'at once', but this run never gets there. Do you ask first whether any entry is high enough?": 0,
        "That is the length of the history. Could a reader tell it from a late success?": 5,
        "This is the best accuracy, still below the threshold. What stands for 'never'?": 2,
    }
    wrong_starts = {
        BELOW: 1,
        ALL: -1,
        "You say 'never', yet index 0 is high enough. Is 0 true or false in an `if`?": -1,
        "Index 0 is high enough already. Is it looked at, or does 0 stand for 'not yet'?": 2,
        "Here the threshold is 0.75. Which threshold does your function use?": 3,
        "One too many. Which number has the first entry of an array?": 1,
        WHETHER: 1,
        "This entry is exactly 0.75. Does 'at least' mean more, too? Or is it the closest that you look for?": 8,
        HIGHEST: 4,
        CROSSED: 13,
        LAST: 14,
        RAN_ON: 5,
        f"{RAN_ON} ": 10,
        ACCURACY: 0.76,
        EVERY: np.flatnonzero(at_once >= 0.75),
    }
    names = "accuracy_history", "threshold"
    cases = (
        ("a wobbly run", (wobbly, 0.95), 2, wrong_crossings),
        ("never", (never, 0.95), -1, wrong_failures),
        ("at once", (at_once, 0.75), 0, wrong_starts),
    )
    parts = [
        ex.compare_call(name, my_iterations_to, given, right, mistakes=slips, names=names)
        for name, given, right, slips in cases
    ]
    searches = called(my_iterations_to, ("np.searchsorted", "bisect"))
    if searches and parts[0].status != "passed" and not called(my_iterations_to, ("np.maximum",)):
        said = f"{searches[0]} looks for a place in numbers that only grow. Does an accuracy only grow?"
        parts = [ex.Part(parts[0].name, "not yet", said), *parts[1:]]
    if all(part.status == "passed" for part in parts):  # here the first is the last, and the highest
        given = np.array([0.5, 0.9, 0.94, 0.97]), 0.95
        missed = "You say 'never', but the last entry is high enough. Does your loop reach it? Is it asked, or another?"
        parts.append(ex.compare_call("at the very end", my_iterations_to, given, 3, mistakes={missed: -1}))
    return ex.check("Exercise 1: the first iteration", *parts)


def read(few, my_diamond, my_failures):
    if set(few.axes) != {"pattern", "seed"}:
        lost = "`few` is no longer the grid of patterns and seeds. Which line of yours gave its name away?"
        again = "Run the cell that made it once more; then give your part of it another name."
        return ex.check("Exercise 2: read a result", ex.Part("the grid", "not yet", f"{lost}\n{again}"))
    read_firsts = few["first_iteration"]
    read_failed = read_firsts == -1
    wrong_diamond = {
        "This is seed 2, and the median of the five. With which number do the seeds begin, or what do you sum up?": (
            read_firsts[1, 2]
        ),
        "This is seed 4. Is the axis of seeds counted from 0 or from 1?": read_firsts[1, 4],
        "This is the circle. Which place has the diamond among the patterns?": read_firsts[0, 3],
        "This is the square. Which place has the diamond among the patterns?": read_firsts[2, 3],
        "This is pattern 3 and seed 1. Which axis comes first? Or let select find it.": read_firsts[3, 1],
        "These are all five seeds of the diamond. Which one of them is asked for?": read_firsts[1],
        "This is seed 3 of all five patterns. Which one of them is asked for?": read_firsts[:, 3],
        "It says whether the diamond got there. Which quantity says when?": few["reached"][1, 3],
        "That is its last accuracy. Which quantity says when it got there?": few["final_accuracy"][1, 3],
    }
    wrong_failures = {
        "These are the successes. How many of five seeds are left?": (~read_failed).sum(axis=1),
        "This counts failures seed by seed. Over which axis do you sum?": read_failed.sum(axis=0),
        "These are the successes of each seed. Over which axis do you sum?": (~read_failed).sum(axis=0),
        "These are shares. Did the task ask for shares or for counts?": read_failed.mean(axis=1),
        "You added over both axes. Which one stays?": read_failed.sum(),
        "You added over both axes, and the successes. Which axis stays?": (~read_failed).sum(),
        "That adds up first iterations, -1 included. Which quantity says who failed?": read_firsts.sum(
            axis=1
        ),
        "The right numbers, sorted. In which order stand the patterns?": np.sort(read_failed.sum(axis=1)),
        "These are the places of all failures. How many of them has each pattern?": np.argwhere(read_failed),
        "These are the places of all failures. How many has each pattern?": np.array(read_failed.nonzero()),
        "No failure at all. Are diverged runs meant? If it is -1 that you look for: is it a number, or a text in quotes?": (
            np.zeros(5)
        ),
        "A median says what the middle run did. Which function counts?": np.median(read_failed, axis=1),
        "A median says what the middle run did. Which function counts? ": np.median(~read_failed, axis=1),
        "This says of each run whether it failed. How many are that, pattern by pattern?": read_failed,
        "This says of each run whether it arrived. How many did not, pattern by pattern?": ~read_failed,
    }

    def summed_up(got):
        """Return which function of which quantity makes a value, over which axis, or nothing."""
        for name, axis in product(("mean", "sum", "any", "all", "min", "max", "median"), (1, 0)):
            for quantity in ("reached", "first_iteration", *few.values):
                made = getattr(np, name)(few[quantity], axis=axis)
                made = made if np.ndim(got) else made[1]  # of the diamond
                if np.shape(got) == np.shape(made) and np.isclose(made, got).all():
                    return f'np.{name} of "{quantity}", over {("the patterns", "the seeds")[axis]}'
        return ""

    def not_one(got):
        """Return a diagnosis of what is made of several runs, where one of them is asked for."""
        message = "This is a part of `few`, with all its quantities.\nWhich one is asked for, and in which brackets?"
        if not isinstance(got, type(few)):
            made = summed_up(got)
            message = made and f"That is {made}.\nHow many runs are asked for: what picks one of them?"
        return Diagnosis(not message, None, message)

    def failures_question(got):
        """Return what to ask about numbers that are no counts of failures, pattern by pattern."""
        arrived, failed = (~read_failed).sum(axis=1), read_failed.sum(axis=1)
        if np.shape(got) == read_failed.shape:
            return "A whole table, of all 25 runs.\nWhich of its entries are failures, and how many has each row?"
        if np.ndim(got) == 1 and np.size(got) != 5:
            return (
                f"{np.size(got)} numbers for five patterns.\nWhich pattern is missing, or is one there twice?"
            )
        if np.shape(got) != (5,):
            return ""
        for what, count in (("successes", arrived), ("shares of successes", arrived / 5)):
            if np.ptp(got + count) < 1e-9:
                return f"You take the {what} from {(got + count)[0]:g}.\nHow many seeds has each pattern, how many arrived?"
        if made := summed_up(got):
            return f"That is {made}.\nWhich quantity says who failed, and what counts them?"
        if got.max() > 5 and (got == got.round()).all():
            return f"{got.max():g} of five seeds?\nWhich result do you read, and what do you count in it?"
        if set(got) <= set(range(6)):
            at = int(np.argmax(got != failed))
            return f"{few.axes['pattern'][at]}: you have {got[at]:g}.\nHow many -1 stand in its row of the table?"
        return ""

    def not_failures(got):
        """Return a diagnosis of these."""
        message = failures_question(np.asarray(got))
        return Diagnosis(not message, None, message)

    return ex.check(
        "Exercise 2: read a result",
        ex.compare("diamond", my_diamond, read_firsts[1, 3], mistakes=wrong_diamond, diagnose=not_one),
        ex.compare(
            "failures", my_failures, read_failed.sum(axis=1), mistakes=wrong_failures, diagnose=not_failures
        ),
    )


JUDGEMENTS = ("supported", "contradicted", "not settled")


def judged(name, word, right, question, near, far, far_question=""):
    if word is None or (isinstance(word, str) and word.strip().lower() not in JUDGEMENTS):
        return ex.Part(name, "not yet", word_question(word, JUDGEMENTS))
    lead = "" if right == "not settled" else "The other way round? "
    far_question = far_question or f"{lead}{question} "
    return ex.compare(name, word, right, mistakes={question: near, far_question: far})


def claims(claim_1, claim_2, claim_3, claim_4):
    LARGER = "First on 38 of 50 seeds: where does the range begin? Is 1/2 in it?"
    NEARLY = "First on 22 of 47 seeds: is 1/2 in the range?"
    EQUAL = "1/2 is in the range, and so are shares near it. Would a small true difference have shown up?"
    UNEQUAL = "Equally quick means a share of 1/2. Is 1/2 outside the range?"
    BELOW = (
        "First on 8 of 41 seeds: on which side of 1/2 does the range lie? Which side does the claim allow?"
    )

    claims = (
        ("claim 1", claim_1, "supported", (LARGER, "not settled", "contradicted")),
        ("claim 2", claim_2, "not settled", (NEARLY, "supported", "contradicted")),
        ("claim 3", claim_3, "not settled", (EQUAL, "supported", "contradicted", UNEQUAL)),
        ("claim 4", claim_4, "contradicted", (BELOW, "not settled", "supported")),
    )
    return ex.check(
        "Exercise 3: which claims do the runs support?",
        *(judged(name, word, right, *rest) for name, word, right, rest in claims),
    )


def word_question(word, allowed):
    if isinstance(word, (list, tuple, set, np.ndarray)):
        return f"You wrote {ex.short(word)}. Are the brackets meant?"
    return "" if word in list(allowed) else f"You wrote {ex.short(word)}. Is it one of {', '.join(allowed)}?"


LARGEST = {"n_points": 5000, "hidden_size": 100}  # more would take minutes, or hours


def change_question(*changes):
    usual = dict(learning_rate=0.5, hidden_size=4, activation="sigmoid", n_points=500)
    for change in changes:
        if isinstance(change, set) and change:
            return f"You wrote {change!r}, a set. Which sign of a dictionary stands between name and value?"
        if not isinstance(change, dict):
            return f'You wrote {ex.short(change)}. Is it a dictionary, such as {{"hidden_size": 3}}?'
        if not set(change) <= set(usual):
            return f"You wrote {change!r}. Are its keys among {', '.join(usual)}?"
        if np.ndim(points := change.get("n_points", 500)) == 0 and points in range(1, 10):
            return f"Only {points} of the points that a pattern has? Are so few one class, or two?"
        if any(isinstance(change.get(key), int) and change[key] > most for key, most in LARGEST.items()):
            return f"You wrote {change!r}. One iteration takes that many times as long. How long may all your networks take?"
        try:
            if lists := ck.sweep(pattern="circle", seed=0, iterations=1, **change).axes:
                return f"You gave a list for {' and '.join(lists)}. Which one value does it have?"
        except (TypeError, ValueError) as error:
            return f"{error}\nWhich value do you mean?"
    differing = [key for key in usual if len({(usual | change)[key] for change in changes}) > 1]
    words = {0: "a and b are the same setting. What is it that you compare?", 1: ""}
    several = f"They differ in {' and '.join(differing)}. If b wins, which of them made it win?"
    return words.get(len(differing), several)


def seeds_question(seeds):
    if isinstance(seeds, str):
        return f"You wrote {ex.short(seeds)}, a text. Are the quotes meant?"
    if not isinstance(seeds, (list, tuple, range, set, np.ndarray)):
        return f"You wrote {ex.short(seeds)}. Is it a list of seeds, or a range?"
    if odd := [seed for seed in seeds if not isinstance(seed, (int, np.integer)) or seed < 0]:
        return f"One of your seeds is {ex.short(odd[0])}. Are all of them whole numbers, none below 0?"
    if len(set(seeds)) < len(seeds):
        return "A seed is there more than once. What does a second run of it add?"
    if len(seeds) > 2000:
        return (
            f"{len(seeds)} seeds are {2 * len(seeds)} networks; section 3 trains 500. How many do you need?"
        )
    return "" if len(seeds) >= 30 else f"{len(seeds)} different seeds. Are they at least 30?"


def own(my_change_a, my_change_b, my_pattern, my_prediction, my_seeds):
    def judged(name, question, *values):
        if any(value is ... or value is None for value in values):
            return ex.compare(name, ..., True)
        return ex.compare(name, not (asked := question(*values)), True, mistakes={asked: False})

    if isinstance(my_prediction, str):
        my_prediction = my_prediction.strip().lower()
    return ex.check(
        "Exercise 4: your own experiment",
        judged("pattern", word_question, my_pattern, ck.PATTERNS),
        judged("one change", change_question, my_change_a, my_change_b),
        judged("30 or more seeds", seeds_question, my_seeds),
        judged("prediction", word_question, my_prediction, ("a", "b", "not settled")),
    )


def ready_first():
    return lambda history, threshold: next((i for i, a in enumerate(history) if a >= threshold), -1)
