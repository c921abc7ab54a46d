"""The process that tries inputs: ``python -m tools.torture.worker SEED FOLDER``, started by `tools.torture.inputs`.

It reads lines of a kind and a number and answers each with a line of JSON. It may hang or die: its parent looks
after that.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import shutil
import signal
import sys
from pathlib import Path

from tools.torture.cases import Case, Kind, home_of, nth_case
from tools.torture.kinds import KINDS
from tools.torture.readers import READERS
from tools.torture.watching import STACK, Guard, Outcome, Watch, laid_out

_MOST_DATA = 6 << 30


class Worker:
    """Tries cases of one seed in one folder."""

    def __init__(self, seed: int, folder: Path) -> None:
        self._seed, self._folder = seed, folder
        self._watch = Watch(Guard(folder))

    def home(self, kind: Kind) -> Path:
        """The kind's folder; made ready when it is first asked for."""
        home = home_of(self._folder, kind)
        ready = home.parent / "ready"
        if not ready.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir(parents=True)
            os.chdir(home)
            kind.prepare(home)
            if (home / "site").is_dir():
                shutil.copytree(home / "site", home.parent / "site")
            ready.touch()
        return home

    def tried(self, kind: Kind, number: int) -> Outcome:
        """Try one case."""
        home = self.home(kind)
        return self.outcome(nth_case(kind, home, self._seed, number), home)

    def outcome(self, case: Case, home: Path) -> Outcome:
        """Run a case in its kind's home."""
        os.chdir(home)
        if case.builds:
            shutil.rmtree(home / "site", ignore_errors=True)
            shutil.copytree(home.parent / "site", home / "site")
        reader, *words = case.words
        with laid_out(home, dict(case.files)):
            found = self._watch.outcome(READERS[reader], words)
            if case.builds and found.what in ("done", "refused"):
                return _whole(home, found)
            return found


def _whole(home: Path, found: Outcome) -> Outcome:
    """What is wrong with a site after a build, if anything is."""
    from catvis.site.manifest import is_intact, manifest

    left = [one.name for one in home.iterdir() if one.name.startswith(".site")]
    if left:
        return Outcome("half site", f"{left[0]} was left")
    now = manifest(home / "site")
    if not is_intact(home / "site", now):
        return Outcome("half site", "files of the site are not those of its list")
    if found.what == "refused" and now != manifest(home.parent / "site"):
        return Outcome("half site", "a build that was refused changed the site")
    return found


def main() -> None:
    """Answer lines until there are no more."""
    seed, folder = int(sys.argv[1]), Path(sys.argv[2]).absolute()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    noise = os.open(folder / "noise.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for stream, into in ((0, nothing), (1, noise), (2, noise)):
        os.dup2(into, stream)
    stack = (folder / STACK).open("w")
    faulthandler.register(signal.SIGUSR1, stack)
    resource.setrlimit(resource.RLIMIT_DATA, (_MOST_DATA, _MOST_DATA))
    worker = Worker(seed, folder)
    kinds = {kind.name: kind for kind in KINDS}
    for line in questions:
        name, number = line.rstrip("\n").rsplit(" ", 1)
        found = worker.tried(kinds[name], int(number))
        answers.write(json.dumps([found.what, found.said]) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
