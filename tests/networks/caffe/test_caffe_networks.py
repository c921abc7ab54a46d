"""Caffe's architectures compute what their papers and prototxts say, from files of random weights."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.errors import WeightsError
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.networks.network import Network
from catvis.networks.operations import Convolution
from tests.networks.caffe.caffe_writer import Arrays, blob, caffemodel, random_arrays, write


def tensors(arrays: Arrays) -> dict[str, tuple[Tensor, Tensor]]:
    return {
        name: (torch.from_numpy(weight), torch.from_numpy(bias)) for name, (weight, bias) in arrays.items()
    }


def alexnet(w: Mapping[str, tuple[Tensor, Tensor]], x: Tensor, *, pool_first: bool) -> dict[str, Tensor]:
    """AlexNet again, plainly; of CaffeNet's kind with ``pool_first``."""

    def pool(x: Tensor) -> Tensor:
        return F.max_pool2d(x, 3, 2, ceil_mode=True)

    def norm(x: Tensor) -> Tensor:
        return F.local_response_norm(x, 5, 1e-4, 0.75, 1.0)

    def between(x: Tensor) -> Tensor:
        return norm(pool(x)) if pool_first else pool(norm(x))

    seen = {}
    seen["conv1"] = F.relu(F.conv2d(x, *w["conv1"], stride=4))
    seen["conv2"] = F.relu(F.conv2d(between(seen["conv1"]), *w["conv2"], padding=2, groups=2))
    seen["conv3"] = F.relu(F.conv2d(between(seen["conv2"]), *w["conv3"], padding=1))
    seen["conv4"] = F.relu(F.conv2d(seen["conv3"], *w["conv4"], padding=1, groups=2))
    seen["conv5"] = F.relu(F.conv2d(seen["conv4"], *w["conv5"], padding=1, groups=2))
    if "fc6" in w:
        seen["fc6"] = F.relu(F.linear(pool(seen["conv5"]).flatten(1), *w["fc6"]))
        seen["fc7"] = F.relu(F.linear(seen["fc6"], *w["fc7"]))
        seen["fc8"] = F.linear(seen["fc7"], *w["fc8"])
    return seen


def squeezenet(w: Mapping[str, tuple[Tensor, Tensor]], x: Tensor) -> dict[str, Tensor]:
    """SqueezeNet v1.0 again, plainly."""
    seen = {}
    x = seen["conv1"] = F.relu(F.conv2d(x, *w["conv1"], stride=2))
    for place in range(2, 10):
        if place in (2, 5, 9):
            x = F.max_pool2d(x, 3, 2, ceil_mode=True)
        name = f"fire{place}"
        narrow = F.relu(F.conv2d(x, *w[f"{name}/squeeze1x1"]))
        small = F.relu(F.conv2d(narrow, *w[f"{name}/expand1x1"]))
        large = F.relu(F.conv2d(narrow, *w[f"{name}/expand3x3"], padding=1))
        x = seen[name] = torch.cat([small, large], 1)
    seen["conv10"] = F.relu(F.conv2d(x, *w["conv10"], padding=1))
    seen["pool10"] = seen["conv10"].mean((2, 3))
    return seen


def agree(network: Network, wanted: Mapping[str, Tensor], batch: Tensor) -> None:
    assert [layer.name for layer in network.card.layers] == list(wanted)
    found = network.activations(batch, wanted)
    for layer, values in wanted.items():
        assert values.abs().max() > 0.1
        torch.testing.assert_close(found[layer], values, rtol=0, atol=1e-5 * float(values.abs().max()))
        assert network.card.layer(layer).units == values.shape[1]


@pytest.mark.slow
def test_squeezenet(tmp_path: Path) -> None:
    arrays = random_arrays("squeezenet")
    file = write(tmp_path, "s.caffemodel", caffemodel(arrays))
    batch = 50 * torch.randn(1, 3, 227, 227)
    agree(CaffeSource.of("squeezenet", file).load(), squeezenet(tensors(arrays), batch), batch)


@pytest.mark.parametrize("old", [False, True])
def test_alexnet_up_to_conv5(tmp_path: Path, old: bool) -> None:
    arrays = random_arrays("alexnet-conv")
    file = write(tmp_path, "a.caffemodel", caffemodel(arrays, old=old))
    batch = 50 * torch.randn(2, 3, 227, 227)
    agree(
        CaffeSource.of("alexnet-conv", file).load(), alexnet(tensors(arrays), batch, pool_first=False), batch
    )


@pytest.fixture(scope="module")
def caffenet_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CaffeNet of full size and random weights, in the old form that the published one has."""
    return write(
        tmp_path_factory.mktemp("weights"),
        "bvlc_reference_caffenet.caffemodel",
        caffemodel(random_arrays("caffenet"), old=True),
    )


@pytest.mark.slow
def test_a_caffenet_of_full_size(caffenet_file: Path) -> None:
    assert caffenet_file.stat().st_size > 232 << 20
    weights = tensors(random_arrays("caffenet"))
    batch = 50 * torch.randn(1, 3, 227, 227)
    agree(CaffeSource.of("caffenet", caffenet_file).load(), alexnet(weights, batch, pool_first=True), batch)


@pytest.mark.slow
def test_the_same_file_as_alexnet_is_another_network(caffenet_file: Path) -> None:
    weights = tensors(random_arrays("caffenet"))
    batch = 50 * torch.randn(1, 3, 227, 227)
    network = CaffeSource.of("alexnet", caffenet_file).load()
    agree(network, alexnet(weights, batch, pool_first=False), batch)
    assert network.card.labels[284] == "Siamese cat"
    assert not network.card.top.rectified


@pytest.mark.slow
def test_weights_are_held_once(caffenet_file: Path) -> None:
    program = f"""
import torch
from pathlib import Path
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.networks import network
from catvis.networks.stepwise import assembly
from catvis.networks.caffe import weights_of

def held(which):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith(which))

before = held("VmRSS")
source = CaffeSource.of("caffenet", Path({str(caffenet_file)!r}))
digest = source.digest()
loaded = source.load()
loaded.scores(torch.zeros(1, 3, 227, 227))
print((held("VmHWM") - before) / source.files[0].stat().st_size)
"""
    run = [sys.executable, "-c", program]
    done = subprocess.run(run, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert 0.9 < float(done.stdout) < 1.3


@pytest.mark.slow
def test_only_what_is_used_of_a_whole_network_is_read(caffenet_file: Path) -> None:
    network = CaffeSource.of("alexnet-conv", caffenet_file).load()
    assert network.card.top.name == "conv5"
    held = [node.operation for node in network.graph.nodes if isinstance(node.operation, Convolution)]
    assert sum(one.weight.numel() for one in held) < 3_000_000


def broken(folder: Path, arrays: Arrays, network: str = "alexnet-conv") -> str:
    file = write(folder, "w.caffemodel", caffemodel(arrays))
    with pytest.raises(WeightsError) as caught:
        CaffeSource.of(network, file).load()
    return str(caught.value)


def test_a_missing_layer(tmp_path: Path) -> None:
    arrays = random_arrays("alexnet-conv")
    said = broken(tmp_path, {name: those for name, those in arrays.items() if name != "conv4"})
    assert (
        "w.caffemodel has no layer conv4, which alexnet-conv needs\n  it has conv1, conv2, conv3, conv5"
        in said
    )


def test_a_part_is_not_the_whole(tmp_path: Path) -> None:
    assert "has no layer fc6, which alexnet needs" in broken(
        tmp_path, random_arrays("alexnet-conv"), "alexnet"
    )


def test_a_wrong_shape(tmp_path: Path) -> None:
    arrays = random_arrays("alexnet-conv")
    arrays["conv2"] = (np.zeros((256, 96, 5, 5), np.float32), arrays["conv2"][1])
    said = broken(tmp_path, arrays)
    assert "conv2 of " in said
    assert "has weights of shape 256×96×5×5\n  alexnet-conv needs 256×48×5×5" in said


def test_a_wrong_bias(tmp_path: Path) -> None:
    arrays = random_arrays("alexnet-conv")
    arrays["conv2"] = (arrays["conv2"][0], np.zeros(255, np.float32))
    assert "has a bias of shape 255\n  alexnet-conv needs 256" in broken(tmp_path, arrays)
    arrays["conv2"] = (arrays["conv2"][0],)
    assert "conv2 of " in broken(tmp_path, arrays)
    assert "has 1 arrays\n  alexnet-conv needs two: weights and bias" in broken(tmp_path, arrays)


def test_numbers_that_are_none(tmp_path: Path) -> None:
    arrays = random_arrays("alexnet-conv")
    arrays["conv3"][1][7] = np.nan
    said = broken(tmp_path, arrays)
    assert said.startswith("conv3's bias of ")
    assert "1 of its 384 numbers are NaN or infinite\n  training diverged" in said


def test_fewer_numbers_than_the_shape_says(tmp_path: Path) -> None:
    content = caffemodel(random_arrays("alexnet-conv"))
    shape = b"\x3a\x04\x0a\x02\x80\x03"  # the biases of conv3 and conv4: 384
    assert content.count(shape) == 2
    other = write(tmp_path, "w.caffemodel", content.replace(shape, b"\x3a\x04\x0a\x02\x81\x03"))
    with pytest.raises(WeightsError, match=r"conv3 of .* has a bias of shape 385\n"):
        CaffeSource.of("alexnet-conv", other).load()
    lying = write(tmp_path, "v.caffemodel", _without_numbers(content))
    with pytest.raises(
        WeightsError, match=r"conv1 of .* has weights of 0 numbers\n  its shape 96×3×11×11 says 34,848"
    ):
        CaffeSource.of("alexnet-conv", lying).load()


def _without_numbers(content: bytes) -> bytes:
    """The first array's numbers under a field number that means nothing."""
    tag = b"\x2a\x80\xc1\x08"  # field 5 of 139,392 bytes
    assert content.count(tag) == 1
    return content.replace(tag, b"\x7a" + tag[1:])


@pytest.mark.parametrize("shape", [(1, 3, 200, 256), (1, 1, 256, 256)])
def test_a_mean_picture_that_does_not_fit(tmp_path: Path, shape: tuple[int, ...]) -> None:
    file = write(tmp_path, "w.caffemodel", caffemodel(random_arrays("alexnet-conv")))
    write(tmp_path, "imagenet_mean.binaryproto", blob(np.zeros(shape, np.float32)))
    with pytest.raises(WeightsError, match=r"is a mean picture of shape .*\n  the network needs 3 channels"):
        CaffeSource.of("alexnet-conv", file).digest()
