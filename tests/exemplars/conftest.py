"""A small network with every sort of layer, and folders of small pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from catvis.networks.graph import Graph, Node
from catvis.networks.known_layers import Layer, NetworkCard
from catvis.networks.network import Network
from catvis.networks.operations import (
    Concatenation,
    Convolution,
    Input,
    Linear,
    LocalResponseNorm,
    MaxPool,
    ReLU,
    Reshape,
)
from catvis.networks.preprocessing import Preprocessing

SIDE = 32


def small_network(digest: str = "small", seed: int = 0) -> Network:
    """conv1, a pool with a normalisation, two branches that are concatenated, two products."""
    generator = torch.Generator().manual_seed(seed)

    def weight(*shape: int) -> torch.Tensor:
        return torch.randn(*shape, generator=generator) / np.sqrt(np.prod(shape[1:]))

    nodes = (
        Node("input", Input(), (), (3, SIDE, SIDE)),
        Node("conv1", Convolution(weight(6, 3, 5, 5), weight(6), (2, 2), (2, 2)), (0,), (6, 16, 16)),
        Node("relu1", ReLU(), (1,), (6, 16, 16)),
        Node("norm1", LocalResponseNorm(), (2,), (6, 16, 16)),
        Node("pool1", MaxPool((3, 3), (2, 2), ceil_mode=True), (3,), (6, 8, 8)),
        Node("one", Convolution(weight(4, 6, 1, 1), weight(4)), (4,), (4, 8, 8)),
        Node("three", Convolution(weight(4, 6, 3, 3), weight(4), (1, 1), (1, 1)), (4,), (4, 8, 8)),
        Node("both", Concatenation(), (5, 6), (8, 8, 8)),
        Node("mixed", ReLU(), (7,), (8, 8, 8)),
        Node("flat", Reshape((512,)), (8,), (512,)),
        Node("product", Linear(weight(10, 512), weight(10)), (9,), (10,)),
        Node("fc", ReLU(), (10,), (10,)),
        Node("scores", Linear(weight(5, 10), weight(5)), (11,), (5,)),
    )
    layers = (
        Layer("conv1", 2, 6, spatial=True, rectified=True),
        Layer("mixed", 8, 8, spatial=True, rectified=True),
        Layer("fc", 11, 10, spatial=False, rectified=True),
        Layer("scores", 12, 5, spatial=False, rectified=False),
    )
    preprocessing = Preprocessing(
        size=(SIDE, SIDE),
        short_side=SIDE,
        mean=(0.5, 0.5, 0.5),
        std=(0.25, 0.25, 0.25),
        scale=1 / 255,
    )
    return Network(NetworkCard("small", digest, layers, (SIDE, SIDE)), Graph(nodes), preprocessing)


def random_picture(seed: int) -> Image.Image:
    """Blots of colour, so that a JPEG of it is much like it."""
    rng = np.random.default_rng(seed)
    blots = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8))
    return blots.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def plain(attribution: np.ndarray) -> bytes:
    """A stand-in for drawing an attribution: its shape and the sum of its size."""
    return f"{attribution.shape} {np.abs(attribution).sum():.4g}".encode()


@pytest.fixture(scope="session")
def network() -> Network:
    return small_network()


@pytest.fixture
def folder(tmp_path: Path) -> Callable[[int], Path]:
    """Makes a folder of so many PNG pictures in two subfolders."""

    def made(count: int) -> Path:
        root = tmp_path / "pictures"
        for number in range(count):
            file = root / ("even" if number % 2 == 0 else "odd") / f"{number:03d}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            random_picture(number).save(file)
        return root

    return made
