"""The two commands about exemplars: their arguments, and what they do with settings handed down.

Results go to standard output, progress to standard error; errors are `CatvisError`s for the caller to show.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from catvis.errors import CatvisError, UsageError, shown_path
from catvis.exemplars.collection import Collection, FolderCollection
from catvis.exemplars.drawn import drawn_world
from catvis.exemplars.mine import PER_UNIT, Summary, mine
from catvis.exemplars.scan.crops import Draw
from catvis.exemplars.sheet import sheet
from catvis.exemplars.store import open_store, store_file
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.units import Unit, UnitPath

_NAMED = 5


def add_mine_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe `catvis mine`."""
    parser.add_argument("network", help="name of the network")
    parser.add_argument(
        "folder", nargs="?", type=Path, help="a folder with pictures below it, or a .tar file"
    )
    parser.add_argument("--drawn", type=_count, metavar="N", help="N pictures of the drawn world instead")
    parser.add_argument("--layers", nargs="+", metavar="LAYER", help="scan these layers only")
    parser.add_argument("--per-unit", type=_count, default=PER_UNIT, metavar="N", help="exemplars of a unit")
    parser.add_argument(
        "--distinct", action="store_true", help="prefer exemplars that differ from each other"
    )
    parser.add_argument("--units", nargs="+", metavar="UNIT", help="draw the crops of these units only")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that decode; 0 for none")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="a Dask scheduler, tcp://host:port")
    parser.add_argument("--store", type=Path, metavar="FILE", help="where the exemplars are kept")


def add_exemplars_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe `catvis exemplars`."""
    parser.add_argument("network", help="name of the network")
    parser.add_argument("units", nargs="+", metavar="UNIT", help="such as conv5_129")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="the sheet, a PNG")
    parser.add_argument("--store", type=Path, metavar="FILE", help="where the exemplars are kept")


def run_mine(arguments: argparse.Namespace, settings: Settings, draw: Draw, *, quiet: bool = False) -> int:
    """Do `catvis mine`.

    Raises:
        CatvisError: what a user can mend.
    """
    network = source(arguments.network, settings).load().to(settings.device)
    summary = mine(
        network,
        _collection(arguments),
        arguments.store or store_file(settings.cache, arguments.network),
        draw=draw,
        layers=arguments.layers,
        units=None if arguments.units is None else [Unit.parse(text) for text in arguments.units],
        per_unit=arguments.per_unit,
        distinct=arguments.distinct,
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        quiet=quiet,
    )
    sys.stdout.write(described(summary))
    return 0


def run_exemplars(arguments: argparse.Namespace, settings: Settings) -> int:
    """Do `catvis exemplars`.

    Raises:
        CatvisError: what a user can mend.
    """
    card = source(arguments.network, settings).card()
    units = [Unit.parse(text) for text in arguments.units]
    for unit in units:
        card.check(UnitPath((unit,)))
    with open_store(arguments.store or store_file(settings.cache, arguments.network), card.digest) as store:
        rows = [(" ".join(filter(None, (str(unit), card.label(unit)))), store.cells(unit)) for unit in units]
    try:
        sheet(rows).save(arguments.output, "PNG")
    except OSError as error:
        shown = shown_path(arguments.output)
        raise CatvisError(f"{shown} cannot be written: {error.strerror or error}") from error
    return 0


def described(summary: Summary) -> str:
    """What mining did, in words, one line and one more for each of the first skipped pictures."""
    lines = [
        f"{summary.pictures:,} pictures, {summary.added:,} of them new; {summary.cells:,} crops drawn;"
        f" {len(summary.skipped):,} skipped"
    ]
    lines += [f"  {name}: {reason}" for name, reason in summary.skipped[:_NAMED]]
    if len(summary.skipped) > _NAMED:
        lines.append(f"  and {len(summary.skipped) - _NAMED:,} more")
    return os.linesep.join([*lines, ""])


def _collection(arguments: argparse.Namespace) -> Collection:
    if (arguments.folder is None) == (arguments.drawn is None):
        raise UsageError("name a folder of pictures, or say with --drawn how many of the drawn world")
    return drawn_world(arguments.drawn) if arguments.folder is None else FolderCollection(arguments.folder)


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text} is no positive number")
    return count
