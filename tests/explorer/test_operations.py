"""Every operation of the page's runtime, forward and back, against torch."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.networks import operations as op
from catvis.networks.network import Network
from catvis.networks.portable import rounded
from tests.backward.small import Sketch
from tests.explorer.conftest import Open

pytestmark = pytest.mark.browser

GENERATOR = torch.Generator().manual_seed(3)


def random(*shape: int) -> Tensor:
    return torch.randn(shape, generator=GENERATOR)


def convolution(out: int, inputs: int, *kernel: int, **more: object) -> op.Convolution:
    return op.Convolution(random(out, inputs, *kernel), random(out), **more)


def pool(*kernel: int, **more: object) -> op.MaxPool:
    return op.MaxPool(kernel, **{"stride": (2, 2), **more})


def average(**more: object) -> op.AveragePool:
    return op.AveragePool((3, 3), (2, 2), **more)


ONE_INPUT: dict[str, op.Operation] = {
    "1×1": convolution(5, 3, 1, 1),
    "strided": convolution(7, 3, 5, 3, stride=(3, 2)),
    "padded": convolution(37, 3, 3, 3, padding=(1, 2)),
    "dilated": convolution(6, 3, 3, 3, padding=(2, 2), dilation=(2, 3)),
    "grouped": convolution(6, 1, 3, 3, groups=3, padding=(1, 1)),
    "grouped, dilated, without a bias": op.Convolution(random(9, 1, 2, 2), None, (2, 1), (1, 1), (2, 2), 3),
    "maximum": pool(3, 3),
    "maximum, hanging over": pool(3, 3, ceil_mode=True),
    "maximum, padded and hanging over": pool(3, 2, padding=(1, 1), ceil_mode=True),
    "maximum, dilated": pool(2, 3, stride=(1, 1), dilation=(3, 2)),
    "average": average(),
    "average, hanging over, padding counted": average(padding=(1, 1), ceil_mode=True),
    "average, hanging over, padding left out": average(padding=(1, 1), ceil_mode=True, count_include_pad=False),
    "average, divided by a number": average(divisor=5),
    "average, adaptive": op.AdaptiveAveragePool((4, 5)),
    "mean": op.SpatialMean(),
    "mean, kept as a map": op.SpatialMean(keep=True),
    "normalised": op.LocalResponseNorm(3, alpha=0.7, beta=0.6, k=2.0),
    "normalised over an even number": op.LocalResponseNorm(2, alpha=0.7),
    "scaled": op.ChannelAffine(random(3), random(3)),
    "scaled by one number": op.ChannelAffine(random(1), random(1)),
    "sigmoid": op.Pointwise("sigmoid", torch.sigmoid),
    "tanh": op.Pointwise("tanh", torch.tanh),
    "silu": op.Pointwise("silu", F.silu),
    "hardsigmoid": op.Pointwise("hardsigmoid", F.hardsigmoid),
    "hardswish": op.Pointwise("hardswish", F.hardswish),
    "channels": op.Channels(1, 3),
    "reshaped": op.Reshape((2, 3, 187)),
    "reshaped to a vector": op.Reshape((3 * 11 * 34,)),
    "permuted": op.Permute((0, 2, 3, 1)),
    "padded with a number": op.Pad((1, 2, 0, 3), value=0.5),
    "padded and cut": op.Pad((-2, 1, 3, -1)),
    "nothing": op.Identity(),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ONE_INPUT))
def test_an_operation_of_one_input(opened: Open, name: str) -> None:
    sketch = Sketch(3, 11, 34)
    sketch.add(ONE_INPUT[name])
    check(opened, sketch)


@pytest.mark.parametrize("limit", [None, 0.5])
def test_a_rectifier(opened: Open, limit: float | None) -> None:
    sketch = Sketch(3, 11, 34)
    sketch.add(convolution(5, 3, 1, 1))  # no number is just 0, where torch lets gradients through
    sketch.add(op.ReLU(limit))
    check(opened, sketch)


@pytest.mark.parametrize("many", [2, 3])
def test_a_sum(opened: Open, many: int) -> None:
    sketch = Sketch(3, 5, 6)
    sketch.add(op.Sum(), *(sketch.add(convolution(4, 3, 1, 1), 0) for _ in range(many)))
    check(opened, sketch)


def test_a_concatenation(opened: Open) -> None:
    sketch = Sketch(3, 5, 6)
    sketch.add(op.Concatenation(), *(sketch.add(convolution(out, 3, 1, 1), 0) for out in (4, 1, 3)))
    check(opened, sketch)


@pytest.mark.parametrize("gate", [(4, 1, 1), (1, 5, 6), (4, 5, 6), (4, 1, 6)])
def test_a_product_with_what_is_broadcast(opened: Open, gate: tuple[int, int, int]) -> None:
    sketch = Sketch(3, 5, 6)
    one = sketch.add(convolution(4, 3, 1, 1), 0)
    sketch.add(convolution(gate[0], 3, 1, 1), 0)
    other = sketch.add(op.AdaptiveAveragePool(gate[1:]))
    sketch.add(op.Product(), one, other)
    check(opened, sketch)


def test_a_number_times_itself(opened: Open) -> None:
    sketch = Sketch(3, 5, 6)
    one = sketch.add(convolution(4, 3, 1, 1))
    sketch.add(op.Product(), one, one)
    check(opened, sketch)


@pytest.mark.parametrize("order", ["RGB", "BGR"])
def test_a_shuffle_of_channels(opened: Open, order: str) -> None:
    sketch = Sketch(3, 5, 6)
    sketch.add(convolution(6, 3, 1, 1))
    sketch.add(op.Reshape((2, 3, 5, 6)))
    sketch.add(op.Permute((0, 2, 1, 3, 4)))
    sketch.add(op.Reshape((6, 5, 6)))
    check(opened, sketch, order)


def check(opened: Open, sketch: Sketch, order: str = "RGB") -> None:
    """Compare the sketch's last output, and the gradient of a random sum of it, at the picture."""
    network = with_a_score(sketch, order)
    page = opened(network)
    seen = torch.randint(0, 5, (*network.card.size, 3), generator=GENERATOR, dtype=torch.uint8).numpy()
    picture = page.look(seen).requires_grad_()
    values = rounded_values(network, picture)
    node = len(network.graph.nodes) - 3
    agree(page.value(node), values[node][0].detach())
    (expected,) = torch.autograd.grad(values[-1][0, 0], picture)
    (found,) = page.attributions(["score_0"], [(1,)], "gradient")
    # the picture's gradient comes as red, green and blue, whatever the network's order
    agree(found, expected[0].flip(0) if order == "BGR" else expected[0])


def with_a_score(sketch: Sketch, order: str) -> Network:
    """A random weighted sum of the last node's numbers on top."""
    size = sketch.samples[-1].numel()
    sketch.add(op.Reshape((size,)))
    sketch.add(op.Linear(random(1, size) / size**0.5, random(1)), layer="score")
    return sketch.network(order)


def rounded_values(network: Network, picture: Tensor) -> list[Tensor]:
    """Every node's output with the page's numbers."""
    values = [picture]
    for node in rounded(network).graph.nodes[1:]:
        values.append(node.operation.forward(*(values[source] for source in node.inputs)))
    return values


def agree(found: Tensor, expected: Tensor) -> None:
    assert found.shape == expected.shape
    assert float((found - expected).abs().max()) <= 1e-5 * float(expected.abs().max()) + 1e-12
