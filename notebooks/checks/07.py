"""What the checks and the quiz of lesson 07 know. An argument is the value of that name in the notebook."""

from types import SimpleNamespace

import numpy as np

import coursekit as ck
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
        "nothing for `dZ1`, so nothing for `dW1`. You meet such a unit in section 7.",
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
    at_once = [0.76, 0.7, 0.8, 0.955, 0.98, 0.74, 0.77, 0.76, 0.78, 0.79, 0.72, 0.7, 0.7, 0.77, 0.76]
    wobbly, never, at_once = np.array(percent) / 100, np.array(never), np.array(at_once)
    RAN_ON = "You count entries, also those after the first that is high enough. Which ones come before it?"
    LAST = "This is the last entry that is high enough. Which is the first?"
    CROSSED = "This is the last crossing. Was the accuracy there before, then lost it again?"
    HIGHEST = "This is where the accuracy is highest. When is it first high enough?"
    ACCURACY = "You return an accuracy. At which index does it stand?"
    EVERY = "These are all places that are high enough. Which one of them is asked for?"
    wrong_crossings = {
        "Index 2 holds exactly 0.95. Does 'at least .95' include .95?": 5,
        "Index 2 holds exactly 0.95, and the first entry has the number 0. Which of the two is missed?": 6,
        "One too many. Which number has the first entry of an array?": 3,
        "You say 'never', but index 2 is high enough. Did you look past index 0?": -1,
        HIGHEST: 7,
        CROSSED: 13,
        LAST: 16,
        RAN_ON: 8,
        f"{RAN_ON} ": 9,
        ACCURACY: 0.95,
        EVERY: np.flatnonzero(wobbly >= 0.95),
    }
    wrong_failures = {
        "0 means 'at once', but this run never gets there. What is argmax of all False?": 0,
        "That is the length of the history. Could a reader tell it from a late success?": 5,
        "This is the best accuracy, still below the threshold. What stands for 'never'?": 2,
    }
    wrong_starts = {
        "You say 'never', yet index 0 is high enough. Is 0 true or false in an `if`?": -1,
        "Index 0 is high enough already. Is it looked at, or does 0 stand for 'not yet'?": 2,
        "Here the threshold is 0.75. Which threshold does your function use?": 3,
        "One too many. Which number has the first entry of an array?": 1,
        HIGHEST: 4,
        CROSSED: 13,
        LAST: 14,
        RAN_ON: 5,
        f"{RAN_ON} ": 10,
        ACCURACY: 0.76,
        EVERY: np.flatnonzero(at_once >= 0.75),
    }
    return ex.check(
        "Exercise 1: the first iteration",
        ex.compare_call("a wobbly run", my_iterations_to, (wobbly, 0.95), 2, mistakes=wrong_crossings),
        ex.compare_call("never", my_iterations_to, (never, 0.95), -1, mistakes=wrong_failures),
        ex.compare_call("at once", my_iterations_to, (at_once, 0.75), 0, mistakes=wrong_starts),
    )


def read(few, my_diamond, my_failures):
    if set(few.axes) != {"pattern", "seed"}:
        lost = "`few` is no longer the grid of patterns and seeds. Which line of yours gave its name away?"
        again = "Run the cell that made it once more; then give your part of it another name."
        return ex.check("Exercise 2: read a result", ex.Part("the grid", "not yet", f"{lost}\n{again}"))
    read_firsts = few["first_iteration"]
    read_failed = read_firsts == -1
    wrong_diamond = {
        "This is seed 2, the third one. With which number do the seeds begin?": read_firsts[1, 2],
        "This is seed 4. Is the axis of seeds counted from 0 or from 1?": read_firsts[1, 4],
        "This is the circle. Which place has the diamond among the patterns?": read_firsts[0, 3],
        "This is the square. Which place has the diamond among the patterns?": read_firsts[2, 3],
        "This is pattern 3 and seed 1. Which axis comes first? Or let select find it.": read_firsts[3, 1],
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
    }
    return ex.check(
        "Exercise 2: read a result",
        ex.compare("diamond", my_diamond, read_firsts[1, 3], mistakes=wrong_diamond),
        ex.compare("failures", my_failures, read_failed.sum(axis=1), mistakes=wrong_failures),
    )


def median(my_median):
    IN_MEDIAN = "Too small. Which numbers in the array are no iterations at all?"
    MEAN = "This is the mean of the successes. Which value stands in the middle?"
    SHARED = "You add up the successes and divide by all runs. Is a mean asked for, or the middle value?"
    UNSORTED = "This stands in the middle of the array as given. In which order does a median look?"
    LATE = "Too large. Did a failure become a number that is sorted behind the successes?"
    UPPER = "Four successes: two of them stand in the middle. What is halfway between them?"
    LOWER = "That is the lower of the two in the middle. What is halfway between them?"
    EVEN = "An odd number of successes: one value stands in the middle alone. Which place has it?"
    PLACES = "That is a median of places in the array. What stands at those places?"
    ZERO = "One run got there at iteration 0. Is 0 a failure here?"
    FAILED = "You say that no run succeeded. Does one failure decide that?"
    FIRST = "You say that no run succeeded. Is that asked before every run has been looked at?"
    NO_SUCCESS = "Not a number: np.median of an empty array. What can you ask before you call it?"
    AGREED = "Which number did we agree on for this?"
    BOTH = "A mean, and failures are in it. Is a mean asked for, and which runs have a number of iterations?"
    ALSO = "And is 0 a failure?"
    cases = {
        "five of seven": (
            [900, -1, 400, 1500, -1, 700, 1150],
            900,
            {
                IN_MEDIAN: 700,
                MEAN: 930,
                SHARED: 4650 / 7,
                BOTH: 4648 / 7,
                f"{MEAN} {ALSO}": 930,
                f"{EVEN} {ALSO}": 800,
                f"{PLACES} {ALSO}": 3,
                UNSORTED: 1500,
                f"{UNSORTED} ": 1500,
                f"{UNSORTED}  ": 950,
                LATE: 1150,
                EVEN: 800,
                PLACES: 3,
                FAILED: -1,
            },
        ),
        "four of six": (
            [-1, 640, 320, -1, 1000, 420],
            530,
            {
                UPPER: 640,
                LOWER: 420,
                MEAN: 595,
                SHARED: 2380 / 6,
                BOTH: 2378 / 6,
                f"{MEAN} {ALSO}": 595,
                f"{PLACES} {ALSO}": 3,
                IN_MEDIAN: 370,
                UNSORTED: 660,
                f"{UNSORTED} ": 1000,
                f"{UNSORTED}  ": 660,
                LATE: 820,
                PLACES: 3,
                FAILED: -1,
                FIRST: -1,
            },
        ),
        "one at once": (
            [0, 500, 300],
            300,
            {
                ZERO: 400,
                UNSORTED: 500,
                f"{UNSORTED} ": 500,
                MEAN: 800 / 3,
                SHARED: 800 / 3,
                BOTH: 800 / 3,
                EVEN: 150,
                PLACES: 1,
                f"{ZERO} ": 500,  # and the upper of the two that are left, or failures behind
                f"{MEAN} {ALSO}": 400,
                f"{EVEN} {ALSO}": 400,
                f"{PLACES} {ALSO}": 1.5,
            },
        ),
        "none of three": ([-1] * 3, -1, {AGREED: 0, f"{AGREED} ": 5000, NO_SUCCESS: np.nan}),
    }

    def one_of_many(got):
        """Return a diagnosis of many numbers where one is asked for."""
        message = f"expected one number; received an array of shape {np.shape(got)}"
        message += "\nWhich one number stands for all the runs, and is anything else returned beside it?"
        return SimpleNamespace(ok=np.ndim(got) == 0, message=message)

    return ex.check(
        "Exercise 3: one number for many seeds",
        *(
            ex.compare_call(name, my_median, (np.array(firsts),), right, mistakes=wrong, diagnose=one_of_many)
            for name, (firsts, right, wrong) in cases.items()
        ),
    )


JUDGEMENTS = ("supported", "contradicted", "not settled")


def judged(name, word, right, question, near, far):
    if isinstance(word, str) and word.strip().lower() not in JUDGEMENTS:
        return ex.compare(name, word, right, mistakes={word_question(word, JUDGEMENTS): word})
    lead = "" if right == "not settled" else "The other way round? "
    return ex.compare(name, word, right, mistakes={question: near, f"{lead}{question} ": far})


def claims(claim_1, claim_2, claim_3, claim_4):
    LARGER = "First on 38 of 50 seeds: where does the range begin? Is 1/2 in it?"
    NEARLY = "First on 22 of 47 seeds: is 1/2 in the range?"
    EQUAL = "1/2 is in the range, and so are shares near it. Would a small true difference have shown up?"
    BELOW = (
        "First on 8 of 41 seeds: on which side of 1/2 does the range lie? Which side does the claim allow?"
    )

    claims = (
        ("claim 1", claim_1, "supported", (LARGER, "not settled", "contradicted")),
        ("claim 2", claim_2, "not settled", (NEARLY, "supported", "contradicted")),
        ("claim 3", claim_3, "not settled", (EQUAL, "supported", "contradicted")),
        ("claim 4", claim_4, "contradicted", (BELOW, "not settled", "supported")),
    )
    return ex.check(
        "Exercise 4: which claims do the runs support?",
        *(judged(name, word, right, *rest) for name, word, right, rest in claims),
    )


def word_question(word, allowed):
    if isinstance(word, (list, tuple, set, np.ndarray)):
        return f"You wrote {ex.short(word)}. Are the brackets meant?"
    return "" if word in list(allowed) else f"You wrote {ex.short(word)}. Is it one of {', '.join(allowed)}?"


def change_question(*changes):
    usual = dict(learning_rate=0.5, hidden_size=4, activation="sigmoid", n_points=500)
    for change in changes:
        if isinstance(change, set) and change:
            return f"You wrote {change!r}, a set. Which sign of a dictionary stands between name and value?"
        if not isinstance(change, dict) or not set(change) <= set(usual):
            return f"You wrote {change!r}. Are its keys among {', '.join(usual)}?"
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
    if not isinstance(seeds, (list, tuple, range, set, np.ndarray)):
        return f"You wrote {ex.short(seeds)}. Is it a list of seeds, or a range?"
    if odd := [seed for seed in seeds if not isinstance(seed, (int, np.integer)) or seed < 0]:
        return f"One of your seeds is {ex.short(odd[0])}. Are all of them whole numbers, none below 0?"
    if len(set(seeds)) < len(seeds):
        return "One seed is there twice. What does a second run of it add?"
    return "" if len(seeds) >= 30 else f"{len(seeds)} different seeds. Are they at least 30?"


def own(my_change_a, my_change_b, my_pattern, my_prediction, my_seeds):
    def judged(name, question, *values):
        if any(value is ... or value is None for value in values):
            return ex.compare(name, ..., True)
        return ex.compare(name, not (asked := question(*values)), True, mistakes={asked: False})

    return ex.check(
        "Exercise 5: your own experiment",
        judged("pattern", word_question, my_pattern, ck.PATTERNS),
        judged("one change", change_question, my_change_a, my_change_b),
        judged("30 or more seeds", seeds_question, my_seeds),
        judged("prediction", word_question, my_prediction, ("a", "b", "not settled")),
    )


def ready_first():
    return lambda history, threshold: next((i for i, a in enumerate(history) if a >= threshold), -1)


def ready_median():
    return lambda firsts: float(np.median(firsts[firsts >= 0])) if (firsts >= 0).any() else -1
