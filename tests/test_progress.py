"""What a terminal and a log are told of progress."""

from __future__ import annotations

import io

import pytest

from catvis import progress
from catvis.progress import Reporter


class Stream(io.StringIO):
    """Standard error, which may be a terminal."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


def told(monkeypatch: pytest.MonkeyPatch, *, terminal: bool, quiet: bool = False) -> list[str]:
    """What is written of three tiles, done after 0, 4 and 6 seconds, then a line and a warning."""
    stream = Stream(terminal=terminal)
    clock = [0.0]
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    reporter = Reporter(quiet=quiet)
    for done, clock[0] in ((1, 0.0), (2, 4.0), (3, 6.0)):
        reporter("tiles", done, 3)
    reporter.say("a line")
    reporter.warn("a warning")
    return stream.getvalue().split("\r\x1b[K") if terminal else stream.getvalue().splitlines()


def test_a_terminal_counts_up_in_place(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, terminal=True) == [
        "",
        "  tiles: 1 of 3 in 0.0 s",
        "  tiles: 2 of 3 in 4.0 s, 2 s left",
        "  tiles: 3 of 3 in 6.0 s\na line\na warning\n",
    ]


def test_a_log_gets_a_line_for_each_kind_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, terminal=False) == ["  tiles: 3 of 3 in 6.0 s", "a line", "a warning"]


def test_quiet_says_only_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told(monkeypatch, terminal=False, quiet=True) == ["a warning"]
