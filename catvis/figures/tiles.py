"""Tiles of every kind of figure: the jobs that one needs, and what is shown of their answers; and its control."""

from __future__ import annotations

from collections.abc import Sequence

from catvis.drawing.figure import ExemplarGrid, Tile, anchor
from catvis.drawing.wording import hundredths, number, percent, tile_alt
from catvis.figures.framing import common_frame, seen_within
from catvis.figures.options import Options
from catvis.figures.scene import Scene
from catvis.frozen import Frozen
from catvis.jobs.attribution import TileJob
from catvis.jobs.contrast import ControlJob
from catvis.jobs.exemplar_grids import ExemplarsJob, MosaicJob
from catvis.jobs.rounds import Asking, ask, ask_all, together, want
from catvis.results import Attributed, Box, Peak, Picture
from catvis.terms import RULE_NAMES, Rule, Unit, UnitPath

_NOTHING_ARRIVES = "nothing arrives"
_SILENT = "does not fire"


class Arrival(Frozen):
    """The edge by which a tile is reached: its share, and what silencing the unit costs the one above."""

    parent: Unit
    share: float
    inhibitory: bool
    drop: float | None


class ShownExemplars(Frozen):
    """A unit's exemplars, or why there are none."""

    grid: ExemplarGrid | None = None
    missing: str | None = None

    @property
    def details(self) -> tuple[tuple[str, str], ...]:
        """As a detail: why there are none."""
        return (("Exemplars", self.missing),) if self.missing else ()


class Shown(Frozen):
    """A path's answers, from which its tile is made.

    Attributes:
        scene: the network and the picture.
        options: of the figure.
        job: what was asked for.
        peak: of the path's last unit.
        found: the attribution.
        seen: the picture, where the tile does not show it itself.
        exemplars: what else excites the unit; nothing where the figure does not ask for it.
        control: the tile from random weights that stands beside it; None without one.
    """

    scene: Scene
    options: Options
    job: TileJob
    peak: Peak
    found: Attributed
    seen: Picture | None
    exemplars: ShownExemplars
    control: Tile | None

    def tile(
        self,
        *,
        key: tuple[str, ...] = (),
        note: str | None = None,
        arrival: Arrival | None = None,
        marked: Box | None = None,
    ) -> Tile:
        """The path's tile.

        Args:
            key: more parts of the anchor, where the path alone does not tell tiles apart.
            note: one more line on the tile.
            arrival: the edge by which the tile is reached.
            marked: the part of the picture that the tiles below show, where they show less than this one.
        """
        path, unit = self.job.path, self.job.path.end
        silent = self.scene.is_silent(unit, self.peak)
        drawn = None if silent else self.found.drawn
        label = self.scene.card.label(unit)
        reason = _arrival_words(arrival) if arrival else None
        if drawn is None and not silent:
            reason = f"{_NOTHING_ARRIVES} along {path}"
        return Tile(
            key=anchor(*map(str, path.units), *key),
            title=str(unit),
            picture=drawn.picture if drawn else None,
            alt=tile_alt(
                str(unit),
                label=label,
                activation=self.peak.activation,
                region=drawn.box if drawn else None,
                silent=silent,
                reason=reason,
            ),
            label=label,
            note=note,
            activation=self.peak.activation if self.options.activation else None,
            instead=_SILENT if silent else _NOTHING_ARRIVES,
            outline=self._outlined(marked) if drawn else None,
            under=self.seen if drawn else None,
            frame=self.job.frame,
            exemplars=self.exemplars.grid,
            details=(*self._details(arrival, silent=silent), *self.exemplars.details),
            command=None if silent else self.scene.command(self.job),
        )

    def _outlined(self, marked: Box | None) -> Box | None:
        """What is outlined on the tile, in its own parts."""
        if marked is None and self.options.outline and self.found.drawn:
            marked = self.found.drawn.box
        return seen_within(marked, self.job.frame) if marked else None

    def _details(self, arrival: Arrival | None, *, silent: bool) -> tuple[tuple[str, str], ...]:
        path, peak = self.job.path, self.peak
        facts = [
            ("Path", str(path)),
            ("Network", self.scene.card.name),
            ("Picture", self.scene.picture_name),
        ]
        (row, column), (height, width) = peak.place, peak.extent
        place = f", strongest at row {row}, column {column} of {height}×{width}"
        facts.append(("Activation", number(peak.activation) + (place if peak.extent != (1, 1) else "")))
        if arrival is not None:
            kind = " (inhibitory)" if arrival.inhibitory else ""
            share = f"{percent(arrival.share)} of {arrival.parent}’s edges to {path.end.layer}{kind}"
            facts.append(("Share", share))
        if arrival is not None and arrival.drop is not None:
            change = "loses" if arrival.drop >= 0 else "gains"
            cost = f"without {path.end}, {arrival.parent} {change} {percent(arrival.drop)}"
            facts.append(("Ablation", cost))
        if silent:
            return tuple(facts)
        facts.append(("Rule", RULE_NAMES[self.job.rule]))
        if frame := self.job.frame:
            across, down = (f"{percent(low)} to {percent(high)}" for low, high in _spans(frame))
            facts.append(("Part", f"of the picture’s width {across}, of its height {down}"))
        if -1 in self.found.signs:
            facts.append(("Sign", "drawn from −g below each inhibitory edge"))
        if drawn := self.found.drawn:
            beyond = f", which {percent(drawn.clipped)} of the pixels exceed" if drawn.clipped else ""
            contrast = f"this tile’s own: full colour is a gradient of {number(drawn.scale)}{beyond}"
            facts.append(("Contrast", contrast))
        return tuple(facts)


def shown(
    scene: Scene,
    path: UnitPath,
    options: Options,
    rule: Rule | None = None,
    *,
    control: bool = False,
    frame: Box | None = None,
) -> Asking[Shown]:
    """All that a path's tile shows; of a unit that does not fire, that it does not.

    Args:
        scene: the network and the picture.
        path: whose attribution is shown.
        options: of the figure.
        rule: where it is not the figure's.
        control: the same tile with random weights, too.
        frame: the part of the picture that is shown; all of it where None.
    """
    job, peak_job = scene.tile_job(path, options, rule, frame), scene.peak_job(path.end, options.fit)
    input_job = scene.input_job(options.fit)
    yield from want(job, peak_job, *([] if options.context else [input_job]))
    found, peak = (yield from ask(job)), (yield from ask(peak_job))
    seen = None if options.context else (yield from ask(input_job))
    fires = not scene.is_silent(path.end, peak)
    beside = (yield from _control(scene, ControlJob(job), rule)) if control and fires else None
    exemplars = yield from shown_exemplars(scene, path.end, asked=options.exemplars and fires)
    return Shown(scene, options, job, peak, found, seen, exemplars, beside)


def row_of_tiles(
    scene: Scene, wanted: Sequence[tuple[UnitPath, Rule | None]], options: Options, *, control: bool
) -> Asking[list[Shown]]:
    """Tiles side by side; where the figure crops them, in one frame.

    Args:
        scene: the network and the picture.
        wanted: paths, and by which rule where it is not the figure's.
        options: of the figure.
        control: the same tiles with random weights, too.
    """
    frame = (yield from common_part(scene, wanted, options)) if options.crop else None
    return (
        yield from together(
            shown(scene, path, options, rule, control=control, frame=frame) for path, rule in wanted
        )
    )


def common_part(
    scene: Scene, wanted: Sequence[tuple[UnitPath, Rule | None]], options: Options
) -> Asking[Box | None]:
    """The frame that paths' tiles have in common; None where cropping would hardly show more."""
    found = yield from ask_all([scene.tile_job(path, options, rule) for path, rule in wanted])
    return common_frame(one.drawn.box for one in found if one.drawn)


def shown_exemplars(scene: Scene, unit: Unit, *, asked: bool) -> Asking[ShownExemplars]:
    """What else excites a unit, where a figure asks for it."""
    if not asked:
        return ShownExemplars()
    found = yield from ask(ExemplarsJob(scene.card.digest, unit))
    if not found.cells:
        return ShownExemplars(missing=found.missing)
    crops, attributions = yield from ask_all(
        [
            MosaicJob(tuple(cell.crop for cell in found.cells)),
            MosaicJob(tuple(cell.attribution for cell in found.cells)),
        ]
    )
    cells = tuple((cell.name, cell.activation) for cell in found.cells)
    return ShownExemplars(ExemplarGrid(crops, attributions, cells))


def _control(scene: Scene, job: ControlJob, rule: Rule | None) -> Asking[Tile]:
    found = yield from ask(job)
    path, units = job.tile.path, job.tile.path.units
    started = UnitPath(units[found.left_out :] or units)
    what = "The same path" if not found.left_out else f"The path from {started.units[0]} on,"
    silent = ", ".join(map(str, units[: found.left_out]))
    alike = "no correlation" if found.correlation is None else f"correlation {hundredths(found.correlation)}"
    said = f"{alike} with the tile before" if found.drawn else _NOTHING_ARRIVES
    starts = (("Start", f"{started.units[0]}: with random weights {silent} does not fire"),)
    return Tile(
        key=anchor(*map(str, units), *([rule] if rule else []), "control"),
        title=str(path.end),
        picture=found.drawn.picture if found.drawn else None,
        alt=f"{what} {path if not found.left_out else started} with random weights above the first layer: {said}.",
        note=f"random weights: {alike}" if found.drawn else "random weights",
        instead=_NOTHING_ARRIVES,
        details=(
            ("Path", str(path)),
            *(starts if found.left_out else ()),
            ("Network", f"{scene.card.name}, every layer above the first random (seed {job.seed})"),
            ("Correlation", alike if found.drawn else _NOTHING_ARRIVES),
        ),
    )


def _spans(box: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    return (box.left, box.right), (box.top, box.bottom)


def _arrival_words(arrival: Arrival) -> str:
    verb = "holds down" if arrival.inhibitory else "excites"
    return f"it {verb} {arrival.parent} with {percent(arrival.share)} of the layer's edge weight"
