"""Where no kernel runs, each explorer leaves a picture with what it shows as alternative text."""

import asyncio
import base64
import html
import re
import xml.etree.ElementTree as ET

import pytest

import coursekit as ck
from coursekit import explorers


def made(name):
    result = (
        (ck.sweep(pattern=["circle", "diamond"], seed=[0], iterations=5),) if name == "explore_sweep" else ()
    )
    return getattr(explorers, name)(*result)


def test_the_picture_does_not_depend_on_how_quick_the_computer_is():
    async def main():
        explorer = explorers.explore_training(iterations=5000)  # in an event loop, as in a notebook
        on_the_way = explorer.scene.live.iteration
        return on_the_way, explorer._repr_mimebundle_()["text/html"]

    on_the_way, page = asyncio.run(main())
    assert on_the_way < 5000
    assert "Iteration 5000" in page


@pytest.mark.parametrize("name", explorers.__all__)
def test_an_explorer_leaves_a_whole_picture_and_its_words(name):
    explorer = made(name)
    page = explorer._repr_mimebundle_()["text/html"]
    data, alt = re.search(r'<img src="data:image/svg\+xml;base64,([^"]+)" alt="([^"]+)"', page).groups()
    if explorer.scene.moment:
        assert html.unescape(alt).startswith("Line 10 of 11: dW1 = X.T @ dZ1. dW1 is [")
        assert explorer.scene.describe().startswith("Before the first line")
    else:
        assert html.unescape(alt) == explorer.scene.status()
    root = ET.fromstring(base64.b64decode(data))  # as an image it is XML: nothing unclosed, no loose sign
    inside = [part.tag.partition("}")[2] for part in root.iter()]
    assert "table" in inside or inside.count("svg") > 1
    names = {part.get("id") for part in root.iter()} - {None}
    used = {value[1:] for part in root.iter() for value in part.attrib.values() if value.startswith("#ck")}
    assert used <= names
    assert page == made(name)._repr_mimebundle_()["text/html"]  # nothing of this process is in it
