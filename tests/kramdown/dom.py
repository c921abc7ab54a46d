"""HTML reduced to what a reader's browser would make of it, so that two pieces of it can be compared.

Attributes are sorted, white space outside ``pre`` is collapsed and dropped beside tags of blocks, comments are
dropped.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SPAN_NAMES = """
    a abbr b big br button cite code del dfn em i img input ins kbd label mark q s samp small span strong sub sup
    tt u var
"""
_SPANS = frozenset(_SPAN_NAMES.split())
_VERBATIM = frozenset({"pre", "script", "style", "textarea"})
_BLANKS = re.compile(r"[ \t\r\n\f]+")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[str] = []
        self.verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.events.append(f"<{tag}" + "".join(f" {key}={value!r}" for key, value in sorted(attrs)) + ">")
        self.verbatim += tag in _VERBATIM

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        self.events.append(f"</{tag}>")
        self.verbatim -= tag in _VERBATIM

    def handle_data(self, data: str) -> None:
        text = data if self.verbatim else _BLANKS.sub(" ", data)
        if self.events and not self.events[-1].startswith("<"):
            self.events[-1] += text
        else:
            self.events.append("=" + text)


def dom(html: str) -> list[str]:
    """The tags and texts of HTML, in a form that is equal for equal DOMs."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found: list[str] = []
    verbatim = 0
    events = reader.events
    for index, event in enumerate(events):
        name = event.strip("</>=").split(" ")[0]
        if event.startswith("<"):
            verbatim += (name in _VERBATIM) * (-1 if event.startswith("</") else 1)
            found.append(event)
            continue
        text = event[1:]
        if not verbatim:
            text = _BLANKS.sub(" ", text)
            text = text.lstrip(" ") if _at_block(events, index - 1) else text
            text = text.rstrip(" ") if _at_block(events, index + 1) else text
        if text:
            found.append(f"={text}")
    return found


def _at_block(events: list[str], index: int) -> bool:
    if not 0 <= index < len(events):
        return True
    return events[index].strip("</>").split(" ")[0] not in _SPANS
