"""The content folder's `networks.yaml`: networks of one's own, read and checked without opening one.

    cats:
      architecture: torchvision/resnet18     # or one of the Caffe family, or networks.py:function
      weights: weights/cats.safetensors      # .pth, .ckpt, .npz …; .caffemodel for the Caffe family
      checkpoint: model_ema                  # the key of the tensors, in a checkpoint that holds several
      classes: 12                            # as many as there are labels, where it is left out
      labels: weights/cats.txt               # a line each, in the order of the scores
      preprocessing: {size: 224, short_side: 256, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], scale: 0.00392}
      layers: [conv1, layer1.0]              # or {edges: conv1}: readable names for some

Every mistake is told with its line; no file outside the content folder and the folders of weights is read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Literal, NoReturn

import yaml

from catvis.errors import ContentError, Place, nearest
from catvis.frozen import Frozen
from catvis.settings import Settings
from catvis.written.located import Written, located
from catvis.written.named_files import LABELS, LIST, named_file
from catvis.written.yaml_bounds import check_bounds

NETWORKS_FILE = "networks.yaml"
CODE_FILE = "networks.py"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_LAYER = re.compile(r"(?!.*_[0-9]+$)[A-Za-z][A-Za-z0-9_.]*")
KEYS = ("architecture", "weights", "checkpoint", "classes", "labels", "preprocessing", "layers")
PREPROCESSING_KEYS = ("size", "short_side", "mean", "std", "order", "scale", "interpolation")
_LARGEST_SIDE = 1024
_DEEPEST = 10


class OwnPreprocessing(Frozen):
    """What `networks.yaml` says of a network's pictures; None leaves it to the architecture."""

    size: tuple[int, int] | None = None
    short_side: int | None = None
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    order: Literal["RGB", "BGR"] | None = None
    scale: float | None = None
    interpolation: Literal["bicubic", "bilinear"] | None = None


class OwnNetwork(Written):
    """One entry of `networks.yaml`.

    Attributes:
        name: as `paths.yaml` writes it.
        architecture: ``torchvision/NAME``, a name of the Caffe family, or ``networks.py:FUNCTION``.
        weights: the file, which exists.
        checkpoint: the key under which it holds the tensors; None where that is clear.
        classes: number of class scores; None leaves it to the architecture.
        labels: their names; empty where they are unknown.
        preprocessing: what is said of it.
        layers: the architecture's layer by the name that it gets here; None keeps all as they are.
        places: where each key stands, for later messages; ``architecture`` is always there.
    """

    name: str
    architecture: str
    weights: Path
    checkpoint: str | None
    classes: int | None
    labels: tuple[str, ...]
    preprocessing: OwnPreprocessing
    layers: Mapping[str, str] | None
    places: Mapping[str, Place]


def own_names(settings: Settings) -> tuple[str, ...]:
    """The names of the content folder's networks; none where it has no `networks.yaml`.

    Raises:
        ContentError: the file cannot be read as networks by their names.
    """
    file = settings.content / NETWORKS_FILE
    return tuple(_Reader(file, settings).entries()) if file.is_file() else ()


def read_network(name: str, settings: Settings) -> OwnNetwork | None:
    """Read one of the content folder's networks; what is wrong with the others does not matter.

    Raises:
        ContentError: a mistake in its entry, a file that it names and that is not there, or as `own_names`.
    """
    file = settings.content / NETWORKS_FILE
    if not file.is_file():
        return None
    reader = _Reader(file, settings)
    entries = reader.entries()
    return reader.network(name, *entries[name]) if name in entries else None


Entries = dict[str, tuple[yaml.Node, yaml.Node]]


class _Reader:
    def __init__(self, file: Path, settings: Settings) -> None:
        self.file = file
        self.settings = settings

    def entries(self) -> Entries:
        """The file's top level."""
        whole = Place(self.file)
        try:
            with located(whole):
                text = named_file(self.file, self.file.parent, LIST).read_text("utf-8-sig")
            check_bounds(text, self.file, _DEEPEST)
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Place(self.file, mark.line + 1, mark.column + 1) if mark else whole
            raise ContentError(f"this is no YAML: {error.problem}", where=place) from error
        except (yaml.YAMLError, UnicodeError, ValueError, OverflowError) as error:
            raise ContentError("this is no YAML that can be read", where=whole) from error
        except OSError as error:
            raise ContentError(f"the file cannot be read: {error.strerror}", where=whole) from error
        return self.mapping(root, "networks by their names") if root is not None else {}

    def network(self, name: str, key: yaml.Node, node: yaml.Node) -> OwnNetwork:
        """Read one entry."""
        if not _NAME.fullmatch(name):
            self.wrong(key, f"{name!r} is no name for a network", "letters, digits and _.- after a letter")
        entries = self.mapping(node, "a network", KEYS)
        for needed in ("architecture", "weights"):
            if needed not in entries:
                self.wrong(key, f"{name} has no {needed}", f"a network has: {', '.join(KEYS)}")
        labels = self.labels(entries)
        classes = self.whole(entries, "classes", 1, 1_000_000)
        if labels and classes not in (None, len(labels)):
            self.wrong(entries["labels"][1], f"there are {len(labels)} labels for {classes} classes")
        return OwnNetwork(
            name=name,
            architecture=self.text(entries["architecture"][1]),
            weights=self.path(entries["weights"][1], (self.file.parent, *self.settings.weights_folders)),
            checkpoint=self.text(entries["checkpoint"][1]) if "checkpoint" in entries else None,
            classes=classes if classes is not None else (len(labels) or None),
            labels=labels,
            preprocessing=self.preprocessing(entries),
            layers=self.layers(entries),
            places={key: self.place(value) for key, (_, value) in entries.items()},
        )

    def labels(self, entries: Entries) -> tuple[str, ...]:
        """The lines of the file of labels."""
        if "labels" not in entries:
            return ()
        node = entries["labels"][1]
        file = self.path(node, (self.file.parent,))
        try:
            with located(self.place(node)):
                text = named_file(file, self.file.parent, LABELS).read_text("utf-8-sig")
            lines = tuple(line.strip() for line in text.splitlines())
        except (OSError, UnicodeError) as error:
            raise ContentError(f"{file.name} is no text in UTF-8", where=self.place(node)) from error
        if not lines or not all(lines):
            self.wrong(node, f"{file.name} has an empty line", "a label on every line")
        return lines

    def preprocessing(self, entries: Entries) -> OwnPreprocessing:
        """What is said of the pictures."""
        if "preprocessing" not in entries:
            return OwnPreprocessing()
        said = self.mapping(entries["preprocessing"][1], "a preprocessing", PREPROCESSING_KEYS)
        size = self.numbers(said, "size", 2)
        if size and not all(side.is_integer() and 1 <= side <= _LARGEST_SIDE for side in size):
            self.wrong(
                said["size"][1], f"a size is a number of pixels to {_LARGEST_SIDE}, or a height and a width"
            )
        std = self.numbers(said, "std", 3)
        if std and not all(number > 0 for number in std):
            self.wrong(said["std"][1], "standard deviations are greater than 0")
        mean = self.numbers(said, "mean", 3)
        scale = self.numbers(said, "scale", 1)
        if scale and scale[0] <= 0:
            self.wrong(said["scale"][1], "a scale is greater than 0")
        return OwnPreprocessing(
            size=(int(size[0]), int(size[1])) if size else None,
            short_side=self.whole(said, "short_side", 1, _LARGEST_SIDE),
            mean=(mean[0], mean[1], mean[2]) if mean else None,
            std=(std[0], std[1], std[2]) if std else None,
            order=self.choice(said, "order", ("RGB", "BGR")),
            scale=scale[0] if scale else None,
            interpolation=self.choice(said, "interpolation", ("bicubic", "bilinear")),
        )

    def layers(self, entries: Entries) -> dict[str, str] | None:
        """The architecture's layers by the names that they get."""
        if "layers" not in entries:
            return None
        node = entries["layers"][1]
        if isinstance(node, yaml.SequenceNode):
            named = {self.text(item): (item, self.text(item)) for item in node.value}
        else:
            read = self.mapping(node, "layers by their names, or a list of names")
            named = {name: (key, self.text(value)) for name, (key, value) in read.items()}
        if not named:
            self.wrong(node, "a network needs at least one layer")
        for name, (key, _) in named.items():
            if not _LAYER.fullmatch(name):
                hint = "letters, digits, _ and . after a letter; no underscore and number at the end"
                self.wrong(key, f"{name!r} is no name for a layer", hint)
        return {name: old for name, (_, old) in named.items()}

    def mapping(self, node: yaml.Node, what: str, known: tuple[str, ...] = ()) -> Entries:
        """A mapping's nodes by key; ``known`` are the keys that it may have, where not all are allowed."""
        if not isinstance(node, yaml.MappingNode):
            self.wrong(node, f"expected {what} with their values, as key: value")
        found: Entries = {}
        for key, value in node.value:
            name = self.text(key)
            if name in found:
                self.wrong(key, f"{name!r} stands here twice")
            if known and name not in known:
                self.wrong(key, f"unknown key {name!r}", nearest(name, known))
            found[name] = (key, value)
        return found

    def text(self, node: yaml.Node) -> str:
        """A scalar as it is written."""
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self.wrong(node, "expected a word")
        return str(node.value)

    def choice(self, entries: Entries, key: str, choices: tuple[str, ...]) -> Any:
        """One of a few words, or None where the key is missing."""
        if key not in entries:
            return None
        word = self.text(entries[key][1])
        if word not in choices:
            self.wrong(entries[key][1], f"{key} is {word!r}", nearest(word, choices))
        return word

    def whole(self, entries: Entries, key: str, least: int, most: int) -> int | None:
        """A whole number, or None where the key is missing."""
        numbers = self.numbers(entries, key, 1)
        if numbers is None:
            return None
        if not numbers[0].is_integer() or not least <= numbers[0] <= most:
            self.wrong(entries[key][1], f"{key} is a whole number from {least} to {most}")
        return int(numbers[0])

    def numbers(self, entries: Entries, key: str, count: int) -> list[float] | None:
        """So many numbers, or one for all of them; None where the key is missing."""
        if key not in entries:
            return None
        node = entries[key][1]
        listed = node.value if isinstance(node, yaml.SequenceNode) else [node] * count
        try:
            found = [float(item.value) for item in listed]
        except (TypeError, ValueError):
            found = []
        if len(found) != count or not all(map(math.isfinite, found)):
            some = f" or a list of {count}" if count > 1 else ""
            self.wrong(node, f"{key} is no number{some}")
        return found

    def path(self, node: yaml.Node, folders: tuple[Path, ...]) -> Path:
        """An existing file below one of the folders."""
        written = self.text(node)
        relative = PurePosixPath(written)
        if relative.is_absolute() or ".." in relative.parts or "\\" in written or "\0" in written:
            self.wrong(node, f"{written!r} leads out of the content folder", "write a path below it")
        place = next((folder / relative for folder in folders if (folder / relative).is_file()), None)
        if place is None:
            self.wrong(node, f"there is no file {written!r}", "write its path from the content folder on")
        if not any(place.resolve().is_relative_to(folder.resolve()) for folder in folders):
            self.wrong(node, f"{written!r} is a link that leads out of its folder")
        return place

    def place(self, node: yaml.Node) -> Place:
        """Where a node stands."""
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def wrong(self, node: yaml.Node, message: str, hint: str | None = None) -> NoReturn:
        """Refuse a node."""
        raise ContentError(message, where=self.place(node), hint=hint)
