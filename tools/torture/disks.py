"""The part ``disks``: every command that writes, on a disk that is full before it has written all.

The disk is a real one, of memory: a tmpfs of just the size. Only root may mount it; where it cannot be mounted, the
part says so and tries nothing. A command that finds no room says so in one message, leaves what was there, and ends
as if nothing had been, once there is room.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from tools.torture.campaign import Budget, Part, State
from tools.torture.running import ended
from tools.torture.scenes import LONGEST, Stage, WrongError, prepared, scenes
from tools.torture.slow_server import served

NAME = "disks"
_PLAYED = ("first build", "build", "build into Jekyll", "mine", "weights fetch")
_ROOM = 64 << 20
_PAGE = 4096
_LOOK = 0.002


class NoDiskError(Exception):
    """No disk can be mounted here."""


def run(budget: Budget, seed: int, state: State) -> None:
    """Play scenes in turn, each on a disk that is too small for it, until the budget is spent."""
    try:
        with tempfile.TemporaryDirectory() as scratch, small_disk(Path(scratch), _ROOM):
            pass
    except NoDiskError as error:
        print(f"{NAME}: skipped: {error}", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as scratch, served() as published:
        every = [scene for scene in scenes(published, 0) if scene.name in _PLAYED]
        stages: dict[str, tuple[Stage, int, int]] = {}
        while not budget.is_spent(tried := state.tried(NAME)):
            scene = every[tried % len(every)]
            if scene.name not in stages:
                stage = prepared(scene, Path(scratch) / str(len(stages)))
                stages[scene.name] = stage, *_needed(stage)
            tally = state.tally(NAME, scene.name)
            begun = time.monotonic()
            full, wrong = _cramped(*stages[scene.name], f"{seed} {scene.name} {tally.tried}")
            tally.seconds += time.monotonic() - begun
            tally.tried += 1
            tally.refused += full
            tally.done += not full
            if wrong is not None:
                files = {"said": stages[scene.name][0].said.read_bytes()}
                state.find(NAME, scene.name, wrong.what, f"{wrong} (seed {seed}, {tally.tried - 1})", files)
            state.save()


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """Have a folder be a disk of its own, which is gone afterwards.

    Args:
        folder: an empty one.
        size: bytes that it holds.

    Raises:
        NoDiskError: none can be mounted.
    """
    _mount(folder, f"size={size}")
    try:
        yield
    finally:
        words = ["umount", "--lazy", str(folder)]
        subprocess.run(words, check=True)


def enlarge(folder: Path, size: int) -> None:
    """Make room on a small disk."""
    _mount(folder, f"remount,size={size}")


def _mount(folder: Path, options: str) -> None:
    words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except OSError as error:
        raise NoDiskError(f"mount: {error.strerror}") from error
    if done.returncode:
        raise NoDiskError(done.stderr.strip())


def _needed(stage: Stage) -> tuple[int, int]:
    """What a disk holds at the beginning of a scene, and at its fullest moment: bytes."""
    _empty(stage.folder)
    with small_disk(stage.folder, _ROOM):
        stage.fill()
        begin = most = _used(stage.folder)
        running = stage.scene.start(stage.scene.words, stage.folder, stage.said)
        while running.poll() is None:
            most = max(most, _used(stage.folder))
            time.sleep(_LOOK)
        return begin, max(most, _used(stage.folder))


def _cramped(stage: Stage, begin: int, most: int, repeats: str) -> tuple[bool, WrongError | None]:
    """Play a scene on a disk that gets full, then with room; give whether it was full, and what went wrong."""
    share = Random(repeats).random()
    size = (begin + round(share * (most - begin))) // _PAGE * _PAGE + _PAGE
    full = False
    _empty(stage.folder)
    with small_disk(stage.folder, size):
        stage.fill()
        try:
            status = ended(stage.scene.start(stage.scene.words, stage.folder, stage.said), LONGEST)
            full = status == 1
            _check_told(stage, status)
            stage.check(tidy=True)
            enlarge(stage.folder, _ROOM)
            if said := stage.mended():
                raise WrongError("next run", said)
        except WrongError as wrong:
            return full, WrongError(wrong.what, f"{size} bytes, {size - begin} of them free: {wrong}")
    return full, None


def _check_told(stage: Stage, status: int | None) -> None:
    """Check that a command that found no room has said so, in one message."""
    said = stage.said.read_text(errors="replace")
    if status == 0:
        return
    if status != 1 or "o space" not in said or "Traceback" in said or "should not" in said:
        raise WrongError("message", f"status {status}: {said}")


def _empty(folder: Path) -> None:
    """Have nothing lie in a folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def _used(folder: Path) -> int:
    found = os.statvfs(folder)
    return (found.f_blocks - found.f_bfree) * found.f_frsize


DISKS = Part(NAME, 200, run)
