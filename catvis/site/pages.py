"""Composed posts → the files of the site: pages, tiles, composites, the Jekyll folder, home, feed, sitemap."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser

from catvis.drawing.figure import Drawing
from catvis.errors import Place
from catvis.page.facts import Card, Site
from catvis.page.facts import Post as PagePost
from catvis.page.figures import FigureHtml, figures_html
from catvis.page.render import (
    render_feed,
    render_home,
    render_jekyll,
    render_post,
    render_robots,
    render_sitemap,
)
from catvis.page.templates import environment
from catvis.post.document import Document, FigureSlot, ValueSlot, escape_liquid, render
from catvis.post.site_file import SiteFile
from catvis.post.values import value_of
from catvis.site.compose import ComposedPost
from catvis.site.gather import Content, Post

_JEKYLL = "jekyll"


def site_files(content: Content, composed: Sequence[ComposedPost]) -> dict[str, bytes]:
    """Everything that the site holds, by path below it.

    Args:
        content: what was read.
        composed: the posts with their figures.

    Raises:
        ContentError: the prose asks for a value that does not exist.
    """
    site = _site(content.site)
    files: dict[str, bytes] = {}
    pages: list[PagePost] = []
    for post in composed:
        shown = _Shown(post)
        page = shown.page()
        pages.append(page)
        rendered, jekyll = render_post(page, site), render_jekyll(page)
        text = jekyll.text if post.post.document.front.liquid else _liquid_safe(jekyll.text)
        composites = {path: made.data for path, made in shown.composites.items()}
        own = {**shown.pictures, **composites, **_statics(post.post)}
        for start, index, more in (
            (post.post.name, rendered.text, rendered.files),
            (f"{_JEKYLL}/{post.post.name}", text, jekyll.files),
        ):
            files[f"{start}/index.html"] = index.encode()
            files |= {f"{start}/{name}": data for name, data in {**own, **more}.items()}
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
        captioned = _captioned(self.document)
        figures = [self._figure(slot, slot.place in captioned) for slot in self.slots]
        html = figures_html([*figures, *composed.examples], environment())
        self.by_place: dict[Place, FigureHtml] = {
            slot.place: made for slot, made in zip(self.slots, html, strict=False)
        }
        self.examples = tuple(made.html for made in html[len(self.slots) :])
        self.pictures = {name: data for made in html for name, data in made.pictures.items()}
        self.composites = {source.removeprefix("./"): made for source, made in composed.composites.items()}

    def page(self) -> PagePost:
        """The post as pages are made of it."""
        front = self.document.front
        body = render(self.document, figure=self._slot, value=self._value, math="mathml")
        return PagePost(
            slug=self.composed.post.name,
            title=front.title or self.composed.post.name.replace("-", " "),
            body=body,
            examples=self.examples,
            description=front.description or None,
            author=front.author or None,
            published=front.date.date() if front.date else None,
            language=front.lang or None,
            contents=front.values.get("toc") is True,
            card=self._card(),
            front_matter=front.text,
        )

    def _figure(self, slot: FigureSlot, captioned: bool) -> Drawing:
        """The figure; a caption made from facts gives way to one that the author wrote beside the image."""
        figure = self.composed.figures[slot.name]
        asked = next(figure for figure in self.composed.post.paths.figures if figure.name == slot.name)
        return dataclasses.replace(figure, caption=None) if captioned and asked.caption is None else figure

    def _slot(self, slot: FigureSlot) -> str:
        made = self.by_place.get(slot.place)
        return made.html if made else _image(slot)

    def _value(self, slot: ValueSlot) -> str:
        return escape(value_of(slot.expression, self.composed.values, slot.place))

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


class _CaptionFinder(HTMLParser):
    """Finds the images that stand in a ``<figure>`` with a caption that says something."""

    def __init__(self) -> None:
        super().__init__()
        self.captioned: set[str] = set()
        self._figures: list[list[str]] = []
        self._in_caption = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "figure":
            self._figures.append([])
        elif tag == "figcaption":
            self._in_caption += 1
        elif tag == "data" and self._figures:
            self._figures[-1].append(str(dict(attrs).get("value")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure" and self._figures:
            self._figures.pop()
        elif tag == "figcaption" and self._in_caption:
            self._in_caption -= 1

    def handle_data(self, data: str) -> None:
        if self._in_caption and self._figures and data.strip():
            self.captioned.update(self._figures[-1])


def _captioned(document: Document) -> set[Place]:
    """The places of images whose author wrote a caption beside them."""
    places = {str(number): slot.place for number, slot in enumerate(document.slots)}
    numbers = {place: number for number, place in places.items()}
    finder = _CaptionFinder()
    finder.feed(
        render(
            document,
            figure=lambda slot: f'<data value="{numbers[slot.place]}"></data>',
            value=lambda slot: escape(slot.expression),
            math="kramdown",
        )
    )
    return {places[number] for number in finder.captioned if number in places}


def _image(slot: FigureSlot) -> str:
    """A picture that the Markdown shows as it is."""
    attributes = {"src": slot.source, "alt": slot.alt, **slot.attributes}
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<img {written}>"


def _statics(post: Post) -> Mapping[str, bytes]:
    return {source.removeprefix("./"): file.read_bytes() for source, file in post.statics.items()}


def _liquid_safe(page: str) -> str:
    """A Jekyll page whose text Liquid leaves alone; its front matter is YAML and stays as it is."""
    opening, front, body = page.split("---\n", 2)
    return f"{opening}---\n{front}---\n{escape_liquid(body)}"


def _site(file: SiteFile) -> Site:
    given = {field.name: getattr(file, field.name) for field in dataclasses.fields(file)}
    return Site(**{name: value for name, value in given.items() if value is not None})
