"""A small network with known quirks, and posts about it: what the shell is tested with, in milliseconds.

`small` has two convolutions, the second in two groups, and two products. ``conv1_7`` and ``fc3_15`` never fire.
Its "weights file" holds a seed. With seed 1, on `picture` 0: of fc3 only 3, 4, 7, 8, 10 and 11 fire; fc4_8 is the
strongest class; fc4_2's strongest children are fc3_10, fc3_7 and fc3_8, which is inhibitory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import torch
from msgspec.structs import replace
from PIL import Image
from torch import Tensor

from catvis.errors import WeightsError
from catvis.networks.known_layers import Layer, NetworkCard
from catvis.networks.network import Network
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.registry import source
from catvis.networks.source import NetworkSource
from catvis.networks.stepwise.assembly import assemble
from catvis.networks.stepwise.steps import (
    Architecture,
    Concatenate,
    Convolve,
    Flatten,
    Multiply,
    Pool,
    Rectify,
)
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Built, Request, build_site

SIDE = 26
ARCHITECTURE = Architecture(
    "small",
    (
        Convolve("conv1", units=8, kernel=3, stride=1),
        Rectify("relu1", layer="conv1"),
        Pool("pool1"),
        Convolve("conv2", units=12, kernel=3, groups=2),
        Rectify("relu2", layer="conv2"),
        Pool("pool2"),
        Flatten("flatten"),
        Multiply("fc3", units=16),
        Rectify("relu3", layer="fc3"),
        Multiply("fc4", units=10, layer="fc4"),
    ),
    (SIDE, SIDE),
)
BRANCHES = Architecture(
    "small-branches",
    (
        *ARCHITECTURE.steps[:3],
        Convolve("left", units=6, kernel=3),
        Rectify("relu_left", layer="left"),
        Convolve("right", ("pool1",), units=6, kernel=3),
        Rectify("relu_right", layer="right"),
        Concatenate("both", ("relu_left", "relu_right"), layer="both"),
        Flatten("flatten"),
        Multiply("fc4", units=10, layer="fc4"),
    ),
    (SIDE, SIDE),
)
CONVOLUTIONS = Architecture("small-conv", ARCHITECTURE.steps[:5], (SIDE, SIDE))
ARCHITECTURES = (ARCHITECTURE, BRANCHES, CONVOLUTIONS)
LABELS = ("ant", "bee", "cat", "dog", "elk", "fox", "gnu", "hen", "ibis", "jay")


class SmallSource(NetworkSource):
    """``small``, its convolutions alone as ``small-conv``, or ``small-branches`` with two side by side."""

    loads: ClassVar[list[str]] = []

    @property
    def architecture(self) -> Architecture:
        return next(one for one in ARCHITECTURES if one.name == self.name)

    def digest(self) -> str:
        return hashlib.sha256(f"{self.name} {self.files[0].read_text()}".encode()).hexdigest()

    def preprocessing(self) -> Preprocessing:
        return Preprocessing((SIDE, SIDE), SIDE, (120.0, 120.0, 120.0), (60.0, 60.0, 60.0))

    def card(self) -> NetworkCard:
        labels = () if self.name == "small-conv" else LABELS
        layers = self.architecture.layers()
        return NetworkCard(self.name, self.digest(), layers, (SIDE, SIDE), labels, {"conv2_1": "wheel"})

    def load(self) -> Network:
        self.loads.append(self.name)
        random = torch.Generator().manual_seed(int(self.files[0].read_text()))

        def weights(layer: str, shape: tuple[int, ...]) -> tuple[Tensor, Tensor]:
            weight = torch.randn(shape, generator=random) * (2 / np.prod(shape[1:])) ** 0.5
            bias = torch.full(shape[:1], 0.1)
            if layer in ("conv1", "fc3"):
                bias[-1] = -6e4
            return weight, bias

        return Network(self.card(), assemble(self.architecture, weights), self.preprocessing())


def small_source(name: str, settings: Settings) -> NetworkSource:
    """What the registry does, with a few names more."""
    if name not in {one.name for one in ARCHITECTURES}:
        return source(name, settings)
    weights = (settings.weights or Path()) / "small.txt"
    if not weights.is_file():
        raise WeightsError(f"the weights of {name} are missing", hint="fetch them")
    return SmallSource(name, (weights,))


def card_of(widths: Mapping[str, int], labels: Sequence[str] = ()) -> NetworkCard:
    """The card of a network with these layers, lowest first."""
    layers = (
        Layer(name, node, width, name.startswith("conv"), rectified=True)
        for node, (name, width) in enumerate(widths.items())
    )
    return NetworkCard("net", "digest", tuple(layers), (227, 227), tuple(labels))


def picture(seed: int = 0, size: tuple[int, int] = (40, 30)) -> Image.Image:
    """Soft spots of colour."""
    coarse = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


POST = "---\ntitle: A post\n---\n\n# A post\n\nWords.\n\n![What one sees](imgs/figure.png)\n"


def paths(figure: str) -> str:
    """A paths.yaml with one figure."""
    return f"network: small\npicture: imgs/cat.png\nfigures:\n  figure: {{{figure}}}\n"


UNITS = paths("units: [conv1_0, conv1_1]")


@dataclass(frozen=True)
class World:
    """A content folder with weights beside it."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(
            content=self.folder / "content",
            site=self.folder / "site",
            cache=self.folder / "cache",
            weights=self.folder / "weights",
            downloads=self.folder / "downloads",
            network="small",
        )

    @property
    def cat(self) -> Path:
        return self.settings.content / "a" / "imgs" / "cat.png"

    def write_weights(self, seed: int = 1) -> None:
        self.folder.joinpath("weights").mkdir(exist_ok=True)
        self.folder.joinpath("weights", "small.txt").write_text(str(seed))

    def write_post(self, paths_yaml: str = UNITS, markdown: str = POST, name: str = "a") -> Path:
        folder = self.settings.content / name
        folder.joinpath("imgs").mkdir(parents=True, exist_ok=True)
        folder.joinpath("post.md").write_text(markdown, encoding="utf-8")
        folder.joinpath("paths.yaml").write_text(paths_yaml, encoding="utf-8")
        if not folder.joinpath("imgs", "cat.png").exists():
            picture().save(folder / "imgs" / "cat.png")
        return folder

    def build(self, *posts: str, unpublished: bool = False, strict: bool = False, **changed: object) -> Built:
        """Build some posts, or all, quietly; with other settings where they are given."""
        request = Request(posts, unpublished, strict)
        return build_site(replace(self.settings, **changed), request, Reporter(quiet=True))
