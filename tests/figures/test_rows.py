"""Rows: units, rules, controls, the input, comparisons and optimised pictures."""

from __future__ import annotations

import pytest

from catvis.drawing.figure import Diagram, Row
from catvis.errors import ContentError
from tests.figures.conftest import Compose
from tests.small_world import POST, SIDE, World, paths, picture


def row(composed: Compose, figure: str) -> Row:
    made = composed(paths(figure)).figures["figure"]
    assert isinstance(made, Row)
    return made


def titles(figure: Row) -> list[str]:
    return [tile.title for tile in figure.tiles]


def test_units_side_by_side(composed: Compose) -> None:
    figure = row(composed, "units: [conv1_4, fc4_2→conv2_7, conv1_0]")
    assert titles(figure) == ["conv1_4", "conv2_7", "conv1_0"]
    assert all(tile.picture for tile in figure.tiles)
    assert figure.alt


def test_a_silent_unit_says_so(composed: Compose) -> None:
    figure = row(composed, "units: [conv1_7, conv1_0]")
    assert [tile.instead for tile in figure.tiles if tile.picture is None] == ["does not fire"]
    assert figure.tiles[0].alt == "conv1_7 does not fire on this picture."


def test_a_path_that_starts_silent_is_a_mistake(composed: Compose) -> None:
    with pytest.raises(ContentError, match=r"paths.yaml:4:\d+: fc3_0 does not fire"):
        row(composed, "units: [conv1_0, fc3_0→conv2_1]")


def test_two_ways_of_writing_a_unit_are_one_tile(composed: Compose) -> None:
    assert titles(row(composed, "units: [top, fc4_8]")) == ["fc4_8"]


def test_each_tile_has_its_control_beside_it(composed: Compose) -> None:
    figure = row(composed, "units: [conv1_0, fc4_2, conv1_7], control: true")
    assert [tile.key for tile in figure.tiles] == [
        "conv1_0", "conv1_0-control", "fc4_2", "fc4_2-control", "conv1_7",
    ]  # fmt: skip
    # conv1 itself is not random: the control of one of its units is the tile again
    same, other = figure.tiles[1], figure.tiles[3]
    assert same.note == "random weights: correlation 1.00"
    assert same.picture == figure.tiles[0].picture
    assert other.note
    assert other.note.startswith("random weights: correlation ")
    assert other.picture != figure.tiles[2].picture


def test_a_control_where_nothing_arrives(composed: Compose) -> None:
    figure = row(composed, "units: [fc4_2→fc3_10], control: true")
    control = figure.tiles[1]
    assert (control.picture, control.instead, control.note) == (None, "nothing arrives", "random weights")
    assert control.alt.endswith("with random weights above the first layer: nothing arrives.")


def test_one_unit_by_several_rules(composed: Compose) -> None:
    figure = row(composed, "unit: fc4_2, rules: [gradient, deconvnet, guided]")
    assert [tile.note for tile in figure.tiles] == ["gradient", "deconvnet", "guided"]
    assert len({tile.picture for tile in figure.tiles}) == 3
    controlled = row(composed, "unit: fc4_2, rules: [gradient, guided], control: true")
    assert [tile.key for tile in controlled.tiles] == [
        "fc4_2-gradient", "fc4_2-gradient-control", "fc4_2-guided", "fc4_2-guided-control",
    ]  # fmt: skip


def test_the_input_as_the_network_sees_it(composed: Compose) -> None:
    (tile,) = row(composed, "show: picture").tiles
    assert tile.picture
    enlarged, rest = divmod(tile.picture.width, SIDE)
    assert (enlarged >= 1, rest) == (True, 0)
    assert tile.picture.height == tile.picture.width
    assert tile.alt == f"imgs/cat.png as small sees it: cropped at the centre to {SIDE} by {SIDE} pixels."
    (warped,) = row(composed, "show: picture, fit: warp").tiles
    assert warped.picture != tile.picture


def test_two_units_and_their_difference(composed: Compose) -> None:
    figure = row(composed, "compare: [fc4_2, fc4_8]")
    assert titles(figure) == ["fc4_2", "fc4_8", "difference"]
    assert figure.tiles[2].note
    assert figure.tiles[2].note.startswith("correlation ")
    assert figure.tiles[2].alt.startswith("fc4_2 less fc4_8, each at its own scale: grey where they agree; ")


def test_one_unit_on_two_pictures(composed: Compose, world: World) -> None:
    folder = world.write_post()
    picture(3).save(folder / "imgs" / "dog.png")
    figure = row(composed, "unit: fc4_2, compare: [imgs/cat.png, imgs/dog.png]")
    assert [tile.note for tile in figure.tiles[:2]] == ["imgs/cat.png", "imgs/dog.png"]
    assert figure.tiles[0].picture != figure.tiles[1].picture
    sides = "fc4_2 on imgs/cat.png", "fc4_2 on imgs/dog.png"
    assert figure.tiles[2].alt.startswith(f"{sides[0]} less {sides[1]}, each at its own scale: ")
    facts = dict(figure.tiles[2].details)
    assert (facts["First"], facts["Second"]) == sides
    assert facts["Scale"].startswith("each at its own")


def test_a_side_that_does_not_fire_is_a_mistake(composed: Compose) -> None:
    with pytest.raises(ContentError, match="conv1_7 does not fire"):
        row(composed, "compare: [conv1_0, conv1_7]")


@pytest.mark.slow
def test_an_optimised_picture_with_its_course(composed: Compose) -> None:
    (tile,) = row(composed, "maximize: fc4_2, steps: 256, seed: 1").tiles
    assert tile.picture
    assert len(tile.curve) > 10
    assert tile.label == "cat"
    assert dict(tile.details)["Seed"] == "1"


@pytest.mark.parametrize(
    ("goal", "what"), [("fc4_2", ("Unit", "fc4_2")), ("{layer: conv2}", ("Layer", "conv2"))]
)
def test_a_dream_says_where_it_started(composed: Compose, goal: str, what: tuple[str, str]) -> None:
    (tile,) = row(composed, f"maximize: {goal}, from: imgs/cat.png, steps: 12, octaves: 2").tiles
    assert tile.picture
    assert tile.picture.width == round(SIDE * 1.4)
    assert tile.note == "dreamt from imgs/cat.png"
    assert len(tile.curve) > 10
    facts = dict(tile.details)
    assert what in tile.details
    assert (facts["Picture"], facts["Octaves"], facts["Steps"]) == ("imgs/cat.png", "2", "12")
    assert ("the L2 norm" in facts["Objective"]) == (what[0] == "Layer")
    assert "imgs/cat.png, changed to excite it, in 12 steps" in tile.alt


def test_two_dreams_of_one_unit_are_two_tiles(composed: Compose, world: World) -> None:
    folder = world.write_post()
    picture(3).save(folder / "imgs" / "dog.png")
    keys = set()
    for start in ("cat", "dog"):
        figure = f"{start}: {{maximize: fc4_2, from: imgs/{start}.png, steps: 10, octaves: 1}}"
        yaml = f"network: small\nfigures:\n  {figure}\n"
        (tile,) = composed(yaml, POST.replace("figure.png", f"{start}.png")).figures[start].tiles
        keys.add(tile.key)
    assert keys == {"maximize-fc4_2-cat", "maximize-fc4_2-dog"}


def test_a_diagram(composed: Compose) -> None:
    figure = composed(paths("diagram: [3, 2]")).figures["figure"]
    assert figure == Diagram("figure", "A fully connected network with layers of 3 to 2 units.", (3, 2))


@pytest.mark.parametrize(
    "figure", ["unit: conv1_0", pytest.param("maximize: fc4_2, steps: 256", marks=pytest.mark.slow)]
)
def test_exemplars_that_nobody_looked_for_say_how_to_get_them(composed: Compose, figure: str) -> None:
    (tile,) = row(composed, f"{figure}, exemplars: true").tiles
    assert tile.exemplars is None
    assert dict(tile.details)["Exemplars"] == "none yet: python -m catvis mine small FOLDER"
    (tile,) = row(composed, figure).tiles
    assert "Exemplars" not in dict(tile.details)
