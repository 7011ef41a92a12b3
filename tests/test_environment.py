"""environment.yml and pyproject.toml name the same packages with the same bounds."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = (ROOT / "environment.yml").read_text(encoding="utf-8")


def test_conda_and_pip_install_the_same():
    listed = set(re.findall(r"^  - (\S+)$", CONDA, re.MULTILINE)) - {"conda-forge", "pip", "pip:"}
    wanted = {f"python{PROJECT['requires-python']}", *PROJECT["dependencies"]}
    for extra in ("lab", "grade", "test"):
        wanted |= set(PROJECT["optional-dependencies"][extra]) - {"coursekit[lab,grade]"}
    assert listed == wanted


def test_conda_installs_the_package_itself():
    assert re.search(r"^  - pip:\n      - --editable \.$", CONDA, re.MULTILINE)


def test_the_pinned_versions_are_allowed_ones():
    pinned = dict(re.findall(r"^(\w+)==([\d.]+)\.\*$", (ROOT / "tests/pinned.txt").read_text(), re.MULTILINE))
    assert {"numpy", "matplotlib", "ipywidgets"} <= set(pinned)
    for requirement in PROJECT["dependencies"]:
        name, least, most = re.match(r"(\w+)>=([\d.]+),<([\d.]+)$", requirement).groups()
        numbers = [[int(part) for part in text.split(".")] for text in (least, pinned.get(name, least), most)]
        assert numbers == sorted(numbers), requirement


def test_every_dependency_is_bounded():
    extras = PROJECT["optional-dependencies"].values()
    for requirement in [*PROJECT["dependencies"], *(r for extra in extras for r in extra)]:
        assert requirement.startswith("coursekit[") or re.search(r">=[\d.]+,<[\d.]+$", requirement)
