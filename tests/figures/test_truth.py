"""The truth report: a row for every unit that a figure shows with children, in a page, as a table, as JSON."""

from __future__ import annotations

import json

import pytest

from catvis.cli import main
from catvis.exemplars.drawn import drawn_again
from catvis.exemplars.pointed import pointed
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.terms import Unit
from tests.figures.conftest import Compose
from tests.site.test_build import page
from tests.small_world import POST, World, paths

TREE = paths("path: fc4_2, children: {layer: fc3, top: 3}")
TRUE = POST.replace("title: A post", "title: A <post>\ntruth: true")


def test_a_post_that_asks_for_it_is_measured(composed: Compose) -> None:
    (truth,) = composed(TREE, TRUE).truths
    assert (truth.figure, truth.parent, truth.layer) == ("figure", "fc4_2", "fc3")
    assert truth.children == ("fc3_10", "fc3_7", "fc3_8")
    assert truth.agreement == pytest.approx(1)  # nothing but a product lies between
    assert truth.kept is not None
    assert truth.random is not None
    assert truth.kept > truth.random
    assert truth.control is None  # random weights silence all of these tiles
    assert truth.tries == 0  # no masks are known
    assert truth.cells[:3] == ("figure", "fc4_2→fc3", "1.00")
    assert truth.cells[-1] == "–"


def test_a_post_that_does_not_ask_is_not(composed: Compose) -> None:
    assert composed(TREE).truths == ()


def test_figures_without_children_say_nothing(composed: Compose) -> None:
    assert composed(paths("path: fc4_2→fc3_10"), TRUE).truths == ()


def test_children_of_several_layers_have_a_row_for_each(composed: Compose) -> None:
    several = composed(paths("path: fc4_2, children: [conv2_7, fc3_10, conv2_5]"), TRUE).truths
    assert [(truth.layer, truth.children) for truth in several] == [
        ("conv2", ("conv2_7", "conv2_5")),
        ("fc3", ("fc3_10",)),
    ]
    alone = composed(paths("path: fc4_2, children: [conv2_7, conv2_5]"), TRUE).truths
    assert several[0] == alone[0]


def test_a_child_past_the_width_of_another_s_layer_is_measured_in_its_own(composed: Compose) -> None:
    found = composed(paths("path: fc4_2, children: [conv1_1, fc3_11]"), TRUE).truths
    assert [truth.layer for truth in found] == ["conv1", "fc3"]


def test_the_page_ends_with_the_table(world: World) -> None:
    world.write_post(TREE, TRUE.replace("truth: true", "truth: true\ntoc: true"))
    world.build()
    shown, jekyll = page(world), page(world, "jekyll/a")
    for text in (shown, jekyll):
        assert '<h2 id="how-far-to-trust-the-figures">' in text
        assert "<td>fc4_2→fc3</td><td>1.00</td>" in text
    assert 'href="#how-far-to-trust-the-figures">How far to trust the figures</a>' in shown


@pytest.fixture
def here(at_home: World) -> World:
    at_home.write_post(TREE, TRUE)
    return at_home


def report(*more: str) -> int:
    return main(["report", "a", "--cache", "cache", "--quiet", *more])


def test_the_report_as_a_table(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert report() == 0
    head, row = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["Figure", "Edges"]
    assert row.split()[:3] == ["figure", "fc4_2→fc3", "1.00"]


def test_the_report_as_json_and_as_a_page(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert report("-o", "report.json") == 0
    assert report("-o", "report.html") == 0
    assert capsys.readouterr().out == "report.json\nreport.html\n"
    (row,) = json.loads((here.folder / "report.json").read_text("utf-8"))
    assert row["children"] == ["fc3_10", "fc3_7", "fc3_8"]
    shown = (here.folder / "report.html").read_text("utf-8")
    assert "<h1>A &lt;post&gt;</h1>" in shown
    assert "<td>fc4_2→fc3</td>" in shown


def test_the_reports_title_says_what_was_computed(here: World) -> None:
    asking = "A {::value top.label /}: {::value figures.figure.children[0].unit /}"
    here.write_post(TREE, TRUE.replace("A <post>", f'"{asking}"'))
    assert report("-o", "report.html") == 0
    assert "<h1>A ibis: fc3_10</h1>" in (here.folder / "report.html").read_text("utf-8")


def test_mistakes_of_the_command(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert report("-o", "report.txt") == 2
    assert "'report.txt' ends neither in .json nor in .html" in capsys.readouterr().err
    assert report("-o", "nowhere/report.json") == 1
    assert "nowhere/report.json cannot be written" in capsys.readouterr().err
    here.write_post(paths("path: fc4_2→fc3_10"), TRUE)
    assert report() == 1
    assert "a has no figure of a unit with its children" in capsys.readouterr().err


@pytest.mark.slow
def test_named_units_of_the_embedded_network_point_at_their_parts() -> None:
    network = source("menagerie", Settings()).load()
    drawings = [drawn_again(name) for name in ("4000000-cat", "4000016-cat")]
    found = pointed(network, Unit("conv5", 27), network.card.parts["conv5_27"], drawings)
    assert 0 <= found.hits <= found.tries <= 2
