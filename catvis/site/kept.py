"""What an earlier build made of a post, so that the next one works on what has changed alone.

A kept post is found by the digest of everything that it was built from: its folder, what all posts share, the
program. Its files are in the site; what is kept here is what they are called, and what the pages that speak of all
posts say of it. To find it imports nothing heavy, so that its files are taken over while the rest is imported.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import asdict

from catvis.cache import Cache
from catvis.digests import digest, file_digests
from catvis.frozen import Frozen
from catvis.page.facts import PostPage
from catvis.settings import Settings
from catvis.site.content_posts import post_folders
from catvis.site.write import NewFiles

if TYPE_CHECKING:
    from catvis.site.build import Request


class KeptPost(Frozen):
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


class EarlierPosts(Frozen):
    """What earlier builds made of the posts of a build.

    Attributes:
        folders: of the posts.
        keys: by post, the digest of what it is built from.
        kept: by folder, what was made of posts that are as they were; those that are wanted are being taken over.
        digest_of: the digest of a file outside the content, once for all posts; "" where there is none.
    """

    folders: Sequence[Path]
    keys: Mapping[str, str]
    kept: Mapping[Path, KeptPost]
    digest_of: Callable[[str], str]


def earlier_posts(
    settings: Settings, cache: Cache, request: Request, read: Mapping[str, str], new: NewFiles
) -> EarlierPosts:
    """Find what earlier builds made of posts, and have their files taken over.

    Args:
        settings: the folders, and what holds where the content says nothing else.
        cache: where it is kept.
        request: which posts.
        read: digests by path of all that a build could read.
        new: takes over the files.

    Raises:
        UsageError: a post that was asked for does not exist.
        ContentError: there is no post at all.
    """
    folders = post_folders(settings.content, request.posts)
    every = post_folders(settings.content) if request.posts else folders
    keys = post_keys(settings, every, read)
    digest_of = functools.cache(digest_now)
    kept = {}
    for folder in folders:
        found = kept_post(cache, keys[folder.name], digest_of)
        if found and found.files.items() <= new.old.items():
            kept[folder] = found
    new.take_over(
        {folder.name: found.files for folder, found in kept.items() if request.wants(found.published)}
    )
    return EarlierPosts(folders, keys, kept, digest_of)


def digest_now(path: str) -> str:
    """The digest of a file as it is now; "" where there is none."""
    return file_digests(Path(path)).get(path, "")


def post_keys(settings: Settings, folders: Sequence[Path], read: Mapping[str, str]) -> dict[str, str]:
    """The digests of what posts are built from, by post: its folder, and all that posts share.

    Args:
        settings: what holds where the content says nothing else.
        folders: of all posts.
        read: digests by path of all that a build could read.
    """
    content = f"{settings.content.absolute()}{os.sep}"
    own: dict[str, dict[str, str]] = {folder.name: {} for folder in folders}
    shared: dict[str, str] = {}
    for path, found in read.items():
        name, _, inside = path.removeprefix(content).partition(os.sep)
        if path.startswith(content) and name in own:
            own[name][inside] = found
        else:
            shared[path] = found
    places = [content, str(settings.weights), str(settings.downloads), str(Path.cwd())]
    of_all = digest(
        shared, settings.network, settings.allow_code, settings.untrusted, settings.jekyll, places
    )
    return {name: digest("post", name, files, of_all) for name, files in own.items()}


def kept_post(cache: Cache, key: str, digest_of: Callable[[str], str]) -> KeptPost | None:
    """Find what a build kept of a post; None where it has to be built again.

    Args:
        cache: where it is kept.
        key: of the post.
        digest_of: the digest of a file outside the content; "" where there is none.
    """
    stored = cache.get(key)
    if stored is None:
        return None
    kept = msgspec.convert(json.loads(stored), KeptPost)
    return kept if all(digest_of(path) == was for path, was in kept.more.items()) else None


def keep_post(cache: Cache, key: str, post: KeptPost) -> None:
    """Keep what was made of a post.

    Raises:
        CatvisError: the cache cannot be written.
    """
    cache.put(key, json.dumps(post, default=_plain).encode())


def _plain(value: msgspec.Struct | date) -> object:
    return value.isoformat() if isinstance(value, date) else asdict(value)
