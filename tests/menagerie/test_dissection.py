"""Network Dissection on cases that can be worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from catvis.exemplars.receptive import seen_region
from catvis.menagerie.shipped.unit_names import NamedUnit, read_names, write_names
from catvis.menagerie.study.dissection import CENTRES, Overlaps, overlaps, upsampled
from catvis.menagerie.study.menagerie_net import MenagerieNet, Widths
from catvis.menagerie.study.naming import counts, named_units
from catvis.menagerie.study.unit_sheet import FIELDS
from catvis.menagerie.world.drawn_ahead import Pictures
from catvis.menagerie.world.kinds import PARTS, Part
from catvis.networks.embedded import EmbeddedSource

SMALL = Widths(conv1=1, conv2=1, conv3=1, conv4=1, conv5=1, fc6=2, fc7=2)


def rows(**values: float) -> np.ndarray:
    row = np.zeros(len(PARTS))
    for name, value in values.items():
        row[PARTS.index(Part[name.upper()])] = value
    return row


def found(*unit_rows: np.ndarray) -> Overlaps:
    return Overlaps({"conv5": np.stack(unit_rows)}, {"conv5": np.zeros(len(unit_rows))})


def test_a_unit_takes_the_name_of_its_best_part() -> None:
    names = named_units(found(rows(eye=0.2, wheel=0.3)), found(rows()))
    assert names == {"conv5_0": NamedUnit("wheel", 0.3)}


def test_a_name_must_beat_a_tenth_and_the_random_network() -> None:
    random = found(rows(eye=0.25))
    assert named_units(found(rows(eye=0.09)), found(rows())) == {}
    assert named_units(found(rows(eye=0.24)), random) == {}
    assert named_units(found(rows(eye=0.24, nose=0.12)), random) == {"conv5_0": NamedUnit("nose", 0.12)}


def test_names_survive_their_file(tmp_path: Path) -> None:
    names = {"conv3_1": NamedUnit("eye", 0.21), "conv5_0": NamedUnit("ear", 0.125)}
    write_names(names, tmp_path / "names.json")
    assert read_names(tmp_path / "names.json") == names
    assert "ear" in counts(names)


@pytest.mark.parametrize("layer", FIELDS)
def test_units_look_where_the_network_does(layer: str) -> None:
    network, (first, step), reach = EmbeddedSource.shipped().load(), CENTRES[layer], FIELDS[layer] // 2
    row, column = first + 6 * step, first + 7 * step
    seen = seen_region(network.graph, network.card.layer(layer).node, unit=0, place=(6, 7))
    assert seen == (row - reach, column - reach, row + reach + 1, column + reach + 1)


def test_maps_are_upsampled_between_the_centres_of_receptive_fields() -> None:
    maps = torch.zeros(1, 13, 13)
    maps[0, 3, 5] = 1
    up = upsampled(maps, "conv5", 227)
    assert up.shape == (1, 227, 227)
    peak = np.unravel_index(int(up[0].argmax()), (227, 227))
    assert peak == (17 + 16 * 3, 17 + 16 * 5)
    assert up[0, 17 + 16 * 3 + 8, 17 + 16 * 5] == pytest.approx(0.5)
    thinned = upsampled(maps, "conv5", 113, first=1, step=2)
    torch.testing.assert_close(thinned, up[:, 1:226:2, 1:226:2])


def test_a_unit_that_fires_on_dark_squares_is_named_after_them() -> None:
    """One picture in 32 shows a dark square; conv1's only unit answers to darkness and the rest pass it on."""
    network = MenagerieNet(SMALL)
    with torch.no_grad():
        for name, layer in network.named_children():
            if name.startswith("conv"):
                layer.weight.zero_()
                layer.bias.zero_()
                middle = layer.kernel_size[0] // 2
                layer.weight[0, :, middle, middle] = -1 if name == "conv1" else 1
    pixels = np.full((64, 227, 227, 3), 255, np.uint8)
    flags = np.zeros((64, 227, 227), np.int32)
    square = np.s_[::32, 64:128, 96:160]
    pixels[square] = 0
    flags[square] = int(Part.WINDOW)
    pictures = Pictures((pixels,), np.zeros(64, np.int64), (), (flags,))
    layer = "conv2"
    iou = overlaps(network, pictures, (layer,), quiet=True).iou[layer][0]
    assert PARTS[int(iou.argmax())] is Part.WINDOW
    assert iou.max() > 0.5
    assert np.count_nonzero(iou) == 1
