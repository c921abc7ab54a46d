"""``maximize: fc8_130``: a picture that excites a unit most, found by optimisation from a blank one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from catvis.drawing.figure import Drawing, Tile, anchor
from catvis.drawing.wording import number, tile_alt
from catvis.errors import NetworkError
from catvis.figures.kind import TILE_KEYS, Figure, Head
from catvis.figures.path_spec import UNIT
from catvis.figures.scene import Scene
from catvis.figures.tiles import shown_exemplars
from catvis.jobs.optimisation import MaximizeJob
from catvis.jobs.rounds import Asking, ask
from catvis.networks.known_layers import NetworkCard
from catvis.terms import Unit
from catvis.written.keys import number as number_key
from catvis.written.located import Located, located
from catvis.written.yaml_values import Value

USUAL_STEPS = 512

STEPS = number_key(256, 10_000, f"of the optimisation ({USUAL_STEPS})")
SEED = number_key(0, 999_999_999, "of its random shifts (0)")


@dataclass(frozen=True, kw_only=True)
class MaximizeFigure(Figure):
    """One tile: the picture that was found, with the course of the objective.

    Attributes:
        unit: what to excite.
        steps: of the optimisation.
        seed: of its random shifts.
    """

    keys = {
        "maximize": replace(UNIT, about="a picture that excites this unit most, optimised from a blank one")
    }
    beside = {
        **{name: TILE_KEYS[name] for name in ("network", "caption", "exemplars")},
        "steps": STEPS,
        "seed": SEED,
    }
    unit: Located[Unit]
    steps: int = USUAL_STEPS
    seed: int = 0

    @classmethod
    def read(cls, values: Mapping[str, Value], head: Head) -> Self:
        """Read the unit, and how to search."""
        unit = UNIT.read(values["maximize"])
        steps = STEPS.read(values["steps"]) if "steps" in values else USUAL_STEPS
        seed = SEED.read(values["seed"]) if "seed" in values else 0
        return cls(**vars(head), unit=unit, steps=steps, seed=seed)

    @property
    def pictures(self) -> tuple[Located[str] | None, ...]:
        """None: it starts from a blank one."""
        return ()

    def check(self, card: NetworkCard) -> None:
        """The unit has to be there."""
        with located(self.unit.place, NetworkError):
            card.check_unit(self.unit.value)

    def draw(self, scenes: Sequence[Scene]) -> Asking[Drawing]:
        """Ask for the picture, then for exemplars."""
        card, unit = scenes[0].card, self.unit.value
        found = yield from ask(MaximizeJob(card.digest, unit, self.steps, self.seed))
        exemplars = yield from shown_exemplars(scenes[0], unit, asked=self.exemplars)
        label, reason = card.label(unit), f"a picture made to excite it, in {self.steps} steps"
        tile = Tile(
            key=anchor("maximize", str(unit)),
            title=str(unit),
            picture=found.picture,
            alt=tile_alt(str(unit), label=label, reason=reason),
            label=label,
            note="optimised from a blank picture",
            exemplars=exemplars.grid,
            curve=found.curve,
            details=(
                ("Unit", str(unit)),
                ("Network", card.name),
                ("Steps", str(self.steps)),
                ("Seed", str(self.seed)),
                ("Objective", f"from {number(found.curve[0])} to {number(found.curve[-1])}"),
                *exemplars.details,
            ),
        )
        return self.row([tile])
