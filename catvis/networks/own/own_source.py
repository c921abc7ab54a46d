"""A network of one's own: an entry of `networks.yaml` as a source like any other.

The architecture is torchvision's, of the Caffe family, or a function in the content folder's `networks.py`,
which is run only where that is allowed.
"""

from __future__ import annotations

import importlib.util
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from catvis.digests import digest
from catvis.errors import CatvisError, ContentError, NetworkError, Place, nearest
from catvis.networks import embedded
from catvis.networks.caffe.architectures import ARCHITECTURES
from catvis.networks.caffe.caffe_source import CaffeSource
from catvis.networks.card import Layer, NetworkCard
from catvis.networks.own.own_file import CODE_FILE, OwnNetwork, OwnPreprocessing, read_networks
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import NetworkSource, weights_digest
from catvis.networks.stepwise.steps import Architecture, Convolve, Multiply
from catvis.networks.torchvision.zoo_weights import PREFIX, ZOO, zoo_preprocessing
from catvis.settings import Settings

if TYPE_CHECKING:
    from torch import nn

    from catvis.networks.graph import Graph
    from catvis.networks.network import Network

# what a graph computes from the same files changes only with this number
_VERSION = "own 1"
_CODE_PREFIX = f"{CODE_FILE}:"


def own_source(name: str, settings: Settings) -> OwnSource | None:
    """The content folder's own network of that name, if it has one.

    Raises:
        ContentError: a mistake in `networks.yaml`, or code of one's own that may not be run.
    """
    entry = read_networks(settings).get(name)
    return OwnSource.of(entry, settings) if entry else None


@dataclass(frozen=True)
class OwnSource(NetworkSource):
    """An entry of `networks.yaml`.

    Attributes:
        entry: what is written there.
    """

    entry: OwnNetwork

    @classmethod
    def of(cls, entry: OwnNetwork, settings: Settings) -> OwnSource:
        """Check what can be checked without opening the network.

        Raises:
            ContentError: its name or its architecture cannot be, its weights are of a kind that the
                architecture cannot have, or it is code that may not be run.
        """
        where = entry.places["architecture"]
        if entry.name == embedded.NAME or entry.name in ARCHITECTURES:
            raise ContentError(f"{entry.name} is the name of another network", where=where)
        code = settings.content / CODE_FILE
        if entry.architecture.startswith(_CODE_PREFIX):
            _check_code(entry, code, settings)
        elif entry.architecture.removeprefix(PREFIX) not in {*ZOO, *ARCHITECTURES}:
            known = [*ARCHITECTURES, *(PREFIX + one for one in ZOO), f"{_CODE_PREFIX}FUNCTION"]
            raise ContentError(
                f"there is no architecture {entry.architecture!r}",
                where=where,
                hint=nearest(entry.architecture, known),
            )
        if entry.weights.suffix == ".caffemodel" and entry.architecture not in ARCHITECTURES:
            raise ContentError(
                f"{entry.weights.name} is Caffe's, {entry.architecture} is not",
                where=entry.places["weights"],
                hint="weights for it are .safetensors, .pth or .npz",
            )
        files = (entry.weights, code) if entry.architecture.startswith(_CODE_PREFIX) else (entry.weights,)
        return cls(entry.name, files, entry)

    def digest(self) -> str:
        """Cover all that is written of the network, and the bytes of its files."""
        return self._digest

    def preprocessing(self) -> Preprocessing:
        """The architecture's own, where nothing else is written."""
        return self._preprocessing

    def card(self) -> NetworkCard:
        """Name the layers; of torchvision's and of Caffe's architectures without opening the weights."""
        if self.entry.architecture in ARCHITECTURES:
            return self._card(self._caffe().layers())
        if self.entry.architecture.startswith(PREFIX):
            from catvis.networks.torchvision.zoo_source import empty_module
            from catvis.networks.tracing.translation import trace

            module = empty_module(self.entry.architecture.removeprefix(PREFIX), self._classes())
            return self._card(self._layers(trace(module, (3, *self._preprocessing.size))))
        return self.load().card

    def load(self) -> Network:
        """Give the architecture its tensors."""
        from catvis.networks.network import Network

        graph = self._graph()
        named = self.entry.architecture in ARCHITECTURES
        layers = self._caffe().layers() if named else self._layers(graph)
        return Network(self._card(layers), graph, self._preprocessing)

    def _graph(self) -> Graph:
        from catvis.networks.caffe.caffemodel import read_caffemodel
        from catvis.networks.caffe.weights_of import caffe_weights
        from catvis.networks.stepwise.assembly import assemble, named_tensors
        from catvis.networks.torchvision.zoo_source import fill, filled_module
        from catvis.networks.tracing.translation import trace
        from catvis.networks.weights.state_files import read_state

        file, entry = self.entry.weights, self.entry
        if file.suffix == ".caffemodel":
            return assemble(self._caffe(), caffe_weights(read_caffemodel(file), entry.name))
        state = read_state(file)
        if entry.architecture in ARCHITECTURES:
            return assemble(self._caffe(), named_tensors(state, file))
        shape = (3, *self._preprocessing.size)
        if entry.architecture.startswith(PREFIX):
            architecture = entry.architecture.removeprefix(PREFIX)
            return trace(filled_module(architecture, state, file, self._classes()), shape, verify=False)
        module = _run(self.files[1], entry)
        fill(module, state, file, entry.architecture)
        return trace(module.eval(), shape)

    def _classes(self) -> int:
        return self.entry.classes or 1000

    def _caffe(self) -> Architecture:
        found = ARCHITECTURES[self.entry.architecture]
        steps = list(found.steps)
        last = max(place for place, step in enumerate(steps) if isinstance(step, Convolve | Multiply))
        highest = steps[last]
        if self.entry.classes is not None and isinstance(highest, Convolve | Multiply):
            steps[last] = replace(highest, units=self.entry.classes)
        return Architecture(self.entry.name, tuple(steps), self._preprocessing.size)

    def _layers(self, graph: Graph) -> tuple[Layer, ...]:
        from catvis.networks.layers import layer_table, layers_by_module
        from catvis.networks.torchvision.zoo_layers import zoo_layers

        if self.entry.architecture.startswith(PREFIX):
            return layer_table(graph, zoo_layers(self.entry.architecture.removeprefix(PREFIX), graph))
        return layer_table(graph, layers_by_module(graph))

    def _card(self, layers: tuple[Layer, ...]) -> NetworkCard:
        top = layers[-1]
        if self.entry.labels and len(self.entry.labels) != top.units:
            raise ContentError(
                f"there are {len(self.entry.labels)} labels for {top.units} class scores",
                where=self.entry.places["labels"],
            )
        return NetworkCard(
            name=self.name,
            digest=self._digest,
            layers=self._chosen(layers),
            size=self._preprocessing.size,
            labels=self.entry.labels,
        )

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
        if len({layer.node for layer in chosen}) < len(chosen) or len({one.name for one in chosen}) < len(
            chosen
        ):
            raise ContentError("a layer or a name stands among the layers twice", where=where)
        return tuple(sorted(chosen, key=lambda layer: layer.node))

    @cached_property
    def _digest(self) -> str:
        files = (weights_digest(file) for file in self.files)
        return digest(
            _VERSION, repr(replace(self.entry, weights=Path())), self._preprocessing.digest(), *files
        )

    @cached_property
    def _preprocessing(self) -> Preprocessing:
        said = self.entry.preprocessing
        if self.entry.architecture in ARCHITECTURES:
            known = CaffeSource.of(self.entry.architecture, self.entry.weights).preprocessing()
        elif self.entry.architecture.startswith(PREFIX):
            architecture = self.entry.architecture.removeprefix(PREFIX)
            known = zoo_preprocessing(architecture, ZOO[architecture][0])
        else:
            known = _plain(self.entry)
        return _changed(known, said)


def _changed(known: Preprocessing, said: OwnPreprocessing) -> Preprocessing:
    size = said.size or known.size
    short_side = said.short_side or (max(size) if said.size else known.short_side)
    return Preprocessing(
        size=size,
        short_side=max(short_side, *size),
        mean=_by_channel(said.mean) if said.mean else known.mean,
        std=_by_channel(said.std) if said.std else known.std,
        order=said.order or known.order,
        scale=known.scale if said.scale is None else said.scale,
        interpolation=said.interpolation or known.interpolation,
    )


def _plain(entry: OwnNetwork) -> Preprocessing:
    if entry.preprocessing.size is None:
        raise ContentError(
            f"{entry.name} does not say how large its input is",
            where=entry.places.get("preprocessing", entry.places["architecture"]),
            hint="an architecture in one's own Python needs preprocessing: {size: …}",
        )
    size = entry.preprocessing.size
    return Preprocessing(
        size, max(size), _by_channel((0.0, 0.0, 0.0)), _by_channel((1.0, 1.0, 1.0)), scale=1 / 255
    )


def _by_channel(numbers: tuple[float, float, float]) -> np.ndarray:
    return np.array(numbers, np.float32).reshape(3, 1, 1)


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


def _run(code: Path, entry: OwnNetwork) -> nn.Module:
    from torch import nn

    from catvis.networks.torchvision.torchvision_import import prepare_torchvision

    with suppress(NetworkError):  # their code may do without torchvision
        prepare_torchvision()
    function = entry.architecture.removeprefix(_CODE_PREFIX)
    spec = importlib.util.spec_from_file_location("content_networks", code)
    if spec is None or spec.loader is None:
        raise NetworkError(f"{code.name} cannot be imported", where=Place(code))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        if not callable(getattr(module, function, None)):
            raise ContentError(
                f"{code.name} has no function {function!r}",
                where=entry.places["architecture"],
                hint=nearest(function, (name for name in vars(module) if not name.startswith("_"))),
            )
        made = getattr(module, function)()
    except CatvisError:
        raise
    except Exception as error:  # whatever a stranger's code may raise
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(code)
        ]
        line = error.lineno if isinstance(error, SyntaxError) else (lines or [None])[-1]
        raise NetworkError(f"{type(error).__name__}: {error}", where=Place(code, line)) from error
    if not isinstance(made, nn.Module):
        raise NetworkError(
            f"{function} returns {type(made).__name__}, not a torch.nn.Module", where=Place(code)
        )
    return made
