"""How far a figure can be trusted: its edges against ablation, and against chance, random weights and masks."""

from __future__ import annotations

from collections.abc import Callable

from catvis.drawing.wording import hundredths, part_text
from catvis.figures.scene import Scene
from catvis.figures.sufficient import ShownFamily
from catvis.figures.unit_tree import TreeFigure
from catvis.frozen import Frozen
from catvis.jobs.contrast import ControlJob
from catvis.jobs.keeping import KeptJob
from catvis.jobs.rounds import Asking, ask, ask_all, together, want
from catvis.jobs.truthfulness import AgreementJob, PointingJob
from catvis.terms import Unit

COLUMNS = (
    ("Figure", "the name by which the Markdown shows it"),
    ("Edges", "the unit, and the layer of its children"),
    (
        "As ablation",
        "rank correlation of the layer’s edge weights that are not 0 with what silencing each unit costs",
    ),
    ("Kept", "what the unit keeps with the shown children alone, all others silenced"),
    ("By chance", "what it keeps with as many units at random"),
    (
        "Random weights",
        "mean correlation of the children’s tiles with those of a network with random weights",
    ),
    (
        "Pointing",
        "of the pictures that excite a named child and show its part, those on which the strongest pixel of the "
        "child’s own guided attribution lies within it",
    ),
)
"""What the columns are called, and what stands in them."""


class Truth(Frozen):
    """What was measured of one unit and its shown children in one layer; None where there is nothing to measure.

    Attributes:
        figure: the figure's name.
        parent: the unit.
        layer: where its children are.
        children: those that are shown.
        agreement: rank correlation of edge weights that are not 0 with ablation, −1 to 1.
        kept: the part of the unit that the shown children keep.
        random: the part that as many units at random keep.
        control: mean correlation of the children’s tiles with those from random weights, −1 to 1.
        hits: on so many pictures a named child's own guided attribution is strongest within its part.
        tries: of so many that show the part, among the few that excite the child most.
    """

    figure: str
    parent: str
    layer: str
    children: tuple[str, ...]
    agreement: float | None
    kept: float | None
    random: float | None
    control: float | None
    hits: int
    tries: int

    @property
    def cells(self) -> tuple[str, ...]:
        """A row of the table, as `COLUMNS` has it."""
        return (
            self.figure,
            f"{self.parent}→{self.layer}",
            _or_dash(self.agreement, hundredths),
            _or_dash(self.kept, part_text),
            _or_dash(self.random, part_text),
            _or_dash(self.control, hundredths),
            f"{self.hits} of {self.tries}" if self.tries else "–",
        )


def truths_of(figure: TreeFigure, scene: Scene) -> Asking[list[Truth]]:
    """Measure every unit of a figure that is shown with children."""
    families = yield from figure.families(scene)
    return (yield from together(_truth(figure, scene, family) for family in families))


def _truth(figure: TreeFigure, scene: Scene, family: ShownFamily) -> Asking[Truth]:
    subject, units = scene.subject(figure.fit), [Unit(family.layer, index) for index in family.children]
    agreement = AgreementJob(subject, family.parent, family.layer, figure.edges)
    keeping = KeptJob(subject, family.parent, family.layer, family.children)
    controls = [ControlJob(scene.tile_job(family.path.then(unit), figure)) for unit in units]
    pointing = [PointingJob(scene.card.digest, unit) for unit in units]
    yield from want(agreement, keeping, *controls, *pointing)
    kept, controlled = (yield from ask(keeping)), (yield from ask_all(controls))
    pointed = [one for one in (yield from ask_all(pointing)) if one]
    alike = [one.correlation for one in controlled if one.correlation is not None]
    has_reach = kept.whole > kept.empty
    return Truth(
        figure=figure.name,
        parent=str(family.parent),
        layer=family.layer,
        children=tuple(map(str, units)),
        agreement=(yield from ask(agreement)),
        kept=kept.part if has_reach else None,
        random=kept.random if has_reach else None,
        control=sum(alike) / len(alike) if alike else None,
        hits=sum(one.hits for one in pointed),
        tries=sum(one.tries for one in pointed),
    )


def _or_dash(value: float | None, text: Callable[[float], str]) -> str:
    return "–" if value is None else text(value)
