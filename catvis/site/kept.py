"""What an earlier build made of a post, so that the next one works on what has changed alone.

A kept post is found by the digest of everything that it was built from: its folder, what all posts share, the
program. Its files are in the site; what is kept here is what they are called, and what the pages that speak of all
posts say of it.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from catvis.cache import Cache
from catvis.digests import digest, file_digests
from catvis.page.facts import Card, PostPage
from catvis.settings import Settings


@dataclass(frozen=True)
class KeptPost:
    """A post that was built before.

    Attributes:
        page: what others say of it; without its own text.
        files: digests by path below the site.
        more: digests by path of files outside the content that it was built from; "" for one that was not there.
        published: whether it is built unless asked for.
        warnings: what the author should look at.
        broken_claims: what the prose relies on and is not so.
    """

    page: PostPage
    files: Mapping[str, str]
    more: Mapping[str, str]
    published: bool
    warnings: tuple[str, ...]
    broken_claims: tuple[str, ...]


def post_key(settings: Settings, folder: Path, read: Mapping[str, str], shared: str) -> str:
    """The digest of what a post is built from.

    Args:
        settings: what holds where the content says nothing else.
        folder: the post's.
        read: digests by path of all that a build could read.
        shared: digest of what all posts share.
    """
    start = f"{folder.absolute()}/"
    own = {path.removeprefix(start): found for path, found in read.items() if path.startswith(start)}
    places = [
        str(settings.content.absolute()),
        str(settings.weights),
        str(settings.downloads),
        str(Path.cwd()),
    ]
    return digest("post", folder.name, own, shared, settings.network, settings.allow_code, places)


def shared_digest(folders: list[Path], read: Mapping[str, str]) -> str:
    """The digest of what all posts share: the program, its templates, and the content outside of posts."""
    starts = tuple(f"{folder.absolute()}/" for folder in folders)
    return digest({path: found for path, found in read.items() if not path.startswith(starts)})


def kept_post(cache: Cache, key: str) -> KeptPost | None:
    """Find what a build kept of a post; None where it has to be built again."""
    stored = cache.get(key)
    if stored is None:
        return None
    values = json.loads(stored)
    page = values["page"]
    page |= {
        "published": date.fromisoformat(page["published"]) if page["published"] else None,
        "card": Card(**page["card"]) if page["card"] else None,
        "contents": (),
    }
    kept = KeptPost(
        PostPage(**page),
        values["files"],
        values["more"],
        values["published"],
        tuple(values["warnings"]),
        tuple(values["broken_claims"]),
    )
    found = file_digests(*map(Path, kept.more))
    return kept if all(found.get(path, "") == was for path, was in kept.more.items()) else None


def keep_post(cache: Cache, key: str, post: KeptPost) -> None:
    """Keep what was made of a post.

    Raises:
        CatvisError: the cache cannot be written.
    """
    kept = dataclasses.replace(post, page=dataclasses.replace(post.page, body="", contents=()))
    cache.put(key, json.dumps(dataclasses.asdict(kept), default=date.isoformat).encode())
