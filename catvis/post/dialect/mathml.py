"""TeX as MathML, made while the page is built: no JavaScript, and the TeX travels along as an annotation."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

_NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_LONGEST = 10_000


def math_element(tex: str, *, display: bool, attributes: Mapping[str, str]) -> str | None:
    """Write TeX as a ``<math>`` element.

    Args:
        tex: the TeX between the dollar signs.
        display: whether it stands in a block of its own.
        attributes: attributes that the author gave it.

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
    if any((part.text or "").startswith("\\") for part in math.iter()):
        return None
    presentation = list(math)
    for part in presentation:
        math.remove(part)
    semantics = ET.SubElement(math, "semantics")
    row = presentation[0] if len(presentation) == 1 else ET.Element("mrow")
    if row not in presentation:
        row.extend(presentation)
    semantics.append(row)
    ET.SubElement(semantics, "annotation", encoding="application/x-tex").text = tex
    math.set("xmlns", _NAMESPACE)
    for key, value in attributes.items():
        math.set(key, value)
    return ET.tostring(math, encoding="unicode")
