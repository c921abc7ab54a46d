"""The campaign itself: the same seed tries the same, what goes wrong is kept, and it goes on where it was."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from catvis import cli
from tools.torture import watching
from tools.torture.campaign import Budget, State
from tools.torture.cases import Kind, home_of, nth_case
from tools.torture.kinds import KINDS
from tools.torture.picture_kinds import missing
from tools.torture.watching import Guard, Watch

ROOT = Path(__file__).parents[1]
STATELESS = [kind for kind in KINDS if kind.name not in ("exemplar store", "cache entries")]


@pytest.mark.slow
@pytest.mark.parametrize("kind", STATELESS, ids=lambda kind: kind.name)
def test_the_same_seed_makes_the_same_bytes(tmp_path: Path, kind: Kind) -> None:
    def made(seed: int) -> list[object]:
        cases = [nth_case(kind, tmp_path, seed, number) for number in range(20)]
        return [(list(case.words), dict(case.files)) for case in cases]

    assert made(1) == made(1)
    assert made(1) != made(2)


def test_every_format_that_is_read_is_tried() -> None:
    assert missing() == []


def campaign(folder: Path, *words: str) -> tuple[int, dict[str, dict[str, int]]]:
    command = [sys.executable, "-m", "tools.torture", "inputs", "--out", str(folder), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "| inputs | all |" in done.stdout, done.stderr
    return done.returncode, json.loads((folder / "seed-3" / "state.json").read_text())["inputs"]


@pytest.mark.slow
def test_a_short_campaign_finds_nothing_and_goes_on_where_it_was(tmp_path: Path) -> None:
    status, first = campaign(tmp_path, "--seed", "3", "--tries", "14")
    assert sum(kind["tried"] for kind in first.values()) == 14
    assert status == 0
    status, then = campaign(tmp_path, "--seed", "3", "--tries", "42")
    assert sum(kind["tried"] for kind in then.values()) == 42
    assert all(kind["tried"] == kind["done"] + kind["refused"] for kind in then.values())
    assert all(kind["tried"] for kind in then.values())
    assert status == 0


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Watch, Path]:
    """An audit hook stays for ever, but is deaf while no case runs."""
    folder = tmp_path_factory.mktemp("guarded")
    return Watch(Guard(folder)), folder


def failing(_: Sequence[str]) -> int:
    return cli.run(lambda: [].index(0))


def silent(_: Sequence[str]) -> int:
    return 1


def slow(_: Sequence[str]) -> int:
    ends = time.process_time() + 1.1 * watching.LONGEST
    while time.process_time() < ends:
        pass
    return 0


def large(_: Sequence[str]) -> int:
    return len(bytearray(b"x") * (1 << 30)) * 0


def reaching(words: Sequence[str]) -> int:
    return cli.run(lambda: Path(words[0]).write_text("x") * 0)


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (failing, "traceback"),
        (silent, "silent"),
        (large, "memory"),
        (reaching, "outside"),
        (slow, "hang"),
    ],
)
def test_what_goes_wrong_is_seen(
    guarded: tuple[Watch, Path],
    tmp_path: Path,
    command: Callable[[Sequence[str]], int],
    what: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert watching.LONGEST == 10  # seconds; here a tenth of them are too many already
    monkeypatch.setattr(watching, "LONGEST", 1)
    watch, _ = guarded
    assert watch.outcome(command, [str(tmp_path / "file")]).what == what
    assert not (tmp_path / "file").exists()


def test_what_may_be_done_is_done(guarded: tuple[Watch, Path]) -> None:
    watch, folder = guarded
    assert watch.outcome(reaching, [str(folder / "file")]).what == "done"
    assert (folder / "file").read_text() == "x"


def test_a_finding_is_kept_once_and_counted(tmp_path: Path) -> None:
    state = State(tmp_path, 1)
    for number in range(3):
        state.find("inputs", "pictures", "traceback", f"KeyError: {number}", {"home/it.png": b"x"})
    state.find("inputs", "pictures", "hang", "11 seconds", {})
    state.save()
    again = State(tmp_path, 1)
    assert again.wrong == 4
    assert len(again.tally("inputs", "pictures").findings) == 2
    (kept,) = (tmp_path / "seed-1" / "findings").glob("*/home/it.png")
    assert kept.read_bytes() == b"x"
    assert "traceback, 3 times: KeyError: 0" in again.table()


def test_a_budget_ends_by_number_and_by_time() -> None:
    assert Budget(3, time.monotonic() + 60).is_spent(3)
    assert not Budget(3, time.monotonic() + 60).is_spent(2)
    assert Budget(3, time.monotonic()).is_spent(0)


def test_homes_are_deep_enough(tmp_path: Path) -> None:
    assert all(home_of(tmp_path, kind).parents[2] == tmp_path for kind in KINDS)
