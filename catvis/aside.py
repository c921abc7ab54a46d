"""Work that another process does while this one has other work: a copy of it, made in a moment.

Threads of Python would wait for each other while modules are imported. Only a process that is small and alone is
copied, none that holds torch: a copy has none of the threads of a library. Whatever becomes of a copy costs time
alone, since what it has not done is done here.
"""

from __future__ import annotations

import functools
import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import TypeVar

from catvis.interruption import done_whole

Result = TypeVar("Result")


@contextmanager
def done_aside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """Have work begun; gives what waits for its result, and at the end nobody works on it any more.

    Args:
        work: gives what JSON can say; what it does may be done once more by this process. Large files are no
            affair of it: the threads that hash them are not there.

    Raises:
        Exception: whatever the work raises, where its result is waited for.
    """
    if not _is_alone():
        yield functools.cache(work)
        return
    with ExitStack() as stack:
        with done_whole():
            reading, writing = os.pipe()
            child = os.fork()
            if not child:
                os.close(reading)
                _do(work, writing)
            stack.callback(_end, child, reading)
            os.close(writing)
        yield functools.cache(lambda: _told(reading, work))


def _is_alone() -> bool:
    return "torch" not in sys.modules and threading.active_count() == 1


def _do(work: Callable[[], object], writing: int) -> None:
    """Say what came of some work, as the copy; nothing where it failed."""
    with suppress(BaseException), open(writing, "wb") as pipe:
        pipe.write(json.dumps(work()).encode())
    os._exit(0)


def _end(child: int, reading: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)


def _told(reading: int, work: Callable[[], Result]) -> Result:
    with open(reading, "rb", closefd=False) as pipe:
        said = pipe.read()
    try:
        result: Result = json.loads(said)
    except ValueError:
        return work()
    return result
