"""Every check of a learner's work: solutions and other right styles pass, wrong ones hear why."""

import functools

import pytest
from lesson import attempts, code_of, exercises, lessons, run, solutions

LESSONS = lessons()
EXERCISES = [pytest.param(path, slug, id=slug) for path in LESSONS for slug in exercises(path)]
ATTEMPTS = [
    pytest.param(path, attempt, id=f"{attempt['exercise']}: {attempt['style']}")
    for path in LESSONS
    for attempt in attempts(path)
]


@functools.cache
def verdicts(path):
    """Run a lesson once with its solutions put in; return {(slug, style): verdict or exception}.

    The stub and each attempt run in a copy of the namespace, before the solution.
    """
    namespace, found, solved = {"__name__": "__main__"}, {}, solutions(path)
    sources = code_of(path)
    for name, source in sources.items():
        slug = name.removesuffix("-attempt")
        if slug == name:
            run(source, namespace)
            continue
        styles = {a["style"]: a["code"] for a in attempts(path) if a["exercise"] == slug}
        for style, code in {"stub": source, **styles, "solution": solved[slug]}.items():
            copy = dict(namespace)
            try:
                run(code, copy)
                found[slug, style] = run(sources[f"{slug}-check"], copy)
            except Exception as error:  # reported by the test of this style
                found[slug, style] = error
        run(solved[slug], namespace)
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
