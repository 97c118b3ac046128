"""Fixtures that several test modules share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def corpus() -> Path:
    """Return the folder of the shared corpora, which hold other people's texts and are not ours to ship."""
    folder = Path(os.environ.get("WATCHER_CORPUS", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no corpora at {folder}: name their folder in WATCHER_CORPUS")
    return folder
