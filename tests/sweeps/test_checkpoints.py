"""Finished parts survive; whatever is not ours, or damaged, is refused and kept as it is."""

import pytest

from coursekit.sweeps.checkpoint import append, open_checkpoint

JOB = {"grid": [1, 2], "name": "circle"}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "file"


def write(path, *parts):
    file, known = open_checkpoint(path, JOB)
    with file:
        for part in parts:
            append(file, part)
    return known


def test_parts_come_back_as_they_were(path):
    first, second = {"chunk": 0, "values": [0.1 + 0.2, -1, True]}, {"chunk": 1, "values": [1e-308]}
    assert write(path, first) == []
    assert write(path, second) == [first]
    assert write(path) == [first, second]


@pytest.mark.parametrize("cut", range(1, 30, 4))
def test_a_torn_tail_is_cut_off_and_the_rest_kept(path, cut):
    write(path, {"chunk": 0}, {"chunk": 1, "values": [0.5] * 3})
    path.write_bytes(path.read_bytes()[:-cut])
    assert write(path, {"chunk": 2}) == [{"chunk": 0}]
    assert write(path) == [{"chunk": 0}, {"chunk": 2}]


@pytest.mark.parametrize("kept", [0, 1, 9, 20])
def test_a_torn_header_is_begun_again(path, kept):
    write(path)
    path.write_bytes(path.read_bytes()[:kept])
    assert write(path, {"chunk": 0}) == []
    assert write(path) == [{"chunk": 0}]


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_damaged_line_is_refused_and_nothing_changed(path, line):
    write(path, {"chunk": 0}, {"chunk": 1})
    lines = path.read_bytes().split(b"\n")
    lines[line] = lines[line].replace(b"c", b"d")
    path.write_bytes(b"\n".join(lines))
    before = path.read_bytes()
    with pytest.raises(
        ValueError, match=f"checkpoint must be undamaged; line {line + 1} .*Nothing was changed"
    ):
        open_checkpoint(path, JOB)
    assert path.read_bytes() == before


@pytest.mark.parametrize("text", [b"my notes", b"my notes\nof two lines\n", b"\x00\xff\n", b"\n"])
def test_a_file_that_is_no_checkpoint_is_refused_and_nothing_changed(path, text):
    path.write_bytes(text)
    with pytest.raises(ValueError, match="checkpoint must be"):
        open_checkpoint(path, JOB)
    assert path.read_bytes() == text


def test_another_job_is_refused_by_what_differs(path):
    write(path, {"chunk": 0})
    before = path.read_bytes()
    for other in (JOB | {"name": "diamond"}, {"grid": [1, 2]}, JOB | {"more": 1}):
        with pytest.raises(ValueError, match=r"has (name|more) = .*this grid has"):
            open_checkpoint(path, other)
    assert path.read_bytes() == before


def test_another_format_is_refused(path, monkeypatch):
    write(path)
    monkeypatch.setattr("coursekit.sweeps.checkpoint.FORMAT", "coursekit checkpoint 2")
    with pytest.raises(
        ValueError, match="must have the format 'coursekit checkpoint 2'; got 'coursekit checkpoint 1'"
    ):
        open_checkpoint(path, JOB)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    for bad in (tmp_path, tmp_path / "no" / "file"):
        with pytest.raises(OSError, match="checkpoint must be a file that can be written; got"):
            open_checkpoint(bad, JOB)
    with pytest.raises(TypeError, match="checkpoint must be the path of a file; got None"):
        open_checkpoint(None, JOB)
