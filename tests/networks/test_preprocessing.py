"""What a network sees of a picture, and the numbers that it gets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from catvis.networks.preprocessing import Preprocessing

MEANS = (123.0, 117.0, 104.0)
CAFFE = Preprocessing(size=(227, 227), short_side=227, mean=MEANS, std=(1.0, 1.0, 1.0), order="BGR")
TORCH = Preprocessing(
    size=(224, 224),
    short_side=256,
    mean=(0.485, 0.456, 0.406),
    std=(0.229, 0.224, 0.225),
    scale=1 / 255,
    interpolation="bilinear",
)


def noise(width: int, height: int) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8))


def test_a_picture_of_the_right_size_is_unchanged() -> None:
    assert np.array_equal(CAFFE.fit(noise(227, 227)), np.asarray(noise(227, 227)))


@pytest.mark.parametrize("size", [(350, 500), (500, 350), (100, 90), (227, 400), (1000, 228)])
def test_the_short_side_fits_and_the_centre_is_kept(size: tuple[int, int]) -> None:
    picture = noise(*size)
    seen = CAFFE.fit(picture)
    ratio = 227 / min(size)
    whole = picture.resize((round(size[0] * ratio), round(size[1] * ratio)), Image.Resampling.BICUBIC)
    left, top = (whole.width - 227) // 2, (whole.height - 227) // 2
    assert np.array_equal(seen, np.asarray(whole)[top : top + 227, left : left + 227])


def test_the_short_side_may_be_larger_than_the_crop() -> None:
    seen = TORCH.fit(noise(256, 300))
    assert np.array_equal(seen, np.asarray(noise(256, 300))[38:262, 16:240])


def test_reduction_is_antialiased() -> None:
    stripes = np.zeros((908, 908, 3), np.uint8)
    stripes[:, ::2] = 255
    seen = CAFFE.fit(Image.fromarray(stripes)).astype(int)
    assert np.abs(seen - 127.5).max() < 20


def test_warp_shows_the_whole_picture() -> None:
    picture = Image.new("RGB", (400, 100), "red")
    picture.paste("blue", (200, 0, 400, 100))
    seen = CAFFE.fit(picture, "warp")
    assert seen.shape == (227, 227, 3)
    assert tuple(seen[100, 10]) == (255, 0, 0)
    assert tuple(seen[100, 216]) == (0, 0, 255)


@pytest.mark.parametrize("size", [(1, 1), (1, 60_000), (60_000, 1), (2, 4000)])
@pytest.mark.parametrize("fit", ["crop", "warp"])
def test_strips_of_a_pixel(size: tuple[int, int], fit: str) -> None:
    assert CAFFE.fit(Image.new("RGB", size, (5, 6, 7)), fit).shape == (227, 227, 3)


def test_channels_are_turned_after_the_mean() -> None:
    seen = np.zeros((227, 227, 3), np.uint8)
    seen[..., 0], seen[..., 1], seen[..., 2] = 133, 127, 104
    values = CAFFE.normalise(seen)
    assert values.dtype == np.float32
    assert values[:, 0, 0].tolist() == [0, 10, 10]


def test_scale_mean_and_deviation() -> None:
    values = TORCH.normalise(np.full((224, 224, 3), 255, np.uint8))
    np.testing.assert_allclose(
        values[:, 5, 5], [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225], 1e-6
    )


@pytest.mark.parametrize("preprocessing", [CAFFE, TORCH])
def test_the_mean_picture_becomes_zero(preprocessing: Preprocessing) -> None:
    mean = preprocessing.mean_picture()
    assert mean.shape == (3, *preprocessing.size)
    assert 90 < mean.mean() < 130
    values = preprocessing.normalise(np.round(mean).astype(np.uint8).transpose(1, 2, 0))
    assert np.abs(values).max() < 0.51 * preprocessing.scale / min(preprocessing.std)


def test_the_digest_covers_every_number() -> None:
    picture = np.zeros((3, 227, 227), np.float32)
    changes = [
        {"size": (224, 224)},
        {"short_side": 256},
        {"mean": (124.0, 118.0, 105.0)},
        {"mean": picture + 1},
        {"std": (2.0, 2.0, 2.0)},
        {"order": "RGB"},
        {"scale": 0.5},
        {"interpolation": "bilinear"},
    ]
    digests = {replace(CAFFE, **change).digest() for change in changes} | {CAFFE.digest()}
    assert len(digests) == len(changes) + 1
    assert replace(CAFFE, mean=(123.0, 117.0, 104.0)).digest() == CAFFE.digest()
    assert replace(CAFFE, mean=picture).digest() == replace(CAFFE, mean=picture.copy()).digest()


@pytest.mark.parametrize("mean", [MEANS, np.full((3, 227, 227), 7, np.float32)])
def test_arrays_have_the_shapes_and_kinds_that_are_promised(mean: object) -> None:
    preprocessing = replace(CAFFE, mean=mean)
    seen = preprocessing.fit(noise(300, 240))
    values = preprocessing.normalise(seen)
    again = preprocessing.seen(values)
    assert (seen.shape, seen.dtype) == (again.shape, again.dtype) == ((227, 227, 3), np.uint8)
    assert np.array_equal(seen, again)
    for planes in (values, preprocessing.mean_picture()):
        assert (planes.shape, planes.dtype) == ((3, 227, 227), np.float32)
    assert preprocessing.means.shape in ((3, 1, 1), (3, 227, 227))
    assert preprocessing.deviations.shape == (3, 1, 1)
    assert preprocessing.means.dtype == preprocessing.deviations.dtype == np.float32
