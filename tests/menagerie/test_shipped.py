"""The weights that come with the project: their size, what they answer, and that names and labels fit them."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch

from catvis.errors import WeightsError
from catvis.menagerie.shipped.files import SEEDS, TRAINING_LOG, UNIT_NAMES, WEIGHTS
from catvis.menagerie.study.augment import normalised
from catvis.menagerie.study.menagerie_net import load
from catvis.menagerie.world.draw import FREE_NUMBERS, draw
from catvis.menagerie.world.kinds import KINDS, PARTS, part_name
from catvis.networks.embedded import LAYERS, PREPROCESSING, EmbeddedSource

SAMPLE = 64


def test_the_weights_are_small() -> None:
    assert WEIGHTS.stat().st_size <= 2_500_000


@pytest.mark.slow
def test_the_network_knows_what_is_drawn() -> None:
    labels = EmbeddedSource.shipped().card().labels
    drawings = [draw(FREE_NUMBERS.start + 500 + number) for number in range(SAMPLE)]
    with torch.inference_mode():
        pixels = np.stack([drawing.pixels for drawing in drawings])
        scores = load(WEIGHTS)(normalised(pixels, PREPROCESSING))
    right = [labels[index] == drawings[n].kind for n, index in enumerate(scores.argmax(1).tolist())]
    assert np.mean(right) >= 0.94


def test_labels_and_unit_names_fit_the_network() -> None:
    card, network = EmbeddedSource.shipped().card(), load(WEIGHTS)
    assert card.labels == KINDS
    assert network.fc8.out_features == len(KINDS)
    known = {part_name(part) for part in PARTS}
    for unit, part in card.parts.items():
        layer, _, index = unit.rpartition("_")
        assert layer in LAYERS
        assert int(index) < network.get_submodule(layer).weight.shape[0]
        assert part in known


def test_what_was_measured_lies_beside_the_weights() -> None:
    assert TRAINING_LOG.exists()
    assert all(entry["iou"] > 0.1 for entry in json.loads(UNIT_NAMES.read_text()).values())
    found = json.loads(SEEDS.read_text())
    assert found["shipped"] in [row["seed"] for row in found["seeds"]]


@pytest.mark.parametrize("content", [b"", b"not tensors", b"\x08\x00\x00\x00\x00\x00\x00\x00{}      "])
def test_a_file_that_is_no_menagerie_is_refused(content: bytes, tmp_path) -> None:
    file = tmp_path / "other.safetensors"
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=r"other\.safetensors does not hold"):
        load(file)
