"""The embedded network as a source: `menagerie`, which comes with the project.

Its architecture stands here and nowhere else: training builds its modules of the same steps. Widths are read from
the weights file, so that a newly trained one of other widths needs no change here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, deserialize

from catvis.digests import digest
from catvis.errors import WeightsError, shown_path
from catvis.menagerie.shipped.files import UNIT_NAMES, WEIGHTS
from catvis.menagerie.shipped.unit_names import read_names
from catvis.menagerie.world.kinds import KINDS
from catvis.networks.known_layers import NetworkCard
from catvis.networks.preprocessing import Preprocessing
from catvis.networks.source import NetworkSource, weights_digest
from catvis.networks.stepwise.steps import Architecture, Convolve, Flatten, Multiply, Pool, Rectify
from catvis.program import command

if TYPE_CHECKING:
    from catvis.networks.network import Network

NAME = "menagerie"
LAYERS = ("conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8")
PREPROCESSING = Preprocessing(
    size=(227, 227),
    short_side=227,
    mean=(132.0, 126.0, 114.0),
    std=(64.0, 64.0, 64.0),
)
LEAST_EVIDENCE = 4.2
"""Less `evidence` have 2.5 % of 1,000 drawings and 98.8 % of 162 crops of six photographs (`tools.bench.world`)."""
# what a graph computes from the same file changes only with this number
_VERSION = "embedded 1"


class EmbeddedSource(NetworkSource):
    """The embedded network.

    Attributes:
        unit_parts: unit, such as ``conv5_17`` → the part it was measured to look at, such as ``wheel``.
    """

    has_world = True
    unit_parts: Mapping[str, str]

    @classmethod
    def shipped(cls) -> EmbeddedSource:
        """The one that comes with the project."""
        return cls.trained(WEIGHTS)

    @classmethod
    def trained(cls, weights: Path) -> EmbeddedSource:
        """The same with other weights, as one seed's training leaves them."""
        return cls(NAME, (weights,), {unit: name.part for unit, name in read_names(UNIT_NAMES).items()})

    def digest(self) -> str:
        """Cover the file's bytes, the steps and the preprocessing."""
        return self._digest

    def preprocessing(self) -> Preprocessing:
        """227×227, RGB, one mean and one deviation per channel."""
        return PREPROCESSING

    def card(self) -> NetworkCard:
        """Say what the weights file's header says; the weights are read for their digest alone."""
        return NetworkCard(
            name=self.name,
            digest=self._digest,
            layers=self._architecture.layers(),
            size=self._architecture.size,
            labels=KINDS,
            parts=self.unit_parts,
        )

    def load(self) -> Network:
        """Read the weights, which are stored in half precision."""
        from safetensors.torch import load_file

        from catvis.networks.network import Network
        from catvis.networks.stepwise.assembly import assemble, named_tensors

        file = self.files[0]
        with _readable(file):
            tensors = load_file(file)
        graph = assemble(self._architecture, named_tensors(tensors, file))
        return Network(self.card(), graph, self.preprocessing())

    @cached_property
    def _digest(self) -> str:
        return digest(
            _VERSION, repr(self._architecture), weights_digest(self.files[0]), self.preprocessing().digest()
        )

    @cached_property
    def _architecture(self) -> Architecture:
        file = self.files[0]
        with _readable(file):
            held: dict[str, Any] = dict(deserialize(file.read_bytes()))
            widths = {layer: held[f"{layer}.weight"]["shape"][0] for layer in LAYERS}
        return embedded_architecture(widths)


def evidence(scores: Sequence[float]) -> float:
    """How much the scores of all classes together say that the network has seen such pictures: their log-sum-exp.

    That is the negative free energy of `Liu et al. <https://arxiv.org/abs/2010.03759>`_.

    Args:
        scores: of the classes, before softmax.
    """
    largest = max(scores)
    return largest + math.log(sum(math.exp(score - largest) for score in scores))


def stranger(card: NetworkCard, scores: Sequence[float], picture: str) -> str | None:
    """What to say of a picture out of the embedded network's world; None where it is in it, or the network another.

    Args:
        card: of the network that was asked.
        scores: of its classes, before softmax.
        picture: what the picture is called.
    """
    if card.name != NAME or evidence(scores) >= LEAST_EVIDENCE:
        return None
    fetch = command("weights fetch squeezenet")
    return (
        f"{picture} is probably none of the drawings that {NAME} was trained on: its answers mean little. "
        f"For photographs there is squeezenet: {fetch} (5 MB)"
    )


def embedded_architecture(units: Mapping[str, int]) -> Architecture:
    """AlexNet's layers under AlexNet's names, at other widths and without normalisation and groups.

    Args:
        units: the width of each of `LAYERS`.
    """
    steps = (
        Convolve("conv1", units=units["conv1"], kernel=11, stride=4),
        Rectify("relu1", layer="conv1"),
        Pool("pool1"),
        Convolve("conv2", units=units["conv2"], kernel=5, pad=2),
        Rectify("relu2", layer="conv2"),
        Pool("pool2"),
        Convolve("conv3", units=units["conv3"], kernel=3, pad=1),
        Rectify("relu3", layer="conv3"),
        Convolve("conv4", units=units["conv4"], kernel=3, pad=1),
        Rectify("relu4", layer="conv4"),
        Convolve("conv5", units=units["conv5"], kernel=3, pad=1),
        Rectify("relu5", layer="conv5"),
        Pool("pool5"),
        Flatten("flatten"),
        Multiply("fc6", units=units["fc6"]),
        Rectify("relu6", layer="fc6"),
        Multiply("fc7", units=units["fc7"]),
        Rectify("relu7", layer="fc7"),
        Multiply("fc8", units=units["fc8"], layer="fc8"),
    )
    return Architecture(NAME, steps, PREPROCESSING.size)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    """Say what is wrong with a weights file."""
    try:
        yield
    except FileNotFoundError:
        raise WeightsError(
            f"the weights of the embedded network are missing: no {shown_path(file)}",
            hint=f"train it: {command(f'menagerie train --out {shown_path(file.parent)}')}",
        ) from None
    except (OSError, SafetensorError, LookupError) as error:
        raise WeightsError(f"{shown_path(file)} does not hold the embedded network: {error}") from error
