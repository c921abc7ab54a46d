"""The part ``drift``: a post is built with one thread and with two, and each once more from nothing.

What the same versions make of the same content with as many threads is the same to the byte. With more threads sums
are added up in another order, and a number's last bits may move: units are in the same order, and are the same,
everywhere. That holds for other versions, too: which units are shown is kept beside the state, so that the campaign
goes on in another environment,

    ANOTHER/bin/python -m tools.torture drift --tries 8

and holds what it builds against the first one's.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from tools.torture.campaign import Budget, Part, State
from tools.torture.running import CACHE, ROOT, ended, whole_process
from tools.torture.scenes import Tree, tree, unlike

NAME = "drift"
_THREADS = (1, 2)
_TIMES = 2
_LONGEST = 900.0
_UNIT = re.compile(r"\b[a-z]+\d+_\d+\b")


def run(budget: Budget, seed: int, state: State, content: Path = ROOT / "content") -> None:
    """Build everything once for each try, with each number of threads in turn.

    Args:
        budget: how often, over all environments.
        seed: nothing is chosen here.
        state: is told what came of it.
        content: what is built.
    """
    del seed
    trees: dict[int, Tree] = {}
    with tempfile.TemporaryDirectory() as scratch:
        while not budget.is_spent(tried := state.tried(NAME)):
            threads = _THREADS[tried % len(_THREADS)]
            kind = f"numpy {np.__version__}, {threads} {'thread' if threads == 1 else 'threads'}"
            tally = state.tally(NAME, kind)
            begun = time.monotonic()
            site, said = _built(Path(scratch), content, threads)
            if site is None:
                state.find(NAME, kind, "build", said, {})
            else:
                found = tree(site)
                if other := unlike(found, trees.setdefault(threads, found)):
                    state.find(NAME, kind, "bytes", f"the same build gave something else: {other}", {})
                shown = _units(site)
                if (first := _first(state, shown)) != shown:
                    state.find(NAME, kind, "ranks", _first_other(shown, first), {})
                tally.done += 1
            tally.seconds += time.monotonic() - begun
            tally.tried += 1
            state.save()
    if len(trees) == len(_THREADS):
        one, other = (trees[threads] for threads in _THREADS)
        differ = sum(one.get(name) != other.get(name) for name in {*one, *other})
        print(f"{NAME}: of {len(one)} files, {differ} are others with more threads")


def _built(scratch: Path, content: Path, threads: int) -> tuple[Path | None, str]:
    """Build from nothing in a process of its own; give the site, or None and what was said."""
    folder, said = scratch / "built", scratch / "said"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copytree(content, folder / "content")
    environment = {"OMP_NUM_THREADS": str(threads)}
    status = ended(whole_process(["build", "--quiet"], folder, said, environment), _LONGEST)
    shutil.rmtree(folder / CACHE, ignore_errors=True)
    return (folder / "site", "") if status == 0 else (None, f"status {status}: {said.read_text()}")


def _units(site: Path) -> list[str]:
    """The units that pages name, in their order: which ones are shown, and how they are ranked."""
    pages = sorted(site.glob("*/index.html"))
    return [unit for page in pages for unit in _UNIT.findall(page.read_text(encoding="utf-8"))]


def _first(state: State, shown: list[str]) -> list[str]:
    """The units of the campaign's first build; these, if this is the first."""
    file = state.folder / "units.json"
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(shown), encoding="utf-8")
    first: list[str] = json.loads(file.read_text(encoding="utf-8"))
    return first


def _first_other(found: list[str], wanted: list[str]) -> str:
    pairs = zip([*found, ""], [*wanted, ""], strict=False)
    place, (one, other) = next((place, pair) for place, pair in enumerate(pairs) if pair[0] != pair[1])
    return f"the {place}th unit is {one or 'none'}, not {other or 'none'}"


DRIFT = Part(NAME, len(_THREADS) * _TIMES, run)
