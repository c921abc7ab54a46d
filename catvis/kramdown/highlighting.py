"""Code in colour, marked by Pygments while the page is built, in the elements that Jekyll's themes style."""

from __future__ import annotations

from pygments import highlight as pygments_highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from catvis.kramdown.html_text import attributes_html
from catvis.kramdown.tree import Element

_OPTION_SIGN = "?"


def highlight(node: Element) -> str | None:
    """Highlight a code block; None if it names no language that Pygments knows."""
    classes = node.attributes.get("class", "").split()
    named = next((name.removeprefix("language-") for name in classes if name.startswith("language-")), None)
    language = node.language.split(_OPTION_SIGN)[0] or named
    if not language:
        return None
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
    code = pygments_highlight(node.text, lexer, HtmlFormatter(nowrap=True)).removesuffix("\n")
    attributes = node.attributes | {"class": " ".join([*classes, "highlighter-rouge"])}
    return (
        f'<div{attributes_html(attributes)}><div class="highlight"><pre class="highlight">'
        f"<code>{code}\n</code></pre></div></div>"
    )
