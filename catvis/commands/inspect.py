"""Commands that look at one picture with one network: classify, attribute, children.

They ask the same jobs as a page does, so that the command line and the page cannot tell different truths.
"""

from __future__ import annotations

import json
import math
import sys
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path

from catvis.digests import file_digest
from catvis.errors import CatvisError, SilentUnitError, UsageError, shown_path
from catvis.jobs.attribution import TileJob, attributions_of, drawn
from catvis.jobs.base import Subject
from catvis.jobs.edge_weights import AblationJob, EdgesJob
from catvis.jobs.engine import Engine
from catvis.jobs.responses import PeakJob, ScoresJob
from catvis.networks.card import NetworkCard
from catvis.networks.pictures import read_picture
from catvis.networks.registry import source
from catvis.results import Weights
from catvis.settings import Settings
from catvis.terms import Edges, Unit, UnitPath


def classify(arguments: Namespace, settings: Settings) -> str:
    """The strongest classes, as a table or as JSON."""
    inspected = inspected_by(arguments, settings)
    scores = inspected.scores()
    exponentials = [math.exp(score - max(scores)) for score in scores]
    rows = [
        {
            "unit": str(unit := Unit(inspected.card.top.name, index)),
            "label": inspected.card.label(unit),
            "score": scores[index],
            "probability": exponentials[index] / sum(exponentials),
        }
        for index in sorted(range(len(scores)), key=lambda index: -scores[index])[: arguments.top]
    ]
    if arguments.json:
        return json.dumps(rows, ensure_ascii=False, indent=1)
    return "\n".join(
        f"{row['probability']:7.2%}  {row['unit']:<12} {row['label'] or ''}  ({row['score']:.3f})"
        for row in rows
    )


def attribute(arguments: Namespace, settings: Settings) -> str:
    """The attribution of a path, as .npy (float32, 3 × height × width, RGB, unscaled) or as .png."""
    output: Path = arguments.output
    if output.suffix.lower() not in (".npy", ".png"):
        raise UsageError(
            f"{output.name!r} ends neither in .png nor in .npy", hint="write -o tile.png or -o tile.npy"
        )
    path = UnitPath.parse(arguments.path)
    inspected = inspected_by(arguments, settings)
    inspected.require_firing(path)
    job = TileJob(inspected.subject, path, arguments.edges, arguments.rule, arguments.display)
    look = inspected.engine.look(inspected.subject)
    ((_, _, array),) = attributions_of(look, [job])
    tile = drawn(array, job.display, look.network.preprocessing.mean_picture())
    if tile is None:
        raise SilentUnitError(f"nothing arrives at {path.end} along {path} on this picture")
    try:
        if output.suffix.lower() == ".npy":
            import numpy as np

            with output.open("wb") as opened:  # numpy would add .npy to a name that ends in .NPY
                np.save(opened, array, allow_pickle=False)
        else:
            from catvis.drawing.encode import decode

            decode(tile.picture).save(output, "PNG")
    except OSError as error:
        raise CatvisError(f"{shown_path(output)} cannot be written: {error.strerror}") from error
    return str(output)


def children(arguments: Namespace, settings: Settings) -> str:
    """The units of a layer with the largest edge weights, each with its ablation."""
    path = UnitPath.parse(arguments.path)
    inspected = inspected_by(arguments, settings)
    inspected.require_firing(path)
    inspected.card.check_below(arguments.layer, path.end.layer)
    weights = inspected.edges(path, arguments.layer, arguments.edges)
    chosen = [Unit(arguments.layer, index) for index in weights.strongest(arguments.top)]
    drops = inspected.drops(path.end, chosen)
    if arguments.json:
        rows = [
            {
                "unit": str(unit),
                "weight": weights.values[unit.index],
                "share": weights.share(unit.index),
                "ablation": drop,
            }
            for unit, drop in zip(chosen, drops, strict=True)
        ]
        return json.dumps(rows, ensure_ascii=False, indent=1)
    if not chosen:
        return f"no unit of {arguments.layer} had anything to do with {path}"
    return "\n".join(
        f"{unit!s:<14} weight {weights.values[unit.index]:+.4g}  share {weights.share(unit.index):.1%}  "
        f"without it {-drop:+.1%}"
        for unit, drop in zip(chosen, drops, strict=True)
    )


@dataclass(frozen=True)
class Inspected:
    """A network on a picture, and who answers for them."""

    card: NetworkCard
    subject: Subject
    engine: Engine

    def scores(self) -> tuple[float, ...]:
        """Of every class.

        Raises:
            NetworkError: the network has no classes.
        """
        self.card.require_classes()
        job = ScoresJob(self.subject)
        return self.engine.answers([job])[job]

    def edges(self, path: UnitPath, layer: str, rule: Edges) -> Weights:
        """From the end of a path to a layer."""
        job = EdgesJob(self.subject, path, layer, rule)
        return self.engine.answers([job])[job]

    def drops(self, parent: Unit, units: list[Unit]) -> list[float]:
        """What silencing each of some units costs their parent."""
        jobs = [AblationJob(self.subject, parent, unit) for unit in units]
        answers = self.engine.answers(jobs)
        return [answers[job] or 0.0 for job in jobs]

    def require_firing(self, path: UnitPath) -> None:
        """Refuse a path that does not exist, or that starts at a unit that does not fire.

        Raises:
            NetworkError: the path does not exist.
            SilentUnitError: its first unit does not fire.
        """
        self.card.check(path)
        start = path.units[0]
        job = PeakJob(self.subject, start)
        peak = self.engine.answers([job])[job]
        if self.card.layer(start.layer).rectified and peak.activation <= 0:
            raise SilentUnitError(f"{start} does not fire on this picture: there is nothing to go back from")


def inspected_by(arguments: Namespace, settings: Settings) -> Inspected:
    """The network on the picture that a command line names.

    Raises:
        CatvisError: one of them cannot be opened.
    """
    found = source(arguments.network, settings)
    picture = Path(arguments.picture)
    read_picture(picture)
    card, digest = found.card(), file_digest(picture)

    def note(said: str) -> None:
        sys.stderr.write(f"{said}\n")

    engine = Engine(settings, None, {card.digest: found}, {digest: picture}, note=note)
    return Inspected(card, Subject(card.digest, digest, arguments.fit), engine)
