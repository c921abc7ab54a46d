"""The rounds of a build: figures ask, what is missing is computed, until every figure of every post is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from catvis.composition.claims import broken_claim
from catvis.composition.compose import compose
from catvis.composition.scene import Scene
from catvis.composition.values import figure_values, top_values, value_of
from catvis.drawing.figure import Figure
from catvis.errors import ContentError, shown_path
from catvis.plan import Answer, Answers, ExemplarsJob, Job, UnansweredError
from catvis.post.figures import Figure as Asked
from catvis.site.gather import Cast, Content, Post
from catvis.written.located import Mistakes

T = TypeVar("T")
Compute = Callable[[Iterable[Job]], dict[Job, Answer]]


@dataclass(frozen=True)
class ComposedPost:
    """A post with all that was computed for it.

    Attributes:
        post: as it was read.
        figures: by name, those of the text.
        examples: those that follow the text.
        values: what the prose may ask for, by expression.
        broken_claims: what the prose relies on and is not so, one message each.
    """

    post: Post
    figures: Mapping[str, Figure]
    examples: tuple[Figure, ...]
    values: Mapping[str, str]
    broken_claims: tuple[str, ...]


def compose_posts(content: Content, compute: Compute) -> list[ComposedPost]:
    """Compose every figure of every post.

    Args:
        content: what was read.
        compute: answers jobs.

    Raises:
        ContentError: a figure asks for what is not there; all such figures of all posts are listed.
    """
    known: dict[Job, Answer] = {}
    while True:
        answers, mistakes = Answers(known), Mistakes()
        composed = [_composed(post, answers, mistakes) for post in content.posts]
        if not known or not answers.missing:
            mistakes.raise_any()
        if not answers.missing:
            return [post for post in composed if post is not None]
        known |= compute(_next(answers.missing))


def _next(missing: Iterable[Job]) -> list[Job]:
    """What to compute next: exemplars last and all at once, for each look through a collection takes long."""
    jobs = list(missing)
    return [job for job in jobs if not isinstance(job, ExemplarsJob)] or jobs


def check_posts(content: Content) -> None:
    """Check what shows in a first round, before anything is computed.

    Raises:
        ContentError: a figure, a claim or the prose asks for what cannot be there.
    """
    mistakes = Mistakes()
    for post in content.posts:
        _composed(post, Answers({}), mistakes)
    mistakes.raise_any()


def _composed(post: Post, answers: Answers, mistakes: Mistakes) -> ComposedPost | None:
    before = len(mistakes)
    figures = [_tried(partial(_figure, post, figure, answers), mistakes) for figure in post.paths.figures]
    examples = [_tried(partial(_figure, post, example, answers), mistakes) for example in post.paths.examples]
    values = _tried(partial(_top, post, answers), mistakes)
    claims = _tried(partial(_claims, post, answers), mistakes)
    if None in figures or None in examples or values is None or claims is None or len(mistakes) > before:
        return None
    drawn = {figure.name: figure for figure in figures if figure is not None}
    every = dict(values)
    for figure in drawn.values():
        every |= figure_values(figure)
    for value in post.document.values:
        with mistakes.noted():
            value_of(value.expression, every, value.place)
    return ComposedPost(
        post, drawn, tuple(example for example in examples if example is not None), every, claims
    )


def _tried(make: Callable[[], T], mistakes: Mistakes) -> T | None:
    """What is made, or None where it has to wait or is mistaken."""
    with mistakes.noted():
        try:
            return make()
        except UnansweredError:
            return None
    return None


def _figure(post: Post, figure: Asked, answers: Answers) -> Figure:
    return compose(figure, _scenes(post.casts[figure.name], answers))


def _scenes(cast: Cast, answers: Answers) -> tuple[Scene, ...]:
    card = cast.card
    if card is None:
        return ()
    if not cast.pictures:
        return (Scene(card, "", "", "", answers),)
    return tuple(
        Scene(card, picture.digest, picture.name, shown_path(picture.file), answers)
        for picture in cast.pictures
    )


def _top(post: Post, answers: Answers) -> Mapping[str, str]:
    asking = [value for value in post.document.values if value.expression.strip().startswith("top.")]
    scenes = _scenes(post.casts[""], answers)
    if not asking:
        return {}
    if not scenes or not scenes[0].picture:
        raise ContentError(
            "the prose asks for the strongest class, but the post names no picture",
            where=asking[0].place,
            hint="write picture: imgs/cat.png at the top of paths.yaml",
        )
    return top_values(scenes[0], post.paths.defaults.fit, asking[0].place)


def _claims(post: Post, answers: Answers) -> tuple[str, ...]:
    scenes = _scenes(post.casts[""], answers)
    broken = []
    for claim in post.paths.claims:
        if not scenes or not scenes[0].picture:
            raise ContentError(
                "a claim is about a picture, but the post names none",
                where=claim.place,
                hint="write picture: imgs/cat.png at the top of paths.yaml",
            )
        found = broken_claim(scenes[0], claim, post.paths.defaults)
        if found is not None:
            broken.append(found)
    return tuple(broken)
