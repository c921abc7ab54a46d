"""Fault: a build is killed, runs beside another, or finds what somebody else put into the site; nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from catvis.errors import CatvisError
from catvis.site.manifest import manifest
from catvis.site.staging import exchange, staging
from catvis.site.write import check_place
from tests.site.test_write import write_site

FILES = {"index.html": b"home", "a/index.html": b"first"}
PROGRAM = """
import sys, time
from pathlib import Path
from catvis.site.write import new_site
site, text, pause = Path(sys.argv[1]), sys.argv[2].encode(), float(sys.argv[3])
with new_site(site, lambda line: print(line, file=sys.stderr)) as new:
    new.put("index.html", text)
    print("at work", flush=True)
    time.sleep(pause)
    new.put("a/index.html", text)
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    write_site(tmp_path / "site", FILES)
    return tmp_path / "site"


def state(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    """Modes and bytes of all that lies in a folder."""
    return {
        str(found.relative_to(folder)): (
            found.stat().st_mode,
            found.read_bytes() if found.is_file() else None,
        )
        for found in sorted(folder.rglob("*"))
    }


def beside(site: Path) -> list[str]:
    return [found.name for found in site.parent.iterdir() if found != site]


def test_a_git_repository_in_a_site_stays_one(site: Path) -> None:
    git = ["git", "-C", str(site), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    (site / ".git" / "hooks").chmod(0o750)
    (site / ".git" / "objects" / "info").chmod(0o555)
    (site / ".git" / "refs" / "empty").mkdir()
    before = state(site / ".git")
    write_site(site, {**FILES, "a/index.html": b"second"})
    assert state(site / ".git") == before
    said = subprocess.run([*git, "status", "--porcelain"], check=True, capture_output=True, text=True).stdout
    assert said == " M .catvis-site.json\n M a/index.html\n"
    assert not beside(site)


@pytest.mark.parametrize(
    ("put", "new"),
    [
        ("robots.txt", "robots.txt"),
        ("b/index.html", "b/index.html"),
        ("b", "b/index.html"),
        ("feed.xml/mine.txt", "feed.xml"),
        ("a/more/mine.txt", "a/more"),
    ],
)
def test_what_somebody_put_into_a_site_is_never_overwritten(site: Path, put: str, new: str) -> None:
    mine = site / put
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("years of work")
    before = state(site)
    with pytest.raises(CatvisError, match=r"(?s)site/.* was put there by somebody else.*as it was.*rename"):
        write_site(site, {**FILES, new: b"ours"})
    assert state(site) == before
    assert not beside(site)


def test_a_link_is_not_followed_nor_overwritten(site: Path) -> None:
    (site / "robots.txt").symlink_to(site.parent / "elsewhere.txt")
    (site.parent / "elsewhere.txt").write_bytes(b"ours")
    with pytest.raises(CatvisError, match="put there by somebody else"):
        write_site(site, {**FILES, "robots.txt": b"ours"})
    assert (site / "robots.txt").is_symlink()


def test_somebodys_own_folder_stays_beside_posts(site: Path) -> None:
    (site / "q" / "empty").mkdir(parents=True)
    (site / "a" / "mine.txt").write_text("mine")
    write_site(site, {"index.html": b"home", "q/index.html": b"a post"})
    assert (site / "q" / "empty").is_dir()
    assert (site / "a" / "mine.txt").read_text() == "mine"
    assert (site / "q" / "index.html").read_bytes() == b"a post"


def test_what_cannot_be_read_is_not_lost(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (site / "private").mkdir()
    (site / "private" / "mine.txt").write_text("mine")
    scandir = os.scandir

    def guarded(folder: str) -> object:
        if str(folder).endswith("private"):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    with pytest.raises(CatvisError, match=r"site/private cannot be read: Permission denied"):
        write_site(site, {**FILES, "a/index.html": b"second"})
    monkeypatch.undo()
    assert (site / "private" / "mine.txt").read_text() == "mine"
    assert (site / "a" / "index.html").read_bytes() == b"first"


def test_folders_change_places_in_one_step(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    assert exchange(tmp_path / "one", tmp_path / "other") == (sys.platform == "linux")
    if sys.platform == "linux":
        assert (tmp_path / "one" / "other").exists()
        assert (tmp_path / "other" / "one").exists()


def test_at_every_moment_there_is_a_site(site: Path) -> None:
    ended, missing = Event(), []

    def look() -> None:
        while not ended.is_set():
            try:
                (site / "index.html").read_bytes()
            except FileNotFoundError:
                missing.append(True)

    thread = Thread(target=look)
    thread.start()
    for number in range(100):
        write_site(site, {**FILES, "a/index.html": str(number).encode()})
    ended.set()
    thread.join()
    assert not missing


def start(site: Path, text: str, pause: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(site), text, str(pause)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def at_work(site: Path, text: str, pause: float) -> subprocess.Popen[str]:
    process = start(site, text, pause)
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    return process


def test_what_a_killed_build_leaves_is_cleared_away_by_the_next(site: Path) -> None:
    process = at_work(site, "killed", 60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert len(beside(site)) == 1
    assert (site / "index.html").read_bytes() == b"home"
    write_site(site, {**FILES, "index.html": b"next"})
    assert not beside(site)


@pytest.mark.slow
def test_a_build_waits_for_another_and_says_so(site: Path) -> None:
    first = at_work(site, "first", 2)
    check_place(site)  # touches nothing of a build that is at work
    others = [start(site, text, 0) for text in ("second", "third")]
    first.communicate(timeout=30)
    assert first.returncode == 0
    for other in others:
        _, said = other.communicate(timeout=30)
        assert other.returncode == 0, said
        assert "another build is writing " in said
        assert "this one waits until it has finished" in said
    text = (site / "index.html").read_bytes()
    assert text in (b"second", b"third")
    assert (site / "a" / "index.html").read_bytes() == text
    assert manifest(site).keys() == FILES.keys()
    assert not beside(site)


def test_who_waits_is_told_once(tmp_path: Path) -> None:
    told: list[float] = []
    with staging(tmp_path, ".new-", lambda: told.append(0)):
        waiting = Thread(target=lambda: staging(tmp_path, ".new-", lambda: told.append(1)).__enter__())
        waiting.daemon = True
        waiting.start()
        deadline = time.monotonic() + 10
        while not told and time.monotonic() < deadline:
            time.sleep(0.01)
    waiting.join(timeout=10)
    assert told == [1]
