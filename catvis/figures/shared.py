"""``shared: true`` in a comparison: children that two units have in common, and how they go together."""

from __future__ import annotations

from catvis.drawing.wording import hundredths
from catvis.errors import Place
from catvis.figures.options import Options
from catvis.figures.path_spec import USUAL_CHILDREN
from catvis.figures.scene import Scene
from catvis.jobs.redundancy import PairJob, StrengthsJob
from catvis.jobs.rounds import Asking, ask, ask_all
from catvis.results import Pair
from catvis.terms import Unit, UnitPath
from catvis.written.keys import flag

SHARED = flag("what two units have in common: children, and how they go together over the collection")
_NAMED = 8
"""So many pictures are named at most."""


def shared_words(
    scene: Scene, paths: tuple[UnitPath, UnitPath], options: Options, place: Place
) -> Asking[tuple[str, tuple[tuple[str, str], ...]]]:
    """What two units share, in sentences, and on which pictures each fires alone, as details.

    Of units that do not come out of a ReLU, such as class scores, nothing says when they fire: no details.

    Args:
        scene: the network and the picture on which their children are found.
        paths: to the units.
        options: of the figure.
        place: where the comparison was written.

    Raises:
        ContentError: the network has no collection.
    """
    card, ends = scene.card, [path.end for path in paths]
    gathered = yield from scene.collection("compare units", place)
    said = yield from _children(scene, paths, options)
    over = yield from ask_all([StrengthsJob(card.digest, gathered, end.layer) for end in ends])
    found = yield from ask(PairJob(over[0], ends[0].index, over[1], ends[1].index))
    alike = (
        "do not vary together" if found.correlation is None else f"correlate {hundredths(found.correlation)}"
    )
    said += f"Over {found.pictures} pictures their strengths {alike}"
    if not all(card.layer(end.layer).rectified for end in ends):
        return f"{said}.", ()
    said += (
        f": both fire on {found.both}, only {ends[0]} on {len(found.first_alone)}, "
        f"only {ends[1]} on {len(found.second_alone)}."
    )
    return said, _alone(ends, found)


def _children(scene: Scene, paths: tuple[UnitPath, UnitPath], options: Options) -> Asking[str]:
    """Which of their strongest children on this picture are the same; "" where nothing is below them."""
    lower = scene.card.below(min((path.end.layer for path in paths), key=scene.card.level))
    if not lower:
        return ""
    weights = yield from ask_all([scene.edges_job(path, lower[0], options) for path in paths])
    first, second = (found.strongest(USUAL_CHILDREN) for found in weights)
    common = [str(Unit(lower[0], index)) for index in first if index in second]
    of_them = f"{len(common)}: {', '.join(common)}" if common else "none"
    return f"Of their {USUAL_CHILDREN} strongest children in {lower[0]} they share {of_them}. "


def _alone(ends: list[Unit], found: Pair) -> tuple[tuple[str, str], ...]:
    details = []
    for unit, names in zip(ends, (found.first_alone, found.second_alone), strict=True):
        more = f", and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        details.append((f"Only {unit}", ", ".join(names[:_NAMED]) + more if names else "on no picture"))
    return tuple(details)
