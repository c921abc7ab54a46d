"""build(): gather and check, compute, compose, render, write beside, swap in.

Each stage gets what the one before made; nothing is written before everything is known to be right.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catvis.cache import Cache
from catvis.errors import ContentError, shown_path
from catvis.jobs.base import Job
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.record import inputs, is_up_to_date, keep_record


@dataclass(frozen=True)
class Request:
    """What is to be built.

    Attributes:
        posts: names of posts; all that are published where none is named.
        unpublished: posts that say ``published: false`` too.
        strict: a claim that does not hold is an error.
    """

    posts: tuple[str, ...] = ()
    unpublished: bool = False
    strict: bool = False


@dataclass(frozen=True)
class Built:
    """What a build did.

    Attributes:
        pages: the posts' pages.
        computed: what was not in the cache.
        written: how many files are new or changed.
        kept: how many files are as they were.
        warnings: what the author should look at.
    """

    pages: tuple[Path, ...]
    computed: tuple[Job[Any], ...] = ()
    written: int = 0
    kept: int = 0
    warnings: tuple[str, ...] = ()


def build_site(settings: Settings, request: Request, reporter: Reporter) -> Built:
    """Build a site.

    Args:
        settings: folders, network, device.
        request: which posts.
        reporter: is told what is going on.

    Raises:
        ContentError: the content is wrong, or a claim fails under ``strict``; the old site is as it was.
        CatvisError: a network, a picture or a folder is not what it has to be.
    """
    cache = Cache(settings.cache)
    asked = (list(request.posts), request.unpublished, request.strict)
    if is_up_to_date(cache, settings, asked):
        reporter.say("nothing has changed: the site is as it was")
        return Built(_pages(settings, request))
    return _build(settings, request, asked, cache, reporter)


def _build(
    settings: Settings, request: Request, asked: tuple[object, ...], cache: Cache, reporter: Reporter
) -> Built:
    from catvis.exemplars.store import store_file
    from catvis.jobs.engine import Engine
    from catvis.site.compose import compose_posts
    from catvis.site.gather import gather
    from catvis.site.pages import site_files
    from catvis.site.write import check_place, other_files, write_site

    check_place(settings.site)
    read = inputs(settings)
    content = gather(settings, request.posts, unpublished=request.unpublished)
    sources = {source.digest(): source for source in content.sources.values()}
    pictures = {
        picture.digest: picture.file
        for post in content.posts
        for cast in post.casts.values()
        for picture in cast.pictures
    }
    engine = Engine(settings, cache, sources, pictures, reporter, reporter.quiet, reporter.say)
    composed = compose_posts(content, engine.answers)
    warnings = [warning for post in content.posts for warning in post.document.warnings]
    broken = [claim for post in composed for claim in post.broken_claims]
    if broken and request.strict:
        raise ContentError("\n".join(broken), hint="the site is as it was, for --strict was asked for")
    for line in (*warnings, *broken):
        reporter.warn(line)
    files = site_files(content, composed)
    others = other_files(settings.site, files, request.posts)
    written, kept = write_site(settings.site, {**files, **others})
    more = [file for source in content.sources.values() for file in source.files]
    more += [store_file(settings.cache, name) for name in content.sources]
    keep_record(cache, settings, asked, read, more)
    reporter.say(f"{written} files written, {kept} unchanged in {shown_path(settings.site)}")
    return Built(_pages(settings, request), tuple(engine.computed), written, kept, (*warnings, *broken))


def _pages(settings: Settings, request: Request) -> tuple[Path, ...]:
    """The pages of the posts that were asked for; else the home page, or the only post's."""
    asked = [settings.site / Path(name).name / "index.html" for name in request.posts]
    home = settings.site / "index.html"
    return tuple(asked or ([home] if home.is_file() else sorted(settings.site.glob("*/index.html"))))
