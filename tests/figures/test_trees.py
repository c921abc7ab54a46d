"""Trees: merged paths, children, edges with their signs and shares, and what stands on each tile."""

from __future__ import annotations

import pytest

from catvis.drawing.figure import Tile, Tree
from catvis.drawing.wording import percent
from catvis.errors import ContentError
from tests.figures.conftest import Compose
from tests.small_world import paths


def tree(composed: Compose, figure: str) -> Tree:
    made = composed(paths(figure)).figures["figure"]
    assert isinstance(made, Tree)
    return made


def rows(figure: Tree) -> list[list[str]]:
    return [[tile.title for tile in row] for row in figure.rows]


def edges(figure: Tree) -> list[tuple[str, str]]:
    titles = {tile.key: tile.title for tile in figure.tiles}
    return [(titles[edge.parent], titles[edge.child]) for edge in figure.edges]


def tile_of(figure: Tree, title: str) -> Tile:
    (found,) = (tile for tile in figure.tiles if tile.title == title)
    return found


def test_a_path_is_a_chain(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2→fc3_10→conv2_7")
    assert rows(figure) == [["fc4_2"], ["fc3_10"], ["conv2_7"]]
    assert edges(figure) == [("fc4_2", "fc3_10"), ("fc3_10", "conv2_7")]
    assert [tile.key for tile in figure.tiles] == ["fc4_2", "fc4_2-fc3_10", "fc4_2-fc3_10-conv2_7"]
    assert all(tile.picture for tile in figure.tiles)


def test_layers_may_be_skipped(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2→conv1_0")
    assert rows(figure) == [["fc4_2"], ["conv1_0"]]


def test_paths_are_merged_where_they_agree(composed: Compose) -> None:
    figure = tree(composed, "paths: [fc4_2→fc3_10→conv2_7, fc4_2→fc3_10→conv2_5, fc4_2→fc3_7]")
    assert rows(figure) == [["fc4_2"], ["fc3_10", "fc3_7"], ["conv2_7", "conv2_5"]]
    assert edges(figure) == [
        ("fc4_2", "fc3_10"),
        ("fc3_10", "conv2_7"),
        ("fc3_10", "conv2_5"),
        ("fc4_2", "fc3_7"),
    ]


def test_a_unit_with_two_parents_stands_once_with_two_edges(composed: Compose) -> None:
    figure = tree(composed, "paths: [fc4_2→fc3_10→conv2_7, fc4_2→fc3_7→conv2_7]")
    assert rows(figure) == [["fc4_2"], ["fc3_10", "fc3_7"], ["conv2_7"]]
    assert edges(figure)[1::2] == [("fc3_10", "conv2_7"), ("fc3_7", "conv2_7")]
    # its tile is that of the path that is named first
    assert tile_of(figure, "conv2_7").key == "fc4_2-fc3_10-conv2_7"


def test_the_strongest_children_of_a_layer(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: {layer: fc3, top: 3}")
    assert rows(figure) == [["fc4_2"], ["fc3_10", "fc3_7", "fc3_8"]]
    shares = [edge.share for edge in figure.edges]
    assert shares == sorted(shares, reverse=True)
    assert 0 < sum(shares) < 1
    carried = percent(sum(shares))
    assert figure.caption == f"The 3 strongest units of fc3 below fc4_2 carry {carried} of its edge weight."


def test_children_are_of_the_layer_below_where_none_is_named(composed: Compose) -> None:
    assert rows(tree(composed, "path: fc4_2, children: 2")) == [["fc4_2"], ["fc3_10", "fc3_7"]]


def test_children_chosen_by_hand_keep_their_order(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: [fc3_8, fc3_10]")
    assert rows(figure) == [["fc4_2"], ["fc3_8", "fc3_10"]]
    assert figure.caption
    assert figure.caption.startswith("The 2 units of fc3 below fc4_2 carry ")


def test_the_caption_adds_up_shares_of_each_layer_apart(composed: Compose) -> None:
    def caption(children: str) -> str | None:
        return tree(composed, f"path: fc4_2, children: [{children}]").caption

    assert caption("fc3_7, conv2_1, fc3_10") == f"{caption('fc3_7, fc3_10')} {caption('conv2_1')}"


def test_children_of_each_of_several_paths(composed: Compose) -> None:
    figure = tree(composed, "paths: [fc4_2→fc3_10, fc4_2→fc3_7], children: {layer: conv2, top: 1}")
    assert rows(figure)[:2] == [["fc4_2"], ["fc3_10", "fc3_7"]]
    assert {parent for parent, child in edges(figure) if child.startswith("conv2")} == {"fc3_10", "fc3_7"}


def test_an_inhibitory_child_is_marked_and_drawn_from_minus_g(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: [fc3_8, fc3_10]")
    against, towards = figure.edges
    assert (against.inhibitory, towards.inhibitory) == (True, False)
    tile = tile_of(figure, "fc3_8")
    assert tile.picture
    assert "holds down fc4_2" in tile.alt
    assert ("Sign", "drawn from −g below each inhibitory edge") in tile.details
    assert "excites fc4_2" in tile_of(figure, "fc3_10").alt
    assert "inhibits it" in figure.alt


def test_a_sign_is_towards_the_unit_above(composed: Compose) -> None:
    # fc3_8 works against fc4_2; what makes fc3_8 fire works against fc4_2 too, but not against fc3_8
    figure = tree(composed, "path: fc4_2→fc3_8, children: {layer: conv2, top: 1}")
    alone = tree(composed, "path: fc3_8, children: {layer: conv2, top: 1}")
    assert figure.edges[0].inhibitory
    assert figure.edges[1].inhibitory == alone.edges[0].inhibitory
    assert figure.edges[1].share == pytest.approx(alone.edges[0].share)


def test_guided_edges_are_never_inhibitory(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: fc3, edges: guided")
    assert not any(edge.inhibitory for edge in figure.edges)


def test_a_child_of_weight_0_says_that_nothing_arrives(composed: Compose) -> None:
    # the two groups of conv2 have nothing to do with each other's inputs
    figure = tree(composed, "path: conv2_7, children: [conv1_0, conv1_5]")
    (none, some) = figure.edges
    assert none.share == 0
    assert some.share > 0
    tile = tile_of(figure, "conv1_0")
    assert (tile.picture, tile.instead) == (None, "nothing arrives")
    assert "nothing arrives along conv2_7→conv1_0" in tile.alt
    assert "does not fire" not in tile.alt


def test_a_silent_child_says_that_it_does_not_fire(composed: Compose) -> None:
    for rule in ("guided", "deconvnet"):
        figure = tree(composed, f"path: fc4_2, children: [fc3_10, fc3_15], rule: {rule}")
        tile = tile_of(figure, "fc3_15")
        assert (tile.picture, tile.instead) == (None, "does not fire")
        assert tile.alt == "fc3_15 does not fire on this picture."
        assert tile.command is None


def test_a_silent_start_is_a_mistake_with_its_place(composed: Compose) -> None:
    with pytest.raises(
        ContentError, match=r"(?s)paths.yaml:4:.*: fc3_0 does not fire on imgs/cat.png.*catvis suggest"
    ):
        tree(composed, "path: fc3_0→conv2_1")


def test_a_unit_in_the_middle_that_does_not_fire_has_no_children(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2→fc3_0, children: conv2, ablation: true")
    assert rows(figure) == [["fc4_2"], ["fc3_0"]]


def test_ablation_is_a_change_with_its_sign(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: [fc3_10, fc3_8], ablation: true")
    towards, against = (edge.ablation for edge in figure.edges)
    assert towards is not None
    assert against is not None
    assert towards < 0 < against
    details = {tile.title: dict(tile.details) for tile in figure.tiles}
    assert details["fc3_10"]["Ablation"].startswith("without fc3_10, fc4_2 loses ")
    assert details["fc3_8"]["Ablation"].startswith("without fc3_8, fc4_2 gains ")
    assert all(edge.ablation is None for edge in tree(composed, "path: fc4_2→fc3_10").edges)


def test_silencing_a_branch_beside_the_parent_costs_it_nothing(composed: Compose) -> None:
    written = paths("path: right_0, children: [left_0], ablation: true").replace("small", "small-branches")
    figure = composed(written).figures["figure"]
    assert isinstance(figure, Tree)
    assert [edge.ablation for edge in figure.edges] == [0]


def test_selectors_choose_units(composed: Compose) -> None:
    assert rows(tree(composed, "path: top")) == [["fc4_8"]]
    assert rows(tree(composed, "path: fc4_2→fc3:top2→conv2_7")) == [["fc4_2"], ["fc3_7"], ["conv2_7"]]
    figure = tree(composed, "path: fc3:top1")
    assert rows(figure)[0] == ["fc4_8"]
    assert len(rows(figure)) == 2


def test_a_rank_past_the_last_child_is_a_mistake(composed: Compose) -> None:
    with pytest.raises(ContentError, match=r"fc4_2 has 6 children in fc3, not 9\n  the weakest is fc3:top6"):
        tree(composed, "path: fc4_2→fc3:top9")


def test_labels_parts_and_activations(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2→conv2_1, activation: true")
    assert [tile.label for tile in figure.tiles] == ["cat", "wheel"]
    assert [tile.activation for tile in figure.tiles] == [
        pytest.approx(3.63, abs=0.01),
        pytest.approx(3.3, abs=0.01),
    ]
    assert all(tile.activation is None for tile in tree(composed, "path: fc4_2").tiles)


def test_an_outline_lies_in_the_picture(composed: Compose) -> None:
    (tile,) = tree(composed, "path: fc4_2, outline: true").tiles
    assert tile.outline
    assert 0 <= tile.outline.left < tile.outline.right <= 1
    assert 0 <= tile.outline.top < tile.outline.bottom <= 1


def test_an_authors_caption_goes_first_and_is_text(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2, children: fc3, caption: 'One < two'")
    assert figure.caption == "One &lt; two"


def test_every_tile_tells_how_to_compute_it_again(composed: Compose) -> None:
    figure = tree(composed, "path: fc4_2→fc3_10, fit: warp, rule: gradient, display: original")
    command = figure.tiles[1].command
    assert command
    assert command.startswith("catvis attribute small cat.png ")
    assert " 'fc4_2→fc3_10' " in command or " fc4_2→fc3_10 " in command
    assert command.endswith(" --rule gradient --fit warp --display original -o tile.png")
