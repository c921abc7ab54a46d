"""The embedded network as the registry takes it: weights, labels, unit names and preprocessing.

Light to import: torch is loaded when `build` is called.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catvis.errors import WeightsError
from catvis.menagerie.kinds import KINDS

if TYPE_CHECKING:
    from catvis.menagerie.model import MenagerieNet

WEIGHTS_FOLDER = Path(__file__).parent / "weights"
WEIGHTS = WEIGHTS_FOLDER / "menagerie.safetensors"
UNIT_NAMES = WEIGHTS_FOLDER / "menagerie.units.json"
TRAINING_LOG = WEIGHTS_FOLDER / "menagerie.training.jsonl"
TRAINING_CURVES = WEIGHTS_FOLDER / "menagerie.training.svg"
SEEDS = WEIGHTS_FOLDER / "menagerie.seeds.json"


@dataclass(frozen=True)
class Preprocessing:
    """From uint8 pictures to the input: (pixel - mean) / std per channel, in the order of ``channels``."""

    size: int = 227
    channels: str = "RGB"
    mean: tuple[float, float, float] = (132.0, 126.0, 114.0)
    std: tuple[float, float, float] = (64.0, 64.0, 64.0)


@dataclass(frozen=True)
class EmbeddedParts:
    """What the registry needs to offer the embedded network.

    Attributes:
        weights: the file that `build` reads; its bytes are the network's identity.
        labels: class names in class order.
        unit_parts: unit, such as ``conv5_17`` → the part it was measured to look at, such as ``wheel``.
        preprocessing: how pictures become inputs.
    """

    weights: Path
    labels: tuple[str, ...]
    unit_parts: dict[str, str]
    preprocessing: Preprocessing

    def build(self) -> MenagerieNet:
        """The network in evaluation mode, float32, its weights loaded.

        Raises:
            WeightsError: the file is missing, damaged or of another network.
        """
        return load(self.weights)


def embedded_parts() -> EmbeddedParts:
    """Everything that stands beside the code of the embedded network."""
    names = json.loads(UNIT_NAMES.read_text()) if UNIT_NAMES.exists() else {}
    return EmbeddedParts(
        WEIGHTS, KINDS, {unit: entry["part"] for unit, entry in names.items()}, Preprocessing()
    )


def load(weights: Path) -> MenagerieNet:
    """A network in evaluation mode from a weights file of any widths.

    Raises:
        WeightsError: the file is missing, damaged or of another network.
    """
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from catvis.menagerie.model import MenagerieNet, widths_of

    try:
        tensors = {name: tensor.to(torch.float32) for name, tensor in load_file(weights).items()}
        network = MenagerieNet(widths_of(tensors))
        network.load_state_dict(tensors)
    except (OSError, SafetensorError, KeyError, RuntimeError) as error:
        raise WeightsError(f"{weights.name} does not hold a menagerie network: {error}") from error
    return network.eval()
