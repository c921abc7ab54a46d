"""A composed post → what a page of it shows: its text, its figures' HTML, their pictures, its table of contents.

What stands in the place of a figure is for whoever asks to say: the figure itself, or something that stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from msgspec.structs import replace

from catvis.drawing.figure import Drawing
from catvis.errors import Place
from catvis.figures.truth import COLUMNS
from catvis.page.facts import Card, ContentsEntry, Thumbnail
from catvis.page.figure_html import FOLDER, FigureHtml, figures_html
from catvis.page.open_places import EXAMPLES, TRUTH, examples_section, heading_link, truth_section
from catvis.page.sanitised import Aside
from catvis.page.templates import environment
from catvis.post.document import FigureSlot, Heading, ValueSlot, Words, render, said
from catvis.post.values import value_of
from catvis.site.compose import ComposedPost, example_source

_LISTED = (2, 3)


class ShownPost:
    """One post as pages show it.

    Args:
        composed: the post.
        trusted: whether its author's HTML may hold what runs.

    Attributes:
        composed: the post.
        figures: in the order of the text, those that it names and then the examples.
        html: of each of them.
        pictures: that their HTML shows, by path relative to the page.
    """

    def __init__(self, composed: ComposedPost, *, trusted: bool = True) -> None:
        self._trusted = trusted
        self.composed, self._document = composed, composed.post.document
        self._slots = [slot for slot in self._document.slots if slot.name in composed.figures]
        named = [self._figure(slot) for slot in self._slots]
        self.figures: tuple[Drawing, ...] = (*named, *composed.examples)
        self.html: tuple[FigureHtml, ...] = figures_html(self.figures, environment())
        self.pictures = {name: data for made in self.html for name, data in made.pictures.items()}
        self._numbers: dict[Place, int] = {slot.place: number for number, slot in enumerate(self._slots)}

    def text(
        self, figure: Callable[[int], str], *, own: bool, image: Callable[[FigureSlot], str] | None = None
    ) -> str:
        """The whole text, for our own page or for whoever else shows it.

        Args:
            figure: what stands in the place of a figure, by its number in `figures`.
            own: whether the page is ours: headings are linked, and footnotes and code as today's ARIA has them.
            image: what stands in the place of a picture that the Markdown shows as it is; by default itself.
        """
        aside = Aside()
        ours: Callable[[Callable[..., str]], Callable[..., str]] = aside.marking
        if self._trusted:
            ours = _as_it_is

        def slot_html(slot: FigureSlot) -> str:
            number = self._numbers.get(slot.place)
            return (image or image_html)(slot) if number is None else ours(figure)(number)

        def after_text() -> str:
            shown = map(figure, range(len(self._slots), len(self.figures)))
            measured = [truth.cells for truth in self.composed.truths]
            links = [heading_link(entry) if own else "" for entry in (EXAMPLES, TRUTH)]
            return examples_section(shown, links[0]) + truth_section(COLUMNS, measured, links[1])

        def heading_end(heading: Heading) -> str:
            return heading_link(self._entry(heading)) if own else ""

        html = render(
            self._document,
            figure=slot_html,
            value=lambda slot: escape(self._value(slot)),
            math="mathml",
            heading_end=ours(heading_end),
            end_of_text=ours(after_text),
            accessible=own,
        )
        return html if self._trusted else aside.sanitised(html)

    @property
    def title(self) -> str:
        """The post's title, as plain text; "" if it has none."""
        return self._said(self._document.title)

    @property
    def front_matter(self) -> str:
        """The YAML as it was written, but for a title that asks for values: that is filled in."""
        front, plain = self._document.front, all(isinstance(part, str) for part in self._document.title)
        return front.text if plain else front.with_title(self.title)

    @property
    def excerpt(self) -> str:
        """What the first paragraph says, as plain text."""
        return self._said(self._document.excerpt)

    @property
    def contents(self) -> tuple[ContentsEntry, ...]:
        """What the table of contents lists, if the post asks for one."""
        if self._document.front.values.get("toc") is not True:
            return ()
        listed = [each for each in self._document.headings if each.listed and each.level in _LISTED]
        examples = [EXAMPLES] if self.composed.examples else []
        return (*map(self._entry, listed), *examples, *([TRUTH] if self.composed.truths else []))

    @property
    def card(self) -> Card | None:
        """The post's largest composite stands for it elsewhere."""
        source = self.composed.largest
        if source is None:
            return None
        name = next(slot.name for slot in self._slots if slot.source == source)
        made = self.composed.composites[source]
        return Card(source.removeprefix("./"), made.width, made.height, self.composed.figures[name].alt)

    @property
    def thumbnail(self) -> Thumbnail | None:
        """The same, small, where a list of posts is to show it."""
        made = self.composed.thumbnail
        return Thumbnail(f"{FOLDER}/{made.name}", made.width, made.height) if made else None

    def files(self) -> dict[str, bytes]:
        """All pictures that the post shows, by path relative to the page; composites stand for whole figures."""
        composites = {source: made.data for source, made in self.composed.composites.items()}
        statics = {source: file.read_bytes() for source, file in self.composed.post.statics.items()}
        named = {source.removeprefix("./"): data for source, data in {**composites, **statics}.items()}
        return {**self.pictures, **named}

    def source(self, number: int) -> str:
        """The address, relative to the page, of the composite that stands for a figure."""
        if number < len(self._slots):
            return self._slots[number].source.removeprefix("./")
        return example_source(self.figures[number])

    def _entry(self, heading: Heading) -> ContentsEntry:
        return ContentsEntry(heading.level, heading.id, self._said(heading.words))

    def _said(self, words: Words) -> str:
        return said(words, self._value)

    def _figure(self, slot: FigureSlot) -> Drawing:
        """The figure; a caption made from facts gives way to one that the author wrote beside the image."""
        figure = self.composed.figures[slot.name]
        asked = next(figure for figure in self.composed.post.paths.figures if figure.name == slot.name)
        return replace(figure, caption=None) if slot.captioned and asked.caption is None else figure

    def _value(self, slot: ValueSlot) -> str:
        return value_of(slot.expression, self.composed.values, slot.place)


def _as_it_is(made: Callable[..., str]) -> Callable[..., str]:
    return made


def image_html(slot: FigureSlot, folder: str = "") -> str:
    """A picture that the Markdown shows as it is.

    Args:
        slot: where it stands.
        folder: what its address begins with.
    """
    source = f"{folder}{slot.source.removeprefix('./')}" if folder else slot.source
    attributes: Mapping[str, str] = {"src": source, "alt": slot.alt, **slot.attributes}
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f"<img {written}>"
