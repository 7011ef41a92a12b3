"""Who may import whom, what a bare import loads, and sizes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import coursekit

PACKAGE = Path(coursekit.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix()[:-3] for path in PACKAGE.rglob("*.py"))
LAYERS = [  # a file of the top level or a folder imports from rows above its own, and a folder from itself
    {"_validation", "_parallel", "activations", "palette"},
    {"losses", "patterns", "network", "gradcheck"},
    {"starts", "descent", "diagnosis", "plots", "lesson"},
    {"training", "sweeps"},
    {"explorers"},
    {"__init__"},
    {"classroom"},
    {"cli"},
    {"__main__"},
]
ROW = {place: row for row, places in enumerate(LAYERS) for place in places}
WORDS = {"_validation", "palette", "diagnosis.evidence", "diagnosis.errors"}  # no maths in these
ONLY = {  # stricter than the row says, or allowed beyond it
    "plots": {"_validation", "palette", "patterns"},
    "lesson": WORDS,
    "classroom": {"lesson.exercises", "_parallel"},
}
OUTSIDE = {
    "palette": set(),
    "_parallel": {"tqdm"},
    "plots": {"numpy", "matplotlib", "IPython", "PIL"},  # Pillow comes with matplotlib
    "sweeps": {"numpy", "pandas"},
    "lesson": {"numpy", "ipywidgets"},
    "explorers": {"numpy", "ipywidgets", "IPython", "PIL"},
    "classroom": {"numpy", "psutil", "pytest", "nbval", "jupyter_client", "IPython", "ipykernel"},
    "cli": set(),
}


def imports(module):
    """Return (modules of coursekit, packages from outside) that a module imports anywhere."""
    own, outside = set(), set()
    for node in ast.walk(ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            if top == "coursekit":
                own.add(rest)
            elif top not in sys.stdlib_module_names:
                outside.add(top)
    return own, outside


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_above(module):
    own, outside = imports(module)
    place, _, inside = module.partition("/")
    for name in own:
        top = name.partition(".")[0]
        if place in ONLY and top != place:
            assert any(f"{name}.".startswith(f"{other}.") for other in ONLY[place]), name
        elif not (inside and top == place):
            assert ROW[top] < ROW[place], name
    assert outside <= OUTSIDE.get(place, {"numpy"})


def test_a_bare_import_loads_numpy_alone():
    code = "import sys, coursekit; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    unwanted = {"matplotlib", "ipywidgets", "IPython", "pytest", "nbformat", "nbval", "traitlets"}
    assert not unwanted & set(loaded.stdout.split())


@pytest.mark.parametrize("module", MODULES)
def test_every_public_function_has_a_docstring(module):
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            assert ast.get_docstring(node), node.name


def test_the_public_face_is_complete():
    for name in coursekit.__all__:
        assert hasattr(coursekit, name)
