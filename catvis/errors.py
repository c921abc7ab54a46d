"""What can go wrong, as one tree; every message says where, what was found and what would be right.

    CatvisError                 exit status 1: the content, a file or a claim is wrong
    ├── ContentError            a post: its Markdown, front matter or paths.yaml
    ├── PictureError            a picture that cannot be read or is too large
    ├── NetworkError            a network, a layer or a unit that does not exist or cannot be traced
    │   └── WeightsError        a weights file that is missing, damaged or of another kind
    ├── SilentUnitError         a unit that does not fire on the picture has nothing to show
    ├── StoreError              an exemplar store that is locked, damaged or made with other weights
    └── UsageError              exit status 2: the command line is wrong

The command line prints ``str(error)`` and nothing else: no traceback reaches a user.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path

from catvis.frozen import Frozen

_ALL_NAMED = 30


class Place(Frozen):
    """A place in a file that a person wrote; lines and columns count from 1."""

    file: Path
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        numbers = [str(number) for number in (self.line, self.column) if number is not None]
        return ":".join([shown_path(self.file), *numbers])


class CatvisError(Exception):
    """A mistake that a person can mend.

    Args:
        message: one sentence that names what was found.
        where: the place in the file that holds the mistake.
        hint: what would be right, for instance the nearest valid choices.
    """

    exit_status = 1

    def __init__(self, message: str, *, where: Place | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        head = f"{self.where}: {self.message}" if self.where else self.message
        return f"{head}\n  {self.hint}" if self.hint else head


class ContentError(CatvisError):
    """A post's Markdown, front matter or paths.yaml is wrong."""


class PictureError(CatvisError):
    """A picture cannot be read, or decoding it would be dangerous."""


class NetworkError(CatvisError):
    """A network, a layer or a unit does not exist, or a network cannot be traced."""


class WeightsError(NetworkError):
    """A weights file is missing, damaged, of another kind, or does not fit its architecture."""


class SilentUnitError(CatvisError):
    """A unit's activation on the picture is zero: there is nothing to show."""


class StoreError(CatvisError):
    """An exemplar store is locked, damaged or belongs to other weights."""


class UsageError(CatvisError):
    """The command line is wrong."""

    exit_status = 2


def unforeseen(error: Exception) -> str:
    """What a person is told of an error that nobody thought of, instead of a traceback."""
    return f"catvis failed, which it should not: {type(error).__name__}: {error}\n  python -X dev shows where"


def nearest(found: str, choices: Iterable[str], limit: int = 5, *, listed: str = "") -> str:
    """Name the valid choices, closest to ``found`` first, as a hint's sentence.

    Up to thirty are all named. Of more, ``limit``: the rest are counted, so that a thousand labels fill no screen.

    Args:
        found: what was written.
        choices: what would have been valid.
        limit: how many of many are named.
        listed: where the whole list is.
    """
    every = list(dict.fromkeys(choices))
    if not every:
        return "there is nothing to choose from"
    close = difflib.get_close_matches(found, every, n=limit, cutoff=0.0)
    ranked = close + [choice for choice in every if choice not in close]
    named = len(every) if len(every) <= _ALL_NAMED else limit
    shown = ", ".join(ranked[:named])
    more = f", and {len(every) - named} more" if len(every) > named else ""
    more += f" ({listed})" if more and listed else ""
    likely = difflib.SequenceMatcher(None, found, ranked[0]).ratio() >= 0.6
    return f"did you mean {ranked[0]}? valid: {shown}{more}" if likely else f"valid: {shown}{more}"


def shown_path(path: Path) -> str:
    """Show a path relative to the working directory where it lies below it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
