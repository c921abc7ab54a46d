"""Whether the memory that `mine` holds stays flat however many pictures there are.

    python -m tools.bench.held FOLDER [--pictures 1000 5000 20000] [--networks menagerie alexnet-conv]

FOLDER is filled with drawn pictures as `tools.bench.scan` does; where it holds fewer than are asked for, they
come again under other names. Every number of pictures is mined by a fresh process. Nothing heavy is imported
here, since every process that decodes imports this module too.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

from catvis.cli import main as catvis

UNIT = "conv1_0"
"""The unit whose crops are cut: the scan is measured, and both networks have it."""


def held(name: str, weights: Path, folder: Path, count: int, workers: int) -> tuple[float, float]:
    """The most memory, in MB, that mining so many pictures takes: the command, and its workers together."""
    own, others = 0, dict[int, int]()
    with tempfile.TemporaryDirectory() as scratch:
        pictures = Path(scratch, "pictures")
        pictures.mkdir()
        for number, file in enumerate(islice(cycle(sorted(folder.resolve().iterdir())), count)):
            (pictures / f"{number}.jpg").symlink_to(file)
        words = ["mine", name, str(pictures), "--units", UNIT, "--quiet", "--workers", str(workers)]
        words += ["--store", f"{scratch}/store.sqlite", "--weights", str(weights)]
        mining = multiprocessing.get_context("spawn").Process(target=_mine, args=(words,))
        mining.start()
        while mining.is_alive():
            own = max(own, _most(mining.pid))
            # What a worker said last: before it runs its own program it still counts as a copy of the command.
            others |= {child: most for child in _children(mining.pid) if (most := _most(child))}
            time.sleep(0.1)
    return own / 1e6, sum(others.values()) / 1e6


def _mine(words: list[str]) -> None:
    sys.stdout = sys.stderr
    sys.exit(catvis(words))


def _most(process: int | None) -> int:
    """The most bytes that a process held so far; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("VmHWM")), 0)


def _children(process: int | None) -> list[int]:
    try:
        threads = Path(f"/proc/{process}/task").iterdir()
        return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def main() -> None:
    """Measure and print."""
    from tools.bench.scan import fill

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shared", type=Path, default=Path("../shared"))
    parser.add_argument("--pictures", type=int, nargs="+", default=[1000, 5000, 20000])
    parser.add_argument("--networks", nargs="+", default=["menagerie", "alexnet-conv"])
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    fill(given.folder, min(5000, max(given.pictures)), given.workers)
    print("| network | pictures | the command | with its workers |\n| --- | --- | --- | --- |")
    for name in given.networks:
        for count in given.pictures:
            own, others = held(name, given.shared / "weights", given.folder, count, given.workers)
            print(f"| {name} | {count:,} | {own:.0f} MB | {own + others:.0f} MB |", flush=True)


if __name__ == "__main__":
    main()
