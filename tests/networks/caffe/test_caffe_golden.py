"""Real files of Caffe's against what an independent implementation computes from them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from catvis.networks.network import Network
from catvis.networks.registry import source
from catvis.settings import Settings

PICTURES = ("grumpy_cat_227", "cat_227")


def _forward(network: Network, picture: Path, layers: list[str]) -> dict[str, np.ndarray]:
    with Image.open(picture) as opened:
        seen = network.preprocessing.fit(opened.convert("RGB"))
    batch = torch.from_numpy(network.preprocessing.normalise(seen))[None]
    return {name: found.numpy()[0] for name, found in network.activations(batch, layers).items()}


@pytest.fixture(scope="module")
def settings(shared: Path) -> Settings:
    return Settings(weights=shared / "weights", downloads=shared / "weights")


@pytest.mark.parametrize("picture", PICTURES)
def test_alexnet_convolutions_agree(picture: str, shared: Path, settings: Settings) -> None:
    layers = ["conv1", "conv2", "conv3", "conv4", "conv5"]
    network = source("alexnet-conv", settings).load()
    found = _forward(network, shared / "pictures" / f"{picture}.png", layers)
    with np.load(shared / "weights" / "forward_golden.npz") as golden:
        for layer in layers:
            wanted = golden[f"alexnet/{picture}/{layer}"]
            largest = found[layer].max((1, 2))
            np.testing.assert_allclose(largest, wanted, rtol=0, atol=1e-5 * wanted.max())


@pytest.mark.parametrize(
    ("picture", "unit", "label", "probability"),
    [("grumpy_cat_227", 284, "Siamese cat", 0.72), ("cat_227", 281, "tabby", 0.49)],
)
def test_squeezenet_agrees(
    picture: str, unit: int, label: str, probability: float, shared: Path, settings: Settings
) -> None:
    network = source("squeezenet", settings).load()
    scores = _forward(network, shared / "pictures" / f"{picture}.png", ["pool10"])["pool10"]
    with np.load(shared / "weights" / "forward_golden.npz") as golden:
        wanted = golden[f"squeezenet/{picture}/pool10"]
    np.testing.assert_allclose(scores, wanted, rtol=0, atol=1e-5 * wanted.max())
    assert scores.argmax() == unit
    assert network.card.labels[unit] == label
    softmax = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    assert softmax[unit] == pytest.approx(probability, abs=0.01)


@pytest.mark.parametrize("name", ["alexnet-conv", "squeezenet"])
def test_every_node_has_its_stated_shape(name: str, settings: Settings) -> None:
    graph = source(name, settings).load().graph
    values = graph.run({0: torch.zeros(2, 3, 227, 227)}, range(1, len(graph.nodes)))
    assert {index: tuple(value.shape[1:]) for index, value in values.items()} == {
        index: node.shape for index, node in enumerate(graph.nodes) if index
    }
