"""TeX as MathML, made while the page is built: no JavaScript, and the TeX travels along as an annotation."""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
from functools import lru_cache

_LONGEST = 10_000


@lru_cache(maxsize=1024)
def math_element(tex: str, *, display: bool) -> str | None:
    """Write TeX as a ``<math>`` element.

    Args:
        tex: the TeX between the dollar signs.
        display: whether it stands in a block of its own.

    Returns:
        the element, or None if the TeX is empty, broken, or uses a command that the converter does not know.
    """
    from latex2mathml.converter import convert_to_element  # reads a table of symbols: not before it is needed

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
