"""Signals: raised at once, after what has to be whole, and where a library has made something else of them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from catvis.cache import Cache
from catvis.interruption import Terminated, done_whole, told_of_the_end
from catvis.site.staging import staging

KEYS = ("ab" * 32, "cd" * 32)


@pytest.fixture(autouse=True)
def _as_in_a_shell() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def ask(number: int = signal.SIGTERM) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGTERM, Terminated), (signal.SIGINT, KeyboardInterrupt)]
)
def test_a_signal_raises_at_once(number: int, raised: type[BaseException]) -> None:
    def work() -> None:
        ask(number)
        pytest.fail("it went on")

    handlers = [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)]
    with pytest.raises(raised), told_of_the_end():
        work()
    assert [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT)] == handlers


def test_what_has_to_be_whole_is_done_first() -> None:
    done = []

    def work() -> None:
        with done_whole():
            with done_whole():
                ask()
                done.append("inner")
            done.append("outer")
        done.append("more")

    with pytest.raises(Terminated), told_of_the_end():
        work()
    assert done == ["inner", "outer"]


def test_what_a_library_makes_of_it_is_a_signal_all_the_same() -> None:
    def library() -> None:
        try:
            ask(signal.SIGINT)
        except KeyboardInterrupt:
            raise ValueError("what a library says when it was disturbed") from None

    with pytest.raises(KeyboardInterrupt), told_of_the_end():
        library()


def test_an_error_that_nobody_asked_for_stays_one() -> None:
    with pytest.raises(Terminated), told_of_the_end():
        ask()
    with pytest.raises(ValueError, match="of its own"), told_of_the_end():
        raise ValueError("of its own")


@pytest.mark.parametrize("asked_at", [0, 1, 2, 3])
def test_a_value_is_kept_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked_at: int
) -> None:
    """Two values, each of which is opened twice: before its folder is made, and after."""
    cache, opened, calls = Cache(tmp_path), Path.open, iter(range(100))

    def disturbed(self: Path, mode: str = "r") -> object:
        if next(calls) == asked_at:
            ask()
        return opened(self, mode)

    def work() -> None:
        for key in KEYS:
            cache.put(key, b"a value")
        pytest.fail("it went on")

    monkeypatch.setattr(Path, "open", disturbed)
    with pytest.raises(Terminated), told_of_the_end():
        work()
    assert not list(tmp_path.rglob(".part-*"))
    kept = asked_at // 2 + 1
    assert [cache.get(key) for key in KEYS] == [b"a value"] * kept + [None] * (2 - kept)


def test_a_folder_that_was_just_begun_is_cleared_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = os.mkdir

    def disturbed(path: str, mode: int = 0o777) -> None:
        made(path, mode)
        ask()

    monkeypatch.setattr(os, "mkdir", disturbed)
    with pytest.raises(Terminated), told_of_the_end(), staging(tmp_path, ".new-", lambda: None):
        pytest.fail("it went on")
    assert not list(tmp_path.iterdir())
