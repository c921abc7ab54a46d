"""The part ``inputs``: valid inputs of every kind, mutated, each given to the command that reads it.

They run in a process of their own, which is ended and started anew when an input takes too long or ends it.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.torture.campaign import Budget, Part, State
from tools.torture.cases import Kind, home_of, nth_case
from tools.torture.kinds import KINDS
from tools.torture.watching import LONGEST, STACK

_NAME = "inputs"
_SAVED_EVERY = 100
_LIFETIME = 4_000
"""So many inputs a process tries."""
_PREPARES = 120
"""Seconds of processor time until a process's first answers."""
_LONGEST_WAIT = 120
"""Seconds that a process may stand still, without using the processor."""


class _EndedError(Exception):
    """A worker was ended, or has ended itself."""


class Process:
    """A worker that is watched.

    Args:
        seed: of its cases.
        folder: of its own.
    """

    def __init__(self, seed: int, folder: Path) -> None:
        self._folder = folder
        temporary, root = folder / "tmp", Path(__file__).parents[2]
        temporary.mkdir(parents=True, exist_ok=True)
        surroundings = os.environ | {
            "TMPDIR": str(temporary),
            "TORCHINDUCTOR_CACHE_DIR": str(
                temporary
            ),  # torch makes it, and tells it to processes that it starts
            "HOME": str(folder),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "OMP_NUM_THREADS": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(root),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.torture.worker", str(seed), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=surroundings,
        )
        self.tried = 0
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._process.stdout, selectors.EVENT_READ)

    def outcome(self, kind: str, number: int) -> tuple[str, str]:
        """What came of a case.

        Raises:
            _EndedError: it took too long, or ended the process.
        """
        allowed = LONGEST if self.tried else _PREPARES
        began, spent = time.monotonic(), self._spent()
        try:
            self._process.stdin.write(f"{kind} {number}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise _EndedError("crash", "the process ended after the case before") from None
        while not self._selector.select(1):
            waited = time.monotonic() - began
            if waited > _LONGEST_WAIT or self._spent() - spent > allowed + 2:
                raise _EndedError("hang", f"no answer after {waited:.0f} seconds\n{self._stack()}")
        self.tried += 1
        line = self._process.stdout.readline()
        if not line:
            raise _EndedError("crash", f"the process ended with {self._process.wait()}")
        what, said = json.loads(line)
        return what, said

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._selector.close()
        self._process.stdin.close()
        self._process.stdout.close()

    def _spent(self) -> float:
        """Seconds of processor time; 0 where the system does not say."""
        try:
            fields = (
                Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            )
        except OSError:
            return 0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _stack(self) -> str:
        self._process.send_signal(signal.SIGUSR1)
        time.sleep(0.5)
        return (self._folder / STACK).read_text(encoding="utf-8")


class _Workers:
    """One process after the other; what one that was ended has left in its kind's home is not seen by the next."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._seed, self._folder = seed, folder
        self._process: Process | None = None
        self._left: Kind | None = None

    def outcome(self, kind: Kind, number: int) -> tuple[str, str]:
        """What came of a case, whatever it did to its process."""
        if self._process is not None and self._process.tried >= _LIFETIME:
            self.end()
        if self._left is not None:
            shutil.rmtree(self.home(self._left).parent, ignore_errors=True)
            self._left = None
        if self._process is None:
            self._process = Process(self._seed, self._folder)
        try:
            return self._process.outcome(kind.name, number)
        except _EndedError as end:
            self.end()
            self._left = kind
            return end.args[0], end.args[1]

    def home(self, kind: Kind) -> Path:
        """Where a kind's cases run."""
        return home_of(self._folder, kind)

    def end(self) -> None:
        """End the process that there is."""
        if self._process is not None:
            self._process.end()
            self._process = None


@contextmanager
def _workers(seed: int, folder: Path) -> Iterator[_Workers]:
    shutil.rmtree(folder, ignore_errors=True)
    workers = _Workers(seed, folder)
    try:
        yield workers
    finally:
        workers.end()


def _files_of(home: Path, kind: Kind, seed: int, number: int) -> dict[str, bytes]:
    """What shows a finding again: its files, and the command."""
    if not home.is_dir():
        return {}
    case = nth_case(kind, home, seed, number)
    told = f"{kind.name} {number} of seed {seed}\n{' '.join(case.words)}\n"
    return {
        "command.txt": told.encode("utf-8", "backslashreplace"),
        **{f"home/{path}": data for path, data in case.files.items()},
    }


def run(budget: Budget, seed: int, state: State) -> None:
    """Try inputs of all kinds in turn until the budget is spent."""
    tallies = {kind: state.tally(_NAME, kind.name) for kind in KINDS}
    with _workers(seed, (state.folder / _NAME).absolute()) as workers:
        while not budget.is_spent(tried := state.tried(_NAME)):
            kind, tally = min(tallies.items(), key=lambda one: one[1].tried / one[0].share)
            began = time.monotonic()
            what, said = workers.outcome(kind, tally.tried)
            if what == "done":
                tally.done += 1
            elif what == "refused":
                tally.refused += 1
            else:
                files = _files_of(workers.home(kind), kind, seed, tally.tried)
                state.find(_NAME, kind.name, what, said, files)
            tally.tried += 1
            tally.seconds += time.monotonic() - began
            if tried % _SAVED_EVERY == 0:
                state.save()


INPUTS = Part(_NAME, 100_000, run)
