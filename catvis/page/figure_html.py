"""Figures → HTML: one DOM for every width, its tiles placed by the style sheet from the layouts' numbers.

Each tile is there once. For each of the layout's widths it carries its place in custom properties, and a
container query takes the right ones; only the lines, which are small, are there once per layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jinja2 import Environment
from markupsafe import Markup

from catvis.drawing.arranging import WIDTHS, arrange
from catvis.drawing.chart import arrange_chart
from catvis.drawing.diagram import arrange_diagram
from catvis.drawing.exploration import ExplorableTree
from catvis.drawing.figure import Chart, Diagram, Drawing, Edge, Row, Tile, Tree
from catvis.drawing.layout import Layout, Slot
from catvis.drawing.svg import chart_svg, curve_svg, diagram_svg, lines_svg
from catvis.drawing.wording import foot_lines, head_lines, number, percent, share_text
from catvis.frozen import Frozen
from catvis.page.explorer_files import ExplorerHtml, explorer_html
from catvis.page.templates import trusted
from catvis.results import Box, Picture

FOLDER = "imgs"

#: A figure leaves the column of text where that makes its tiles so much larger.
_WORTH_IT = 1.15


class FigureHtml(Frozen):
    """A figure's HTML with the pictures that it shows, by path relative to the page.

    Attributes:
        html: what every page shows.
        pictures: its files.
        explorer: what our own page shows instead, where a reader can explore it.
    """

    html: str
    pictures: Mapping[str, bytes]
    explorer: ExplorerHtml | None = None

    @property
    def own(self) -> str:
        """What our own page shows."""
        return self.explorer.html if self.explorer else self.html


class _Share(Frozen):
    text: str
    says: str
    inhibitory: bool


class _Image(Frozen):
    source: str
    width: int
    height: int
    alt: str


class _Under(Frozen):
    image: _Image
    style: str


class _Unit(Frozen):
    id: str
    classes: str
    style: str
    tile: Tile
    image: _Image | None
    label: str
    head: tuple[str, ...]
    foot: tuple[str, ...]
    shares: tuple[_Share, ...]
    facts: tuple[tuple[str, str], ...]
    grids: tuple[_Image, ...]
    curve: Markup | None
    outline: str | None
    under: _Under | None


def figures_html(shown: Sequence[Drawing], environment: Environment) -> tuple[FigureHtml, ...]:
    """Render figures in the order in which a page shows them; one that is shown twice is given twice.

    Anchors are unique in the page: a tile that an earlier figure has already shown is called by its
    figure's name as well. The tiles of the first figure are fetched at once, all others when they come near.
    """
    taken: set[str] = set()
    return tuple(_figure_html(figure, taken, index == 0, environment) for index, figure in enumerate(shown))


def _figure_html(figure: Drawing, taken: set[str], first: bool, environment: Environment) -> FigureHtml:
    if isinstance(figure, Diagram):
        drawing = trusted(diagram_svg(arrange_diagram(figure), figure.alt))
        html = environment.get_template("diagram.html").render(
            figure=figure, caption=_caption(figure), drawing=drawing
        )
        return FigureHtml(html, {})
    layouts = [arrange(figure, width) for width in WIDTHS]
    pictures: dict[str, bytes] = {}
    units = [
        _unit(tile, [_slot(layout, tile.key) for layout in layouts], figure, taken, pictures)
        for tile in figure.tiles
    ]
    classes = _classes(figure, layouts)
    html = environment.get_template("figure.html").render(
        figure=figure,
        caption=_caption(figure),
        units=units,
        lines=_lines(layouts),
        charts=[_chart(chart) for chart in figure.charts] if isinstance(figure, Tree) else [],
        stage=_stage_style(layouts),
        classes=classes,
        first=first,
    )
    explorer = None
    if isinstance(figure, ExplorableTree):
        explorer = explorer_html(figure, html, environment, wide="cv-wide" in classes)
    return FigureHtml(html, pictures, explorer)


def _caption(figure: Drawing) -> Markup | None:
    return trusted(figure.caption) if figure.caption else None


def _slot(layout: Layout, key: str) -> Slot:
    return next(slot for slot in layout.slots if slot.key == key)


def _unit(
    tile: Tile, slots: list[Slot], figure: Row | Tree, taken: set[str], pictures: dict[str, bytes]
) -> _Unit:
    arriving = slots[-1].arriving
    outline = None
    if tile.outline and tile.picture:
        box = tile.outline
        sides = (box.top, 1 - box.right, 1 - box.bottom, box.left)
        outline = "inset:" + " ".join(f"{side:.1%}" for side in sides)
    return _Unit(
        id=_identifier(tile.key, figure.name, taken),
        classes=_unit_classes(slots),
        style=";".join(_place(index, slot) for index, slot in enumerate(slots)),
        tile=tile,
        image=_image(tile.picture, tile.alt, pictures) if tile.picture else None,
        label=", ".join(head_lines(tile)),
        head=head_lines(tile),
        foot=foot_lines(tile, arriving),
        shares=tuple(_share(edge, figure) for edge in arriving),
        facts=_facts(tile, figure),
        grids=_grids(tile, pictures),
        curve=trusted(curve_svg(tile.curve)) if tile.curve else None,
        outline=outline,
        under=_under(tile, pictures),
    )


def _under(tile: Tile, pictures: dict[str, bytes]) -> _Under | None:
    """The picture behind a tile, so large and so placed that the part which the tile shows fills it."""
    if tile.under is None:
        return None
    frame = tile.frame or Box(0, 0, 1, 1)
    left, top = -frame.left / frame.width, -frame.top / frame.height
    style = f"left:{left:.3%};top:{top:.3%};width:{1 / frame.width:.3%};height:{1 / frame.height:.3%}"
    return _Under(_image(tile.under, "", pictures), style)


def _unit_classes(slots: Sequence[Slot]) -> str:
    """A row that is wide enough for grids beside the picture is so at every larger width as well."""
    flanked = [index for index, slot in enumerate(slots) if slot.flanked]
    return f"cv-unit cv-flanked-{flanked[0]}" if flanked else "cv-unit"


def _facts(tile: Tile, figure: Row | Tree) -> tuple[tuple[str, str], ...]:
    """A tile's own facts, then those of its figure that it does not say itself."""
    own = dict(tile.details)
    return (*own.items(), *((term, value) for term, value in figure.facts if term not in own))


def _identifier(key: str, figure: str, taken: set[str]) -> str:
    candidate, count = key, 1
    while candidate in taken:
        candidate = f"{figure}.{key}" if count == 1 else f"{figure}.{key}.{count}"
        count += 1
    taken.add(candidate)
    return candidate


def _place(index: int, slot: Slot) -> str:
    """A slot's corner and the height that its row keeps above the picture, as custom properties."""
    left = slot.picture.left
    room = slot.picture.top - slot.at.top
    return f"--x{index}:{left:g};--y{index}:{slot.at.top:g};--r{index}:{room:g}"


def _stage_style(layouts: Sequence[Layout]) -> str:
    parts = []
    for index, (layout, width) in enumerate(zip(layouts, WIDTHS, strict=True)):
        side = layout.slots[0].picture.width
        grid = max((box.width for slot in layout.slots for box in slot.grids), default=side)
        zoom = min(2.0, width / side)
        parts.append(
            f"--w{index}:{layout.width:g};--h{index}:{layout.height:g};--s{index}:{side:g};"
            f"--g{index}:{grid:g};--z{index}:{zoom:.3g}"
        )
    return ";".join(parts)


def _lines(layouts: Sequence[Layout]) -> list[Markup]:
    """The lines of every layout; of equal ones, once."""
    return _each_once([lines_svg(layout, "{classes}") for layout in layouts])


def _chart(chart: Chart) -> list[Markup]:
    """A chart at every width; of equal ones, once."""
    return _each_once([chart_svg(chart, arrange_chart(chart, width), "{classes}") for width in WIDTHS])


def _each_once(drawings: Sequence[str]) -> list[Markup]:
    """Drawings for every width, those that differ, each with the classes of the widths that it is for."""
    drawn: dict[str, list[str]] = {}
    for index, svg in enumerate(drawings):
        drawn.setdefault(svg, []).append(f"cv-at-{index}")
    return [trusted(svg.replace("{classes}", " ".join(classes))) for svg, classes in drawn.items() if svg]


def _classes(figure: Row | Tree, layouts: Sequence[Layout]) -> str:
    lists = [index for index, layout in enumerate(layouts) if layout.kind == "list"]
    chains = [index for index, layout in enumerate(layouts) if layout.kind == "chain"]
    roomier = layouts[-1].slots[0].picture.width > _WORTH_IT * layouts[-2].slots[0].picture.width
    wide = roomier and len(figure.tiles) > 1
    return " ".join(
        [
            "cv-tree" if isinstance(figure, Tree) else "cv-row",
            *([f"cv-stacked-{lists[-1]}"] if lists else []),
            *([f"cv-chain-{chains[0]}"] if chains else []),
            *(["cv-wide"] if wide else []),
        ]
    )


def _share(edge: Edge, figure: Row | Tree) -> _Share:
    titles = {tile.key: tile.title for tile in figure.tiles}
    verb = "inhibits" if edge.inhibitory else "excites"
    says = f"{titles[edge.child]} {verb} {titles[edge.parent]}: {percent(edge.share)} of its layer"
    return _Share(share_text(edge), says, edge.inhibitory)


def _grids(tile: Tile, pictures: dict[str, bytes]) -> tuple[_Image, ...]:
    if tile.exemplars is None:
        return ()
    names = ", ".join(f"{name} ({number(activation)})" for name, activation in tile.exemplars.cells)
    crops = f"What else excites {tile.title}, strongest first: {names}."
    return (
        _image(tile.exemplars.crops, crops, pictures),
        _image(tile.exemplars.attributions, f"What {tile.title} responds to in each of them.", pictures),
    )


def _image(picture: Picture, alt: str, pictures: dict[str, bytes]) -> _Image:
    source = f"{FOLDER}/{picture.name}"
    pictures[source] = picture.data
    return _Image(source, picture.width, picture.height, alt)
