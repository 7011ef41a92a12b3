"""The copy of coursekit that an assignment's code may import while it is graded.

A notebook's metadata may say ``"coursekit": {"provides": ["patterns", "lesson.exercises", ...]}``. Then the
kernel that runs a learner's code finds these modules alone, so that nobody hands in the package's own answer.
Without it, the kernel finds everything but the grader.
"""

import ast
import compileall
import os
import py_compile
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from coursekit.classroom.source import SourceError

PACKAGE = Path(__file__).resolve().parents[2]
INSIDE = ("__init__", "bundle", "checks", "kernel", "namespaces", "session")
IN_KERNEL = ("classroom/__init__.py", *(f"classroom/apart/{name}.py" for name in INSIDE))


def provide(modules, folder):
    """Copy the modules that code under grading may import into the subfolder coursekit of an empty folder.

    Modules are names of modules of coursekit, or of its folders, which stand for all in them; what they import
    comes along. None: all but the grader. Beside it comes matplotlib's list of fonts, which takes long to make.
    Raises SourceError where a module does not exist.
    """
    _list_fonts(folder)
    top, folder = folder, folder / "coursekit"
    files = _all() if modules is None else _with_imports(modules)
    for file in [*IN_KERNEL, *_with_data(files)]:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / file, folder / file)
    (folder / "__init__.py").write_text(_face(files, modules is None), encoding="utf-8")
    compileall.compile_dir(folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    for path in [top, *top.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _list_fonts(folder):
    environment = os.environ | {"MPLCONFIGDIR": str(folder), "MPLBACKEND": "agg"}
    command = [sys.executable, "-c", "import matplotlib.font_manager"]
    subprocess.run(command, env=environment, check=True, capture_output=True)


@cache
def _all():
    """Return the files of the package without the grader's."""
    files = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    return {file for file in files if not file.startswith(("classroom/", "cli.py", "__main__.py"))}


def _files_of(name):
    """Return the file of a module, or those of a folder; none where there is neither."""
    place = name.replace(".", "/")
    return {file for file in _all() if file == f"{place}.py" or file.startswith(f"{place}/")}


def _with_imports(modules):
    """Return the files of these modules and of those of coursekit that they import, directly or not."""
    unknown = [name for name in modules if not _files_of(name)]
    if unknown:
        raise SourceError(f"provides must name modules of coursekit; got {', '.join(sorted(unknown))}")
    found, waiting = set(), [file for name in modules for file in _files_of(name)]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            folder = file.rpartition("/")[0]
            waiting += [*_imported(file), *([f"{folder}/__init__.py"] if folder else [])]
    return found - {"__init__.py"}


def _imported(file):
    for node in ast.walk(ast.parse((PACKAGE / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "coursekit":
            module = node.module.partition(".")[2]
            for alias in node.names:  # a module of the folder, else something in the module
                inside = f"{module}.{alias.name}".strip(".")
                yield from _one_file(inside) or _one_file(module)


def _one_file(name):
    """Return the file of a module, or that of a folder itself; none where the name is neither."""
    place = name.replace(".", "/")
    return [file for file in (f"{place}.py", f"{place}/__init__.py") if file in _all()]


def _with_data(files):
    """Return the files, and what lies beside them and is no module, as styles do."""
    folders = {Path(file).parent for file in files} - {Path()}
    beside = [path for folder in folders for path in (PACKAGE / folder).iterdir() if path.is_file()]
    return files | {path.relative_to(PACKAGE).as_posix() for path in beside if path.suffix != ".py"}


def _face(files, whole):
    """Return `coursekit/__init__.py` without what is not provided, which then says so."""
    face = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    if whole:
        return face
    kept = []
    for node in ast.parse(face).body:
        if isinstance(node, ast.ImportFrom) and set(_sources(node)) <= files:
            kept.append(ast.unparse(node))
    return "\n".join(kept) + _REFUSAL


def _sources(node):
    module = node.module.partition(".")[2]
    for alias in node.names:
        yield from _one_file(f"{module}.{alias.name}") or _one_file(module)


_REFUSAL = """


def __getattr__(name):
    raise AttributeError(f"coursekit.{name} is not there while this assignment is graded: write it yourself")
"""
