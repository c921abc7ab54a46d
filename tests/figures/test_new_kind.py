"""A new kind of figure and a new job, defined in this file alone: a post with it is built like any other.

What a project adds as a line of `catvis.figures.table.KINDS` is added to it here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import pytest
from msgspec.structs import asdict

from catvis.drawing.figure import Drawing
from catvis.drawing.wording import number
from catvis.errors import ContentError, NetworkError
from catvis.figures import table
from catvis.figures.kind import TILE_KEYS, Figure, Head
from catvis.figures.scene import Scene
from catvis.figures.tiles import shown
from catvis.jobs.base import SubjectJob, Work
from catvis.jobs.rounds import Asking, ask, together
from catvis.networks.known_layers import NetworkCard
from catvis.terms import Unit, UnitPath
from catvis.written.keys import Key, text
from catvis.written.keys import number as number_key
from catvis.written.located import Located, located
from catvis.written.yaml_values import Value
from tests.small_world import World, paths


class MeanJob(SubjectJob[tuple[float, ...]]):
    """The mean of every map of a layer."""

    noun: ClassVar[str] = "means"
    layer: str

    @classmethod
    def run(cls, jobs: Sequence[Self], work: Work) -> Iterator[tuple[Self, tuple[float, ...]]]:
        for job in jobs:
            maps = work.look(job.subject).trace.of(job.layer)[0]
            yield job, tuple(maps.flatten(1).mean(1).tolist())


LAYER = text("conv5", "a layer")
TOP = number_key(1, 9, "how many of its units (3)")


class MeansFigure(Figure, kw_only=True):
    """``means: conv2``: the units of a layer that are most active all over the picture."""

    keys: ClassVar[Mapping[str, Key[Any]]] = {"means": LAYER}
    beside: ClassVar[Mapping[str, Key[Any]]] = {**TILE_KEYS, "top": TOP}
    layer: Located[str]
    top: int = 3

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        top = TOP.read(values["top"]) if "top" in values else 3
        return cls(**asdict(head), layer=LAYER.read(values["means"]), top=top)

    def check(self, card: NetworkCard) -> None:
        with located(self.layer.place, NetworkError):
            card.layer(self.layer.value)

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        scene, layer = scenes[0], self.layer.value
        means = yield from ask(MeanJob(scene.subject(self.fit), layer))
        ranked = sorted(range(len(means)), key=lambda index: -means[index])[: self.top]
        units = [Unit(layer, index) for index in ranked]
        found = yield from together(shown(scene, UnitPath((unit,)), self) for unit in units)
        return self.row([one.tile(note=f"mean {number(means[one.job.path.end.index])}") for one in found])


MARKDOWN = "---\ntitle: Means\n---\n\n![Means](imgs/figure.png)\n\n![More](imgs/more.png)\n"
FIGURES = paths("means: conv2, top: 2") + "  more: {means: conv2}\n"


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "KINDS", (*table.KINDS, MeansFigure))


def test_a_post_with_a_new_kind_of_figure_is_built(world: World) -> None:
    world.write_post(FIGURES, MARKDOWN)
    built = world.build()
    page = (world.settings.site / "a" / "index.html").read_text(encoding="utf-8")
    assert len(re.findall(r">\s*mean [\d.]+", page)) == 5
    assert (world.settings.site / "a" / "imgs" / "figure.png").is_file()
    means = [job for job in built.computed if isinstance(job, MeanJob)]
    assert [job.layer for job in means] == ["conv2"], "both figures ask for it, and it is computed once"


def test_what_it_computes_is_kept(world: World) -> None:
    world.write_post(FIGURES, MARKDOWN)
    world.build()
    assert world.build(site=world.folder / "another").computed == ()


@pytest.mark.parametrize(
    ("figure", "message"),
    [
        ("means: conv9", "conv9"),
        ("means: conv2, children: conv1", "'children' does not go with 'means'"),
        ("means: conv2, tap: 2", "unknown key 'tap'"),
        ("mean: conv2", "unknown key 'mean'"),
    ],
)
def test_its_mistakes_are_answered_like_all_others(world: World, figure: str, message: str) -> None:
    world.write_post(paths(figure))
    with pytest.raises(ContentError, match=r"paths.yaml:4:\d+: ") as caught:
        world.build()
    assert message in str(caught.value)
