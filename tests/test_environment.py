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
    wanted |= set(PROJECT["optional-dependencies"]["test"])
    assert listed == wanted


def test_conda_installs_the_package_itself():
    assert re.search(r"^  - pip:\n      - --editable \.$", CONDA, re.MULTILINE)


def test_every_dependency_is_bounded():
    extras = PROJECT["optional-dependencies"].values()
    for requirement in [*PROJECT["dependencies"], *(r for extra in extras for r in extra)]:
        assert requirement.startswith("coursekit[") or re.search(r">=[\d.]+,<[\d.]+$", requirement)
