"""Torchvision's classifiers: the sweep against torchvision's own code in float64, and where Captum goes wrong.

The slow statement uses nothing of this project but the seed of the weights: the module runs forward by itself,
with each of its ReLUs, module or function, replaced by one that goes back by the rule, and autograd does the
rest. A unit is found by the module whose output its layer is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from unittest.mock import patch

import pytest
import torch
import torch.nn.functional as F
from captum.attr import GuidedBackprop, NeuronGuidedBackprop
from torch import Tensor, nn

from catvis.backward.rules import RELU_RULES, Rule
from catvis.backward.sweep import Route
from catvis.backward.trace import Trace
from catvis.networks.graph import Graph
from catvis.networks.known_layers import NetworkCard
from catvis.networks.layers import layer_table, layers_by_module
from catvis.networks.network import Network
from catvis.networks.torchvision.zoo_layers import zoo_layers
from catvis.networks.torchvision.zoo_weights import ZOO, zoo_preprocessing
from catvis.networks.tracing.translation import trace
from catvis.terms import Unit, UnitPath
from tests.backward.small import converted
from tests.backward.test_sweep import agree, computed
from tests.networks.torchvision.random_networks import random_module
from tests.reference import Rectifier

pytestmark = pytest.mark.slow

SEED = 1
SEEDS = {"mobilenet_v2": 2, "efficientnet_v2_s": 2}
"""Where no activation is so near to 0 or 6 that single precision puts it on the other side; SEED elsewhere."""
SIDES = {"alexnet": 67, "inception_v3": 80}
"""Height and width of the pictures; 64 elsewhere."""
SCORES = ""
"""The module itself gives the class scores."""
LAYERS = {
    "alexnet": {"conv1": "features.1", "conv3": "features.7", "fc6": "classifier.2", "fc8": SCORES},
    "vgg11_bn": {"conv1.1": "features.2", "conv4.2": "features.20", "fc7": "classifier.4", "fc8": SCORES},
    "squeezenet1_1": {"fire2": "features.3", "fire6": "features.9", "pool10": SCORES},
    "googlenet": {"conv2": "conv2", "inception3b": "inception3b", "inception5a": "inception5a", "fc": SCORES},
    "inception_v3": {"conv2b": "Conv2d_2b_3x3", "mixed5d": "Mixed_5d", "mixed7a": "Mixed_7a", "fc": SCORES},
    "resnet18": {"conv1": "relu", "layer2.1": "layer2.1", "layer4.0": "layer4.0", "fc": SCORES},
    "densenet121": {
        "conv1": "features.relu0",
        "block2": "features.transition2.relu",
        "dense3.5": "features.denseblock3.denselayer5.relu2",
        "fc": SCORES,
    },
    "mobilenet_v2": {
        "block3": "features.3",
        "block9.depthwise": "features.9.conv.1.2",
        "conv2": "features.18",
        "fc": SCORES,
    },
    "efficientnet_b0": {
        "conv1": "features.0",
        "block4.1": "features.4.1",
        "conv2": "features.8",
        "fc": SCORES,
    },
    "mobilenet_v3_small": {
        "block1.depthwise": "features.1.block.0",
        "block4.expand": "features.4.block.0",
        "block6": "features.6",
        "fc1": "classifier.1",
        "fc2": SCORES,
    },
    # not its scores: 40 blocks of random tensors multiply what single precision rounds
    "efficientnet_v2_s": {"block1.1": "features.1.1", "block4.0.depthwise": "features.4.0.block.1"},
    "convnext_tiny": {
        "conv1": "features.0",
        "block2.1": "features.3.1",
        "block4.2": "features.7.2",
        "fc": SCORES,
    },
    "mnasnet0_5": {"block2.1": "layers.8.1", "block4.1.expand": "layers.10.1.layers.2", "fc": SCORES},
    "shufflenet_v2_x0_5": {"stage2.1": "stage2.1", "stage4.0": "stage4.0", "conv5": "conv5", "fc": SCORES},
}
"""For each architecture layers at several depths, with torchvision's own modules for them."""


def picture(architecture: str) -> Tensor:
    side = SIDES.get(architecture, 64)
    return torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


class Statement:
    """The gradients of a module's own forward pass on a picture, its ReLUs going back by a rule."""

    def __init__(self, module: nn.Module, batch: Tensor, rule: Rule, places: list[str]) -> None:
        self.leaf, self.values = batch.clone().requires_grad_(), dict[str, Tensor]()
        rectified = {
            "relu": lambda x, inplace=False: Rectifier.apply(x, None, rule),
            "hardtanh": lambda x, low, high, inplace=False: Rectifier.apply(x, high, rule),
        }
        hooks = [
            module.get_submodule(place).register_forward_hook(partial(self._keep, place)) for place in places
        ]
        with patch.multiple(F, **rectified):
            module(self.leaf)
        for hook in hooks:
            hook.remove()

    def _keep(self, place: str, module: nn.Module, args: Any, output: Tensor) -> None:
        self.values.setdefault(place, output)  # of a module that is called again the first call

    def firing(self, place: str, count: int = 1) -> list[int]:
        """The first units of a layer that are above 0 somewhere."""
        maps = self.values[place][0]
        return torch.nonzero(maps.reshape(len(maps), -1).amax(1) > 0)[:count, 0].tolist()

    def attribution(self, place: str, unit: int) -> Tensor:
        """From the place where the unit is most active down to the picture: (3, height, width)."""
        maps = self.values[place][0, unit].flatten()
        (back,) = torch.autograd.grad(maps[maps.argmax()], self.leaf, retain_graph=True)
        return back[0]


def network_of(module: nn.Module, named: Callable[[Graph], dict[str, int]], batch: Tensor) -> Network:
    """The module's trace with named layers; it shares the module's tensors."""
    graph = trace(module, tuple(batch.shape[1:]), verify=False)
    size = tuple(batch.shape[2:])
    card = NetworkCard("module", "0", layer_table(graph, named(graph)), size)
    preprocessing = zoo_preprocessing("resnet18", ZOO["resnet18"][0])
    return Network(card, graph, replace(preprocessing, size=size, short_side=min(size)))


@pytest.mark.parametrize("architecture", LAYERS)
def test_attributions(architecture: str) -> None:
    module, batch = random_module(architecture, SEEDS.get(architecture, SEED)).double(), picture(architecture)
    named, places = partial(zoo_layers, architecture), LAYERS[architecture]
    network = network_of(module, named, batch)
    exact, shipped = Trace(network, batch), Trace(converted(network, torch.float32), batch.float())
    for rule in RELU_RULES:
        statement = Statement(module, batch, rule, list(places.values()))
        units = [Unit(layer, one) for layer in places for one in statement.firing(places[layer])]
        assert len(units) == len(places)
        routes = [Route(UnitPath((unit,))) for unit in units]
        found = computed(exact, routes, rule), computed(shipped, routes, rule)
        for unit, in_double, in_single in zip(units, *found, strict=True):
            expected = statement.attribution(places[unit.layer], unit.index)
            agree(in_double.whole(), expected, 1e-11)
            agree(in_single.whole(), expected, 2e-5)


def captums(module: nn.Module, batch: Tensor, place: str, unit: int, statement: Statement) -> Tensor:
    """Captum's guided backpropagation of the unit that `Statement.attribution` speaks of."""
    leaf = batch.clone().requires_grad_()
    if place == SCORES:
        attribute = partial(GuidedBackprop(module).attribute, leaf, target=unit)
    else:
        maps = statement.values[place][0, unit]
        row, column = divmod(int(maps.argmax()), maps.shape[1])
        part = module.get_submodule(place)
        attribute = partial(NeuronGuidedBackprop(module, part).attribute, leaf, (unit, row, column))
    with pytest.warns(UserWarning, match="Setting backward hooks on ReLU"):
        return attribute()[0].detach()


def ours(module: nn.Module, named: Callable[[Graph], dict[str, int]], batch: Tensor, unit: str) -> Tensor:
    (found,) = computed(
        Trace(network_of(module, named, batch), batch), [Route(UnitPath.parse(unit))], "guided"
    )
    return found.whole()


def differ(found: Tensor, expected: Tensor) -> None:
    assert float((found - expected).abs().max()) > 0.1 * float(expected.abs().max())


class Functional(nn.Module):
    """A network as many write it: its ReLUs are functions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 5, stride=2)
        self.conv2 = nn.Conv2d(16, 32, 3)
        self.fc = nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        return self.fc(F.relu(self.conv2(x)).mean((2, 3)))


def functional() -> nn.Module:
    module, seeded = Functional().double().eval().requires_grad_(False), torch.Generator().manual_seed(0)
    for tensor in module.parameters():
        tensor.uniform_(-0.3, 0.3, generator=seeded)
    return module


@pytest.mark.parametrize("architecture", ["googlenet", "functional"])
def test_captum_gives_the_plain_gradient_where_relus_are_functions(architecture: str) -> None:
    """And so do all who hook modules; the sweep reaches every ReLU that is computed."""
    batch = picture(architecture)
    named: Callable[[Graph], dict[str, int]]
    if architecture == "functional":
        module, named = functional(), layers_by_module
    else:
        module, named = random_module(architecture, SEED).double(), partial(zoo_layers, architecture)
    guided, plain = (Statement(module, batch, rule, [SCORES]) for rule in ("guided", "gradient"))
    expected = guided.attribution(SCORES, 3)
    agree(ours(module, named, batch, "fc_3"), expected, 1e-11)
    theirs = captums(module, batch, SCORES, 3, guided)
    differ(theirs, expected)
    agree(theirs, plain.attribution(SCORES, 3), 1e-11)


def test_captum_takes_the_last_call_of_a_reused_relu() -> None:
    """A ResNet's block calls one ReLU twice: Captum is right at its end, but has no name for its middle."""
    module, batch = random_module("resnet18", SEED).double(), picture("resnet18")
    inner, end = "layer3.1.relu", "layer3.1"
    statement = Statement(module, batch, "guided", [inner, end])
    unit = next(one for one in statement.firing(inner, 256) if one in statement.firing(end, 256))

    def named(graph: Graph) -> dict[str, int]:
        middle = next(index for index, node in enumerate(graph.nodes) if node.name == inner)
        return {"middle": middle} | zoo_layers("resnet18", graph)

    for layer, place in (("middle", inner), (end, end)):
        agree(ours(module, named, batch, f"{layer}_{unit}"), statement.attribution(place, unit), 1e-11)
    agree(captums(module, batch, end, unit, statement), statement.attribution(end, unit), 1e-11)
    differ(captums(module, batch, inner, unit, statement), statement.attribution(inner, unit))
