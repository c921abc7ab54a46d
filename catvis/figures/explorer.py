"""``explore: top``: a tree that the reader grows herself, on the author's pictures and on her own.

What everybody sees is the tree of the first step; what brings it to life travels beside it: the network itself
where it is small enough, or answers that were computed ahead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, get_args

import msgspec
from msgspec.structs import asdict

from catvis.drawing.exploration import Answerer, ExplorableTree, Exploration, ExploredPicture
from catvis.drawing.figure import Drawing, Tree
from catvis.errors import ContentError
from catvis.figures.baked import BOUNDS, Bounds, baked_answers, card_facts
from catvis.figures.kind import TILE_KEYS, Figure, Head, children_layer, end_layer
from catvis.figures.options import OPTION_KEYS
from catvis.figures.path_spec import (
    PATH,
    STRONGEST_CHILDREN,
    USUAL_CHILDREN,
    PathSpec,
    StrongestChildren,
    Top,
    check_distinct,
    some_items,
)
from catvis.figures.scene import Scene
from catvis.figures.unit_tree import TreeFigure
from catvis.jobs.responses import InputJob, SeenJob
from catvis.jobs.rounds import Asking, ask, together, want
from catvis.jobs.travelling import PackedJob
from catvis.networks.known_layers import NetworkCard
from catvis.results import Packed
from catvis.written.keys import TEXT, Key, choice, several
from catvis.written.located import Located
from catvis.written.picture_files import PICTURE_EXAMPLE
from catvis.written.yaml_values import Value

Answers = Literal["live", "baked", "both", "served"]

ANSWERS = choice(
    get_args(Answers),
    "who answers the reader: the network in the page, a tree computed ahead, both, or `catvis explore`",
)
MOST_PICTURES = 24


def _pictures(value: Value) -> tuple[Located[str], ...]:
    found = [item.text(PICTURE_EXAMPLE) for item in some_items(value, f"[{PICTURE_EXAMPLE}]")]
    check_distinct(found)
    if len(found) > MOST_PICTURES:
        message = f"a gallery of {len(found)} pictures is too large for a page"
        raise ContentError(message, where=value.place, hint=f"{MOST_PICTURES} are the most")
    return tuple(found)


PICTURES = Key(_pictures, several(TEXT, 1, MOST_PICTURES), "the gallery; a reader may add her own")


class ExploreFigure(Figure, kw_only=True):
    """The tree of the first step, and what a reader can go on from.

    Attributes:
        path: where she starts.
        gallery: the pictures that she can choose from; None for the figure's own alone.
        children: where the first children are, and how many.
        answers: who answers her; None for the network itself where it is small enough, else a tree.
        bounds: of that tree.
    """

    keys = {"explore": PATH}
    beside = {
        **{name: TILE_KEYS[name] for name in ("network", "picture", "caption", "rule", "fit")},
        "ablation": OPTION_KEYS["ablation"],
        "children": STRONGEST_CHILDREN,
        "pictures": PICTURES,
        "answers": ANSWERS,
        "baked": BOUNDS,
    }
    path: PathSpec
    gallery: tuple[Located[str], ...] | None = None
    children: StrongestChildren
    answers: Answers | None = None
    bounds: Bounds = msgspec.field(default_factory=Bounds)

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read where to start, on which pictures, and who answers."""
        usual = StrongestChildren(None, USUAL_CHILDREN)
        return cls(
            **asdict(head),
            path=PATH.read(values["explore"]),
            gallery=PICTURES.read(values["pictures"]) if "pictures" in values else None,
            children=STRONGEST_CHILDREN.read(values["children"]) if "children" in values else usual,
            answers=ANSWERS.read(values["answers"]) if "answers" in values else None,
            bounds=BOUNDS.read(values["baked"]) if "baked" in values else Bounds(),
        )

    @property
    def pictures(self) -> tuple[Located[str] | None, ...]:
        """The gallery."""
        return self.gallery or (self.picture,)

    def check(self, card: NetworkCard) -> None:
        """The path has to go down, and children have to lie below it."""
        self._first_step.check(card)

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for the first step's tree, the gallery, and what answers the reader.

        Raises:
            ContentError: the network was to travel with the page, and cannot.
        """
        card, layer = scenes[0].card, self._layer(scenes[0].card)
        packed = yield from self._packed(card)
        answers = self._answers(travels=packed is not None)
        bakes = "baked" in answers
        parts: list[Asking[Any]] = [self._picture(scene, layer, bakes=bakes) for scene in scenes]
        drawn, *pictures = yield from together([self._first_step.draw(scenes[:1]), *parts])
        shown = {name: getattr(drawn, name) for name in Tree.__struct_fields__}
        exploration = Exploration(
            network=card.name,
            size=card.size,
            start="" if self.path.steps == (Top(),) else self.path.text,
            layer=layer,
            count=self.children.count,
            rule=self.rule,
            card=json.dumps(card_facts(card), ensure_ascii=False),
            answers=answers,
            pictures=tuple(pictures),
            packed=packed,
        )
        return ExplorableTree(**shown, exploration=exploration)

    def draw_still(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for the first step's tree alone: nobody can go on from it."""
        return self._first_step.draw(scenes[:1])

    def _packed(self, card: NetworkCard) -> Asking[Packed | None]:
        """The network as the page takes it along; None where it does not."""
        if self.answers in ("baked", "served"):
            return None
        packed = yield from ask(PackedJob(card.digest))
        if packed.refusal and self.answers is not None:
            hint = "write answers: baked, which computes a tree while the page is built"
            raise ContentError(packed.refusal, where=self.place, hint=hint)
        return None if packed.refusal else packed

    def _answers(self, *, travels: bool) -> tuple[Answerer, ...]:
        if self.answers == "served":
            return ("served",)
        if not travels:
            return ("baked",)
        return ("live", "baked") if self.answers == "both" else ("live",)

    @property
    def _first_step(self) -> TreeFigure:
        head = {name: getattr(self, name) for name in Head.__struct_fields__}
        return TreeFigure(**head, paths=(self.path,), children=self.children)

    def _layer(self, card: NetworkCard) -> str:
        return children_layer(self.children, end_layer(self.path, card), card)

    def _picture(self, scene: Scene, layer: str, *, bakes: bool) -> Asking[ExploredPicture]:
        shown, seen = InputJob(scene.subject(self.fit)), SeenJob(scene.subject(self.fit))
        start = yield from scene.resolve(self.path, self)
        yield from want(shown, seen)
        baked = (yield from baked_answers(scene, start, layer, self, self.bounds)) if bakes else None
        return ExploredPicture(scene.picture_name, (yield from ask(shown)), (yield from ask(seen)), baked)
