"""What it costs to cut a crop and sweep its attribution: all crops of one layer, on a few pictures.

    python -m tools.bench.crops NETWORK [--weights DIR]

Every picture excites many units, so that one forward pass serves many crops, as in a small folder's store.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from time import perf_counter

from PIL import Image

from catvis.exemplars.collection import FolderCollection
from catvis.exemplars.crops import cut_crops
from catvis.exemplars.mine import mine
from catvis.jobs.exemplar_grids import drawn_crop
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.terms import Unit

PICTURES = Path("content/why-is-this-a-cat/imgs")
LAYER, PER_UNIT, ROUNDS = "conv5", 4, 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("network")
    parser.add_argument("--weights", type=Path, help="a folder of weights files")
    given = parser.parse_args()
    network = source(given.network, Settings(weights=given.weights)).load()
    units = [Unit(LAYER, index) for index in range(network.card.widths[LAYER])]
    with tempfile.TemporaryDirectory() as scratch:
        pictures, store = Path(scratch, "pictures"), Path(scratch, "store.sqlite")
        pictures.mkdir()
        for name in ("chelsea", "drawn"):
            shutil.copy(PICTURES / f"{name}.png", pictures)
        with Image.open(PICTURES / "chelsea.png") as opened:
            opened.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(pictures / "mirrored.png")
        mine(network, FolderCollection(pictures), store, layers=[LAYER], per_unit=PER_UNIT)
        print("| workers | crops | a crop |\n| --- | --- | --- |")
        for workers in (1, 2):
            seconds = []
            for number in range(ROUNDS):
                copy = shutil.copy(store, Path(scratch, f"{workers}-{number}.sqlite"))
                started = perf_counter()
                count = cut_crops(
                    lambda: network,
                    network.card.digest,
                    copy,
                    units,
                    draw=drawn_crop,
                    workers=workers,
                )
                seconds.append((perf_counter() - started) / count)
            print(f"| {workers} | {count} | {1e3 * min(seconds):.1f} ms |", flush=True)


if __name__ == "__main__":
    main()
