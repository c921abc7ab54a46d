"""``_config.yml`` of a Jekyll site → `JekyllConfig`: what decides where a post goes and how it is written there.

All else in that file is Jekyll's and the theme's, and is left unread.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import msgspec

from catvis.errors import ContentError, Place
from catvis.frozen import Frozen
from catvis.written.yaml_loading import load_yaml

POSTS = "posts"
PARAGRAPH = "\n\n"
"""What ends a post's excerpt unless the site or the post says otherwise."""

_LARGEST_FILE = 1024 * 1024
_DEEPEST = 50
_COLLECTION = re.compile(r"\w[\w-]*")


class JekyllConfig(Frozen):
    """What a Jekyll site says about its posts.

    Attributes:
        source: the folder of its pages, relative to ``_config.yml``.
        collections_dir: the folder of its collections, posts among them, below ``source``.
        collections: their names; ``posts`` is always one.
        kramdown: whether kramdown reads its Markdown, as it does unless the site says otherwise.
        excerpt_separator: what a post's excerpt ends at.
    """

    source: PurePosixPath = msgspec.field(default_factory=PurePosixPath)
    collections_dir: PurePosixPath = msgspec.field(default_factory=PurePosixPath)
    collections: tuple[str, ...] = (POSTS,)
    kramdown: bool = True
    excerpt_separator: str = PARAGRAPH

    def folder(self, collection: str) -> PurePosixPath:
        """Where the documents of a collection lie, relative to ``_config.yml``."""
        return self.source / self.collections_dir / f"_{collection}"


def read_jekyll_config(file: Path) -> JekyllConfig:
    """Read what a Jekyll site says about its posts.

    Raises:
        ContentError: the file cannot be read, is no YAML, or one of these values is of the wrong kind.
    """
    values = _read(file)
    collections = values.get("collections") or ()
    if not isinstance(collections, (list, tuple, dict)):
        raise ContentError("collections cannot be read", where=Place(file), hint="write a list or a mapping")
    named = [name for name in map(str, collections) if _COLLECTION.fullmatch(name)]
    separator = values.get("excerpt_separator")
    return JekyllConfig(
        _folder(values, "source", file),
        _folder(values, "collections_dir", file),
        tuple(dict.fromkeys((POSTS, *named))),
        "kramdown" in str(values.get("markdown") or "kramdown").lower(),
        PARAGRAPH if separator is None else str(separator),
    )


def _read(file: Path) -> dict[str, object]:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            hint = f"at most {_LARGEST_FILE} bytes are read"
            raise ContentError("the file is too large for a site's settings", where=Place(file), hint=hint)
        text = file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ContentError(f"the file cannot be read: {error.strerror}", where=Place(file)) from None
    except UnicodeDecodeError:
        raise ContentError("the file is not UTF-8", where=Place(file), hint="save it as UTF-8") from None
    values = load_yaml(text, file, _DEEPEST)
    if values is not None and not isinstance(values, dict):
        raise ContentError(
            "the file is no mapping", where=Place(file), hint="write lines such as title: My site"
        )
    return values or {}


def _folder(values: dict[str, object], key: str, file: Path) -> PurePosixPath:
    """A folder below the site; what leads out of it is refused."""
    found = values.get(key)
    if found is not None and not isinstance(found, str):
        raise ContentError(f"{key} cannot be {found!r}", where=Place(file), hint="write the name of a folder")
    folder = PurePosixPath(found or "")
    if folder.is_absolute() or ".." in folder.parts:
        hint = "posts are published below the folder that catvis is run in: name one in it"
        raise ContentError(f"{key} leads out of the site: {found!r}", where=Place(file), hint=hint)
    return folder
