"""Torchvision's classifiers behind the same interface as any other network.

An architecture is built without numbers and without a download; its tensors come from torchvision's own
file, which is verified.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor, nn

from catvis.digests import digest
from catvis.errors import WeightsError, nearest, shown_path
from catvis.networks.card import NetworkCard
from catvis.networks.graph import Graph
from catvis.networks.layers import layer_table
from catvis.networks.network import Network
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import NetworkSource, weights_digest
from catvis.networks.stepwise.assembly import written
from catvis.networks.torchvision.torchvision_import import torchvision_models
from catvis.networks.torchvision.zoo_layers import zoo_layers
from catvis.networks.torchvision.zoo_weights import PREFIX, ZooWeights, zoo_preprocessing, zoo_weights
from catvis.networks.tracing.translation import trace
from catvis.networks.weights.state_files import State, read_state

# what a graph computes from the same file changes only with this number
_VERSION = "zoo 1"
_COUNTER = "num_batches_tracked"
_DENSENET_OLD = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)")
_AUXILIARY = re.compile(r"(aux\d|AuxLogits)\..*")


@dataclass(frozen=True)
class ZooSource(NetworkSource):
    """One of torchvision's classifiers with torchvision's weights.

    Attributes:
        architecture: torchvision's name for it.
        weights: what its file is.
    """

    architecture: str
    weights: ZooWeights

    @classmethod
    def of(cls, architecture: str, file: Path) -> ZooSource:
        """The source for a file that bears one of torchvision's names for the architecture's weights.

        Raises:
            NetworkError: torchvision publishes no such classifier.
            WeightsError: the file has another name.
        """
        versions = {weights.file: weights for weights in zoo_weights(architecture)}
        if file.name not in versions:
            raise WeightsError(
                f"{shown_path(file)} is none of torchvision's files for {architecture}",
                hint=f"valid: {', '.join(versions)}",
            )
        return cls(PREFIX + architecture, (file,), architecture, versions[file.name])

    def digest(self) -> str:
        """Cover the file's bytes, the architecture and the preprocessing."""
        return self._digest

    def preprocessing(self) -> Preprocessing:
        """As torchvision publishes it with the weights."""
        return zoo_preprocessing(self.architecture, self.weights)

    def card(self) -> NetworkCard:
        """Trace the architecture without numbers; the weights are read for their digest alone."""
        side = self.weights.side
        return self._card(trace(empty_module(self.architecture), (3, side, side)))

    def load(self) -> Network:
        """Verify the file and give the architecture its tensors."""
        (file,) = self.files
        _verify(file, self.weights.checksum)
        side = self.weights.side
        module = filled_module(self.architecture, read_state(file), file)
        graph = trace(module, (3, side, side), verify=False)
        return Network(self._card(graph), graph, self.preprocessing())

    def _card(self, graph: Graph) -> NetworkCard:
        side = self.weights.side
        return NetworkCard(
            name=self.name,
            digest=self._digest,
            layers=layer_table(graph, zoo_layers(self.architecture, graph)),
            size=(side, side),
            labels=_labels(self.architecture, self.weights),
        )

    @cached_property
    def _digest(self) -> str:
        return digest(
            _VERSION, self.architecture, weights_digest(self.files[0]), self.preprocessing().digest()
        )


def empty_module(architecture: str, classes: int = 1000, *, auxiliary: bool = True) -> nn.Module:
    """An architecture on the meta device, in evaluation mode: shapes without numbers.

    Args:
        architecture: torchvision's name.
        classes: number of its class scores.
        auxiliary: whether the heads that only training uses have a place for tensors.

    Raises:
        NetworkError: torchvision publishes no such classifier.
    """
    zoo_weights(architecture)
    options = {"init_weights": False, "aux_logits": auxiliary}
    branched = architecture in {"googlenet", "inception_v3"}
    with torch.device("meta"):
        module: nn.Module = torchvision_models().get_model(
            architecture, weights=None, num_classes=classes, **(options if branched else {})
        )
    return module.eval().requires_grad_(False)


def filled_module(architecture: str, state: State, file: Path, classes: int = 1000) -> nn.Module:
    """An architecture with tensors from a file, which it shares.

    Args:
        architecture: torchvision's name.
        state: tensors by torchvision's names.
        file: where they come from, for messages.
        classes: number of its class scores.

    Raises:
        WeightsError: a tensor is missing, has another shape, or belongs to nothing.
    """
    named = State((_DENSENET_OLD.sub(r"\1\2", name), tensor) for name, tensor in state.items())
    vars(named).update(vars(state))
    module = empty_module(architecture, classes, auxiliary=any(map(_AUXILIARY.fullmatch, named)))
    fill(module, named, file, f"{architecture} with {classes} classes")
    return module.requires_grad_(False)


def fill(module: nn.Module, state: State, file: Path, name: str) -> None:
    """Give a module the tensors from a file, which it shares.

    Args:
        module: gets them.
        state: tensors by the module's own names.
        file: where they come from, for messages.
        name: what the module is called in messages.

    Raises:
        WeightsError: a tensor is missing, has another shape, or belongs to nothing.
    """
    expected = module.state_dict()
    _check_fit(state, expected, f"{shown_path(file)} does not fit {name}")
    known = {"_metadata": vars(expected)["_metadata"]} | vars(state)
    whole = State(state)
    vars(whole).update(known)
    for counter in expected:
        if counter.endswith(_COUNTER):
            whole.setdefault(counter, torch.tensor(0))
    module.load_state_dict(whole, assign=True)


def _check_fit(found: Mapping[str, Tensor], expected: Mapping[str, Tensor], complaint: str) -> None:
    # files from before torch 0.4.1 do not count batches
    missing = [name for name in expected if name not in found and not name.endswith(_COUNTER)]
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise WeightsError(f"{complaint}: it has no {missing[0]}{more}", hint=nearest(missing[0], found))
    for name, tensor in found.items():
        if name not in expected:
            raise WeightsError(f"{complaint}: it has no place for {name}", hint=nearest(name, expected))
        if tensor.shape != expected[name].shape:
            raise WeightsError(
                f"{complaint}: {name} has the shape {written(tuple(tensor.shape))}",
                hint=f"the network needs {written(tuple(expected[name].shape))}",
            )


def _verify(file: Path, checksum: str) -> None:
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if not found.startswith(checksum):
        raise WeightsError(
            f"{shown_path(file)} is damaged: its SHA-256 begins with {found[: len(checksum)]}",
            hint=f"its name says {checksum}; fetch it again",
        )


def _labels(architecture: str, weights: ZooWeights) -> tuple[str, ...]:
    for version in torchvision_models().get_model_weights(architecture):
        if version.url.endswith(f"/{weights.file}"):
            return tuple(version.meta["categories"])
    return ()
