"""Posts into somebody's Jekyll site: documents of its collections, and their assets.

Jekyll does with a document what it does with any other: permalinks, layouts, defaults, lists and feeds are its own
affair. All that is decided here is which folder it lies in and what it is called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from html import escape
from pathlib import Path

from catvis.errors import ContentError, Place, nearest
from catvis.page.facts import ASSETS, PostPage
from catvis.page.theme import (
    FIGURES,
    POST_FOLDER,
    ThemedPost,
    figure_place,
    figures_file,
    render_themed,
    script_once,
    shared_files,
)
from catvis.post.document import escape_liquid
from catvis.post.front_matter import FrontMatter
from catvis.post.jekyll_config import POSTS, JekyllConfig, read_jekyll_config
from catvis.post.site_file import SiteFile
from catvis.settings import JEKYLL_CONFIG
from catvis.site.additions import is_ours, new_additions, not_ours
from catvis.site.compose import ComposedPost
from catvis.site.destination import Destination
from catvis.site.gather import Post
from catvis.site.manifest import JEKYLL_MARK, manifest, post_of
from catvis.site.shown import ShownPost, image_html
from catvis.site.write import NewFiles

_LEFT_OUT = (".", "_", "#", "~")
"""Jekyll takes no file into a site, nor a folder, whose name begins so."""


class JekyllSite(Destination):
    """The folder of a Jekyll site.

    Args:
        folder: of its ``_config.yml``.
        warn: is told of files that are not made any more and stay, since somebody has changed them.
    """

    whole_examples = True
    explores = False

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        super().__init__(folder)
        self._warn = warn
        self._config = JekyllConfig()
        self._wrote: Mapping[str, str] = {}

    def check_place(self) -> None:
        """Read what the site says about its posts, and what earlier builds wrote there."""
        self._config = read_jekyll_config(self.folder / JEKYLL_CONFIG)
        self._wrote = manifest(self.folder, JEKYLL_MARK)

    def check(self, post: Post) -> None:
        """Check that Jekyll will take the post and its pictures, and that nobody else wrote its document."""
        _check_names(post)
        _check_front_matter(post)
        name = self._document(post)
        lies_there = (self.folder / name).exists()
        if lies_there and not is_ours(self.folder, name, self._wrote.get(name, "")):
            raise not_ours(self.folder, [name])

    def new(self) -> AbstractContextManager[NewFiles]:
        """Collect files that are moved in at the end."""
        return new_additions(self.folder, self._warn)

    def post_files(self, composed: ComposedPost, site: SiteFile) -> tuple[PostPage, dict[str, bytes]]:
        """Make a post's document, and its assets."""
        post, shown = composed.post, ShownPost(composed, trusted=site.trusted)
        figures = figures_file([made.html for made in shown.html])
        front = post.document.front
        body = _body(shown, figures, trusted=site.trusted)
        document = render_themed(
            ThemedPost(
                post.name,
                shown.front_matter,
                None if "excerpt" in front.values else _excerpt(shown, self._separator(front)),
                body if front.liquid and site.trusted else escape_liquid(body),
                shown.contents,
                self._config.kramdown,
                site.trusted,
            )
        )
        assets = {**shown.files(), FIGURES: figures} if shown.html else shown.files()
        files = {self._document(post): document.encode()}
        files |= {f"{self._assets}/{post.name}/{name}": data for name, data in assets.items()}
        return PostPage(post.name, shown.title or post.name, body=""), files

    def files_of_all(self, pages: Sequence[PostPage], site: SiteFile) -> dict[str, bytes]:
        """Give the style sheet and the script of all figures."""
        return {f"{self._assets}/{name}": data for name, data in shared_files().items()}

    def post_of(self, name: str) -> str:
        """See whose folder of assets a file lies in, or whose document it is."""
        return post_of(name)

    @property
    def _assets(self) -> str:
        return str(self._config.source / ASSETS)

    def _separator(self, front: FrontMatter) -> str:
        own = front.values.get("excerpt_separator")
        return self._config.excerpt_separator if own is None else str(own)

    def _document(self, post: Post) -> str:
        """The path of a post's document below the site.

        Raises:
            ContentError: the site has no such collection, or a post has no date.
        """
        front, where = post.document.front, Place(post.document.path, 1)
        collection = str(front.values.get("collection") or POSTS)
        if collection not in self._config.collections:
            message = f"{JEKYLL_CONFIG} has no collection {collection!r}"
            raise ContentError(message, where=where, hint=nearest(collection, self._config.collections))
        day = ""
        if collection == POSTS:
            if front.date is None:
                hint = "write date: 2015-12-31 above the text, since Jekyll finds a post by its day"
                raise ContentError("the post has no date", where=where, hint=hint)
            day = f"{front.date.date().isoformat()}-"
        # What another Markdown reader would make of it nobody knows: Jekyll leaves HTML as it is.
        ending = "md" if self._config.kramdown else "html"
        return str(self._config.folder(collection) / f"{day}{post.name}.{ending}")


def _body(shown: ShownPost, figures: bytes, *, trusted: bool) -> str:
    """The text with pictures in the place of figures, and before the first the script that brings these."""
    places = [
        figure_place(number, figures, source, shown.composed.composites[source], figure.alt)
        for number, (figure, source) in enumerate(
            (figure, shown.source(number)) for number, figure in enumerate(shown.figures)
        )
    ]
    image = partial(image_html, folder=POST_FOLDER)
    scripts = iter([script_once(trusted=trusted)])
    return shown.text(lambda number: next(scripts, "") + places[number], own=False, image=image)


def _excerpt(shown: ShownPost, separator: str) -> str:
    """What lists show of a post: its text up to a separator, else its first paragraph; no picture, no figure."""
    if separator.strip():
        text = shown.text(lambda _: "", own=False, image=lambda _: "")
        before, found, _ = text.partition(separator)
        if found:
            return before.strip()
    return f"<p>{escape(shown.excerpt, quote=False)}</p>" if shown.excerpt else ""


def _check_names(post: Post) -> None:
    """Check that Jekyll leaves nothing of a post out of the site."""
    if post.name.startswith(_LEFT_OUT) or post.name.endswith("~"):
        raise ContentError(
            f"Jekyll would leave out a post called {post.name!r}",
            where=Place(post.folder),
            hint="rename the folder: let it begin with a letter or a digit",
        )
    for slot in post.document.slots:
        file = slot.source.rpartition("/")[2]
        if file.startswith(_LEFT_OUT) or file.endswith("~"):
            hint = "let its name begin with a letter or a digit"
            raise ContentError(f"Jekyll would leave out {slot.source!r}", where=slot.place, hint=hint)


def _check_front_matter(post: Post) -> None:
    """Check that a key can be added to the front matter as it is written."""
    front = post.document.front
    if front.values and front.text.lstrip().startswith("{"):
        hint = "write a line for each key, such as title: My post"
        raise ContentError(
            "the front matter is one mapping in braces", where=Place(post.document.path, 2), hint=hint
        )
