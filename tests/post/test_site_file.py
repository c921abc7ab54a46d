"""``site.yaml``: what it says, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from catvis.errors import ContentError
from catvis.post.site_file import SiteFile, read_site_file

FILE = Path("site.yaml")


@pytest.fixture(autouse=True)
def _in_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str) -> SiteFile:
    FILE.write_text(text, encoding="utf-8")
    return read_site_file(FILE)


def test_a_whole_file() -> None:
    site = read(
        "address: https://example.org/blog/\ntitle: Cats & units\nauthor: Åsa Ek\n"
        "description: >\n  What single units\n  look for.\nlanguage: no\nmarkdown_extensions: [toc, toc]\n"
    )
    assert site == SiteFile(
        "https://example.org/blog", "Cats & units", "Åsa Ek", "What single units look for.", "no", ("toc",)
    )


def test_without_the_file_and_with_an_empty_one_nothing_is_said() -> None:
    assert read_site_file(FILE) == read("") == read("# later\n") == SiteFile(language="en")


@pytest.mark.parametrize(
    "address",
    [
        "http://localhost:8000",
        "https://example.org",
        "https://a.b-c.example/x/y",
        "http://[::1]:80",
        "http://10.0.0.1",
    ],
)
def test_an_address(address: str) -> None:
    assert read(f"address: '{address}'").address == address


@pytest.mark.parametrize(
    "address",
    [
        "example.org",
        "//example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "https://",
        "https://exa mple.org",
        "https://user:secret@example.org",
        "https://example.org/?q=1",
        "https://example.org/#top",
        "https://example.org:port",
        "https://example.org:0",
        'https://example.org/"><script>',
        "https://[::1",
        "https://exämple.org",
    ],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(ContentError) as caught:
        read(f"address: '{address}'")
    assert str(caught.value) == (
        f"site.yaml:1:11: {address!r} is not an address of a site\n"
        "  write the whole address, such as https://example.org/blog"
    )


@pytest.mark.parametrize("language", ["en", "de", "pt-BR", "zh-Hant-TW", "no", "gsw"])
def test_a_language(language: str) -> None:
    assert read(f"language: {language}").language == language


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("adress: https://example.org", "site.yaml:1:1: unknown key 'adress'\n  did you mean address?"),
        ("title: a\ntitle: b", "site.yaml:2:1: 'title' is written twice\n  first at site.yaml:1:1"),
        ("title: [a]", "site.yaml:1:8: 'title' must be text, found a list"),
        ("author:", "site.yaml:1:8: 'author' must be text, found nothing"),
        ("language: English", "site.yaml:1:11: 'English' is not a language\n  write a language tag"),
        (
            "markdown_extensions:\n  - toc\n  - tocs",
            "site.yaml:3:5: an item of 'markdown_extensions' cannot be 'tocs'\n  did you mean toc? valid: toc",
        ),
        (
            "markdown_extensions: [attr_list]",
            "site.yaml:1:23: an item of 'markdown_extensions' cannot be 'attr_list'\n  valid: toc",
        ),
        (
            "markdown_extensions: toc",
            "site.yaml:1:22: 'markdown_extensions' must be a list, found 'toc'\n"
            "  write markdown_extensions: [toc]",
        ),
        ("- a", "site.yaml:1:1: 'site.yaml' must be a mapping of keys to values, found a list"),
        ('description: "\\u0007"', "site.yaml:1:14: '\\x07' holds a control character"),
    ],
)
def test_a_mistake(text: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        read(text)
    assert str(caught.value).startswith(message)


def test_all_mistakes_at_once() -> None:
    with pytest.raises(ContentError) as caught:
        read("language: Klingon!\naddress: here\nauthor: {}\n")
    assert [
        line.partition(": ")[0] for line in str(caught.value).splitlines() if line.startswith("site")
    ] == [
        "site.yaml:1:11",
        "site.yaml:2:10",
        "site.yaml:3:9",
    ]
