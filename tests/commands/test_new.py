"""A post begun by ``new``: complete, true, and building at once; and nothing that was there is touched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from catvis.cli import main
from catvis.commands.new import SCHEMA_FILE
from catvis.drawing.wording import percent
from catvis.post.schema import paths_schema
from tests.small_world import World

BEGIN = ["new", "b", "--picture", "my #1: cat's.png", "--network", "small"]


@pytest.fixture
def here(at_home: World) -> World:
    """An empty working directory but for a picture."""
    at_home.write_post()
    at_home.cat.rename(at_home.folder / "my #1: cat's.png")
    for file in (at_home.folder / "content").rglob("*.*"):
        file.unlink()
    for folder in ("a/imgs", "a", "."):
        (at_home.folder / "content" / folder).rmdir()
    return at_home


def build(*more: str) -> int:
    return main(["build", "--cache", "cache", "--quiet", *more])


@pytest.mark.parametrize("fit", ["crop", "warp"])
def test_a_new_post_builds_at_once(here: World, capsys: pytest.CaptureFixture[str], fit: str) -> None:
    assert main([*BEGIN, "--fit", fit]) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("content/b\n", "build it: python -m catvis build b\n")
    assert build("--strict") == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("site/b/index.html\n", "")


def test_what_to_type_next_can_be_typed(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*BEGIN, "--content", "my posts"]) == 0
    assert capsys.readouterr().err == "build it: python -m catvis build b --content 'my posts'\n"


def test_suggest_writes_a_whole_post(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", "small", "my #1: cat's.png", "--post", "b"]) == 0
    assert capsys.readouterr().out == "content/b\n"
    assert build("--strict") == 0
    written = Path("content/b/paths.yaml").read_text("utf-8")
    assert 2 <= written.count("\n    path:") + written.count("show: picture") <= 6
    assert main(["suggest", "small", "my #1: cat's.png", "--post", "b"]) == 2
    assert "nothing is overwritten" in capsys.readouterr().err


def test_the_words_are_filled_in_by_the_build(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    main(BEGIN)
    build()
    page = Path("site/b/index.html").read_text("utf-8")
    assert "<title>Why did small say “ibis”?</title>" in page
    assert "these had most to do with <strong>fc4_8</strong> (ibis):" in page
    capsys.readouterr()
    main(["children", "small", "my #1: cat's.png", "fc4_8", "fc3", "--json"])
    for child in json.loads(capsys.readouterr().out):
        sign = "\N{MINUS SIGN}" if child["weight"] < 0 else ""
        assert f"<strong>{child['unit']}</strong> with {sign}{percent(child['share'])}" in page
    assert "{::" not in page


def test_every_figure_is_shown_and_suggested(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    main(BEGIN)
    capsys.readouterr()
    main(["suggest", "small", "my #1: cat's.png"])
    suggested = capsys.readouterr().out
    written = Path("content/b/paths.yaml").read_text("utf-8")
    first, rest = written.split("\n", 1)
    assert first == f"# yaml-language-server: $schema=../{SCHEMA_FILE}"
    yaml, shown = suggested.split("\n\n")
    assert rest == yaml.replace("figures:\n", "figures:\n  input:\n    show: picture\n") + "\n"
    for line in shown.splitlines()[2:]:
        assert line.removeprefix("# ") in Path("content/b/post.md").read_text("utf-8")
    schema = (Path("content/b") / first.rpartition("=")[2]).read_text("utf-8")
    assert json.loads(schema) == json.loads(paths_schema())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["new", "../b", *BEGIN[2:]], "'../b' is not a post's name"),
        (["new", ".b", *BEGIN[2:]], "'.b' is not a post's name"),
        (
            ["new", "jekyll", *BEGIN[2:]],
            "a post cannot be called jekyll: the site has something of that name",
        ),
        ([*BEGIN[:3], "dog.png", *BEGIN[4:]], "there is no picture dog.png"),
        ([*BEGIN[:5], "smal"], "there is no network 'smal'"),
        ([*BEGIN[:5], "small-conv"], "small-conv ends with conv2: it has no classes"),
    ],
)
def test_what_cannot_be_begun_leaves_nothing_behind(
    here: World, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    assert main(words) in (1, 2)
    assert told in capsys.readouterr().err
    assert not Path("content").exists()


def test_nothing_is_overwritten(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    mine = {"content/b/post.md": "mine", f"content/{SCHEMA_FILE}": "mine, too"}
    Path("content/b").mkdir(parents=True)
    for name, text in mine.items():
        Path(name).write_text(text)
    assert main(BEGIN) == 2
    assert "there is content/b already: nothing is overwritten" in capsys.readouterr().err
    assert main(["new", "c", *BEGIN[2:]]) == 0
    assert {name: Path(name).read_text() for name in mine} == mine
    assert sorted(file.name for file in Path("content/b").iterdir()) == ["post.md"]


def test_a_copy_that_fails_takes_its_folder_with_it(
    here: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", full)
    assert main(BEGIN) == 1
    assert capsys.readouterr().err == "content/b cannot be written: No space left on device\n"
    assert not Path("content/b").exists()


def test_a_build_without_posts_says_how_to_begin(here: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert build() == 1
    told = capsys.readouterr().err
    assert told.startswith("there is no content folder content with posts in it\n")
    assert "python -m catvis new my-post --picture cat.jpg" in told
    Path("content").mkdir()
    assert build() == 1
    assert "python -m catvis new my-post --picture cat.jpg" in capsys.readouterr().err
