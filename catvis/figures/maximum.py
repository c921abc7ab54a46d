"""``maximize: fc8_130``: a picture that excites a unit most, by optimisation from a blank one.

With ``from: imgs/cat.jpg`` it starts there, and ``maximize: {layer: conv4}`` raises all of a layer: a dream.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Self, TypeVar

from msgspec.structs import asdict

from catvis.drawing.figure import Drawing, Tile, anchor
from catvis.drawing.wording import number, tile_alt
from catvis.errors import ContentError, NetworkError
from catvis.figures.kind import TILE_KEYS, Figure, Head
from catvis.figures.path_spec import A_LAYER, A_UNIT, read_layer, read_unit
from catvis.figures.scene import Scene
from catvis.figures.tiles import ShownExemplars, shown_exemplars
from catvis.jobs.base import Job
from catvis.jobs.optimisation import DreamJob, MaximizeJob
from catvis.jobs.rounds import Asking, ask
from catvis.networks.known_layers import NetworkCard
from catvis.results import Optimised
from catvis.terms import Unit
from catvis.written.keys import Key, mapping, text
from catvis.written.keys import number as number_key
from catvis.written.located import Located, Mistakes, located
from catvis.written.picture_files import PICTURE_EXAMPLE
from catvis.written.yaml_values import Value

T = TypeVar("T")

USUAL_STEPS = 512
USUAL_DREAM_STEPS = 60
USUAL_OCTAVES = 3
_MOST_STEPS = 10_000

_GOAL_HINT = f"write maximize: fc8_284, or maximize: {{layer: conv4}} with from: {PICTURE_EXAMPLE}"
_LAYER = Key(lambda value: read_layer(value, _GOAL_HINT), A_LAYER, "all of which is raised")


def _goal(value: Value) -> Located[Unit] | Located[str]:
    """Read ``fc8_284`` or ``{layer: conv4}``."""
    if not value.is_mapping:
        return read_unit(value)
    mistakes = Mistakes()
    values = value.mapping(mistakes, ("layer",))
    mistakes.raise_any()
    if not values:
        value.refuse("a unit or a layer", _GOAL_HINT)
    return _LAYER.read(values["layer"])


GOAL = Key(
    _goal,
    {"anyOf": [A_UNIT, mapping({"layer": _LAYER}, required=["layer"])]},
    "a picture that excites this unit most, optimised from a blank one; or from yours, for a unit or a layer",
)
START = text(PICTURE_EXAMPLE, "the picture to start from, relative to the post's folder")
STEPS = number_key(256, _MOST_STEPS, "of the optimisation")
DREAM_STEPS = number_key(
    10, _MOST_STEPS, f"of the optimisation ({USUAL_STEPS}, at least 256; {USUAL_DREAM_STEPS} with `from`)"
)
OCTAVES = number_key(1, 6, f"sizes of the picture, each 1.4 times the one before ({USUAL_OCTAVES})")
SEED = number_key(0, 999_999_999, "of its random shifts (0)")


class MaximizeFigure(Figure, kw_only=True):
    """One tile: the picture that was found, with the course of the objective.

    Attributes:
        goal: what to excite: a unit, or from a picture all of a layer.
        start: the picture to start from; None for a blank one.
        steps: of the optimisation.
        octaves: how many sizes of that picture are looked at.
        seed: of its random shifts.
    """

    keys = {"maximize": GOAL}
    beside = {
        **{name: TILE_KEYS[name] for name in ("network", "caption", "exemplars", "fit")},
        "from": START,
        "steps": DREAM_STEPS,
        "octaves": OCTAVES,
        "seed": SEED,
    }
    together = {
        "if": {"required": ["from"]},
        "else": {"properties": {"maximize": A_UNIT, "steps": STEPS.schema, "octaves": False, "fit": False}},
    }
    goal: Located[Unit] | Located[str]
    start: Located[str] | None = None
    steps: int = USUAL_STEPS
    octaves: int = USUAL_OCTAVES
    seed: int = 0

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read what to excite, where to start, and how to search."""

        def written(name: str, key: Key[T], usual: T) -> T:
            return key.read(values[name]) if name in values else usual

        goal, seed = GOAL.read(values["maximize"]), written("seed", SEED, 0)
        if "from" not in values:
            _check_without_start(goal, values)
            return cls(**asdict(head), goal=goal, steps=written("steps", STEPS, USUAL_STEPS), seed=seed)
        return cls(
            **asdict(head),
            goal=goal,
            start=START.read(values["from"]),
            steps=written("steps", DREAM_STEPS, USUAL_DREAM_STEPS),
            octaves=written("octaves", OCTAVES, USUAL_OCTAVES),
            seed=seed,
        )

    @property
    def pictures(self) -> tuple[Located[str] | None, ...]:
        """The one that it starts from, if there is one."""
        return (self.start,) if self.start else ()

    def check(self, card: NetworkCard) -> None:
        """The unit or the layer has to be there."""
        with located(self.goal.place, NetworkError):
            if isinstance(self.goal.value, Unit):
                card.check_unit(self.goal.value)
            else:
                card.layer(self.goal.value)

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for the picture, then for exemplars."""
        scene, goal = scenes[0], self.goal.value
        found = yield from ask(self._job(scene))
        label, exemplars = None, ShownExemplars()
        if isinstance(goal, Unit):
            label = scene.card.label(goal)
            exemplars = yield from shown_exemplars(scene, goal, asked=self.exemplars)
        made = f"{scene.picture_name}, changed" if self.start else "a picture made"
        tile = Tile(
            key=anchor("maximize", str(goal), *([self.name] if self.start else [])),
            title=str(goal),
            picture=found.picture,
            alt=tile_alt(str(goal), label=label, reason=f"{made} to excite it, in {self.steps} steps"),
            label=label,
            note=f"dreamt from {scene.picture_name}" if self.start else "optimised from a blank picture",
            exemplars=exemplars.grid,
            curve=found.curve,
            details=(*self._details(scene, found), *exemplars.details),
        )
        return self.row([tile])

    def _job(self, scene: Scene) -> Job[Optimised]:
        goal = self.goal.value
        if self.start:
            return DreamJob(scene.subject(self.fit), goal, self.steps, self.octaves, self.seed)
        if not isinstance(goal, Unit):
            raise TypeError(f"{self.name}: a layer is raised from a picture")
        return MaximizeJob(scene.card.digest, goal, self.steps, self.seed)

    def _details(self, scene: Scene, found: Optimised) -> tuple[tuple[str, str], ...]:
        goal = self.goal.value
        what, raised = ("Unit", "") if isinstance(goal, Unit) else ("Layer", "the L2 norm of its values, ")
        start = (("Picture", scene.picture_name), ("Octaves", str(self.octaves))) if self.start else ()
        return (
            (what, str(goal)),
            ("Network", scene.card.name),
            *start,
            ("Steps", str(self.steps)),
            ("Seed", str(self.seed)),
            ("Objective", f"{raised}from {number(found.curve[0])} to {number(found.curve[-1])}"),
        )


def _check_without_start(goal: Located[Unit] | Located[str], values: Mapping[str, Value]) -> None:
    """Refuse what is about a picture to start from where none is named."""
    hint = f"write from: {PICTURE_EXAMPLE} beside it"
    if not isinstance(goal.value, Unit):
        message = f"all of {goal.value} is raised from a picture, and none is named"
        raise ContentError(message, where=goal.place, hint=hint)
    for name in ("octaves", "fit"):
        if name in values:
            message = f"{name!r} is about a picture to start from, and none is named"
            raise ContentError(message, where=values[name].key.place, hint=hint)
