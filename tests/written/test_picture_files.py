"""Pictures that a post names lie in its folder, and nothing else is ever opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from catvis.errors import ContentError, Place
from catvis.written.located import Located
from catvis.written.picture_files import resolve_picture


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    post = tmp_path / "post"
    (post / "imgs").mkdir(parents=True)
    for file in ("imgs/cat.png", "imgs/dog.JPG", "own.webp", "paths.yaml", "../secret.png", "../post2.png"):
        (post / file).write_bytes(b"")
    (post / "imgs" / "inside.png").symlink_to("cat.png")
    (post / "imgs" / "outside.png").symlink_to(tmp_path / "secret.png")
    (post / "elsewhere").symlink_to(tmp_path)
    (post / "loop.png").symlink_to("loop.png")
    return post


def resolve(text: str, folder: Path) -> Path:
    return resolve_picture(Located(text, Place(Path("paths.yaml"), 2, 10)), folder)


@pytest.mark.parametrize(
    ("written", "file"),
    [
        ("imgs/cat.png", "imgs/cat.png"),
        ("./own.webp", "own.webp"),
        ("imgs/../imgs/dog.JPG", "imgs/dog.JPG"),
        ("imgs/inside.png", "imgs/cat.png"),
    ],
)
def test_a_picture_in_the_folder(folder: Path, written: str, file: str) -> None:
    assert resolve(written, folder) == (folder / file).resolve()


OUT = "leads out of the post's folder"
NOT_IN = "is not in the post's folder"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("../secret.png", OUT),
        ("../post2.png", OUT),
        ("imgs/../../secret.png", OUT),
        ("imgs/outside.png", OUT),
        ("elsewhere/secret.png", OUT),
        ("elsewhere/missing.png", OUT),
        ("/etc/passwd", NOT_IN),
        ("https://example.org/cat.png", NOT_IN),
        ("file:///etc/passwd", NOT_IN),
        ("loop.png", "is not a file's name"),
        ("x" * 300 + ".png", "is not a file's name"),
        ("a\0b.png", "is not a file's name"),
    ],
)
def test_a_picture_elsewhere(folder: Path, written: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        resolve(written, folder)
    assert caught.value.message.endswith(message)
    assert caught.value.hint == "write a path relative to the post's folder, such as imgs/cat.png"
    assert str(caught.value).startswith("paths.yaml:2:10: '")


def test_backslashes(folder: Path) -> None:
    with pytest.raises(ContentError) as caught:
        resolve("imgs\\cat.png", folder)
    assert str(caught.value) == "paths.yaml:2:10: 'imgs\\\\cat.png' has backslashes\n  write imgs/cat.png"


@pytest.mark.parametrize("written", ["imgs/cats.png", "imgs", "."])
def test_a_picture_that_is_not_there_is_answered_with_those_that_are(folder: Path, written: str) -> None:
    with pytest.raises(ContentError) as caught:
        resolve(written, folder)
    assert caught.value.message == f"there is no picture {written!r}"
    assert caught.value.hint is not None
    assert "imgs/cat.png" in caught.value.hint
    assert "paths.yaml" not in caught.value.hint


def test_the_nearest_picture_comes_first(folder: Path) -> None:
    with pytest.raises(ContentError, match=r"did you mean imgs/cat\.png\?"):
        resolve("imgs/cta.png", folder)
