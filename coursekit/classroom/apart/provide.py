"""The copy of coursekit that an assignment's code may import while it is graded.

A notebook's metadata may say ``"coursekit": {"provides": ["patterns", "lesson.exercises", ...]}``. Then the
kernel that runs a learner's code finds these modules alone, so that nobody hands in the package's own answer.
Without it, the kernel finds everything but the grader.
"""

import ast
import compileall
import py_compile
import shutil
from modulefinder import ModuleFinder
from pathlib import Path

from coursekit.classroom.apart.sandbox import PACKAGE
from coursekit.classroom.source import SourceError

INSIDE = ("__init__", "bundle", "checks", "kernel", "session")
IN_KERNEL = ("classroom/__init__.py", *(f"classroom/apart/{name}.py" for name in INSIDE))


def provide(modules, folder):
    """Copy the modules that code under grading may import into the subfolder coursekit of an empty folder.

    Modules are names of modules of coursekit, or of its folders, which stand for all in them; what they
    import comes along. None: all but the grader. Raises SourceError where a module does not exist.
    """
    top, folder = folder, folder / "coursekit"
    files = _all() if modules is None else _with_imports(modules)
    for file in [*IN_KERNEL, *_with_data(files)]:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / file, folder / file)
    if modules is not None:
        (folder / "__init__.py").write_text(_face(), encoding="utf-8")
    compileall.compile_dir(folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    for path in [top, *top.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def _all():
    """Return the files of the package without the grader's."""
    files = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    return {file for file in files if not file.startswith(("classroom/", "cli.py", "__main__.py"))}


def _with_imports(modules):
    """Return the files of these modules and of those of coursekit that they import, directly or not."""
    finder = ModuleFinder([])
    finder.add_module("coursekit").__path__ = [str(PACKAGE)]  # without what its own file imports
    for name in modules:
        place = name.replace(".", "/")
        files = [file for file in _all() if file == f"{place}.py" or file.startswith(f"{place}/")]
        if not files:
            raise SourceError(f"provides must name modules of coursekit; got {name}")
        for file in files:
            inside = file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            finder.import_hook(f"coursekit.{inside}")
    found = [Path(module.__file__) for module in finder.modules.values() if module.__file__]
    return {path.relative_to(PACKAGE).as_posix() for path in found}


def _with_data(files):
    """Return the files, and what lies beside them and is no module, as styles do."""
    folders = {Path(file).parent for file in files} - {Path()}
    beside = [path for folder in folders for path in (PACKAGE / folder).iterdir() if path.is_file()]
    return files | {path.relative_to(PACKAGE).as_posix() for path in beside if path.suffix != ".py"}


def _face():
    """Return `coursekit/__init__.py` of what is there alone; the rest says that it is not provided."""
    nodes = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8")).body
    imports = [ast.unparse(node) for node in nodes if isinstance(node, ast.ImportFrom)]
    tried = [f"with suppress(ImportError):\n    {line}" for line in imports]
    return "\n".join(["from contextlib import suppress", *tried]) + _REFUSAL


_REFUSAL = """


def __getattr__(name):
    raise AttributeError(f"coursekit.{name} is not there while this assignment is graded: write it yourself")
"""
