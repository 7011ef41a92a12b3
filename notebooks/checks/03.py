"""What the checks and the quiz of lesson 03 know. An argument is the value of that name in the notebook."""

import numpy as np

import coursekit as ck
from coursekit.diagnosis.evidence import Diagnosis
from coursekit.lesson import exercises as ex
from coursekit.lesson.checks import own_lines
from coursekit.lesson.questions import ask

NO_LOSS = "How much does a point cost whose class was given probability 1, and how much at probability 0?"
ONE = "One number is asked for."
OF_CLASS_1 = "Each point pays as one of class 1. Which sign has m, and for which class?"
BELOW = "A loss below 0. Which sign stands before your mean?"
IN_PART = "Only what stands right before .mean() is averaged. Where do brackets belong?"
MULTIPLIED_FIRST = "What does Python multiply first in 1 - 2 * y * z2?"


def is_alike(one, other):
    is_number = np.asarray(one).dtype.kind in "biuf" and np.shape(one) == np.shape(other)
    return is_number and np.allclose(one, other, 1e-6, 0)


def recall():
    question_1 = (
        "1. Of 400 points, 100 belong to class 1. Someone answers class 0 for all. What is the accuracy?"
    )
    baseline = "0.75, the majority baseline"
    on_baseline = {
        "0.25, the share of class 1": "These points get the wrong answer. How many get the right one?",
        "0.50, as with a coin": "One of the two classes is answered rightly. Which part of the points is it?",
        "0.75, so part of it was learned": "The number is right. "
        "What does the model say about a point, whichever it is?",
        baseline: "300 of 400. A model has to beat it before you may say that it has learned something.",
    }
    question_2 = "2. What is `p` at the logit 0, and what becomes of it as the logit goes far below zero?"
    nearer = "0.5, and it comes closer and closer to 0"
    on_sigmoid = {
        "0, and it turns negative": "This would be the logit itself. What does the sigmoid make of 0?",
        nearer: "On paper it never gets there. In a computer it can, which matters near the end of this lesson.",
        "0.5, and it turns negative": "The first half is right. Between which two numbers does the sigmoid lie?",
        "1, and it comes closer and closer to 0": "e⁰ is 1. What is the whole fraction then, 1 over 1 + e⁰?",
    }
    question_3 = "3. `Z1 = X @ W1`. What does one column of `Z1` hold?"
    on_column = {
        "The numbers of one point, for all hidden units": "How many points are there, and how many rows has `X`?",
        "The numbers of one hidden unit, for all points": "Rows are points, columns are units. They are "
        "pre-activations: the sigmoid makes `A1` of them.",
        "The weights of one hidden unit": "They stand in a column of another array. What has `X` done to them?",
        "The logits of all points": "The output unit computes them. From which numbers?",
    }
    return (
        ask(question_1, on_baseline, right=baseline),
        ask(question_2, on_sigmoid, right=nearer),
        ask(question_3, on_column, right="The numbers of one hidden unit, for all points"),
    )


def otherwise(question):
    """Return a diagnosis of a number that no known slip makes: what to look at again."""

    def look(received):
        asked = "nan: is the minus inside the logarithm, or before it?" if np.isnan(received) else question
        return Diagnosis(False, None, f"received {float(received):.6g}\n{asked}")

    return look


def slips_by_hand(p, label):
    """Likely slips for one point, and the value that each of them gives."""
    p_own, p_other = (p, 1 - p) if label == 1 else (1 - p, p)
    other = "Which class is this point, and which class is p about?"
    return {
        "That is p_own. Now take which function of it?": p_own,
        "Close. How many digits after the point does the task ask for?": np.round(-np.log(p_own), 2),
        "Rounded, or cut off? Which third digit is nearer?": np.floor(-1000 * np.log(p_own)) / 1000,
        "Below zero. Which sign has log of a number below 1, and which a surprise?": np.log(p_own),
        "That is in bits. Which logarithm measures nats?": -np.log2(p_own),
        "That is log10. Which logarithm measures nats?": -np.log10(p_own),
        other: -np.log(p_other),
        f"{other} And which sign has a surprise?": np.log(p_other),
        f"{other} And which logarithm measures nats?": -np.log2(p_other),
        f"{other} And which logarithm is that?": -np.log10(p_other),
        "That is the surprise times its probability, a part of a mean. What does one point pay?": -p_own
        * np.log(p_own),
        "That is p times its surprise. What does one point pay, and for which class?": -p * np.log(p),
        "Nothing? Which term of the loss speaks about this class?": 0.0,
        "That is a third: the loss of one point is asked, and no mean.": -np.log(p_own) / 3,
        "That is in percent. How many nats are they?": -100 * np.log(p_own),
        "That is in percent, and rounded. How many nats are they?": np.round(-100 * np.log(p_own), 1),
        "That is the logarithm of percent. What is p_own as a number between 0 and 1?": -np.log(100 * p_own),
        "That is the logarithm of percent, without a minus. What is p_own as a share?": np.log(100 * p_own),
        "That is the loss of a coin. Which probability had this point's class?": np.log(2),
        "Both terms are there. To which class does each of them belong, and which class is this point?": (
            -np.log(p_own * p_other)
        ),
        f"That is p - y. {NO_LOSS}": p - label,
        f"That is an exponential. {NO_LOSS}": np.exp(-p_own),
        f"That is a distance. {NO_LOSS}": 1 - p_own,
        "That is half of it. Is anything averaged here?": -np.log(p_own) / 2,
        "That is the mean of all three. What does this point pay alone?": -np.log(0.8 * 0.7 * 0.05) / 3,
        "That is the sum of all three. What does this point pay alone?": -np.log(0.8 * 0.7 * 0.05),
        f"That is a square. {NO_LOSS}": (1 - p_own) ** 2,
        f"That is 1 / p_own. {NO_LOSS}": 1 / p_own,
        f"You added 1, or subtracted from it. {NO_LOSS}": 1 - np.log(p_own),
        f"1 minus a logarithm, and of the wrong class. {NO_LOSS}": 1 - np.log(p_other),
    }


def by_hand(loss_a, loss_b, loss_c):
    again = otherwise("Which probability had this point's class, and what is minus its logarithm?")
    parts = []
    answers = {"a": (loss_a, 0.8, 1), "b": (loss_b, 0.3, 0), "c": (loss_c, 0.95, 0)}
    for name, (answer, p_given, label) in answers.items():
        right = ck.log_loss(np.array([label]), np.array([p_given]))
        slips = slips_by_hand(p_given, label)
        for other, (_, p, of) in answers.items():
            slips |= {
                f"That is the loss of point {other}. Which p has this one?": -np.log(p if of else 1 - p)
            }
        slips = {asked: wrong for asked, wrong in slips.items() if abs(wrong - right) > 1e-9}
        look = {"mistakes": slips, "diagnose": again, "tolerance": 6e-4}
        parts.append(ex.compare(f"point {name}", answer, right, **look))
    return ex.check("Exercise 1: three losses by hand", *parts)


def log_loss(my_log_loss):
    four = np.array([1, 0, 1, 1]), np.array([0.9, 0.2, 0.35, 0.4])  # divided by 2 is by no class
    seven = np.array([0, 0, 1, 0, 1, 0, 1]), np.array([0.05, 0.7, 0.6, 0.15, 0.98, 0.45, 0.3])
    tiny_one = {
        "That is the loss of the tiny network. Which y and p has your function been given here?": 0.678
    }

    def look_at(received, y, p):
        """Return a diagnosis; first of one slip that the course's own does not know."""
        one, zero = y * np.log(p), (1 - y) * np.log(1 - p)
        in_part = [zero.mean(), (1 - y) * np.log(1 - p).mean()]
        in_part = [one * a + each * b for each in in_part for a in (1, -1) for b in (1, -1)]
        if any(is_alike(received, wrong) for wrong in in_part):
            return Diagnosis(False, None, f"One loss for each point is left.\n{IN_PART}")
        if np.ndim(received) == 0 and np.isfinite(received) and received == np.round(received):
            said = f"A whole number, {received:g}. Does a step drop what stands behind the point, as // does, or add nothing?"
            return Diagnosis(False, None, said)
        return ck.diagnose_log_loss(received, y, p)

    parts = []
    for name, case in (("four points", four), ("seven points", seven)):
        look = {"diagnose": lambda received, case=case: look_at(received, *case), "names": ("y", "p")}
        right = ck.log_loss(*case)
        parts.append(ex.compare_call(name, my_log_loss, case, right, mistakes=tiny_one, **look))
    return ex.check("Exercise 2: write the log loss", *parts, *own_lines(my_log_loss, "ck.log_loss"))


def from_logits(my_log_loss_from_logits):
    sigmoid = ck.ACTIVATIONS["sigmoid"].value

    def single_slips(y, z2):
        """Likely slips, and the value that each of them gives."""
        m, cap, unbracketed = (1 - 2 * y) * z2, -np.log(1e-16), 1 - 2 * y * z2
        clipped_p = np.clip(sigmoid(z2), 1e-16, 1 - 1e-16)
        lift, tail = np.maximum(m, 0), np.log1p(np.exp(-np.abs(m)))
        return {
            "Infinite. Does an exp get a huge positive number, or a log a 0?": np.inf,
            "nan: a log of a negative number, or 0 times infinity. Where?": np.nan,
            MULTIPLIED_FIRST: np.mean(np.logaddexp(0, unbracketed)),
            "Capped: no point costs more than about 36.8. What clips p?": ck.log_loss(y, clipped_p),
            "Capped: no point costs more than 36.84. Is p needed at all?": np.mean(
                np.minimum(lift + tail, cap)
            ),
            "Right points pay, wrong ones do not. When is your m positive?": np.mean(
                np.maximum(-m, 0) + tail
            ),
            "One max for all points, or one for each? (np.max gives one.)": np.mean(np.max(m) + tail),
            "Only the last point pays. Does your loop add up, or does a round replace the last?": lift[-1]
            + tail[-1],
            "Does every point pay its own loss, or the mean of all m?": np.logaddexp(0, m.mean()),
            BELOW: -np.mean(lift + tail),
            "Which sign stands between the two parts of the formula?": np.mean(lift - tail),
            "The two parts of the formula are added, not multiplied. Which sign have you?": np.mean(
                lift * tail
            ),
            "Points on the right side pay nothing. What does the formula give for m < 0?": np.mean(
                (m > 0) * (lift + tail)
            ),
            "Only the first point pays. After how many rounds does your loop end?": (lift + tail)[0] / len(y),
            "Only the first point pays. Which round of your loop returns?": (lift + tail)[0],
            "What is your m for the points of class 1, and should it depend on their logit?": np.mean(
                np.logaddexp(0, (1 - y) * z2)
            ),
            "What is your m for the points of class 0, and should it depend on their logit?": np.mean(
                np.logaddexp(0, -y * z2)
            ),
            "log1p(x) is log(1 + x). And expm1(x)?": np.mean(lift + np.expm1(np.exp(-np.abs(m)))),
            "One max for all points, or one for each? (np.max gives one.) And which sign has m in your exp?": (
                np.mean(np.max(m) + np.logaddexp(0, -m))
            ),
            "Which comes first: the logarithm that each point pays, or the mean of all points?": (
                lift.mean() + np.log1p(np.exp(-np.abs(m)).mean())
            ),
            "Which comes first: the exponential of each point, or the mean of all points?": (
                lift.mean() + np.log1p(np.exp(-np.abs(m).mean()))
            ),
            "Which function should stand around -|m|, inside of log1p?": np.mean(lift + np.log1p(np.abs(m))),
            "Which function should stand around your exp?": np.mean(lift + np.exp(-np.abs(m))),
            "By what is |m| multiplied in your exp, and by what in the formula?": np.mean(
                lift + np.log1p(np.exp(-2 * np.abs(m)))
            ),
            "Is your m a difference? What makes -z2 of z2 for class 1, and leaves it for class 0?": np.mean(
                np.logaddexp(0, z2 - y)
            ),
            "What is your 2 - y for class 0, and for class 1? Which two numbers should it be?": np.mean(
                np.logaddexp(0, (2 - y) * z2)
            ),
            "Clipped: no point costs more than 500. Which form needs no clip?": np.mean(
                np.minimum(lift + tail, 500)
            ),
            "A part of it is in bits. Which logarithm measures nats?": np.mean(lift + tail / np.log(2)),
            "Two logarithms meet there. Which of them does the formula have?": np.mean(
                lift + np.log(np.maximum(tail, 1e-300))
            ),
            IN_PART: lift + tail.mean(),
            "Which points pay their m: those above 0, or those below?": np.mean(np.minimum(m, 0) + tail),
            "A point with m = 0 should pay log 2. Which term gives it?": np.mean(lift),
            "Your m is made of p. Of which number should it be made?": np.mean(
                np.logaddexp(0, sigmoid(z2) - y)
            ),
            "Some points have a loss below 0. Which term keeps it from that?": np.mean(m + tail),
            OF_CLASS_1: np.mean(np.logaddexp(0, -z2)),
            "That is the mean of m itself. What does a point pay whose m is 0, or far below 0?": np.mean(m),
            "Which sign does the number inside your exp have?": np.mean(lift + np.abs(m) + tail),
            "Right points pay as much as wrong ones. Is their m below 0? What does exp get if m < 0?": (
                np.mean(np.abs(m) + tail)
            ),
            "Wrong points pay their m twice. What does exp get if m > 0?": np.mean(2 * lift + tail),
            "Too large by a factor. Compare it with how many points there are.": np.sum(lift + tail),
            "A point far on the wrong side pays almost nothing. What is missing?": np.mean(tail),
            "You kept max(z2, 0). Is class 1 wrong when z2 is positive?": np.mean(np.maximum(z2, 0) + tail),
            "log1p(x) adds the 1 itself. Which x did you give it?": np.mean(
                lift + np.log1p(np.expm1(tail) + 1)
            ),
            "One loss for each point. How do they become one number?": lift + tail,
            "Does every point pay its own max, or the max of the mean?": max(np.mean(m), 0) + tail.mean(),
        }

    def slips_from_logits(y, z2):
        """The same, and then two at once: one of them, and a sum or a sign."""
        known = single_slips(y, z2)
        plain = {question: wrong for question, wrong in known.items() if np.ndim(wrong) == 0}
        summed = {f"{question} And is yours a sum, or a mean?": len(y) * v for question, v in plain.items()}
        turned = {f"{question} And which sign has your mean?": -v for question, v in plain.items()}
        every, right = known | summed | turned, ck.log_loss_from_logits(y, z2)
        same = {asked for asked, value in every.items() if np.ndim(value) == 0 and is_alike(value, right)}
        return {asked: value for asked, value in every.items() if asked not in same}

    def not_refuted(slips):
        """Return the slips that no earlier part denies."""
        return {
            asked: wrong
            for asked, wrong in slips.items()
            if not any(part.asked.get(asked) is False for part in parts)
        }

    def at_sure_points(received):
        """Return a diagnosis of what large numbers make of a slip: compared by a share of them."""
        slips = not_refuted(slips_from_logits(*sure))
        fitting = [question for question, wrong in slips.items() if is_alike(received, wrong)]
        seen = f"expected {tiny_loss:.6g}; received {received:.6g}" if np.ndim(received) == 0 else ONE
        return Diagnosis(not fitting, None, f"{seen}\n{fitting[0] if fitting else ''}")

    mild = np.array([0, 1, 1, 0]), np.array([0.5, -1.2, 2.0, -3.0])
    large = np.array([1, 0, 0, 1]), np.array([70.0, -60.0, 52.0, -145.0])
    huge = np.array([1, 1, 0, 0, 1]), np.array([800.0, -700.0, 750.0, -900.0, 0.3])
    sure = np.array([1, 0]), np.array([50.0, -52.0])
    tiny_loss = ck.log_loss_from_logits(*sure)  # so tiny that it needs its own tolerance
    sure_slips = {
        MULTIPLIED_FIRST: np.logaddexp(0, 1) / 2,
        "Zero. Is anything rounded? Are right points left out, or does a tiny number meet a much larger one, and get lost?": 0.0,
        "nan: where does 0 meet infinity?": np.nan,
        "That is the rounding error of p, not a loss. Is p needed at all?": 2.0**-53,
        "These points are right. Which part of your sum is large here?": 51.0,
        # in words of their own: a loss that is lost, 0, speaks against none of the other parts' questions
        "Too large by a factor here, too. How many points are there?": 2 * tiny_loss,
        f"{BELOW} Or between the two parts?": -tiny_loss,
        "log1p(x) adds the 1 itself. Which x did you give it?": np.log(2),
    }
    parts, order = [], ("y", "z2")
    for name, case in (("mild logits", mild), ("large logits", large), ("huge logits", huge)):
        right, look = ck.log_loss_from_logits(*case), {"mistakes": slips_from_logits(*case), "names": order}
        if case is mild:  # here p tells as much as the logits
            del look["mistakes"][OF_CLASS_1]  # a diagnosis names it
            look["diagnose"] = lambda got: ck.diagnose_log_loss(got, mild[0], sigmoid(mild[1]))
        parts.append(ex.compare_call(name, my_log_loss_from_logits, case, right, **look))
    part = ("right and sure", my_log_loss_from_logits, sure, tiny_loss)
    look = {"mistakes": not_refuted(sure_slips), "diagnose": at_sure_points, "names": order}
    parts.append(ex.compare_call(*part, **look, tolerance=1e-6 * tiny_loss))
    parts += own_lines(my_log_loss_from_logits, "ck.")
    return ex.check("Exercise 4: the log loss from logits", *parts)


def claims(claim_1, claim_2, claim_3, claim_4, claim_5, cost_of_a_wrong_answer):
    cost_slips = {
        "That is the mean over all points. How many of the 1000 pay it between them?": 2.0,
        "You shared it among the right answers. Which answers pay here?": 2.0 / 0.9,
        "2.0 nats is a mean, not a total. What is the total of all 1000 points?": 0.02,
        "What is the total of all 1000 points, and how many of them pay it?": 200.0,
        "That is a tenth of the mean. Fewer pay the same total: more each, or less?": 0.2,
        "That is the total over all wrong answers. How many are they?": 2000.0,
        "That is less than the mean. Can the few that pay cost less than all do on average?": 1.8,
        "Which sign has a surprise?": -20.0,
        "Nats are shared, not percent. How many wrong answers share the 2000 nats?": 20000.0,
        "Divided the other way round. What is shared, and by how many?": 0.05,
        "That is a coin's loss, the least that a wrong answer can cost. How many nats do they share?": np.log(
            2
        ),
        "That is a probability. What does it cost, in nats?": np.exp(-20),
        "Something was taken off first. What do the right answers cost here?": 18.0,
        "That lets the right answers cost log 2. What does the task let them cost?": (2 - 0.9 * np.log(2))
        / 0.1,
    }
    claims = (
        ("claim 1", claim_1, True, "Which of the two numbers counts sides of one half?"),
        ("claim 2", claim_2, False, "How large was a mean loss in section 4, and was it a mistake?"),
        ("claim 3", claim_3, True, "Can wrong answers cost that much if none is below 0.001?"),
        ("claim 4", claim_4, True, "Which accuracy and loss has c = 0.25 in section 5?"),
        ("claim 5", claim_5, False, "Which p costs 0.693, and which class does that p count as?"),
    )
    again = otherwise("How many nats do all 1000 points pay, and how many wrong answers share them?")
    parts = [
        ex.compare(
            "cost of a wrong answer", cost_of_a_wrong_answer, 20.0, mistakes=cost_slips, diagnose=again
        )
    ]
    parts += [
        ex.compare(name, said, true, mistakes={question: not true}) for name, said, true, question in claims
    ]
    return ex.check("Exercise 3: read accuracy and loss together", *parts)
