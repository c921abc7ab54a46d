"""Mistaken lists of paths, each with the exact message that it gets: the cases are in ``mistaken_paths.txt``.

There a case is ``=== title``, the file, a line ``~~~``, and the message.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from catvis.errors import ContentError
from catvis.post.paths_file import read_paths_file
from catvis.written.named_files import LIST

CASES = [
    case.partition("\n")
    for case in (Path(__file__).parent / "mistaken_paths.txt").read_text(encoding="utf-8").split("=== ")[1:]
]


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def message_about(content: bytes) -> str:
    file = Path("paths.yaml")
    file.write_bytes(content)
    with pytest.raises(ContentError) as caught:
        read_paths_file(file)
    return str(caught.value)


@pytest.mark.parametrize(("title", "_", "case"), CASES, ids=[title for title, _, _ in CASES])
def test_a_mistake_is_named_with_its_place_and_what_would_be_right(title: str, _: str, case: str) -> None:
    text, _, message = case.partition("~~~\n")
    assert message_about(text.encode()) == message.strip()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(
            "picture: für.png\n# Grüße".encode("latin-1"),
            "paths.yaml:1:11: the byte 0xfc is not UTF-8\n  save the file with the encoding UTF-8",
            id="Latin-1",
        ),
        pytest.param(
            "network: menagerie".encode("utf-16"),
            "paths.yaml:1:1: the byte 0xff is not UTF-8\n  save the file with the encoding UTF-8",
            id="UTF-16",
        ),
        pytest.param(
            "network: menagerie\npicture: grüß".encode()[:-1],
            "paths.yaml:2:13: the byte 0xc3 is not UTF-8\n  save the file with the encoding UTF-8",
            id="cut in the middle of a letter",
        ),
        pytest.param(
            b"network: men\0agerie",
            "paths.yaml:1:13: the character U+0000 cannot stand in YAML\n  remove it",
            id="a zero byte",
        ),
        pytest.param(
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            "paths.yaml:1:1: the byte 0x89 is not UTF-8\n  save the file with the encoding UTF-8",
            id="a picture",
        ),
        pytest.param(
            b"#" * (LIST.largest + 1),
            "paths.yaml: the file is too large for a list that a person wrote\n  at most 64 KiB are read",
            id="too large",
        ),
        pytest.param(
            b'picture: "\\UFFFFFFFF"',
            "paths.yaml:1:11: \\UFFFFFFFF is no character\n  they end at \\U0010FFFF",
            id="an escape past Unicode",
        ),
    ],
)
def test_a_damaged_file(content: bytes, message: str) -> None:
    assert message_about(content) == message


def test_a_missing_file() -> None:
    with pytest.raises(ContentError, match=r"\Apaths\.yaml: there is no such file\Z"):
        read_paths_file(Path("paths.yaml"))


def test_a_folder_in_the_file_s_place() -> None:
    Path("paths.yaml").mkdir()
    with pytest.raises(ContentError, match=r"\Apaths\.yaml: this is not a file"):
        read_paths_file(Path("paths.yaml"))


def test_a_loop_of_links_in_the_file_s_place() -> None:
    Path("paths.yaml").symlink_to("paths.yaml")
    with pytest.raises(ContentError, match=r"\Apaths\.yaml: the file cannot be read: Too many levels"):
        read_paths_file(Path("paths.yaml"))


def test_a_flood_of_mistakes_is_counted() -> None:
    lines = message_about("".join(f"wrong{number}: 1\n" for number in range(50)).encode()).splitlines()
    assert lines[0] == "paths.yaml:1:1: unknown key 'wrong0'"
    assert lines[-1] == "and 30 more mistakes"


def test_a_place_in_a_folded_text_is_where_the_text_begins() -> None:
    message = message_about("figures:\n  tree:\n    path: >\n      fc8_284→\n      fc7\n".encode())
    assert message.startswith("paths.yaml:3:11: 'fc7' is not a unit")


def test_columns_count_letters_and_not_bytes() -> None:
    message = message_about("figures: {größe: {path: fc8_1→fc7_2→fc6}}".encode())
    assert message.startswith("paths.yaml:1:37: 'fc6' is not a unit")


def test_a_byte_order_mark_moves_no_column() -> None:
    assert message_about(b"\xef\xbb\xbfrules: x").startswith("paths.yaml:1:1: unknown key 'rules'")
