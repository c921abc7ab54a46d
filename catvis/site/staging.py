"""A folder in which a build grows what will take its place in one step, and by which builds know of each other.

A build holds a lock on its folder, which the system gives back however the process ends. So a folder that somebody
holds is a build at work, for which the next one waits, and one that nobody holds was left by one that was killed,
and is cleared away.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from catvis.interruption import done_whole

_CHOSEN = 8
"""So many signs does `tempfile` add to a name."""
_HERE = -100
_EXCHANGE = 2


@contextmanager
def staging(parent: Path, prefix: str, wait: Callable[[], object]) -> Iterator[Path]:
    """A new folder, gone at the end; at most one process has one with this prefix at a time.

    Args:
        parent: where it lies.
        prefix: what its name begins with, and no other folder's.
        wait: is called once if another process has one; this one goes on when the other has ended.

    Raises:
        OSError: the disk refuses it.
    """
    told = False
    with ExitStack() as stack:
        while True:
            with done_whole(), _held(parent):
                other = _at_work(parent, prefix)
                if other is None:
                    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
                    lock = _opened(folder)
                    stack.callback(os.close, lock)
                    stack.callback(clear, folder)
                    _lock(lock)
                    break
            if not told:
                wait()
                told = True
            fcntl.flock(other, fcntl.LOCK_EX)
            os.close(other)
        yield folder


@contextmanager
def undisturbed(parent: Path, prefix: str) -> Iterator[bool]:
    """Whether no process has such a folder; while this is open, none gets one."""
    if not parent.is_dir():
        yield True
        return
    with _held(parent):
        other = _at_work(parent, prefix)
        if other is not None:
            os.close(other)
        yield other is None


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system does not know how.

    ``renameat2`` of Linux, which Python does not have: https://man7.org/linux/man-pages/man2/rename.2.html
    """
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    return rename is not None and not rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE)


def clear(folder: Path) -> None:
    """Delete a folder, as far as the disk lets one; folders that may not be written are made so."""
    shutil.rmtree(folder, ignore_errors=True)
    for inner, folders, _ in os.walk(folder):
        for name in folders:
            if not Path(inner, name).is_symlink():
                with suppress(OSError):
                    Path(inner, name).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


def _at_work(parent: Path, prefix: str) -> int | None:
    """The open folder of a process that is at work; what others have left is cleared away."""
    for folder in sorted(parent.glob(f"{prefix}{'?' * _CHOSEN}")):
        try:
            opened = _opened(folder)
        except OSError:
            continue
        held = _lock(opened)
        if held is False:
            return opened
        if held:
            clear(folder)
        os.close(opened)
    return None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder for the moment in which one looks round and makes a place of one's own."""
    opened = _opened(folder)
    try:
        with suppress(OSError):  # where there are no locks, there is nothing to hold
            fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _opened(folder: Path) -> int:
    return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)


def _lock(opened: int) -> bool | None:
    """Take the lock of a folder; False where another process has it, None where there are no locks."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True
