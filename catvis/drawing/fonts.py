"""The font files that figures are labelled with; where they lie, `catvis.page.templates` knows."""

from __future__ import annotations

from pathlib import Path

from catvis.frozen import Frozen


class Fonts(Frozen):
    """Two weights of one font."""

    regular: Path
    bold: Path
