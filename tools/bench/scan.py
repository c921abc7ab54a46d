"""How fast a collection is scanned, against the bare forward pass; and what scans cost.

    python -m tools.bench.scan FOLDER [--pictures 5000] [--networks alexnet-conv menagerie] [--clock wall|cpu]
    python -m tools.bench.scan FOLDER --costs --networks alexnet-conv

FOLDER is filled with drawn pictures as JPEG files and may be used again. Every rate is that of a long scan:
what a short scan takes is taken off, so that starting workers does not count. The bare forward pass is
measured in batches of the size of the scan's passes and of its blocks, with its input as the rest of the
project has it and with the channels last, as the scan has it. ``--clock cpu`` adds up the processor
time of this process and its workers, which can be trusted on a machine that is not idle; with
``--threads 1``, since threads that wait for each other spin. ``--costs`` prints the numbers of
docs/exemplars.md, "How long, how much". What memory a scan takes, `tools.bench.held` says.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from itertools import cycle, islice, pairwise
from pathlib import Path

import torch

from catvis.exemplars.collection import Entry, FolderCollection
from catvis.exemplars.crops import cut_crops
from catvis.exemplars.decode import Numbered
from catvis.exemplars.drawn import drawn_world
from catvis.exemplars.mine import PER_UNIT, mine
from catvis.exemplars.scan.feed import decoded
from catvis.exemplars.scan.forward import BLOCK, empty_best, pass_size, prepared
from catvis.exemplars.scan.local import scan_here
from catvis.jobs.exemplar_grids import drawn_crop
from catvis.networks.network import Network
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.terms import Unit
from tools.bench.held import held

SLOTS = 64
SLOT_BYTES = 24
NAME_BYTES, PICTURE_BYTES, CROP_BYTES = 350, 149, 16_000
"""What the command holds for a picture, and what a store does for a picture and for a crop, as seen in stores."""
COLLECTIONS = {"50,000": 50_000, "1.28 million": 1_280_000, "100 million": 100_000_000}


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
    best, collection = empty_best(network, list(network.card.widths), SLOTS), FolderCollection(folder)
    numbered = blocks(folder, count, BLOCK)
    for found in scan_here(network, collection, numbered, best, workers=workers, advance=int):
        del found


def forward(network: Network, batch: torch.Tensor, count: int) -> None:
    """So many pictures through all layers, out of memory and into nothing."""
    layers = list(network.card.widths)
    for _ in range(count // len(batch)):
        network.activations(batch, layers)


def rates(
    network: Network, folder: Path, count: int, clock: str, workers: int
) -> tuple[float, dict[str, float]]:
    """Pictures a second of a scan, and of the bare forward pass by the batch that it is given."""
    now = CLOCKS[clock]
    (block,) = decoded(
        FolderCollection(folder), network.preprocessing, blocks(folder, BLOCK, BLOCK), 0, largest=BLOCK
    )
    batches: dict[str, torch.Tensor] = {}
    for size in sorted({pass_size(network, list(network.card.widths)), BLOCK}):
        last = prepared(network.preprocessing, block.pixels[:size])
        batches |= {f"{size} pictures": last.contiguous(), f"{size}, channels last": last}
    short = count // 5 // BLOCK * BLOCK
    passes = [lambda batch=batch: forward(network, batch, short) for batch in batches.values()]
    for batch in batches.values():
        forward(network, batch, 2 * BLOCK)
    marks = [now()]
    for job in (
        *passes,
        lambda: scan(network, folder, short, workers),
        lambda: scan(network, folder, count, workers),
        *reversed(passes),
    ):
        job()
        marks.append(now())
    seconds = [after - before for before, after in pairwise(marks)]
    kinds = len(batches)
    both = zip(batches, seconds[:kinds], reversed(seconds[-kinds:]), strict=True)
    few, many = seconds[kinds : kinds + 2]
    return (count - short) / (many - few), {name: 2 * short / (once + again) for name, once, again in both}


def cutting(network: Network, folder: Path, workers: int) -> float:
    """Seconds of one crop, of every twentieth unit's."""
    units = [
        Unit(name, index) for name, width in network.card.widths.items() for index in range(0, width, 20)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "store.sqlite")
        mine(network, FolderCollection(folder), file, workers=workers)
        started = time.perf_counter()
        cut = cut_crops(lambda: network, network.card.digest, file, units, draw=drawn_crop, workers=workers)
        return (time.perf_counter() - started) / cut


def costs(network: Network, scanned: float, cut: float, base: float) -> None:
    """What docs/exemplars.md says about time and room.

    Args:
        network: what was measured.
        scanned: seconds of one core for a picture.
        cut: seconds of one core for a crop.
        base: MB that the command holds for a small collection.
    """
    units = sum(network.card.widths.values())
    crops = units * PER_UNIT
    print(f"t = {1e3 * scanned:.0f} ms and c = {1e3 * cut:.0f} ms of one core\n")
    print(
        "| pictures | scan, one core | 2 cores | 256 cores | store, without crops | memory of the command |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    for name, count in COLLECTIONS.items():
        times = " | ".join(spoken(count * scanned / cores) for cores in (1, 2, 256))
        store = count * PICTURE_BYTES / 1e9
        memory = base / 1e3 + (count * NAME_BYTES + units * SLOTS * SLOT_BYTES) / 1e9
        print(f"| {name} | {times} | {store:.2g} GB | {memory:.2g} GB |")
    print(
        f"\nCutting all {crops:,} crops: {spoken(crops * cut)} on one core, "
        f"about {crops * CROP_BYTES / 1e6:.0f} MB in the store"
    )


def spoken(seconds: float) -> str:
    """A time in the largest unit of which it is more than one and a half."""
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds > 1.5 * length:
            return f"{seconds / length:.{0 if seconds > 10 * length else 1}f} {unit}"
    return f"{seconds:.0f} seconds"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--pictures", type=int, default=5000)
    parser.add_argument("--networks", nargs="+", default=["alexnet-conv", "menagerie"])
    parser.add_argument("--costs", action="store_true")
    parser.add_argument("--clock", choices=CLOCKS, default="wall")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    settings = Settings(weights=given.shared / "weights")
    fill(given.folder, given.pictures, given.workers)
    torch.set_num_threads(given.threads)
    for name in given.networks:
        network = source(name, settings).load()
        scanned, bare = rates(network, given.folder, given.pictures, given.clock, given.workers)
        if given.costs:
            cores = len(os.sched_getaffinity(0))
            cut = cutting(network, given.folder, given.workers)
            memory, _ = held(name, given.shared / "weights", given.folder, 1000, given.workers)
            costs(network, cores / scanned, cores * cut, memory)
            continue
        print(f"\n| pictures a second, {name} | | the scan's share of it |\n| --- | --- | --- |")
        print(f"| scan | {scanned:.1f} | |")
        for batch, rate in bare.items():
            print(
                f"| bare forward pass, batches of {batch} | {rate:.1f} | {scanned / rate:.2f} |", flush=True
            )


if __name__ == "__main__":
    main()
