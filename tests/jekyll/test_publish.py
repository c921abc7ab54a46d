"""What a build puts into the folder of a Jekyll site, and what it leaves alone there."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from catvis.digests import file_digest
from catvis.errors import CatvisError, ContentError
from catvis.jobs.responses import SeenJob
from catvis.jobs.travelling import PackedJob
from catvis.post.front_matter import split_front_matter
from catvis.site.additions import Additions
from catvis.site.manifest import JEKYLL_MARK, manifest, post_of
from tests.jekyll.jekyll_world import FRONT, POST, JekyllWorld
from tests.small_world import UNITS, SmallSource, paths

ROOT = Path(__file__).parents[2]
DOCUMENT = "_posts/2024-02-03-a.md"
EXAMPLE = UNITS + "paths: [fc4_2→fc3_10]\n"
ASKED_AGAIN = """
import sys
from pathlib import Path
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.build import Request, build_site
names = ("content", "site", "cache", "weights", "downloads")
settings = Settings(network="small", jekyll=True, **dict(zip(names, map(Path, sys.argv[1:]))))
print(*build_site(settings, Request(), Reporter()).pages)
print(*sorted({"torch", "yaml", "numpy", "PIL", "jinja2", "jaxtyping"} & set(sys.modules)))
"""


def values(text: str) -> dict[str, object]:
    return dict(split_front_matter(Path("a.md"), text)[0].values)


def test_a_post_is_a_document_and_its_assets(site: JekyllWorld) -> None:
    site.write_post(EXAMPLE, POST)
    built = site.build()
    assert built.pages == (site.root / DOCUMENT,)
    text = site.read(DOCUMENT)
    assert text.startswith(FRONT.removesuffix("---\n"))
    assert values(text)["excerpt"] == "<p>It’s words.</p>"
    assets = {name.removeprefix("assets/catvis/") for name in site.files() if name.startswith("assets/")}
    assert {"catvis.css", "catvis.js", "a/figures.json", "a/imgs/figure.png"} <= assets
    assert {"a/imgs/fc4_2-fc3_10.png"} <= assets
    figures = json.loads(site.read("assets/catvis/a/figures.json"))
    assert len(figures) == 2
    for html in figures:
        shown = [part.partition('"')[0] for part in html.split('src="')[1:]]
        assert shown
        assert {f"a/{name}" for name in shown} <= assets


def test_a_title_holds_computed_values_whatever_they_are(
    site: JekyllWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = 'ibis: "a" \\ {{ bird }} # 1'
    monkeypatch.setattr("tests.small_world.LABELS", (label,) * 10)
    asking = "title: Why {::value top.label /}?"
    site.write_post(markdown=POST.replace("title: A post", asking))
    site.build()
    assert values(site.read(DOCUMENT))["title"] == f"Why {label}?"
    assert "\ndate: 2024-02-03\nlayout: post\n" in site.read(DOCUMENT)


def test_nothing_is_computed_for_an_explorer_that_nobody_will_see(
    site: JekyllWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for job in (PackedJob, SeenJob):
        monkeypatch.setattr(job, "run", None)
    site.write_post(paths("explore: top, children: conv2"), POST)
    site.build()
    (figure,) = json.loads(site.read("assets/catvis/a/figures.json"))
    assert "cv-tree" in figure
    assert "cv-explorer" not in figure


def test_the_documents_text_holds_nothing_of_a_figures_inside(site: JekyllWorld) -> None:
    site.write_post(EXAMPLE, POST)
    site.build()
    text = site.read(DOCUMENT)
    assert text.count("<catvis-figure") == text.count("</catvis-figure>") == 2
    assert "cv-" not in text
    assert text.count("catvis.js") == 1
    assert text.index("catvis.js") < text.index("<catvis-figure")


def test_all_that_was_published_is_known_by_its_post(site: JekyllWorld) -> None:
    site.write_post(EXAMPLE, POST)
    site.build()
    names = manifest(site.root, JEKYLL_MARK)
    assert names.keys() == site.files().keys() - {"_config.yml", JEKYLL_MARK}
    assert {name for name in names if post_of(name) == ""} == {
        "assets/catvis/catvis.css",
        "assets/catvis/catvis.js",
    }
    assert {post_of(name) for name in names} == {"", "a"}


@pytest.mark.parametrize(
    ("config", "front", "document"),
    [
        ("", "", "_posts/2024-02-03-a.md"),
        ("collections: {essays: {output: true}}\n", "collection: essays\n", "_essays/a.md"),
        ("collections: [essays]\ncollections_dir: all\n", "collection: essays\n", "all/_essays/a.md"),
        ("collections_dir: all\n", "", "all/_posts/2024-02-03-a.md"),
        ("source: src\n", "", "src/_posts/2024-02-03-a.md"),
        ("markdown: CommonMark\n", "", "_posts/2024-02-03-a.html"),
        ("markdown: kramdown\n", "", "_posts/2024-02-03-a.md"),
    ],
)
def test_a_document_lies_where_the_site_looks_for_it(
    site: JekyllWorld, config: str, front: str, document: str
) -> None:
    site.write("_config.yml", config)
    site.write_post(markdown=POST.replace("layout:", f"{front}layout:"))
    assert site.build().pages == (site.root / document,)
    assert ("{::nomarkdown}" in site.read(document)) == document.endswith(".md")
    assets = "src/assets/catvis" if "source" in config else "assets/catvis"
    assert (site.root / assets / "a" / "figures.json").is_file()
    # Addresses begin at the source, wherever that is.
    assert "{{ '/assets/catvis/a/' | relative_url }}figures.json" in site.read(document)


@pytest.mark.parametrize(
    ("front", "told"),
    [
        ("date: 2024-02-03\n", "post.md:1: the post has no date\n  write date: 2015-12-31 above"),
        ("layout: post\n", "has no collection 'esays'\n  did you mean essays"),
        ("title: A post\ndate: 2024-02-03\nlayout: post\n", "the front matter is one mapping in braces"),
    ],
)
def test_what_jekyll_could_not_show_is_said(site: JekyllWorld, front: str, told: str) -> None:
    site.write("_config.yml", "collections: [essays]\n")
    instead = {"date: 2024-02-03\n": "", "layout: post\n": "collection: esays\n"}.get(
        front, "{date: 2024-02-03}\n"
    )
    site.write_post(markdown=POST.replace(front, instead))
    with pytest.raises(ContentError) as mistake:
        site.build()
    assert told in str(mistake.value)
    assert site.files().keys() == {"_config.yml"}


def test_what_jekyll_would_leave_out_is_said(site: JekyllWorld) -> None:
    site.write_post(UNITS.replace("figure:", "_figure:"), POST.replace("figure.png", "_figure.png"))
    site.write_post(markdown=POST, name="_b")
    with pytest.raises(ContentError) as mistakes:
        site.build()
    assert "post.md:7:1: Jekyll would leave out 'imgs/_figure.png'" in str(mistakes.value)
    assert "Jekyll would leave out a post called '_b'" in str(mistakes.value)


def test_an_authors_post_is_never_overwritten(site: JekyllWorld) -> None:
    site.write(DOCUMENT, "my own words")
    site.write_post(markdown=POST)
    with pytest.raises(ContentError) as mistake:
        site.build()
    assert "2024-02-03-a.md is not as catvis left it: nothing is overwritten" in str(mistake.value)
    assert site.files() == {"_config.yml": b"title: Mine\n", DOCUMENT: b"my own words"}
    assert SmallSource.loads == []  # said before anything was computed


@pytest.mark.parametrize("name", ["assets/catvis/catvis.css", "assets/catvis/a/imgs/figure.png"])
def test_an_authors_asset_is_never_overwritten(site: JekyllWorld, name: str) -> None:
    site.write(name, "mine")
    site.write_post(markdown=POST)
    before = site.files()
    with pytest.raises(ContentError, match="nothing is overwritten"):
        site.build()
    assert site.files() == before


def test_what_an_author_changed_is_never_overwritten(site: JekyllWorld) -> None:
    site.write_post(markdown=POST)
    site.build()
    published = site.read(DOCUMENT)
    site.write(DOCUMENT, published + "and mine")
    site.write_post(markdown=POST + "\nAgain.\n")
    with pytest.raises(ContentError, match="is not as catvis left it"):
        site.build()
    assert site.read(DOCUMENT) == published + "and mine"
    (site.root / DOCUMENT).unlink()
    site.build()
    assert "Again." in site.read(DOCUMENT)


def test_a_link_in_a_documents_place_is_an_authors(site: JekyllWorld) -> None:
    mine = site.write("mine.md", "my own words")
    (site.root / "_posts").mkdir()
    (site.root / DOCUMENT).symlink_to(mine)
    site.write_post(markdown=POST)
    with pytest.raises(ContentError, match="nothing is overwritten"):
        site.build()
    assert mine.read_text() == "my own words"


def test_nothing_is_written_where_a_link_leads_out_of_the_site(site: JekyllWorld) -> None:
    outside = site.folder / "outside"
    outside.mkdir()
    (site.root / "assets").symlink_to(outside)
    site.write_post(markdown=POST)
    with pytest.raises(ContentError, match="leads out of the site"):
        site.build()
    assert list(outside.iterdir()) == []


def test_a_strangers_manifest_removes_nothing_outside_the_site(site: JekyllWorld) -> None:
    outside = site.folder / "thesis.tex"
    outside.write_text("years of work")
    (site.root / "link").symlink_to(site.folder)
    digest = file_digest(outside)
    names = ("../thesis.tex", "link/thesis.tex", str(outside))
    site.write(JEKYLL_MARK, json.dumps({**dict.fromkeys(names, digest), "_posts": 1, "index.html": None}))
    site.write_post(markdown=POST)
    site.build()
    assert outside.read_text() == "years of work"
    assert not manifest(site.root, JEKYLL_MARK).keys() & set(names)


def test_without_the_manifest_equal_files_are_taken_for_our_own(site: JekyllWorld) -> None:
    site.write_post(markdown=POST)
    site.build()
    before = site.files()
    (site.root / JEKYLL_MARK).unlink()
    with pytest.raises(ContentError, match=r"2024-02-03-a\.md is not as catvis left it"):
        site.build()
    (site.root / DOCUMENT).unlink()
    assert site.build().written == 1
    assert site.files() == before


def test_what_is_not_made_any_more_goes_and_all_else_stays(site: JekyllWorld) -> None:
    site.write("_posts/2020-01-01-mine.md", "my own words")
    site.write("assets/mine.css", "mine")
    site.write_post(markdown=POST)
    folder = site.write_post(markdown=POST, name="b")
    site.build()
    site.write("assets/catvis/b/notes.txt", "mine")
    shutil.rmtree(folder)
    site.write_post(markdown=POST.replace("2024-02-03", "2024-03-04"))
    site.build()
    left = {
        name for name in site.files() if post_of(name) == "b" or "mine" in name or name.startswith("_posts")
    }
    assert left == {
        "_posts/2020-01-01-mine.md",
        "_posts/2024-03-04-a.md",
        "assets/mine.css",
        "assets/catvis/b/notes.txt",
    }
    assert not (site.root / "assets/catvis/b/imgs").exists()


def test_what_is_not_made_any_more_but_was_changed_stays(
    site: JekyllWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write_post(markdown=POST)
    site.write_post(markdown=POST, name="b")
    site.build()
    site.write(DOCUMENT, "my own words now")
    shutil.rmtree(site.settings.content / "a")
    capsys.readouterr()
    site.build()
    told = capsys.readouterr().err
    assert told == f"{site.root / DOCUMENT} is not made any more, but was changed: it stays\n"
    assert site.read(DOCUMENT) == "my own words now"
    assert not (site.root / "assets/catvis/a").exists()


def test_one_post_alone_leaves_the_others_as_they_are(site: JekyllWorld) -> None:
    for name in ("a", "b"):
        site.write_post(markdown=POST, name=name)
    site.build()
    for name in ("a", "b"):
        site.write_post(markdown=POST.replace("2024-02-03", "2024-03-04"), name=name)
    assert site.build("b").pages == (site.root / "_posts/2024-03-04-b.md",)
    assert {name for name in site.files() if name.startswith("_posts")} == {
        DOCUMENT,
        "_posts/2024-03-04-b.md",
    }
    assert (site.root / "assets/catvis/a/figures.json").is_file()


def test_a_changed_word_writes_its_own_document_alone(site: JekyllWorld) -> None:
    for name in ("a", "b"):
        site.write_post(markdown=POST, name=name)
    site.build()
    site.write_post(markdown=POST + "\nAnd more.\n")
    built = site.build()
    assert (built.computed, built.written) == ((), 1)
    assert "And more." in site.read(DOCUMENT)


def test_a_second_build_does_nothing_and_imports_nothing_heavy(site: JekyllWorld) -> None:
    site.write_post(markdown=POST)
    site.build()
    settings = site.settings
    folders = [settings.content, settings.site, settings.cache, settings.weights, settings.downloads]
    done = subprocess.run(
        [sys.executable, "-c", ASKED_AGAIN, *map(str, folders)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stderr == "nothing has changed: the site is as it was\n"
    assert done.stdout == f"{site.root / DOCUMENT}\n\n"


def test_the_sites_settings_are_a_change(site: JekyllWorld) -> None:
    site.write_post(markdown=POST)
    site.build()
    site.write("_config.yml", "collections_dir: all\n")
    assert site.build().pages == (site.root / "all" / DOCUMENT,)
    assert not (site.root / DOCUMENT).exists()


def of_two_posts_one_gone(site: JekyllWorld) -> dict[str, bytes]:
    """Build two posts, and take one out of the content; what lies in the site then."""
    site.write_post(markdown=POST)
    site.write_post(markdown=POST, name="b")
    site.build()
    shutil.rmtree(site.settings.content / "b")
    return site.files()


def build_without_room(site: JekyllWorld, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build on a disk that is full when a file of that name is put in its place."""
    real = Path.replace

    def full(file: Path, target: Path) -> Path:
        if Path(target).name == name:
            raise OSError(28, "No space left on device")
        return real(file, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CatvisError, match="cannot be written: No space left on device"):
        site.build()


def test_where_a_file_cannot_be_put_in_its_place_all_is_as_it_was(
    site: JekyllWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = of_two_posts_one_gone(site)
    site.write_post(UNITS.replace("conv1_1", "conv1_2"), POST.replace("2024-02-03", "2024-03-04"))
    build_without_room(site, "2024-03-04-a.md", monkeypatch)
    assert site.files() == before
    assert not list(site.root.glob(".catvis-*/"))


def test_after_a_build_that_was_killed_the_next_one_knows_its_own(
    site: JekyllWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write_post(markdown=POST)
    site.build()

    moved: list[str] = []
    real = Path.replace

    def dying(file: Path, target: Path) -> Path:
        moved.append(Path(target).name)
        if moved.count(JEKYLL_MARK) == 2:  # all files are in their places, and the manifest has yet to say so
            raise KeyboardInterrupt
        return real(file, target)

    site.write_post(UNITS.replace("conv1_1", "conv1_2"), POST + "\nKilled.\n")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", dying)
        patch.setattr(Additions, "_undone", lambda _: nullcontext([]))
        with pytest.raises(KeyboardInterrupt):
            site.build()
    assert "Killed." in site.read(DOCUMENT)
    site.write_post(markdown=POST + "\nMended.\n")
    site.build()
    assert "Mended." in site.read(DOCUMENT)
    assert manifest(site.root, JEKYLL_MARK).keys() == site.files().keys() - {"_config.yml", JEKYLL_MARK}


@pytest.mark.parametrize("moment", ["a file is taken away", "its folder is"])
def test_no_empty_folder_stays_of_a_post_that_is_gone(
    site: JekyllWorld, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Whether the build that took the post away was killed just before its folder, or just after."""
    site.write_post(markdown=POST)
    site.write_post(markdown=POST, name="b")
    site.build()
    shutil.rmtree(site.settings.content / "b")
    clear = Additions._clear

    def dying(self: Additions, names: list[str]) -> None:
        if moment == "its folder is":
            clear(self, names)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Additions, "_clear", dying)
        patch.setattr(Additions, "_undone", lambda _: nullcontext([]))
        with pytest.raises(KeyboardInterrupt):
            site.build()
    site.build()
    assert not (site.root / "assets" / "catvis" / "b").exists()
    assert manifest(site.root, JEKYLL_MARK).keys() == site.files().keys() - {"_config.yml", JEKYLL_MARK}


def test_no_empty_folder_stays_of_a_post_that_found_no_room(
    site: JekyllWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.write_post(markdown=POST)
    site.build()
    site.write_post(markdown=POST, name="b")
    build_without_room(site, "2024-02-03-b.md", monkeypatch)
    assert [found.name for found in (site.root / "assets" / "catvis").iterdir() if found.is_dir()] == ["a"]


def test_a_folder_that_was_taken_away_comes_back_with_its_files(
    site: JekyllWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = of_two_posts_one_gone(site)
    moved: list[str] = []
    real = Path.replace

    def full(file: Path, target: Path) -> Path:
        moved.append(Path(target).name)
        if moved[-1] == JEKYLL_MARK and moved.count(JEKYLL_MARK) == 2:  # all but the manifest is done
            assert not (site.root / "assets" / "catvis" / "b").exists()
            raise OSError(28, "No space left on device")
        return real(file, target)

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CatvisError, match="cannot be written: No space left on device"):
        site.build()
    assert site.files() == before


@pytest.mark.parametrize(
    ("config", "markdown", "excerpt"),
    [
        ("", POST, "<p>It’s words.</p>"),
        ("", POST.replace("layout:", "excerpt: My own.\nlayout:"), "My own."),
        ("", FRONT + "\n![What one sees](imgs/figure.png)\n", ""),
        ("", FRONT + "\n![What one sees](imgs/figure.png)\n\na < {{ b }}\n", "<p>a &lt; {{ b }}</p>"),
        (
            'excerpt_separator: "<!--more-->"\n',
            POST.replace("More", "\n<!--more-->\n\nMore"),
            "<p></p>\n\n<p>It’s <em>words</em>.</p>",
        ),
        (
            "",
            POST.replace("More", "\n<!--more-->\n\nMore").replace(
                "layout:", 'excerpt_separator: "<!--more-->"\nlayout:'
            ),
            "<p></p>\n\n<p>It’s <em>words</em>.</p>",
        ),
        ('excerpt_separator: "<!--more-->"\n', POST, "<p>It’s words.</p>"),
    ],
)
def test_an_excerpt_has_words_alone(site: JekyllWorld, config: str, markdown: str, excerpt: str) -> None:
    site.write("_config.yml", config)
    site.write_post(markdown=markdown)
    site.build()
    assert values(site.read(DOCUMENT))["excerpt"] == excerpt


def test_a_table_of_contents_is_lists_in_lists(site: JekyllWorld) -> None:
    headings = "\n### Low\n\n## Two\n\n### Three\n\n### Four\n\n## Five\n"
    site.write_post(EXAMPLE, POST.replace("layout:", "toc: true\nlayout:") + headings)
    site.build()
    contents = site.read(DOCUMENT).partition("<nav")[2].partition("</nav>")[0].partition(">")[2]

    def link(name: str) -> str:
        return f'<li><a href="#{name.lower()}">{name}</a>'

    assert contents == (
        f"<ul>{link('Low')}</li>{link('Two')}<ul>{link('Three')}</li>{link('Four')}</li></ul></li>"
        f'{link("Five")}</li><li><a href="#more-examples">More examples</a></li></ul>'
    )


def test_a_theme_may_make_its_own_contents(site: JekyllWorld) -> None:
    site.write_post(markdown=POST.replace("layout:", "toc: theme\nlayout:") + "\n## Two\n")
    site.build()
    assert "<nav" not in site.read(DOCUMENT)
    assert values(site.read(DOCUMENT))["toc"] == "theme"


def test_liquid_is_left_to_jekyll_only_on_request(site: JekyllWorld) -> None:
    text = POST + "\n`{{ page.title }}`\n\n    {:/nomarkdown}\n\n{:/}\n"
    site.write_post(markdown=text)
    site.write_post(markdown=text.replace("layout:", "liquid: true\nlayout:"), name="b")
    site.build()
    assert '{{ "{{" }} page.title }}' in site.read(DOCUMENT)
    assert "<code>{{ page.title }}</code>" in site.read("_posts/2024-02-03-b.md")
    for name in ("a", "b"):
        document = site.read(f"_posts/2024-02-03-{name}.md")
        assert document.count("\n{:/nomarkdown}") == 1
