"""A network of one's own: an entry of `networks.yaml` as a source like any other.

The architecture is torchvision's, of the Caffe family, or a function in the content folder's `networks.py`,
which is run only where that is allowed.
"""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from catvis.digests import digest
from catvis.errors import ContentError, nearest
from catvis.networks import embedded
from catvis.networks.caffe.architectures import ARCHITECTURES
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.networks.known_layers import Layer
from catvis.networks.own.own_file import CODE_FILE, OwnNetwork, read_network
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import BuiltSource, weights_digest
from catvis.networks.stepwise.steps import Architecture, Convolve, Multiply
from catvis.networks.torchvision import PREFIX
from catvis.networks.torchvision.zoo_source import CLASSES, zoo_layers_of
from catvis.networks.torchvision.zoo_weights import ZOO, refuse_attention, zoo_preprocessing
from catvis.settings import Settings

if TYPE_CHECKING:
    from catvis.networks.graph import Graph

_CODE_PREFIX = f"{CODE_FILE}:"


def own_source(name: str, settings: Settings) -> OwnSource | None:
    """The content folder's own network of that name, if it has one; all is checked but what is in the weights.

    Raises:
        ContentError: a mistake in `networks.yaml`, a name or an architecture that cannot be, weights of a kind
            that the architecture cannot have, or code of one's own that may not be run.
        NetworkError: torchvision's architecture is of attention.
    """
    entry = read_network(name, settings)
    if entry is None:
        return None
    where = entry.places["architecture"]
    if entry.name == embedded.NAME or entry.name in ARCHITECTURES:
        raise ContentError(f"{entry.name} is the name of another network", where=where)
    refuse_attention(entry.architecture.removeprefix(PREFIX), where)
    code = settings.content / CODE_FILE
    if entry.architecture.startswith(_CODE_PREFIX):
        _check_code(entry, code, settings)
    elif entry.architecture not in (known := [*ARCHITECTURES, *(PREFIX + one for one in ZOO)]):
        raise ContentError(
            f"there is no architecture {entry.architecture!r}",
            where=where,
            hint=nearest(entry.architecture, [*known, f"{_CODE_PREFIX}FUNCTION"]),
        )
    if entry.architecture in ARCHITECTURES:
        return _OfCaffe(entry.name, (entry.weights,), entry)
    if entry.weights.suffix == ".caffemodel":
        raise ContentError(
            f"{entry.weights.name} is Caffe's, {entry.architecture} is not",
            where=entry.places["weights"],
            hint="weights for it are .safetensors, .pth, .pt, .ckpt, .bin or .npz",
        )
    if entry.architecture.startswith(PREFIX):
        return _OfZoo(entry.name, (entry.weights,), entry)
    return _OfCode(entry.name, (entry.weights, code), entry)


class OwnSource(BuiltSource):
    """An entry of `networks.yaml`.

    Attributes:
        entry: what is written there.
    """

    version = "own 1"
    entry: OwnNetwork

    def _identity(self) -> str:
        return repr(replace(self.entry, weights=Path(), places={}))

    def _labels(self) -> tuple[str, ...]:
        return self.entry.labels

    def _layers(self, graph: Graph | None) -> tuple[Layer, ...]:
        layers = self._known_layers(graph)
        if self.entry.labels and len(self.entry.labels) != layers[-1].units:
            raise ContentError(
                f"there are {len(self.entry.labels)} labels for {layers[-1].units} class scores",
                where=self.entry.places["labels"],
            )
        return self._chosen(layers)

    def _chosen(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        if self.entry.layers is None:
            return layers
        by_name = {layer.name: layer for layer in layers}
        where = self.entry.places["layers"]
        for old in self.entry.layers.values():
            if old not in by_name:
                raise ContentError(
                    f"{self.entry.architecture} has no layer {old!r}", where=where, hint=nearest(old, by_name)
                )
        chosen = [replace(by_name[old], name=new) for new, old in self.entry.layers.items()]
        if layers[-1].node not in {layer.node for layer in chosen}:
            chosen.append(layers[-1])
        for facts in ({layer.node for layer in chosen}, {layer.name for layer in chosen}):
            if len(facts) < len(chosen):
                raise ContentError("a layer or a name stands among the layers twice", where=where)
        return tuple(sorted(chosen, key=lambda layer: layer.node))

    @cached_property
    def _digest(self) -> str:
        files = (weights_digest(file) for file in self.files)
        return digest(self.version, self._identity(), self._preprocessing.digest(), *files)

    @cached_property
    def _preprocessing(self) -> Preprocessing:
        known, said = self._known_preprocessing(), self.entry.preprocessing
        size = said.size or known.size
        short_side = said.short_side or (max(size) if said.size else known.short_side)
        return Preprocessing(
            size=size,
            short_side=max(short_side, *size),
            mean=said.mean or known.mean,
            std=said.std or known.std,
            order=said.order or known.order,
            scale=known.scale if said.scale is None else said.scale,
            interpolation=said.interpolation or known.interpolation,
        )

    @property
    def _shape(self) -> tuple[int, int, int]:
        return (3, *self._preprocessing.size)

    @abstractmethod
    def _known_layers(self, graph: Graph | None) -> tuple[Layer, ...]:
        """All layers by the architecture's own names."""

    @abstractmethod
    def _known_preprocessing(self) -> Preprocessing:
        """The architecture's own."""


class _OfCaffe(OwnSource):
    def _known_layers(self, graph: Graph | None) -> tuple[Layer, ...]:
        del graph
        return self._architecture.layers()

    def _known_preprocessing(self) -> Preprocessing:
        return CaffeSource.of(self.entry.architecture, self.entry.weights).preprocessing()

    def _graph(self) -> Graph:
        from catvis.networks.caffe.caffemodel import read_caffemodel
        from catvis.networks.caffe.weights_of import caffe_weights
        from catvis.networks.stepwise.assembly import assemble, named_tensors
        from catvis.networks.weights.state_files import read_state, unprefixed

        file = self.entry.weights
        if file.suffix == ".caffemodel":
            return assemble(self._architecture, caffe_weights(read_caffemodel(file), self.name))
        names = [f"{step.name}.weight" for step in self._architecture.steps]
        state = unprefixed(read_state(file, self.entry.checkpoint), names)
        return assemble(self._architecture, named_tensors(state, file))

    @property
    def _architecture(self) -> Architecture:
        steps = list(ARCHITECTURES[self.entry.architecture].steps)
        if self.entry.classes is not None:
            weighted = ((at, step) for at, step in enumerate(steps) if isinstance(step, Convolve | Multiply))
            *_, (last, top) = weighted
            steps[last] = replace(top, units=self.entry.classes)
        return Architecture(self.name, tuple(steps), self._preprocessing.size)


class _OfZoo(OwnSource):
    def _known_layers(self, graph: Graph | None) -> tuple[Layer, ...]:
        return zoo_layers_of(self._architecture, graph, self._preprocessing.size, self._classes)

    def _known_preprocessing(self) -> Preprocessing:
        return zoo_preprocessing(self._architecture, ZOO[self._architecture][0])

    def _graph(self) -> Graph:
        from catvis.networks.torchvision.zoo_graphs import zoo_graph
        from catvis.networks.weights.state_files import read_state

        file = self.entry.weights
        state = read_state(file, self.entry.checkpoint)
        return zoo_graph(self._architecture, state, file, self._preprocessing.size, self._classes)

    @property
    def _architecture(self) -> str:
        return self.entry.architecture.removeprefix(PREFIX)

    @property
    def _classes(self) -> int:
        return self.entry.classes or CLASSES


class _OfCode(OwnSource):
    def _known_layers(self, graph: Graph | None) -> tuple[Layer, ...]:
        from catvis.networks.layers import layer_table, layers_by_module

        graph = graph or self._graph()
        return layer_table(graph, layers_by_module(graph))

    def _known_preprocessing(self) -> Preprocessing:
        size, places = self.entry.preprocessing.size, self.entry.places
        if size is None:
            raise ContentError(
                f"{self.name} does not say how large its input is",
                where=places.get("preprocessing", places["architecture"]),
                hint="an architecture in one's own Python needs preprocessing: {size: …}",
            )
        return Preprocessing(size, max(size), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), scale=1 / 255)

    def _graph(self) -> Graph:
        from catvis.networks.own.own_code import made_by
        from catvis.networks.tracing.translation import trace
        from catvis.networks.weights.state_files import fill, read_state

        file, code = self.files
        function = self.entry.architecture.removeprefix(_CODE_PREFIX)
        state = read_state(file, self.entry.checkpoint)
        module = made_by(code, function, self.entry.places["architecture"])
        fill(module, state, file, self.entry.architecture)
        return trace(module.eval(), self._shape)


def _check_code(entry: OwnNetwork, code: Path, settings: Settings) -> None:
    where = entry.places["architecture"]
    if not settings.allow_code:
        raise ContentError(
            f"{entry.name} is made by {code.name}, and code in a content folder is not run",
            where=where,
            hint="if you trust it: --allow-code",
        )
    if not code.is_file():
        raise ContentError(f"there is no {code.name} beside {where.file.name}", where=where)
