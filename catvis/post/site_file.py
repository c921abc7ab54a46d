"""``content/site.yaml`` → `SiteFile`: what holds for a site whatever its posts say.

The file may be missing: a site then has no address, and whatever needs one (feed, sitemap, absolute links) is
left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from catvis.errors import ContentError
from catvis.written.located import Located, Mistakes
from catvis.written.yaml_values import Value, quoted, read_yaml

_KEYS = ("address", "title", "author", "description", "language", "markdown_extensions")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_HOST = re.compile(r"[A-Za-z0-9:][A-Za-z0-9.:-]*")

MARKDOWN_EXTENSIONS = ("toc",)
"""What a post may be read with, of Python-Markdown's own extensions.

Most others have no effect, since they bring syntax for blocks or text, which the dialect reads: abbr (without a
glossary), admonition, def_list, footnotes, legacy_em, md_in_html, nl2br, sane_lists, tables, wikilinks. Some have
no good one: smarty undoes escaped quotes, meta takes a post's first words before a colon, codehilite guesses
languages, fenced_code (and with it extra) takes code from the dialect. attr_list and legacy_attrs search a line in
time that grows with its square or cube, which no stranger's post should be able to ask for.
"""


@dataclass(frozen=True)
class SiteFile:
    """What an author says about a site.

    Attributes:
        address: where it is published, ``https://example.org/blog``, without a slash at the end.
        title: of the home page and the feed.
        author: of the posts that name none.
        description: one sentence about the site.
        language: of the posts that name none, as a BCP 47 tag.
        markdown_extensions: what the posts are read with beside the dialect, of `MARKDOWN_EXTENSIONS`.
    """

    address: str | None = None
    title: str | None = None
    author: str | None = None
    description: str | None = None
    language: str = "en"
    markdown_extensions: tuple[str, ...] = ()


def read_site_file(path: Path) -> SiteFile:
    """Read ``site.yaml``; without that file, nothing is said.

    Raises:
        ContentError: the file is mistaken; the message lists every mistake with its place.
    """
    if not path.exists():
        return SiteFile()
    mistakes = Mistakes()
    values = read_yaml(path).mapping(mistakes, _KEYS)
    address = title = author = description = None
    language = SiteFile.language
    extensions: list[str] = []
    with mistakes.noted():
        address = _address(values["address"]) if "address" in values else None
    with mistakes.noted():
        language = _language(values["language"]) if "language" in values else language
    with mistakes.noted():
        title = _line(values, "title", "What units see")
    with mistakes.noted():
        author = _line(values, "author", "Ada Lovelace")
    with mistakes.noted():
        description = _line(values, "description", "Networks, looked into")
    with mistakes.noted():
        listed = values["markdown_extensions"].items("[toc]") if "markdown_extensions" in values else ()
        for item in listed:
            with mistakes.noted():
                extensions.append(item.choice(MARKDOWN_EXTENSIONS))
    mistakes.raise_any()
    return SiteFile(address, title, author, description, language, tuple(dict.fromkeys(extensions)))


def _line(values: dict[str, Value], key: str, example: str) -> str | None:
    return " ".join(values[key].text(example).value.split()) if key in values else None


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
