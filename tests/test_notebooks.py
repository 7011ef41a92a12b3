"""What every committed notebook must keep; strict nbval runs them besides."""

import ast
import json
import re

import pytest
from execute_notebooks import FOLDED, dumps, normalise
from notebook_cells import NOTEBOOKS, cells, checks, code_of, exercises, lessons

LESSONS = pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
TINY = "X = np.array([[0.5, -0.5, 1.0], [-1.0, 0.5, 1.0]])"
NEVER_SAID = re.compile(r"\b(obviously|simply|just|trivial(ly)?)\b", re.IGNORECASE)
NEVER_SHOWN = re.compile(r" at 0x|<Figure|<Axes|<matplotlib|np\.float64\(|Warning:|Traceback")


def markdown(path):
    return {
        name: "".join(cell["source"]) for name, cell in cells(path).items() if cell["cell_type"] == "markdown"
    }


def texts(output):
    """Return the text that a reader sees of one output, without the data of pictures."""
    if output["output_type"] == "stream":
        return "".join(output["text"])
    shown = ["".join(value) for mime, value in output["data"].items() if mime.startswith("text/")]
    return re.sub(r"base64,[A-Za-z0-9+/=]+", "", "\n".join(shown))


def test_the_course_is_complete_and_numbered():
    assert [path.name[:3] for path in lessons()] == [f"{number:02d}_" for number in range(len(lessons()))]


@LESSONS
def test_the_file_is_normalised_and_small(path):
    text = path.read_text(encoding="utf-8")
    notebook = json.loads(text)
    assert dumps(normalise(notebook)) == text
    ids = [cell["id"] for cell in notebook["cells"]]
    assert len(ids) == len(set(ids)) <= 73
    assert all(re.fullmatch(rf"{path.name[:2]}-[a-z0-9-]+", name) for name in ids)
    assert len(text) <= 1_000_000


@LESSONS
def test_code_cells_are_short(path):
    for name, source in code_of(path).items():
        most = 45 if name.endswith(FOLDED) else 15
        assert source.count("\n") < most, f"{name} has more than {most} lines"


@LESSONS
def test_outputs_are_clean(path):
    for name, cell in cells(path).items():
        for output in cell.get("outputs", ()):
            assert output["output_type"] != "error", name
            assert output.get("name") != "stderr", name
            assert not NEVER_SHOWN.search(texts(output)), name
            if "image/png" in output.get("data", {}):
                assert re.search(r'<img [^>]*alt="[^"]{40,}"', "".join(output["data"]["text/html"])), name


@LESSONS
def test_an_exercise_has_all_its_cells(path):
    every, slugs = cells(path), exercises(path)
    assert slugs
    for slug in slugs:
        order = [name for name in every if name.startswith(f"{slug}-")]
        assert order == [f"{slug}-{part}" for part in ("exercise", "attempt", "check", "help")]
        help_text = "".join(every[f"{slug}-help"]["source"])
        folded = re.findall(r"<details><summary>(.*?)</summary>\n\n", help_text)
        assert folded == ["Hint 1", "Hint 2", "Hint 3", "Solution"], slug
        assert help_text.count("\n\n</details>") == 4, slug


@LESSONS
def test_the_parts_of_a_lesson(path):
    number, names = path.name[:2], markdown(path)
    for part in ("title", "recall", "summary", "exit", "reading"):
        assert f"{number}-{part}" in names
    assert names[f"{number}-title"].startswith(f"# {number} · ")
    assert re.search(r"\b\d+ minutes\b", names[f"{number}-title"])
    assert names[f"{number}-exit"].count("<summary>Answer") == 3
    assert len(re.findall(r"\bask\(", checks(path)["recall"])) == 3


@LESSONS
def test_every_check_is_kept_and_the_progress_is_that_of_a_newcomer(path):
    number, code = path.name[:2], code_of(path)
    for name in [*exercises(path), f"{number}-recall"]:
        assert f'run_check("{name}")' in code[f"{name}-check"]
    known = [checks(path)[slug[3:].replace("-", "_")] for slug in exercises(path)]
    titles = [re.search(r'\bcheck\(\s*"([^"]+)"', source).group(1) for source in known]
    line = ast.parse(code[f"{number}-progress"]).body[-1].value
    core, practice = (*map(ast.literal_eval, line.args[1:]), [])[:2]
    assert core + practice == titles
    cell = cells(path)[f"{number}-progress"]
    assert cell["metadata"]["tags"] == ["nbval-ignore-output"]  # it differs once an exercise has passed
    assert f"0 of {len(core)} exercises passed" in texts(cell["outputs"][0])
    names = list(cells(path))  # the core ends with its exit questions
    core_slugs = [s for s in exercises(path) if names.index(f"{s}-exercise") < names.index(f"{number}-exit")]
    assert len(core_slugs) == len(core)


@LESSONS
def test_a_folded_cell_leaves_no_short_name_that_a_learner_could_mean(path):
    for name, cell in cells(path).items():
        if cell["cell_type"] == "code" and cell["metadata"].get("jupyter", {}).get("source_hidden"):
            names = run_names("".join(cell["source"]))
            assert not {each for each in names if len(each) == 1 and each.islower() and each != "y"}, name


@LESSONS
def test_the_tone_and_the_links(path):
    for name, text in markdown(path).items():
        prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
        assert not NEVER_SAID.search(prose), name
        for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", text):
            assert (NOTEBOOKS / target).exists(), f"{name} links to {target}"


@pytest.mark.parametrize("number", ["02", "03", "04", "05"])
def test_one_tiny_network_runs_through_the_lessons(number):
    (path,) = (path for path in lessons() if path.name.startswith(number))
    (cell,) = (source for source in code_of(path).values() if source.startswith(TINY))
    assert "W1=np.array([[1.0, -2.0], [2.0, 1.0], [1.5, 0.5]])" in cell
    assert "W2=np.array([2.0, -1.0])" in cell
    assert "y = np.array([1, 0])" in cell


@LESSONS
def test_a_check_gives_its_notebook_nothing_but_a_verdict(path):
    known = set()
    for name, source in code_of(path).items():
        nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
        bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
        assert "run_check(" not in source or all("verdict" in other for other in bound - known), name
        known |= bound


def run_names(source):
    """Return the names that a cell leaves behind: what its statements store, outside of functions."""
    inner, nodes = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.comprehension), [ast.parse(source)]
    for node in nodes:
        nodes += [each for each in ast.iter_child_nodes(node) if not isinstance(each, inner)]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def first_cells():
    return [code_of(path)[f"{path.name[:2]}-course-tools"] for path in lessons()[1:]]


def test_every_lesson_but_the_doctors_begins_with_the_same_cell():
    assert len(set(first_cells())) == 1
    for path in lessons()[1:]:
        assert next(iter(code_of(path))) == f"{path.name[:2]}-course-tools"


@pytest.mark.parametrize(
    ("platform", "files", "line"),
    [
        ("linux", ["pyproject.toml"], '%pip install -e "..[lab,grade]"'),
        (
            "win32",
            ["notebooks/coursekit-0.1.0-py3-none-any.whl"],
            "%pip install coursekit-0.1.0-py3-none-any.whl",
        ),
        ("darwin", [], "%pip install coursekit-VERSION.whl\n(Upload the file first"),
        ("emscripten", ["pyproject.toml"], "%pip install coursekit"),
    ],
)
def test_the_first_cell_says_what_brings_the_course_to_this_kernel(
    monkeypatch, tmp_path, platform, files, line
):
    (tmp_path / "notebooks").mkdir()
    for name in files:
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.setattr("sys.platform", platform)
    exec(first_cells()[0], {})  # silent where it is installed
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="not installed for this kernel") as stopped:
        exec(first_cells()[0], {})
    assert f"    {line}" in str(stopped.value)
