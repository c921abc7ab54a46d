"""The embedded network's architecture: AlexNet's layers under AlexNet's names, at a fraction of the width.

Inference only, and of nothing but convolutions, ReLUs, max-pools and products, so that it can be traced;
`trainee` trains it and folds its batch normalisation into these convolutions.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from catvis.errors import WeightsError
from catvis.menagerie.world.kinds import KINDS


@dataclass(frozen=True)
class Widths:
    """Units per layer."""

    conv1: int = 32
    conv2: int = 64
    conv3: int = 128
    conv4: int = 128
    conv5: int = 96
    fc6: int = 192
    fc7: int = 96


LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")
POOLED_SIDE = 6
"""conv5's map after its pool, for a picture of 227×227: 227 → 55 → 27 → 13 → 6."""


class MenagerieNet(nn.Module):
    """Picture batches (N, 3, 227, 227), preprocessed, to class scores (N, 16) before softmax.

    Convolutions are AlexNet's: 11×11 at stride 4, 5×5, then three of 3×3; 3×3 max-pools at stride 2 with
    Caffe's ceil mode follow conv1, conv2 and conv5.
    """

    def __init__(self, widths: Widths | None = None, classes: int = len(KINDS)) -> None:
        super().__init__()
        c1, c2, c3, c4, c5, f6, f7 = astuple(widths or Widths())
        self.conv1 = nn.Conv2d(3, c1, 11, stride=4)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv2 = nn.Conv2d(c1, c2, 5, padding=2)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.conv3 = nn.Conv2d(c2, c3, 3, padding=1)
        self.relu3 = nn.ReLU()
        self.conv4 = nn.Conv2d(c3, c4, 3, padding=1)
        self.relu4 = nn.ReLU()
        self.conv5 = nn.Conv2d(c4, c5, 3, padding=1)
        self.relu5 = nn.ReLU()
        self.pool5 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.flatten = nn.Flatten()
        self.fc6 = nn.Linear(c5 * POOLED_SIDE**2, f6)
        self.relu6 = nn.ReLU()
        self.fc7 = nn.Linear(f6, f7)
        self.relu7 = nn.ReLU()
        self.fc8 = nn.Linear(f7, classes)

    def forward(self, pictures: Tensor) -> Tensor:
        """Class scores of preprocessed pictures."""
        x = self.pool1(self.relu1(self.conv1(pictures)))
        x = self.pool2(self.relu2(self.conv2(x)))
        x = self.relu3(self.conv3(x))
        x = self.relu4(self.conv4(x))
        x = self.pool5(self.relu5(self.conv5(x)))
        x = self.relu6(self.fc6(self.flatten(x)))
        x = self.relu7(self.fc7(x))
        scores: Tensor = self.fc8(x)
        return scores


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
    for name, module in network.named_children():
        x = module(x)
        if name.startswith("relu"):
            number = int(name.removeprefix("relu"))
            seen[f"{'conv' if number <= 5 else 'fc'}{number}"] = x
    seen["fc8"] = x
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
