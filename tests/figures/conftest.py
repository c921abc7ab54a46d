"""Figures of the small network, composed as a build composes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catvis.cache import Cache
from catvis.exemplars.collection import FolderCollection
from catvis.exemplars.mine import mine
from catvis.exemplars.place import store_file
from catvis.jobs.engine import Engine
from catvis.site.compose import ComposedPost, compose_post
from catvis.site.gather import Reader
from tests.small_world import POST, SIDE, SmallSource, World, picture

Compose = Callable[..., ComposedPost]


@pytest.fixture
def composed(world: World) -> Compose:
    """Compose a post from its paths.yaml, and its Markdown where that matters."""

    def compose(paths_yaml: str, markdown: str = POST, *, explores: bool = True) -> ComposedPost:
        folder = world.write_post(paths_yaml, markdown)
        reader = Reader(world.settings)
        read = reader.post(folder)
        engine = Engine(world.settings, Cache(world.settings.cache), reader.networks, reader.pictures)
        return compose_post(read, engine.answers, explores=explores)

    return compose


@pytest.fixture
def mined(world: World) -> World:
    """The world, with a collection for its network."""
    world.write_post()
    folder = world.folder / "collection"
    folder.mkdir()
    for seed in range(24):
        picture(seed, (SIDE, SIDE)).save(folder / f"{seed:02}.png")
    network = SmallSource("small", (world.folder / "weights" / "small.txt",)).load()
    mine(network, FolderCollection(folder), store_file(world.settings.cache, "small"), workers=0)
    return world
