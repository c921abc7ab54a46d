"""The words that posts, the command line and computations share, each said once: units, paths, rules and looks.

Nothing here knows a network: whether a layer exists and how wide it is, `NetworkCard` decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from catvis.errors import ContentError
from catvis.frozen import Frozen

Rule: TypeAlias = Literal["gradient", "deconvnet", "guided"]
"""What a ReLU does to the gradient on the way back; `catvis.backward.rules` has a function for each."""

Edges: TypeAlias = Literal["gradient", "guided"]
"""The rule by which edge weights are carried: the derivative, or guided backpropagation, never negative."""

Display: TypeAlias = Literal["robust", "signed", "original"]
"""How an attribution becomes pixels: in its own colours at a robust scale, its sign alone in red and blue on white,
or as the first publication did."""

Fit: TypeAlias = Literal["crop", "warp"]
"""How a picture of another shape gets the network's."""

RULE_NAMES: Mapping[Rule, str] = {
    "gradient": "gradient",
    "deconvnet": "deconvnet",
    "guided": "guided backpropagation",
}
"""The rules as prose names them."""

UNIT_PATTERN = re.compile(r"(?P<layer>[A-Za-z][A-Za-z0-9_.]*)_(?P<index>[0-9]{1,9})")
_ARROW = re.compile(r"\s*(?:→|->)\s*")


class Unit(Frozen, order=True):
    """One feature map of a convolutional layer, or one number of a fully connected one."""

    layer: str
    index: int

    def __str__(self) -> str:
        return f"{self.layer}_{self.index}"

    @classmethod
    def parse(cls, text: str) -> Unit:
        """Read ``conv5_129``.

        Raises:
            ContentError: the text is not a layer, an underscore and an index.
        """
        match = UNIT_PATTERN.fullmatch(text.strip())
        if match is None:
            raise ContentError(
                f"{text!r} is not a unit",
                hint="write a layer, an underscore and an index from 0, such as conv5_129",
            )
        return cls(match["layer"], int(match["index"]))


class UnitPath(Frozen, order=True):
    """Units from the top down, each in a lower layer than the one before; at least one."""

    units: tuple[Unit, ...]

    def __post_init__(self) -> None:
        if not self.units:
            raise ValueError("a path has at least one unit")

    def __str__(self) -> str:
        return "→".join(map(str, self.units))

    @property
    def end(self) -> Unit:
        """The lowest unit: the one that the path's attribution is of."""
        return self.units[-1]

    @property
    def starts(self) -> tuple[UnitPath, ...]:
        """The path's beginnings: its first unit alone first, the whole of it last."""
        return tuple(UnitPath(self.units[:stop]) for stop in range(1, len(self.units) + 1))

    @property
    def steps(self) -> tuple[tuple[UnitPath, Unit], ...]:
        """Every step down: the path so far, and the unit that follows."""
        return tuple(zip(self.starts, self.units[1:], strict=False))

    def then(self, unit: Unit) -> UnitPath:
        """The path that goes one unit further down."""
        return UnitPath((*self.units, unit))

    @classmethod
    def parse(cls, text: str) -> UnitPath:
        """Read ``fc8_284→fc7_4032``; ``->`` is accepted for ``→``.

        Raises:
            ContentError: a part between two arrows is not a unit.
        """
        return cls(tuple(Unit.parse(part) for part in _ARROW.split(text.strip())))
