"""The font files that figures are labelled with; where they lie, `catvis.page.templates` knows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Fonts:
    """Two weights of one font."""

    regular: Path
    bold: Path
