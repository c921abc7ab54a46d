"""The pointing game: which pictures it is played on, and what counts as a hit."""

from __future__ import annotations

import numpy as np
import pytest

from catvis.menagerie.shipped.unit_names import NamedUnit
from catvis.menagerie.study.pointing import NEAR, POINTED_PICTURES, pointing_game, within
from catvis.menagerie.world.draw import FREE_NUMBERS, draw
from catvis.menagerie.world.drawn_ahead import Pictures, flags_of, in_cells
from catvis.menagerie.world.kinds import KINDS, Part
from catvis.networks.embedded import EmbeddedSource
from catvis.networks.network import Network

pytestmark = pytest.mark.slow

CATS, CARS = 10, 4


@pytest.fixture(scope="module")
def network() -> Network:
    return EmbeddedSource.shipped().load()


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    kinds = ["cat"] * CATS + ["car"] * CARS
    drawings = [draw(FREE_NUMBERS.start + 900 + number, kind) for number, kind in enumerate(kinds)]
    flags = np.stack([flags_of(drawing) for drawing in drawings])
    classes = np.array([KINDS.index(kind) for kind in kinds])
    return Pictures((np.stack([d.pixels for d in drawings]),), classes, (in_cells(flags),), (flags,))


def test_it_is_played_on_the_pictures_that_show_the_part(network: Network, pictures: Pictures) -> None:
    names = {
        "conv4_0": NamedUnit("whisker", 0.2),
        "conv4_1": NamedUnit("wheel", 0.2),
        "conv5_0": NamedUnit("eye", 0.2),
    }
    game = pointing_game(network, pictures, names, "conv4")
    assert CARS <= game.tries - POINTED_PICTURES <= POINTED_PICTURES  # a wheel may lie beside a cat
    assert 0 <= game.exact <= game.near <= 1
    assert 0 < game.chance < 1
    assert 0 < game.shown < 1


def test_everything_is_a_hit_where_everything_is_the_part(network: Network, pictures: Pictures) -> None:
    everywhere = np.full((len(pictures), 227, 227), int(Part.EYE), np.int32)
    covered = Pictures(pictures.blocks, pictures.classes, (in_cells(everywhere),), (everywhere,))
    game = pointing_game(network, covered, {"conv5_0": NamedUnit("eye", 0.2)}, "conv5")
    assert (game.exact, game.near, game.chance, game.tries, game.shown) == (1, 1, 1, POINTED_PICTURES, 1)


def test_a_layer_without_named_units_is_not_played(network: Network, pictures: Pictures) -> None:
    assert pointing_game(network, pictures, {}, "conv3").tries == 0


def test_a_place_counts_as_near_up_to_four_pixels_off_the_part() -> None:
    mask = np.zeros((40, 40), bool)
    mask[20, 20] = True
    assert within(mask, 20, 20 + NEAR, NEAR)
    assert not within(mask, 20, 20 + NEAR + 1, NEAR)
    assert within(mask, 20, 20, 0)
    assert not within(np.zeros((40, 40), bool), 20, 20, NEAR)
