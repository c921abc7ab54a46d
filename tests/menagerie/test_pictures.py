"""Drawing ahead: whole blocks, drawn once, the same as drawn one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from catvis.menagerie.world import drawn_ahead
from catvis.menagerie.world.draw import draw
from catvis.menagerie.world.kinds import KINDS, Part


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn_ahead, "BLOCK", 4)


def test_a_block_holds_what_draw_draws(tmp_path: Path) -> None:
    for start in (16, 20):
        drawn_ahead._draw_block((start, drawn_ahead._files(tmp_path, start)), flags=True)
    held = drawn_ahead.drawn(tmp_path, range(16, 24), workers=1, flags=True, quiet=True)
    assert len(held) == 8
    third = draw(18)
    assert np.array_equal(held.take(np.array([2]))[0], third.pixels)
    assert [KINDS[index] for index in held.classes] == list(KINDS[:8])
    flags = held.parts(np.array([2]))[0]
    for name, mask in third.parts.items():
        assert np.array_equal((flags & int(Part[name.upper()])) != 0, mask)
    cells = held.cells_of(np.array([2]))[0]
    assert cells.shape == (29, 29)
    assert cells[3, 5] == np.bitwise_or.reduce(flags[24:32, 40:48], axis=None)
    assert cells[28, 28] == np.bitwise_or.reduce(flags[224:, 224:], axis=None)
    batches = [len(classes) for _, classes in held.batches(3)]
    assert batches == [3, 3, 2]


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    files = drawn_ahead._files(tmp_path, 0)
    drawn_ahead._draw_block((0, files), flags=False)
    assert {file.name for file in tmp_path.iterdir()} == {files.pixels.name, files.cells.name}


def test_ranges_must_be_whole_blocks(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="whole blocks"):
        drawn_ahead.drawn(tmp_path, range(1, 5), workers=1)
