"""What a command did while it ran: which files it touched, what it said, how long it took and how much it held.

Python tells of every file that is opened, moved or removed (PEP 578), so nothing needs to be compared afterwards.
What would touch anything outside the campaign's own folder is refused, and counted.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from catvis import cli
from tools.torture.mutation import OUTSIDE

LONGEST = 10
"""Seconds of processor time that an input may take."""
MOST_MEMORY = 1 << 30
_LIBRARIES = 448 << 20
"""What a process holds of it before it is asked anything; what else it may hold by then is not counted."""
"""Bytes that a process may hold with everything in it, Python and torch included."""
STACK = "stack.txt"
"""Where a process stands is written there when it is asked to by SIGUSR1."""
_LONGEST_SAID = 20_000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_TOUCHING = {
    **dict.fromkeys(
        ("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "os.chmod", "os.chown", "os.utime"), (0,)
    ),
    **dict.fromkeys(
        ("os.rename", "os.link", "os.symlink", "shutil.move", "shutil.copyfile", "shutil.copytree"), (1,)
    ),
    **dict.fromkeys(("shutil.rmtree", "sqlite3.connect", "os.mkfifo", "os.mknod"), (0,)),
}
"""Audit events, and which of their arguments names what is changed."""
_STARTING = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.spawn",
    "socket.connect",
    "pickle.find_class",
)
_HARMLESS = ("/dev/null", "/dev/full", "/proc/self/clear_refs")
_WARNS = re.compile(r"^.*\b\w*Warning: .*$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """What came of a case: ``done``, ``refused``, or what went wrong, with what was seen of it."""

    what: str
    said: str = ""


class Guard:
    """Notes what a command touches that it should not, and refuses it.

    Args:
        folder: inside of which anything may be done.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.realpath(folder)
        self.active = False
        self.noted: list[str] = []
        sys.addaudithook(self._hear)

    @contextlib.contextmanager
    def watching(self) -> Iterator[list[str]]:
        """Watch what happens inside."""
        self.noted, self.active = [], True
        try:
            yield self.noted
        finally:
            self.active = False

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.active:
            return
        if event == "open":
            path, mode, flags = arguments
            writes = (
                bool(flags & _WRITING) if isinstance(flags, int) else any(c in (mode or "") for c in "wax+")
            )
            self._see(event, path, writes)
        elif event in _TOUCHING:
            for place in _TOUCHING[event]:
                self._see(event, arguments[place], writes=True)
        elif event in _STARTING:
            self._refuse(f"{event} {arguments[0]!r}")

    def _see(self, event: str, path: object, writes: bool) -> None:
        if isinstance(path, int) or path is None:
            return
        text = os.fsdecode(path)
        if text.startswith("file:") or text in _HARMLESS or text == ":memory:":
            return
        try:
            real = os.path.realpath(text)
        except (OSError, ValueError):
            return
        if Path(real).name == OUTSIDE or (writes and not f"{real}/".startswith(f"{self._folder}/")):
            self._refuse(f"{event} {real}")

    def _refuse(self, what: str) -> None:
        self.noted.append(what)
        raise PermissionError(13, "outside of what this may touch", what)


class Watch:
    """Runs commands inside this process, and judges how they end.

    Args:
        guard: notes what they touch.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._unforeseen: list[str] = []
        tell = cli.unforeseen

        def unforeseen(error: Exception) -> str:
            self._unforeseen.append(_trace(error))
            return tell(error)

        cli.unforeseen = unforeseen

    def outcome(self, command: Callable[[Sequence[str]], int], words: Sequence[str]) -> Outcome:
        """Run a command."""
        self._unforeseen.clear()
        said, told = _stream(), _stream()
        escaped = ""
        _forget_peak()
        held = _peak()
        began = time.process_time()
        with self._guard.watching() as touched, _streams(said, told), warnings.catch_warnings():
            warnings.simplefilter("always", RuntimeWarning)
            warnings.simplefilter("always", UserWarning)
            try:
                status = command(words)
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else 1
            except BaseException as error:
                status, escaped = 1, _trace(error)
        spent, peak = time.process_time() - began, _peak()
        message = _text(told)
        if escaped or self._unforeseen:
            return Outcome("traceback", (escaped or self._unforeseen[0])[:_LONGEST_SAID])
        if touched:
            return Outcome("outside", touched[0])
        if spent > LONGEST:
            return Outcome("hang", f"{spent:.0f} seconds; {message[:200]}")
        if (taken := peak - held) > MOST_MEMORY - _LIBRARIES:
            return Outcome("memory", f"{taken >> 20} MiB more; {message[:200]}")
        if status not in (0, 1, 2):
            return Outcome("status", f"status {status}: {message[:_LONGEST_SAID]}")
        if status and not message.strip():
            return Outcome("silent", f"status {status} without a message")
        if "Traceback (most" in message or (warned := _WARNS.search(message)):
            return Outcome("noise", message[:_LONGEST_SAID] if "Traceback" in message else warned[0])
        if status == 0 and re.search(r"\bnan\b", _text(said)[:2000]) and words[0] == "classify":
            return Outcome("nonsense", _text(said)[:200])
        return Outcome("refused", message[:200]) if status else Outcome("done")


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    try:
        stream.flush()
        return stream.buffer.getvalue().decode("utf-8", "backslashreplace")
    except ValueError:
        return "(closed)"


@contextlib.contextmanager
def _streams(said: io.TextIOWrapper, told: io.TextIOWrapper) -> Iterator[None]:
    with patch.object(sys, "stdout", said), patch.object(sys, "stderr", told):
        yield


def _trace(error: BaseException) -> str:
    """The error, its innermost frame of catvis, and all frames."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/catvis/" in frame.filename]
    at = f" at {Path(ours[-1].filename).name}:{ours[-1].name}" if ours else ""
    return f"{type(error).__name__}{at}: {error}\n\n" + "".join(traceback.format_exception(error))


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _peak() -> int:
    """The most bytes that this process has held since `_forget_peak`; 0 where the system does not say."""
    try:
        found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"))
    except OSError:
        return 0
    return int(found[1]) << 10 if found else 0


@contextlib.contextmanager
def laid_out(home: Path, files: dict[str, bytes]) -> Iterator[None]:
    """Put files into a folder, and what was there back afterwards; what a command wrote to ``out`` is removed."""
    before = {path: (home / path).read_bytes() if (home / path).is_file() else None for path in files}
    try:
        for path, data in files.items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_bytes(data)
        yield
    finally:
        for path, old in before.items():
            if old is None:
                (home / path).unlink(missing_ok=True)
            else:
                (home / path).write_bytes(old)
        shutil.rmtree(home / "out", ignore_errors=True)
