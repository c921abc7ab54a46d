"""Figures and claims against a network, and names against the Markdown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from catvis.errors import ContentError, Place
from catvis.figures.input_picture import PictureFigure
from catvis.post.paths_file import check_names, read_paths_file
from tests.small_world import card_of

LAYERS = {"conv1": 96, "conv4": 384, "conv5": 256, "fc6": 4096, "fc7": 4096, "fc8": 3}
LABELS = ("tench", "tabby", "toilet tissue")


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def reader(text: str):
        Path("paths.yaml").write_text(text, encoding="utf-8")
        return read_paths_file(Path("paths.yaml"))

    return reader


@pytest.fixture
def check(read):
    def checker(text: str, labels: tuple[str, ...] = ()) -> str:
        post = read(text)
        card = card_of(LAYERS, labels)
        try:
            for figure in (*post.figures, *post.examples):
                figure.check(card)
            for claim in post.claims:
                claim.check(card)
        except ContentError as error:
            return str(error)
        return "right"

    return checker


@pytest.mark.parametrize(
    "figure",
    [
        "units: [conv1_0, conv1_95, fc8_2]",
        "path: fc8_2→fc7_4095→conv1_3",
        "path: fc8_2, children: fc7",
        "path: fc8_2, children: 4",
        "path: conv4_0, children: {layer: conv1, top: 50}",
        "path: fc8_2→conv4_1, children: [conv1_3]",
        "path: top→fc7:top4096→conv5_3, children: conv1",
        "paths: [fc8_2→fc7_1, top], children: [conv5_1, conv4_1]",
        "unit: top, rules: [guided]",
        "maximize: conv4_383",
        "maximize: {layer: conv4}, from: imgs/cat.png",
        "compare: [conv4_1, conv5_1]",
        "compare: [a.png, b.png], unit: fc8_1",
        "diagram: [9, 3]",
        "show: picture",
    ],
)
def test_a_figure_that_the_network_can_show(check, figure: str) -> None:
    assert check(f"figures: {{x: {{{figure}}}}}") == "right"


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        (
            "units: [conv1_4, conv2_9]",
            "paths.yaml:1:32: unknown layer 'conv2'\n"
            "  did you mean conv5? valid: conv5, conv4, conv1, fc8, fc7, fc6",
        ),
        (
            "units: [conv1_96]",
            "paths.yaml:1:23: there is no unit conv1_96\n  conv1 has 96 units, conv1_0 to conv1_95",
        ),
        (
            "path: conv4_1→conv5_1",
            "paths.yaml:1:29: conv5 is not below conv4: paths go down\n  did you mean conv1? valid: conv1",
        ),
        (
            "path: conv5_1→conv5_2",
            "paths.yaml:1:29: conv5 is not below conv5: paths go down\n"
            "  did you mean conv4? valid: conv4, conv1",
        ),
        (
            "path: conv1_1→conv4_1",
            "paths.yaml:1:29: conv4 is not below conv1: paths go down\n  no layer is below conv1",
        ),
        (
            "path: top→fc8_1",
            "paths.yaml:1:25: fc8 is not below fc8: paths go down\n"
            "  did you mean fc7? valid: fc7, fc6, conv5, conv4, conv1",
        ),
        (
            "path: top→conv1:top97",
            "paths.yaml:1:25: conv1 has no 97 children to choose from\n"
            "  conv1 has 96 units, conv1_0 to conv1_95",
        ),
        (
            "path: top→conf5:top1",
            "paths.yaml:1:25: unknown layer 'conf5'\n"
            "  did you mean conv5? valid: conv5, conv4, conv1, fc8, fc7, fc6",
        ),
        (
            "path: fc6_1, children: fc7",
            "paths.yaml:1:38: fc7 is not below fc6: paths go down\n  valid: conv5, conv4, conv1",
        ),
        (
            "path: fc6_1, children: conv5_129",
            "paths.yaml:1:38: conv5_129 is a unit and not a layer\n"
            "  children chosen by hand are a list: [conv5_129]",
        ),
        (
            "path: fc6_1, children: [conv5_1, fc6_2]",
            "paths.yaml:1:48: fc6 is not below fc6: paths go down\n  valid: conv5, conv4, conv1",
        ),
        (
            "path: fc6_1, children: [conv5_256]",
            "paths.yaml:1:39: there is no unit conv5_256\n  conv5 has 256 units, conv5_0 to conv5_255",
        ),
        (
            "path: fc6_1, children: {layer: fc7, distinct: 3}",
            "paths.yaml:1:46: fc7 is not below fc6: paths go down\n  valid: conv5, conv4, conv1",
        ),
        (
            "path: fc7_1, children: {layer: fc8, distinct: 4}",
            "paths.yaml:1:46: fc8 has no 4 children to choose from\n"
            "  fc8 has 3 units, fc8_0 (tench) to fc8_2 (toilet tissue)",
        ),
        ("graph: conv1_1", "paths.yaml:1:22: conv1 has no children\n  no layer is below conv1"),
        (
            "where: fc7_1→fc6_2",
            "paths.yaml:1:28: units of fc6 have no place on the picture\n"
            "  the layers with maps are conv1, conv4, conv5",
        ),
        ("path: conv1_1, children: 3", "paths.yaml:1:21: conv1 has no children\n  no layer is below conv1"),
        (
            "maximize: fc9_1",
            "paths.yaml:1:25: unknown layer 'fc9'\n"
            "  did you mean fc8? valid: fc8, fc7, fc6, conv5, conv4, conv1",
        ),
        (
            "maximize: {layer: conv2}, from: imgs/cat.png",
            "paths.yaml:1:33: unknown layer 'conv2'\n"
            "  did you mean conv5? valid: conv5, conv4, conv1, fc8, fc7, fc6",
        ),
        (
            "compare: [conv1_1, conv1_500]",
            "paths.yaml:1:34: there is no unit conv1_500\n  conv1 has 96 units, conv1_0 to conv1_95",
        ),
        (
            "unit: fc8_3",
            "paths.yaml:1:21: there is no unit fc8_3\n"
            "  fc8 has 3 units, fc8_0 (tench) to fc8_2 (toilet tissue)",
        ),
        (
            "units: [conv1_96, conv1_1, conv2_1]",
            "paths.yaml:1:23: there is no unit conv1_96\n  conv1 has 96 units, conv1_0 to conv1_95\n"
            "paths.yaml:1:42: unknown layer 'conv2'\n"
            "  did you mean conv5? valid: conv5, conv4, conv1, fc8, fc7, fc6",
        ),
    ],
)
def test_a_figure_that_the_network_cannot_show(check, figure: str, message: str) -> None:
    assert check(f"figures: {{x: {{{figure}}}}}", LABELS) == message


@pytest.mark.parametrize("claim", ["top: fc8_2", "child: fc6_1→conv5_2", "child: top→fc7:top1→fc6_3"])
def test_a_claim_that_can_be_checked(check, claim: str) -> None:
    assert check(f"claims: [{claim}]") == "right"


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        (
            "top: fc7_2",
            "paths.yaml:1:15: fc7_2 is not a class\n"
            "  fc8 has 3 units, fc8_0 (tench) to fc8_2 (toilet tissue)",
        ),
        (
            "top: fc8_9",
            "paths.yaml:1:15: there is no unit fc8_9\n"
            "  fc8 has 3 units, fc8_0 (tench) to fc8_2 (toilet tissue)",
        ),
        (
            "child: fc6_1→fc7_2",
            "paths.yaml:1:23: fc7 is not below fc6: paths go down\n  valid: conv5, conv4, conv1",
        ),
        (
            "child: fc6_5000→conv5_2",
            "paths.yaml:1:17: there is no unit fc6_5000\n  fc6 has 4096 units, fc6_0 to fc6_4095",
        ),
    ],
)
def test_a_claim_about_units_that_are_not_there(check, claim: str, message: str) -> None:
    assert check(f"claims: [{claim}]", LABELS) == message


@dataclass(frozen=True)
class Slot:
    name: str
    place: Place


def names_message(figures: dict[str, int], slots: list[tuple[str, int]]) -> str:
    wanted = [
        PictureFigure(name=name, place=Place(Path("paths.yaml"), line, 3)) for name, line in figures.items()
    ]
    shown = [Slot(name, Place(Path("post.md"), line, 1)) for name, line in slots]
    try:
        check_names(wanted, shown, Path("paths.yaml"))
    except ContentError as error:
        return str(error)
    return "right"


def test_names_that_agree(tmp_path: Path) -> None:
    assert names_message({"conv1": 2, "tree": 5}, [("tree", 1), ("conv1", 9), ("tree", 20)]) == "right"
    assert names_message({}, []) == "right"


def test_a_name_that_differs_between_markdown_and_paths_file_is_named_at_both_places() -> None:
    assert names_message({"conv1": 2, "tree": 5}, [("tree", 1), ("convl", 9)]) == (
        "paths.yaml:2:3: the Markdown does not show the figure 'conv1'\n"
        "  did you mean convl? valid: convl; convl is at post.md:9:1\n"
        "post.md:9:1: there is no figure 'convl' in paths.yaml\n"
        "  did you mean conv1? valid: conv1, tree; conv1 is at paths.yaml:2:3"
    )


def test_a_figure_that_is_not_shown() -> None:
    assert names_message({"conv1": 2, "tree": 5}, [("tree", 1)]) == (
        "paths.yaml:2:3: the Markdown does not show the figure 'conv1'\n"
        "  write ![…](imgs/conv1.png) where it belongs"
    )


def test_a_figure_that_is_shown_and_not_there() -> None:
    assert names_message({}, [("conv1", 4), ("conv1", 8)]) == (
        "post.md:4:1: there is no figure 'conv1' in paths.yaml\n  there is nothing to choose from"
    )
