"""Every operation goes back by autograd's own derivative, from wherever a gradient starts above it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.backward.carry import CARRIERS
from catvis.backward.rules import RELU_RULES
from catvis.backward.sweep import Route
from catvis.backward.trace import Trace
from catvis.networks import operations as op
from catvis.networks.known_layers import Layer
from catvis.networks.tracing.lowerings import POINTWISE
from catvis.terms import Unit, UnitPath
from tests.backward.small import Sketch
from tests.backward.test_sweep import agree, computed

CHANNELS, SIDES = 6, (9, 11)


def seeded(*shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(sum(shape)), dtype=torch.float64)


def gate(sketch: Sketch) -> None:
    """Squeeze-and-excitation (arXiv 1709.01507): a product of two branches, one of them a number per map."""
    start = sketch.last
    sketch.add(op.SpatialMean(keep=True))
    sketch.add(op.Convolution(seeded(CHANNELS, CHANNELS, 1, 1), seeded(CHANNELS)))
    sketch.add(op.Pointwise("hardsigmoid", F.hardsigmoid))
    sketch.add(op.Product(), sketch.last, start)


def product_of_maps(sketch: Sketch) -> None:
    start = sketch.last
    sketch.add(op.Pointwise("tanh", torch.tanh))
    sketch.add(op.Product(), start, sketch.last)


def branches(sketch: Sketch, joined: op.Operation) -> None:
    start = sketch.last
    sketch.add(op.Pointwise("tanh", torch.tanh))
    sketch.add(joined, sketch.last, start)


def on_a_row(sketch: Sketch, *operations: op.Operation) -> None:
    sketch.add(op.Reshape((CHANNELS * SIDES[0] * SIDES[1],)))
    for operation in operations:
        sketch.add(operation)


def on_tokens(sketch: Sketch) -> None:
    """A product over the last of two axes: the units are on the first."""
    sketch.add(op.Reshape((CHANNELS, SIDES[0] * SIDES[1])))
    sketch.add(op.Linear(seeded(4, SIDES[0] * SIDES[1]), None))


def one(operation: op.Operation) -> Callable[[Sketch], object]:
    return lambda sketch: sketch.add(operation)


NUMBERS = CHANNELS * SIDES[0] * SIDES[1]
CASES: dict[str, Callable[[Sketch], object]] = {
    "convolution": one(op.Convolution(seeded(4, CHANNELS, 3, 3), seeded(4), (2, 1), (1, 0))),
    "depthwise convolution": one(
        op.Convolution(seeded(CHANNELS, 1, 7, 7), None, (1, 1), (3, 3), groups=CHANNELS)
    ),
    "max pool": one(op.MaxPool((3, 3), (2, 2), ceil_mode=True)),
    "average pool": one(op.AveragePool((3, 2), (2, 2), (1, 0), ceil_mode=True, count_include_pad=False)),
    "adaptive average pool": one(op.AdaptiveAveragePool((4, 3))),
    "global mean": one(op.SpatialMean()),
    "global mean kept": one(op.SpatialMean(keep=True)),
    "padded": one(op.Pad((1, 2, -1, 3), value=0.5)),
    "reflected": one(op.Pad((2, 1, 3, 2), "reflect")),
    "local response normalisation": one(op.LocalResponseNorm(5, alpha=0.5)),
    "layer normalisation": one(op.LayerNorm(seeded(CHANNELS), seeded(CHANNELS), 1e-6)),
    "layer normalisation without factors": one(op.LayerNorm(None, None)),
    "layer normalisation of a row": lambda sketch: on_a_row(
        sketch, op.LayerNorm(seeded(NUMBERS), seeded(NUMBERS))
    ),
    "factor per channel": one(op.ChannelAffine(seeded(CHANNELS), seeded(CHANNELS))),
    "one factor": one(op.ChannelAffine(seeded(1), seeded(1))),
    "sum": lambda sketch: branches(sketch, op.Sum()),
    "concatenation": lambda sketch: branches(sketch, op.Concatenation()),
    "product of maps": product_of_maps,
    "squeeze and excitation": gate,
    "channels": one(op.Channels(1, 4)),
    "permuted": one(op.Permute((0, 2, 3, 1))),
    "product": lambda sketch: on_a_row(sketch, op.Linear(seeded(5, NUMBERS), seeded(5))),
    "product of tokens": on_tokens,
    "identity": one(op.Identity()),
    **{name: one(op.Pointwise(name, function)) for name, function in POINTWISE.items()},
}


def built(case: str) -> Sketch:
    """Numbers of both signs, the operation as a layer, and above it what sees a window and what sees all."""
    sketch = Sketch(3, *SIDES, dtype=torch.float64)
    sketch.add(op.Convolution(seeded(CHANNELS, 3, 3, 3), seeded(CHANNELS), padding=(1, 1)))
    CASES[case](sketch)
    sketch.layers.append(layer_of(sketch, "itself"))
    if len(sketch.shape()) == 3:
        channels = sketch.shape()[0]
        sketch.add(op.Convolution(seeded(3, channels, 1, 1), None), layer="above")
    size = int(torch.tensor(sketch.shape()).prod())
    sketch.add(op.Reshape((size,)))
    sketch.add(op.Linear(seeded(2, size), None), layer="scores")
    return sketch


def layer_of(sketch: Sketch, name: str) -> Layer:
    shape = sketch.shape()
    return Layer(name, sketch.last, shape[0], len(shape) == 3, rectified=False)


def derivative(trace: Trace, unit: Unit) -> Tensor:
    """Of the unit's peak, by the picture: autograd through the operations' own forward passes."""
    graph, node = trace.graph, trace.network.card.layer(unit.layer).node
    leaf = trace.values[0].clone().requires_grad_()
    values = [leaf]
    for one_node in graph.nodes[1 : node + 1]:
        values.append(one_node.operation.forward(*(values[source] for source in one_node.inputs)))
    numbers = values[node][0, unit.index]
    place = trace.peak(unit).place
    peak = numbers[place] if numbers.dim() == 2 else numbers.flatten()[0]
    (back,) = torch.autograd.grad(peak, leaf)
    return back[0]


@pytest.mark.parametrize("case", CASES)
def test_it_goes_back_by_its_derivative_whatever_the_rule(case: str) -> None:
    trace = Trace(built(case).network(), seeded(1, 3, *SIDES))
    layers = trace.network.card.layers
    units = [Unit(layer.name, index) for layer in layers for index in {0, layer.units - 1}]
    units = [unit for unit in units if trace.of(unit.layer).dim() != 3]  # tokens have no place of their own
    for rule in RELU_RULES:
        found = computed(trace, [Route(UnitPath((unit,))) for unit in units], rule)
        for unit, attribution in zip(units, found, strict=True):
            agree(attribution.whole(), derivative(trace, unit), 1e-11)


def test_every_operation_that_is_carried_is_tried() -> None:
    tried = {type(node.operation) for case in CASES for node in built(case).nodes}
    assert set(CARRIERS) <= tried
