"""Answers are found by name, whatever happened to the file."""

import copy
import json

import pytest
from samples import RIGHT, extra_cell, handed_in, notebook

from coursekit.classroom.cells import LARGEST, shortened
from coursekit.classroom.submission import Unreadable, read_submission


def read(made, assignment):
    return read_submission(json.dumps(made).encode(), assignment)


@pytest.fixture
def right(released):
    return handed_in(released, RIGHT)


def answers(made, assignment):
    return {name: codes[0] for name, codes in read(made, assignment).answers.items()}


def test_answers_are_found_by_their_names(right, assignment):
    assert answers(right, assignment) == RIGHT
    assert read(right, assignment).flags == ()


def test_a_written_answer_is_kept_without_what_was_given(released, assignment):
    stub = "*Your answer here, in two or three sentences.*"
    text = f"<!-- WRITTEN why (2 points) -->\nWhy?\n\nBecause **it** is.\n{stub}"
    assert read(handed_in(released, {"tiny-why": text}), assignment).written == {"why": "Because **it** is."}
    assert read(released, assignment).written == {"why": ""}


def without_ids(made):
    for cell in made["cells"]:
        del cell["id"]


def without_metadata(made):
    for cell in made["cells"]:
        cell["metadata"] = {}


def by_comment_alone(made):
    without_ids(made)
    without_metadata(made)
    for cell in made["cells"]:
        if cell["source"] in RIGHT.values():
            name = next(name for name, code in RIGHT.items() if code == cell["source"])
            cell["source"] = f"# Answer: {name}\n{cell['source']}"


def reordered(made):
    made["cells"].reverse()


def in_lists(made):
    for cell in made["cells"]:
        cell["source"] = "".join(cell["source"]).splitlines(keepends=True)


def as_colab(made):
    made["metadata"]["colab"] = {"provenance": []}
    for cell in made["cells"]:
        cell["metadata"]["id"] = cell.pop("id")[:4]


def as_vscode(made):
    for cell in made["cells"]:
        cell["metadata"]["vscode"] = {"languageId": "python"}


def with_bom(made):
    for cell in made["cells"]:
        cell["source"] = "\ufeff" + "".join(cell["source"])
    return b"\xef\xbb\xbf" + json.dumps(made).encode()


def as_format_3(made):
    cells = []
    for cell in made["cells"]:
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        old["input" if cell["cell_type"] == "code" else "source"] = cell["source"]
        cells.append(old)
    return json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}).encode()


@pytest.mark.parametrize(
    "change",
    [
        without_ids,
        without_metadata,
        by_comment_alone,
        reordered,
        in_lists,
        as_colab,
        as_vscode,
        with_bom,
        as_format_3,
    ],
)
def test_nothing_that_tools_do_to_a_file_loses_an_answer(change, right, assignment):
    made = copy.deepcopy(right)
    data = change(made) or json.dumps(made).encode()
    found = {name: codes[0] for name, codes in read_submission(data, assignment).answers.items()}
    assert {name: code.removeprefix(f"# Answer: {name}\n") for name, code in found.items()} == RIGHT


def test_extra_cells_run_after_the_answer_they_follow(released, assignment):
    made = handed_in(
        released, RIGHT, after=[("tiny-title", "import math"), ("tiny-double-check", "double(3)")]
    )
    found = read(made, assignment).answers
    assert found["tiny-title"] == ["import math"]
    assert found["double"] == ["double(3)"]


def test_edited_given_cells_and_checks_do_not_count(right, assignment):
    for cell in right["cells"]:
        if cell["id"] in ("tiny-setup", "tiny-double-check"):
            cell["source"] = "raise SystemExit"
    assert answers(right, assignment) == RIGHT
    assert [flag.split(":")[0] for flag in read(right, assignment).flags] == ["tiny-setup", "double"]


def test_a_header_in_a_text_of_the_code_cuts_no_cell(released, assignment):
    code = '"""What I tried.\n\n### CHECK double (3 points)\n"""\n' + RIGHT["tiny-double"]
    found = read(handed_in(released, RIGHT | {"tiny-double": code}), assignment)
    assert found.answers["tiny-double"] == [code]
    assert found.flags == ()


def test_a_missing_cell_is_flagged(right, assignment):
    right["cells"] = [cell for cell in right["cells"] if cell["id"] != "tiny-add"]
    assert read(right, assignment).flags == ("tiny-add is missing",)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b"{", "no notebook that can be read"),
        (b"\xff\xfe\x00", "no notebook that can be read"),
        (b"[" * 100_000, "no notebook that can be read"),
        (b"%PDF-1.7", "is a PDF document"),
        (b"\n<!DOCTYPE html>", "is a web page"),
        (b"PK\x03\x04", "is a zip archive"),
        (b"[]," * 5_000_000, "too large"),
        (b"[]", "it has no cells"),
        (b'{"cells": 5}', "it has no cells"),
        (b'{"cells": []}', "none of the assignment's cells"),
        (json.dumps(notebook({"other": "1"})).encode(), "none of the assignment's cells"),
        (b"1" * (LARGEST + 1), "too large: more than 40 MB"),
    ],
)
def test_an_unreadable_file_says_why(data, message, assignment):
    with pytest.raises(Unreadable, match=message):
        read_submission(data, assignment)


def test_odd_cells_do_no_harm(right, assignment):
    right["cells"] += [
        None,
        5,
        {},
        {"cell_type": "code", "source": {"a": 1}},
        {"cell_type": "code", "metadata": 3},
    ]
    right["cells"].append(extra_cell(["a = 1", 5]))
    right["cells"].append({"cell_type": ["code"], "id": {}, "metadata": {"nbgrader": {"grade_id": []}}})
    right["cells"][2]["outputs"] = [{"data": {"digits": "N"}}]
    data = json.dumps(right).replace('"N"', "9" * 5000).encode()  # more digits than Python reads
    assert read_submission(data, assignment).answers == {k: [v] for k, v in RIGHT.items()} | {
        "why": ["a = 1"]
    }


def test_any_encoding_is_read(right, assignment):
    right["cells"][2]["source"] += "  # é"
    text = json.dumps(right, ensure_ascii=False)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"):
        found = read_submission(text.encode(encoding), assignment)
        assert found.answers["tiny-double"] == [RIGHT["tiny-double"] + "  # é"]


def test_of_outputs_the_begin_of_what_was_printed_is_kept(right):
    odd = [None, {"text": 5}, {"data": []}, {"data": {"text/plain": [1, "a\n"]}}, {"text": ["b", "\ud83d\n"]}]
    right["cells"][2]["outputs"] = [*odd, {"output_type": "display_data", "data": {"image/png": "x" * 999}}]
    right["cells"][3]["outputs"] = {"text": "none"}
    kept = [cell.get("outputs") for cell in json.loads(shortened(json.dumps(right).encode()))["cells"]]
    assert kept[2][0]["text"] == "a\nb\ufffd"
    assert [one for one in kept if one] == [kept[2]]
