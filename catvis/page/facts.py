"""What a page is made of, as frozen data: site, posts, headings, and the files that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Site:
    """What holds for every page.

    Attributes:
        title: of the home page and the feed.
        address: where the site is published, without a slash at the end; None leaves out whatever needs one.
        author: of posts that name none.
        description: one sentence about the site.
        language: BCP 47 tag.
    """

    title: str = "Why?"
    address: str | None = None
    author: str | None = None
    description: str | None = None
    language: str = "en"


@dataclass(frozen=True)
class Card:
    """The picture that stands for a post where others link to it."""

    path: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True)
class Post:
    """One post, its body rendered and its figures in place.

    Attributes:
        slug: the post's folder, in the content and in the site.
        title: plain text.
        body: HTML of the whole text, as `post.document` renders it with our figures in it.
        examples: HTML of figures that the text does not name; they follow the text.
        description: one or two sentences; the body's first paragraph where the author wrote none.
        author: who wrote it.
        published: the day it is dated.
        language: BCP 47 tag.
        contents: whether the page has a table of contents.
        card: for Open Graph and the home page.
        front_matter: the source's own front matter, the lines between the dashes, for the Jekyll page.
    """

    slug: str
    title: str
    body: str
    examples: tuple[str, ...] = ()
    description: str | None = None
    author: str | None = None
    published: date | None = None
    language: str | None = None
    contents: bool = False
    card: Card | None = None
    front_matter: str = ""


@dataclass(frozen=True)
class Rendered:
    """A page and the files that it refers to, by path relative to the page."""

    text: str
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
