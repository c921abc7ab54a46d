"""Fault: the disk fills up. The disk is a real one, a small tmpfs; where nobody may mount it, files may not grow.

Whatever finds no room says so in one message, leaves what was there, and goes on as if nothing had been once there
is room.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace

from catvis.errors import CatvisError, StoreError, WeightsError
from catvis.exemplars.collection import FolderCollection
from catvis.exemplars.mine import mine
from catvis.networks.weights.fetching import fetch
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Request, build_site
from tests.exemplars.conftest import random_picture, small_network
from tests.exemplars.test_mine import content
from tests.small_world import World, paths
from tools.torture.disks import NoDiskError, small_disk
from tools.torture.slow_server import served

SIZE = 16 << 20
TREE = paths("path: fc4_2→fc3_10, children: conv2")


@dataclass(frozen=True)
class Disk:
    """A folder, and for how long there is no room in it.

    Attributes:
        folder: the folder.
        full: makes it have so many bytes of room left, for a while.
        says: what the system calls it.
    """

    folder: Path
    full: Callable[[int], AbstractContextManager[None]]
    says: str


@contextmanager
def filled(folder: Path, left: int) -> Iterator[None]:
    found = os.statvfs(folder)
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(found.f_bavail * found.f_frsize - left))
    yield
    ballast.unlink()


@contextmanager
def stunted(folder: Path, left: int) -> Iterator[None]:
    """No file of this process gets larger than that."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    with ExitStack() as stack:
        try:
            stack.enter_context(small_disk(folder, SIZE))
        except NoDiskError:
            yield Disk(folder, lambda left: stunted(folder, left), "File too large")
            return
        yield Disk(folder, lambda left: filled(folder, left), "No space left on device")


def built(settings: Settings) -> dict[str, bytes]:
    build_site(settings, Request(), Reporter(quiet=True))
    return files(settings.site)


def files(folder: Path) -> dict[str, bytes]:
    found = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in found}


def refusal(settings: Settings) -> str:
    with pytest.raises(CatvisError) as caught:
        build_site(settings, Request(), Reporter(quiet=True))
    return str(caught.value)


def test_a_site(world: World, disk: Disk) -> None:
    settings = replace(world.settings, site=disk.folder / "site")
    world.write_post()
    old = built(settings)
    world.write_post(TREE)
    undisturbed = built(replace(world.settings, site=world.folder / "undisturbed"))  # all is computed now
    with disk.full(3 * 4096):
        said = refusal(settings)
    assert said == f"the site {settings.site} cannot be written: {disk.says}"
    assert files(settings.site) == old
    assert [found.name for found in disk.folder.iterdir()] == ["site"]
    assert built(settings) == undisturbed


def test_a_cache(world: World, disk: Disk) -> None:
    settings = replace(world.settings, cache=disk.folder / "cache")
    world.write_post()
    old = built(settings)
    kept = files(settings.cache)
    world.write_post(TREE)
    with disk.full(4096):
        said = refusal(settings)
    assert said.startswith(f"the cache {settings.cache} cannot be written: {disk.says}")
    assert files(settings.site) == old
    left = files(settings.cache)
    assert left.items() >= kept.items()
    assert not any(".part" in name for name in left)
    assert built(settings) == built(replace(world.settings, site=world.folder / "undisturbed"))


def test_a_store(tmp_path: Path, disk: Disk) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number in range(40):
        random_picture(number).save(pictures / f"{number}.png")
    network, collection, file = small_network(), FolderCollection(pictures), disk.folder / "store.sqlite"
    with disk.full(5 * 4096), pytest.raises(StoreError) as caught:
        mine(network, collection, file, workers=0)
    assert f"no space is left for {file}" in str(caught.value)
    for store in (file, tmp_path / "whole.sqlite"):
        mine(network, collection, store, workers=0)
    assert content(file) == content(tmp_path / "whole.sqlite")


def test_a_file_of_weights(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with served() as published:
        with disk.full(500_000), pytest.raises(WeightsError, match=rf"\.part cannot be written: {disk.says}"):
            fetch(published, disk.folder)
        assert not (disk.folder / published.name).exists()
        file = fetch(published, disk.folder)
    assert published.is_in(file)
    assert [found.name for found in disk.folder.iterdir()] == [published.name]
