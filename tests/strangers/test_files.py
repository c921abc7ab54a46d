"""Attack: a stranger's content reaches for files that are none of its own, or are no files at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catvis.errors import CatvisError, ContentError, PictureError
from catvis.networks.own.own_file import own_names
from catvis.networks.pictures import read_picture
from catvis.site.gather import gather
from catvis.written.copied_pictures import check_copied
from catvis.written.named_files import PICTURE
from tests.small_world import POST, UNITS, World

SECRET = "the secret of this machine"


def refusal(world: World) -> str:
    """The message that a build ends with; no site is there then."""
    with pytest.raises(CatvisError) as caught:
        world.build()
    assert not world.settings.site.exists()
    assert SECRET not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    folder.joinpath("post.md").write_text(f"---\ntitle: {SECRET}\n---\n{SECRET}\n")
    folder.joinpath("paths.yaml").write_text(f"{SECRET}: [")
    return folder


@pytest.mark.parametrize("name", ["post.md", "paths.yaml"])
@pytest.mark.parametrize("target", ["outside", "zero"])
def test_a_file_of_a_post_that_is_a_link_out_of_the_content(
    world: World, outside: Path, name: str, target: str
) -> None:
    folder = world.write_post()
    (folder / name).unlink()
    (folder / name).symlink_to(outside / name if target == "outside" else "/dev/zero")
    told = refusal(world)
    assert told.startswith(f"{folder / name}: a link leads out of the content here")


def test_a_post_s_folder_that_is_a_link_out_of_the_content(world: World, outside: Path) -> None:
    world.write_post()
    (world.settings.content / "b").symlink_to(outside)
    assert "b/post.md: a link leads out of the content here" in refusal(world)


def test_a_post_behind_a_link_inside_the_content_is_one(world: World) -> None:
    folder = world.write_post(name="2015/a")
    (world.settings.content / "b").symlink_to(folder)
    assert [post.name for post in gather(world.settings)] == ["b"]


@pytest.mark.parametrize("name", ["post.md", "paths.yaml", "../site.yaml", "../networks.yaml"])
def test_a_pipe_in_a_file_s_place_stops_nothing(world: World, name: str) -> None:
    folder = world.write_post()
    file = folder / name
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    if file.name == "networks.yaml":
        assert own_names(world.settings) == ()
    else:
        assert "this is not a file" in refusal(world)


@pytest.mark.parametrize("name", ["site.yaml", "networks.yaml"])
def test_what_speaks_of_all_posts_is_no_link_out_of_the_content(
    world: World, outside: Path, name: str
) -> None:
    world.write_post(UNITS.replace("network: small", "network: mine"))
    (world.settings.content / name).symlink_to(outside / "paths.yaml")
    assert f"{name}: a link leads out of the content here" in refusal(world)


@pytest.mark.parametrize("picture", ["pipe", "device", "link"])
def test_a_picture_that_is_none(world: World, outside: Path, picture: str) -> None:
    folder = world.write_post(UNITS.replace("imgs/cat.png", "imgs/it.png"))
    it = folder / "imgs" / "it.png"
    if picture == "pipe":
        os.mkfifo(it)
    else:
        it.symlink_to("/dev/zero" if picture == "device" else outside / "post.md")
    assert "'imgs/it.png'" in refusal(world)


def test_a_pipe_that_a_command_names_does_not_stop_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "it.png")
    with pytest.raises(PictureError, match=r"it\.png is a pipe or a device"):
        read_picture(tmp_path / "it.png")


@pytest.mark.slow
@pytest.mark.parametrize("shown", ["as a figure's picture", "as it is"])
def test_a_picture_of_gigabytes_is_not_read(world: World, shown: str) -> None:
    if shown == "as it is":
        folder = world.write_post(markdown=f"{POST}\n![Big](imgs/big.png)\n")
    else:
        folder = world.write_post(UNITS.replace("imgs/cat.png", "imgs/big.png"))
    (folder / "imgs" / "big.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    os.truncate(folder / "imgs" / "big.png", PICTURE.largest + 1)
    assert "the file is too large for a picture\n  at most 256 MiB are read" in refusal(world)


@pytest.mark.parametrize("name", ["page.html", "page.xhtml", "page.js", "page.pdf", "page.PHP", "page.xml"])
def test_only_pictures_are_copied_into_a_site(world: World, name: str) -> None:
    folder = world.write_post(markdown=f"{POST}\n![A page](imgs/{name})\n")
    (folder / "imgs" / name).write_text("<script>alert(1)</script>")
    assert f"a/post.md:11:1: {name} is no picture, and is not copied into a site" in refusal(world)


SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink">{}</svg>'
DOING = {
    "<script>alert(1)</script>": "an element <script>",
    '<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>': "an element <script>",
    '<g onload="alert(1)"/>': "an attribute onload",
    '<a href="javascript:alert(1)"/>': "a link to",
    '<a x:href="jav&#97;script:alert(1)"/>': "a link to",
    '<a href="&#9;javascript:alert(1)"/>': "a link to",
    '<use href="https://example.org/a.svg#b"/>': "a link to",
    '<image href="data:image/svg+xml;base64,PHN2Zy8+"/>': "a link to",
    '<a><animate attributeName="href" to="javascript:alert(1)"/></a>': "an element <animate> that changes",
    "<foreignObject><body/></foreignObject>": "an element <foreignobject>",
    '<rect style="fill: url(https://example.org/a)"/>': "an attribute style that fetches",
    "<style>@import 'https://example.org/a.css';</style>": "a style that fetches",
    "<style>a { fill: u\\72l(https://example.org/a) }</style>": "a style that fetches",
    '<?xml-stylesheet href="https://example.org/a.css"?>': "an instruction",
    "<g>": "a mistake",
}


@pytest.mark.parametrize("inside", DOING)
def test_a_drawing_that_does_something_is_not_copied(tmp_path: Path, inside: str) -> None:
    file = tmp_path / "e.svg"
    file.write_text(SVG.format(inside))
    with pytest.raises(ContentError, match=r"the drawing e\.svg has ") as caught:
        check_copied(file)
    assert DOING[inside] in str(caught.value)


def test_a_drawing_with_entities_is_not_copied(tmp_path: Path) -> None:
    file = tmp_path / "bomb.svg"
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12))
    file.write_text(f"<!DOCTYPE svg [{entities}]><svg>&a12;</svg>")
    with pytest.raises(ContentError, match="entities of its own"):
        check_copied(file)


def test_a_drawing_that_is_one_is_copied(world: World) -> None:
    drawing = SVG.format(
        '<defs><linearGradient id="g"/></defs><style>text { fill: url(#g) }</style>'
        '<use x:href="#g"/><rect fill="url(#g)" style="stroke: red"/><a href="#g"><text>words</text></a>'
    )
    folder = world.write_post(markdown=f"{POST}\n![A drawing](imgs/e.svg)\n")
    (folder / "imgs" / "e.svg").write_text(drawing)
    world.build()
    assert (world.settings.site / "a" / "imgs" / "e.svg").read_text() == drawing
