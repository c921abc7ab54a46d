"""What a page is made of, as frozen data: site, posts, tables of contents, and the files that come out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from catvis.frozen import Frozen

ASSETS = "assets/catvis"
"""In a Jekyll site, the folder of all that posts need, below its source and in its addresses."""


class Site(Frozen):
    """What holds for every page.

    Attributes:
        title: of the home page and the feed.
        address: where the site is published, without a slash at the end; None leaves out whatever needs one.
        author: of posts that name none.
        description: one sentence about the site.
        language: BCP 47 tag.
        trusted: whether scripts of the posts' authors may run.
    """

    title: str = "Why?"
    address: str | None = None
    author: str | None = None
    description: str | None = None
    language: str = "en"
    trusted: bool = True


class Card(Frozen):
    """The picture that stands for a post where others link to it."""

    path: str
    width: int
    height: int
    alt: str


class Thumbnail(Frozen):
    """The small picture that a list of posts shows beside a post."""

    path: str
    width: int
    height: int


class ContentsEntry(Frozen):
    """A line of a table of contents: a heading's level, its anchor, and its plain text."""

    level: int
    id: str
    text: str


class PostPage(Frozen):
    """One post, its text rendered and its figures in place.

    Attributes:
        slug: the post's folder, in the content and in the site.
        title: plain text.
        body: HTML of the whole text, as our own page shows it.
        elsewhere: the same as a feed's reader or another site shows it.
        titled: whether the text brings a heading of the first level.
        excerpt: what its first paragraph says.
        description: one or two sentences; the excerpt stands for it where the author wrote none.
        author: who wrote it.
        published: the day it is dated.
        language: BCP 47 tag.
        contents: what its table of contents lists, if it has one.
        card: for Open Graph.
        thumbnail: for the home page.
        explores: whether there is an explorer in it.
    """

    slug: str
    title: str
    body: str
    elsewhere: str = ""
    titled: bool = False
    excerpt: str = ""
    description: str | None = None
    author: str | None = None
    published: date | None = None
    language: str | None = None
    contents: tuple[ContentsEntry, ...] = ()
    card: Card | None = None
    thumbnail: Thumbnail | None = None
    explores: bool = False


class Rendered(Frozen):
    """A page and the files that it refers to, by path relative to the page."""

    text: str
    files: Mapping[str, bytes] = msgspec.field(default_factory=dict)
