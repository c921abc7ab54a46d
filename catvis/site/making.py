"""A new site, post by post: read and check, compute, compose, render, put beside the old one.

All that has changed is checked before anything is computed; what has not changed is taken over as it is, while the
rest is made. No more than one post is held at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from catvis.cache import Cache
from catvis.errors import ContentError
from catvis.exemplars.place import store_file
from catvis.jobs.base import Job
from catvis.jobs.engine import Engine
from catvis.page.facts import PostPage
from catvis.post.site_file import SiteFile, read_site_file
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Request
from catvis.site.compose import check_post, compose_post
from catvis.site.destination import Destination
from catvis.site.gather import SITE_FILE, Post, Reader, nothing_published
from catvis.site.kept import EarlierPosts, KeptPost, digest_now, keep_post
from catvis.site.write import NewFiles
from catvis.written.located import Mistakes

if TYPE_CHECKING:
    from catvis.networks.network import Network


class Made(msgspec.Struct):
    """What making a site did.

    Attributes:
        computed: what was not in the cache.
        warnings: what the author should look at.
        more: files outside the content that it was built from.
    """

    computed: list[Job[Any]] = msgspec.field(default_factory=list)
    warnings: list[str] = msgspec.field(default_factory=list)
    more: dict[Path, None] = msgspec.field(default_factory=dict)


def make_site(
    settings: Settings,
    request: Request,
    reporter: Reporter,
    cache: Cache,
    earlier: EarlierPosts,
    destination: Destination,
    new: NewFiles,
    opened: dict[str, Network] | None,
) -> Made:
    """Make all files of a site.

    Args:
        settings: folders, network, device.
        request: which posts.
        reporter: is told what is going on.
        cache: of results.
        earlier: what earlier builds made of the posts.
        destination: where posts go.
        new: the files, so far those that are taken over.
        opened: networks by digest that stay open from one build to the next.

    Raises:
        ContentError: the content is wrong, or a claim fails under ``strict``.
        CatvisError: a network, a picture or a folder is not what it has to be.
    """
    reader, made = Reader(settings, cache=cache), Made()
    engine = Engine(settings, cache, reader.networks, reader.pictures, reporter, reporter.say)
    engine.opened = {} if opened is None else opened
    site, checks, mistakes = SiteFile(), Mistakes(), Mistakes()
    with checks.noted():
        site = _read_site(reader)
    posts = _Posts(reader, site, engine, cache, earlier, destination, new)
    unlike = [folder for folder in earlier.folders if folder not in earlier.kept]
    anew = posts.made(posts.checked(unlike, request, checks), mistakes)
    # Meanwhile the files of the others were taken over.
    damaged = new.damaged()
    lost = [folder for folder in earlier.kept if folder.name in damaged]
    anew |= posts.made(posts.checked(lost, request, checks), mistakes)
    mistakes.raise_any()
    pages: list[PostPage] = []
    broken: list[str] = []
    for folder in earlier.folders:
        found = anew.get(folder) or earlier.kept.get(folder)
        if found is None or not request.wants(found.published):
            continue
        if folder not in anew:
            new.keep(found.files)
        pages.append(found.page)
        made.warnings += found.warnings
        broken += found.broken_claims
        made.more |= dict.fromkeys(map(Path, found.more))
    if not pages:
        raise nothing_published(settings)
    if broken and request.strict:
        hint = "the site is as it was, for --strict was asked for"
        raise ContentError("\n".join(broken), hint=hint)
    for name, data in destination.files_of_all(pages, site).items():
        if not request.posts or name not in new.old:
            new.put(name, data)
    if request.posts:  # other posts, and what speaks of all of them, stay as they are
        built = {page.slug for page in pages}
        others = (name for name in new.old if destination.post_of(name) not in built)
        new.keep(name for name in others if (settings.site / name).is_file())
    made.warnings += broken
    made.computed = engine.computed
    return made


def _read_site(reader: Reader) -> SiteFile:
    site = read_site_file(reader.settings.content / SITE_FILE)
    reader.extensions = site.markdown_extensions
    return replace(site, trust="none") if reader.settings.untrusted else site


class _Posts(msgspec.Struct):
    """Makes posts, with all that it takes."""

    reader: Reader
    site: SiteFile
    engine: Engine
    cache: Cache
    earlier: EarlierPosts
    destination: Destination
    new: NewFiles

    def checked(self, folders: Sequence[Path], request: Request, mistakes: Mistakes) -> list[Path]:
        """Check posts, before anything of them is computed; give those that are wanted.

        Args:
            folders: of the posts.
            request: which are wanted.
            mistakes: what was found so far.

        Raises:
            ContentError: there are mistakes.
        """
        wanted = []
        for folder in folders:
            with mistakes.noted():
                if request.wants(published=self.reader.is_published(folder)):
                    post = self.reader.post(folder)
                    self.destination.check(post)
                    check_post(post)
                    wanted.append(folder)
        mistakes.raise_any()
        return wanted

    def made(self, folders: Sequence[Path], mistakes: Mistakes) -> dict[Path, KeptPost]:
        """Make posts, and put their files into the site.

        Args:
            folders: of the posts.
            mistakes: takes note of what only shows while they are made.
        """
        found: dict[Path, KeptPost] = {}
        for folder in folders:
            with mistakes.noted():
                found[folder] = self._made(self.reader.post(folder))
                keep_post(self.cache, self.earlier.keys[folder.name], found[folder])
        return found

    def _made(self, post: Post) -> KeptPost:
        destination, settings = self.destination, self.reader.settings
        composed = compose_post(
            post,
            self.engine.answers,
            whole_examples=destination.whole_examples,
            listed=destination.listed,
            explores=destination.explores,
        )
        page, files = destination.post_files(composed, self.site)
        for name, data in files.items():
            self.new.put(name, data)
        digests = {cast.card.digest for cast in post.casts.values() if cast.card}
        sources = [self.reader.networks[digest] for digest in sorted(digests)]
        weights = {
            path: self.earlier.digest_of(path)
            for source in sources
            for path in map(str, map(Path.absolute, source.files))
        }
        # A store may have been made by this very build.
        stores = [store_file(settings.cache, source.name) for source in sources]
        more = weights | {path: digest_now(path) for path in map(str, map(Path.absolute, stores))}
        # Its text is in the site already; elsewhere it stands in a feed alone.
        elsewhere = page.elsewhere if self.site.address else ""
        return KeptPost(
            replace(page, body="", contents=(), elsewhere=elsewhere),
            {name: self.new.names[name] for name in files},
            more,
            post.published,
            (*post.document.warnings, *composed.strangers),
            composed.broken_claims,
        )
