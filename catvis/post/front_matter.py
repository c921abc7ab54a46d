"""The front matter of a post: YAML between two lines of ``---``, kept whole, understood where Jekyll does.

Keys that mean nothing here are kept as they are, for the Jekyll page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from pathlib import Path

import msgspec
import yaml

from catvis.errors import ContentError, Place
from catvis.frozen import Frozen
from catvis.written.yaml_bounds import events
from catvis.written.yaml_loading import load_yaml
from catvis.written.yaml_values import LONGEST_QUOTE

_OPENING = re.compile(r"---[ \t]*\n")
_CLOSING = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_LONGEST = 64 * 1024
_DEEPEST = 20


class FrontMatter(Frozen):
    """What stands above a post's text.

    Attributes:
        values: every key with its value, unknown ones too.
        text: the YAML as it was written, without the lines of ``---``.
    """

    values: Mapping[str, object] = msgspec.field(default_factory=dict)
    text: str = ""

    @property
    def title(self) -> str:
        """The post's title; "" if it has none."""
        return self._text("title")

    @property
    def description(self) -> str:
        """A sentence about the post; "" if it has none."""
        return self._text("description")

    @property
    def layout(self) -> str:
        """The Jekyll layout; "" if none is named."""
        return self._text("layout")

    @property
    def lang(self) -> str:
        """The post's language, such as ``en``; "" if none is named."""
        return self._text("lang")

    @property
    def author(self) -> str:
        """The author's name; of a mapping its ``name``, of a list all names; "" if none is given."""
        value = self.values.get("author")
        people = value if isinstance(value, list) else [value]
        names = [person.get("name") if isinstance(person, dict) else person for person in people]
        return ", ".join(str(name) for name in names if name)

    @property
    def date(self) -> datetime | None:
        """When the post was written; midnight if only the day is given; None if neither is."""
        return _as_date(self.values.get("date"))

    @property
    def published(self) -> bool:
        """Whether the post is built unless asked for by name."""
        return self.values.get("published", True) not in (False, None)

    @property
    def liquid(self) -> bool:
        """Whether Jekyll shall read Liquid in the post's text."""
        return self.values.get("liquid") is True

    @property
    def truth(self) -> bool:
        """Whether a table at the post's end says how far its figures can be trusted."""
        return self.values.get("truth") is True

    def place_in_title(self, written: str) -> tuple[int, int]:
        """The post's line and column where words of the title stand; the title's own where YAML hides them."""
        start, end, _ = self._title_span()
        found = self.text.find(written, start, end)
        at = start if found < 0 else found
        return self.text.count("\n", 0, at) + 2, at - self.text.rfind("\n", 0, at)

    def with_title(self, title: str) -> str:
        """The YAML with another title in the place of the one that is written."""
        quoted = yaml.dump(title, default_style='"', allow_unicode=True, width=math.inf).strip()
        start, end, anchor = self._title_span()
        written = self.text[start:end]
        if not written:
            quoted = f"title: {quoted}\n"
        return f"{self.text[:start]}{anchor}{quoted}{written[len(written.rstrip()) :]}{self.text[end:]}"

    def _title_span(self) -> tuple[int, int, str]:
        """Where the title is written, of several the last: from, to, and the anchor that it begins with.

        Nothing at the beginning where it comes from a mapping that is merged.
        """
        ended = [
            event
            for event, depth in events(self.text)
            if depth == 1 and isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent, yaml.CollectionEndEvent))
        ]
        span = 0, 0, ""
        for key, value in zip(ended[::2], ended[1::2], strict=True):
            is_title = isinstance(key, yaml.ScalarEvent) and key.value == "title"
            if is_title and value.start_mark and value.end_mark:
                anchor = f"&{value.anchor} " if isinstance(value, yaml.ScalarEvent) and value.anchor else ""
                span = value.start_mark.index, value.end_mark.index, anchor
        return span

    def _text(self, key: str) -> str:
        value = self.values.get(key)
        return "" if value is None else str(value)


def _as_date(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, str):
        for form in ("%Y-%m-%d %H:%M:%S %z", "%Y-%m-%d %H:%M %z", "%Y-%m-%d %H:%M"):
            try:
                return datetime.strptime(value.strip(), form)
            except ValueError:
                continue
    return None


class FrontKey(Frozen):
    """A key of the front matter that means something here.

    Attributes:
        about: the key in a few words.
        fits: whether a value can be meant.
        right: what to write where it cannot.
    """

    about: str
    fits: Callable[[object], bool] = lambda _: True
    right: str = ""


def _line(about: str) -> FrontKey:
    right = 'one line of text, between "…" where it begins with a brace'
    return FrontKey(about, lambda value: not isinstance(value, (dict, list)), right)


def _flag(about: str) -> FrontKey:
    right = "true or false, without quotation marks"
    return FrontKey(about, lambda value: isinstance(value, bool), right)


FRONT_KEYS: Mapping[str, FrontKey] = {
    "title": _line("the post's title; it may hold computed values"),
    "description": _line("a sentence about the post, for lists, feeds and previews"),
    "layout": _line("the Jekyll layout; post is usual"),
    "lang": _line("the post's language, such as en; the site's where it is left out"),
    "published": _flag("false makes it a draft, built only when it is named or with --unpublished"),
    "liquid": _flag("whether Jekyll reads Liquid in the text, which else is shown as it is written"),
    "date": FrontKey(
        "when it was written: a day, or a day and a time",
        lambda value: _as_date(value) is not None,
        "a date such as 2015-12-31 or 2015-12-31 10:00:00 +0100",
    ),
    "author": FrontKey("a name, a mapping with a name, or a list of these; the site's where it is left out"),
    "toc": FrontKey(
        "in a Jekyll site, true puts the contents above the text; theme leaves that to the theme"
    ),
    "truth": _flag("whether a table at the post's end says how far its figures can be trusted"),
    "collection": FrontKey("the Jekyll collection that the post belongs to; posts where it is left out"),
    "excerpt": FrontKey(
        "what Jekyll's lists show; where it is left out, the beginning of the text without figures"
    ),
    "excerpt_separator": FrontKey("what ends that beginning; the site's where it is left out"),
}
"""The others are kept for Jekyll, whatever they say."""


def split_front_matter(path: Path, source: str) -> tuple[FrontMatter, str, int]:
    """Take the front matter off a post.

    Args:
        path: the post, for messages.
        source: its whole text, with Unix line ends.

    Returns:
        the front matter (empty if the first line is not ``---``), the text below it, and the number of the
        line that this begins with.

    Raises:
        ContentError: the end mark is missing, the YAML is broken or no mapping, or a value is of the wrong kind.
    """
    opening = _OPENING.match(source)
    if opening is None:
        return FrontMatter(), source, 1
    closing = _CLOSING.search(source, opening.end())
    if closing is None:
        raise ContentError(
            "the front matter has no end",
            where=Place(path, 1, 1),
            hint="write a line --- below the last key, above the text",
        )
    text = source[opening.end() : closing.start()]
    front = FrontMatter(_read(path, text), text)
    _check(path, front)
    return front, source[closing.end() :], source.count("\n", 0, closing.end()) + 1


def _read(path: Path, text: str) -> dict[str, object]:
    if len(text) > _LONGEST:
        raise ContentError(
            f"the front matter has {len(text)} characters",
            where=Place(path, 1),
            hint=f"at most {_LONGEST}: is the line --- below it missing?",
        )
    values = load_yaml("\n" + text, path, _DEEPEST, "the front matter")  # below the first line
    if values is None:
        return {}
    if not isinstance(values, dict):
        raise ContentError(
            "the front matter is no mapping",
            where=Place(path, 2, 1),
            hint="write lines such as title: My post",
        )
    return {str(key): value for key, value in values.items()}


def _check(path: Path, front: FrontMatter) -> None:
    for name, key in FRONT_KEYS.items():
        value = front.values.get(name)
        if value is not None and not key.fits(value):
            raise _wrong(path, front, name, key.right)


def _wrong(path: Path, front: FrontMatter, key: str, right: str) -> ContentError:
    rows = front.text.split("\n")
    row = next((row for row, line in enumerate(rows) if line.startswith(f"{key}:")), 0)
    found = repr(front.values[key])
    shown = found if len(found) <= LONGEST_QUOTE else f"{found[:LONGEST_QUOTE]}…"
    return ContentError(f"{key} cannot be {shown}", where=Place(path, row + 2, 1), hint=f"write {right}")
