"""The embedded network as a module of torch, made of the steps that `catvis.networks.embedded` lists.

Inference only; `trainee` trains it and folds its batch normalisation into these convolutions and products.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

import torch
from msgspec.structs import asdict
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from catvis.errors import WeightsError
from catvis.frozen import Frozen
from catvis.menagerie.world.kinds import KINDS
from catvis.networks.embedded import LAYERS, embedded_architecture
from catvis.networks.stepwise.steps import Convolve, Flatten, Multiply, Placed, Pool


class Widths(Frozen):
    """Units per layer."""

    conv1: int = 32
    conv2: int = 64
    conv3: int = 128
    conv4: int = 128
    conv5: int = 96
    fc6: int = 192
    fc7: int = 96


class MenagerieNet(nn.Sequential):
    """Picture batches (N, 3, 227, 227), preprocessed, to class scores (N, 16) before softmax.

    Attributes:
        architecture: the steps that it is made of; each module bears its step's name.
    """

    def __init__(self, widths: Widths | None = None) -> None:
        architecture = embedded_architecture({**asdict(widths or Widths()), "fc8": len(KINDS)})
        super().__init__(OrderedDict((one.step.name, _module(one)) for one in architecture.placed()))
        self.architecture = architecture


def widths_of(weights: dict[str, Tensor]) -> Widths:
    """The widths that a state dictionary of a `MenagerieNet` was made with."""
    return Widths(**{layer: weights[f"{layer}.weight"].shape[0] for layer in LAYERS[:-1]})


def widths_of_network(network: MenagerieNet) -> Widths:
    """The widths of a network."""
    return widths_of(network.state_dict())


@torch.no_grad()
def activations(network: MenagerieNet, pictures: Tensor) -> dict[str, Tensor]:
    """Every layer's activation after its ReLU (fc8: the scores), by layer name."""
    seen: dict[str, Tensor] = {}
    x = pictures
    for step in network.architecture.steps:
        x = network.get_submodule(step.name)(x)
        if step.layer:
            seen[step.layer] = x
    return seen


def load(weights: Path) -> MenagerieNet:
    """A network in evaluation mode, float32, from a weights file of any widths.

    Raises:
        WeightsError: the file is missing, damaged or of another network.
    """
    try:
        tensors = {name: tensor.to(torch.float32) for name, tensor in load_file(weights).items()}
        network = MenagerieNet(widths_of(tensors))
        network.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise WeightsError(f"{weights.name} does not hold a menagerie network: {error}") from error
    return network.eval()


def _module(placed: Placed) -> nn.Module:
    """A step as torch's modules have it, so that it can be trained."""
    step, (shape,) = placed.step, placed.input_shapes
    if isinstance(step, Convolve):
        return nn.Conv2d(shape[0], step.units, step.kernel, step.stride, step.pad, groups=step.groups)
    if isinstance(step, Multiply):
        return nn.Linear(shape[0], step.units)
    if isinstance(step, Pool):
        return nn.MaxPool2d(3, stride=2, ceil_mode=True)
    return nn.Flatten() if isinstance(step, Flatten) else nn.ReLU()
