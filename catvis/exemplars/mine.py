"""From a collection to a store: scan what is new, and choose the cells that show each unit best.

Both stages look at the store and do what is left to do. So mining goes on after any interruption, takes in
pictures that were added later, and has nothing to do where all is done.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np

from catvis.errors import CatvisError
from catvis.exemplars.choice import different, diverse, strongest
from catvis.exemplars.collection import Collection, Entry, Listing, Skipped
from catvis.exemplars.decode import Numbered
from catvis.exemplars.sample import sampled
from catvis.exemplars.scan.features import features
from catvis.exemplars.scan.forward import BLOCK, empty_best
from catvis.exemplars.scan.local import scan_here
from catvis.exemplars.store_writer import StoreKey, StoreWriter, writing
from catvis.exemplars.topk import Best
from catvis.frozen import Frozen
from catvis.networks.network import Network
from catvis.networks.pictures import FORMATS
from catvis.progress import Progress, steps, unseen
from catvis.terms import Rule

PER_UNIT = 16
_CANDIDATES = 64


class Summary(Frozen):
    """What mining did.

    Attributes:
        pictures: how many pictures the store covers.
        added: how many of them are new.
        skipped: what could not be used, each with the reason.
        others: files that are no pictures.
    """

    pictures: int
    added: int
    skipped: tuple[Skipped, ...] = ()
    others: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Numbering:
    """Every picture that the store or the listing knows, numbered in the order of the names.

    Attributes:
        names: by number.
        identifiers: the store's own by number; −1 where it has not seen the picture.
        entries: of the pictures that are to be scanned, by number.
    """

    names: list[str]
    identifiers: np.ndarray
    entries: dict[int, Entry]

    @classmethod
    def of(cls, listing: Listing, known: dict[str, int]) -> _Numbering:
        names = sorted({entry.name for entry in listing.entries}.union(known))
        numbers = {name: number for number, name in enumerate(names)}
        identifiers = np.full(len(names), -1, np.int64)
        for name, identifier in known.items():
            identifiers[numbers[name]] = identifier
        entries = {numbers[entry.name]: entry for entry in listing.entries if entry.name not in known}
        return cls(names, identifiers, entries)

    def blocks(self, size: int) -> Iterator[Numbered]:
        """What is to be scanned, cut at multiples of the size: a resumed scan has the same blocks."""
        for _, block in groupby(sorted(self.entries.items()), key=lambda numbered: numbered[0] // size):
            yield list(block)

    def numbered(self, best: Best) -> Best:
        """Candidates by number, of candidates by identifier."""
        numbers = np.zeros(int(self.identifiers.max(initial=0)) + 1, np.int64)
        known = np.flatnonzero(self.identifiers >= 0)
        numbers[self.identifiers[known]] = known
        return best.renumbered(numbers)


def mine(
    network: Network,
    collection: Collection,
    file: Path,
    *,
    layers: Sequence[str] | None = None,
    per_unit: int = PER_UNIT,
    distinct: bool = False,
    rule: Rule = "guided",
    workers: int | None = None,
    scheduler: str | None = None,
    every: float = 5,
    progress: Progress = unseen,
) -> Summary:
    """Find every unit's exemplars in a collection and keep them in a store.

    Args:
        network: the network.
        collection: the pictures.
        file: the store; made where there is none, gone on with where there is one.
        layers: names of the layers to scan; all by default.
        per_unit: how many exemplars a unit gets at most.
        distinct: prefer exemplars that differ from each other to the strongest.
        rule: what a ReLU does on the way back to an attribution.
        workers: how many processes decode; one for every core by default, 0 for none.
        scheduler: address of a Dask scheduler whose workers scan; this machine scans by default.
        every: seconds of work that an interruption may cost.
        progress: is told how many pictures are scanned.

    Raises:
        CatvisError: there are no pictures, or no scheduler answers.
        NetworkError: a layer does not exist.
        StoreError: the store is locked, damaged, or was made with something else.
    """
    names = tuple(network.card.widths) if layers is None else _ordered(network, layers)
    listing = collection.listing()
    if not listing.entries:
        raise CatvisError(f"there are no pictures in {collection.title}", hint=_what_was_skipped(listing))
    slots = max(_CANDIDATES, 4 * per_unit)
    key = StoreKey(network.card.digest, network.card.name, collection, names, slots, rule)
    workers = len(os.sched_getaffinity(0)) if workers is None else workers
    with writing(file, network.card.digest, key) as store:
        mining = _Mining(store, network, collection, listing, key, workers, progress)
        added = mining.scan(scheduler, every)
        cells = f"{per_unit} {'distinct' if distinct else 'strongest'}"
        if not store.is_finished or store.fact("cells") != cells:
            store.note({"finished": "no"})  # an interruption leaves cells of both choices
            mining.choose(per_unit, distinct=distinct)
            store.note({"cells": cells, "finished": "yes"})
        skipped = (*listing.skipped, *(Skipped(*row) for row in store.unreadable()))
        return Summary(store.pictures(), added, skipped, listing.others)


def _ordered(network: Network, layers: Sequence[str]) -> tuple[str, ...]:
    for name in layers:
        network.card.layer(name)
    return tuple(name for name in network.card.widths if name in layers)


def _what_was_skipped(listing: Listing) -> str:
    if not listing.skipped:
        return f"{', '.join(FORMATS)} files are pictures, and those in .tar files"
    first = listing.skipped[0]
    return f"{len(listing.skipped)} were skipped, such as {first.name}: {first.reason}"


@dataclass(frozen=True, eq=False)
class _Mining:
    """One run: what its stages work with."""

    store: StoreWriter
    network: Network
    collection: Collection
    listing: Listing
    key: StoreKey
    workers: int
    progress: Progress

    def scan(self, scheduler: str | None, every: float) -> int:
        """Scan what the store has not seen; give how many pictures were added."""
        numbering = _Numbering.of(self.listing, self.store.names())
        if not numbering.entries:
            return 0
        best = empty_best(self.network, self.key.layers, self.key.slots)
        for layer in best:
            kept = self.store.best(layer)
            if kept is not None:
                best[layer] = numbering.numbered(kept)
        sample = frozenset(sampled(numbering.names))
        self.store.narrow(numbering.identifiers[list(sample)])
        scan = partial(scan_here, workers=self.workers, every=every)
        if scheduler is not None:
            try:
                from catvis.exemplars.scan.cluster import scan_there
            except ModuleNotFoundError as error:
                raise CatvisError(
                    f"a scan on a cluster needs {error.name}", hint="pip install 'catvis[cluster]'"
                ) from error

            scan = partial(scan_there, scheduler=scheduler, pictures=len(numbering.entries))
        added = 0
        advance = steps(self.progress, "pictures scanned", len(numbering.entries))
        blocks = numbering.blocks(BLOCK)
        for found in scan(self.network, self.collection, blocks, best, advance=advance, sample=sample):
            self.store.keep(found, numbering.entries, numbering.identifiers)
            added += len(found.pictures)
        return added

    def choose(self, per_unit: int, *, distinct: bool) -> None:
        """Choose the cells of every unit among its candidates."""
        for layer in self.key.layers:
            best = self.store.best(layer)
            if best is None:
                continue
            pictures, found = np.unique(best.picture[best.filled], return_inverse=True)
            looks = np.zeros((*best.picture.shape, 4), np.uint64)
            looks[best.filled] = self.store.looks(pictures)[found]
            unlike = different(best.filled, looks)
            if distinct:
                chosen = diverse(unlike, self._features(layer, best), per_unit)
            else:
                chosen = strongest(unlike, per_unit)
            self.store.choose(layer, best, chosen)

    def _features(self, layer: str, best: Best) -> np.ndarray:
        entries = self.store.entries(np.unique(best.picture[best.filled]).tolist())
        return features(self.network, self.collection, entries, layer, best, workers=self.workers)
