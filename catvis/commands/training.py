"""``python -m catvis menagerie …``: look at the drawn world, train on it, measure in it.

Only the standard library is imported before a command is chosen.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from catvis.commands.argument_types import count, side

if TYPE_CHECKING:
    from catvis.menagerie.world.drawn_ahead import Pictures
    from catvis.settings import Settings

Subparsers: TypeAlias = "_SubParsersAction[ArgumentParser]"

PHOTOGRAPH = Path("content/why-is-this-a-cat/imgs/chelsea.png")
SCRATCH = Path("scratch/menagerie")
RESULTS = SCRATCH / "best"


def add_commands(subparsers: Subparsers) -> None:
    """Add sheet, draw, train, dissect, units and report; each names its handler as ``command``."""
    sheet = subparsers.add_parser("sheet", help="a contact sheet of the world")
    sheet.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.png")
    sheet.add_argument("--first", type=int, metavar="NUMBER", help="the first picture's number")
    sheet.add_argument("--kind", metavar="KIND", help="pictures of one kind only")
    sheet.add_argument("--rows", type=count, default=4)
    sheet.add_argument("--columns", type=count, default=8)
    sheet.add_argument("--masks", action="store_true", help="show the parts' masks")
    sheet.set_defaults(command=f"{__name__}:show_sheet")

    draw = subparsers.add_parser("draw", help="draw one picture by its number")
    draw.add_argument("number", type=int)
    draw.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.png")
    draw.add_argument("--kind", metavar="KIND", help="what to show (the number decides)")
    draw.add_argument("--size", type=side, default=227)
    draw.set_defaults(command=f"{__name__}:draw_one")

    train = subparsers.add_parser(
        "train", help="train the embedded network, one seed after the other, and choose the best"
    )
    train.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3], metavar="SEED")
    train.add_argument("--keep", action="store_true", help="train only: measure no seed, and choose none")
    _add_folder(train, "the best seed's weights, log and unit names")
    _add_work(train)
    train.set_defaults(command=f"{__name__}:train_seeds")

    dissect = subparsers.add_parser("dissect", help="name the shipped network's units by what they look at")
    _add_folder(dissect, "the names")
    _add_work(dissect)
    dissect.set_defaults(command=f"{__name__}:dissect_shipped")

    units = subparsers.add_parser("units", help="a sheet of a layer's best named units and what excites them")
    units.add_argument("layer", choices=("conv1", "conv2", "conv3", "conv4", "conv5"))
    units.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.png")
    _add_work(units)
    units.set_defaults(command=f"{__name__}:show_units")

    report = subparsers.add_parser("report", help="one table of all that is measured of the shipped network")
    _add_work(report)
    report.set_defaults(command=f"{__name__}:report_shipped")


def _add_folder(parser: ArgumentParser, what: str) -> None:
    """Where results go: never into the package unless somebody says so."""
    parser.add_argument(
        "--out", type=Path, default=RESULTS, metavar="DIR", help=f"for {what} ({RESULTS.as_posix()})"
    )


def _add_work(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--scratch", type=Path, default=SCRATCH, metavar="DIR", help="drawn pictures and checkpoints"
    )
    parser.add_argument("--photograph", type=Path, default=PHOTOGRAPH, metavar="FILE")
    parser.add_argument("--threads", type=count, default=2)
    parser.add_argument("--quiet", action="store_true", help="show no progress")


def show_sheet(arguments: Namespace, _: Settings) -> str:
    """Write a contact sheet; give its file's name."""
    from catvis.menagerie.world.contact_sheet import masked, sheet
    from catvis.menagerie.world.draw import FREE_NUMBERS, draw

    _check_kind(arguments.kind)
    first = FREE_NUMBERS.start if arguments.first is None else arguments.first
    count = max(1, arguments.rows) * max(1, arguments.columns)
    drawings = (draw(first + index, arguments.kind) for index in range(count))
    pictures = (masked(drawing) if arguments.masks else drawing.pixels for drawing in drawings)
    return _write(arguments.output, sheet(pictures, max(1, arguments.columns)))


def draw_one(arguments: Namespace, _: Settings) -> str:
    """Write one picture; give its file's name."""
    from catvis.menagerie.world.draw import draw

    _check_kind(arguments.kind)
    return _write(arguments.output, draw(arguments.number, arguments.kind, arguments.size).pixels)


def train_seeds(arguments: Namespace, _: Settings) -> str:
    """Train every seed, measure all and keep the best; give the table of seeds."""
    from catvis.menagerie.study.ship import ship, table
    from catvis.menagerie.study.train import Recipe, train
    from catvis.menagerie.world.draw import TRAINING_NUMBERS

    training = _drawn(arguments, TRAINING_NUMBERS[: Recipe().pictures])
    held_out = _held_out(arguments)
    runs = [
        train(
            Recipe(seed=seed),
            training,
            held_out,
            arguments.scratch / f"seed-{seed}",
            threads=arguments.threads,
            quiet=arguments.quiet,
        )
        for seed in arguments.seeds
    ]
    if arguments.keep:
        return "\n".join(str(run.weights) for run in runs)
    seeds, best = ship(runs, held_out, arguments.photograph, arguments.out, quiet=arguments.quiet)
    return table(seeds, best)


def dissect_shipped(arguments: Namespace, _: Settings) -> str:
    """Name the shipped network's units and write the names; give counts by layer and part."""
    from catvis.menagerie.shipped.files import UNIT_NAMES, WEIGHTS
    from catvis.menagerie.shipped.unit_names import write_names
    from catvis.menagerie.study.dissection import overlaps
    from catvis.menagerie.study.menagerie_net import load, widths_of_network
    from catvis.menagerie.study.naming import counts, named_units
    from catvis.menagerie.study.ship import random_network

    held_out, network = _held_out(arguments), load(WEIGHTS)
    random = overlaps(random_network(widths_of_network(network)), held_out, quiet=arguments.quiet)
    names = named_units(overlaps(network, held_out, quiet=arguments.quiet), random)
    arguments.out.mkdir(parents=True, exist_ok=True)
    write_names(names, arguments.out / UNIT_NAMES.name)
    return counts(names)


def show_units(arguments: Namespace, _: Settings) -> str:
    """Write a sheet of a layer's best units; give its file's name."""
    from catvis.errors import UsageError
    from catvis.menagerie.shipped.files import UNIT_NAMES, WEIGHTS
    from catvis.menagerie.shipped.unit_names import read_names
    from catvis.menagerie.study.menagerie_net import load
    from catvis.menagerie.study.unit_sheet import unit_sheet

    names = read_names(UNIT_NAMES)
    if not any(unit.startswith(f"{arguments.layer}_") for unit in names):
        raise UsageError(f"no unit of {arguments.layer} has a name", hint="conv3 to conv5 have most of them")
    held_out = _held_out(arguments, flags=False)
    return _write(arguments.output, unit_sheet(load(WEIGHTS), held_out, names, arguments.layer))


def report_shipped(arguments: Namespace, settings: Settings) -> str:
    """Measure the shipped network; give the table."""
    from catvis.menagerie.study.report import report

    return report(settings, _held_out(arguments), arguments.photograph, quiet=arguments.quiet)


def _held_out(arguments: Namespace, *, flags: bool = True) -> Pictures:
    """The pictures that every measurement is taken on."""
    from catvis.menagerie.study.train import Recipe
    from catvis.menagerie.world.draw import HELD_OUT_NUMBERS

    return _drawn(arguments, HELD_OUT_NUMBERS[: Recipe().held_out], flags=flags)


def _drawn(arguments: Namespace, numbers: range, *, flags: bool = False) -> Pictures:
    """Pictures from the scratch folder; what it lacks is drawn now."""
    from catvis.menagerie.world.drawn_ahead import drawn

    folder: Path = arguments.scratch / "pictures"
    return drawn(folder, numbers, arguments.threads, flags=flags, quiet=arguments.quiet)


def _check_kind(kind: str | None) -> None:
    from catvis.errors import UsageError, nearest
    from catvis.menagerie.world.kinds import KINDS

    if kind is not None and kind not in KINDS:
        raise UsageError(f"the drawn world has no {kind!r}", hint=nearest(kind, KINDS))


def _write(file: Path, picture: object) -> str:
    import numpy as np
    from PIL import Image

    from catvis.errors import CatvisError, shown_path

    try:
        Image.fromarray(np.asarray(picture)).save(file)
    except (OSError, ValueError) as error:
        raise CatvisError(f"{shown_path(file)} cannot be written: {error}") from error
    return str(file)
