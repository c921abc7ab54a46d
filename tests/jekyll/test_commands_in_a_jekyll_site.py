"""The command line in the folder of a Jekyll site: what is begun, built, followed, and asked for otherwise."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from catvis.cli import main
from catvis.preview import watching
from tests.jekyll.jekyll_world import POST, JekyllWorld
from tests.small_world import World, picture

BEGIN = ["new", "b", "--picture", "cat.png", "--network", "small"]
DOCUMENT = "_posts/2024-02-03-a.md"


@pytest.fixture
def here(site: JekyllWorld, at_home: World, monkeypatch: pytest.MonkeyPatch) -> JekyllWorld:
    """A Jekyll site as the working directory, with a picture in it."""
    monkeypatch.chdir(site.root)
    picture().save("cat.png")
    return site


def build(*more: str) -> int:
    return main(["build", "--cache", "../cache", "--quiet", *more])


def test_a_new_post_is_published_at_once(here: JekyllWorld, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(BEGIN) == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("_catvis/b\n", "build it: python -m catvis build b\n")
    today = date.today()
    assert f"\ndate: {today.isoformat()}\nlayout: post\n" in here.read("_catvis/b/post.md")
    assert build("--strict", "b") == 0
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == (f"_posts/{today.isoformat()}-b.md\n", "")
    assert not Path("site").exists()


def test_a_post_that_jekyll_would_leave_out_is_not_begun(
    here: JekyllWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "_b", *BEGIN[2:]]) == 2
    assert "a post cannot be called _b: Jekyll leaves it out" in capsys.readouterr().err
    assert main(["new", "jekyll", *BEGIN[2:]]) == 0


def test_a_site_without_posts_says_how_to_begin(
    here: JekyllWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build() == 1
    told = capsys.readouterr().err
    assert told.startswith("there is no content folder _catvis with posts in it\n")
    assert "_catvis/NAME/post.md" in told
    assert "python -m catvis new my-post --picture cat.jpg" in told
    assert here.files().keys() == {"_config.yml", "cat.png"}


def test_a_site_of_our_own_can_be_asked_for(here: JekyllWorld, capsys: pytest.CaptureFixture[str]) -> None:
    here.write_post(markdown=POST)
    assert build("--site", "../preview") == 0
    assert capsys.readouterr().out == "../preview/a/index.html\n"
    assert not Path("_posts").exists()


def test_posts_may_lie_elsewhere(here: JekyllWorld, capsys: pytest.CaptureFixture[str]) -> None:
    here.write_post(markdown=POST)
    Path("_catvis").rename("../posts")
    assert build("--content", "../posts") == 0
    assert capsys.readouterr().out == f"{DOCUMENT}\n"


def test_the_check_is_the_builds(here: JekyllWorld, capsys: pytest.CaptureFixture[str]) -> None:
    here.write_post(markdown=POST)
    assert main(["check"]) == 0
    assert capsys.readouterr().out == "a: 1 figure, 0 more examples, nothing wrong\n"
    here.write(DOCUMENT, "mine")
    here.write_post(markdown=POST.replace("date: 2024-02-03\n", ""), name="b")
    assert main(["check"]) == 1
    told = capsys.readouterr().err
    assert f"{DOCUMENT} is not as catvis left it" in told
    assert "_catvis/b/post.md:1: the post has no date" in told


def test_serving_follows_the_posts_and_leaves_the_rest_to_jekyll(
    here: JekyllWorld, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here.write_post(markdown=POST)
    changes = [POST + "\nA second edition.\n", POST.replace("date: 2024-02-03\n", "")]

    def change(_: float) -> None:
        if not changes:
            raise KeyboardInterrupt
        here.write_post(markdown=changes.pop(0))

    monkeypatch.setattr(watching, "sleep", change)
    assert main(["build", "--cache", "../cache", "--serve"]) == 0
    told = capsys.readouterr().err
    assert "jekyll serve, beside this, shows them" in told
    assert "the post has no date" in told
    assert told.count("waiting for changes in _catvis; Ctrl-C ends") == 3
    assert told.endswith("no longer built\n")
    assert "A second edition." in here.read(DOCUMENT)
