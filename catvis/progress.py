"""Progress on a terminal: what is computed, how many of how many, how long it took."""

from __future__ import annotations

import sys
import time


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
        if self.quiet:
            return
        if what != self._what:
            self._what, self._started = what, time.monotonic()
        if done == total or sys.stderr.isatty():
            seconds = time.monotonic() - self._started
            ahead = (
                f", {seconds / done * (total - done):.0f} s left" if 0 < done < total and seconds > 2 else ""
            )
            line = f"  {what}: {done} of {total} in {seconds:.1f} s{ahead}"
            start = "\r\x1b[K" if sys.stderr.isatty() else ""
            sys.stderr.write(start + line + ("\n" if done == total else ""))
            sys.stderr.flush()
        if done == total:
            self._what = None

    def say(self, line: str) -> None:
        """Write one line."""
        if not self.quiet:
            sys.stderr.write(line + "\n")

    @staticmethod
    def warn(line: str) -> None:
        """Write one line about something that is wrong: it is said in any case."""
        sys.stderr.write(line + "\n")
