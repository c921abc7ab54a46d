from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.jekyll.jekyll_world import JekyllWorld
from tests.jekyll.three_sites import built_by_jekyll
from tests.small_world import World

Built = Callable[[str], tuple[JekyllWorld, Path]]


@pytest.fixture
def site(world: World, tmp_path: Path) -> JekyllWorld:
    """An empty Jekyll site."""
    made = JekyllWorld(tmp_path)
    made.write("_config.yml", "title: Mine\n")
    return made


@pytest.fixture(scope="session")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Each of the three sites, its world and where Jekyll has built it; not to be changed."""
    folder = tmp_path_factory.mktemp("sites")
    return cache(lambda name: built_by_jekyll(folder / name, name))
