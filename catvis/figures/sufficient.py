"""``keep: true`` and ``curve: true``: how much of a unit its children keep, all others being silenced."""

from __future__ import annotations

from catvis.drawing.figure import Chart, Line
from catvis.drawing.wording import hundredths, number, part_text, percent
from catvis.errors import ContentError, Place
from catvis.figures.options import Options
from catvis.figures.scene import Scene
from catvis.frozen import Frozen
from catvis.jobs.keeping import KeptCurvesJob, KeptJob
from catvis.jobs.rounds import Asking, ask
from catvis.results import Kept, KeptCurves
from catvis.terms import Fit, Unit, UnitPath
from catvis.written.keys import flag

KEEP = flag("how much of the parent the shown children keep, all others silenced")
CURVE = flag("how much more and more units keep: by edge weight, greedily, at random")


class ShownFamily(Frozen):
    """A unit with its shown children, all of one layer.

    Attributes:
        path: down to the unit.
        layer: where its children are.
        children: those that are shown, in their order.
        width: how many units the layer has.
        place: where the parent was written.
    """

    path: UnitPath
    layer: str
    children: tuple[int, ...]
    width: int
    place: Place

    @property
    def parent(self) -> Unit:
        """The unit."""
        return self.path.end


def kept_words(scene: Scene, family: ShownFamily, fit: Fit) -> Asking[str]:
    """What the shown children keep, as a sentence; and as many at random.

    Raises:
        ContentError: the unit is no stronger with the whole layer than with none of it.
    """
    count = len(family.children)
    kept = yield from ask(KeptJob(scene.subject(fit), family.parent, family.layer, family.children))
    _require_reach(family, kept)
    these = (
        f"These {count} of {family.width} units of {family.layer} keep" if count > 1 else "This unit keeps"
    )
    by_chance = f"{count} chosen at random keep" if count > 1 else "one chosen at random keeps"
    return (
        f"{these} {part_text(kept.part)} of {family.parent} when all others are silenced; "
        f"{by_chance} {part_text(kept.random)} (±{percent(kept.spread)})."
    )


def kept_chart(scene: Scene, family: ShownFamily, options: Options) -> Asking[Chart]:
    """What more and more units keep, as a chart; its alternative text says it in a sentence.

    Raises:
        ContentError: the unit is no stronger with the whole layer than with none of it.
    """
    found = yield from ask(
        KeptCurvesJob(scene.subject(options.fit), family.path, family.layer, options.edges)
    )
    _require_reach(family, found)
    layer, width = family.layer, family.width
    orders = {
        "by edge weight, inhibitory last": found.strongest,
        "chosen greedily": found.greedy,
        "at random": found.random,
    }
    spread = {"at random": found.spread}
    lines = tuple(
        Line(f"{name}: area {hundredths(found.area(parts))}", parts, spread.get(name, ()))
        for name, parts in orders.items()
    )
    count = min(len(family.children), width) or 1
    at = found.sizes.index(count) if count in found.sizes else len(found.sizes) - 1
    keeps = "keep" if found.sizes[at] > 1 else "keeps"
    sentence = (
        f"Of {width} units of {layer}, {found.sizes[at]} {keeps} {part_text(found.greedy[at])} of {family.parent} "
        f"when chosen greedily, {part_text(found.strongest[at])} in the order of edge weights, the largest first "
        f"and inhibitory ones last, and {part_text(found.random[at])} (±{percent(found.spread[at])}) at random."
    )
    title = f"What {family.parent} keeps with so many units of {layer}"
    return Chart(title, f"units of {layer}", found.sizes, lines, sentence)


def _require_reach(family: ShownFamily, found: Kept | KeptCurves) -> None:
    if found.whole <= found.empty:
        raise ContentError(
            f"{family.parent} is {number(found.whole)} with all of {family.layer} and {number(found.empty)} "
            "with none of it: there is nothing to keep",
            where=family.place,
            hint="choose a unit that the layer makes stronger, or leave out keep and curve",
        )
