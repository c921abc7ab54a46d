"""``content/site.yaml`` → `SiteFile`: what holds for a site whatever its posts say.

The file may be missing: a site then has no address, and whatever needs one (feed, sitemap, absolute links) is
left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from catvis.errors import ContentError
from catvis.frozen import Frozen
from catvis.written.keys import TEXT, Key, choice, several
from catvis.written.located import Located, Mistakes
from catvis.written.yaml_values import Value, quoted, read_yaml

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_HOST = re.compile(r"[A-Za-z0-9:][A-Za-z0-9.:-]*")

TRUST = ("full", "none")
"""Whether posts are the site's own, and may hold whatever HTML does, or a stranger's."""

MARKDOWN_EXTENSIONS = ("toc",)
"""What a post may be read with, of Python-Markdown's own extensions.

Most others have no effect, since they bring syntax for blocks or text, which the dialect reads: abbr (without a
glossary), admonition, def_list, footnotes, legacy_em, md_in_html, nl2br, sane_lists, tables, wikilinks. Some have
no good one: smarty undoes escaped quotes, meta takes a post's first words before a colon, codehilite guesses
languages, fenced_code (and with it extra) takes code from the dialect. attr_list and legacy_attrs search a line in
time that grows with its square or cube, which no stranger's post should be able to ask for.
"""


class SiteFile(Frozen):
    """What an author says about a site.

    Attributes:
        address: where it is published, ``https://example.org/blog``, without a slash at the end.
        title: of the home page and the feed.
        author: of the posts that name none.
        description: one sentence about the site.
        language: of the posts that name none, as a BCP 47 tag.
        markdown_extensions: what the posts are read with beside the dialect, of `MARKDOWN_EXTENSIONS`.
        trust: one of `TRUST`.
    """

    address: str | None = None
    title: str | None = None
    author: str | None = None
    description: str | None = None
    language: str = "en"
    markdown_extensions: tuple[str, ...] = ()
    trust: str = "full"

    @property
    def trusted(self) -> bool:
        """Whether the posts' authors may put into pages what runs."""
        return self.trust == "full"


def _line(example: str, about: str) -> Key[str]:
    """A text, as one line."""
    return Key(lambda value: " ".join(value.text(example).value.split()), TEXT, about)


def _address(value: Value) -> str:
    found = value.text("https://example.org/blog")
    hint = "write the whole address, such as https://example.org/blog"
    if not _is_address(found):
        raise ContentError(f"{quoted(found.value)} is not an address of a site", where=found.place, hint=hint)
    return found.value.rstrip("/")


def _is_address(found: Located[str]) -> bool:
    try:
        parts = urlsplit(found.value)
        has_host = parts.hostname is not None and _HOST.fullmatch(parts.hostname) is not None
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = found.value.isascii() and not re.search(r"[\s\"'<>\\^`{|}?#@]", found.value)
    return parts.scheme in ("http", "https") and has_host and has_port and is_plain


def _language(value: Value) -> str:
    found = value.text("en")
    if _LANGUAGE.fullmatch(found.value) is None:
        message = f"{quoted(found.value)} is not a language"
        raise ContentError(message, where=found.place, hint="write a language tag, such as en, de or pt-BR")
    return found.value


def _extensions(value: Value) -> tuple[str, ...]:
    mistakes = Mistakes()
    found: dict[str, None] = {}
    for item in value.items("[toc]"):
        with mistakes.noted():
            found[item.choice(MARKDOWN_EXTENSIONS)] = None
    mistakes.raise_any()
    return tuple(found)


SITE_KEYS: Mapping[str, Key[Any]] = {
    "address": Key(
        _address, TEXT, "where it is published, such as https://example.org/blog; feeds and sitemaps need it"
    ),
    "title": _line("What units see", "of the home page and the feed"),
    "author": _line("Ada Lovelace", "of the posts that name none"),
    "description": _line(
        "Networks, looked into",
        "one sentence about the site; without it the posts' titles describe its home page",
    ),
    "language": Key(
        _language, TEXT, "of the posts that name none: a language tag, such as en, de or pt-BR (en)"
    ),
    "markdown_extensions": Key(
        _extensions,
        several({"enum": list(MARKDOWN_EXTENSIONS)}),
        "what of Python-Markdown the posts are read with: [toc] puts a table of contents where [TOC] stands",
    ),
    "trust": choice(TRUST, "full for posts of one's own; none takes out of a stranger's all that runs"),
}
"""What may stand in ``site.yaml``."""


def read_site_file(path: Path) -> SiteFile:
    """Read ``site.yaml``; without that file, nothing is said.

    Raises:
        ContentError: the file is mistaken; the message lists every mistake with its place.
    """
    if not os.path.lexists(path):
        return SiteFile()
    mistakes = Mistakes()
    read: dict[str, Any] = {}
    for name, value in read_yaml(path).mapping(mistakes, SITE_KEYS).items():
        with mistakes.noted():
            read[name] = SITE_KEYS[name].read(value)
    mistakes.raise_any()
    return SiteFile(**read)
