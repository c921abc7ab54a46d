"""A site is swapped in whole; nothing else is touched, whatever goes wrong."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from catvis.errors import CatvisError, UsageError
from catvis.site.manifest import MARK, manifest
from catvis.site.manifest import is_intact as holds
from catvis.site.write import check_place, new_site

FIRST = {"index.html": b"home", "a/index.html": b"first", "a/imgs/x.png": b"picture"}
SECOND = {**FIRST, "a/index.html": b"second"}


def write_site(site: Path, files: dict[str, bytes]) -> tuple[int, int]:
    with new_site(site) as new:
        for name, data in files.items():
            new.put(name, data)
    return new.written, new.kept


def is_intact(site: Path) -> bool:
    return holds(site, manifest(site))


def read(site: Path) -> dict[str, bytes]:
    return {
        file.relative_to(site).as_posix(): file.read_bytes()
        for file in site.rglob("*")
        if file.is_file() and file.name != MARK
    }


def leftovers(site: Path) -> list[str]:
    return [found.name for found in site.parent.iterdir() if found != site]


def test_a_new_site(tmp_path: Path) -> None:
    site = tmp_path / "deep" / "site"
    assert write_site(site, FIRST) == (3, 0)
    assert read(site) == FIRST
    assert manifest(site).keys() == FIRST.keys()
    assert is_intact(site)
    assert not leftovers(site)
    assert site.stat().st_mode & 0o777 == 0o755


def test_only_what_has_changed_is_written(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    before = {name: (site / name).stat().st_ino for name in FIRST}
    assert write_site(site, SECOND) == (1, 2)
    after = {name: (site / name).stat().st_ino for name in SECOND}
    assert {name for name in FIRST if before[name] != after[name]} == {"a/index.html"}
    assert read(site) == SECOND


def test_what_is_gone_is_gone(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    write_site(site, {"index.html": b"home"})
    assert read(site) == {"index.html": b"home"}


@pytest.mark.parametrize("damage", ["alter", "remove", "replace by a folder"])
def test_a_damaged_site_is_noticed_and_mended(tmp_path: Path, damage: str) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    page = site / "index.html"
    if damage == "alter":
        page.write_bytes(b"homf")
    else:
        page.unlink()
    if damage == "replace by a folder":
        page.mkdir()
    assert not is_intact(site)
    assert write_site(site, FIRST) == (1, 2)
    assert read(site) == FIRST


@pytest.mark.parametrize("text", ["", "no JSON", "[1, 2]", "{}"])
def test_a_damaged_mark_counts_as_no_site(tmp_path: Path, text: str) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    (site / MARK).write_text(text)
    assert not is_intact(site)
    assert write_site(site, FIRST) == (3, 0)
    assert is_intact(site)


def test_what_others_put_into_a_site_stays(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    (site / ".git" / "refs").mkdir(parents=True)
    (site / ".git" / "refs" / "head").write_bytes(b"1234")
    (site / "CNAME").symlink_to("elsewhere")
    assert is_intact(site)
    write_site(site, SECOND)
    assert (site / ".git" / "refs" / "head").read_bytes() == b"1234"
    assert (site / "CNAME").readlink() == Path("elsewhere")


def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "thesis"
    folder.mkdir()
    (folder / "chapter.tex").write_text("years of work")
    for attempt in (check_place, lambda site: write_site(site, FIRST)):
        with pytest.raises(UsageError, match=r"(?s)thesis holds files .* not touched.*--site"):
            attempt(folder)
    assert [found.name for found in folder.iterdir()] == ["chapter.tex"]
    assert not leftovers(folder)


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    assert write_site(tmp_path / "site", FIRST) == (3, 0)


def test_a_file_or_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for name, kind in (("file", "a file"), ("link", "a link")):
        with pytest.raises(UsageError, match=f"{name} is {kind}, not a folder"):
            write_site(tmp_path / name, FIRST)


def test_after_a_swap_that_was_cut_short_the_old_site_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    site.rename(tmp_path / ".site-previous")  # where a swap is when power goes
    check_place(site)
    assert read(site) == FIRST
    assert is_intact(site)
    assert not leftovers(site)


def test_after_a_swap_the_old_site_is_cleared_away(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    shutil.copytree(site, tmp_path / ".site-previous")
    write_site(site, SECOND)
    assert read(site) == SECOND
    assert not leftovers(site)


def test_an_interrupted_swap_puts_the_old_site_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    monkeypatch.setattr("catvis.site.write.exchange", lambda *_: False)  # as where the system cannot
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if target == site and self.name != ".site-previous":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_site(site, SECOND)
    assert read(site) == FIRST
    assert not leftovers(site)


@pytest.mark.parametrize("refused_after", [0, 1, 2, 3])
def test_a_full_disk_leaves_the_old_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused_after: int
) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    written = 0
    write_bytes, write_text = Path.write_bytes, Path.write_text

    def full(self: Path, data: object, **options: object) -> int:
        nonlocal written
        written += 1
        if written > refused_after:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write_bytes(self, data) if isinstance(data, bytes) else write_text(self, data, **options)

    monkeypatch.setattr(Path, "write_bytes", full)
    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CatvisError, match="site cannot be written: No space left on device"):
        write_site(site, {name: data + b"!" for name, data in FIRST.items()})
    assert read(site) == FIRST
    assert is_intact(site)
    assert not leftovers(site)


def test_where_links_are_refused_files_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    site = tmp_path / "site"
    write_site(site, FIRST)
    monkeypatch.setattr(os, "link", refused)
    (site / "CNAME").write_text("elsewhere")
    assert write_site(site, SECOND) == (3, 0)
    assert read(site) == {**SECOND, "CNAME": b"elsewhere"}


def test_a_parent_that_is_a_file_is_one_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(CatvisError, match=r"cannot be written: (File exists|Not a directory)"):
        write_site(tmp_path / "file" / "site", FIRST)


def test_what_is_kept_is_as_it_was(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    with new_site(site) as new:
        new.keep(["a/index.html", "a/imgs/x.png"])
        new.put("index.html", b"another home")
    assert (new.written, new.kept) == (1, 2)
    assert read(site) == {**FIRST, "index.html": b"another home"}
    assert is_intact(site)


def test_equal_bytes_are_stored_once(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, {"a/x.png": b"picture", "jekyll/a/x.png": b"picture", "b/x.png": b"another"})
    nodes = {name: (site / name).stat().st_ino for name in ("a/x.png", "jekyll/a/x.png", "b/x.png")}
    assert nodes["a/x.png"] == nodes["jekyll/a/x.png"] != nodes["b/x.png"]
    write_site(site, {"a/x.png": b"changed", "jekyll/a/x.png": b"picture", "b/x.png": b"another"})
    assert read(site) == {"a/x.png": b"changed", "jekyll/a/x.png": b"picture", "b/x.png": b"another"}
    write_site(site, {"c/x.png": b"picture"})
    assert (site / "c/x.png").stat().st_ino == nodes["a/x.png"]


def test_bytes_that_somebody_altered_are_no_twin(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)
    (site / "a/imgs/x.png").write_bytes(b"altered")
    write_site(site, {"b/imgs/x.png": FIRST["a/imgs/x.png"]})
    assert read(site) == {"b/imgs/x.png": FIRST["a/imgs/x.png"]}


def test_what_is_raised_meanwhile_leaves_the_old_site(tmp_path: Path) -> None:
    site = tmp_path / "site"
    write_site(site, FIRST)

    def interrupted() -> None:
        with new_site(site) as new:
            new.put("index.html", b"another home")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert read(site) == FIRST
    assert not leftovers(site)
