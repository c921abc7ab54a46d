from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from catvis.drawing.display import GREY, display, display_original, display_signed, energy_box, framed
from catvis.results import Box

finite = st.floats(-(2.0**100), 2.0**100, width=32)
attributions = hnp.arrays(np.float32, (3, 16, 16), elements=finite)


def spot(side: int = 64, size: int = 1, value: float = 1.0) -> np.ndarray:
    attribution = np.zeros((3, side, side), np.float32)
    attribution[:, 20 : 20 + size, 30 : 30 + size] = value
    return attribution


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(attributions)
def test_almost_nothing_clips_and_what_fires_is_seen(attribution: np.ndarray) -> None:
    shown = display(attribution)
    assert shown.clipped <= 0.01
    assert (shown.pixels != GREY).any() == (attribution != 0).any()


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([1e-37, 1e-6, 1e20]))
def test_strength_changes_nothing(seed: int, factor: float) -> None:
    attribution = np.random.default_rng(seed).standard_normal((3, 20, 20)).astype(np.float32)
    one, other = display(attribution), display((attribution * np.float32(factor)).astype(np.float32))
    assert np.abs(one.pixels.astype(int) - other.pixels).max() <= 1
    assert other.scale == pytest.approx(one.scale * factor, rel=1e-3)


@pytest.mark.parametrize("tail", [1.0, 2.0, 4.0])
def test_heavy_tails_do_not_clip(tail: float) -> None:
    rng = np.random.default_rng(1)
    noise = rng.standard_normal((3, 100, 100))
    shown = display((np.sign(noise) * np.abs(noise) ** tail).astype(np.float32))
    assert shown.clipped <= 0.01
    assert shown.pixels.std() > 10


@pytest.mark.parametrize("size", [1, 2, 11])
def test_a_tiny_support_is_shown_at_full_strength(size: int) -> None:
    shown = display(spot(size=size))
    inside = shown.pixels[20 : 20 + size, 30 : 30 + size]
    assert (inside > GREY + 100).all()
    assert (shown.pixels == GREY).all(axis=2).sum() == 64 * 64 - size * size


def test_sign_and_zero_are_kept() -> None:
    attribution = np.zeros((3, 8, 8), np.float32)
    attribution[:, 0, 0], attribution[:, 7, 7] = 2.0, -2.0
    pixels = display(attribution).pixels.astype(int)
    assert (pixels[0, 0] > GREY).all()
    assert (pixels[7, 7] < GREY).all()
    assert (pixels[3, 3] == GREY).all()
    assert (pixels[0, 0] - GREY == GREY - pixels[7, 7]).all()


def test_dust_does_not_set_the_scale() -> None:
    attribution = np.full((3, 64, 64), 1e-9, np.float32)
    attribution += spot(size=3)
    shown = display(attribution)
    assert (shown.pixels[21, 31] > GREY + 100).all()
    assert shown.pixels[0, 0].tolist() == [GREY] * 3


def test_a_silent_unit_is_plain_grey() -> None:
    shown = display(np.zeros((3, 5, 7), np.float32))
    assert shown.pixels.shape == (5, 7, 3)
    assert (shown.pixels == GREY).all()
    assert shown.scale == 0.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="NaN or infinity"):
        display(spot(value=bad))


def test_the_first_publications_look_adds_the_mean_and_clips() -> None:
    mean = np.full((3, 2, 2), 120.0, np.float32)
    attribution = np.zeros((3, 2, 2), np.float32)
    attribution[0, 0, 0], attribution[1, 1, 1] = 200.0, -30.0
    shown = display_original(attribution, mean)
    assert shown.pixels[0, 0].tolist() == [255, 120, 120]
    assert shown.pixels[1, 1].tolist() == [120, 90, 120]
    assert shown.clipped == pytest.approx(0.25)


def test_the_energy_box_holds_its_share_and_no_more_than_it_needs() -> None:
    box = energy_box(spot(size=8))
    assert box is not None
    rows, columns = (
        slice(round(box.top * 64), round(box.bottom * 64)),
        slice(round(box.left * 64), round(box.right * 64)),
    )
    energy = (spot(size=8) ** 2).sum(axis=0)
    assert energy[rows, columns].sum() >= 0.9 * energy.sum()
    assert box.width <= 8 / 64
    assert box.height <= 8 / 64


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.55, 0.99))
def test_every_energy_box_holds_its_share(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    attribution = rng.standard_normal((3, 24, 30)).astype(np.float32) ** 5
    box = energy_box(attribution, share)
    assert box is not None
    energy = (attribution.astype(np.float64) ** 2).sum(axis=0)
    held = energy[round(box.top * 24) : round(box.bottom * 24), round(box.left * 30) : round(box.right * 30)]
    assert held.sum() >= (share - 1e-9) * energy.sum()


def test_zeros_have_no_energy_box() -> None:
    assert energy_box(np.zeros((3, 4, 4), np.float32)) is None


def test_a_picture_beneath_is_seen_by_its_brightness_where_nothing_else_is() -> None:
    attribution = np.zeros((3, 4, 6), np.float32)
    attribution[:, 0, 0] = 1
    picture = np.random.default_rng(0).integers(0, 256, (4, 6, 3), np.uint8)
    shown = display(attribution, picture).pixels.astype(float)
    brightness = picture @ np.array([0.299, 0.587, 0.114])
    expected = np.repeat((GREY + 0.35 * (brightness - GREY))[..., None], 3, axis=2)
    assert np.abs(shown - expected)[1:].max() <= 0.51
    assert shown[0, 0].mean() > expected[0, 0].mean() + 80


def test_a_framed_part_is_the_pixels_of_the_whole() -> None:
    pixels = np.arange(20 * 10 * 3, dtype=np.uint8).reshape(10, 20, 3)
    assert (framed(pixels, Box(0.5, 0.2, 0.75, 0.6)) == pixels[2:6, 10:15]).all()
    assert framed(pixels, Box(0.99, 0.99, 1, 1)).shape == (1, 1, 3)


def test_signs_are_red_and_blue_on_white() -> None:
    attribution = np.zeros((3, 3, 3), np.float32)
    attribution[:, 0, 0], attribution[:, 2, 2], attribution[:, 1, 1] = 2, -2, (1, -2, 1)
    shown = display_signed(attribution)
    assert shown.pixels[0, 0].tolist() == [178, 24, 43]
    assert shown.pixels[2, 2].tolist() == [33, 102, 172]
    assert (shown.pixels[1, 1] == 255).all()
    assert (shown.pixels[0, 1] == 255).all()
    assert shown.scale == pytest.approx(6)
    assert display_signed(np.zeros((3, 2, 2), np.float32)).scale == 0
    assert np.array_equal(display_signed(attribution * np.float32(1e-30)).pixels, shown.pixels)
