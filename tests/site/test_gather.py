"""All that can be known to be wrong is told before anything is computed, all at once, each with its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from catvis.cache import Cache
from catvis.errors import ContentError, UsageError
from catvis.post.document import plain_body
from catvis.site.compose import check_post
from catvis.site.gather import Post, Reader, gather
from tests.small_world import POST, UNITS, SmallSource, World, picture


def mistakes(world: World, *names: str) -> list[str]:
    """The first lines of all messages."""

    def check() -> None:
        for post in gather(world.settings, names):
            check_post(post)

    with pytest.raises(ContentError) as error:
        check()
    start = f"{world.settings.content}/"
    return [line.removeprefix(start) for line in str(error.value).splitlines() if not line.startswith("  ")]


def test_a_post_is_read_whole(world: World) -> None:
    folder = world.write_post(UNITS + "paths: [fc4_2→fc3_1]\nclaims: [{top: fc4_1}]\n")
    reader = Reader(world.settings)
    post = reader.post(folder)
    assert (post.name, post.folder, post.published) == ("a", folder, True)
    assert set(post.casts) == {"", "figure", "fc4_2-fc3_1"}
    cast = post.casts["figure"]
    assert cast.card
    assert cast.card.name == "small"
    (shown,) = cast.pictures
    assert (shown.name, shown.file) == ("imgs/cat.png", world.cat)
    assert [source.name for source in reader.networks.values()] == ["small"]
    assert reader.pictures == {shown.digest: world.cat}
    assert SmallSource.loads == []


def test_a_picture_that_could_be_read_is_not_decoded_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = world.write_post(UNITS), Cache(world.settings.cache)
    Reader(world.settings, cache=cache).post(folder)
    decoded: list[Path] = []
    monkeypatch.setattr("catvis.networks.pictures.read_picture", decoded.append)
    Reader(world.settings, cache=cache).post(folder)
    assert decoded == []
    world.cat.write_bytes(world.cat.read_bytes() + b"more")
    Reader(world.settings, cache=cache).post(folder)
    assert decoded == [world.cat]


def test_a_damaged_picture_is_refused_however_often_it_is_read(world: World) -> None:
    folder, cache = world.write_post(UNITS), Cache(world.settings.cache)
    world.cat.write_bytes(world.cat.read_bytes()[:200])
    for _ in range(2):
        with pytest.raises(ContentError, match=r"cat\.png is truncated"):
            Reader(world.settings, cache=cache).post(folder)


def test_posts_are_read_with_the_extensions_of_the_site(world: World) -> None:
    world.write_post(UNITS, markdown=f"{POST}\n[TOC]\n\n## Two\n")
    (world.settings.content / "site.yaml").write_text("markdown_extensions: [toc]", encoding="utf-8")
    (post,) = gather(world.settings)
    contents = '<ul><li><a href="#a-post">A post</a><ul><li><a href="#two">Two</a></li></ul></li></ul>'
    assert f'<div class="toc">{contents}</div>' in plain_body(post.document)
    assert [slot.name for slot in post.document.slots] == ["figure"]


def test_all_mistakes_of_all_posts_at_once(world: World) -> None:
    world.write_post(
        UNITS.replace("conv1_1", "conv1_8") + "paths: [conv1_1→conv2_1, fc9_1]\nclaims: [{top: fc3_1}]\n"
    )
    world.write_post(UNITS.replace("imgs/cat.png", "imgs/dog.png"), name="b")
    world.write_post(UNITS + "colour: red\n", name="c")
    world.write_post(UNITS.replace("figure:", "figur:"), name="d")
    assert mistakes(world) == [
        "a/paths.yaml:4:29: there is no unit conv1_8",
        "a/paths.yaml:5:17: conv2 is not below conv1: paths go down",
        "a/paths.yaml:5:26: unknown layer 'fc9'",
        "a/paths.yaml:6:16: fc3_1 is not a class",
        "b/paths.yaml:2:10: there is no picture 'imgs/dog.png'",
        "c/paths.yaml:5:1: unknown key 'colour'",
        "d/paths.yaml:4:3: the Markdown does not show the figure 'figur'",
        "d/post.md:9:1: there is no figure 'figure' in " + str(world.settings.content / "d" / "paths.yaml"),
    ]


def test_a_mistake_that_several_figures_share_is_told_once(world: World) -> None:
    world.write_post(
        UNITS.replace("cat.png", "dog.png") + "paths: [fc4_1, fc4_2, fc4_3]\nclaims: [{top: fc4_1}]\n"
    )
    assert mistakes(world) == ["a/paths.yaml:2:10: there is no picture 'imgs/dog.png'"]


def test_a_damaged_picture(world: World) -> None:
    world.write_post()
    world.cat.write_bytes(world.cat.read_bytes()[:200])
    (told,) = mistakes(world)
    assert told.startswith("a/paths.yaml:2:10: ")
    assert told.endswith("cat.png is truncated")


@pytest.mark.parametrize("named", ["../b/imgs/cat.png", "/etc/passwd", "http://a.b/c.png", "link.png"])
def test_no_picture_from_outside_the_post(world: World, named: str) -> None:
    folder = world.write_post(UNITS.replace("imgs/cat.png", named))
    world.write_post(name="b")
    (folder / "link.png").symlink_to(world.settings.content / "b" / "imgs" / "cat.png")
    (told,) = mistakes(world, "a")
    assert told.startswith("a/paths.yaml:2:10: ")
    assert "post's folder" in told


def test_missing_weights_are_told_with_the_line_that_names_the_network(world: World) -> None:
    world.write_post()
    world.write_post(UNITS.replace("conv1_1", "conv1_8").replace("network: small\n", ""), name="b")
    (world.folder / "weights" / "small.txt").unlink()
    assert mistakes(world) == [
        "a/paths.yaml:1:10: the weights of small are missing",
        "b/paths.yaml: the weights of small are missing",
    ]


def test_an_unknown_network_is_told_with_the_line_that_names_it(world: World) -> None:
    world.write_post(UNITS.replace("small", "squeezenett"))
    with pytest.raises(
        ContentError, match=r"paths.yaml:1:10: there is no network .*\n.*did you mean squeezenet"
    ):
        gather(world.settings)


def test_a_figure_without_a_picture(world: World) -> None:
    world.write_post(UNITS.replace("picture: imgs/cat.png\n", ""))
    assert mistakes(world) == ["a/paths.yaml:3:3: no picture is named for figure"]


@pytest.mark.parametrize(
    ("markdown", "paths_yaml", "told"),
    [
        (
            POST + "\nIt is a {::value top.label /}.\n",
            "network: small\nfigures: {figure: {diagram: [2, 1]}}\n",
            "a/post.md:11:9: the prose asks for the strongest class, but the post names no picture",
        ),
        (
            POST + "\nIt is a {::value top.label /}.\n",
            "network: small-conv\npicture: imgs/cat.png\nfigures: {figure: {unit: conv1_0}}\n",
            "a/post.md:11:9: small-conv ends with conv2: it has no classes",
        ),
        (
            POST,
            "network: small\nfigures: {figure: {diagram: [2, 1]}}\nclaims:\n  - top: fc4_1\n",
            "a/paths.yaml:4:5: a claim is about a picture, but the post names none",
        ),
        (
            POST,
            "network: small-conv\npicture: imgs/cat.png\nfigures: {figure: {path: top}}\n",
            "a/paths.yaml:3:26: small-conv ends with conv2: it has no classes",
        ),
        (
            POST,
            "network: small-conv\npicture: imgs/cat.png\nfigures: {figure: {unit: conv1_0}}\n"
            "claims: [{child: 'top→conv1_1'}]\n",
            "a/paths.yaml:4:19: small-conv ends with conv2: it has no classes",
        ),
    ],
)
def test_what_needs_a_picture_or_classes_is_told_before_anything_is_computed(
    world: World, markdown: str, paths_yaml: str, told: str
) -> None:
    world.write_post(paths_yaml, markdown)
    assert mistakes(world) == [told]


def test_a_picture_of_the_post_is_shown_as_it_is(world: World) -> None:
    folder = world.write_post(markdown=POST + "\n![A photograph](imgs/cat.png)\n![Again](imgs/cat.png)\n")
    (post,) = gather(world.settings)
    assert post.statics == {"imgs/cat.png": folder / "imgs" / "cat.png"}


def test_a_figure_goes_before_a_picture_of_the_same_name(world: World) -> None:
    folder = world.write_post()
    picture(1).save(folder / "imgs" / "figure.png")
    (post,) = gather(world.settings)
    assert post.statics == {}


@pytest.mark.parametrize("suffix", ["svg", "gif", "html"])
def test_a_figure_that_cannot_be_written_under_its_name(world: World, suffix: str) -> None:
    world.write_post(markdown=POST.replace("figure.png", f"figure.{suffix}"))
    assert mistakes(world) == [f"a/post.md:9:1: a figure cannot be written as 'imgs/figure.{suffix}'"]


def names(posts: list[Post]) -> list[str]:
    return [post.name for post in posts]


def test_unpublished_posts_are_read_when_asked_for(world: World) -> None:
    world.write_post()
    world.write_post("broken: [", POST.replace("---\n\n", "published: false\n---\n\n", 1), name="draft")
    assert names(gather(world.settings)) == ["a"]
    for ask in ({"names": ["draft"]}, {"unpublished": True}):
        with pytest.raises(ContentError, match="draft"):
            gather(world.settings, **ask)
    world.write_post(UNITS, POST.replace("---\n\n", "published: false\n---\n\n", 1), name="draft")
    assert names(gather(world.settings, unpublished=True)) == ["a", "draft"]
    assert names(gather(world.settings, ["draft"])) == ["draft"]


def test_only_unpublished_posts_are_nothing_to_build(world: World) -> None:
    world.write_post(markdown=POST.replace("---\n\n", "published: false\n---\n\n", 1))
    with pytest.raises(ContentError, match=r"(?s)no post .* is published.*--unpublished"):
        gather(world.settings)


@pytest.mark.parametrize("name", ["a", "a/", "content/a"])
def test_a_post_may_be_named_as_its_folder(world: World, name: str) -> None:
    world.write_post()
    world.write_post(name="b")
    assert names(gather(world.settings, [name])) == ["a"]


def test_an_unknown_post_is_a_wrong_command_line(world: World) -> None:
    world.write_post(name="why-is-this-a-cat")
    with pytest.raises(
        UsageError, match=r"there is no post 'why-is-this-a-dog'.*\n.*did you mean why-is-this-a-cat"
    ):
        gather(world.settings, ["why-is-this-a-dog"])


def test_no_content(world: World, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"(?s)there is no content folder .*--content"):
        gather(world.settings)
    world.settings.content.mkdir()
    with pytest.raises(ContentError, match=r"holds no post"):
        gather(world.settings)
    with pytest.raises(ContentError, match=r"there is no content folder"):
        gather(replace(world.settings, content=world.folder / "weights" / "small.txt"))


def test_a_mistaken_site_file_is_told_with_the_posts(world: World) -> None:
    world.write_post(UNITS.replace("conv1_1", "conv1_8"))
    (world.settings.content / "site.yaml").write_text("titel: A site\n", encoding="utf-8")
    assert mistakes(world) == [
        "a/paths.yaml:4:29: there is no unit conv1_8",
        "site.yaml:1:1: unknown key 'titel'",
    ]
