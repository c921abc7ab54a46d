"""A drawing that shows itself in a notebook, and is saved as a picture, as vectors or as a page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from catvis.drawing.figure import Drawing
from catvis.interface.saving import kind_of, write

FIGURE_KINDS = ("svg", "png", "jpg", "jpeg", "webp", "html")


@dataclass(frozen=True, repr=False)
class FigureView:
    """A figure.

    Attributes:
        drawing: what it says, without geometry.
    """

    drawing: Drawing

    def __repr__(self) -> str:
        return f"<figure: {self.drawing.alt}>"

    def save(self, file: str | Path) -> None:
        """Write it as .svg, .png, .jpg, .webp, or as an .html page that needs no other file.

        Raises:
            UsageError: the file ends otherwise.
            CatvisError: it cannot be written.
        """
        write(file, self.encoded(kind_of(file, FIGURE_KINDS)))

    def encoded(self, kind: str) -> bytes:
        """A file of one of `FIGURE_KINDS`."""
        from catvis.drawing.raster import composite, encode_composite
        from catvis.drawing.vector import figure_svg
        from catvis.page.alone import alone_page
        from catvis.page.templates import FONTS

        match kind:
            case "svg":
                return figure_svg(self.drawing, FONTS).encode()
            case "html":
                return alone_page(self.drawing).encode()
            case _:
                return encode_composite(composite(self.drawing, FONTS), kind)

    def _repr_html_(self) -> str:
        from catvis.page.alone import alone

        return alone(self.drawing)

    def _repr_png_(self) -> bytes:
        return self.encoded("png")
