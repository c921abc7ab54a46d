"""Keys that tell things apart, values that can be trusted, folders that are read as they are."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from catvis.cache import Cache
from catvis.digests import digest, file_digests
from catvis.errors import CatvisError
from catvis.frozen import Frozen
from catvis.jobs.base import Subject
from catvis.jobs.edge_weights import AblationJob
from catvis.jobs.responses import PeakJob
from catvis.terms import Unit

KEY = digest("some job")


class One(Frozen):
    name: str


class Other(Frozen):
    name: str


def test_what_differs_has_another_digest() -> None:
    subject = Subject("network", "picture")
    different = [
        ("a",),
        ("a", "a"),
        ("aa",),
        (["a"],),
        (1,),
        ("1",),
        (One("a"),),
        (Other("a"),),
        (b"abc",),
        (b"1",),
        (b'["a"]',),
        (PeakJob(subject, Unit("conv1", 1)),),
        (PeakJob(subject, Unit("conv1", 11)),),
        (PeakJob(Subject("network", "picture", "warp"), Unit("conv1", 1)),),
        (AblationJob(subject, Unit("conv2", 1), Unit("conv1", 1)),),
        (AblationJob(subject, Unit("conv2", 11), Unit("conv1", 1)),),
    ]
    assert len({digest(*parts) for parts in different}) == len(different)


def test_equal_things_have_equal_digests() -> None:
    assert digest(One("→ä"), (1, 2)) == digest(One("→ä"), [1, 2])


def test_a_value_comes_back(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "deep" / "cache")
    assert cache.get(KEY) is None
    for value in (b"", b"value", bytes(range(256)) * 1000, b"another value"):
        cache.put(KEY, value)
        assert cache.get(KEY) == value
        assert Cache(cache.folder).get(KEY) == value


@pytest.mark.parametrize("kept", [0, 1, 31, 32, 33, -1])
def test_a_truncated_value_is_missing(tmp_path: Path, kept: int) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"a value")
    (file,) = (found for found in tmp_path.rglob("*") if found.is_file())
    file.write_bytes(file.read_bytes()[:kept])
    assert cache.get(KEY) is None
    cache.put(KEY, b"a value")
    assert cache.get(KEY) == b"a value"


@pytest.mark.parametrize("place", [0, 31, 32, -1])
def test_an_altered_value_is_missing(tmp_path: Path, place: int) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"a value")
    (file,) = (found for found in tmp_path.rglob("*") if found.is_file())
    altered = bytearray(file.read_bytes())
    altered[place] ^= 1
    file.write_bytes(altered)
    assert cache.get(KEY) is None


def test_a_write_that_fails_leaves_the_old_value_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"old")

    def refuse(self: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(CatvisError, match=r"(?s)cannot be written: No space left on device.*--cache"):
        cache.put(KEY, b"new")
    assert cache.get(KEY) == b"old"
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1


def test_an_interrupted_write_leaves_no_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: Path, target: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        Cache(tmp_path).put(KEY, b"value")
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


def test_what_a_killed_write_left_is_where_the_next_one_writes(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.put(KEY, b"old")
    (file,) = (file for file in tmp_path.rglob("*") if file.is_file())
    file.rename(file.with_name(f".part-{file.name}"))
    with file.with_name(f".part-{file.name}").open("ab") as part:
        part.write(b"more than is written next")
    cache.put(KEY, b"new")
    assert cache.get(KEY) == b"new"
    assert [found for found in tmp_path.rglob("*") if found.is_file()] == [file]


def test_two_that_write_one_value_do_not_disturb_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache, replace = Cache(tmp_path), Path.replace
    seen: list[bytes | None] = []

    def meanwhile(self: Path, target: Path) -> None:
        monkeypatch.setattr(Path, "replace", replace)
        cache.put(KEY, b"of the other")  # while this one's is written, and not yet there
        seen.append(cache.get(KEY))
        replace(self, target)

    monkeypatch.setattr(Path, "replace", meanwhile)
    cache.put(KEY, b"of this one")
    assert seen == [None]
    assert cache.get(KEY) == b"of this one"
    assert len([file for file in tmp_path.rglob("*") if file.is_file()]) == 1


def test_a_folder_that_is_a_file_is_one_message(tmp_path: Path) -> None:
    stray = tmp_path / "cache"
    stray.write_text("a file")
    cache = Cache(stray)
    assert cache.get(KEY) is None
    with pytest.raises(CatvisError, match=r"cache .*cannot be written"):
        cache.put(KEY, b"value")


def test_folders_are_read_by_content(tmp_path: Path) -> None:
    file = tmp_path / "inner" / "file.txt"
    file.parent.mkdir()
    file.write_text("text")
    before = file_digests(tmp_path)
    assert list(before) == [str(file)]
    os.utime(file, (1, 1))
    assert file_digests(tmp_path) == before
    file.write_text("tent")
    assert file_digests(tmp_path) != before
    assert file_digests(tmp_path / "missing") == {}


def test_what_editors_and_python_leave_is_no_trouble(tmp_path: Path) -> None:
    (tmp_path / ".#post.md").symlink_to("somebody@somewhere.1234")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "module.pyc").write_bytes(b"compiled")
    os.mkfifo(tmp_path / "pipe")
    assert file_digests(tmp_path) == {}


def test_a_folder_behind_a_link_belongs_to_it(tmp_path: Path) -> None:
    """As long as it lies in the same content: links out of it are not followed."""
    elsewhere = tmp_path / "content" / "drafts" / "post"
    elsewhere.mkdir(parents=True)
    (elsewhere / "post.md").write_text("text")
    content = tmp_path / "content"
    (content / "post").symlink_to(elsewhere)
    before = file_digests(content)
    assert set(before) <= {str(content / "post" / "post.md"), str(elsewhere / "post.md")}
    (elsewhere / "post.md").write_text("other text")
    assert file_digests(content) != before


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path) -> None:
    outside, content = tmp_path / "outside", tmp_path / "content"
    for folder in (outside, content):
        folder.mkdir()
    (outside / "secret.txt").write_text("secret")
    (content / "more").symlink_to(outside)
    (content / "one.txt").symlink_to(outside / "secret.txt")
    (content / "zero.png").symlink_to("/dev/zero")
    assert file_digests(content) == {}


def test_a_large_file_is_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "weights"
    data = bytearray(9 << 20)
    found = set()
    for place in (0, 4 << 20, (8 << 20) + 1, -1):
        data[place] = 1
        file.write_bytes(data)
        found |= set(file_digests(file).values())
    file.write_bytes(data + b"\0")
    found |= set(file_digests(file).values())
    assert len(found) == 5
