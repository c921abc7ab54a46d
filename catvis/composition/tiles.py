"""One tile: its picture, the words on it, its details, all from answers."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from catvis.composition.scene import Scene
from catvis.drawing.figure import Box, Exemplar, ExemplarGrid, Picture, Tile, anchor
from catvis.drawing.wording import number, percent, tile_alt
from catvis.plan import (
    Drawn,
    Exemplars,
    ExemplarsJob,
    Job,
    Peak,
    TileJob,
)
from catvis.post.figures import FigureHead, Options
from catvis.terms import RULE_NAMES, Rule, Unit, UnitPath

NOTHING_ARRIVES = "nothing arrives"
_SILENT = "does not fire"


@dataclass(frozen=True)
class Arrival:
    """The edge by which a tile is reached: its share, and what silencing the unit costs the one above."""

    parent: Unit
    share: float
    inhibitory: bool
    drop: float | None


def tile_jobs(
    scene: Scene, path: UnitPath, options: Options, peak: Peak, rule: Rule | None = None
) -> list[Job]:
    """What a tile needs beside its unit's peak; a silent unit needs nothing."""
    if scene.is_silent(path.end, peak):
        return []
    jobs: list[Job] = [scene.tile(path, options, rule)]
    return [*jobs, ExemplarsJob(scene.card.digest, path.end)] if options.exemplars else jobs


def make_tile(
    scene: Scene,
    path: UnitPath,
    options: Options,
    peak: Peak,
    *,
    rule: Rule | None = None,
    key: tuple[str, ...] = (),
    note: str | None = None,
    arrival: Arrival | None = None,
) -> Tile:
    """A path's tile.

    Args:
        scene: the network and the picture.
        path: whose attribution is shown.
        options: of the figure.
        peak: of the path's last unit.
        rule: where it is not the figure's.
        key: more parts of the anchor, where the path alone does not tell tiles apart.
        note: one more line on the tile.
        arrival: the edge by which the tile is reached.
    """
    unit, anchored = path.end, anchor(*map(str, path.units), *key)
    label = scene.card.label(unit)
    job = None if scene.is_silent(unit, peak) else scene.tile(path, options, rule)
    drawn = scene.ask.ask(job, Drawn) if job else None
    grid, about_grid = exemplar_grid(scene, unit, asked=options.exemplars and job is not None)
    box = Box(*drawn.box) if drawn and drawn.box else None
    arrives = drawn is not None and drawn.scale != 0
    reason = None if arrival is None else _arrival_words(arrival)
    if job and not arrives:
        reason = f"{NOTHING_ARRIVES} along {path}"
    return Tile(
        key=anchored,
        title=str(unit),
        picture=picture_of(drawn) if arrives and drawn else None,
        alt=tile_alt(
            str(unit),
            label=label,
            activation=peak.activation,
            region=box,
            silent=job is None,
            reason=reason,
        ),
        label=label,
        note=note,
        activation=peak.activation if options.activation else None,
        instead=NOTHING_ARRIVES if job else _SILENT,
        outline=box if options.outline else None,
        exemplars=grid,
        details=(
            *_details(scene, path, peak, job, drawn, arrival),
            *about_grid,
        ),
        command=scene.command(job) if job else None,
    )


def written_caption(figure: FigureHead) -> str | None:
    """The author's caption as HTML."""
    return None if figure.caption is None else escape(figure.caption)


def exemplar_grid(
    scene: Scene, unit: Unit, *, asked: bool
) -> tuple[ExemplarGrid | None, tuple[tuple[str, str], ...]]:
    """What else excites a unit, where the figure asks for it; or, as a detail, why there is nothing."""
    if not asked:
        return None, ()
    found = scene.ask.ask(ExemplarsJob(scene.card.digest, unit), Exemplars)
    cells = tuple(
        Exemplar(picture_of(cell.crop), picture_of(cell.attribution), cell.name, cell.activation)
        for cell in found.cells
    )
    return ExemplarGrid(cells) if cells else None, (("Exemplars", found.missing),) if found.missing else ()


def picture_of(drawn: Drawn) -> Picture:
    """An answer's picture as figures hold it."""
    return Picture(drawn.data, drawn.media_type, drawn.width, drawn.height)


def _arrival_words(arrival: Arrival) -> str:
    verb = "holds down" if arrival.inhibitory else "excites"
    return f"it {verb} {arrival.parent} with {percent(arrival.share)} of the layer's edge weight"


def _details(
    scene: Scene,
    path: UnitPath,
    peak: Peak,
    job: TileJob | None,
    drawn: Drawn | None,
    arrival: Arrival | None,
) -> tuple[tuple[str, str], ...]:
    facts = [("Path", str(path)), ("Network", scene.card.name), ("Picture", scene.picture_name)]
    place = f", strongest at row {peak.place[0]}, column {peak.place[1]} of {peak.extent[0]}×{peak.extent[1]}"
    facts.append(("Activation", number(peak.activation) + (place if peak.extent != (1, 1) else "")))
    if arrival is not None:
        kind = " (inhibitory)" if arrival.inhibitory else ""
        facts.append(
            ("Share", f"{percent(arrival.share)} of {arrival.parent}’s edges to {path.end.layer}{kind}")
        )
    if arrival is not None and arrival.drop is not None:
        change = "loses" if arrival.drop >= 0 else "gains"
        facts.append(("Ablation", f"without {path.end}, {arrival.parent} {change} {percent(arrival.drop)}"))
    if job is not None:
        facts.append(("Rule", RULE_NAMES[job.rule]))
        if -1 in job.signs:
            facts.append(("Sign", "drawn from −g below each inhibitory edge"))
    if drawn is not None and drawn.scale:
        facts.append(
            ("Scale", f"full contrast is a gradient of {number(drawn.scale)}, found for this tile alone")
        )
        facts.append(("Clipped", f"{percent(drawn.clipped)} of the pixels"))
    return tuple(facts)
