"""How `mine` and `exemplars` are asked for on the command line, and what they answer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image

from catvis.cli import main
from tests.exemplars.conftest import random_picture


@pytest.fixture
def photos(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two pictures and a file that is none, in a folder of the working directory."""
    folder = tmp_path / "photos"
    folder.mkdir()
    random_picture(1).save(folder / "one.bmp")
    random_picture(2).save(folder / "two.png")
    (folder / "list.txt").write_text("one, two")
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize(
    "words",
    ["menagerie photos --workers 0", "menagerie --quiet photos", "--quiet menagerie --workers 0 photos"],
)
def test_the_folder_stands_anywhere(words: str, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mine", *words.split(), "--store", "store.sqlite", "--layers", "conv1"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "2 pictures, 2 of them new; 0 crops cut; 0 skipped; 1 other files",
        "  list.txt: no picture",
    ]


@pytest.mark.slow
def test_a_sheet_cuts_what_it_shows(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", "store.sqlite"]
    mining = ["mine", "menagerie", "photos", "--quiet", "--workers", "0", *store]
    assert main(mining) == 0
    for _ in range(2):
        assert main(["exemplars", "menagerie", "fc8_0", "fc8_1", "-o", "sheet.png", *store]) == 0
        with Image.open("sheet.png") as sheet:
            assert sheet.width > 400
        photos.rename(photos.with_name("elsewhere")) if photos.exists() else None
    assert main(["exemplars", "menagerie", "fc8_2", "-o", "sheet.png", *store]) == 1
    assert "its pictures are no longer in" in capsys.readouterr().err
    photos.with_name("elsewhere").rename(photos)
    assert main([*mining, "--units", "fc8_0", "fc8_2"]) == 0
    assert "; 2 crops cut;" in capsys.readouterr().out


def test_a_sheet_is_a_png(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exemplars", "menagerie", "fc8_0", "-o", "sheet.jpg"]) == 2
    assert "'sheet.jpg' does not end in .png" in capsys.readouterr().err


def test_a_layer_that_was_not_scanned_is_said(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = ["--store", "store.sqlite"]
    mining = ["mine", "menagerie", "photos", "--quiet", "--workers", "0", "--layers", "conv5", *store]
    assert main(mining) == 0
    capsys.readouterr()
    assert main(["exemplars", "menagerie", "conv5_3", "conv1_3", "-o", "sheet.png", *store]) == 1
    assert capsys.readouterr().err == (
        "store.sqlite holds nothing of conv1: conv5 was scanned\n"
        "  mine into a store of its own: --layers conv1 --store FILE\n"
    )
    assert not Path("sheet.png").exists()


def test_drawn_pictures_need_no_folder(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--drawn", "5", "--workers", "0", "--quiet", "--layers", "conv1", "--store", "store.sqlite"]
    assert main(["mine", "menagerie", *words]) == 0
    assert capsys.readouterr().out.startswith("5 pictures, 5 of them new")


def test_a_cluster_needs_what_is_not_always_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "catvis.exemplars.scan.cluster", raising=False)
    words = ["mine", "menagerie", "--drawn", "2", "--scheduler", "tcp://127.0.0.1:9", "--quiet"]
    assert main([*words, "--store", str(tmp_path / "store")]) == 1
    assert capsys.readouterr().err == (
        "a scan on a cluster needs distributed\n  pip install 'catvis[cluster]'\n"
    )
