"""Copies of a module to work on, so that nothing is ever left on the module itself.

A copy shares the module's tensors, and has everything else of its own.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from torch import Tensor, nn

from catvis.errors import NetworkError

_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


def copy_of(module: nn.Module, known: dict[int, Any] | None = None) -> nn.Module:
    """Copy a module and put the copy into evaluation mode.

    Args:
        module: it stays as it is.
        known: what stands in the copy for some of the module's objects, by their ``id``.

    Raises:
        NetworkError: it holds what cannot be copied.
    """
    memo = {id(tensor): tensor for tensor in _tensors(module)} | (known or {})
    try:
        working = copy.deepcopy(module, memo)
    except Exception as error:  # whatever a stranger's module may hold
        raise NetworkError(f"{type(module).__name__} cannot be copied to be traced: {error}") from error
    return working.eval()


@dataclass(frozen=True, eq=False)
class Plain:
    """A copy of a module on the processor, in single precision, without anybody's hooks.

    Attributes:
        module: the copy.
        unhooked: the parts of which hooks were left out, by path; "" is the module itself.
    """

    module: nn.Module
    unhooked: tuple[str, ...]


def plain_copy(module: nn.Module) -> Plain:
    """Copy a module in single precision and to the processor, whatever its own are, without hooks but torch's.

    Hooks are called at every pass and may change anything, lists of their owner's among them; torch's own
    compute weights (`torch.nn.utils`), and stay.

    Raises:
        NetworkError: as `copy_of`.
    """
    known: dict[int, Any] = {id(tensor): _plain_tensor(tensor) for tensor in _tensors(module)}
    unhooked: list[str] = []
    for path, part in module.named_modules():
        for hooks in (getattr(part, name) for name in _HOOKS):
            kept = OrderedDict((key, hook) for key, hook in hooks.items() if _is_of_torch(hook))
            known[id(hooks)] = kept
            unhooked += [path] * (len(kept) < len(hooks))
    return Plain(copy_of(module, known), tuple(dict.fromkeys(unhooked)))


def _tensors(module: nn.Module) -> Iterator[Tensor]:
    # A part may hold tensors that are neither parameters nor buffers; they are shared like those.
    held = (value for part in module.modules() for value in vars(part).values())
    return chain(module.parameters(), module.buffers(), (one for one in held if isinstance(one, Tensor)))


def _plain_tensor(tensor: Tensor) -> Tensor:
    """The tensor itself, where it is on the processor and in single precision."""
    plain = tensor.detach().cpu()
    plain = plain.float() if tensor.is_floating_point() else plain
    if plain.dtype == tensor.dtype and plain.device == tensor.device:
        return tensor
    return nn.Parameter(plain, requires_grad=False) if isinstance(tensor, nn.Parameter) else plain


def _is_of_torch(hook: object) -> bool:
    named = hook if hasattr(hook, "__qualname__") else type(hook)
    return str(named.__module__).startswith("torch.nn.utils.")
