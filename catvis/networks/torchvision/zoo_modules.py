"""Torchvision's classifiers as modules: without numbers and without a download, or with tensors from a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, no_type_check

import torch
from torch import nn
from torch.overrides import TorchFunctionMode

from catvis.networks.torchvision.torchvision_import import torchvision_models
from catvis.networks.torchvision.zoo_weights import zoo_weights
from catvis.networks.weights.state_files import State, fill

_DENSENET_OLD = re.compile(r"(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)")
_FILLING = frozenset({"normal_", "uniform_", "fill_", "zero_"})
_TRAINING_HEAD = re.compile(r"(?:.*\.)?(aux\d|AuxLogits)\..*")


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
    with torch.device("meta"), _Unfilled():
        module: nn.Module = torchvision_models().get_model(
            architecture, weights=None, num_classes=classes, **(options if branched else {})
        )
    return module.eval().requires_grad_(False)


class _Unfilled(TorchFunctionMode):
    """Leaves tensors without numbers as they are: to pretend to fill them takes as long as to make the module."""

    @no_type_check  # torch calls it for whatever it does, thousands of times
    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        del types
        given = kwargs or {}
        if getattr(func, "__name__", "") in _FILLING:
            return args[0] if args else given["tensor"]
        return func(*args, **given)


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
    named = todays_names(state)
    module = empty_module(architecture, classes, auxiliary=any(map(_TRAINING_HEAD.fullmatch, named)))
    fill(module, named, file, f"{architecture} with {classes} classes")
    return module.requires_grad_(False)


def todays_names(state: State) -> State:
    """The same tensors by the names that torchvision gives them now: old DenseNets' had more dots."""
    named = State((_DENSENET_OLD.sub(r"\1\2", name), tensor) for name, tensor in state.items())
    vars(named).update(vars(state))
    return named


def without_training_heads(state: State) -> State:
    """The same tensors without those of heads that only training uses."""
    return State((name, tensor) for name, tensor in state.items() if not _TRAINING_HEAD.fullmatch(name))
