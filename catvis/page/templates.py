"""The templates' folder, and the style sheets, script and fonts that come out of it."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from catvis.drawing import chain, chart, layout
from catvis.drawing.arranging import WIDTHS
from catvis.drawing.fonts import Fonts
from catvis.page.folder import TEMPLATES

FONTS = Fonts(
    regular=TEMPLATES / "fonts" / "source-sans-3-400-normal.woff2",
    bold=TEMPLATES / "fonts" / "source-sans-3-600-normal.woff2",
)
FONT_SHEET = "fonts/fonts.css"


@cache
def environment() -> Environment:
    """Jinja2 with escaping on, which stops at an unknown name."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def figure_style() -> str:
    """The style sheet of the figures on our own page: a file of its own."""
    return f"{_read('palette.css')}{_figure_rules()}"


@cache
def theme_style() -> str:
    """The style sheet of the figures in a page of somebody's theme."""
    return f"{_read('theme.css')}{_figure_rules()}"


def _figure_rules() -> str:
    """All that is said of figures but their colours, with the layout's own lengths in it."""
    lengths = {
        "share_width": layout.SHARE_WIDTH,
        "share_height": layout.SHARE_HEIGHT,
        "head_line": layout.HEAD_LINE,
        "head_gap": layout.HEAD_GAP,
        "foot_line": layout.FOOT_LINE,
        "foot_gap": layout.FOOT_GAP,
        "grid_gap": layout.GRID_GAP,
        "curve_height": layout.CURVE_HEIGHT,
        "text_gap": layout.TEXT_GAP,
        "chart_gap": chart.CHART_GAP,
        "link": layout.LINK,
        "gap": layout.GAP,
        "double_gap": 2 * layout.GAP,
        "share_rise": layout.SHARE_HEIGHT + chain.WIDEST / 2,
    }
    shown = {name: f"{value:g}" for name, value in lengths.items()}
    return environment().get_template("figure.css").render(widths=WIDTHS, **shown)


def trusted(text: str) -> Markup:
    """Text that enters a page as it is: our own files, and what our own writers have escaped.

    There is no other way past the templates' escaping.
    """
    return Markup(text)  # noqa: S704 - the one door past the escaping, which this function is there to be


@cache
def page_style() -> Markup:
    """The style of a whole page but for its figures; it stands in the page, so that nothing waits for it."""
    return trusted(_read("page.css"))


@cache
def script() -> Markup:
    """Our own page's script."""
    return trusted(_script("page.js"))


@cache
def theme_script() -> str:
    """The script that brings figures into a page of somebody's theme."""
    return _script("theme.js")


def _script(name: str) -> str:
    """What figures do and what a page does with it, of which nobody else on the page hears."""
    return f'"use strict";\n(() => {{\n{_read("figures.js")}\n{_read(name)}}})();\n'


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def fonts() -> dict[str, bytes]:
    """The font files with their sheet and licence, by path relative to a page."""
    return {f"fonts/{file.name}": file.read_bytes() for file in sorted((TEMPLATES / "fonts").iterdir())}
