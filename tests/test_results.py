"""What weights and signs say, and answers as bytes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from catvis.edge_shares import Weights, step_signs
from catvis.results import (
    Attributed,
    Box,
    Controlled,
    Difference,
    Drawn,
    Exemplar,
    Exemplars,
    Optimised,
    Peak,
    Picture,
    from_bytes,
    to_bytes,
)


def test_the_strongest_are_ranked_by_size_then_index_without_zeros() -> None:
    weights = Weights((0.0, -3.0, 2.0, 3.0, 0.0, -0.5))
    assert weights.strongest(5) == [1, 3, 2, 5]
    assert weights.strongest(2) == [1, 3]
    assert weights.share(1) == pytest.approx(3 / 8.5)


def test_a_layer_without_weights_has_no_children() -> None:
    weights = Weights((0.0, 0.0))
    assert weights.strongest(5) == []
    assert weights.share(0) == 0.0


@pytest.mark.parametrize(
    ("weights", "signs"),
    [
        ([], (1,)),
        ([2.0], (1, 1)),
        ([-2.0], (1, -1)),
        # towards the first unit both work against it: the second works for the first's opponent
        ([-2.0, -1.0], (1, -1, 1)),
        ([-2.0, 1.0], (1, -1, -1)),
        ([1.0, -1.0, -1.0, 1.0], (1, 1, -1, 1, -1)),
        ([-1.0, 0.0], (1, -1, 1)),
    ],
)
def test_signs_are_towards_the_unit_above(weights: list[float], signs: tuple[int, ...]) -> None:
    assert step_signs(weights) == signs


@given(st.lists(st.floats(-10, 10).filter(bool), max_size=6))
def test_signs_multiply_to_the_sign_towards_the_first_unit(weights: list[float]) -> None:
    product = 1
    for weight, sign in zip(weights, step_signs(weights)[1:], strict=True):
        product *= sign
        assert product == (1 if weight > 0 else -1)


PICTURE = Picture(bytes(range(256)), "image/jpeg", 3, 5)
DRAWN = Drawn(PICTURE, 0.1, 0.02, Box(0.0, 0.1, 0.9, 1.0))


@pytest.mark.parametrize(
    "answer",
    [
        None,
        (),
        (1.5, -2.0, 1e-300),
        0.1 + 0.2,
        -0.0,
        Peak(1e-8, (3, 4), (13, 13)),
        Weights((0.25, float(np.float32(0.1)))),
        PICTURE,
        Attributed(DRAWN, (1, -1)),
        Attributed(None, (1,)),
        Controlled(DRAWN, None, 0),
        Controlled(None, None, 2),
        Difference(PICTURE, -0.5),
        Optimised(PICTURE, (1.0, 2.0)),
        Exemplars((), "no collection was mined"),
        Exemplars((Exemplar(PICTURE, replace(PICTURE, data=b"other"), "Zoë’s → cat.png", 2.5),) * 2),
    ],
)
def test_an_answer_survives_as_bytes(answer: object) -> None:
    assert from_bytes(to_bytes(answer)) == answer
