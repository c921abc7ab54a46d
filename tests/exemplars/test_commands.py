"""How `mine` is asked for on the command line."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

import pytest

from catvis.cli import main
from catvis.settings import Settings


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Namespace]:
    """What `mine` was asked for, instead of mining."""
    asked: list[Namespace] = []

    def mine(arguments: Namespace, settings: Settings) -> int:
        asked.append(arguments)
        return 0

    monkeypatch.setattr("catvis.commands.exemplars.mine", mine)
    return asked


@pytest.mark.parametrize(
    "words",
    ["squeezenet photos --quiet", "squeezenet --quiet photos", "--quiet squeezenet --workers 2 photos"],
)
def test_the_folder_stands_anywhere(words: str, asked: list[Namespace]) -> None:
    assert main(["mine", *words.split()]) == 0
    assert (asked[0].network, asked[0].folder, asked[0].quiet) == ("squeezenet", Path("photos"), True)


def test_drawn_pictures_need_no_folder(asked: list[Namespace]) -> None:
    assert main(["mine", "menagerie", "--drawn", "5"]) == 0
    assert (asked[0].folder, asked[0].drawn) == (None, 5)


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
