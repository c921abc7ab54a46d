"""From any torch module to a graph of operations, or an error that says why not.

`torch.fx` writes down what the module calls, the modules beside this one say what each call means, and one
forward pass of the module itself checks the outcome: its numbers and its count of rectifiers. The module is
copied first (its tensors are shared), so nothing is left on it.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from itertools import chain
from typing import Any

import torch
from torch import Tensor, fx, nn
from torch.utils._python_dispatch import TorchDispatchMode

from catvis.errors import NetworkError, nearest
from catvis.networks.graph import Graph, Node
from catvis.networks.operations import Input, ReLU
from catvis.networks.tracing import functional
from catvis.networks.tracing.calls import source_of, spelled, written_down
from catvis.networks.tracing.copies import copy_of
from catvis.networks.tracing.lowerings import FUNCTIONS, LOWERINGS, SUPPORTED
from catvis.networks.tracing.recorder import BATCH, LoweringError, Recorder, Traced

_CLAMPS = frozenset({"clamp", "clamp_min", "hardtanh", "threshold"})
# what a forward pass may ask of a tensor besides its numbers: answered at once, as they never change
_ATTRIBUTES = frozenset({"shape", "ndim", "dtype", "requires_grad"})
_QUESTIONS = frozenset({"size", "dim", "ndimension", "numel", "nelement", "stride", "is_contiguous"})


def trace(module: nn.Module, input_shape: tuple[int, int, int], *, verify: bool = True) -> Graph:
    """Trace a classifier in evaluation mode.

    Args:
        module: takes one batch of pictures and returns its class scores; it stays as it is. On the meta device,
            where tensors have no numbers, its scores cannot be compared; all else is checked.
        input_shape: channels, height and width of its input.
        verify: run the module itself on two pictures and compare, ReLUs and scores. Only architectures that are
            held to their scores elsewhere do without.

    Returns:
        The graph; its tensors share the module's memory. Node names are the module's own paths.

    Raises:
        NetworkError: the module does what the operations cannot express, or its flow depends on the data.
    """
    working = copy_of(module)
    calls = written_down(working)
    tensor = next(chain(working.parameters(), working.buffers()), torch.empty(0))
    with torch.no_grad():
        translation = _Translation(working, calls, input_shape, tensor)
        graph = translation.graph()
        if verify:
            seeded = torch.Generator().manual_seed(0)
            pictures = torch.randn(2, *input_shape, generator=seeded, dtype=tensor.dtype).to(tensor.device)
            expected = assert_rectifiers_reached(working, translation.rectifiers, pictures)
            _assert_same_scores(working, graph, pictures, expected)
    return graph


def assert_rectifiers_reached(module: nn.Module, reached: int, pictures: Tensor) -> Tensor:
    """Run the module itself and count the ReLUs where torch computes them.

    Modules and functions, reused or in place, written as a clamp or as a threshold: each counts.

    Args:
        module: in evaluation mode.
        reached: number of ReLU operations that its trace has.
        pictures: a batch for it.

    Returns:
        The module's own output.

    Raises:
        NetworkError: the module rectifies more or less often than its trace.
    """
    with torch.no_grad(), _RectifierCount() as counted:
        output: Tensor = module(pictures.clone())
    if reached != counted.total:
        raise NetworkError(
            f"{type(module).__name__} computes {counted.total} ReLUs, of which its trace reaches {reached}",
            hint="under a ReLU that is not reached an attribution would be the plain gradient",
        )
    return output


def _assert_same_scores(module: nn.Module, graph: Graph, pictures: Tensor, expected: Tensor) -> None:
    top = len(graph.nodes) - 1
    scores = graph.run({0: pictures}, [top])[top]
    if not _same(scores, expected):
        raise NetworkError(
            f"the trace of {type(module).__name__} computes other scores than the module itself",
            hint="its forward pass depends on more than its input: on Python state, on chance or on hooks",
        )


def _same(found: Tensor, expected: Tensor) -> bool:
    if found.shape != expected.shape or expected.is_meta:
        return found.shape == expected.shape
    largest = expected.abs().max().nan_to_num().item()
    return torch.allclose(found, expected, rtol=0, atol=1e-3 * largest, equal_nan=True)


class _RectifierCount(TorchDispatchMode):
    """Counts the rectifications among the operations that torch really carries out."""

    def __init__(self) -> None:
        TorchDispatchMode.__init__(self)
        self.total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        name = func.overloadpacket.__name__.removesuffix("_")
        low = next(iter([*args[1:], *(kwargs or {}).values()]), None)
        if name == "relu" or (name in _CLAMPS and not isinstance(low, Tensor) and low == 0):
            self.total += 1
        return func(*args, **(kwargs or {}))


class _Translation:
    """One walk over the calls, with what each returned: values of the pass, or plain constants."""

    def __init__(
        self, module: nn.Module, calls: fx.Graph, input_shape: tuple[int, ...], tensor: Tensor
    ) -> None:
        self.module = module
        self.calls = calls
        self.device = tensor.device
        self.recorder = Recorder(tensor.device)
        self.recorder.nodes.append(Node("input", Input(), (), input_shape))
        sample = torch.empty((BATCH, *input_shape), dtype=tensor.dtype, device="meta")
        self.input = Traced(0, sample)
        self.results: dict[fx.Node, Any] = {}

    @property
    def rectifiers(self) -> int:
        """Number of ReLUs translated, those of unused branches included."""
        return sum(isinstance(node.operation, ReLU) for node in self.recorder.nodes)

    def graph(self) -> Graph:
        """Translate every call and keep what the scores depend on."""
        for call in self.calls.nodes:
            try:
                self.results[call] = self._result(call)
            except NetworkError:
                raise
            except Exception as error:  # wrong shapes, wrong arguments: each is told with its place
                raise NetworkError(f"{self._place(call)}: {error}", where=source_of(call)) from error
        scores = next(self.results[call] for call in self.calls.nodes if call.op == "output")
        if not isinstance(scores, Traced):
            found = type(scores).__name__
            raise NetworkError(
                f"{type(self.module).__name__} returns a {found}; it has to return its class scores alone"
            )
        return _only_needed(self.recorder.nodes, scores.node)

    def _result(self, call: fx.Node) -> Any:
        if call.op == "placeholder":
            return self.input if not self.results else call.args[0]
        if call.op == "get_attr":
            found = operator.attrgetter(str(call.target))(self.module)
            return found.detach() if isinstance(found, Tensor) else found
        args: Any = fx.node.map_arg(call.args, self._read)
        kwargs: Any = fx.node.map_arg(call.kwargs, self._read)
        if call.op == "output":
            return args[0]
        if call.op == "call_module":
            return self._normalised(call, *args, **kwargs)
        if not _holds_value((args, kwargs)):
            if call.op == "call_method":
                return getattr(args[0], str(call.target))(*args[1:], **kwargs)
            function: Any = call.target
            return function(*args, **kwargs)
        return self._lowered(call, args, kwargs)

    def _read(self, call: fx.Node) -> Any:
        result = self.results[call]
        if isinstance(result, Traced) and result.changed_elsewhere:
            raise LoweringError(f"it reads {call.name}, whose memory a call in place has changed")
        return result

    def _lowered(self, call: fx.Node, args: Any, kwargs: Any) -> Any:
        if call.target is getattr and args[1] == "device":
            return self.device
        if call.target is getattr and args[1] in _ATTRIBUTES:
            return getattr(args[0].sample, args[1])
        if call.op == "call_method" and call.target in _QUESTIONS and isinstance(args[0], Traced):
            return getattr(args[0].sample, str(call.target))(*args[1:], **kwargs)
        name = _name(call)
        if name is None:
            raise LoweringError(f"{spelled(call)} is not supported; {nearest(spelled(call), SUPPORTED)}")
        self.recorder.name = self._label(call, name)
        result = LOWERINGS[name](self.recorder, *args, **kwargs)
        in_place = bool(kwargs.get("inplace")) or spelled(call) in {f"{name}_", f"i{name}"}
        if in_place and result is not args[0]:
            args[0].become(result)
            return args[0]
        return result

    def _normalised(self, call: fx.Node, maps: Any) -> Any:
        norm: Any = self.module.get_submodule(str(call.target))
        self.recorder.name = str(call.target)
        return functional.batch_norm(
            self.recorder, maps, norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
        )

    def _label(self, call: fx.Node, name: str) -> str:
        path = _path(call)
        if not path:
            return name
        whole = type(self.module.get_submodule(path)).__module__.startswith("torch.nn.")
        return path if whole else f"{path}.{name}"

    def _place(self, call: fx.Node) -> str:
        path = _path(call) or type(self.module).__name__
        return f"{path}, at {call.name} ({spelled(call)})"


def _path(call: fx.Node) -> str:
    stack = list(call.meta.get("nn_module_stack", {}).values())
    return str(stack[-1][0]) if stack else ""


def _name(call: fx.Node) -> str | None:
    if call.op == "call_method":
        name = str(call.target).removesuffix("_")
        return name if name in LOWERINGS else None
    if spelled(call) == "stochastic_depth" and call.target.__module__.startswith("torchvision.ops."):
        return "stochastic_depth"
    return FUNCTIONS.get(call.target)


def _holds_value(found: Any) -> bool:
    if isinstance(found, Mapping):
        return any(_holds_value(value) for value in found.values())
    if isinstance(found, list | tuple):
        return any(_holds_value(value) for value in found)
    return isinstance(found, Traced)


def _only_needed(nodes: list[Node], top: int) -> Graph:
    needed = sorted(Graph(tuple(nodes)).ancestors[top] | {0})
    place = {old: new for new, old in enumerate(needed)}
    return Graph(
        tuple(
            Node(node.name, node.operation, tuple(place[source] for source in node.inputs), node.shape)
            for node in (nodes[old] for old in needed)
        )
    )
