"""Posts → posts with all that was computed for them: every figure, value and claim asks, all at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from catvis.drawing.figure import Drawing
from catvis.errors import ContentError, Place, shown_path
from catvis.figures.kind import Figure
from catvis.figures.scene import Scene
from catvis.figures.truth import Truth, truths_of
from catvis.figures.unit_tree import TreeFigure
from catvis.frozen import Frozen
from catvis.jobs.base import Answers, Job
from catvis.jobs.composites import CompositeJob, ThumbnailJob
from catvis.jobs.responses import ScoresJob
from catvis.jobs.rounds import Asking, ask, ask_all, complete, together
from catvis.networks.embedded import NAME as EMBEDDED
from catvis.networks.embedded import stranger
from catvis.page.templates import FONTS
from catvis.post.document import ValueSlot, said
from catvis.post.values import figure_values, top_values, value_of
from catvis.results import Composite, Picture
from catvis.site.gather import Cast, Post
from catvis.written.located import Mistakes

T = TypeVar("T")
Compute = Callable[[list[Job[Any]]], Answers]


class ComposedPost(Frozen):
    """A post with all that was computed for it.

    Attributes:
        post: as it was read.
        figures: by name, those of the text.
        composites: each of them as one picture, by the address that the Markdown gives it; examples, too, where
            that was asked for, by `example_source`.
        examples: those that follow the text.
        values: what the prose may ask for, by expression.
        broken_claims: what the prose relies on and is not so, one message each.
        truths: how far its figures can be trusted, where the post asks for it.
        strangers: what to say where the post's picture is none of its network's world.
        thumbnail: what stands for the post in a list, where that was asked for.
    """

    post: Post
    figures: Mapping[str, Drawing]
    composites: Mapping[str, Composite]
    examples: tuple[Drawing, ...]
    values: Mapping[str, str]
    broken_claims: tuple[str, ...]
    truths: tuple[Truth, ...]
    strangers: tuple[str, ...] = ()
    thumbnail: Picture | None = None

    @property
    def largest(self) -> str | None:
        """The address of the largest composite, which stands for the post elsewhere."""
        return _largest(self.composites)


def compose_post(
    post: Post,
    compute: Compute,
    *,
    whole_examples: bool = False,
    listed: bool = False,
    explores: bool = True,
) -> ComposedPost:
    """Compose every figure of a post.

    Args:
        post: what was read.
        compute: answers jobs.
        whole_examples: whether the examples, too, are wanted as one picture each.
        listed: whether a small picture is wanted for a list of posts.
        explores: whether a reader can explore figures that are made for it.

    Raises:
        ContentError: a figure asks for what is not there; all such figures are listed.
    """
    mistakes = Mistakes()

    def computed(jobs: list[Job[Any]]) -> Answers:
        mistakes.raise_any()  # what is wrong is said before anything long is computed
        return compute(jobs)

    asked = _composed(post, mistakes, whole_examples=whole_examples, listed=listed, explores=explores)
    composed = complete(asked, computed)
    mistakes.raise_any()
    if composed is None:
        raise LookupError(f"{post.name} was not composed, and nothing says why")
    return composed


def measure_post(post: Post, compute: Compute) -> tuple[Truth, ...]:
    """Measure how far the figures of a post can be trusted, whether it asks for that or not.

    Args:
        post: what was read.
        compute: answers jobs.

    Raises:
        ContentError: a figure asks for what is not there.
    """
    return complete(_measured(post), compute)


def title_of(post: Post, compute: Compute) -> str:
    """A post's title, its values filled in, for which no more is computed than these need; "" if it has none.

    Args:
        post: what was read.
        compute: answers jobs.

    Raises:
        ContentError: it asks for a value that does not exist.
    """
    return complete(_title(post), compute)


def example_source(example: Drawing) -> str:
    """The address of an example as one picture; the text gives it none."""
    return f"imgs/{example.name}.png"


def check_post(post: Post) -> None:
    """Check what shows as soon as figures begin to ask, before anything is computed.

    Raises:
        ContentError: a figure, a claim or the prose asks for what cannot be there.
    """
    mistakes = Mistakes()
    next(_composed(post, mistakes), None)
    mistakes.raise_any()


def _composed(
    post: Post,
    mistakes: Mistakes,
    *,
    whole_examples: bool = False,
    listed: bool = False,
    explores: bool = True,
) -> Asking[ComposedPost | None]:
    asked = (*post.paths.figures, *post.paths.examples)
    parts: list[Asking[Any]] = [_figure(post, figure, explores=explores) for figure in asked]
    found: list[Any] = yield from together(
        _noted(part, mistakes)
        for part in (*parts, _top(post), _claims(post), _truths(post), _strangers(post))
    )
    if None in found:
        return None
    *drawn, values, claims, truths, strangers = found
    count = len(post.paths.figures)
    figures: dict[str, Drawing] = {figure.name: figure for figure in drawn[:count]}
    examples: tuple[Drawing, ...] = tuple(drawn[count:])
    for figure in figures.values():
        values |= figure_values(figure)
    for value in post.document.values:
        with mistakes.noted():
            value_of(value.expression, values, value.place)
    sources = {slot.source: figures[slot.name] for slot in post.document.slots if slot.name in figures}
    if whole_examples:
        sources |= {example_source(example): example for example in examples}
    composites = yield from ask_all(
        [CompositeJob(figure, Path(source).suffix, FONTS) for source, figure in sources.items()]
    )
    by_source = dict(zip(sources, composites, strict=True))
    largest = _largest(by_source)
    thumbnail = (yield from ask(ThumbnailJob(by_source[largest]))) if listed and largest else None
    return ComposedPost(post, figures, by_source, examples, values, claims, truths, strangers, thumbnail)


def _largest(composites: Mapping[str, Composite]) -> str | None:
    return max(
        composites, key=lambda source: composites[source].width * composites[source].height, default=None
    )


def _truths(post: Post) -> Asking[tuple[Truth, ...]]:
    """What the post asks to be measured."""
    return (yield from _measured(post)) if post.document.front.truth else ()


def _measured(post: Post) -> Asking[tuple[Truth, ...]]:
    trees = [
        figure for figure in (*post.paths.figures, *post.paths.examples) if isinstance(figure, TreeFigure)
    ]
    scenes = [_scenes(post.casts[figure.name])[0] for figure in trees]
    found = yield from together(truths_of(*pair) for pair in zip(trees, scenes, strict=True))
    return tuple(truth for one in found for truth in one)


def _title(post: Post) -> Asking[str]:
    title = post.document.title
    asked = [part.expression.strip() for part in title if isinstance(part, ValueSlot)]
    values = dict((yield from _top(post)) if asked else {})
    named = [
        figure
        for figure in post.paths.figures
        if any(expression.startswith(f"figures.{figure.name}.") for expression in asked)
    ]
    for drawn in (yield from together(_figure(post, figure, explores=False) for figure in named)):
        values |= figure_values(drawn)
    return said(title, lambda slot: value_of(slot.expression, values, slot.place))


def _noted(part: Asking[T], mistakes: Mistakes) -> Asking[T | None]:
    """What a part makes; None where it is mistaken, which is noted."""
    with mistakes.noted():
        return (yield from part)
    return None


def _figure(post: Post, figure: Figure, *, explores: bool) -> Asking[Drawing]:
    scenes = _scenes(post.casts[figure.name])
    return (yield from figure.draw(scenes) if explores else figure.draw_still(scenes))


def _scenes(cast: Cast) -> tuple[Scene, ...]:
    card = cast.card
    if card is None:
        return ()
    if not cast.pictures:
        return (Scene(card, "", "", "", ""),)
    return tuple(
        Scene(card, picture.digest, picture.name, shown_path(picture.file), Path(picture.name).name)
        for picture in cast.pictures
    )


def _top(post: Post) -> Asking[Mapping[str, str]]:
    asking = [value for value in post.document.values if value.expression.strip().startswith("top.")]
    if not asking:
        return {}
    place = asking[0].place
    scene = _own_scene(post, "the prose asks for the strongest class, but the post names no picture", place)
    return (yield from top_values(scene, post.paths.head.fit, place))


def _claims(post: Post) -> Asking[tuple[str, ...]]:
    claims = post.paths.claims
    if not claims:
        return ()
    scene = _own_scene(post, "a claim is about a picture, but the post names none", claims[0].place)
    failures: Sequence[str | None] = yield from together(
        claim.failure(scene, post.paths.head) for claim in claims
    )
    return tuple(failure for failure in failures if failure is not None)


def _strangers(post: Post) -> Asking[tuple[str, ...]]:
    scenes = _scenes(post.casts[""])
    if not scenes or not scenes[0].picture or scenes[0].card.name != EMBEDDED:
        return ()
    scores = yield from ask(ScoresJob(scenes[0].subject(post.paths.head.fit)))
    said = stranger(scenes[0].card, scores, f"{shown_path(post.paths.file)}: {scenes[0].picture_name}")
    return (said,) if said else ()


def _own_scene(post: Post, complaint: str, place: Place) -> Scene:
    """The post's own network and picture."""
    scenes = _scenes(post.casts[""])
    if not scenes or not scenes[0].picture:
        hint = "write picture: imgs/cat.png at the top of paths.yaml"
        raise ContentError(complaint, where=place, hint=hint)
    return scenes[0]
