"""Progress on a terminal: what is computed, how many of how many, how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told of work: what is computed, how many are done, how many there are."""


def unseen(_what: str, _done: int, _total: int) -> None:
    """Progress that nobody looks at."""


def steps(progress: Progress, what: str, total: int) -> Callable[[int], None]:
    """Progress for work that only knows how many more are done: give a function to be told just that."""
    done = 0

    def advance(more: int) -> None:
        nonlocal done
        done += more
        progress(what, done, total)

    return advance


class Reporter:
    """Writes a line per kind of work to standard error; on a terminal the line counts up in place.

    Args:
        quiet: say nothing but what goes wrong.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self._what: str | None = None
        self._started = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of progress: ``done`` of ``total``."""
        if what != self._what:
            self._what, self._started = what, time.monotonic()
        self.show(self._line(what, done, total), finished=done == total)
        if done == total:
            self._what = None

    def show(self, line: str, *, finished: bool) -> None:
        """Write a line of progress; on a terminal in the place of the one before it, elsewhere only the last."""
        if not self.quiet and (finished or sys.stderr.isatty()):
            start = "\r\x1b[K" if sys.stderr.isatty() else ""
            sys.stderr.write(f"{start}  {line}" + ("\n" if finished else ""))
            sys.stderr.flush()

    def _line(self, what: str, done: int, total: int) -> str:
        seconds = time.monotonic() - self._started
        ahead = f", {seconds / done * (total - done):.0f} s left" if 0 < done < total and seconds > 2 else ""
        return f"{what}: {done} of {total} in {seconds:.1f} s{ahead}"

    def say(self, line: str) -> None:
        """Write one line."""
        if not self.quiet:
            sys.stderr.write(line + "\n")

    @staticmethod
    def warn(line: str) -> None:
        """Write one line about something that is wrong: it is said in any case."""
        sys.stderr.write(line + "\n")
