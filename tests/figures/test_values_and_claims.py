"""What the prose may say by itself, and what it relies on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catvis.errors import ContentError, Place
from catvis.post.values import value_of
from tests.figures.conftest import Compose
from tests.small_world import POST, UNITS, paths

HERE = Place(Path("post.md"), 3, 7)
SPACE = "\N{NO-BREAK SPACE}"


def test_the_strongest_class(composed: Compose) -> None:
    values = composed(UNITS, POST + "\n{::value top.label /}\n").values
    assert (values["top.unit"], values["top.label"]) == ("fc4_8", "ibis")
    assert re.fullmatch(rf"5\d{SPACE}%", values["top.probability"])
    assert values["top.score"] == "5.78"


def test_the_strongest_class_is_not_computed_unasked(composed: Compose) -> None:
    assert not any(name.startswith("top") for name in composed(UNITS).values)


def test_tiles_and_children_of_figures(composed: Compose) -> None:
    figure = paths("path: fc4_2→fc3_10, children: {layer: conv2, top: 2}, ablation: true")
    values = composed(figure).values
    assert values["figures.figure.units[0].unit"] == "fc4_2"
    assert values["figures.figure.units[0].label"] == "cat"
    assert values["figures.figure.children[0].unit"].startswith("conv2_")
    assert values["figures.figure.children[1].share"].endswith(f"{SPACE}%")
    assert "figures.figure.children[1].ablation" in values
    assert "figures.figure.children[2].unit" not in values


def test_a_value_may_be_written_with_spaces() -> None:
    assert value_of(" top . label ", {"top.label": "cat"}, HERE) == "cat"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"top.label": "cat"}, "did you mean top.label?"),
        ({}, "write top.label, or figures.NAME.children[0].unit"),
    ],
)
def test_an_unknown_value_is_a_mistake(values: dict[str, str], told: str) -> None:
    with pytest.raises(ContentError) as mistake:
        value_of("top.lable", values, HERE)
    assert str(mistake.value).startswith(f"post.md:3:7: there is no value 'top.lable'\n  {told}")


def broken(composed: Compose, claim: str) -> list[str]:
    found = composed(f"{UNITS}claims:\n  - {claim}\n").broken_claims
    return [claim.partition("paths.yaml:6:5: ")[2] for claim in found]


@pytest.mark.parametrize(
    "claim", ["top: fc4_8", "child: fc4_2→fc3_10", "child: fc4_2→fc3_11", "child: top→fc3_10"]
)
def test_a_claim_that_holds(composed: Compose, claim: str) -> None:
    assert broken(composed, claim) == []


def test_a_claim_that_does_not_hold_says_what_is_so(composed: Compose) -> None:
    assert broken(composed, "top: fc4_2") == [
        "the claim top: fc4_2 (cat) fails: the strongest class is fc4_8 (ibis)"
    ]
    (told,) = broken(composed, "child: fc4_2→fc3_4")
    assert re.fullmatch(
        rf"the claim child: fc4_2→fc3_4 fails: fc3_4 is number 6 with 0\.\d{SPACE}%, "
        "behind fc3_10, fc3_7, fc3_8, fc3_3, fc3_11",
        told,
    )


def test_a_claim_about_a_silent_unit_is_a_mistake(composed: Compose) -> None:
    with pytest.raises(ContentError, match=r"paths.yaml:6:\d+: fc3_0 does not fire"):
        broken(composed, "child: fc3_0→conv2_1")
