"""Make a class of twenty, as Moodle and as Canvas would export it, to try the grading on.

    python tests/classroom/sample_class.py FOLDER [SOURCE]

FOLDER gets moodle.zip, canvas.zip and roster.csv. Nobody in it is a real person. Most answers are right in
one style or another; the others have typical mistakes, and some files are not what was asked for.
"""

import csv
import json
import re
import sys
import zipfile
from pathlib import Path

from coursekit.classroom.assemble import reference_answers
from coursekit.classroom.release import release
from coursekit.classroom.source import WRITTEN_STUB, read_source

SOURCE = Path(__file__).parents[2] / "notebooks" / "assignments" / "backpropagation.ipynb"
NAMES = [
    *("Ada Aster", "Ben Birch", "Chloé Cedar", "Dov Daisy", "Eva Elder", "Finn Fern", "Gül Gorse"),
    *("Hana Hazel", "Ivo Ivy", "Jan Juniper", "Kofi Kale", "Łucja Laurel", "Mia Moss", "Noor Nettle"),
    *("Olu Oak", "Pia Pine", "Quy Quince", "Rosa Rowan", "Sven Sorrel", "Tomás Thyme"),
]
MISTAKES = {  # learner -> cell, pattern, replacement
    4: ("backward", r" / len\(y\)", ""),
    5: ("backward", r" / len\(y\)", ""),
    6: ("backward", r" \* hidden \* \(1 - hidden\)", ""),
    7: ("backward", r"probabilities - y", "y - probabilities"),
    8: ("update", "- learning_rate", "+ learning_rate"),
    9: ("loss", r"(?s)    wrong_way.*", "    p = 1 / (1 + np.exp(-z2))\n    return -np.mean(y * np.log(p))"),
    10: ("train", r"\(forward_pass\[3\] >= 0.5\)", "(forward_pass[3] > 0.75)"),
    11: ("first-time", ">=", ">"),
    12: ("forward", r"hidden_sums = X @ W1", "hidden_sums = X @ W1 + 1"),
    13: (
        "backward",
        r"def backward\(W1, W2, X, y, forward_pass\):",
        "def backward(W1, W2, X, y, forward_pass)",
    ),
    14: ("transfer", r"(?s)    _, units.*", "    ...  # your code here"),
}
STYLES = {  # learner -> cell, pattern, replacement: right as well
    1: ("backward", r"hidden.T @ output_error", 'np.einsum("nh,n->h", hidden, output_error)'),
    2: (
        "update",
        r"(?s)    stepped.*",
        "    return [W - learning_rate * g for W, g in ((W1, dW1), (W2, dW2))]",
    ),
    3: ("forward", r"    logits = ", "    print(hidden.shape)\n    logits = "),
}
WRITTEN = (
    "On the plateau it answers class 0 everywhere: .76 is the majority. The loss falls from .55 to .47.",
    "It does not learn there, then it does.",
    "",
)


def notebook(released, solution, changed, written):
    """Return a learner's notebook: the solution with one cell changed, and an answer in words."""
    answers = dict(solution)
    if changed:
        cell, pattern, replacement = changed
        answers[cell], times = re.subn(pattern, replacement, answers[cell])
        assert times, pattern
    made = json.loads(json.dumps(released))
    for cell in made["cells"]:
        text = "".join(cell["source"])
        cell["source"] = answers.get(cell["id"], text.replace(WRITTEN_STUB, written))
    return json.dumps(made, ensure_ascii=False).encode()


def files(source):
    """Return for each learner (name of the file, content), of some more than one or none."""
    assignment = read_source(source)
    released = json.loads(release(assignment))
    solution = {name: code for name, (code,) in reference_answers(assignment).items()}
    made = {}
    for i, name in enumerate(NAMES):
        changed = MISTAKES.get(i) or STYLES.get(i)
        made[name] = [("hw.ipynb", notebook(released, solution, changed, WRITTEN[i % 3]))]
    right = made[NAMES[15]][0][1]
    made[NAMES[15]] = [("hw.ipynb", json.dumps(released).encode()), ("hw-1.ipynb", right)]  # handed in twice
    made[NAMES[16]] = [("hw.ipynb", json.dumps(released).encode())]  # untouched
    made[NAMES[17]] = [("hw.ipynb", right[:2000])]  # half of a file
    made[NAMES[18]] = [("hw.pdf", b"%PDF-1.7")]
    made[NAMES[19]] = []
    return made


def main(folder, source=SOURCE):
    """Write the two archives and the roster."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    moodle, canvas = (zipfile.ZipFile(folder / f"{name}.zip", "w") for name in ("moodle", "canvas"))
    with moodle, canvas, open(folder / "roster.csv", "w", newline="", encoding="utf-8") as roster:
        table = csv.writer(roster)
        table.writerow(["learner"])
        for i, (name, handed_in) in enumerate(files(source).items()):
            table.writerow([name])
            first, last = name.lower().split()
            for j, (file, content) in enumerate(handed_in):
                moodle.writestr(f"{name}_{1001 + i}_assignsubmission_file_/{file}", content)
                late = "_LATE" if j else ""
                canvas.writestr(f"{last}{first}{late}_{2001 + i}_{90001 + 10 * i + j}_{file}", content)
    print(f"{len(NAMES)} learners: {folder / 'moodle.zip'}, {folder / 'canvas.zip'}, {folder / 'roster.csv'}")


if __name__ == "__main__":
    main(*sys.argv[1:])
