"""build(): nothing where nothing has changed, else a new site.

What finds out that nothing has changed imports nothing heavy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from catvis.cache import Cache
from catvis.errors import shown_path
from catvis.frozen import Frozen
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.destination import destination_of
from catvis.site.kept import earlier_posts
from catvis.site.manifest import documents
from catvis.site.record import inputs, is_up_to_date, keep_record

if TYPE_CHECKING:
    from catvis.jobs.base import Job
    from catvis.networks.network import Network


class Request(Frozen):
    """What is to be built.

    Attributes:
        posts: names of posts; all that are published where none is named.
        unpublished: posts that say ``published: false`` too.
        strict: a claim that does not hold is an error.
    """

    posts: tuple[str, ...] = ()
    unpublished: bool = False
    strict: bool = False

    def wants(self, published: bool) -> bool:
        """Whether a post is to be built that is published, or is not."""
        return published or self.unpublished or bool(self.posts)


class Built(Frozen):
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


def build_site(
    settings: Settings, request: Request, reporter: Reporter, opened: dict[str, Network] | None = None
) -> Built:
    """Build a site.

    Args:
        settings: folders, network, device.
        request: which posts.
        reporter: is told what is going on.
        opened: networks by digest that stay open from one build to the next.

    Raises:
        ContentError: the content is wrong, or a claim fails under ``strict``; the old site is as it was.
        CatvisError: a network, a picture or a folder is not what it has to be.
    """
    cache = Cache(settings.cache)
    asked, read = (list(request.posts), request.unpublished, request.strict), inputs(settings)
    if is_up_to_date(cache, settings, asked, read):
        reporter.say("nothing has changed: the site is as it was")
        return Built(_pages(settings, request))
    destination = destination_of(settings, reporter)
    destination.check_place()
    with destination.new() as new:
        earlier = earlier_posts(settings, cache, request, read, new)
        from catvis.site.making import make_site  # while files are taken over

        made = make_site(settings, request, reporter, cache, earlier, destination, new, opened)
    for line in made.warnings:
        reporter.warn(line)
    keep_record(cache, settings, asked, read, made.more, new.names)
    reporter.say(f"{new.written} files written, {new.kept} unchanged in {shown_path(settings.site)}")
    return Built(_pages(settings, request), tuple(made.computed), new.written, new.kept, tuple(made.warnings))


def _pages(settings: Settings, request: Request) -> tuple[Path, ...]:
    """The pages of the posts that were asked for; else the home page, or the only post's.

    In a Jekyll site these are documents, and there is no other home page than the site's own.
    """
    asked = [Path(name).name for name in request.posts]
    if settings.jekyll:
        published = documents(settings.site)
        return tuple(published[name] for name in (asked or sorted(published)))
    home = settings.site / "index.html"
    pages = [settings.site / name / "index.html" for name in asked]
    return tuple(pages or ([home] if home.is_file() else sorted(settings.site.glob("*/index.html"))))
