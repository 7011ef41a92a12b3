"""Who may import whom, and what a bare import loads."""

import ast
import subprocess
import sys
from pathlib import Path

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
WORDS = {
    "_validation",
    "palette",
    *(f"diagnosis.{name}" for name in ("evidence", "errors", "gaps", "reads", "repair", "together")),
}
ONLY = {  # stricter than the row says, or allowed beyond it
    "plots": {"_validation", "palette", "patterns"},
    "lesson": WORDS,
    "classroom": {"lesson.exercises", "lesson.files", "_parallel", "__version__"},
}
OUTSIDE = {
    "palette": set(),
    "_parallel": {"tqdm"},
    "plots": {"numpy", "matplotlib", "IPython", "PIL"},  # Pillow comes with matplotlib
    "descent": {"numpy", "numba"},
    "sweeps": {"numpy", "pandas"},
    "lesson": {"numpy", "ipywidgets", "IPython"},
    "explorers": {"numpy", "ipywidgets", "IPython", "PIL"},
    "classroom": {
        "numpy",
        "psutil",
        "pytest",
        "nbval",
        "IPython",
        "traitlets",
        "jinja2",
        "markupsafe",
    },
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


def is_allowed(name, place):
    """Whether a file of the top level, or of the folder `place`, may import this module of coursekit."""
    top = name.partition(".")[0]
    if top == place:
        return place not in MODULES  # a folder may import from itself
    if place in ONLY:
        return any(f"{name}.".startswith(f"{other}.") for other in ONLY[place])
    return ROW[top] < ROW[place]


def test_modules_import_only_from_above():
    for module in MODULES:
        place, (own, outside) = module.partition("/")[0], imports(module)
        assert not {name for name in own if not is_allowed(name, place)}, module
        assert outside <= OUTSIDE.get(place, {"numpy"}), module


def test_a_bare_import_loads_numpy_alone():
    code = "import sys, coursekit; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    unwanted = {"matplotlib", "ipywidgets", "IPython", "pytest", "nbformat", "nbval", "traitlets"}
    slow = {"hashlib", "json", "html", "difflib", "csv", "asyncio", "multiprocessing", "concurrent"}
    assert not (unwanted | slow) & set(loaded.stdout.split())
