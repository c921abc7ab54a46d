"""The draft of the first post's way through CaffeNet: on random weights, and on what there is of AlexNet's own."""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from catvis.errors import ContentError
from catvis.figures.kind import Figure
from catvis.figures.path_spec import ChosenChildren
from catvis.figures.unit_row import UnitsFigure
from catvis.figures.unit_tree import TreeFigure
from catvis.networks.caffe.architectures import ARCHITECTURES
from catvis.networks.stepwise.steps import Convolve
from catvis.post.claims import ChildClaim
from catvis.post.paths_file import read_paths_file
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Built, Request, build_site
from catvis.terms import Unit
from tests.networks.caffe.caffe_writer import caffemodel, random_arrays, write
from tests.small_world import World

DRAFT = Path(__file__).parents[2] / "content" / "grumpy-cat"
NAME = DRAFT.name
CARD = {layer.name: layer for layer in ARCHITECTURES["caffenet"].layers()}
FAINT, ACTIVE, STRONG = 0.2, 80.0, 4.0
"""Where the random weights are not merely random. Small values keep normalisation from turning gradients round."""


def ways() -> list[tuple[Unit, ...]]:
    """Every way down that the draft names: in figures with their children, in examples and in claims."""
    read = read_paths_file(DRAFT / "paths.yaml")
    found = [path for figure in (*read.figures, *read.examples) for path in ways_of(figure)]
    for claim in read.claims:
        if isinstance(claim, ChildClaim):
            found.append((*units_of(claim.parent.steps), claim.child.value))
    return found


def ways_of(figure: Figure) -> list[tuple[Unit, ...]]:
    if isinstance(figure, UnitsFigure):
        return [units_of(path.steps) for path in figure.units]
    if not isinstance(figure, TreeFigure):
        return []
    paths = [units_of(path.steps) for path in figure.paths]
    if not isinstance(figure.children, ChosenChildren):
        return paths
    return [(*path, child.value) for path in paths for child in figure.children.units]


def units_of(steps: tuple[object, ...]) -> tuple[Unit, ...]:
    units = tuple(step for step in steps if isinstance(step, Unit))
    assert len(units) == len(steps), "the draft chooses every unit by name"
    return units


def test_every_step_is_between_units_that_can_be_joined() -> None:
    """Convolutions of two groups join no unit of one half to a unit of the other."""
    groups = {
        step.name: step.groups for step in ARCHITECTURES["caffenet"].steps if isinstance(step, Convolve)
    }
    order = list(CARD)
    steps = {pair for way in ways() for pair in pairwise(way)}
    next_to_each_other = {
        (above, below)
        for above, below in steps
        if order.index(above.layer) == order.index(below.layer) + 1 and groups.get(above.layer) == 2
    }
    assert {above.layer for above, _ in next_to_each_other} == {"conv2", "conv4", "conv5"}
    for above, below in next_to_each_other:
        halves = {unit.index * 2 // CARD[unit.layer].units for unit in (above, below)}
        assert len(halves) == 1, f"{above}→{below}"


def test_every_unit_of_the_prose_stands_in_a_figure() -> None:
    named = set(re.findall(r"`((?:conv|fc)\d_\d+)`", (DRAFT / "post.md").read_text("utf-8")))
    assert len(named) >= 30
    assert named <= {str(unit) for way in ways() for unit in way} | {"fc8_130"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, Built]:
    """The draft, of a CaffeNet of random weights that make its units active, each for the one above it."""
    folder = tmp_path_factory.mktemp("grumpy")
    (folder / "weights").mkdir()
    arrays = random_arrays("caffenet")
    arrays["conv1"][0][:] *= FAINT
    for unit in {unit for way in ways() for unit in way}:
        arrays[unit.layer][1][unit.index] += 100 * ACTIVE if unit.layer == "fc8" else ACTIVE
    joined = {pair for way in ways() for pair in pairwise(way)}
    for above, below in joined | {(Unit("fc7", 4032), Unit("fc6", 600))}:
        strengthen(arrays[above.layer][0], above, below)
    write(folder / "weights", "bvlc_reference_caffenet.caffemodel", caffemodel(arrays, old=True))
    shutil.copytree(DRAFT, folder / "content" / NAME)
    settings = Settings(
        content=folder / "content", site=folder / "site", cache=folder / "cache", weights=folder / "weights"
    )
    return settings, build_site(settings, Request((NAME,)), Reporter(quiet=True))


def strengthen(weights: np.ndarray, above: Unit, below: Unit) -> None:
    """Make a child's weight large and positive; nothing where layers lie between."""
    order = list(CARD)
    if order.index(above.layer) != order.index(below.layer) + 1:
        return
    if above.layer == "fc6":
        weights = weights.reshape(len(weights), CARD["conv5"].units, -1)
    column = below.index % weights.shape[1]  # of a group the units of its half
    factor = 1.0 if above.layer == "conv2" else STRONG
    weights[above.index, column] = factor * np.abs(weights[above.index, column])


@pytest.mark.slow
def test_every_figure_is_there(built: tuple[Settings, Built]) -> None:
    result = built[1]
    page = result.pages[0].read_text(encoding="utf-8")
    for figure in read_paths_file(DRAFT / "paths.yaml").figures:
        assert f'data-figure="{figure.name}"' in page
        for way in ways_of(figure):
            assert f">{way[-1]}<" in page
    assert "does not fire" not in page
    assert "nothing arrives" not in page
    assert all(" the claim child: " in warning for warning in result.warnings), (
        "random weights rank as they like"
    )


@pytest.mark.slow
def test_what_it_says_of_the_class_is_computed(built: tuple[Settings, Built]) -> None:
    page = built[1].pages[0].read_text(encoding="utf-8")
    assert "CaffeNet says <strong>Siamese cat</strong>" in page


@pytest.mark.slow
def test_a_second_build_computes_nothing(built: tuple[Settings, Built]) -> None:
    again = build_site(built[0], Request((NAME,)), Reporter(quiet=True))
    assert again.computed == ()


@pytest.mark.slow
def test_what_convolutions_suffice_for_is_there_on_real_weights(shared: Path, tmp_path: Path) -> None:
    folder = tmp_path / "content" / NAME
    shutil.copytree(DRAFT, folder)
    kept = convolutions_alone(folder)
    settings = Settings(
        content=tmp_path / "content",
        site=tmp_path / "site",
        cache=tmp_path / "cache",
        weights=shared / "weights",
    )
    result = build_site(settings, Request((NAME,), strict=True), Reporter(quiet=True))
    page = result.pages[0].read_text(encoding="utf-8")
    assert len(kept) == 9
    for figure in kept:
        assert f'data-figure="{figure}"' in page


def convolutions_alone(folder: Path) -> list[str]:
    """Rewrite the draft for alexnet-conv: paths begin at their first convolution; what has none is left out."""
    paths_yaml, post = folder / "paths.yaml", folder / "post.md"
    written = yaml.safe_load(paths_yaml.read_text("utf-8"))

    def shortened(path: str) -> str:
        return "→".join(unit for unit in path.split("→") if unit.startswith("conv"))

    figures = {}
    for name, figure in written["figures"].items():
        if "path" in figure and not (figure := {**figure, "path": shortened(figure["path"])})["path"]:
            continue
        if "maximize" not in figure:
            figures[name] = figure
    said = {key: written[key] for key in ("picture", "edges")}
    chosen = {"network": "alexnet-conv", **said, "figures": figures}
    paths_yaml.write_text(yaml.safe_dump(chosen, allow_unicode=True), encoding="utf-8")
    text = re.sub(r"\{::value .*? /\}", "…", post.read_text("utf-8"))
    dropped = "|".join(written["figures"].keys() - figures.keys())
    post.write_text(re.sub(rf"!\[[^\]]*\]\(imgs/(?:{dropped})\.png\)(\{{:.center\}})?", "", text), "utf-8")
    return list(figures)


def test_without_its_weights_everything_else_is_built(world: World) -> None:
    world.write_post()
    shutil.copytree(DRAFT, world.settings.content / NAME)
    result = build_site(world.settings, Request(strict=True), Reporter(quiet=True))
    assert not (world.settings.site / NAME).exists()
    assert result.pages


def test_without_its_weights_one_message_says_how_to_get_them(world: World) -> None:
    shutil.copytree(DRAFT, world.settings.content / NAME)
    with pytest.raises(ContentError) as caught:
        build_site(world.settings, Request((NAME,)), Reporter(quiet=True))
    said = str(caught.value)
    assert said.count("the weights of caffenet are missing") == 1
    assert said.count("\n") == 1
    assert "paths.yaml:3:10: " in said
    assert "fetch 244 MB: python -m catvis weights fetch caffenet" in said
