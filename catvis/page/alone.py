"""A figure without a page around it, for notebooks and for sending: one piece of HTML that asks for no other file.

It stands on white, whatever its surroundings prefer, as its composite does.
"""

from __future__ import annotations

import base64
import mimetypes
import re
from functools import cache

from catvis.digests import digest
from catvis.drawing.figure import Drawing
from catvis.page.figure_html import figures_html
from catvis.page.templates import environment, figure_style, trusted

_ANCHOR = re.compile(r'\b(?:id="|popovertarget="|href="#)')


def alone(figure: Drawing) -> str:
    """A figure with its style and its pictures in it."""
    (made,) = figures_html([figure], environment())
    html = made.html
    for path, data in made.pictures.items():
        kind, _ = mimetypes.guess_type(path)
        html = html.replace(f'"{path}"', f'"data:{kind};base64,{base64.b64encode(data).decode()}"')
    # several figures stand in one notebook, each with anchors of its own
    html = _ANCHOR.sub(rf"\g<0>{digest(html)[:8]}.", html)
    return f'<div style="padding:1px;background:#fff">\n<style>\n{_style()}</style>\n{html}</div>\n'


def alone_page(figure: Drawing) -> str:
    """The same as a whole page."""
    return environment().get_template("alone.html").render(title=figure.alt, figure=trusted(alone(figure)))


@cache
def _style() -> str:
    """The figures' style sheet without what it does where a browser prefers dark."""
    dark = "(prefers-color-scheme: dark)"
    return figure_style().replace(dark, "not all")
