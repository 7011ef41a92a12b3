"""What the checks and the quiz of lesson 06 know. An argument is the value of that name in the notebook."""

from collections import namedtuple
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import numpy as np

import coursekit as ck
from coursekit.diagnosis.gaps import direction, find_gap
from coursekit.lesson import exercises as ex
from coursekit.lesson.checks import own_lines
from coursekit.lesson.questions import ask


def recall():
    return (
        ask(
            "1. (Lesson 01) A network reaches accuracy 0.76 on the centred square. Has it learned the square?",
            {
                "Yes: half would be guessing": "How good is guessing, if you know the class shares?",
                "No: it must reach more than 0.9": "What can be had here without any learning?",
                "Not yet: it needs more iterations": "With which number would you compare 0.76 first?",
                "You cannot say so from this number": "About three quarters of the points are class 0, so "
                "always answering 0 earns about as much.",
            },
            right="You cannot say so from this number",
        ),
        ask(
            "2. (Lesson 04) The backward pass begins with `dz2` = (p - y)/n. Where does it divide by n again?",
            {
                "in `dW2` and `dW1`: both sum over points": "Each term of these sums begins with an entry of "
                "`dz2`. What does it carry along?",
                "nowhere": "Every slope is a product that starts with `dz2`, so it carries the 1/n along. It "
                "enters once.",
                "in `dW1`: it is further from the loss": "Which step on the way from `dz2` to `dW1` takes a "
                "mean?",
                "in `dA1`: one row for each point": "Where in the loss is a mean, and where is `dA1`?",
            },
            right="nowhere",
        ),
        ask(
            "3. (Lesson 05) With a gradient of yours, the training loss falls. Is the gradient right?",
            {
                "Yes: a wrong one makes the loss rise": "How many directions lead downhill: one, or many? What "
                "did the planted mistakes do?",
                "Yes, if the accuracy rises as well": "Both are made of the same p. Can p get better by steps "
                "that are not the steepest?",
                "Not sure: look for a faster one": "In lesson 05, was it the right gradient whose loss ended "
                "lowest?",
                "Not sure: compare it with differences": "`ck.check_gradient` moves each weight a little up and "
                "down, and looks at the loss.",
            },
            right="Not sure: compare it with differences",
        ),
    )


OF_RATE = "This is what the rate {:g} gives. Where does your code use learning_rate?"
RATES = 0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0


def asking_first(verdict):
    """Return a verdict whose questions stand before the lines of numbers that they are about."""

    def turned(part):
        *numbers, last = part.message.split("\n")
        is_asked = part.status == "not yet" and last.endswith("?") and all(": expected" in n for n in numbers)
        return replace(part, message="\n".join([last, *numbers])) if is_asked else part

    return replace(verdict, parts=tuple(map(turned, verdict.parts)))


def slips_init(h, seed):
    """Likely slips, and the weights that each of them draws from the same seed."""
    late, flat, once = (np.random.default_rng(seed) for _ in range(3))
    late_W2, late_W1 = late.uniform(-1, 1, h), late.uniform(-1, 1, (3, h))
    turned = flat.uniform(-1, 1, (h, 3)).T, flat.uniform(-1, 1, h)
    repeated = np.tile(once.uniform(-1, 1, (3, 1)), (1, h)), once.uniform(-1, 1, h)
    unit_by_unit = np.random.default_rng(seed).uniform(-1, 1, (h, 4)).T
    rows = {}
    for count in (1, 2, 4):
        drawn = np.random.default_rng(seed).uniform(-1, 1, count * h + h)
        said = f"W1 has {count} row{'s' * (count > 1)}. How many inputs has a unit, with the bias?"
        rows[said] = drawn[:-h].reshape(count, h), drawn[-h:]
    return rows | {
        "Right numbers at wrong places. Which array did you draw first?": (late_W1, late_W2),
        "Right numbers at wrong places in W1. With which shape was it drawn, before any turning?": turned,
        "W1 and W2 take turns at drawing. Which of them should be whole before the other begins?": (
            unit_by_unit[:3],
            unit_by_unit[3],
        ),
        "The columns of W1 are copies of each other. How many numbers must be drawn for it?": repeated,
    }


def init(my_init):
    def distinct_units():
        """How many of 5 units differ, or ... where my_init returns nothing, or the blocks in another order."""
        drawn = my_init(5, np.random.default_rng(3))
        units = np.shape(drawn[0])[-1] if isinstance(drawn, (tuple, list)) and np.ndim(drawn[0]) == 2 else 0
        if not units or len(drawn) != 2 or np.size(drawn[1]) != units:
            return ...
        return len(np.unique(np.vstack([np.reshape(block, (-1, units)) for block in drawn]), axis=1).T)

    def by_their_kind(drawn, right):
        """Return what is wrong with numbers that no listed slip draws."""
        values = np.concatenate([np.ravel(block) for block in drawn])
        message = ""
        rows = np.shape(drawn[0])[0] if np.ndim(drawn[0]) else 0
        places = {"W1": "a row of W1", "W2": "W2"}
        alike = [
            places[name]
            for name, block in zip(places, drawn, strict=True)
            if np.shape(block)[-1:] != (1,) and not np.all(np.ptp(block, -1))
        ]
        copied = [row for row in range(rows) if np.array_equal(drawn[0][row], drawn[1])]
        pairs = [
            (np.ravel(one)[0] / np.ravel(other)[0], one, other)
            for one, other in zip(drawn, right, strict=True)
        ]
        times = [
            (name, by)
            for name, (by, one, other) in zip(places, pairs, strict=True)
            if np.shape(one) == np.shape(other) and abs(by - 1) > 1e-9 and np.allclose(one, by * other)
        ]
        if np.ndim(drawn[0]) == 2 and rows != 3 and np.shape(drawn[0])[1] != 3:
            message = f"W1 has {rows} rows. How many inputs has a unit, with the bias?"
        elif np.array_equal(values, np.round(values)):
            message = "Whole numbers only. Which distribution has all the numbers from -1 up to 1?"
        elif alike:
            message = f"All numbers in {alike[0]} are the same. Which call draws one for each of its places?"
        elif copied:
            message = f"W2 is row {copied[0]} of W1 once more. How many numbers must be drawn in all?"
        elif times and abs(times[0][1]) < 1:
            said = "Each number of {} is {:.3g} times the one to be drawn. Which ends has your draw, or which factor stands after it?"
            message = said.format(" and ".join(name for name, _ in times), times[0][1])
        elif abs(values).max() > 1:
            message = "Some weights lie outside -1 to 1. Which distribution was asked for, with which ends?"
        elif values.min() >= 0 or values.max() <= 0:
            side = "below" if values.min() >= 0 else "above"
            message = f"No weight is {side} zero. From where to where do your numbers run?"
        return SimpleNamespace(ok=not message, message=message)

    def generator_has_moved():
        rng = np.random.default_rng(4)
        before = rng.bit_generator.state
        return ... if my_init(2, rng) is None else rng.bit_generator.state != before

    fewer = "Only 4 units differ. Does your code make hidden_size of them, or can two draw the same numbers?"
    copied_units = "All units are copies of each other. How many numbers must be drawn for W1 and W2 in all?"
    unmoved = "The generator that came in has not moved. Which generator do your numbers come from?"
    parts = []
    for h, seed in ((4, 1), (7, 2)):
        one, other = np.random.default_rng(seed), np.random.default_rng(seed)
        right = ck.init_params(h, rng=one)
        look = {
            "mistakes": slips_init(h, seed),
            "diagnose": lambda got, right=right: by_their_kind(got, right),
        }
        look["names"] = "hidden_size", "rng"
        parts.append(ex.compare_call(f"{h} units", my_init, (h, other), right, **look))
    slips = {copied_units: 1, fewer: 4}
    parts.append(ex.compare_call("5 units, all different", distinct_units, (), 5, mistakes=slips))
    parts.append(ex.compare_call("draws from rng", generator_has_moved, (), True, mistakes={unmoved: False}))
    return asking_first(ex.check("Exercise 1: initialise", *parts, *own_lines(my_init, "ck.init_params")))


def of_default(function):
    """Return a list of what to ask about the default of `activation`, empty where it is that of the task."""
    given = [each for each in getattr(function, "__defaults__", None) or ()][-1:]
    if not hasattr(function, "__code__") or ex.is_stub(function) or given == ["sigmoid"]:
        return []
    which = repr(given[0]) if given else "none"
    return [
        f'Later cells call it without an activation, and mean "sigmoid". Which default has your def line? (It is {which}.)'
    ]


def passes(X, my_forward, my_backward, params, seven, four_units, y):
    Gradient = namedtuple("Gradient", "dW1 dW2")
    tiny, many = "the tiny network", "7 points, 4 tanh units"
    slip = "Right for the sigmoid only. Where does your code use `activation`?"
    anew = "Right for a forward pass of sigmoid units. Do you use the `forward_pass` that is given?"
    ahead, back = [], []
    for name, given in {tiny: (params, X, "sigmoid"), many: (four_units, seven.X, "tanh")}.items():
        look = {"diagnose": lambda got, given=given: ck.diagnose_forward(got, *given)}
        look |= {"mistakes": {slip: ck.forward(*given[:2])}, "names": ("params", "X", "activation")}
        part = ex.compare_call(f"forward, {name}", my_forward, given, ck.forward(*given), **look)
        ahead.append(part)
    for name, (weights, points, classes, kind) in {
        tiny: (params, X, y, "sigmoid"),
        many: (four_units, seven.X, seven.y, "tanh"),
    }.items():
        made, made_anew = ck.forward(weights, points, kind), ck.forward(weights, points)
        given, rest = (weights, made, points, classes), (points, classes, kind)
        look = {"diagnose": lambda got, weights=weights, rest=rest: ck.diagnose_gradient(got, weights, *rest)}
        look["mistakes"] = {slip: ck.backward(*given), anew: ck.backward(weights, made_anew, *rest)}
        look["names"] = "params", "forward_pass", "X", "y", "activation"
        right = Gradient(*ck.backward(*given, kind))
        back.append(ex.compare_call(f"backward, {name}", my_backward, (*given, kind), right, **look))
    ahead += [ex.Part("forward, your def line", "not yet", asked) for asked in of_default(my_forward)]
    back += [ex.Part("backward, your def line", "not yet", asked) for asked in of_default(my_backward)]
    ahead += [replace(part, name="forward, your own lines") for part in own_lines(my_forward, "ck.forward")]
    back += [replace(part, name="backward, your own lines") for part in own_lines(my_backward, "ck.backward")]
    verdict = ex.check("Exercise 2: your two passes", *ahead)  # each function is judged by itself
    return replace(verdict, parts=verdict.parts + ex.check(verdict.title, *back).parts)


def update(seven, update_step):
    def update_case(hidden_size, rate):
        """Return the arguments of an update, and the right new weights."""
        old = ck.init_params(hidden_size, rng=np.random.default_rng(9))
        gradient = ck.backward(old, ck.forward(old, seven.X), seven.X, seven.y)
        right = ck.train(seven, params=old, learning_rate=rate, iterations=1).params
        return (old, gradient, rate), right

    def weights_that_came_in():
        """What has become of them after a call, or ... where update_step returns nothing."""
        (old, gradient, rate), _ = update_case(4, 0.3)
        return ... if update_step(old, gradient, rate) is None else old

    def is_fixed(one):
        """Whether update_step takes steps of one rate, whatever rate it is given."""
        with suppress(Exception), np.errstate(all="ignore"):
            cases = [(update_case(*case)[0], update_case(case[0], one)[1]) for case in ((4, 0.3), (2, 2.2))]
            return one != 1 and not any(
                find_gap(update_step(*given), want, 1e-6, direction) for given, want in cases
            )
        return False

    written = "The weights that came in have changed. Which operation of yours writes into an old array?"
    short = "The step is n times too short. Is the gradient a mean already?"
    often = "W2 takes its step three times, W1 once. Inside which loop does the line of W2 stand?"
    (old, _, _), moved = update_case(4, 0.3)
    parts = []
    for hidden_size, rate in ((4, 0.3), (2, 2.2)):
        given, right = update_case(hidden_size, rate)
        look = {"diagnose": lambda got, given=given: ck.diagnose_update(got, *given)}
        look["names"] = "params", "gradient", "learning_rate"
        old_W2, slope = given[0].W2, given[1].W2
        slips = {OF_RATE.format(one): update_case(hidden_size, one)[1] for one in RATES if is_fixed(one)}
        slips |= {short: update_case(hidden_size, rate / len(seven.y))[1]}
        look["mistakes"] = slips | {often: right._replace(W2=old_W2 - 3 * rate * slope)}
        parts.append(ex.compare_call(f"{hidden_size} units, rate {rate}", update_step, given, right, **look))
    parts.append(
        ex.compare_call("the weights that came in", weights_that_came_in, (), old, mistakes={written: moved})
    )
    return asking_first(ex.check("Exercise 3: one update", *parts))


def train(my_train, twenty):
    History = namedtuple("History", "params losses accuracies")

    def run_of(data, first, rate, iterations, **options):
        done = ck.train(data, params=first, learning_rate=rate, iterations=iterations, **options)
        return History(done.params, done.loss, done.accuracy)

    def slips_train(data, first, rate, iterations):
        """Likely slips, and what each of them returns."""
        given = data, first, rate
        last, *right = run_of(*given, iterations)
        one, fewer, more = (run_of(*given, count) for count in (1, iterations - 1, iterations + 1))
        still = [np.full(iterations, history[0]) for history in right]
        summed, once = len(data.y) * right[0], ck.forward(first, data.X)
        slope = ck.backward(first, once, data.X, data.y)
        alike = run_of(*given, iterations, backward=lambda *_: slope)
        short = run_of(data, first, rate / len(data.y), iterations)
        W1_alone, W2_alone = (
            run_of(
                *given,
                iterations,
                backward=lambda *a, keep=keep: ck.Params(*map(np.multiply, keep, ck.backward(*a))),
            )
            for keep in ((1, 0), (0, 1))
        )
        up = run_of(*given, iterations, backward=lambda *a: ck.Params(*(-dw for dw in ck.backward(*a))))
        from_p = run_of(*given, iterations, forward=lambda *a: ck.forward(*a)._replace(z2=ck.forward(*a).p))
        stuck = run_of(*given, iterations, forward=lambda *_: once)
        frozen = run_of(*given, iterations, forward=lambda *_: once, backward=lambda *_: slope)
        round_by_round, each = {}, [slice(i, i + 1) for i in range(len(data.y))]
        for which in ("both", "one", "turned", "points"):
            now, history = first, ([], [])
            for _ in range(iterations):
                made = ck.forward(now, data.X)
                history[0].append(ck.log_loss_from_logits(data.y, made.z2))
                history[1].append(ck.accuracy(data.y, made.p))
                for at in each if which == "points" else ():
                    ahead = ck.forward(now, data.X[at])
                    slopes = ck.backward(now, ahead, data.X[at], data.y[at])
                    now = ck.Params(*(w - rate * dw for w, dw in zip(now, slopes, strict=True)))
                if which == "points":
                    continue
                slopes = ck.backward(now if which == "turned" else first, made, data.X, data.y)
                pair = (slopes, now) if which == "turned" else (first if which == "both" else now, slopes)
                now = ck.Params(*(w - rate * dw for w, dw in zip(*pair, strict=True)))
            round_by_round[which] = (now, *map(np.array, history))
        double = run_of(*given, 2 * iterations)
        twice = double[0], double[1][::2], double[2][::2]
        return {
            "Two names for the weights. Which of them do the gradient and the update get?": round_by_round[
                "both"
            ],
            "Two names for the weights. Which of them does the gradient get?": round_by_round["one"],
            "Each round takes two steps. Which line updates once more?": twice,
            "Each round takes two steps, and the weights come first.": (*twice[1:], twice[0]),
            "One iteration too few, and the history is one update ahead. Which numbers does your loop count?": (
                fewer[0],
                right[0][1:],
                right[1][1:],
            ),
            "The history is one update ahead. Which weights come first in it?": (
                last,
                more[1][1:],
                more[2][1:],
            ),
            "The history has one entry too many. How many predictions come before an update?": (
                last,
                *more[1:],
            ),
            "Only one iteration is in the history. Where does your return stand?": (
                one[0],
                right[0][:1],
                right[1][:1],
            ),
            "Only the last iteration is in the history. Where are its lists made, or filled?": (
                last,
                right[0][-1:],
                right[1][-1:],
            ),
            "The two histories have changed places. Which comes first?": (last, right[1], right[0]),
            "All is there, in another order. Which of the three comes first?": (*right, last),
            "All steps are alike. Of which weights is the gradient of each iteration?": alike,
            "The steps are n times too short. Is the gradient a mean already?": short,
            "`update` gets the gradient where the weights belong. Which comes first?": round_by_round[
                "turned"
            ],
            "One iteration too many. How often does your loop run?": more,
            "One iteration too few. How often does your loop run?": fewer,
            "The history is right, the weights are one update behind. Which do you return?": (
                fewer[0],
                *right,
            ),
            "The loss never changes. Which weights does the next iteration get?": (first, *still),
            "The loss never changes. From which weights does each update start?": (one[0], *still),
            "The loss never changes. When do you feed forward?": stuck,
            "The loss never changes. Which of the steps does your loop repeat?": frozen,
            "The weights are right, the history never changes. When do you feed forward?": (last, *still),
            "W2 never changes. Which weights does your update move?": W1_alone,
            "W1 never changes. Which weights does your update move?": W2_alone,
            "Each round takes a step for each point. Over how many points is the gradient of one iteration the mean?": (
                round_by_round["points"]
            ),
            "The loss rises. In which direction does your update go?": up,
            "The losses are wrong, the rest is right. Is that `z2`, or already `p`?": from_p,
            "The losses are n times too large. Is that a sum or a mean?": (last, summed, right[1]),
            "No answer counts as right. Is a probability ever exactly 0 or 1?": (
                last,
                right[0],
                0 * right[1],
            ),
        }

    def where_it_begins(right, given):
        """Return a diagnosis of three things that no listed slip makes: are first records right?"""

        def rate_of(got):
            """Return the round rate that gives this history, or None."""
            for rate in RATES:
                losses = run_of(*given[:2], rate, given[3]).losses
                if len(got[1]) == len(losses) and np.allclose(got[1], losses, rtol=0, atol=1e-9):
                    return rate
            return None

        def only_wrong(got):
            """Return the name of the one value that differs where the two others are right, or nothing."""
            pairs = [
                (got[0], right.params),
                *((one, want) for one, want in zip(got[1:], right[1:], strict=True)),
            ]
            off = [
                name
                for name, pair in zip(History._fields, pairs, strict=True)
                if find_gap(*pair, 1e-6, direction)
            ]
            return off[0] if len(off) == 1 else ""

        def of_loss(got):
            """Return what to ask about losses that are wrong beside right weights and accuracies."""
            made = ck.forward(given[1], given[0].X)
            found = ck.diagnose_log_loss(float(got[1][0]), given[0].y, made.p)
            asked = (
                found.message.split("\n")[0]
                if found.mistake
                else "What does losses[0] hold, and of which points?"
            )
            return f"The losses are wrong, the rest is right. {asked}"

        def look(got):
            message, n, points = "", len(right.losses), len(given[0].y)
            sizes = [np.size(history) for history in got[1:] if len(got) == 3 and len(got[0]) == 2]
            if sizes and np.ndim(got[1]) == 0:
                message = "losses is one number; a history has one for each iteration. Where are those before the last?"
            elif sizes and np.count_nonzero(got[1]) == points != n:
                message = f"Asked for {n} iterations, your loop makes {points}: as many as there are points. What does it go through?"
            elif sizes and 0 < (made := np.count_nonzero(got[1])) < n and right.accuracies[made] == 1:
                message = f"Your loop ends when all points are right, after {made} of {n} iterations. Is the loss 0 then?"
            elif sizes and sizes[0] != sizes[1]:
                message = "losses has {} entries, and accuracies {}. Which line fills one of them, and not the other?"
                message = message.format(*sizes)
            elif sizes and abs(sizes[0] - n) > 1:
                message = "Asked for {} iterations, the history has {} entries. Which number ends your loop?"
                message = message.format(n, sizes[0])
            elif len(got) == 3 and (fixed := rate_of(got)):
                message = OF_RATE.format(fixed)
            elif len(got) == 3 and (off := only_wrong(got)) in ("losses", "accuracies"):
                message = "The accuracies are wrong, the rest is right. Which classes, and which answers, are compared?"
                message = of_loss(got) if off == "losses" else message
            elif len(got) == 3 and len(got[0]) > 2:
                message = "The weights come first, then the losses, then the accuracies."
            elif len(got) == 3 and abs(got[1][0] - right.losses[0]) > 1e-9:
                message = "Already the first loss differs. With which weights does your loop begin, and what does losses[0] hold?"
            return SimpleNamespace(ok=not message, message=message, mistake=message and "history")

        return look

    four, three = (ck.init_params(h, rng=np.random.default_rng(11)) for h in (4, 3))
    parts = []
    early = ck.make_dataset(
        "thick_right_angle", 9, rng=np.random.default_rng(13)
    )  # all 9 right after 7 updates
    for given in ((twenty, four, 0.5, 6), (early, three, 4.0, 11)):
        name, right = f"{given[3]} iterations", run_of(*given)
        look = {"mistakes": slips_train(*given), "diagnose": where_it_begins(right, given)}
        look["names"] = "dataset", "params", "learning_rate", "iterations"
        parts.append(ex.compare_call(name, my_train, given, right, **look))
    used = getattr(getattr(my_train, "__code__", None), "co_names", ())
    ones = "`dataset.points` has two columns. Which array of the dataset has a column of ones, too?"
    pair = "`my_backward` gives a pair, and its blocks have no names. Which function in use since exercise 2 gives them?"
    for name, stop, said in (("points", "ValueError", ones), ("my_backward", "'tuple' object has no", pair)):
        if name in used:
            parts = [replace(p, message=said, answer="") if stop in p.answer else p for p in parts]
    verdict = ex.check("Exercise 4: the whole loop", *parts, *own_lines(my_train, "ck.train"))
    return asking_first(verdict)
