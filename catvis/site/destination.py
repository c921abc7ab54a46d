"""Where posts go, and as what files: a site of our own, or the folder of somebody's Jekyll site.

A build makes the same of a post wherever it goes; all that differs is a method here. What makes pages is imported
when the first is made.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from catvis.errors import ContentError, Place
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.write import JEKYLL, RESERVED, NewFiles, check_place, new_site

if TYPE_CHECKING:
    from catvis.page.facts import PostPage
    from catvis.post.site_file import SiteFile
    from catvis.site.compose import ComposedPost
    from catvis.site.gather import Post


class Destination(ABC):
    """Where posts go.

    Attributes:
        folder: what the paths of all files are below.
        whole_examples: whether examples are wanted as one picture each, as the figures of the text are.
        listed: whether a list of posts shows each with a small picture.
        explores: whether a reader can explore there what is made to be explored; else it stands still.
    """

    whole_examples: bool = False
    listed: bool = False
    explores: bool = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @abstractmethod
    def check_place(self) -> None:
        """Check that posts may go there, before anything is read.

        Raises:
            CatvisError: they may not.
        """

    @abstractmethod
    def check(self, post: Post) -> None:
        """Check what is asked of a post here, and not of every post.

        Raises:
            ContentError: the post is mistaken.
        """

    @abstractmethod
    def new(self) -> AbstractContextManager[NewFiles]:
        """Files that take the place of those of an earlier build when all of them are there."""

    @abstractmethod
    def post_files(self, composed: ComposedPost, site: SiteFile) -> tuple[PostPage, dict[str, bytes]]:
        """What others say of a post, and all its files, by path.

        Raises:
            ContentError: the prose asks for a value that does not exist.
        """

    @abstractmethod
    def files_of_all(self, pages: Sequence[PostPage], site: SiteFile) -> dict[str, bytes]:
        """Files that belong to no single post, by path."""

    @abstractmethod
    def post_of(self, name: str) -> str:
        """The post that a file belongs to; "" where it belongs to all."""


class OwnSite(Destination):
    """A site of our own: whole pages, and whatever speaks of all of them.

    Args:
        folder: of the site.
        say: is told of another build that is waited for.
    """

    listed = True

    def __init__(self, folder: Path, say: Callable[[str], object]) -> None:
        super().__init__(folder)
        self._say = say

    def check_place(self) -> None:
        """Check that the folder holds nothing but a site."""
        check_place(self.folder)

    def check(self, post: Post) -> None:
        """Check that nothing else of the site is called as the post."""
        if post.name in RESERVED:
            raise ContentError(
                f"a post cannot be called {post.name}: the site has something of that name beside its posts",
                where=Place(post.folder),
                hint="rename the folder",
            )

    def new(self) -> AbstractContextManager[NewFiles]:
        """Grow a new site beside the old one."""
        return new_site(self.folder, self._say)

    def post_files(self, composed: ComposedPost, site: SiteFile) -> tuple[PostPage, dict[str, bytes]]:
        """Make a post's page, and the one that can be copied into a Jekyll site."""
        from catvis.site.pages import post_files

        return post_files(composed, site)

    def files_of_all(self, pages: Sequence[PostPage], site: SiteFile) -> dict[str, bytes]:
        """Make home, feed, sitemap and robots."""
        from catvis.site.pages import files_of_all

        return files_of_all(pages, site)

    def post_of(self, name: str) -> str:
        """See below which post's folder a file lies."""
        first, _, inside = name.removeprefix(f"{JEKYLL}/").partition("/")
        return first if inside and first not in RESERVED else ""


def destination_of(settings: Settings, reporter: Reporter) -> Destination:
    """Where the posts go."""
    if settings.jekyll:
        from catvis.site.jekyll import JekyllSite

        return JekyllSite(settings.site, reporter.warn)
    return OwnSite(settings.site, reporter.say)
