"""The one place that imports torchvision, whatever builds of it and of torch stand side by side.

A torchvision that was built for CUDA cannot load its compiled operators beside a torch without CUDA, and its
Python part then fails on import: it registers shapes for two operators that nobody has declared. They belong
to object detection, which no classifier calls, so declaring their signatures is enough. Where the compiled
operators load, nothing is declared.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import torch

from catvis.errors import NetworkError

_OPERATORS = ("torchvision::nms", "torchvision::qnms")
_SIGNATURE = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"


def torchvision_models() -> ModuleType:
    """Import ``torchvision.models``.

    Raises:
        NetworkError: torchvision is not installed.
    """
    prepare_torchvision()
    return importlib.import_module("torchvision.models")


@cache
def prepare_torchvision() -> tuple[str, ...]:
    """Make ``import torchvision`` safe from here on, for others' code too.

    Returns:
        The operators that had to be declared.

    Raises:
        NetworkError: torchvision is not installed.
    """
    spec = importlib.util.find_spec("torchvision")
    if spec is None or spec.origin is None:
        raise NetworkError("torchvision is not installed", hint="pip install torchvision")
    for compiled in Path(spec.origin).parent.glob("_C.*"):
        with contextlib.suppress(OSError):
            torch.ops.load_library(str(compiled))
    missing = tuple(name for name in _OPERATORS if not hasattr(torch.ops.torchvision, name.split("::")[1]))
    for name in missing:
        torch.library.define(name, _SIGNATURE)
    return missing
