"""What a person wrote, together with the place where they wrote it; and mistakes, gathered.

Readers of a post wrap in `Located` every value that may turn out wrong only later, when a network or a folder
is known, so that the late message can still point at line and column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from catvis.errors import CatvisError, ContentError, Place
from catvis.frozen import Frozen

T = TypeVar("T")

MOST_SHOWN = 20
_WHERE = frozenset({"place", "places"})


class Written(Frozen):
    """Something that a person wrote; what says the same is equal, whatever its ``place`` and ``places``."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._said() == other._said()

    def __hash__(self) -> int:
        return hash((type(self), self._said()))

    def _said(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__struct_fields__ if name not in _WHERE)


class Located(Written, Generic[T]):
    """A value and where it stands in a file."""

    value: T
    place: Place


class SeveralMistakesError(ContentError):
    """Several mistakes as one error, by file and line; beyond `MOST_SHOWN` they are counted."""

    def __init__(self, found: Sequence[ContentError]) -> None:
        self.found = tuple(sorted(found, key=_position))
        more = len(self.found) - MOST_SHOWN
        counted = [f"and {more} more mistakes"] if more > 0 else []
        super().__init__("\n".join([*map(str, self.found[:MOST_SHOWN]), *counted]))


class Mistakes:
    """Gathers mistakes, so that a person sees them all at once."""

    def __init__(self) -> None:
        self._found: list[ContentError] = []

    def __len__(self) -> int:
        return len(self._found)

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Run a block; note its mistake, if it has one, and go on after the block."""
        try:
            yield
        except SeveralMistakesError as several:
            self._found.extend(several.found)
        except ContentError as mistake:
            self._found.append(mistake)

    def raise_any(self) -> None:
        """Raise what was noted: one mistake as it is, several as one error that lists them by line.

        Raises:
            ContentError: at least one mistake was noted.
        """
        # Figures that share a network or a picture share what is wrong with it.
        distinct = list({str(mistake): mistake for mistake in self._found}.values())
        if len(distinct) == 1:
            raise distinct[0]
        if distinct:
            raise SeveralMistakesError(distinct)


@contextmanager
def located(place: Place, kind: type[CatvisError] = CatvisError) -> Iterator[None]:
    """Give an error that knows no place the one that led to it.

    Args:
        place: what a person wrote.
        kind: of errors to which this applies.

    Raises:
        ContentError: in the place of such an error.
    """
    try:
        yield
    except kind as error:
        if error.where is not None:
            raise
        raise ContentError(error.message, where=place, hint=error.hint) from error


def _position(mistake: ContentError) -> tuple[str, int, int]:
    if mistake.where is None:
        return ("", 0, 0)
    return (str(mistake.where.file), mistake.where.line or 0, mistake.where.column or 0)
