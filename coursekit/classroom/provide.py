"""The copy of coursekit that an assignment's code may import while it is graded.

A notebook's metadata may say ``"coursekit": {"provides": ["patterns", ...]}``. Then the kernel that runs a
learner's code finds these modules alone, so that nobody hands in the package's own answer. Without it, the
kernel finds everything but the grader.
"""

import ast
import compileall
import os
import py_compile
import shutil
import subprocess
import sys
from pathlib import Path

from coursekit.classroom.source import SourceError

PACKAGE = Path(__file__).resolve().parents[1]
IN_KERNEL = ("__init__.py", "bundle.py", "kernel.py", "namespaces.py")


def provide(modules, folder):
    """Copy the modules that code under grading may import.

    Parameters
    ----------
    modules : list of str or None
        Names of modules of coursekit; what they import comes along. None: all but the grader.
    folder : Path
        An empty folder; the copy goes to its subfolder coursekit, and beside it matplotlib's list of fonts,
        which takes long to make.

    Raises
    ------
    SourceError
        Where a module does not exist.
    """
    _list_fonts(folder)
    top, folder = folder, folder / "coursekit"
    names = _all() if modules is None else _with_imports(modules)
    (folder / "classroom").mkdir(parents=True)
    for name in IN_KERNEL:
        shutil.copyfile(PACKAGE / "classroom" / name, folder / "classroom" / name)
    for name in names - {"__init__"}:
        source = PACKAGE / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(f"{source}.py", folder / f"{name}.py")
    (folder / "__init__.py").write_text(_face(names, modules is None), encoding="utf-8")
    compileall.compile_dir(folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    for path in [top, *top.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _list_fonts(folder):
    environment = os.environ | {"MPLCONFIGDIR": str(folder), "MPLBACKEND": "agg"}
    command = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(command, env=environment, check=True, capture_output=True)


def _all():
    modules = {path.stem for path in PACKAGE.glob("*.py")}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return (modules | folders) - {"classroom", "cli", "__main__"}


def _with_imports(modules):
    """Return the modules and those of coursekit that they import, directly or not."""
    unknown = set(modules) - _all()
    if unknown:
        raise SourceError(f"provides must name modules of coursekit; got {', '.join(sorted(unknown))}")
    found, waiting = set(), list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _imported(name)
    return found


def _imported(name):
    path = PACKAGE / f"{name}.py"
    files = [path] if path.exists() else (PACKAGE / name).glob("*.py")
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "coursekit":
                rest = node.module.partition(".")[2]
                yield from [rest.partition(".")[0]] if rest else [alias.name for alias in node.names]


def _face(names, whole):
    """Return `coursekit/__init__.py` without what is not provided, which then says so."""
    face = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    if whole:
        return face
    kept = []
    for node in ast.parse(face).body:
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[2] in names:
            kept.append(ast.unparse(node))
    return "\n".join(kept) + _REFUSAL


_REFUSAL = """


def __getattr__(name):
    raise AttributeError(f"coursekit.{name} is not there while this assignment is graded: write it yourself")
"""
