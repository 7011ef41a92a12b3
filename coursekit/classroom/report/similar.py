"""Answers that are much alike, for a look: the structure of the code counts, not its names.

Each answer becomes a set of runs of tokens ("k-grams", Schleimer, Wilkerson and Aiken, "Winnowing: local
algorithms for document fingerprinting", SIGMOD 2003, doi:10.1145/872757.872770), in which every name and
every number is the same. What most of the class shares, or the source gives, does not count.
"""

import io
import keyword
import tokenize
from collections import Counter
from itertools import combinations

LONGEST = 200_000  # characters of an answer that are looked at
LENGTH = 8  # tokens of a run
ALIKE = 0.8  # share of common runs from which a pair is shown
COMMON = 0.3  # runs that this share of a class has say nothing
FEWEST = 10  # runs of an answer below which nothing is said


def fingerprint(code):
    """Return the runs of tokens of a code, without names, numbers and comments."""
    kinds = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(code[:LONGEST]).readline):
            if token.type == tokenize.NAME:
                kinds.append(token.string if keyword.iskeyword(token.string) else "name")
            elif token.type == tokenize.OP:
                kinds.append(token.string)
            elif token.type in (tokenize.NUMBER, tokenize.STRING):
                kinds.append("value")
    except (tokenize.TokenError, SyntaxError):
        pass  # what could be read counts
    return {tuple(kinds[i : i + LENGTH]) for i in range(len(kinds) - LENGTH + 1)}


def similar_pairs(codes, given=()):
    """Return (learner, learner, share of runs in common) of answers much alike, the most alike first.

    `codes` are learner -> all code; `given` are codes that anybody may have: the release and the reference.
    """
    prints = {learner: fingerprint(code) for learner, code in codes.items()}
    counts = Counter(run for runs in prints.values() for run in runs)
    known = set().union(*map(fingerprint, given)) if given else set()
    if len(prints) > 5:
        known |= {run for run, count in counts.items() if count > COMMON * len(prints)}
    own = {learner: runs - known for learner, runs in prints.items()}
    names = sorted(learner for learner, runs in own.items() if len(runs) >= FEWEST)
    pairs = [
        (one, other, len(own[one] & own[other]) / len(own[one] | own[other]))
        for one, other in combinations(names, 2)
    ]
    return sorted((pair for pair in pairs if pair[2] >= ALIKE), key=lambda pair: (-pair[2], pair[:2]))
