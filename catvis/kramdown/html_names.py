"""What kramdown knows of HTML: which elements hold blocks, which hold text, and which hold nothing."""

from __future__ import annotations

from catvis.kramdown.tree import ContentModel

NAME = r"(?u:[^\W\d][-\w.]*(?::[^\W\d][-\w.]*)?)"


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_HOLD_BLOCKS = _names("""
    address applet article aside blockquote body dd details div dl fieldset figure figcaption footer form header
    hgroup iframe li main map menu nav noscript object section summary td
""")
_HOLD_SPANS = _names("""
    a abbr acronym b bdo big button cite caption del dfn dt em h1 h2 h3 h4 h5 h6 i ins label legend optgroup p q
    rb rbc rp rt rtc ruby select small span strong sub sup th tt
""")
_HOLD_RAW = _names("script style math option textarea pre code kbd samp var")

SPAN_ELEMENTS = _names("""
    a abbr acronym b big bdo br button cite code del dfn em i img input ins kbd label mark option q rb rbc rp rt
    rtc ruby samp select small span strong sub sup tt u var
""")
BLOCK_ELEMENTS = _names("""
    address article aside applet body blockquote caption col colgroup dd div dl dt fieldset figcaption
    footer form h1 h2 h3 h4 h5 h6 header hgroup hr html head iframe legend menu li main map nav ol optgroup p pre
    section summary table tbody td th thead tfoot tr ul
""")
VOID_ELEMENTS = _names("area base br col command embed hr img input keygen link meta param source track wbr")
KNOWN_ELEMENTS = SPAN_ELEMENTS | BLOCK_ELEMENTS | VOID_ELEMENTS | _HOLD_BLOCKS | _HOLD_SPANS | _HOLD_RAW


def content_model(element: str) -> ContentModel:
    """What an element holds by its nature: blocks, text, or HTML that is passed on as it is."""
    if element in _HOLD_BLOCKS:
        return "block"
    return "span" if element in _HOLD_SPANS else "raw"
