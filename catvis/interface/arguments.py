"""What a caller names → what jobs take: units, paths and choices, refused with the command line's words.

The type of whatever comes in is checked here, since a notebook's cell may hold anything.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias, TypeVar

from catvis.errors import CatvisError, ContentError, Place, UsageError, nearest
from catvis.figures.path_spec import PathSpec, spoken_path
from catvis.terms import Unit, UnitPath

W = TypeVar("W", bound=str)

GivenPath: TypeAlias = str | Unit | UnitPath
"""How a path is named: ``fc8_284→fc7_12``, ``top→fc7:top1``, a unit, or a path that a look gave."""

NOWHERE = Place(Path())
"""Where a path stands that was passed as a value; `placeless` takes it away from what is wrong with it."""


@contextmanager
def placeless() -> Iterator[None]:
    """Whatever is wrong with a path that stands in no file, without a place.

    Raises:
        CatvisError: what was wrong.
    """
    try:
        yield
    except ContentError as error:
        cause = error.__cause__
        plain = cause if isinstance(cause, CatvisError) else ContentError(error.message, hint=error.hint)
        raise plain from None


def path_spec(given: GivenPath) -> PathSpec:
    """Read a path.

    Raises:
        ContentError: a step is neither a unit nor a selector.
        UsageError: it is neither text nor a unit nor a path.
    """
    if not isinstance(given, str | Unit | UnitPath):
        raise refusal("a path", given, "write it as text, such as 'top→fc7:top1' or 'fc8_284->fc7_12'")
    with placeless():
        return spoken_path(str(given), NOWHERE)


def unit(given: str | Unit) -> Unit:
    """Read a unit.

    Raises:
        ContentError: it is not a layer, an underscore and an index.
        UsageError: it is neither text nor a unit.
    """
    if isinstance(given, Unit):
        return given
    if not isinstance(given, str):
        raise refusal("a unit", given, "write it as text, such as 'conv5_129'")
    return Unit.parse(given)


def layer(given: str) -> str:
    """The name of a layer; whether there is one of that name, a network's card tells.

    Raises:
        UsageError: it is no text.
    """
    if not isinstance(given, str):
        raise refusal("a layer", given, "write its name, such as 'conv5'")
    return given


def place(what: str, given: str | Path) -> Path:
    """A file or a folder.

    Raises:
        UsageError: it is neither text nor a path.
    """
    if not isinstance(given, str | Path):
        raise refusal(what, given, "write its path")
    return Path(given)


def positive(given: int) -> int:
    """A number of things, from 1.

    Raises:
        UsageError: it is none.
    """
    if isinstance(given, bool) or not isinstance(given, int) or given < 1:
        raise UsageError(f"{given!r} is not a number from 1")
    return given


def choice(what: str, given: W, words: Collection[W]) -> W:
    """One of a few words.

    Raises:
        UsageError: it is none of them.
    """
    if given not in words:
        raise UsageError(f"there is no {what} {given!r}", hint=nearest(str(given), words))
    return given


def refusal(what: str, given: object, hint: str) -> UsageError:
    """What to raise where something is of a wrong type."""
    kind = type(given).__name__
    return UsageError(f"{what} cannot be {'an' if kind[0] in 'aeiouAEIOU' else 'a'} {kind}", hint=hint)
