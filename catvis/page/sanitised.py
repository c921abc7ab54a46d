"""A stranger's HTML → what of it may stand in a page: words, pictures, tables and math, and nothing that runs.

nh3 (https://nh3.readthedocs.io) reads HTML as browsers do, and keeps what is listed here. What is our own stands
aside meanwhile: a mark keeps its place, which no author can guess.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

_MATH = {
    *("math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "ms", "mtext", "mspace", "msub", "msup"),
    *(
        "msubsup",
        "munder",
        "mover",
        "munderover",
        "mfrac",
        "msqrt",
        "mroot",
        "mstyle",
        "mtable",
        "mtr",
        "mtd",
    ),
    *("mpadded", "mphantom", "merror", "mmultiscripts", "mprescripts", "menclose"),
}
_TAGS = {
    *_MATH,
    *("a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd"),
    *("del", "details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5"),
    *("h6", "hr", "i", "img", "input", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby"),
    *("s", "samp", "section", "small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td"),
    *("tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "wbr"),
}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"class", "dir", "id", "lang", "role", "style", "tabindex", "title"},
    "a": {"href"},
    "annotation": {"encoding"},
    "col": {"span"},
    "details": {"open"},
    "img": {"alt", "decoding", "height", "loading", "src", "width"},
    "input": {"checked", "disabled"},
    "li": {"value"},
    "math": {"display", "xmlns"},
    "ol": {"reversed", "start", "type"},
    "td": {"colspan", "headers", "rowspan"},
    "th": {"colspan", "headers", "rowspan", "scope"},
    "time": {"datetime"},
}
_MATH_ATTRIBUTES = {
    *("accent", "accentunder", "columnalign", "columnlines", "columnspacing", "depth", "displaystyle"),
    *("fence", "form", "height", "linethickness", "lspace", "mathsize", "mathvariant", "maxsize", "minsize"),
    *(
        "movablelimits",
        "notation",
        "rowlines",
        "rowspacing",
        "rspace",
        "scriptlevel",
        "separator",
        "stretchy",
    ),
    *("symmetric", "voffset", "width"),
}
_STYLES = {"float", "height", "max-width", "text-align", "vertical-align", "width"}
_WITHOUT_CONTENT = {"script", "style", "title", "textarea", "template", "noscript", "iframe"}


class Aside:
    """Our own HTML, which stands aside while a stranger's is made harmless."""

    def __init__(self) -> None:
        self._own: list[str] = []
        self._secret = f"aside{secrets.token_hex(16)}"

    def mark(self, html: str) -> str:
        """Put HTML aside; give what keeps its place in the text: a block for a block."""
        self._own.append(html)
        mark = f"{self._secret}n{len(self._own) - 1}n"
        return f"<div>{mark}</div>" if "<div" in html else mark

    def marking(self, made: Callable[..., str]) -> Callable[..., str]:
        """A function whose HTML is put aside."""
        return lambda *given: self.mark(made(*given))

    def sanitised(self, html: str) -> str:
        """A stranger's HTML with all that runs, hides or fetches taken out, and ours in its place.

        Scripts, handlers, forms, frames, style sheets and addresses other than ``http``, ``https`` and ``mailto``
        are gone; of styles, sizes and alignments are left.
        """
        import nh3  # only where somebody is not trusted

        math = {tag: _MATH_ATTRIBUTES | _ATTRIBUTES.get(tag, set()) for tag in _MATH}
        clean = nh3.clean(
            html,
            tags=_TAGS,
            clean_content_tags=_WITHOUT_CONTENT,
            attributes=_ATTRIBUTES | math,
            generic_attribute_prefixes={"aria-"},
            set_tag_attribute_values={"input": {"type": "checkbox"}},
            filter_style_properties=_STYLES,
            url_schemes={"http", "https", "mailto"},
            link_rel="noopener nofollow ugc",
        )
        mark = rf"{self._secret}n(\d+)n"
        return re.sub(rf"<div>{mark}</div>|{mark}", lambda match: self._own[int(match[1] or match[2])], clean)
