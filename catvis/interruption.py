"""Being asked to end: Ctrl-C and SIGTERM raise, in the midst of anything but what has to be done whole."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_A_MOMENT = 0.01
"""Seconds until a signal comes again; by then Python has left what it was in the midst of."""


class Terminated(BaseException):
    """Somebody has asked this process to end."""


class _Asked:
    """What was asked of this process.

    Attributes:
        raised: what was raised since somebody has asked; None before.
        whole: how many pieces of work lie inside each other that have to be done whole.
        waiting: what is to be raised when they are done.
    """

    raised: type[BaseException] | None = None
    whole = 0
    waiting: type[BaseException] | None = None


_asked = _Asked()
_RAISED: dict[int, type[BaseException]] = {signal.SIGTERM: Terminated, signal.SIGINT: KeyboardInterrupt}


@contextmanager
def told_of_the_end() -> Iterator[None]:
    """Have SIGTERM end a command as Ctrl-C does: folders that it made are cleared away.

    And have Ctrl-C raise where it would end the process at once, as it does before a command and after it. What is
    raised where Python drops it, such as in the midst of what it does for an object that is gone, comes again; and
    where it comes out of a library as an error of its own, it is raised once more.

    Raises:
        Terminated: by SIGTERM.
        KeyboardInterrupt: by Ctrl-C.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    hook, before = sys.unraisablehook, {number: signal.getsignal(number) for number in _RAISED}

    def again(dropped: sys.UnraisableHookArgs) -> None:
        for number, kind in _RAISED.items():
            if dropped.exc_type is kind:
                later = threading.Timer(_A_MOMENT, os.kill, (os.getpid(), number))
                later.daemon = True  # who has ended by then need not hear it
                later.start()
                return
        hook(dropped)

    _asked.raised = None
    try:
        sys.unraisablehook = again
        signal.signal(signal.SIGTERM, _ask)
        if before[signal.SIGINT] in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(signal.SIGINT, _ask)
        yield
    except Exception as error:
        if _asked.raised is not None:
            raise _asked.raised from error
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = hook


@contextmanager
def done_whole() -> Iterator[None]:
    """Work of a moment that is not interrupted: who is asked to end meanwhile ends after it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _asked.whole += 1
    try:
        yield
    finally:
        _asked.whole -= 1
        waiting = _asked.waiting
        if waiting is not None and not _asked.whole:
            _asked.waiting = None
            raise waiting


def _ask(number: int, _: object) -> None:
    _asked.raised = _RAISED[number]
    if _asked.whole:
        _asked.waiting = _RAISED[number]
    else:
        raise _RAISED[number]
