"""What all tests in a browser need."""

from importlib.util import find_spec
from pathlib import Path

import pytest
from lab import find_chromium


def pytest_collection_modifyitems(items):
    obstacle = "no Chromium found: install the system package chromium" if not find_chromium() else ""
    if not find_spec("playwright"):
        obstacle = "the browser tests need the extra: pip install -e '.[browser]'"
    for item in items if obstacle else []:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=obstacle))
