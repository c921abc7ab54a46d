"""Answers in rows: classes and children, each a plain value, and a table of them that shows itself."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol, TypeVar

from catvis.terms import Unit


class TableRow(Protocol):
    """What a table is made of."""

    def cells(self) -> Mapping[str, str]:
        """Words and numbers by the head of their column."""


R = TypeVar("R", bound=TableRow)


@dataclass(frozen=True)
class ClassScore:
    """A class on a picture.

    Attributes:
        unit: of the network's last layer.
        label: the class's name, where it is known.
        score: before softmax.
        probability: after it, 0 to 1.
    """

    unit: Unit
    label: str | None
    score: float
    probability: float

    def __str__(self) -> str:
        return f"{self.probability:7.2%}  {self.unit!s:<12} {self.label or ''}  ({self.score:.3f})"

    def cells(self) -> Mapping[str, str]:
        """Unit, label, probability and score."""
        return {
            "unit": str(self.unit),
            "label": self.label or "",
            "probability": f"{self.probability:.2%}",
            "score": f"{self.score:.3f}",
        }


@dataclass(frozen=True)
class Child:
    """A unit that had to do with the end of a path.

    Attributes:
        unit: in the layer that was asked about.
        label: the unit's name, where it has one.
        weight: the edge's, negative where the unit works against the path's first unit.
        share: |weight| over the sum of |weight| in the layer, 0 to 1.
        ablation: the relative drop of the end's activation where the unit is silenced.
    """

    unit: Unit
    label: str | None
    weight: float
    share: float
    ablation: float

    def __str__(self) -> str:
        label = f"  {self.label}" if self.label else ""
        return (
            f"{self.unit!s:<14} weight {self.weight:+.4g}  share {self.signed_share:+.1%}  "
            f"without it {-self.ablation:+.1%}{label}"
        )

    @property
    def signed_share(self) -> float:
        """The share with the weight's sign."""
        return math.copysign(self.share, self.weight)

    def cells(self) -> Mapping[str, str]:
        """Unit, label, weight, share with its sign, and what happens without it."""
        return {
            "unit": str(self.unit),
            "label": self.label or "",
            "weight": f"{self.weight:+.4g}",
            "share": f"{self.signed_share:+.1%}",
            "without it": f"{-self.ablation:+.1%}",
        }


class Table(tuple[R, ...]):
    """Rows that show themselves; else a tuple like any other."""

    def __repr__(self) -> str:
        return "\n".join(map(str, self)) or "(none)"

    def _repr_html_(self) -> str:
        return table_html([row.cells() for row in self])


def table_html(rows: list[Mapping[str, str]]) -> str:
    """Rows as an HTML table; columns in which nothing stands are left out."""
    heads = [head for head in (rows[0] if rows else ()) if any(row[head] for row in rows)]
    lines = [_line("th", heads), *(_line("td", [row[head] for head in heads]) for row in rows)]
    return f"<table>{''.join(lines)}</table>" if rows else "<p>(none)</p>"


def _line(kind: str, cells: list[str]) -> str:
    return f"<tr>{''.join(f'<{kind}>{escape(cell)}</{kind}>' for cell in cells)}</tr>"


def plain(row: Any) -> dict[str, Any]:
    """A row as JSON has it."""
    return {name: str(value) if isinstance(value, Unit) else value for name, value in vars(row).items()}
