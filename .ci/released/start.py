"""Installs the course from this folder, brings its lessons into a folder of yours, and opens them.

    python3 start.py [FOLDER] [OPTIONS OF JUPYTER LAB]

FOLDER holds your work; by default it is coursekit-lessons in your home. Start a newer version alike, and
the lessons are renewed around your answers.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(folder="", *options):
    """Install, copy the lessons, open them; return the status of the last step, or why it went no further."""
    if sys.version_info < (3, 11):  # noqa: UP036 (whoever starts this may have an older one)
        return f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}, {sys.executable}."
    if damaged := [name for name, digest in checksums() if digest != digest_of(HERE / name)]:
        return f"Damaged or missing: {', '.join(damaged)}. Unpack the file again, or fetch it again."
    folder = Path(folder or default_folder()).resolve()
    python = folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        print(f"Installing into {folder / '.venv'}. This takes a minute or two, once.", flush=True)
        folder.mkdir(parents=True, exist_ok=True)
        if run(sys.executable, "-m", "venv", folder / ".venv"):
            return "No environment could be made. (On Debian and Ubuntu: apt install python3-venv.)"
    (wheel,) = HERE.glob("coursekit-*.whl")
    wheels = ["--no-index", "--find-links", HERE / "wheels"] if (HERE / "wheels").is_dir() else []
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wheels]
    if run(*pip, f"{wheel}[lab,grade]"):
        return "The packages could not be installed: the reason stands above. Start again to go on."
    if run(python, "-m", "coursekit", "start", folder):
        return "The lessons could not be copied: the reason stands above."
    return run(python, "-m", "jupyterlab", folder / "00_start_here.ipynb", *options)


def default_folder():
    """Return a folder in the home, or beside this one where there is no home that can be written."""
    home = Path(os.path.expanduser("~"))
    return (home if os.access(home, os.W_OK) else HERE.parent) / "coursekit-lessons"


def checksums():
    """Yield (file, digest) as they were when this was packed."""
    for line in (HERE / "SHA256SUMS").read_text(encoding="utf-8").splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def digest_of(path):
    """Return the checksum of a file, or nothing where it is missing."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def run(*command):
    """Run a command, shown as it works; return its status."""
    return subprocess.run([str(part) for part in command]).returncode


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(str(error))
