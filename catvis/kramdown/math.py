"""Math between ``$$``: a block when it stands by itself, else within the text.

It is written as TeX, as kramdown does, and as MathML, which needs no JavaScript; there, the TeX is an annotation.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

from catvis.kramdown.grammar import BLANKS, MARGIN, pattern
from catvis.kramdown.readers import BlockConstruct, BlockReader, SpanConstruct, SpanReader
from catvis.kramdown.reading import Reading
from catvis.kramdown.template import Choice
from catvis.kramdown.tree import Element
from catvis.kramdown.writer import Writer, attributes_html, escape_code

_START = pattern(rf"{MARGIN}(\\)?\$\$(.*?)\$\$(\s*?\n)?", re.DOTALL)
_ESCAPE = pattern(rf"{MARGIN}\\")
_LONGEST = 10_000
_SCROLLS = Choice("access", (), ('<div class="formula" tabindex="0">',))
_SCROLLS_NO_MORE = Choice("access", (), ("</div>",))


def _block(blocks: BlockReader, match: re.Match[str]) -> bool:
    cursor, start = blocks.cursor, match.start()
    if not blocks.after_boundary():
        return False
    if match[1]:
        if match[3]:
            cursor.scan(_ESCAPE)
        return False
    cursor.position = match.end()
    if not blocks.before_boundary():
        cursor.position = start
        return False
    blocks.add("math", cursor.origin(start)).text = match[2].strip(BLANKS)
    return True


def _span(spans: SpanReader, match: re.Match[str]) -> None:
    spans.tree.children.append(
        Element("math", match[1].strip(BLANKS), span=True, origin=spans.cursor.origin())
    )
    spans.cursor.position = match.end()


MATH_BLOCK = BlockConstruct(_START, _block)
MATH_SPAN = SpanConstruct(r"\$", "$", pattern(r"\$\$(.*?)\$\$", re.DOTALL), _span)


def write_math(writer: Writer, node: Element, indent: int) -> str:
    """Write math in both forms, of which the page takes one."""
    tex, attributes = escape_code(node.text), attributes_html(node.attributes)
    if node.span:
        plain = f"<span{attributes}>${node.text}$</span>" if attributes else f"\\({tex}\\)"
    else:
        plain = f"\\[{tex}\\]"
        plain = f"{' ' * indent}<div{attributes}>{plain}\n</div>" if attributes else plain
    rich = _as_mathml(writer.reading, node)
    shown = (plain,) if rich is None else (rich,) if node.span else (_SCROLLS, rich, _SCROLLS_NO_MORE)
    written = writer.marks.mark(Choice("math", (plain,), shown))
    return written if node.span else f"{written}\n"


def _as_mathml(reading: Reading, node: Element) -> str | None:
    """The math as MathML; what cannot be converted stays TeX, with a warning."""
    written = _math_element(node.text, display=not node.span)
    if written is None:
        reading.warn(node.origin, f"this TeX cannot be shown as math: {node.text}")
        return None
    return written.replace("<math", f"<math{attributes_html(node.attributes)}", 1)


@lru_cache(maxsize=1024)
def _math_element(tex: str, *, display: bool) -> str | None:
    """Write TeX as a ``<math>`` element.

    Args:
        tex: the TeX between the dollar signs.
        display: whether it stands in a block of its own.

    Returns:
        the element, or None if the TeX is empty, broken, or uses a command that the converter does not know.
    """
    # With its table of symbols only where there is math.
    import xml.etree.ElementTree as ET

    from latex2mathml.converter import convert_to_element

    if not tex or len(tex) > _LONGEST:
        return None
    try:
        math = convert_to_element(tex, display="block" if display else "inline")
    except Exception:  # the converter raises whatever it trips over, on any TeX that it does not expect
        return None
    for part in math.iter():
        part.text = html.unescape(part.text or "")
        if len(part.text) > 1 and part.text.startswith("\\"):
            return None
    semantics = ET.Element("semantics")
    semantics.extend(math)
    ET.SubElement(semantics, "annotation", encoding="application/x-tex").text = tex
    math[:] = [semantics]
    return ET.tostring(math, encoding="unicode", short_empty_elements=False)
