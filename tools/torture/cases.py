"""What the part `inputs` tries: a case is some files and the words of a command; a kind makes cases of one sort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol


@dataclass(frozen=True)
class Case:
    """One input.

    Attributes:
        words: what reads it, by its name in `tools.torture.readers.READERS`, and what that is given.
        files: bytes by path below the kind's home, which they are written to; they are taken back afterwards.
        builds: whether it writes the home's site, which then has to be whole.
    """

    words: Sequence[str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    builds: bool = False


class Kind(Protocol):
    """A sort of cases.

    Attributes:
        name: what the table calls it.
        share: how many of a thousand cases are of it.
    """

    name: str
    share: int

    def prepare(self, home: Path) -> None:
        """Put what all cases need into an empty folder, which is then the working directory of each."""

    def case(self, home: Path, random: Random) -> Case:
        """Make a case; the same home and random numbers make the same."""


def home_of(folder: Path, kind: Kind) -> Path:
    """Where a kind's cases run: three folders down, so that ``../..`` is still the campaign's."""
    return folder / "homes" / kind.name.replace(" ", "-") / "home"


def nth_case(kind: Kind, home: Path, seed: int, number: int) -> Case:
    """The case of a number: the same seed gives the same bytes."""
    return kind.case(home, Random(f"{seed} {kind.name} {number}"))
