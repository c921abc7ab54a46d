"""What a Jekyll site's own settings say of where a post goes; all else in them is left alone."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from catvis.errors import ContentError
from catvis.post.jekyll_config import PARAGRAPH, JekyllConfig, read_jekyll_config


def read(folder: Path, text: str) -> JekyllConfig:
    (folder / "_config.yml").write_text(text, encoding="utf-8")
    return read_jekyll_config(folder / "_config.yml")


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "title: &t Mine\nname: *t\ncollections:\nexclude: [a, b]\n"]
)
def test_a_site_that_says_nothing_has_posts(tmp_path: Path, text: str) -> None:
    config = read(tmp_path, text)
    assert config == JekyllConfig()
    assert config.folder("posts") == PurePosixPath("_posts")
    assert config.excerpt_separator == PARAGRAPH


def test_a_site_says_where_its_documents_lie(tmp_path: Path) -> None:
    config = read(
        tmp_path,
        "source: ./src\ncollections_dir: all\ncollections: {essays: {output: true}, ../out: {}}\n"
        'markdown: CommonMarkGhPages\nexcerpt_separator: "<!--more-->"\n',
    )
    assert config.collections == ("posts", "essays")
    assert config.folder("essays") == PurePosixPath("src/all/_essays")
    assert config.excerpt_separator == "<!--more-->"
    assert not config.kramdown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("source: ../elsewhere\n", "_config.yml: source leads out of the site: '../elsewhere'"),
        ("collections_dir: /tmp\n", "_config.yml: collections_dir leads out of the site: '/tmp'"),
        ("source: [a]\n", "_config.yml: source cannot be ['a']"),
        ("collections: 3\n", "_config.yml: collections cannot be read"),
        ("- a\n", "_config.yml: the file is no mapping"),
        ("a: [\n", "_config.yml:2:1: a bracket is not closed"),
        ("title: a: b\n", "_config.yml:1:9: a colon cannot stand here"),
        ("when: 2020-99-99\n", "_config.yml:1:7: a value of the file cannot be read"),
        (f"a: {60 * '['}{60 * ']'}\n", "_config.yml:1:53: the file is nested too deep"),
        ("# " + 1024 * 1024 * "a", "_config.yml: the file is too large"),
    ],
)
def test_a_mistake_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ContentError) as mistake:
        read(tmp_path, text)
    assert str(mistake.value).startswith(told)


def test_what_cannot_be_read_is_one_message(tmp_path: Path) -> None:
    file = tmp_path / "_config.yml"
    file.write_bytes(b"title: \xff\n")
    with pytest.raises(ContentError, match="the file is not UTF-8"):
        read_jekyll_config(file)
    with pytest.raises(ContentError, match="the file cannot be read: No such file or directory"):
        read_jekyll_config(tmp_path / "none.yml")
