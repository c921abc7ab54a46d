"""How `mine` is asked for on the command line."""

from __future__ import annotations

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

    monkeypatch.setattr("catvis.commands.mining.mine", mine)
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
