"""Commands about exemplars: mine, exemplars.

Results go to standard output, progress to standard error; errors are `CatvisError`s for the caller to show.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from catvis.errors import CatvisError, UsageError, shown_path
from catvis.exemplars.collection import Collection, FolderCollection, Skipped
from catvis.exemplars.crops import cut_crops
from catvis.exemplars.drawn import drawn_world
from catvis.exemplars.mine import Summary
from catvis.exemplars.mine import mine as mine_collection
from catvis.exemplars.sheet import drawn_sheet
from catvis.exemplars.store import open_store, store_file
from catvis.jobs.exemplar_grids import drawn_crop
from catvis.networks.card import NetworkCard
from catvis.networks.registry import source
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.terms import Unit, UnitPath

_NAMED = 5


def mine(arguments: Namespace, settings: Settings) -> str:
    """Find what excites each unit most in a collection of pictures."""
    opened = source(arguments.network, settings)
    units = _units(arguments.units or (), opened.card())
    network, file = opened.load().to(settings.device), _store(arguments, settings)
    summary = mine_collection(
        network,
        _collection(arguments),
        file,
        layers=arguments.layers,
        per_unit=arguments.per_unit,
        distinct=arguments.distinct,
        workers=arguments.workers,
        scheduler=arguments.scheduler,
        progress=Reporter(quiet=arguments.quiet),
    )
    cut = cut_crops(
        lambda: network,
        network.card.digest,
        file,
        units,
        draw=drawn_crop,
        workers=arguments.workers,
        progress=Reporter(quiet=arguments.quiet),
    )
    return described(summary, cut)


def sheet(arguments: Namespace, settings: Settings) -> None:
    """Draw units' exemplars as one sheet."""
    opened = source(arguments.network, settings)
    card, file = opened.card(), _store(arguments, settings)
    units = _units(arguments.units, card)
    cut_crops(lambda: opened.load().to(settings.device), card.digest, file, units, draw=drawn_crop)
    with open_store(file, card.digest) as store:
        rows = [(" ".join(filter(None, (str(unit), card.label(unit)))), store.cells(unit)) for unit in units]
    try:
        drawn_sheet(rows).save(arguments.output, "PNG")
    except OSError as error:
        shown = shown_path(arguments.output)
        raise CatvisError(f"{shown} cannot be written: {error.strerror or error}") from error


def described(summary: Summary, cut: int) -> str:
    """What mining did, in words: one line, and one for each of the first things that were skipped or left out."""
    lines = [
        f"{summary.pictures:,} pictures, {summary.added:,} of them new; {cut:,} crops cut;"
        f" {len(summary.skipped):,} skipped; {len(summary.others):,} other files"
    ]
    for all_of_them in (map(_why, summary.skipped), (f"{name}: no picture" for name in summary.others)):
        first, more = list(islice(all_of_them, _NAMED)), len(list(all_of_them))
        lines += [f"  {line}" for line in (*first, *([f"and {more:,} more"] if more else []))]
    return "\n".join(lines)


def _why(skipped: Skipped) -> str:
    """Most reasons name the picture themselves."""
    return skipped.reason if skipped.name in skipped.reason else f"{skipped.name}: {skipped.reason}"


def _store(arguments: Namespace, settings: Settings) -> Path:
    return arguments.store or store_file(settings.cache, arguments.network)


def _units(texts: Sequence[str], card: NetworkCard) -> list[Unit]:
    units = [Unit.parse(text) for text in texts]
    for unit in units:
        card.check(UnitPath((unit,)))
    return units


def _collection(arguments: Namespace) -> Collection:
    if (arguments.folder is None) == (arguments.drawn is None):
        raise UsageError("name a folder of pictures, or say with --drawn how many of the drawn world")
    if arguments.folder is None:
        return drawn_world(arguments.drawn)
    return FolderCollection(arguments.folder, reduced=arguments.reduced)
