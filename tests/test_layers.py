"""Who may import whom, what a bare import loads, and sizes."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import coursekit

PACKAGE = Path(coursekit.__file__).parent
MODULES = sorted(path.relative_to(PACKAGE).as_posix()[:-3] for path in PACKAGE.rglob("*.py"))
BASE = {"_validation"}
MATHS = {"activations", "losses", "patterns", "network"}
DIAGNOSES = {"evidence", "diagnosis", "step_diagnosis", "forward_diagnosis"}
SHOWN_LIVE = {"chunks", "gradcheck", "live", "palette", "svg", "sweep_plots", "sweep_results", "training"}
MAY_IMPORT = {
    "__init__": MATHS | DIAGNOSES | {"gradcheck", "training"} | {"chunks", "sweeps", "sweep_results"},
    "_validation": set(),
    "activations": set(),
    "palette": set(),
    "losses": BASE,
    "patterns": BASE,
    "network": BASE | {"activations"},
    "gradcheck": BASE,
    "descent": {"network"},
    "training": BASE | MATHS | {"descent"},
    "chunks": BASE | MATHS | {"descent"},
    "checkpoints": BASE,
    "running": set(),
    "sweep_results": BASE,
    "sweeps": BASE | MATHS | {"chunks", "checkpoints", "running", "sweep_results"},
    "pictures": BASE,
    "plots": BASE | {"palette", "patterns", "pictures"},
    "sweep_plots": BASE | {"palette", "plots"},
    "stops": set(),
    "exercises": BASE | {"evidence", "stops"},
    "progress": BASE | {"exercises"},
    "questions": BASE,
    "formulas": BASE | MATHS,
    "mistakes": MATHS,
    "evidence": BASE,
    "diagnosis": BASE | MATHS | {"mistakes", "evidence"},
    "step_mistakes": MATHS | {"mistakes"},
    "forward_mistakes": MATHS | {"step_mistakes"},
    "explanations": BASE | {"mistakes", "step_mistakes", "forward_mistakes", "evidence"},
    "step_diagnosis": BASE | MATHS | {"step_mistakes", "explanations", "evidence"},
    "forward_diagnosis": MATHS | {"forward_mistakes", "explanations", "evidence"},
    "live": MATHS | {"descent", "training"},
    "svg": {"palette"},
    "explorers": BASE | MATHS | SHOWN_LIVE,
    "classroom": {"exercises", "running"},  # none of the maths
    "cli": {"classroom"},
    "__main__": {"cli"},
}
OUTSIDE = {
    "palette": set(),
    "pictures": {"matplotlib", "IPython", "PIL"},  # Pillow comes with matplotlib
    "plots": {"numpy", "matplotlib"},
    "sweep_plots": {"numpy", "matplotlib"},
    "running": {"tqdm"},
    "sweep_results": {"numpy", "pandas"},
    "checkpoints": set(),
    "svg": {"numpy", "PIL"},
    "explorers": {"numpy", "ipywidgets", "IPython"},
    "progress": set(),
    "questions": {"ipywidgets"},
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
            whole = node.module == "coursekit"
            names = [f"coursekit.{alias.name}" for alias in node.names] if whole else [node.module]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            if top == "coursekit":
                own.add(rest.partition(".")[0])
            elif top not in sys.stdlib_module_names:
                outside.add(top)
    return own, outside


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_from_below(module):
    own, outside = imports(module)
    layer, _, inside = module.partition("/")  # the modules of a package are one layer
    assert own <= MAY_IMPORT[layer] | ({layer} if inside else set())
    assert outside <= OUTSIDE.get(layer, {"numpy"})


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
