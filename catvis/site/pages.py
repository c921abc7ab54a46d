"""Composed posts → the files of the site: pages, tiles, composites, the Jekyll folder, home, feed, sitemap."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from html import escape
from itertools import repeat

from catvis.drawing.figure import Drawing
from catvis.errors import Place
from catvis.page.facts import Card, ContentsEntry, PostPage, Site
from catvis.page.figure_html import FigureHtml, figures_html
from catvis.page.open_places import EXAMPLES, examples_section, heading_link, style_sheet_once
from catvis.page.render import (
    render_feed,
    render_home,
    render_jekyll,
    render_post,
    render_robots,
    render_sitemap,
)
from catvis.page.templates import environment
from catvis.post.document import FigureSlot, Heading, ValueSlot, Words, escape_liquid, render, said
from catvis.post.site_file import SiteFile
from catvis.post.values import value_of
from catvis.site.compose import ComposedPost
from catvis.site.gather import Post

_JEKYLL = "jekyll"
_LISTED = (2, 3)


def post_files(composed: ComposedPost, site: SiteFile) -> tuple[PostPage, dict[str, bytes]]:
    """One post's page, and all files that the site holds for it, by path below the site.

    Raises:
        ContentError: the prose asks for a value that does not exist.
    """
    post, shown = composed.post, _Shown(composed)
    page, front = shown.page(), post.document.front
    body = page.elsewhere if front.liquid else escape_liquid(page.elsewhere)
    composites = {path: made.data for path, made in shown.composites.items()}
    own = {**shown.pictures, **composites, **_statics(post)}
    files: dict[str, bytes] = {}
    for start, rendered in (
        (post.name, render_post(page, _site(site))),
        (f"{_JEKYLL}/{post.name}", render_jekyll(front.text, body)),
    ):
        files[f"{start}/index.html"] = rendered.text.encode()
        files |= {f"{start}/{name}": data for name, data in {**own, **rendered.files}.items()}
    return page, files


def files_of_all(pages: Sequence[PostPage], file: SiteFile) -> dict[str, bytes]:
    """What speaks of all posts, by path below the site: home, feed, sitemap, robots."""
    site, files = _site(file), dict[str, bytes]()
    if len(pages) > 1:
        home = render_home(site, pages)
        files |= {"index.html": home.text.encode(), **home.files}
    if site.address:
        files["feed.xml"] = render_feed(site, pages).encode()
        files["sitemap.xml"] = render_sitemap(site, pages).encode()
        files["robots.txt"] = render_robots(site).encode()
    return files


class _Shown:
    """One post's figures as its page shows them."""

    def __init__(self, composed: ComposedPost) -> None:
        self.composed, self.document = composed, composed.post.document
        self.slots = [slot for slot in self.document.slots if slot.name in composed.figures]
        figures = [self._figure(slot) for slot in self.slots]
        html = figures_html([*figures, *composed.examples], environment())
        self.by_place: dict[Place, FigureHtml] = {
            slot.place: made for slot, made in zip(self.slots, html, strict=False)
        }
        self.examples = tuple(made.html for made in html[len(self.slots) :])
        self.pictures = {name: data for made in html for name, data in made.pictures.items()}
        self.composites = {source.removeprefix("./"): made for source, made in composed.composites.items()}

    def page(self) -> PostPage:
        """The post as pages are made of it."""
        front, headings = self.document.front, self.document.headings
        return PostPage(
            slug=self.composed.post.name,
            title=front.title or self.composed.post.name.replace("-", " "),
            body=self._text(own=True),
            elsewhere=self._text(own=False),
            titled=any(heading.level == 1 for heading in headings),
            excerpt=self._said(self.document.excerpt),
            description=front.description or None,
            author=front.author or None,
            published=front.date.date() if front.date else None,
            language=front.lang or None,
            contents=self._contents() if front.values.get("toc") is True else (),
            card=self._card(),
        )

    def _text(self, *, own: bool) -> str:
        """The whole text with our figures in it, for our own page or for whoever else shows it."""
        sheets = style_sheet_once() if own else repeat("")

        def figure(slot: FigureSlot) -> str:
            made = self.by_place.get(slot.place)
            return next(sheets) + made.html if made else _image(slot)

        def examples() -> str:
            shown = (next(sheets) + html for html in self.examples)
            return examples_section(shown, heading_link(EXAMPLES) if own else "")

        return render(
            self.document,
            figure=figure,
            value=lambda slot: escape(self._value(slot)),
            math="mathml",
            heading_end=lambda heading: heading_link(self._entry(heading)) if own else "",
            end_of_text=examples,
            accessible=own,
        )

    def _contents(self) -> tuple[ContentsEntry, ...]:
        listed = [each for each in self.document.headings if each.listed and each.level in _LISTED]
        return (*map(self._entry, listed), *([EXAMPLES] if self.examples else []))

    def _entry(self, heading: Heading) -> ContentsEntry:
        return ContentsEntry(heading.level, heading.id, self._said(heading.words))

    def _said(self, words: Words) -> str:
        return said(words, self._value)

    def _figure(self, slot: FigureSlot) -> Drawing:
        """The figure; a caption made from facts gives way to one that the author wrote beside the image."""
        figure = self.composed.figures[slot.name]
        asked = next(figure for figure in self.composed.post.paths.figures if figure.name == slot.name)
        return (
            dataclasses.replace(figure, caption=None) if slot.captioned and asked.caption is None else figure
        )

    def _value(self, slot: ValueSlot) -> str:
        return value_of(slot.expression, self.composed.values, slot.place)

    def _card(self) -> Card | None:
        """The post's largest composite stands for it elsewhere."""
        if not self.composites:
            return None
        path = max(
            self.composites, key=lambda path: self.composites[path].width * self.composites[path].height
        )
        name = next(slot.name for slot in self.slots if slot.source.removeprefix("./") == path)
        largest = self.composites[path]
        return Card(path, largest.width, largest.height, self.composed.figures[name].alt)


def _image(slot: FigureSlot) -> str:
    """A picture that the Markdown shows as it is."""
    attributes = {"src": slot.source, "alt": slot.alt, **slot.attributes}
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<img {written}>"


def _statics(post: Post) -> Mapping[str, bytes]:
    return {source.removeprefix("./"): file.read_bytes() for source, file in post.statics.items()}


def _site(file: SiteFile) -> Site:
    given = {field.name: getattr(file, field.name) for field in dataclasses.fields(Site)}
    return Site(**{name: value for name, value in given.items() if value is not None})
