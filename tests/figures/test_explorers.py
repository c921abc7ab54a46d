"""``explore:``: the tree that everybody sees, and what travels beside it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from catvis.drawing.exploration import ExplorableTree
from catvis.drawing.figure import Tree
from catvis.errors import ContentError
from catvis.jobs import travelling
from catvis.jobs.responses import InputJob, SeenJob
from tests.figures.conftest import Compose
from tests.small_world import SIDE, paths


def explored(composed: Compose, more: str = "") -> ExplorableTree:
    drawn = composed(paths(f"explore: top{more}")).figures["figure"]
    assert isinstance(drawn, ExplorableTree)
    return drawn


def baked(composed: Compose, more: str = "") -> dict[str, Any]:
    (picture,) = explored(composed, f", answers: baked{more}").exploration.pictures
    return json.loads(picture.baked)


def test_the_figure_is_the_tree_of_the_first_step(composed: Compose) -> None:
    tree = explored(composed, ", children: {layer: conv2, top: 3}, ablation: true")
    plain = composed(paths("path: top, children: {layer: conv2, top: 3}, ablation: true")).figures["figure"]
    assert tree.rows == plain.rows
    assert tree.edges == plain.edges
    assert tree.alt == plain.alt


def test_a_small_network_travels_with_its_page(composed: Compose) -> None:
    found = explored(composed).exploration
    assert found.answers == ("live",)
    assert found.packed.script.startswith(b"catvisExplorer.weights(")
    assert {"nodes", "layers"} <= json.loads(found.packed.description).keys()
    assert (found.start, found.layer, found.count, found.rule) == ("", "fc3", 5, "guided")
    (picture,) = found.pictures
    assert picture.baked is None
    assert (picture.seen.width, picture.seen.height) == (SIDE, SIDE)


def test_where_nobody_can_explore_it_the_tree_alone_is_computed(
    composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = explored(composed, ", children: conv2")
    for job in (travelling.PackedJob, SeenJob, InputJob):
        monkeypatch.setattr(job, "run", None)
    still = composed(paths("explore: top, children: conv2"), explores=False).figures["figure"]
    assert type(still) is Tree
    assert still.rows == tree.rows


def test_a_path_is_where_every_picture_begins(composed: Compose) -> None:
    drawn = composed(paths("explore: fc4_2→fc3_10, children: conv2")).figures["figure"]
    assert drawn.exploration.start == "fc4_2→fc3_10"


def test_a_large_network_stays_at_home(composed: Compose, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(travelling, "LARGEST", 1000)
    found = explored(composed).exploration
    assert found.answers == ("baked",)
    assert found.packed is None
    assert found.pictures[0].baked is not None


@pytest.mark.parametrize("answers", ["live", "both"])
def test_where_it_has_to_travel_and_cannot_that_is_said(
    composed: Compose, monkeypatch: pytest.MonkeyPatch, answers: str
) -> None:
    monkeypatch.setattr(travelling, "LARGEST", 1000)
    with pytest.raises(ContentError, match="small takes 0 MB in a page; 0 are the most") as caught:
        explored(composed, f", answers: {answers}")
    assert "paths.yaml:4" in str(caught.value)
    assert "write answers: baked" in str(caught.value)


def test_both_answer_where_both_are_asked_for(composed: Compose) -> None:
    found = explored(composed, ", answers: both").exploration
    assert found.answers == ("live", "baked")
    assert found.packed is not None
    assert found.pictures[0].baked is not None


def test_baked_answers_are_the_figures_own(composed: Compose) -> None:
    tree = explored(composed, ", answers: baked, ablation: true, baked: {top: 4, depth: 1}")
    told = json.loads(tree.exploration.pictures[0].baked)
    family = told["families"]["fc4_8"]
    assert family["layer"] == "fc3"
    shown = {tree.rows[1][place].key: tree.rows[1][place].title for place in range(len(tree.rows[1]))}
    edges = {shown[edge.child]: edge for edge in tree.edges}
    for unit, weight, share, effect in family["children"]:
        edge = edges[unit]
        assert share == pytest.approx(edge.share, rel=1e-4)
        assert (weight < 0) == edge.inhibitory
        assert effect == pytest.approx(edge.ablation, rel=1e-4)
    assert told["classes"][0][0] == "fc4_8"
    assert len(told["responses"]["conv1"]) == 8


def test_depth_and_children_bound_the_tree(composed: Compose) -> None:
    told = baked(composed, ", baked: {depth: 2, top: 3}")
    assert {path.count("→") for path in told["families"]} == {0, 1}
    assert all(len(family["children"]) <= 3 for family in told["families"].values())
    listed = {f"{path}→{row[0]}" for path, family in told["families"].items() for row in family["children"]}
    assert set(told["tiles"]) == listed | {"fc4_8"}


def test_tiles_are_pictures_and_null_where_nothing_arrives(composed: Compose) -> None:
    tiles = baked(composed, ", baked: {depth: 3, top: 5}")["tiles"]
    assert all(tile is None or base64.b64decode(tile).startswith(b"\xff\xd8") for tile in tiles.values())


def test_what_would_take_more_room_is_left_out_the_lowest_first(
    composed: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = baked(composed)
    size = sum(len(tile or "") for tile in whole["tiles"].values())
    monkeypatch.setattr("catvis.figures.baked._MEGABYTE", size // 4)
    told = baked(composed)
    assert 0 < len(told["families"]) < len(whole["families"])
    assert sum(len(tile or "") for tile in told["tiles"].values()) <= size // 2
    depths = [path.count("→") for path in told["families"]]
    assert depths == sorted(depths)


@pytest.mark.slow
def test_every_picture_of_the_gallery_has_its_own_answers(composed: Compose, world) -> None:
    from tests.small_world import picture

    world.write_post()
    picture(3).save(world.cat.with_name("dog.png"))
    drawn = composed(paths("explore: top, pictures: [imgs/cat.png, imgs/dog.png], answers: baked")).figures[
        "figure"
    ]
    one, other = drawn.exploration.pictures
    assert (one.name, other.name) == ("imgs/cat.png", "imgs/dog.png")
    assert one.seen != other.seen
    assert one.baked != other.baked
