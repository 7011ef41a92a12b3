"""The collected mistakes are what they say: sourced, runnable, and wrong."""

import re
from collections import Counter

import pytest
from collected import FOURTH, GRADIENTS, SECOND, STEPS, THIRD, outcomes, read

MISTAKES = [mistake for path in (GRADIENTS, STEPS, *SECOND, *THIRD, *FOURTH) for mistake in read(path)]


def test_there_are_enough_of_them_and_no_two_share_a_name():
    assert len(read(GRADIENTS)) >= 130
    assert len(read(STEPS)) >= 110
    assert [len(read(path)) >= least for path, least in zip(SECOND, (40, 30), strict=True)] == [True, True]
    assert [len(read(path)) >= least for path, least in zip(THIRD, (50, 45), strict=True)] == [True, True]
    assert [len(read(path)) >= least for path, least in zip(FOURTH, (140, 100), strict=True)] == [True, True]
    assert max(Counter(m["id"] for m in MISTAKES).values()) == 1


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m["id"])
def test_a_mistake_is_sourced_runs_as_it_says_and_is_wrong_somewhere(mistake):
    assert re.match(r"own: .+|.+, (kept in )?https://\S+$", mistake["source"])
    assert mistake["kind"]
    assert all(len(word) > 1 or word.isdigit() for word in mistake["names"])
    seen = set(outcomes(mistake))
    assert seen != {"right"}
    assert (seen.isdisjoint({"right", "wrong"})) == ("raises" in mistake)
    assert mistake.get("raises") in {None, *seen}
