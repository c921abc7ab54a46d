from __future__ import annotations

from pathlib import Path

import pytest

from tests.jekyll.jekyll_world import JekyllWorld
from tests.small_world import World


@pytest.fixture
def site(world: World, tmp_path: Path) -> JekyllWorld:
    """An empty Jekyll site."""
    made = JekyllWorld(tmp_path)
    made.write("_config.yml", "title: Mine\n")
    return made
