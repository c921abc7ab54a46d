"""Commands about exemplars: mine, exemplars.

Results go to standard output, progress to standard error; errors are `CatvisError`s for the caller to show.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from catvis.errors import CatvisError, UsageError, shown_path
from catvis.exemplars.collection import Collection, FolderCollection, Skipped
from catvis.exemplars.drawn import drawn_world
from catvis.exemplars.mine import Summary
from catvis.exemplars.mine import mine as mine_collection
from catvis.exemplars.sheet import drawn_sheet
from catvis.exemplars.store import open_store, store_file
from catvis.jobs.exemplar_grids import drawn_crop
from catvis.networks.card import NetworkCard
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.terms import Unit, UnitPath

_NAMED = 5


def mine(arguments: Namespace, settings: Settings) -> str:
    """Find what excites each unit most in a collection of pictures."""
    opened = source(arguments.network, settings)
    units = None if arguments.units is None else _units(arguments.units, opened.card())
    return described(
        mine_collection(
            opened.load().to(settings.device),
            _collection(arguments),
            _store(arguments, settings),
            draw=drawn_crop,
            layers=arguments.layers,
            units=units,
            per_unit=arguments.per_unit,
            distinct=arguments.distinct,
            workers=arguments.workers,
            scheduler=arguments.scheduler,
            quiet=arguments.quiet,
        )
    )


def sheet(arguments: Namespace, settings: Settings) -> None:
    """Draw units' exemplars as one sheet."""
    card = source(arguments.network, settings).card()
    units = _units(arguments.units, card)
    with open_store(_store(arguments, settings), card.digest) as store:
        rows = [(" ".join(filter(None, (str(unit), card.label(unit)))), store.cells(unit)) for unit in units]
    try:
        drawn_sheet(rows).save(arguments.output, "PNG")
    except OSError as error:
        shown = shown_path(arguments.output)
        raise CatvisError(f"{shown} cannot be written: {error.strerror or error}") from error


def described(summary: Summary) -> str:
    """What mining did, in words, one line and one more for each of the first skipped pictures."""
    lines = [
        f"{summary.pictures:,} pictures, {summary.added:,} of them new; {summary.cells:,} crops drawn;"
        f" {len(summary.skipped):,} skipped"
    ]
    lines += [f"  {_why(skipped)}" for skipped in summary.skipped[:_NAMED]]
    if len(summary.skipped) > _NAMED:
        lines.append(f"  and {len(summary.skipped) - _NAMED:,} more")
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
