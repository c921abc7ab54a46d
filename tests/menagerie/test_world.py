"""The drawn world's promises: a picture from its number alone, exact masks, the defining part in view."""

from __future__ import annotations

import subprocess
import sys
import zlib

import numpy as np
import pytest

from catvis.menagerie.world.canvas import Canvas
from catvis.menagerie.world.draw import FREE_NUMBERS, HELD_OUT_NUMBERS, TRAINING_NUMBERS, draw, kind_of
from catvis.menagerie.world.kinds import DEFINING, KINDS, PARTS, Part, part_name
from catvis.menagerie.world.shadows import cushion, shadow
from catvis.menagerie.world.shapes import Pose, box

FIRST = FREE_NUMBERS.start


def test_a_picture_is_the_same_in_another_process() -> None:
    program = (
        "import zlib; from catvis.menagerie.world.draw import draw;"
        f"print([zlib.crc32(draw({FIRST} + n).pixels.tobytes()) for n in range(3)])"
    )
    other = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    mine = [zlib.crc32(draw(FIRST + n).pixels.tobytes()) for n in range(3)]
    assert other.stdout.strip() == str(mine)


def test_a_picture_does_not_depend_on_what_was_drawn_before() -> None:
    first = draw(FIRST + 5)
    draw(FIRST + 6)
    again = draw(FIRST + 5)
    assert np.array_equal(first.pixels, again.pixels)
    assert first.parts.keys() == again.parts.keys()


def test_numbers_make_different_pictures() -> None:
    assert not np.array_equal(draw(FIRST, "cat").pixels, draw(FIRST + 1, "cat").pixels)


@pytest.mark.parametrize("kind", KINDS)
def test_the_defining_part_is_in_view(kind: str) -> None:
    for number in range(FIRST, FIRST + 4):
        drawing = draw(number, kind)
        assert drawing.kind == kind
        assert drawing.parts[part_name(DEFINING[kind])].mean() >= 0.004


def test_pixels_and_masks_have_the_size_asked_for() -> None:
    drawing = draw(FIRST, "owl", size=96)
    assert drawing.pixels.shape == (96, 96, 3)
    assert drawing.pixels.dtype == np.uint8
    assert {mask.shape for mask in drawing.parts.values()} == {(96, 96)}
    assert {mask.dtype for mask in drawing.parts.values()} == {np.dtype(bool)}


def test_a_number_shows_one_kind_and_all_kinds_are_equally_frequent() -> None:
    kinds = [kind_of(number) for number in TRAINING_NUMBERS[: 2 * len(KINDS)]]
    assert sorted(kinds) == sorted(2 * KINDS)
    assert draw(FIRST).kind == kind_of(FIRST)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="none of cat, dog"):
        draw(FIRST, "unicorn")


def test_training_and_measuring_share_no_number() -> None:
    for one, other in ((TRAINING_NUMBERS, HELD_OUT_NUMBERS), (HELD_OUT_NUMBERS, FREE_NUMBERS)):
        assert one.stop <= other.start


def test_a_pupil_lies_in_its_eye() -> None:
    for number in range(FIRST, FIRST + 8):
        parts = draw(number, "cat").parts
        if "pupil" in parts:
            assert (parts["eye"] | ~parts["pupil"]).all()


def test_only_known_parts_are_named() -> None:
    names = {part_name(part) for part in PARTS}
    assert len(names) == 31
    for number in range(FIRST, FIRST + len(KINDS)):
        assert names.issuperset(draw(number).parts)


@pytest.fixture
def canvas() -> Canvas:
    empty = Canvas(40, light=0.0)
    empty.pose = Pose.of((0.0, 0.0), 2.0)
    return empty


def test_what_is_painted_over_is_no_longer_seen(canvas: Canvas) -> None:
    canvas.fill(box(10, 10, 30, 30), (200, 0, 0), Part.WHEEL)
    canvas.fill(box(20, 0, 40, 40), (0, 0, 0))
    _, labels = canvas.finished()
    wheel = (labels & int(Part.WHEEL)) != 0
    assert wheel[11:29, 11:19].all()
    assert not wheel[:, 21:].any()
    assert not wheel[:9].any()


def test_masks_of_parts_follow_the_pixels_painted_last(canvas: Canvas) -> None:
    canvas.fill(box(5, 5, 35, 35), (255, 255, 255), Part.EYE)
    canvas.fill(box(15, 15, 25, 25), (0, 0, 0), Part.EYE | Part.PUPIL)
    pixels, labels = canvas.finished()
    pupil = (labels & int(Part.PUPIL)) != 0
    assert (pixels[pupil] < 255).any()
    assert (pixels[16:24, 16:24] == 0).all()
    assert pupil[16:24, 16:24].all()
    assert ((labels & int(Part.EYE)) != 0)[6:34, 6:34].all()


def test_dye_keeps_the_part_beneath_and_stays_within(canvas: Canvas) -> None:
    canvas.fill(box(10, 10, 30, 30), (200, 200, 200), Part.EAR)
    canvas.tint(box(0, 0, 20, 40), (0, 0, 0), Part.PATCH, within=box(10, 10, 30, 30))
    pixels, labels = canvas.finished()
    assert labels[15, 15] == int(Part.EAR | Part.PATCH)
    assert labels[15, 25] == int(Part.EAR)
    assert labels[5, 5] == 0
    assert (pixels[15, 15] < 10).all()
    assert (pixels[5, 5] == 255).all()


def test_a_hair_belongs_to_what_it_grows_on(canvas: Canvas) -> None:
    canvas.fill(box(10, 10, 30, 30), (200, 0, 0), Part.MANE)
    canvas.comb(box(10, 10, 30, 30), np.random.default_rng(0), root=(20, 20), length=8, contrast=0)
    pixels, labels = canvas.finished()
    mane = (labels & int(Part.MANE)) != 0
    assert mane[10:30, 10:30].all()
    frayed = mane.copy()
    frayed[9:31, 9:31] = False
    assert frayed.sum() > 20
    assert (pixels[frayed][:, 1] < 255).all()


def test_shadow_and_relief_change_no_part(canvas: Canvas) -> None:
    canvas.fill(box(10, 10, 30, 30), (200, 200, 200), Part.DOOR)
    before = canvas.labels.copy()
    shadow(canvas, box(15, 15, 25, 25), reach=2)
    cushion(canvas, box(10, 10, 30, 30))
    assert np.array_equal(canvas.labels, before)
    assert (canvas.pixels[25:55, 25:55] != 200).any()


def test_what_lies_off_the_canvas_is_clipped(canvas: Canvas) -> None:
    away = box(100, 100, 120, 120)
    canvas.fill(away, (0, 0, 0), Part.ROOF)
    canvas.tint(away, (0, 0, 0), Part.ROOF, soft=2)
    cushion(canvas, away)
    canvas.mark(away, Part.ROOF)
    canvas.comb(away, np.random.default_rng(0), root=(0, 0), length=1)
    assert not canvas.labels.any()
    assert (canvas.pixels == 255).all()
