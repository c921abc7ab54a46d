"""Names lead to networks, wrong ones to a message, and none of it opens torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from catvis.errors import NetworkError, WeightsError
from catvis.networks.registry import network_names, source
from catvis.settings import Settings
from catvis.terms import Unit
from tests.networks.caffe.caffe_writer import blob, caffemodel, random_arrays, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    write(folder, "squeezenet_v1.0.caffemodel", caffemodel(random_arrays("squeezenet")))
    write(folder, "bvlc_alexnet_conv.caffemodel", caffemodel(random_arrays("alexnet-conv")))
    return folder


@pytest.fixture
def settings(folder: Path) -> Settings:
    return Settings(weights=folder, downloads=folder / "none")


def test_squeezenet(settings: Settings) -> None:
    card = source("squeezenet", settings).card()
    assert card.name == "squeezenet"
    fires = {f"fire{place}": units for place, units in enumerate((128, 128, 256, 256, 384, 384, 512, 512), 2)}
    assert card.widths == {"conv1": 96, **fires, "conv10": 1000, "pool10": 1000}
    assert [layer.name for layer in card.layers if not layer.spatial] == ["pool10"]
    assert card.top.name == "pool10"
    assert card.label(Unit("pool10", 284)) == "Siamese cat"
    assert card.size == (227, 227)


def test_alexnet_convolutions(settings: Settings) -> None:
    found = source("alexnet-conv", settings)
    card = found.card()
    assert card.widths == {"conv1": 96, "conv2": 256, "conv3": 384, "conv4": 384, "conv5": 256}
    assert all(layer.rectified and layer.spatial for layer in card.layers)
    assert card.label(Unit("conv5", 3)) is None
    assert found.load().card == card


def test_a_layer_is_the_activation_after_its_relu(settings: Settings) -> None:
    for name in ("alexnet-conv", "squeezenet"):
        network = source(name, settings).load()
        for layer in network.card.layers:
            kind = type(network.graph.nodes[layer.node].operation).__name__
            expected = (
                "Concatenation" if "fire" in layer.name else "SpatialMean" if "pool" in layer.name else "ReLU"
            )
            assert kind == expected


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [("squeznet", "squeezenet"), ("alexnet_conv", "alexnet-conv"), ("torchvision/resnet-18", "resnet18")],
)
def test_unknown_names(asked: str, nearest: str, settings: Settings) -> None:
    with pytest.raises(NetworkError, match=f"there is no network .*\n.*{nearest}"):
        source(asked, settings)


def test_networks_of_ones_own_are_found_in_the_content_folder(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "networks.yaml").write_text(
        "mine:\n  architecture: squeezenet\n  weights: squeezenet_v1.0.caffemodel\n"
    )
    settings = Settings(content=tmp_path, weights=folder)
    found = source("mine", settings)
    assert found.name == "mine"
    assert found.card().widths == source("squeezenet", settings).card().widths
    with pytest.raises(NetworkError, match="did you mean mine"):
        source("mime", settings)


def test_every_name_is_known_or_says_what_is_missing(tmp_path: Path) -> None:
    empty = Settings(weights=tmp_path, downloads=tmp_path)
    for name in network_names():
        if name == "menagerie":
            continue
        with pytest.raises(WeightsError, match=f"weights fetch {name};"):
            source(name, empty)


def test_the_digest_follows_weights_mean_and_architecture(tmp_path: Path) -> None:
    settings = Settings(weights=tmp_path, downloads=tmp_path)
    arrays = random_arrays("alexnet-conv")
    file = write(tmp_path, "bvlc_alexnet.caffemodel", caffemodel(arrays))
    digest = source("alexnet-conv", settings).digest()
    assert source("alexnet-conv", settings).digest() == digest
    assert len(digest) == 64
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    assert source("alexnet-conv", settings).digest() != digest
    assert source("alexnet", settings).digest() != source("alexnet-conv", settings).digest()


@pytest.mark.slow
def test_no_torch_before_a_network_is_loaded(folder: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from catvis.networks.registry import source
from catvis.settings import Settings
found = source("squeezenet", Settings(weights=Path({str(folder)!r})))
found.digest(), found.card(), found.preprocessing()
assert "torch" not in sys.modules
found.load()
assert "torch" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=Path(__file__).parents[2])


def test_the_mean_picture_beside_the_weights_is_used(tmp_path: Path, folder: Path) -> None:
    settings = Settings(weights=tmp_path, downloads=tmp_path)
    write(tmp_path, "bvlc_alexnet_conv.caffemodel", (folder / "bvlc_alexnet_conv.caffemodel").read_bytes())
    without = source("alexnet-conv", settings)
    assert without.preprocessing().mean == (123, 117, 104)
    mean = np.random.default_rng(0).uniform(0, 255, (1, 3, 256, 256)).astype(np.float32)
    write(tmp_path, "imagenet_mean.binaryproto", blob(mean, old_shape=True))
    with_mean = source("alexnet-conv", settings)
    found = with_mean.preprocessing()
    assert found.mean.shape == (3, 227, 227)
    assert np.array_equal(found.mean, mean[0, ::-1, 14:241, 14:241])
    assert found.order == "BGR"
    assert with_mean.digest() != without.digest()
    assert source("squeezenet", Settings(weights=folder)).preprocessing().mean == (123, 117, 104)
