"""What torch's functions mean as operations: the table by which `catvis.networks.tracing` translates calls.

Each entry takes a call's own arguments, by torch's own names, and records operations; a call that it cannot
express exactly raises `LoweringError`. What a name means does not depend on how it was called: as a function,
as a method, or in place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from catvis.networks.tracing import arithmetic, arrangement, functional
from catvis.networks.tracing.recorder import Lowering, LoweringError, Traced


def _scores_wanted(*args: Any, **kwargs: Any) -> Traced:
    del args, kwargs
    raise LoweringError("a network ends at its class scores: take the softmax off")


POINTWISE: dict[str, Callable[..., Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "exp": torch.exp,
    "silu": F.silu,
    "mish": F.mish,
    "gelu": F.gelu,
    "elu": F.elu,
    "celu": F.celu,
    "selu": F.selu,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "logsigmoid": F.logsigmoid,
    "leaky_relu": F.leaky_relu,
    "hardswish": F.hardswish,
    "hardsigmoid": F.hardsigmoid,
}
"""Differentiable functions of single numbers that are no ReLU."""

SUPPORTED: dict[str, Lowering] = {
    "conv2d": functional.conv2d,
    "pad": functional.pad,
    "linear": functional.linear,
    "relu": functional.relu,
    "clamp": functional.clamp,
    "clip": functional.clamp,
    "clamp_min": functional.clamp,
    "hardtanh": functional.hardtanh,
    "relu6": functional.relu6,
    "threshold": functional.threshold,
    "max_pool2d": functional.max_pool2d,
    "avg_pool2d": functional.avg_pool2d,
    "adaptive_avg_pool2d": functional.adaptive_avg_pool2d,
    "adaptive_max_pool2d": functional.adaptive_max_pool2d,
    "batch_norm": functional.batch_norm,
    "layer_norm": functional.layer_norm,
    "local_response_norm": functional.local_response_norm,
    "stochastic_depth": functional.stochastic_depth,
    "channel_shuffle": arrangement.channel_shuffle,
    "contiguous": arrangement.contiguous,
    "clone": arrangement.copy,
    "detach": arrangement.same,
    "float": arrangement.same_precision(torch.float32),
    "double": arrangement.same_precision(torch.float64),
    "to": arrangement.to,
    "narrow": arrangement.narrow,
    "getitem": arrangement.getitem,
    "mean": functional.mean,
    "amax": functional.amax,
    "add": arithmetic.add,
    "sub": arithmetic.sub,
    "subtract": arithmetic.sub,
    "mul": arithmetic.mul,
    "multiply": arithmetic.mul,
    "div": arithmetic.div,
    "divide": arithmetic.div,
    "truediv": arithmetic.div,
    "true_divide": arithmetic.div,
    "neg": arithmetic.neg,
    "negative": arithmetic.neg,
    **dict.fromkeys(("cat", "concat", "concatenate"), arrangement.cat),
    **dict.fromkeys(
        ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout"),
        functional.dropout,
    ),
    **{
        name: arrangement.reshape(name)
        for name in ("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze")
    },
    **{
        name: arrangement.permuted(name)
        for name in ("permute", "transpose", "swapaxes", "swapdims", "movedim")
    },
    **{name: arrangement.pieces(name) for name in ("chunk", "split", "split_with_sizes", "tensor_split")},
    **{name: functional.pointwise(name, function) for name, function in POINTWISE.items()},
}
"""By the name that torch gives a function or a method, its trailing underscore left out."""

LOWERINGS = SUPPORTED | dict.fromkeys(("softmax", "log_softmax"), _scores_wanted)
"""The same, with what is refused for a reason of its own."""

FUNCTIONS: dict[Any, str] = {
    getattr(place, found): name
    for name in LOWERINGS
    for place, found in (
        *((library, spelled) for library in (torch, F) for spelled in (name, f"{name}_")),
        (operator, name),
        (operator, f"i{name}"),
    )
    if hasattr(place, found)
}
"""Function objects that the table knows: another function of one of these names is not taken for it."""
