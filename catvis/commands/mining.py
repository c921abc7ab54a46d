"""Commands about exemplars: mine, exemplars.

Results go to standard output, progress to standard error; errors are `CatvisError`s for the caller to show.
"""

from __future__ import annotations

from argparse import Namespace
from itertools import islice
from pathlib import Path

from catvis.commands.inspect import network_of
from catvis.errors import UsageError
from catvis.exemplars.collection import Collection, FolderCollection, Skipped
from catvis.exemplars.drawn import drawn_world
from catvis.exemplars.mine import Summary
from catvis.exemplars.place import store_file
from catvis.interface.exemplar_views import SHEETS, save_sheet
from catvis.interface.saving import kind_of
from catvis.progress import Reporter
from catvis.settings import Settings

_NAMED = 5


def mine(arguments: Namespace, settings: Settings) -> str:
    """Find what excites each unit most in a collection of pictures."""
    network, store = (
        network_of(arguments, settings, Reporter(quiet=arguments.quiet)),
        _store(arguments, settings),
    )
    units = network.units(arguments.units or ())
    summary = network.mine(
        _collection(arguments),
        store=store,
        layers=arguments.layers,
        per_unit=arguments.per_unit,
        distinct=arguments.distinct,
        workers=arguments.workers,
        scheduler=arguments.scheduler,
    )
    return described(summary, network.cut(units, store=store, workers=arguments.workers))


def sheet(arguments: Namespace, settings: Settings) -> None:
    """Draw units' exemplars as one sheet."""
    kind_of(arguments.output, SHEETS)
    network = network_of(arguments, settings)
    save_sheet(arguments.output, network.exemplars_of(arguments.units, store=_store(arguments, settings)))


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


def _collection(arguments: Namespace) -> Collection:
    if (arguments.folder is None) == (arguments.drawn is None):
        raise UsageError("name a folder of pictures, or say with --drawn how many of the drawn world")
    if arguments.folder is None:
        return drawn_world(arguments.drawn)
    return FolderCollection(arguments.folder, reduced=arguments.reduced)
