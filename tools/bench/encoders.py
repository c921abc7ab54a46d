"""What encoders make of real tiles: CPU time, bytes, and signal over noise; the table of `catvis.drawing.encode`.

    python -m tools.bench.encoders

Tiles are attributions of the embedded network's strongest units on the pictures of the post that comes along.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from time import process_time

import numpy as np
from PIL import Image

from catvis.drawing.display import display
from catvis.drawing.encode import encode
from catvis.jobs.attribution import TileJob, attributions_of
from catvis.jobs.base import Subject
from catvis.jobs.look import Look
from catvis.networks.pictures import read_picture
from catvis.networks.registry import source
from catvis.settings import Settings
from catvis.terms import Unit, UnitPath

PICTURES = sorted(Path("content/why-is-this-a-cat/imgs").glob("*.png"))
ROUNDS = 5


def with_pillow(kind: str, **how: object) -> Callable[[np.ndarray], bytes]:
    """An encoder of Pillow's."""

    def encoded(pixels: np.ndarray) -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, kind, **how)
        return buffer.getvalue()

    return encoded


ENCODERS: dict[str, Callable[[np.ndarray], bytes]] = {
    "JPEG 4:4:4, quality 88 (in use)": lambda pixels: encode(pixels).data,
    "WebP, quality 90": with_pillow("WEBP", quality=90, method=0),
    "WebP without loss": with_pillow("WEBP", lossless=True, quality=30, method=1),
    "AVIF 4:4:4, quality 75": with_pillow("AVIF", quality=75, subsampling="4:4:4", speed=10, max_threads=1),
    "PNG": with_pillow("PNG"),
}


def tiles() -> list[np.ndarray]:
    """The strongest unit of every layer on every picture, displayed."""
    found = source("menagerie", Settings())
    network, shown = found.load(), []
    for file in PICTURES:
        look = Look(network, network.preprocessing.fit(read_picture(file), "crop"), 1 << 30)
        best = {
            layer.name: look.trace.of(layer.name)[0].flatten(1).amax(1).argmax().item()
            if layer.spatial
            else look.trace.of(layer.name)[0].argmax().item()
            for layer in network.card.layers
        }
        jobs = [TileJob(Subject("", ""), UnitPath((Unit(name, int(i)),))) for name, i in best.items()]
        shown += [display(array).pixels for _, _, array in attributions_of(look, jobs)]
    return shown


def main() -> None:
    """Measure and print."""
    shown = tiles()
    print(f"| {len(shown)} tiles, each | CPU time | size | signal over noise |\n| --- | --- | --- | --- |")
    for name, encoder in ENCODERS.items():
        started = process_time()
        for _ in range(ROUNDS):
            data = [encoder(pixels) for pixels in shown]
        seconds = (process_time() - started) / ROUNDS / len(shown)
        size = sum(map(len, data)) / len(data) / 1024
        print(f"| {name} | {1e3 * seconds:.1f} ms | {size:.0f} KB | {_decibels(shown, data)} |", flush=True)


def _decibels(shown: list[np.ndarray], data: list[bytes]) -> str:
    errors = [
        np.mean((np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB"), np.float64) - pixels) ** 2)
        for pixels, encoded in zip(shown, data, strict=True)
    ]
    return "exact" if not any(errors) else f"{np.mean([10 * np.log10(255**2 / e) for e in errors]):.0f} dB"


if __name__ == "__main__":
    main()
