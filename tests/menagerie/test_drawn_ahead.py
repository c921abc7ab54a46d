"""Drawing ahead: whole blocks, drawn once by other processes, the same as drawn one by one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from catvis.menagerie.world.draw import WORLD_VERSION, draw
from catvis.menagerie.world.drawn_ahead import drawn, flags_of
from catvis.menagerie.world.kinds import KINDS, Part


def test_blocks_hold_what_draw_draws(tmp_path: Path) -> None:
    held = drawn(tmp_path, range(16, 24), workers=2, flags=True, quiet=True, block=4)
    assert len(held) == 8
    for position in (2, 5):
        assert np.array_equal(held.take(np.array([position]))[0], draw(16 + position).pixels)
    third = draw(18)
    assert [KINDS[index] for index in held.classes] == list(KINDS[:8])
    flags = held.parts(np.array([2]))[0]
    assert np.array_equal(flags, flags_of(third))
    for name, mask in third.parts.items():
        assert np.array_equal((flags & int(Part[name.upper()])) != 0, mask)
    cells = held.cells_of(np.array([2]))[0]
    assert cells.shape == (29, 29)
    assert cells[3, 5] == np.bitwise_or.reduce(flags[24:32, 40:48], axis=None)
    assert cells[28, 28] == np.bitwise_or.reduce(flags[224:, 224:], axis=None)
    batches = [len(classes) for _, classes in held.batches(3)]
    assert batches == [3, 3, 2]


def test_nothing_half_written_is_left_and_nothing_drawn_twice(tmp_path: Path) -> None:
    name = f"world{WORLD_VERSION}-0000000"
    drawn(tmp_path, range(4), workers=1, quiet=True, block=4)
    assert {file.name for file in tmp_path.iterdir()} == {f"{name}.npy", f"{name}-cells.npy"}
    before = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    drawn(tmp_path, range(4), workers=1, quiet=True, block=4)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == before


def test_ranges_must_be_whole_blocks(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="whole blocks"):
        drawn(tmp_path, range(1, 5), workers=1, block=4)
