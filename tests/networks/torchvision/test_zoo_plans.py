"""What was written down of torchvision's architectures is what tracing them gives, tensors included."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import zipfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from catvis.errors import WeightsError
from catvis.networks.graph import Graph
from catvis.networks.layers import layer_table
from catvis.networks.torchvision.zoo_graphs import zoo_graph
from catvis.networks.torchvision.zoo_layers import zoo_layers
from catvis.networks.torchvision.zoo_modules import empty_module
from catvis.networks.torchvision.zoo_plans import member, zoo_plan
from catvis.networks.torchvision.zoo_source import zoo_layers_of
from catvis.networks.torchvision.zoo_weights import ZOO
from catvis.networks.tracing.translation import trace
from catvis.networks.weights.state_files import State
from tests.networks.torchvision.random_networks import random_module
from tools.zoo import PLANS, plan, sizes

FILE = Path("weights.pth")
QUICK = {"squeezenet1_1", "mobilenet_v3_small", "googlenet"}
EVERY = [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in ZOO]


def numbered_module(architecture: str) -> nn.Module:
    """An architecture of which every number is another one, as far as 32 bits tell them apart."""
    module, start = empty_module(architecture).to_empty(device="cpu"), 1
    with torch.no_grad():
        for tensor in module.state_dict().values():
            end = start + tensor.numel()
            tensor.copy_(torch.arange(start, end, dtype=torch.float32).mul_(1e-6).view(tensor.shape))
            start = end
    return module


def fields(operation: object) -> dict[str, Any]:
    found = {}
    for field in dataclasses.fields(operation):
        value = getattr(operation, field.name)
        found[field.name] = (value.func, value.keywords) if isinstance(value, partial) else value
    return found


def assert_same(found: Graph, expected: Graph) -> None:
    assert len(found.nodes) == len(expected.nodes)
    for one, other in zip(found.nodes, expected.nodes, strict=True):
        assert (one.name, one.inputs, one.shape) == (other.name, other.inputs, other.shape)
        assert type(one.operation) is type(other.operation)
        for name, value in fields(other.operation).items():
            mine = fields(one.operation)[name]
            assert torch.equal(mine, value) if isinstance(value, Tensor) else mine == value, (one.name, name)


@pytest.mark.parametrize("architecture", EVERY)
def test_it_is_what_tracing_gives(architecture: str) -> None:
    module = numbered_module(architecture)
    empty = empty_module(architecture, auxiliary=False).state_dict()
    for size in sizes(architecture):
        expected = trace(module, (3, *size), verify=False)
        found = zoo_graph(architecture, State(module.state_dict()), FILE, size, 1000)
        assert_same(found, expected)
        layers = layer_table(expected, zoo_layers(architecture, expected))
        assert zoo_layers_of(architecture, None, size, 1000) == layers
        known = zoo_plan(architecture, size)
        assert known is not None
        assert known.tensors == {name: tuple(tensor.shape) for name, tensor in empty.items()}


@pytest.mark.parametrize("architecture", sorted(QUICK))
def test_it_is_what_the_tool_writes(architecture: str) -> None:
    with zipfile.ZipFile(PLANS) as plans:
        for size in sizes(architecture):
            written = json.loads(json.dumps(plan(architecture, size)))
            assert json.loads(plans.read(member(architecture, size))) == written


@pytest.mark.slow
@pytest.mark.parametrize(
    "architecture", ["alexnet", "squeezenet1_1", "resnet18", "mobilenet_v3_small", "convnext_tiny"]
)
def test_other_numbers_of_classes(architecture: str) -> None:
    module = random_module(architecture, 0, classes=7)
    expected = trace(module, (3, 224, 224), verify=False)
    assert_same(zoo_graph(architecture, State(module.state_dict()), FILE, (224, 224), 7), expected)
    assert zoo_layers_of(architecture, None, (224, 224), 7) == layer_table(
        expected, zoo_layers(architecture, expected)
    )


def test_other_sizes_are_traced() -> None:
    module = random_module("squeezenet1_1", 0, classes=7)
    assert zoo_plan("squeezenet1_1", (64, 80)) is None
    graph = zoo_graph("squeezenet1_1", State(module.state_dict()), FILE, (64, 80), 7)
    assert_same(graph, trace(module, (3, 64, 80), verify=False))
    assert zoo_layers_of("squeezenet1_1", None, (64, 80), 7)[-1].units == 7


@pytest.mark.parametrize("architecture", ["googlenet", "inception_v3"])
def test_heads_for_training_are_left_out(architecture: str) -> None:
    (size,) = sizes(architecture)
    state = random_module(architecture, 0).state_dict()
    bare = State((name, one) for name, one in state.items() if not name.startswith(("aux", "Aux")))
    assert len(bare) < len(state)
    both = (zoo_graph(architecture, State(one), FILE, size, 1000) for one in (state, bare))
    assert_same(*both)


def test_wrapped_names_fit_too() -> None:
    state = random_module("densenet121", 0).state_dict()
    wrapped = State((f"module.{name.replace('norm1.', 'norm.1.')}", one) for name, one in state.items())
    found = zoo_graph("densenet121", wrapped, FILE, (224, 224), 1000)
    assert_same(found, zoo_graph("densenet121", State(state), FILE, (224, 224), 1000))


def test_tensors_of_another_network_are_refused() -> None:
    state = State(random_module("squeezenet1_1", 0).state_dict())
    with pytest.raises(
        WeightsError, match=r"does not fit resnet18 with 1000 classes: it has no conv1.weight"
    ):
        zoo_graph("resnet18", state, FILE, (224, 224), 1000)
    with pytest.raises(WeightsError, match=r"classifier\.1\.weight has the shape 1000×512×1×1") as caught:
        zoo_graph("squeezenet1_1", state, FILE, (224, 224), 10)
    assert "10×512×1×1" in str(caught.value.hint)


@pytest.mark.slow
def test_a_card_needs_no_torch_and_a_graph_no_torchvision() -> None:
    code = """
import sys
from catvis.networks.torchvision.zoo_source import zoo_layers_of
assert zoo_layers_of("resnet18", None, (224, 224), 1000)[-1].units == 1000
assert "torch" not in sys.modules
from catvis.networks.torchvision import zoo_graphs
assert "torch" in sys.modules
for heavy in ("torchvision", "torch._dynamo", "sympy"):
    assert heavy not in sys.modules, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
