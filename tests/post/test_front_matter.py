"""Front matter: all of it kept, the known keys understood as Jekyll does, mistakes named with their line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from catvis.errors import ContentError
from catvis.post.front_matter import FrontMatter, split_front_matter

POST = Path("post.md")


def front(yaml: str) -> FrontMatter:
    """The front matter made of some YAML."""
    return split_front_matter(POST, f"---\n{yaml}\n---\ntext\n")[0]


def test_everything_is_kept_as_it_was_written() -> None:
    found, text, line = split_front_matter(POST, "---\ntitle:  Why?\ndisqus_id: 7 # mine\n---\n\ntext\n")
    assert found.text == "title:  Why?\ndisqus_id: 7 # mine\n"
    assert found.values == {"title": "Why?", "disqus_id": 7}
    assert (text, line) == ("\ntext\n", 5)


@pytest.mark.parametrize("source", ["text\n", "", "----\ntext\n", " ---\n"])
def test_a_post_needs_no_front_matter(source: str) -> None:
    assert split_front_matter(POST, source) == (FrontMatter(), source, 1)


def test_dots_end_it_too_and_it_may_be_empty() -> None:
    assert split_front_matter(POST, "---\n...\ntext")[1:] == ("text", 3)


def test_known_keys() -> None:
    found = front("title: 42\ndescription: About.\nlayout: blog\nlang: en\nauthor: {name: Ann}\nliquid: true")
    assert (found.title, found.description, found.layout, found.lang) == ("42", "About.", "blog", "en")
    assert (found.author, found.liquid, found.published) == ("Ann", True, True)
    assert front("author: [Ann, {name: Bo}]").author == "Ann, Bo"
    nothing = front("x: y")
    assert (nothing.title, nothing.author, nothing.date, nothing.liquid) == ("", "", None, False)


@pytest.mark.parametrize(
    ("value", "published"), [("true", True), ("false", False), ("no", False), ("", False)]
)
def test_published_as_in_jekyll(value: str, published: bool) -> None:
    assert front(f"published: {value}").published is published


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2015-12-31", datetime(2015, 12, 31)),
        ("2015-12-31 10:30:00", datetime(2015, 12, 31, 10, 30)),
        ("2015-12-31 10:30:00 -0500", datetime(2015, 12, 31, 10, 30, tzinfo=timezone(timedelta(hours=-5)))),
        ("2015-12-31T10:30:00Z", datetime(2015, 12, 31, 10, 30, tzinfo=UTC)),
        ("2015-12-31 10:30", datetime(2015, 12, 31, 10, 30)),
    ],
)
def test_dates(value: str, date: datetime) -> None:
    assert front(f"date: {value}").date == date


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("title: a: b", "post.md:2:9: a colon cannot stand here"),
        ("a: 1\n\ttitle: b", "post.md:3:1: a tab cannot stand here"),
        ("title: [a", "post.md:2:8: the list is not closed"),
        ("- a\n- b", "post.md:2:1: the front matter is no mapping"),
        ("a: 1\npublished: 'no'", "post.md:3:1: published cannot be 'no'"),
        ("liquid: 1", "post.md:2:1: liquid cannot be 1"),
        ("title: {a: b}", "post.md:2:1: title cannot be {'a': 'b'}\n  write one line of text, between"),
        ("date: soon", "post.md:2:1: date cannot be 'soon'"),
        ("date: 2015-13-45", "post.md:2:7: a value of the front matter cannot be read"),
        ("a: !!python/object:os.system {}", "post.md:2:4: "),
        ("a: " + "[" * 5_000, "post.md:2:23: the front matter is nested too deep"),
    ],
)
def test_mistakes_are_named_with_their_place(yaml: str, message: str) -> None:
    with pytest.raises(ContentError) as caught:
        front(yaml)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("yaml", "before", "after"),
    [
        ("title: Why? # mine\nx: 1", "title: ", " # mine\nx: 1\n"),
        ("x: 1\n'title': 'Why\n  so?'\ny: 2", "x: 1\n'title': ", "\ny: 2\n"),
        ("title: >-\n  Why\n  so?\n\n# more\nx: 1", "title: ", "\n\n# more\nx: 1\n"),
        ("title: &t Why?\nx: *t", "title: &t ", "\nx: *t\n"),
        ("x: &t Why?\ntitle: *t", "x: &t Why?\ntitle: ", "\n"),
        ("x: {title: no}\ntitle: no\ntitle: Why?", "x: {title: no}\ntitle: no\ntitle: ", "\n"),
        ("{title: Why, x: 1}", "{title: ", ", x: 1}\n"),
    ],
)
def test_another_title_stands_where_it_was_written(yaml: str, before: str, after: str) -> None:
    assert front(yaml).with_title("Why?") == f'{before}"Why?"{after}'


def test_another_title_stands_above_one_that_is_merged() -> None:
    merged = front("x: &x {title: Why}\n<<: *x").with_title("So.")
    assert front(merged).title == "So."


@pytest.mark.parametrize(
    "title", ['a "b": c', "\\ # d", "- e", "{f", "--- g", "\x7f \x85 \U0001f63a", "'", "no"]
)
def test_any_title_is_read_as_it_is(title: str) -> None:
    for yaml in ("title: Why?", "title: |\n  Why?\nx: 1", "{title: Why}"):
        assert front(front(yaml).with_title(title)).title == title


def test_a_missing_end_mark() -> None:
    with pytest.raises(ContentError, match=r"post\.md:1:1: the front matter has no end\n  write a line ---"):
        split_front_matter(POST, "---\ntitle: a\n\ntext\n")
