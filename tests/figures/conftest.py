"""Figures of the small network, composed as a build composes them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from catvis.cache import Cache
from catvis.jobs.engine import Engine
from catvis.site.compose import ComposedPost, compose_posts
from catvis.site.gather import gather
from tests.small_world import POST, World

Compose = Callable[..., ComposedPost]


@pytest.fixture
def composed(world: World) -> Compose:
    """Compose a post from its paths.yaml, and its Markdown where that matters."""

    def compose(paths_yaml: str, markdown: str = POST) -> ComposedPost:
        world.write_post(paths_yaml, markdown)
        content = gather(world.settings)
        sources = {source.digest(): source for source in content.sources.values()}
        casts = [cast for post in content.posts for cast in post.casts.values()]
        pictures = {one.digest: one.file for cast in casts for one in cast.pictures}
        engine = Engine(world.settings, Cache(world.settings.cache), sources, pictures)
        (post,) = compose_posts(content, engine.answers)
        return post

    return compose
