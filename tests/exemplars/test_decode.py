"""What the network sees of a picture in a collection, and by what it is known again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catvis.exemplars.choice import NEAR
from catvis.exemplars.collection import FolderCollection
from catvis.exemplars.decode import look_of, read_into
from catvis.networks.network import Network
from tests.exemplars.conftest import SIDE, random_picture


def _bits(one: np.ndarray, other: np.ndarray) -> int:
    first, second = (np.frombuffer(look_of(picture), np.uint8) for picture in (one, other))
    return int(np.bitwise_count(first ^ second).sum())


def _large_jpeg(factor: int, file: Path) -> None:
    side = factor * SIDE
    rng = np.random.default_rng(factor)
    large = np.asarray(random_picture(1).resize((side, side + 64), Image.Resampling.BICUBIC)).astype(int)
    noisy = (large + rng.integers(-25, 26, large.shape)).clip(0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(file, quality=90)


@pytest.mark.parametrize(("reduced", "most"), [(False, 0), (True, 3)])
@pytest.mark.parametrize("factor", [7, 8, 16, 40])
def test_a_large_jpeg_is_seen_as_if_decoded_whole(
    factor: int, reduced: bool, most: int, network: Network, tmp_path: Path
) -> None:
    _large_jpeg(factor, tmp_path / "large.jpg")
    collection = FolderCollection(tmp_path, reduced=reduced)
    room = np.empty((SIDE, SIDE, 3), np.uint8)
    read_into(room, collection, network.preprocessing, collection.listing().entries[0])
    with Image.open(tmp_path / "large.jpg") as whole:
        seen = network.preprocessing.fit(whole.convert("RGB"))
    assert np.abs(room.astype(int) - seen).max() <= most


def test_a_large_jpeg_is_decoded_at_reduced_scale_where_asked_for(tmp_path: Path) -> None:
    _large_jpeg(16, tmp_path / "large.jpg")
    for reduced, side in ((False, 512), (True, 128)):
        collection = FolderCollection(tmp_path, reduced=reduced)
        assert collection.picture(collection.listing().entries[0], SIDE).width == side


def test_a_picture_is_known_again_at_another_quality_and_size(tmp_path: Path) -> None:
    pictures = [random_picture(number).resize((227, 227), Image.Resampling.BICUBIC) for number in range(20)]
    looks = [np.asarray(picture) for picture in pictures]
    for picture, look in zip(pictures, looks, strict=True):
        picture.save(tmp_path / "again.jpg", quality=60)
        with Image.open(tmp_path / "again.jpg") as again:
            assert _bits(look, np.asarray(again.convert("RGB"))) <= NEAR
        smaller = picture.resize((120, 120), Image.Resampling.BICUBIC)
        assert _bits(look, np.asarray(smaller.resize((227, 227), Image.Resampling.BICUBIC))) <= NEAR
    others = [_bits(looks[i], looks[j]) for i in range(20) for j in range(i)]
    assert min(others) > 2 * NEAR
