"""How fast a collection is scanned, against the bare forward pass; and whether memory stays flat.

    python -m tools.bench.scan FOLDER [--pictures 5000] [--networks alexnet-conv menagerie] [--clock wall|cpu]
    python -m tools.bench.scan FOLDER --memory 1000 20000

FOLDER is filled with drawn pictures as JPEG files and may be used again. Every rate is that of a long scan:
what a short scan takes is taken off, so that starting workers does not count. The bare forward pass is
measured with its input as the rest of the project has it and with the channels last, as the scan has it.
``--clock cpu`` adds up the processor time of this process and its workers, which can be trusted on a machine
that is not idle; with ``--threads 1``, since threads that wait for each other spin.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice, pairwise
from pathlib import Path

import torch

from catvis.exemplars.collection import Entry, FolderCollection
from catvis.exemplars.drawn import drawn_world
from catvis.exemplars.scan.feed import Numbered, decoded
from catvis.exemplars.scan.forward import batch_size, empty_best, prepared
from catvis.exemplars.scan.local import scan_here
from catvis.networks.network import Network
from catvis.networks.registry import source
from catvis.settings import Settings

SLOTS = 64


def cpu_seconds() -> float:
    """Processor time of this process and of its workers that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": cpu_seconds}


def fill(folder: Path, count: int, workers: int) -> None:
    """Draw the pictures that are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    collection = drawn_world(count)
    missing = [
        (folder / f"{entry.name}.jpg", entry)
        for entry in collection.listing().entries
        if not (folder / f"{entry.name}.jpg").exists()
    ]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        pool.map(_draw, missing, chunksize=16)


def _draw(job: tuple[Path, Entry]) -> None:
    file, entry = job
    drawn_world(1).picture(entry, 227).save(file, quality=90)


def blocks(folder: Path, count: int, size: int) -> list[Numbered]:
    """So many pictures in blocks; where the folder holds fewer they come again under other names."""
    entries = FolderCollection(folder).listing().entries
    numbered = [
        (number, Entry(f"{number} {entry.name}", entry.file))
        for number, entry in enumerate(islice(cycle(entries), count))
    ]
    return [numbered[start : start + size] for start in range(0, count, size)]


def scan(network: Network, folder: Path, count: int, workers: int) -> None:
    """Scan so many pictures for all layers."""
    layers = list(network.card.widths)
    best = empty_best(network, layers, SLOTS)
    size = batch_size(network, layers)
    collection = FolderCollection(folder)
    for found in scan_here(
        network, collection, blocks(folder, count, size), best, workers=workers, advance=int
    ):
        del found


def forward(network: Network, batch: torch.Tensor, count: int) -> None:
    """The same number of pictures through the same layers, out of memory and into nothing."""
    layers = list(network.card.widths)
    for _ in range(count // len(batch)):
        network.activations(batch, layers)


def rates(network: Network, folder: Path, count: int, clock: str, workers: int) -> tuple[float, ...]:
    """Pictures a second of the bare forward pass, with its input in either layout, and of a scan."""
    now = CLOCKS[clock]
    size = batch_size(network, list(network.card.widths))
    (block,) = decoded(
        FolderCollection(folder), network.preprocessing, blocks(folder, size, size), 0, largest=size
    )
    channels_last = prepared(network.preprocessing, block.pixels, size)
    plain = channels_last.contiguous()
    short = count // 5 // size * size
    forward(network, plain, 2 * size)
    forward(network, channels_last, 2 * size)
    marks = [now()]
    for job in (
        lambda: forward(network, plain, short),
        lambda: forward(network, channels_last, short),
        lambda: scan(network, folder, short, workers),
        lambda: scan(network, folder, count, workers),
        lambda: forward(network, channels_last, short),
        lambda: forward(network, plain, short),
    ):
        job()
        marks.append(now())
    first, second, few, many, third, fourth = (after - before for before, after in pairwise(marks))
    return 2 * short / (first + fourth), 2 * short / (second + third), (count - short) / (many - few)


def memory(network: Network, folder: Path, counts: Sequence[int], workers: int) -> list[float]:
    """The most memory, in MB, that this process held while scanning ever more pictures."""
    peaks = []
    for count in counts:
        scan(network, folder, count, workers)
        peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    return peaks


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--networks", nargs="+", default=["alexnet-conv", "menagerie"])
    parser.add_argument("--memory", type=int, nargs="+", metavar="PICTURES")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    fill(given.folder, given.pictures, given.workers)
    networks = [source(name, Settings(weights=given.shared / "weights")).load() for name in given.networks]
    if given.memory:
        print(f"| network | {' | '.join(f'{count:,} pictures' for count in given.memory)} |")
        print("| --- |" + " --- |" * len(given.memory))
        for network in networks:
            peaks = memory(network, given.folder, given.memory, given.workers)
            print(f"| {network.card.name} | {' | '.join(f'{peak:.0f} MB' for peak in peaks)} |", flush=True)
        return
    print("| network | forward, pictures/s | channels last | scan | scan of forward | of channels last |")
    print("| --- | --- | --- | --- | --- | --- |")
    for network in networks:
        plain, last, scanned = rates(network, given.folder, given.pictures, given.clock, given.workers)
        shown = f"{plain:.1f} | {last:.1f} | {scanned:.1f} | {scanned / plain:.2f} | {scanned / last:.2f}"
        print(f"| {network.card.name} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
