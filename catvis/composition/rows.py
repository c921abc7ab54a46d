"""Rows of tiles: units, rules, controls, the input, comparisons, optimised pictures."""

from __future__ import annotations

from catvis.composition.scene import Scene
from catvis.composition.tiles import (
    NOTHING_ARRIVES,
    exemplar_grid,
    make_tile,
    picture_of,
    tile_jobs,
    written_caption,
)
from catvis.drawing.figure import Row, Tile, anchor
from catvis.drawing.wording import hundredths, number, tile_alt
from catvis.plan import (
    Compared,
    ControlJob,
    DifferenceJob,
    Drawn,
    InputJob,
    Job,
    MaximizeJob,
    Optimised,
    Peak,
)
from catvis.post.figures import (
    CompareFigure,
    FigureHead,
    MaximizeFigure,
    PictureFigure,
    RulesFigure,
    UnitsFigure,
)
from catvis.terms import Rule, UnitPath


def units_row(scene: Scene, figure: UnitsFigure) -> Row:
    """Units side by side, each followed by its control where the figure asks for one."""
    paths = [scene.resolve(spec, figure) for spec in figure.units]
    for path, spec in zip(paths, figure.units, strict=True):
        if len(path.units) > 1:
            scene.require_firing(path.units[0], spec.place, figure.fit)
    peaks = scene.peaks([path.end for path in paths], figure.fit)
    jobs: list[Job] = [job for path in paths for job in tile_jobs(scene, path, figure, peaks[path.end])]
    controls = [job for path in paths for job in _control_jobs(scene, path, figure, peaks[path.end])]
    scene.ask.want([*jobs, *controls])
    tiles: list[Tile] = []
    for path in paths:
        tiles.append(make_tile(scene, path, figure, peaks[path.end]))
        tiles += _control_tiles(scene, path, figure, peaks[path.end])
    return _row(figure, tiles)


def rules_row(scene: Scene, figure: RulesFigure) -> Row:
    """One unit by several rules, each followed by its control where the figure asks for one."""
    path = scene.resolve(figure.unit, figure)
    if len(path.units) > 1:
        scene.require_firing(path.units[0], figure.unit.place, figure.fit)
    peak = scene.peaks([path.end], figure.fit)[path.end]
    jobs: list[Job] = []
    for rule in figure.rules:
        jobs += tile_jobs(scene, path, figure, peak, rule)
        jobs += _control_jobs(scene, path, figure, peak, rule)
    scene.ask.want(jobs)
    tiles: list[Tile] = []
    for rule in figure.rules:
        tiles.append(make_tile(scene, path, figure, peak, rule=rule, key=(rule,), note=rule))
        tiles += _control_tiles(scene, path, figure, peak, rule)
    return _row(figure, tiles)


def input_row(scene: Scene, figure: PictureFigure) -> Row:
    """The picture as the network sees it."""
    drawn = scene.ask.ask(InputJob(scene.subject(figure.fit)), Drawn)
    height, width = scene.card.size
    how = "cropped at the centre" if figure.fit == "crop" else "warped"
    tile = Tile(
        key=anchor("input", figure.name),
        title="input",
        picture=picture_of(drawn),
        alt=f"{scene.picture_name} as {scene.card.name} sees it: {how} to {width} by {height} pixels.",
        details=(
            ("Picture", scene.picture_name),
            ("Network", scene.card.name),
            ("Size", f"{width}×{height} pixels, {how}"),
        ),
    )
    return _row(figure, [tile])


def compare_row(scenes: tuple[Scene, Scene], figure: CompareFigure) -> Row:
    """Two attributions and their difference."""
    paths = [scene.resolve(side.path, figure) for scene, side in zip(scenes, figure.sides, strict=True)]
    peaks = [scene.peaks([path.end], figure.fit)[path.end] for scene, path in zip(scenes, paths, strict=True)]
    for scene, path, side in zip(scenes, paths, figure.sides, strict=True):
        scene.require_firing(path.units[0], side.path.place, figure.fit)
    jobs = [scene.tile(path, figure) for scene, path in zip(scenes, paths, strict=True)]
    job = DifferenceJob(jobs[0], jobs[1])
    scenes[0].ask.want([*jobs, job])
    one_picture = scenes[0].picture == scenes[1].picture
    tiles = [
        make_tile(
            scene, path, figure, peak, key=(f"side{side}",), note=None if one_picture else scene.picture_name
        )
        for side, (scene, path, peak) in enumerate(zip(scenes, paths, peaks, strict=True), 1)
    ]
    compared = scenes[0].ask.ask(job, Compared)
    alike = "unknown" if compared.correlation is None else hundredths(compared.correlation)
    difference = Tile(
        key=anchor(tiles[0].key, "less", str(paths[1].end)),
        title="difference",
        picture=picture_of(compared.drawn),
        alt=f"{paths[0]} less {paths[1]}: grey where they agree; correlation {alike}.",
        note=f"correlation {alike}",
        details=(("First", str(paths[0])), ("Second", str(paths[1])), ("Correlation", alike)),
    )
    return _row(figure, [*tiles, difference])


def maximize_row(scene: Scene, figure: MaximizeFigure) -> Row:
    """A picture found by optimisation, with the course of its objective."""
    unit = figure.unit.value
    found = scene.ask.ask(MaximizeJob(scene.card.digest, unit, figure.steps, figure.seed), Optimised)
    grid, about_grid = exemplar_grid(scene, unit, asked=figure.exemplars)
    label = scene.card.label(unit)
    tile = Tile(
        key=anchor("maximize", str(unit)),
        title=str(unit),
        picture=picture_of(found.drawn),
        alt=tile_alt(str(unit), label=label, reason=f"a picture made to excite it, in {figure.steps} steps"),
        label=label,
        note="optimised from a blank picture",
        exemplars=grid,
        curve=found.curve,
        details=(
            ("Unit", str(unit)),
            ("Network", scene.card.name),
            ("Steps", str(figure.steps)),
            ("Seed", str(figure.seed)),
            ("Objective", f"from {number(found.curve[0])} to {number(found.curve[-1])}"),
            *about_grid,
        ),
    )
    return _row(figure, [tile])


def _control_jobs(
    scene: Scene, path: UnitPath, figure: FigureHead, peak: Peak, rule: Rule | None = None
) -> list[ControlJob]:
    """The control of a tile where the figure asks for one; a silent unit has none."""
    if not figure.control or scene.is_silent(path.end, peak):
        return []
    return [ControlJob(scene.tile(path, figure, rule))]


def _control_tiles(
    scene: Scene, path: UnitPath, figure: FigureHead, peak: Peak, rule: Rule | None = None
) -> list[Tile]:
    return [
        _control_tile(scene, path, scene.ask.ask(job, Compared), rule)
        for job in _control_jobs(scene, path, figure, peak, rule)
    ]


def _control_tile(scene: Scene, path: UnitPath, compared: Compared, rule: Rule | None) -> Tile:
    empty = compared.drawn.scale == 0
    alike = (
        "no correlation"
        if compared.correlation is None
        else f"correlation {hundredths(compared.correlation)}"
    )
    said = NOTHING_ARRIVES if empty else f"{alike} with the tile before"
    return Tile(
        key=anchor(*map(str, path.units), *([rule] if rule else []), "control"),
        title=str(path.end),
        picture=None if empty else picture_of(compared.drawn),
        alt=f"The same path {path} with random weights above the first layer: {said}.",
        note="random weights" if empty else f"random weights: {alike}",
        instead=NOTHING_ARRIVES,
        details=(
            ("Path", str(path)),
            ("Network", f"{scene.card.name}, every layer above the first random (seed 0)"),
            ("Correlation", NOTHING_ARRIVES if empty else alike),
        ),
    )


def _row(figure: FigureHead, tiles: list[Tile]) -> Row:
    unique = list({tile.key: tile for tile in tiles}.values())
    return Row(figure.name, " ".join(tile.alt for tile in unique), tuple(unique), written_caption(figure))
