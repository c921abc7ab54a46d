"""The whole way from content to site, on a small network: what is computed, written, kept and refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from catvis.errors import CatvisError, ContentError, UsageError
from catvis.exemplars.place import store_file
from catvis.jobs.attribution import TileJob
from catvis.progress import Reporter
from catvis.site.build import Built, Request, build_site
from catvis.site.manifest import MARK, is_intact, manifest
from tests.small_world import POST, UNITS, SmallSource, World, paths, picture

ROOT = Path(__file__).parents[2]
TREE = paths("path: fc4_2→fc3_10, children: conv2, ablation: true")
ASKED_AGAIN = """
import sys
from pathlib import Path
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Request, build_site
names = ("content", "site", "cache", "weights", "downloads")
settings = Settings(network=sys.argv[1], **dict(zip(names, map(Path, sys.argv[2:]))))
build_site(settings, Request(), Reporter())
print(*sorted({"torch", "yaml", "numpy", "PIL", "jinja2", "jaxtyping"} & set(sys.modules)))
"""


def tiles(built: Built) -> list[str]:
    return sorted(str(job.path) for job in built.computed if isinstance(job, TileJob))


def kinds(built: Built) -> Counter[str]:
    return Counter(type(job).__name__ for job in built.computed)


def page(world: World, name: str = "a") -> str:
    return (world.settings.site / name / "index.html").read_text(encoding="utf-8")


def test_a_page_a_composite_and_the_jekyll_page(world: World) -> None:
    world.write_post()
    built = world.build()
    site = world.settings.site
    assert built.pages == (site / "a" / "index.html",)
    assert built.kept == 0
    for start in ("a", "jekyll/a"):
        assert (site / start / "imgs" / "figure.png").read_bytes()[:4] == b"\x89PNG"
    assert "conv1_0" in page(world)
    assert "conv1_1" in page(world)
    assert page(world, "jekyll/a").startswith("---\ntitle: A post\n")
    assert is_intact(site, manifest(site))


@pytest.mark.parametrize("name", ["jekyll", "fonts", "feed.xml"])
def test_a_post_cannot_be_called_as_what_lies_beside_it(world: World, name: str) -> None:
    world.write_post()
    world.write_post(name=name)
    with pytest.raises(ContentError, match=f"a post cannot be called {name}"):
        world.build()
    assert not world.settings.site.exists()


def test_a_second_build_does_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_post()
    first = world.build()
    inode = first.pages[0].stat().st_ino
    capsys.readouterr()
    assert build_site(world.settings, Request(), Reporter()) == Built(first.pages)
    assert capsys.readouterr().err == "nothing has changed: the site is as it was\n"
    assert first.pages[0].stat().st_ino == inode


def asked_again(world: World, network: str = "small") -> subprocess.CompletedProcess[str]:
    """The build once more, in a process of its own: what it says, and which heavy libraries it loaded."""
    settings = world.settings
    folders = [settings.content, settings.site, settings.cache, settings.weights, settings.downloads]
    words = [sys.executable, "-c", ASKED_AGAIN, network, *map(str, folders)]
    return subprocess.run(words, cwd=ROOT, capture_output=True, text=True)


def test_a_second_build_imports_nothing_heavy(world: World) -> None:
    world.write_post()
    world.build()
    done = asked_again(world)
    assert done.stderr == "nothing has changed: the site is as it was\n"
    assert done.stdout == "\n"


def test_a_changed_word_needs_nothing_that_computes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catvis.jobs.exemplar_grids.DRAWN_PICTURES", 4)
    figure = UNITS.replace("small", "menagerie").replace("conv1_1]", "conv1_1], exemplars: true")
    world.write_post(figure)
    world.build()
    world.write_post(figure, POST.replace("Words.", "Other words."))
    done = asked_again(world, "menagerie")
    assert done.returncode == 0, done.stderr
    assert not {"torch", "numpy", "jaxtyping"} & set(done.stdout.split())
    assert "Other words." in page(world)


def test_one_changed_path_computes_its_own_tiles_alone(world: World) -> None:
    world.write_post(UNITS + "paths:\n  - fc4_2→fc3_10→conv2_3\n  - fc4_2→fc3_7\n")
    first = world.build()
    assert tiles(first) == [
        "conv1_0",
        "conv1_1",
        "fc4_2",
        "fc4_2→fc3_10",
        "fc4_2→fc3_10→conv2_3",
        "fc4_2→fc3_7",
    ]
    world.write_post(UNITS + "paths:\n  - fc4_2→fc3_10→conv2_4\n  - fc4_2→fc3_7\n")
    second = world.build()
    assert tiles(second) == ["fc4_2→fc3_10→conv2_4"]
    # its activation, and nothing else: the weights to its layer are those of the path before
    assert kinds(second) == {"TileJob": 1, "PeakJob": 1}
    assert second.kept > 0


def test_every_job_is_computed_once(world: World) -> None:
    world.write_post(TREE + "paths:\n  - fc4_2→fc3_10\n  - top→fc3:top1\n")
    world.write_post(TREE, name="b")
    built = world.build()
    assert len(set(built.computed)) == len(built.computed)
    assert SmallSource.loads == ["small"]


def test_words_alone_compute_nothing(world: World) -> None:
    world.write_post()
    world.build()
    SmallSource.loads.clear()
    world.write_post(markdown=POST + "\nMore words.\n")
    built = world.build()
    assert built.computed == ()
    assert SmallSource.loads == []
    assert "More words." in page(world)
    assert built.written == 2


def test_a_touched_file_is_no_change(world: World) -> None:
    post = world.write_post()
    world.build()
    os.utime(post / "post.md", (1, 1))
    assert world.build().written == 0


@pytest.mark.parametrize("what", ["weights", "picture"])
def test_other_bytes_compute_everything_again(world: World, what: str) -> None:
    world.write_post()
    first = world.build()
    if what == "weights":
        world.write_weights(seed=2)
    else:
        picture(seed=2).save(world.cat)
    assert kinds(world.build()) == kinds(first)


def test_the_same_picture_under_another_name_computes_nothing(world: World) -> None:
    post = world.write_post()
    world.build()
    world.cat.rename(post / "imgs" / "tom.png")
    world.write_post(UNITS.replace("cat.png", "tom.png"))
    assert world.build().computed == ()


class Interrupting(Reporter):
    """Presses Ctrl-C after so many steps of progress."""

    def __init__(self, steps: int) -> None:
        super().__init__(quiet=True)
        self.steps = steps

    def __call__(self, what: str, done: int, total: int) -> None:
        if not self.steps:
            raise KeyboardInterrupt
        self.steps -= 1


@pytest.mark.slow
def test_an_interrupted_build_goes_on_where_it_was(world: World) -> None:
    world.write_post(TREE)
    with pytest.raises(KeyboardInterrupt):
        build_site(world.settings, Request(), Interrupting(10))
    assert not world.settings.site.exists()
    again = world.build()
    world.settings.cache.rename(world.folder / "forgotten")
    whole = world.build()
    assert len(again.computed) == len(whole.computed) - 11
    assert set(again.computed) < set(whole.computed)


def test_a_site_of_another_request_is_built_again(world: World) -> None:
    world.write_post()
    world.write_post(name="draft", markdown=POST.replace("---\n\n", "published: false\n---\n\n", 1))
    assert world.build().pages == (world.settings.site / "a" / "index.html",)
    assert not (world.settings.site / "draft").exists()
    world.build(unpublished=True)
    assert (world.settings.site / "draft" / "index.html").is_file()
    world.build()
    assert not (world.settings.site / "draft").exists()
    world.build("draft")
    assert (world.settings.site / "draft" / "index.html").is_file()
    assert (world.settings.site / "a" / "index.html").is_file()


class Saving(Reporter):
    """Saves the post as soon as a build computes."""

    def __init__(self, world: World) -> None:
        super().__init__(quiet=True)
        self.world = world

    def __call__(self, what: str, done: int, total: int) -> None:
        self.world.write_post(markdown=POST + "\nSaved meanwhile.\n")


def test_what_is_saved_during_a_build_is_built_next(world: World) -> None:
    world.write_post()
    build_site(world.settings, Request(), Saving(world))
    assert "Saved meanwhile." not in page(world)
    world.build()
    assert "Saved meanwhile." in page(world)


def test_an_altered_site_is_mended(world: World) -> None:
    world.write_post()
    world.build()
    before = page(world)
    (world.settings.site / "a" / "index.html").write_text("altered")
    built = world.build()
    assert built.computed == ()
    assert page(world) == before


def test_a_mistake_leaves_the_old_site(world: World) -> None:
    world.write_post()
    world.build()
    before = page(world)
    world.write_post(UNITS.replace("conv1_1", "conv1_8"))
    with pytest.raises(ContentError, match="there is no unit conv1_8"):
        world.build()
    assert page(world) == before
    assert is_intact(world.settings.site, manifest(world.settings.site))


def test_a_strangers_folder_is_refused_before_anything_is_computed(world: World) -> None:
    world.write_post()
    world.settings.site.mkdir()
    (world.settings.site / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="not touched"):
        world.build()
    assert not world.settings.cache.exists()


CLAIMS = "claims:\n  - top: fc4_3\n  - child: fc4_2→fc3_15\n"


def test_a_broken_claim_is_told_even_if_quiet(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.write_post(UNITS + CLAIMS)
    built = world.build()
    told = capsys.readouterr().err
    assert len(built.warnings) == 2
    assert "paths.yaml:6:5: the claim top: fc4_3 (dog) fails: the strongest class is fc4_" in told
    assert "paths.yaml:7:5: the claim child: fc4_2→fc3_15 fails: fc3_15 is number" in told


def test_a_broken_claim_fails_a_strict_build(world: World) -> None:
    world.write_post(UNITS + CLAIMS)
    with pytest.raises(ContentError, match=r"(?s)fc4_3.*fc3_15.*the site is as it was") as failed:
        world.build(strict=True)
    assert failed.value.exit_status == 1
    assert not world.settings.site.exists()


def test_an_unwritable_cache_is_one_message(world: World) -> None:
    world.write_post()
    world.settings.cache.write_text("a file")
    with pytest.raises(CatvisError, match=r"(?s)the cache .* cannot be written: .*--cache"):
        world.build()
    assert not world.settings.site.exists()


def test_new_exemplars_are_a_change(world: World) -> None:
    world.write_post()
    world.build()
    store = store_file(world.settings.cache, "small")
    store.parent.mkdir(exist_ok=True)
    store.write_bytes(b"")
    assert world.build().kept > 0
    assert world.build().kept == 0


def test_all_unknown_values_of_all_posts_are_told(world: World) -> None:
    asking = POST + "\n{::value figures.figure.units[7].unit /}\n\n{::value topp.label /}\n"
    world.write_post(markdown=asking)
    world.write_post(markdown=asking, name="b")
    with pytest.raises(ContentError) as mistakes:
        world.build()
    told = str(mistakes.value)
    assert told.count("there is no value 'figures.figure.units[7].unit'") == 2
    assert told.count("there is no value 'topp.label'") == 2
    assert "a/post.md:13:1: " in told
    assert not world.settings.site.exists()


def test_a_computed_value_stands_in_the_prose(world: World) -> None:
    world.write_post(markdown=POST + "\nIt is an {::value top.label /}.\n")
    world.build()
    for name in ("a", "jekyll/a"):
        assert "It is an ibis." in page(world, name)


def test_several_posts_have_a_home_page(world: World) -> None:
    world.write_post()
    world.write_post(name="b")
    built = world.build()
    assert built.pages == (world.settings.site / "index.html",)
    home = built.pages[0].read_text(encoding="utf-8")
    assert 'href="a/' in home
    assert 'href="b/' in home
    world.write_post(markdown=POST.replace("title: A post", "title: Another"), name="b")
    assert world.build("b").pages == (world.settings.site / "b" / "index.html",)
    assert "Another" in page(world, "b")
    assert built.pages[0].read_text(encoding="utf-8") == home


def test_a_changed_word_is_work_for_its_own_post_alone(world: World) -> None:
    for name in ("a", "b", "c"):
        world.write_post(name=name)
    world.build()
    before = {file: file.stat().st_ino for file in world.settings.site.rglob("*") if file.is_file()}
    world.write_post(markdown=POST.replace("Words.", "Other words."), name="b")
    built = world.build()
    assert built.computed == ()
    assert built.written == 3
    assert "Other words." in page(world, "b")
    changed = {file for file, node in before.items() if file.stat().st_ino != node}
    site = world.settings.site
    pages = {site / "b" / "index.html", site / "jekyll" / "b" / "index.html"}
    assert changed - {site / MARK} == pages | {
        site / "index.html"
    }  # the home page says what the post begins with


def test_a_post_that_was_built_is_not_read_again(world: World) -> None:
    world.write_post()
    world.write_post(name="b", markdown=POST.replace("Words.", "Words [of][no link]."))
    first = world.build()
    world.write_post(markdown=POST + "\nMore.\n")
    assert world.build().warnings == first.warnings  # what was to be said of it is still said


def test_what_all_posts_share_is_work_for_all(world: World) -> None:
    world.write_post()
    world.write_post(name="b")
    world.build()
    (world.settings.content / "site.yaml").write_text("author: Ada Lovelace\n")
    assert world.build().written >= 2
    assert "Ada Lovelace" in page(world, "a")
    assert "Ada Lovelace" in page(world, "b")


def test_other_weights_are_work_for_the_posts_that_use_them(world: World) -> None:
    world.write_post()
    before = page(world) if world.build() else ""
    world.write_weights(seed=2)
    assert world.build().computed
    assert page(world) != before


def test_an_altered_file_of_a_post_that_has_not_changed_is_mended(world: World) -> None:
    world.write_post()
    world.write_post(name="b")
    world.build()
    before = page(world, "b")
    (world.settings.site / "b" / "index.html").write_text("x" * len(before.encode()))
    world.write_post(markdown=POST + "\nMore.\n")
    world.build()
    assert page(world, "b") == before


def test_two_builds_are_the_same_to_the_byte(world: World) -> None:
    world.write_post(TREE)
    world.build()
    first = manifest(world.settings.site)
    world.settings.site.rename(world.folder / "first")
    world.settings.cache.rename(world.folder / "forgotten")
    world.build()
    assert manifest(world.settings.site) == first


def test_posts_are_taken_over_while_the_rest_is_imported(tmp_path: Path) -> None:
    """By the command itself, which begins without torch; a page that somebody has altered is made anew."""
    command = [sys.executable, "build.py", "--content", str(tmp_path / "content"), "--cache", str(tmp_path)]

    def build() -> str:
        run = [*command, "--site", str(tmp_path / "site")]
        return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stderr

    for name in ("a", "b", "c"):
        (tmp_path / "content" / name).mkdir(parents=True)
        (tmp_path / "content" / name / "paths.yaml").write_text("figures: {}\n")
        (tmp_path / "content" / name / "post.md").write_text(f"---\ntitle: {name}\n---\n\nWords.\n")
    build()
    pages = [tmp_path / "site" / name / "index.html" for name in ("a", "b", "c")]
    nodes = [file.stat().st_ino for file in pages]
    written = pages[1].read_text()
    pages[1].write_text("altered")
    (tmp_path / "content" / "a" / "post.md").write_text("---\ntitle: a\n---\n\nOther words.\n")
    assert " unchanged in " in build()
    assert "Other words." in pages[0].read_text()
    assert pages[1].read_text() == written
    assert [file.stat().st_ino == node for file, node in zip(pages, nodes, strict=True)] == [
        False,
        False,
        True,
    ]


def test_a_post_that_is_gone_leaves_the_site(world: World) -> None:
    world.write_post()
    folder = world.write_post(name="b")
    world.build()
    shutil.rmtree(folder)
    world.build()
    assert not (world.settings.site / "b").exists()
    assert page(world)


def test_networks_stay_open_for_the_next_build(world: World) -> None:
    world.write_post()
    opened: dict = {}
    build_site(world.settings, Request(), Reporter(quiet=True), opened)
    world.write_post(UNITS.replace("conv1_1", "conv1_2"))
    built = build_site(world.settings, Request(), Reporter(quiet=True), opened)
    assert built.computed
    assert SmallSource.loads == ["small"]
