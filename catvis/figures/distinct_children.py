"""``children: {layer: conv5, distinct: 5}``: units that stand for the others, over the network's collection.

How many children suffice on one picture is another question: see `catvis.figures.sufficient`.
"""

from __future__ import annotations

from collections.abc import Mapping

from catvis.drawing.wording import part_text, percent
from catvis.errors import ContentError, Place
from catvis.figures.options import Options
from catvis.figures.scene import Scene
from catvis.frozen import Frozen
from catvis.jobs.redundancy import DistinctJob, StrengthsJob
from catvis.jobs.rounds import Asking, ask, ask_all
from catvis.results import Distinct
from catvis.terms import Unit, UnitPath


class FoundDistinct(Frozen):
    """The children that stand for the others, and what can be said of them.

    Attributes:
        parent: whose children they are.
        layer: where they are.
        width: how many units the layer has.
        strongest: how many of the strongest on the picture were judged as well; no more had to do with the parent.
        found: what was chosen, and how well it explains the parent.
    """

    parent: Unit
    layer: str
    width: int
    strongest: int
    found: Distinct

    @property
    def units(self) -> list[Unit]:
        """The children, the first chosen first."""
        return [Unit(self.layer, index) for index in self.found.chosen]

    @property
    def folded(self) -> Mapping[Unit, tuple[Unit, ...]]:
        """For each child the units that it stands for."""
        others = [tuple(Unit(self.layer, index) for index in group) for group in self.found.stands_for]
        return dict(zip(self.units, others, strict=True))

    @property
    def sentence(self) -> str:
        """How much they explain, beside the strongest on the picture, where there are any, and beside chance."""
        found, count = self.found, len(self.found.chosen)
        half, rest = found.pictures // 2, found.pictures - found.pictures // 2
        many = count > 1
        these = f"these {count} of {self.width} units" if many else "this unit"
        explain = "explain" if many else "explains"
        strongest = f"the {self.strongest} strongest" if self.strongest > 1 else "the strongest"
        here = "" if found.beside is None else f"{strongest} on this picture {part_text(found.beside)}, and "
        drawn = str(count) if many else "one"
        return (
            f"Chosen on {half} pictures and judged on {rest} others, {these} of {self.layer} "
            f"{explain} {part_text(found.explained)} of how strongly {self.parent} fires; "
            f"{here}{drawn} at random {part_text(found.random)} (±{percent(found.spread)})."
        )


def distinct_children(
    scene: Scene, path: UnitPath, layer: str, count: int, options: Options, place: Place | None
) -> Asking[FoundDistinct]:
    """Choose the children of a path's end.

    Args:
        scene: the network; the picture tells only which units are strongest there.
        path: whose end's children are chosen.
        layer: to choose from.
        count: how many.
        options: of the figure.
        place: where they are asked for.

    Raises:
        ContentError: the network has no collection, or nothing on its pictures tells the units apart.
    """
    card = scene.card
    gathered = yield from scene.collection("find distinct children", place)
    weights = yield from ask(scene.edges_job(path, layer, options))
    strongest = tuple(weights.strongest(count))
    jobs = [StrengthsJob(card.digest, gathered, name) for name in (layer, path.end.layer)]
    units, parents = yield from ask_all(jobs)
    found = yield from ask(DistinctJob(units, parents, path.end.index, count, strongest))
    if found is None:
        raise ContentError(
            f"nothing tells the children of {path.end} apart: on a half of the {len(parents.names)} pictures that "
            f"were looked at, it is always the same, or each unit of {layer} is",
            where=place,
            hint="choose another unit, or mine more pictures",
        )
    compared = min(len(strongest), len(found.chosen))
    return FoundDistinct(path.end, layer, card.layer(layer).units, compared, found)


def stands_for_words(others: int) -> str:
    """How many others a child stands for, as a short line."""
    return "stands for itself" if not others else f"stands for {others} other{'s' if others > 1 else ''}"
