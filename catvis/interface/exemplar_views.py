"""A unit's exemplars as a caller has them: pictures, names, activations, and a sheet that shows itself."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from catvis.drawing.wording import number
from catvis.exemplars.sheet import drawn_sheet
from catvis.exemplars.store import Cell
from catvis.interface.saving import kind_of, write
from catvis.terms import Unit

SHEETS = ("png",)
"""How files of sheets end."""


@dataclass(frozen=True, repr=False)
class UnitExemplars:
    """What excites a unit most in a collection, strongest first.

    Attributes:
        unit: which one.
        label: its name, where it has one.
        cells: crops with their attributions, encoded; none of a unit that never fired.
    """

    unit: Unit
    label: str | None
    cells: tuple[Cell, ...]

    @property
    def names(self) -> list[str]:
        """The pictures' names in their collection."""
        return [cell.name for cell in self.cells]

    @property
    def activations(self) -> list[float]:
        """How strongly the unit fires in each."""
        return [cell.activation for cell in self.cells]

    @property
    def crops(self) -> list[Image.Image]:
        """What the unit saw of each."""
        return [_opened(cell.crop) for cell in self.cells]

    @property
    def attributions(self) -> list[Image.Image]:
        """What the unit responded to in each."""
        return [_opened(cell.attribution) for cell in self.cells]

    @property
    def title(self) -> str:
        """The unit, with its name."""
        return f"{self.unit} {self.label}" if self.label else str(self.unit)

    def __len__(self) -> int:
        return len(self.cells)

    def __repr__(self) -> str:
        if not self.cells:
            return f"<{self.title}: no exemplars>"
        strongest, weakest = (number(self.cells[place].activation) for place in (0, -1))
        return f"<{self.title}: {len(self)} exemplars, {strongest} to {weakest}, {self.names[0]} first>"

    def _repr_png_(self) -> bytes:
        return sheet_png([self])

    def save(self, file: str | Path) -> None:
        """Write the sheet as .png.

        Raises:
            UsageError: the file ends otherwise.
            CatvisError: it cannot be written.
        """
        save_sheet(file, [self])


def save_sheet(file: str | Path, found: Sequence[UnitExemplars]) -> None:
    """Write several units' exemplars as one sheet.

    Raises:
        UsageError: the file does not end in .png.
        CatvisError: it cannot be written.
    """
    kind_of(file, SHEETS)
    write(file, sheet_png(found))


def sheet_png(found: Sequence[UnitExemplars]) -> bytes:
    """Several units' exemplars as one encoded sheet."""
    buffer = io.BytesIO()
    drawn_sheet([(each.title, each.cells) for each in found]).save(buffer, "PNG")
    return buffer.getvalue()


def _opened(encoded: bytes) -> Image.Image:
    with Image.open(io.BytesIO(encoded), formats=("JPEG",)) as picture:
        return picture.convert("RGB")
