"""Lessons in real JupyterLab: restart and run all leaves no error and no warning."""

import shutil

import pytest
from lab import chromium_page, jupyter_lab, run_notebook
from notebook_cells import lessons

CHOSEN = ("00", "02", "06")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    root, scratch = tmp_path_factory.mktemp("notebooks"), tmp_path_factory.mktemp("scratch")
    for path in lessons():
        shutil.copy(path, root)
    with jupyter_lab(root, scratch) as address:
        yield address


def outputs_of(cells, kind):
    return [(cell["id"], out) for cell in cells for out in cell["outputs"] if out["output_type"] == kind]


@pytest.mark.parametrize("path", [p for p in lessons() if p.name[:2] in CHOSEN], ids=lambda p: p.stem)
def test_restart_and_run_all_is_clean(address, path, tmp_path):
    with chromium_page() as page:
        cells = run_notebook(page, address, path.name)
        page.screenshot(path=tmp_path / f"{path.stem}.png")
        pictures = page.locator(".jp-OutputArea img:not([hidden])").all()
        assert pictures, "the lesson shows no picture"
        assert all(picture.get_attribute("alt") for picture in pictures), "a picture without alternative text"
    assert outputs_of(cells, "error") == []
    streams = outputs_of(cells, "stream")
    assert [(name, out["text"]) for name, out in streams if out["name"] == "stderr"] == []
    assert all(cell["outputs"] for cell in cells if cell["id"].endswith("-check"))
