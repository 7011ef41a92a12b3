"""How the browser edition is put together; `.ci/outside edition.py` builds it and opens it in a browser."""

import json
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def site():
    loader = SourceFileLoader("site_builder", str(ROOT / ".ci" / "site"))
    module = module_from_spec(spec_from_loader("site_builder", loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def pyodide(site, tmp_path):
    """A copy of Pyodide with one package too many."""
    folder = tmp_path / "pyodide"
    folder.mkdir()
    depends = {"ipython": ["prompt_toolkit"], "matplotlib": ["numpy", "pillow"]}
    names = {*site.BROUGHT, "prompt-toolkit", "pillow", "scipy"}
    packages = {
        name: {"name": name, "file_name": f"{name}.whl", "depends": depends.get(name, [])} for name in names
    }
    (folder / "pyodide-lock.json").write_text(json.dumps({"info": {"version": "x"}, "packages": packages}))
    for name in (*site.CORE, *(package["file_name"] for package in packages.values())):
        (folder / name).write_text(name)
    return folder


def test_of_pyodide_it_takes_what_is_needed_and_no_more(site, pyodide, tmp_path):
    (to := tmp_path / "to").mkdir()
    site.bring_pyodide(pyodide, to)
    lock = json.loads((to / "pyodide-lock.json").read_text())
    wanted = {*site.BROUGHT, "prompt-toolkit", "pillow"}
    assert set(lock["packages"]) == wanted
    assert lock["info"] == {"version": "x"}
    files = {*site.CORE, *(f"{name}.whl" for name in wanted), "pyodide-lock.json"}
    assert {path.name for path in to.iterdir()} == files


def test_a_copy_that_lacks_a_package_is_refused(site, pyodide, tmp_path):
    (pyodide / "pillow.whl").unlink()
    (to := tmp_path / "to").mkdir()
    with pytest.raises(FileNotFoundError, match="pillow"):
        site.bring_pyodide(pyodide, to)


@pytest.mark.parametrize("offline", [None, Path("pyodide")])
def test_the_kernel_starts_with_all_that_a_lesson_needs(site, offline):
    code = site.how_to_start(["a.whl", "b.whl"], offline)
    assert ("https://" in code) == (offline is None)
    assert f'importScripts("{site.UPSTREAM}pyodide.js");\n' in code or offline
    for name in (*site.BROUGHT, "a.whl", "b.whl"):
        assert json.dumps(name) in code
    (kernel,) = site.configuration(offline)["jupyter-config-data"]["litePluginSettings"].values()
    assert kernel["disablePyPIFallback"] == (offline is not None)  # nothing from outside
    assert {"ipython", "piplite", "pyodide_kernel"} < set(kernel["loadPyodideOptions"]["packages"])


def test_outputs_are_whole_texts(site):
    stream = {"output_type": "stream", "text": ["a\n", "b"]}
    shown = {
        "output_type": "display_data",
        "data": {"text/html": ["<b>", "</b>"], "application/json": {"a": [1]}},
    }
    error = {"output_type": "error", "traceback": ["1", "2"]}
    cells = [{"cell_type": "code", "outputs": [stream, shown, error]}, {"cell_type": "markdown"}]
    outputs = json.loads(site.joined(json.dumps({"cells": cells})))["cells"][0]["outputs"]
    assert outputs[0]["text"] == "a\nb"
    assert outputs[1]["data"] == {"text/html": "<b></b>", "application/json": {"a": [1]}}
    assert outputs[2]["traceback"] == ["1", "2"]
