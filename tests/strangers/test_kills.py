"""Fault: commands are killed at any moment. A short run of the campaigns, and what long ones have found."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from catvis.digests import digest
from catvis.progress import Reporter
from catvis.site.build import Request, build_site
from tests.jekyll.jekyll_world import POST, JekyllWorld
from tests.small_world import World
from tools.torture.campaign import Budget, Part, State
from tools.torture.disks import DISKS
from tools.torture.drift import run as drift
from tools.torture.kills import KILLS
from tools.torture.scenes import write_posts

ROOT = Path(__file__).parents[2]
KILLED_AT_START = """
import os, pathlib, signal, sys

def watch(frame, event, _):
    if (pathlib.Path(frame.f_code.co_filename).name, frame.f_code.co_name) == (FILE, NAME):
        sys.setprofile(None)
        os.kill(os.getpid(), signal.SIGINT)

sys.setprofile(watch)
"""


def campaign(part: Part, tries: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> State:
    monkeypatch.setenv("no_proxy", "*")
    state = State(folder, seed=1)
    part.run(Budget(tries, math.inf), 1, state)
    return state


@pytest.mark.slow
def test_a_few_kills(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = campaign(KILLS, 8, tmp_path, monkeypatch)
    assert not state.wrong, state.table()
    assert state.tried("kills") == 8


@pytest.mark.slow
def test_a_few_full_disks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no disk can be mounted the part says so, and test_full_disk.py has other means."""
    state = campaign(DISKS, 5, tmp_path, monkeypatch)
    assert not state.wrong, state.table()
    said = capsys.readouterr().err
    assert state.tried("disks") == (0 if "disks: skipped: " in said else 5)


@pytest.mark.slow
def test_more_threads_show_the_same_units(tmp_path: Path) -> None:
    write_posts(tmp_path, edition=2)
    state = State(tmp_path, seed=1)
    drift(Budget(4, math.inf), 1, state, tmp_path / "content")
    assert not state.wrong, state.table()
    assert state.tried("drift") == 4


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("settings.py", "<module>"),
        ("cli.py", "_add_new"),
        ("cli.py", "_open_streams"),
        ("cli.py", "_dispatch"),
    ],
)
def test_an_interrupt_at_the_start_is_no_traceback(tmp_path: Path, file: str, name: str) -> None:
    hook = KILLED_AT_START.replace("FILE", repr(file)).replace("NAME", repr(name))
    (tmp_path / "sitecustomize.py").write_text(hook)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs tests may ignore it
    try:
        done = subprocess.run(
            [sys.executable, "-m", "catvis", "weights", "list"],
            env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"},
            capture_output=True,
            text=True,
        )
    finally:
        signal.signal(signal.SIGINT, before)
    told = (130, "interrupted; what was computed is kept\n")
    assert (done.returncode, done.stderr) in (told, (-signal.SIGINT, ""))


def test_what_a_killed_build_left_is_cleared_away_though_nothing_has_changed(world: World) -> None:
    world.write_post()
    build_site(world.settings, Request(), Reporter(quiet=True))
    left = world.settings.site.with_name(".site-new-abcd1234")
    left.mkdir()
    (left / "index.html").touch()
    build_site(world.settings, Request(), Reporter(quiet=True))
    assert not left.exists()


def test_nor_does_it_stay_in_a_jekyll_site(world: World, tmp_path: Path) -> None:
    site = JekyllWorld(tmp_path)
    site.write("_config.yml", "title: Mine\n")
    site.write_post(markdown=POST)
    site.build()
    left = site.root / ".catvis-new-abcd1234"
    left.mkdir()
    before = digest(*sorted(site.files()))
    site.build()
    assert not left.exists()
    assert digest(*sorted(site.files())) == before
