"""A sheet's cells: one size, filled to their borders, whatever was cut at a picture's edge."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from catvis.exemplars.sheet import drawn_sheet
from catvis.exemplars.store import Cell

_RED, _BLUE = (200, 30, 30), (30, 30, 200)


def _cell(rank: int, width: int, height: int) -> Cell:
    encoded = []
    for colour in (_RED, _BLUE):
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), colour).save(buffer, "JPEG", quality=95)
        encoded.append(buffer.getvalue())
    return Cell(rank, 9.0 - rank, f"{rank}.jpg", (0, 0, width, height), *encoded)


@pytest.mark.parametrize("size", [(60, 60), (163, 90), (90, 163), (1, 40)])
def test_cells_are_uniform_and_filled(size: tuple[int, int]) -> None:
    square, cut = (
        np.asarray(drawn_sheet([("conv5_1", [_cell(0, 60, 60), _cell(1, *other), _cell(2, 60, 60)])]))
        for other in ((60, 60), size)
    )
    assert (square == cut).all()
    for colour in (_RED, _BLUE):
        assert (np.abs(cut.astype(int) - colour).max(axis=2) <= 3).sum() == 3 * 112 * 112


def test_a_unit_without_cells_says_so() -> None:
    drawn = np.asarray(drawn_sheet([("conv5_1", [])]))
    assert drawn.min() < 128
    assert drawn.shape[0] < 112
