"""Every check of a learner's work: solutions and other right styles pass, wrong ones hear why.

`pytest tests/test_attempts.py -s -k table` prints what was tried in each exercise, and what a lesson holds.
"""

import ast
import contextlib
import functools
import io
import tempfile
from itertools import combinations

import pytest
from notebook_cells import attempts, code_of, counts, exercises, lessons, run, solutions

LESSONS = lessons()
EXERCISES = [pytest.param(path, slug, id=slug) for path in LESSONS for slug in exercises(path)]
ATTEMPTS = [
    pytest.param(path, attempt, id=f"{attempt['exercise']}: {attempt['style']}")
    for path in LESSONS
    for attempt in attempts(path)
]


def in_a_folder_of_its_own(function):
    """Run a function in an empty working directory: checks keep what passed in a file there."""

    @functools.wraps(function)
    def wrapped(*arguments):
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
            return function(*arguments)

    return wrapped


@functools.cache
@in_a_folder_of_its_own
def verdicts(path):
    """Run a lesson once with its solutions put in; return {(slug, style): verdict or exception}.

    The stub and each attempt run in a copy of the namespace, before the solution. An attempt may leave out
    what its cell holds besides: that is as in the solution. The lesson goes on with that, or with a right
    attempt that says so: what passes works in every later cell.
    """
    with contextlib.redirect_stdout(io.StringIO()):
        return _verdicts(path)


def _verdicts(path):
    namespace, found, solved = {"__name__": "__main__"}, {}, solutions(path)
    sources = code_of(path)
    for name, source in sources.items():
        slug = name.removesuffix("-attempt")
        if slug == name:
            run(source, namespace)
            continue
        here = [attempt for attempt in attempts(path) if attempt["exercise"] == slug]
        styles = {attempt["style"]: attempt["code"] for attempt in here}
        for style, code in {"stub": source, **styles, "solution": solved[slug]}.items():
            copy = dict(namespace)
            try:
                if style in styles:
                    run(solved[slug], copy)
                run(code, copy)
                found[slug, style] = run(sources[f"{slug}-check"], copy)
            except Exception as error:  # reported by the test of this style
                found[slug, style] = error
        run(next((a["code"] for a in here if a.get("goes_on")), solved[slug]), namespace)
    return found


@pytest.mark.parametrize(("path", "slug"), EXERCISES)
def test_the_folded_solution_passes(path, slug):
    verdict = verdicts(path)[slug, "solution"]
    assert verdict.passed, verdict


@pytest.mark.parametrize(("path", "slug"), EXERCISES)
def test_the_untouched_attempt_reports_itself(path, slug):
    verdict = verdicts(path)[slug, "stub"]
    assert {part.status for part in verdict.parts} == {"not attempted"}, verdict


@pytest.mark.parametrize(("path", "slug"), EXERCISES)
def test_an_exercise_is_tried_in_other_right_and_wrong_styles(path, slug):
    tried = [attempt for attempt in attempts(path) if attempt["exercise"] == slug]
    assert sum("message" not in attempt for attempt in tried) >= 2
    assert any("message" in attempt for attempt in tried)


@pytest.mark.parametrize(("path", "attempt"), ATTEMPTS)
def test_an_attempt_gets_its_verdict(path, attempt):
    verdict = verdicts(path)[attempt["exercise"], attempt["style"]]
    assert not isinstance(verdict, Exception), repr(verdict)
    if "message" in attempt:
        assert not verdict.passed
        assert attempt["message"] in repr(verdict), verdict
    else:
        assert verdict.passed, verdict
        assert attempt.get("remark", "") in repr(verdict)


def said(verdict):
    """Return what a learner hears of the parts that have not passed."""
    return tuple((part.name, part.message) for part in verdict.parts if part.status != "passed")


def tried(path, slug, wrong):
    """Return the right or the wrong attempts of an exercise."""
    return [a for a in attempts(path) if a["exercise"] == slug and ("message" in a) == wrong]


def same_words(path, slug):
    """Return the pairs of wrong attempts, of different code, that hear the same."""
    found = verdicts(path)
    return [
        {one["style"], other["style"]}
        for one, other in combinations(tried(path, slug, wrong=True), 2)
        if said(found[slug, one["style"]]) == said(found[slug, other["style"]])
        and ast.dump(ast.parse(one["code"])) != ast.dump(ast.parse(other["code"]))
    ]


@pytest.mark.parametrize(("path", "slug"), EXERCISES)
def test_different_mistakes_hear_different_words(path, slug):
    """Or one of them says in `same_words` why it hears what another hears."""
    reasons = {a["style"] for a in tried(path, slug, wrong=True) if a.get("same_words")}
    pairs = same_words(path, slug)
    for pair in pairs:
        assert pair & reasons, f"{pair} hear the same; say why in tests/attempts with same_words = '...'"
    stale = reasons - set().union(*pairs)
    assert not stale, f"{stale} hear words of their own by now"


@pytest.mark.parametrize(("path", "slug"), EXERCISES)
def test_a_wrong_attempt_hears_more_than_the_title(path, slug):
    for attempt in tried(path, slug, wrong=True):
        parts = verdicts(path)[slug, attempt["style"]].parts
        assert all(part.message for part in parts if part.status == "not yet"), attempt["style"]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_the_table_of_a_lesson(path):
    found, parts, tries = verdicts(path), 0, 0
    print(f"\n{path.stem}")
    for slug in exercises(path):
        right, wrong = (tried(path, slug, wrong) for wrong in (False, True))
        passed = sum(found[slug, a["style"]].passed for a in right)
        own = sum(a["message"] in repr(found[slug, a["style"]]) for a in wrong)
        words = len({said(found[slug, a["style"]]) for a in wrong})
        stub = {part.status for part in found[slug, "stub"].parts}
        parts, tries = parts + len(found[slug, "solution"].parts), tries + len(right) + len(wrong)
        print(
            f"  {slug:28} right styles passed {passed} of {len(right)}; wrong ones with their message "
            f"{own} of {len(wrong)}, in {words} wordings; untouched -> {' and '.join(sorted(stub))}"
        )
        assert passed == len(right)
        assert own == len(wrong)
        assert stub == {"not attempted"}
    held = counts(path) | {"checks": parts, "attempts": tries}
    print("  " + ", ".join(f"{what} {number}" for what, number in held.items()))
    assert held["checks"] >= held["exercises"] >= 1
    assert held["retrieval questions"] >= 6
    assert held["predictions"] >= 1
    assert 20 <= held["words"] / held["minutes"] <= 200


def test_the_table_of_the_course():
    total = {what: sum(counts(path)[what] for path in LESSONS) for what in counts(LESSONS[0])}
    tries = sum(len(attempts(path)) for path in LESSONS)
    print(
        "\nthe course: "
        + ", ".join(f"{what} {number}" for what, number in total.items())
        + f", attempts {tries}"
    )
    slugs = {slug for path in LESSONS for slug in exercises(path)}
    assert {a["exercise"] for path in LESSONS for a in attempts(path)} == slugs
