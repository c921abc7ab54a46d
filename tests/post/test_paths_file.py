"""Lists of paths as people write them, and what they ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from catvis.errors import Place
from catvis.figures.comparison import CompareFigure, Side
from catvis.figures.input_picture import PictureFigure
from catvis.figures.kind import Figure
from catvis.figures.maximum import MaximizeFigure
from catvis.figures.options import Options
from catvis.figures.path_spec import ChildAt, Children, ChosenChildren, PathSpec, Step, StrongestChildren, Top
from catvis.figures.rule_row import RulesFigure
from catvis.figures.schematic import DiagramFigure
from catvis.figures.unit_row import UnitsFigure
from catvis.figures.unit_tree import TreeFigure
from catvis.post.claims import ChildClaim, TopClaim
from catvis.post.paths_file import PathsFile, read_paths_file
from catvis.terms import Unit
from catvis.written.located import Located

NOWHERE = Place(Path("nowhere"))

POST = """\
network: menagerie            # the post's network and picture
picture: imgs/cat.png
figures:
  conv1:
    units: [conv1_4, conv1_65]
    exemplars: true
  fc6_to_conv5:
    path: fc8_284→fc7_4032→fc6_1068
    children: conv5
  fc6_to_conv5_kept:
    path: fc6_1068
    children: [conv5_129, conv5_247, conv5_243]
  found:
    path: top
    children: fc7
  saliency:
    unit: fc8_284
    rules: [gradient, deconvnet, guided]
  flamingo:
    maximize: fc8_130
  basic_nn:
    diagram: [5, 3, 4, 1]
paths:
  - fc8_284→fc7_1757→fc6_3354
claims:
  - top: fc8_284
  - child: fc6_1068→conv5_129
"""


@pytest.fixture
def read(tmp_path: Path):
    def reader(text: str) -> PathsFile:
        file = tmp_path / "paths.yaml"
        file.write_text(text, encoding="utf-8")
        return read_paths_file(file)

    return reader


@pytest.fixture
def figure(read):
    def reader(text: str) -> Figure:
        (only,) = read(f"figures: {{x: {{{text}}}}}").figures
        return only

    return reader


def path(*steps: Step) -> PathSpec:
    return PathSpec(steps, "→".join(map(str, steps)), NOWHERE, (NOWHERE,) * len(steps))


def options_of(head: Options) -> Options:
    return Options(**{name: getattr(head, name) for name in Options.__struct_fields__})


def located(value):
    return Located(value, NOWHERE)


def test_a_whole_post(read) -> None:
    post = read(POST)
    network, picture = located("menagerie"), located("imgs/cat.png")
    head = {"place": NOWHERE, "network": network, "picture": picture}
    assert (post.head.network, post.head.picture) == (network, picture)
    assert options_of(post.head) == Options()
    fc8, fc7, fc6 = Unit("fc8", 284), Unit("fc7", 4032), Unit("fc6", 1068)
    kept = [located(Unit("conv5", index)) for index in (129, 247, 243)]
    assert post.figures == (
        UnitsFigure(
            name="conv1", units=(path(Unit("conv1", 4)), path(Unit("conv1", 65))), exemplars=True, **head
        ),
        TreeFigure(
            name="fc6_to_conv5",
            paths=(path(fc8, fc7, fc6),),
            children=StrongestChildren(located("conv5"), 5),
            **head,
        ),
        TreeFigure(
            name="fc6_to_conv5_kept", paths=(path(fc6),), children=ChosenChildren(tuple(kept)), **head
        ),
        TreeFigure(name="found", paths=(path(Top()),), children=StrongestChildren(located("fc7"), 5), **head),
        RulesFigure(name="saliency", unit=path(fc8), rules=("gradient", "deconvnet", "guided"), **head),
        MaximizeFigure(name="flamingo", goal=located(Unit("fc8", 130)), **head),
        DiagramFigure(name="basic_nn", sizes=(5, 3, 4, 1), **head),
    )
    example = path(fc8, Unit("fc7", 1757), Unit("fc6", 3354))
    assert post.examples == (TreeFigure(name="fc8_284-fc7_1757-fc6_3354", paths=(example,), **head),)
    assert post.claims == (
        TopClaim(NOWHERE, located(fc8)),
        ChildClaim(NOWHERE, path(fc6), located(Unit("conv5", 129))),
    )


def test_every_value_that_may_turn_out_wrong_has_its_place(read) -> None:
    post = read(POST)
    tree, kept, claim = post.figures[1], post.figures[2], post.claims[1]
    assert isinstance(tree, TreeFigure)
    assert isinstance(kept, TreeFigure)
    assert isinstance(tree.children, StrongestChildren)
    assert isinstance(kept.children, ChosenChildren)
    assert isinstance(claim, ChildClaim)
    assert post.head.network is not None
    assert tree.children.layer is not None
    places = {
        "network": post.head.network.place,
        "name": tree.place,
        "steps": tree.paths[0].places[2],
        "layer": tree.children.layer.place,
        "child": kept.children.units[1].place,
        "example": post.examples[0].place,
        "claimed child": claim.child.place,
    }
    assert {what: (place.line, place.column) for what, place in places.items()} == {
        "network": (1, 10),
        "name": (7, 3),
        "steps": (8, 28),
        "layer": (9, 15),
        "child": (12, 27),
        "example": (24, 5),
        "claimed child": (27, 21),
    }
    assert {place.file for place in places.values()} == {post.file}


@pytest.mark.parametrize(
    ("written", "steps"),
    [
        ("fc8_284", (Unit("fc8", 284),)),
        ("fc8_284->fc7_4032", (Unit("fc8", 284), Unit("fc7", 4032))),
        ("'  fc8_284  →  fc7_4032  '", (Unit("fc8", 284), Unit("fc7", 4032))),
        ("top", (Top(),)),
        ("top→fc7:top1→fc6:top2", (Top(), ChildAt("fc7", 1), ChildAt("fc6", 2))),
        ("fc7:top2", (Top(), ChildAt("fc7", 2))),
        ("fc8_284→fc7:top2→fc6_1", (Unit("fc8", 284), ChildAt("fc7", 2), Unit("fc6", 1))),
        ("fire2_0", (Unit("fire2", 0),)),
        ("layer1.0.conv1_3→inception_3a_7", (Unit("layer1.0.conv1", 3), Unit("inception_3a", 7))),
    ],
)
def test_a_path(figure, written: str, steps: tuple[Step, ...]) -> None:
    assert figure(f"path: {written}").paths == (path(*steps),)


@pytest.mark.parametrize(
    ("written", "children"),
    [
        ("conv5", StrongestChildren(located("conv5"), 5)),
        ("3", StrongestChildren(None, 3)),
        ("{layer: conv5, top: 3}", StrongestChildren(located("conv5"), 3)),
        ("{layer: conv5}", StrongestChildren(located("conv5"), 5)),
        ("{top: 3}", StrongestChildren(None, 3)),
        ("[conv5_1, conv4_2]", ChosenChildren((located(Unit("conv5", 1)), located(Unit("conv4", 2))))),
    ],
)
def test_children_by_layer_by_number_and_by_hand(figure, written: str, children: Children) -> None:
    assert figure(f"path: fc6_1, children: {written}").children == children


def test_several_paths_are_one_tree(figure) -> None:
    tree = figure("paths: [fc8_1→fc7_2, fc8_1→fc7_3], children: 2")
    assert [each.text for each in tree.paths] == ["fc8_1→fc7_2", "fc8_1→fc7_3"]


def test_one_unit_is_a_row_of_one(figure) -> None:
    assert figure("unit: top").units == (path(Top()),)


def test_rules_may_be_compared_on_a_path(figure) -> None:
    assert figure("path: fc8_1→fc7_2, rules: [guided]").unit == path(Unit("fc8", 1), Unit("fc7", 2))


def test_the_input_is_shown_as_the_network_sees_it(figure) -> None:
    shown = figure("show: picture, picture: imgs/dog.png, fit: warp")
    assert isinstance(shown, PictureFigure)
    assert (shown.picture, shown.fit) == (located("imgs/dog.png"), "warp")


def test_maximize_has_steps_and_a_seed(figure) -> None:
    asked = figure("maximize: fc8_130, steps: 256, seed: 7")
    assert (asked.steps, asked.seed) == (256, 7)


def test_a_dream_starts_from_a_picture(figure) -> None:
    dream = figure("maximize: fc8_130, from: imgs/cat.png, octaves: 2, fit: warp, steps: 10")
    assert dream.goal == located(Unit("fc8", 130))
    assert dream.pictures == (located("imgs/cat.png"),)
    assert (dream.steps, dream.octaves, dream.seed, dream.fit) == (10, 2, 0, "warp")
    usual = figure("maximize: {layer: conv4}, from: imgs/cat.png")
    assert usual.goal == located("conv4")
    assert (usual.steps, usual.octaves) == (60, 3)


def test_without_a_start_the_posts_picture_is_not_looked_at(figure) -> None:
    assert figure("maximize: fc8_130").pictures == ()


def test_two_units_are_compared_on_one_picture(read) -> None:
    (compared,) = read("picture: a.png\nfigures: {x: {compare: [fc8_1, fc8_2]}}").figures
    assert isinstance(compared, CompareFigure)
    picture = located("a.png")
    assert compared.sides == (Side(path(Unit("fc8", 1)), picture), Side(path(Unit("fc8", 2)), picture))


def test_two_pictures_are_compared_by_one_unit(figure) -> None:
    sides = figure("compare: [a.png, imgs/b.jpg], unit: top").sides
    assert sides == (Side(path(Top()), located("a.png")), Side(path(Top()), located("imgs/b.jpg")))


def test_a_figure_s_own_options_come_before_the_post_s(read) -> None:
    post = read(
        """
        network: menagerie
        rule: deconvnet
        edges: guided
        exemplars: true
        ablation: yes
        figures:
          plain: {unit: conv1_1}
          own: {unit: conv1_1, network: squeezenet, rule: gradient, exemplars: false, caption: "A: b"}
        paths: [conv1_1]
        """
    )
    plain, own = post.figures
    options = Options(rule="deconvnet", edges="guided", exemplars=True, ablation=True)
    assert options_of(post.head) == options_of(plain) == options
    assert (own.network, own.rule, own.exemplars, own.edges) == (
        located("squeezenet"),
        "gradient",
        False,
        "guided",
    )
    assert (plain.caption, own.caption) == (None, "A: b")
    assert post.examples[0].rule == "deconvnet"


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "figures:\npaths:\nclaims:\n", "{}", "---\n...\n", "null"]
)
def test_a_file_may_ask_for_nothing(read, text: str) -> None:
    post = read(text)
    assert (post.head.network, post.figures, post.examples, post.claims) == (None, (), (), ())


@pytest.mark.parametrize("name", ["conv1", "2012", "größe", "a.b-c_d", "yes", "1.5", "null"])
def test_a_name_is_what_was_written_whatever_yaml_takes_it_for(read, name: str) -> None:
    assert [figure.name for figure in read(f"figures: {{{name}: {{show: picture}}}}").figures] == [name]


def test_line_endings_and_byte_order_marks_of_other_systems(tmp_path: Path) -> None:
    file = tmp_path / "paths.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + POST.replace("\n", "\r\n").encode())
    post = read_paths_file(file)
    assert len(post.figures) == 7
    assert (post.figures[6].place.line, post.figures[6].place.column) == (21, 3)


def test_figures_that_ask_for_the_same_are_equal_wherever_they_stand(read) -> None:
    first, second = (
        read(f"{lead}figures: {{x: {{path: top, children: fc7}}}}") for lead in ("", "# moved\n\n")
    )
    assert first.figures == second.figures
    assert hash(first.figures) == hash(second.figures)
    assert first.figures[0].place != second.figures[0].place
