"""Commands in processes that campaigns may kill: a copy of a server that has catvis imported, or a whole one.

A copy is there in milliseconds, and does what the command does from its first word on. Each runs in a folder of its
own, with its cache in it, and all that it says goes into files.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol
from unittest.mock import patch

from catvis.networks.weights.published import KnownWeights, PublishedFile

ROOT = Path(__file__).resolve().parents[2]
CACHE = "cache"
"""The folder, in the one that a command runs in, which is the user's cache to it."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "tools.torture.running",
        "catvis.backward.sweep",
        "catvis.cli",
        "catvis.commands.downloads",
        "catvis.commands.mining",
        "catvis.commands.posts",
        "catvis.drawing.encode",
        "catvis.exemplars.crops",
        "catvis.jobs.look",
        "catvis.networks.weights.fetching",
        "catvis.site.making",
    ]
)
_LOOK = 0.002


class Running(Protocol):
    """A process at work."""

    @property
    def pid(self) -> int | None:
        """Its number."""

    def poll(self) -> int | None:
        """Its status; the number of a signal with a minus where that ended it, None while it runs."""


class Copy:
    """A command in a copy of the server; it has begun when this is there.

    Args:
        words: of its command line, without the program.
        folder: where it runs.
        said: the file for all that it says.
        published: what ``weights fetch`` downloads, whatever it is asked for.
    """

    def __init__(
        self, words: Sequence[str], folder: Path, said: Path, published: PublishedFile | None = None
    ) -> None:
        begun, begins = _CONTEXT.Pipe(duplex=False)
        self._process: BaseProcess = _CONTEXT.Process(
            target=_run, args=(list(words), folder, said, published, begins)
        )
        self._process.start()
        begins.close()
        begun.recv()
        begun.close()

    @property
    def pid(self) -> int | None:
        """Its number."""
        return self._process.pid

    def poll(self) -> int | None:
        """Its status, as `Running` says."""
        return self._process.exitcode


def whole_process(
    words: Sequence[str], folder: Path, said: Path, environment: dict[str, str] | None = None
) -> Running:
    """A command as a shell starts it, interpreter and all.

    Args:
        words: of its command line, without the program.
        folder: where it runs.
        said: the file for all that it says.
        environment: more of that.
    """
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CACHE_HOME": str(folder / CACHE)}
    with said.open("wb") as opened:
        return subprocess.Popen(
            [sys.executable, "-m", "catvis", *words],
            cwd=folder,
            env=surroundings | (environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=opened,
        )


def ended(running: Running, within: float) -> int | None:
    """Wait for a process; give its status, or None where it takes longer.

    Args:
        running: the process.
        within: seconds.
    """
    ends = time.monotonic() + within
    while (status := running.poll()) is None and time.monotonic() < ends:
        time.sleep(_LOOK)
    return status


def _run(
    words: list[str], folder: Path, said: Path, published: PublishedFile | None, begins: Connection
) -> None:
    """In the copy: begin, run, and end at once, since what Python does at its end is no part of the command."""
    from catvis.__main__ import main

    sys.argv = ["catvis", *words]
    os.chdir(folder)
    os.environ["XDG_CACHE_HOME"] = str(folder / CACHE)
    os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    known = published and KnownWeights("squeezenet", (published.name,), published)
    with patch("catvis.commands.downloads.known_weights_of", lambda _: known):
        begins.send(None)
        status = main()
    sys.stderr.flush()
    os._exit(status)
