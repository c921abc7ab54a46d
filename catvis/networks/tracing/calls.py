"""What a module calls, written down by torch.fx: functions and methods in their order, with their places.

Each call knows the line of the module's source that made it, for messages: see `source_of`.
"""

from __future__ import annotations

import inspect
import operator
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from types import CodeType
from typing import Any

import jaxtyping
import torch
from torch import fx, nn
from torch.fx.proxy import ParameterProxy
from torch.nn.modules.batchnorm import _BatchNorm

from catvis.errors import NetworkError, Place
from catvis.networks.attention import HINT, REFUSAL

# what stands between a line of the model and the trace; jaxtyping where it checks calls
_BETWEEN = (*(f"{folder}{os.sep}" for library in (torch, jaxtyping) for folder in library.__path__), "<")
_SOURCE = "catvis source"
_ATTENTION = frozenset(
    {"scaled_dot_product_attention", "multi_head_attention_forward", "shifted_window_attention"}
)
_PRODUCTS = frozenset({"matmul", "bmm", "baddbmm", "einsum"})


class _Proxy(fx.Proxy):
    """A proxy on which ``x += y`` changes x for all who hold it, as on a tensor."""

    def __iadd__(self, other: Any) -> Any:
        return self.tracer.create_proxy("call_function", operator.iadd, (self, other), {})

    def __isub__(self, other: Any) -> Any:
        return self.tracer.create_proxy("call_function", operator.isub, (self, other), {})

    def __imul__(self, other: Any) -> Any:
        return self.tracer.create_proxy("call_function", operator.imul, (self, other), {})

    def __itruediv__(self, other: Any) -> Any:
        return self.tracer.create_proxy("call_function", operator.itruediv, (self, other), {})


class _Tracer(fx.Tracer):
    """Writes down functions; two modules stay what they are, since they ask for their input's rank."""

    def __init__(self) -> None:
        super().__init__(param_shapes_constant=True)
        self.failed_in: str | None = None

    def proxy(self, node: fx.Node) -> fx.Proxy:
        return _Proxy(node, self)

    def create_node(self, *args: Any, **kwargs: Any) -> fx.Node:
        node = super().create_node(*args, **kwargs)
        lines = ((frame.f_code, line) for frame, line in traceback.walk_stack(sys._getframe()))
        node.meta[_SOURCE] = _innermost(lines)
        return node

    @cached_property
    def _names(self) -> dict[int, str]:
        return {id(parameter): name for name, parameter in self.root.named_parameters()}

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, fx.Proxy]) -> Any:
        """A parameter's proxy; torch.fx would look through all parameters for each that a module reads."""
        del attr
        name = self._names.get(id(attr_val)) if isinstance(attr_val, nn.Parameter) else None
        if name is None:
            return attr_val
        if name not in parameter_proxy_cache:
            parameter_proxy_cache[name] = self.create_proxy(
                "get_attr",
                name,
                (),
                {},
                proxy_factory_fn=lambda node: ParameterProxy(self, node, name, attr_val),
            )
        return parameter_proxy_cache[name]

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        del module_qualified_name
        return isinstance(m, _BatchNorm | nn.MultiheadAttention)

    def call_module(
        self, m: nn.Module, forward: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        try:
            path = self.path_of_module(m)
        except NameError:  # made inside a forward pass: nn.ReLU()(x)
            return forward(*args, **kwargs)
        try:
            return super().call_module(m, forward, args, kwargs)
        except Exception:
            self.failed_in = self.failed_in or path
            raise


def spelled(call: fx.Node) -> str:
    """The name by which a call is made."""
    return str(getattr(call.target, "__name__", call.target))


def written_down(module: nn.Module) -> fx.Graph:
    """Let torch.fx write down a module's calls; arguments that have defaults keep them.

    Raises:
        NetworkError: its flow depends on the picture, it takes more than a batch of pictures, or it attends.
    """
    name = type(module).__name__
    try:
        others = list(inspect.signature(module.forward).parameters.values())[1:]
    except ValueError as error:
        raise NetworkError(
            f"{name} is compiled and hides its calls", hint="trace the module that it was compiled from"
        ) from error
    needed = [
        one.name for one in others if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    if needed:
        raise NetworkError(f"{name} takes more than a batch of pictures: {', '.join(needed)}")
    defaults = {one.name: one.default for one in others if one.default is not one.empty}
    tracer = _Tracer()
    try:
        calls = tracer.trace(module, concrete_args=defaults or None)
    except Exception as error:  # whatever a stranger's forward pass may raise
        place = f"{name}, in {tracer.failed_in}" if tracer.failed_in else name
        raised = [(frame.f_code, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        raise NetworkError(
            f"{place}, cannot be traced: {error}",
            where=_innermost(reversed(raised)),
            hint="a forward pass that branches on its input, or loops over it, has no graph",
        ) from error
    if _attends(module, calls):
        raise NetworkError(f"{name}: {REFUSAL}", hint=HINT)
    return calls


def source_of(call: fx.Node) -> Place | None:
    """The line that makes a call; None where only torch's own modules stand between it and the trace."""
    found: Place | None = call.meta.get(_SOURCE)
    return found


def _innermost(frames: Iterable[tuple[CodeType, int]]) -> Place | None:
    """The first line, from within, that is neither torch's nor that of the trace."""
    for code, line in frames:
        file = code.co_filename
        if (file, code.co_name) == (__file__, "written_down"):
            return None
        if not file.startswith((__file__, *_BETWEEN)):
            return Place(Path(file), line)
    return None


def _attends(module: nn.Module, calls: fx.Graph) -> bool:
    """Whether it holds attention: by name, or as a softmax and a product of what both depend on the picture."""
    names = {spelled(call) for call in calls.nodes}
    modules = (module.get_submodule(str(call.target)) for call in calls.nodes if call.op == "call_module")
    return (
        any(isinstance(part, nn.MultiheadAttention) for part in modules)
        or not names.isdisjoint(_ATTENTION)
        or ("softmax" in names and not names.isdisjoint(_PRODUCTS))
    )
