"""Downloads from a server that drops, truncates, corrupts, redirects and stalls."""

from __future__ import annotations

import fcntl
import hashlib
import resource
import socket
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from catvis.errors import WeightsError
from catvis.networks.weights.fetching import fetch, progress_bar
from catvis.networks.weights.published import PublishedFile
from tests.networks.weights.file_server import Behaviour, served

CONTENT = np.random.default_rng(0).bytes(900_000)
PART = ".weights.bin.part"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


def published(address: str, content: bytes = CONTENT) -> PublishedFile:
    return PublishedFile("weights.bin", address, 1, "sha256", hashlib.sha256(content).hexdigest(), "free")


def fetched(behaviour: Behaviour, folder: Path, **how: float) -> Path:
    with served(behaviour) as address:
        return fetch(published(address), folder, **{"pause": 0.0, "timeout": 5.0, **how})


def refused(behaviour: Behaviour, folder: Path, **how: float) -> str:
    with pytest.raises(WeightsError) as caught:
        fetched(behaviour, folder, **how)
    assert not (folder / "weights.bin").exists()
    return str(caught.value)


def test_a_whole_file_arrives_and_nothing_else(tmp_path: Path) -> None:
    file = fetched(Behaviour(CONTENT), tmp_path / "new" / "folder")
    assert file.read_bytes() == CONTENT
    assert [one.name for one in file.parent.iterdir()] == ["weights.bin"]


def test_a_file_that_is_there_is_not_asked_for(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(CONTENT)
    behaviour = Behaviour(CONTENT)
    fetched(behaviour, tmp_path)
    assert behaviour.asked == []


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "weights.bin").write_bytes(CONTENT[:-1])
    assert fetched(Behaviour(CONTENT), tmp_path).read_bytes() == CONTENT


def test_each_break_is_resumed(tmp_path: Path) -> None:
    behaviour = Behaviour(CONTENT, drop_after=100_000, drops=7)
    assert fetched(behaviour, tmp_path).read_bytes() == CONTENT
    assert behaviour.asked == [""] + [f"bytes={100_000 * done}-" for done in range(1, 8)]


def test_an_earlier_attempt_is_resumed(tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(CONTENT[:400_000])
    behaviour = Behaviour(CONTENT)
    assert fetched(behaviour, tmp_path).read_bytes() == CONTENT
    assert behaviour.asked == ["bytes=400000-"]


def test_a_server_that_cannot_begin_in_the_middle(tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(CONTENT[:400_000])
    assert fetched(Behaviour(CONTENT, ranges=False), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("stale", [b"something else", CONTENT + b"more", CONTENT[:-1] + b"?"])
def test_the_beginning_of_another_file_is_thrown_away(tmp_path: Path, stale: bytes) -> None:
    (tmp_path / PART).write_bytes(stale)
    assert fetched(Behaviour(CONTENT), tmp_path).read_bytes() == CONTENT


def test_a_whole_earlier_attempt_is_taken(tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(CONTENT)
    assert fetched(Behaviour(CONTENT), tmp_path).read_bytes() == CONTENT


def test_giving_up_keeps_what_came(tmp_path: Path) -> None:
    (tmp_path / PART).write_bytes(CONTENT[:400_000])
    said = refused(Behaviour(CONTENT, drops=100), tmp_path)
    assert "the connection broke off; the first 0.4 MB are kept" in said
    assert (tmp_path / PART).read_bytes() == CONTENT[:400_000]


def test_breaks_do_not_go_on_for_ever_without_ranges(tmp_path: Path) -> None:
    behaviour = Behaviour(CONTENT, ranges=False, drop_after=1000, drops=100)
    assert "broke off" in refused(behaviour, tmp_path)
    assert len(behaviour.asked) < 8


def test_a_stall_is_a_break(tmp_path: Path) -> None:
    behaviour = Behaviour(CONTENT, drop_after=300_000, stalls=1)
    assert fetched(behaviour, tmp_path, timeout=0.3).read_bytes() == CONTENT
    assert behaviour.asked == ["", "bytes=300000-"]


def test_nothing_but_stalls(tmp_path: Path) -> None:
    assert "nothing came for 0.1 s" in refused(Behaviour(CONTENT, stalls=100), tmp_path, timeout=0.1)


@pytest.mark.parametrize("wrong", [CONTENT[:-1], CONTENT[:-1] + b"?", b"<html>moved</html>", b""])
def test_another_file_is_refused_and_not_kept(tmp_path: Path, wrong: bytes) -> None:
    said = refused(Behaviour(wrong), tmp_path)
    assert "gave another file than weights.bin: refused" in said
    assert f"its sha256 is {hashlib.sha256(wrong).hexdigest()}" in said
    assert list(tmp_path.iterdir()) == []


def test_no_length_given(tmp_path: Path) -> None:
    assert fetched(Behaviour(CONTENT, length=None), tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("length", [None, 10**13])
def test_no_end_of_bytes(tmp_path: Path, length: int | None) -> None:
    assert "gives more than 2 MB: refused" in refused(Behaviour(bytes(5_000_000), length=length), tmp_path)


def test_redirections_are_followed(tmp_path: Path) -> None:
    assert fetched(Behaviour(CONTENT, redirects=3), tmp_path).read_bytes() == CONTENT


def test_redirections_without_end(tmp_path: Path) -> None:
    assert "could not be fetched" in refused(Behaviour(CONTENT, redirects=-1), tmp_path)


@pytest.mark.parametrize("location", ["file:///etc/hostname", "ftp://127.0.0.1/weights.bin"])
def test_only_the_web_is_asked(tmp_path: Path, location: str) -> None:
    assert "could not be fetched" in refused(Behaviour(CONTENT, redirects=100, location=location), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_busy_server_is_asked_again(tmp_path: Path, status: int) -> None:
    assert fetched(Behaviour(CONTENT, statuses=[status, status]), tmp_path).read_bytes() == CONTENT


def test_a_server_that_stays_busy(tmp_path: Path) -> None:
    assert "answers 503" in refused(Behaviour(CONTENT, statuses=[503] * 9), tmp_path)


@pytest.mark.parametrize("status", [403, 404])
def test_a_missing_file_is_not_asked_for_again(tmp_path: Path, status: int) -> None:
    behaviour = Behaviour(CONTENT, statuses=[status] * 9)
    assert f"the server answers {status}" in refused(behaviour, tmp_path)
    assert len(behaviour.asked) == 1


def test_offline_is_one_message_and_nothing_is_written(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/weights.bin"
        with pytest.raises(WeightsError) as caught:
            fetch(published(address), tmp_path / "new", pause=0.0)
    assert str(caught.value).startswith(f"{address} could not be fetched: Connection refused\n  or bring")
    assert not (tmp_path / "new").exists()


def test_an_unknown_host(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="could not be fetched"):
        fetch(published("http://catvis.invalid/weights.bin"), tmp_path, pause=0.0)
    assert list(tmp_path.iterdir()) == []


def test_a_known_beginning_of_the_hash_is_enough(tmp_path: Path) -> None:
    with served(Behaviour(CONTENT)) as address:
        whole = published(address)
        short = replace(whole, checksum=whole.checksum[:8])
        assert fetch(short, tmp_path, pause=0.0).read_bytes() == CONTENT


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with served(Behaviour(CONTENT)) as address, pytest.raises(WeightsError, match="cannot be written"):
        fetch(published(address), tmp_path / "taken" / "below", pause=0.0)


def test_a_disk_that_takes_no_more(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, before[1]))
    try:
        said = refused(Behaviour(CONTENT), tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "weights.bin.part cannot be written: File too large" in said
    assert fetched(Behaviour(CONTENT), tmp_path).read_bytes() == CONTENT


def test_two_at_once(tmp_path: Path) -> None:
    with (tmp_path / PART).open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert "another process is fetching" in refused(Behaviour(CONTENT), tmp_path)


def test_progress_goes_on_from_the_break(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[tuple[int, int]] = []
    with served(Behaviour(CONTENT, drop_after=100_000, drops=2)) as address:
        fetch(published(address), tmp_path, lambda done, whole: seen.append((done, whole)), pause=0.0)
    assert seen[0] == (0, 900_000)
    assert seen[-1] == (900_000, 900_000)
    assert {whole for _, whole in seen} == {900_000}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    with progress_bar("weights.bin") as progress:
        for done, whole in seen:
            progress(done, whole)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "weights.bin: 100%" in shown.err
