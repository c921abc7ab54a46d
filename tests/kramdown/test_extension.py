"""The dialect as an extension of Python-Markdown, called as MkDocs, Pelican and strangers' extensions call it."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from markdown import Markdown
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor

from catvis.kramdown import Filling, fill, images, read_body, values
from catvis.kramdown.element_tree import to_html, to_tree
from catvis.kramdown.python_markdown import read_body_with
from tests.kramdown.documents import documents
from tests.kramdown.plain import plain
from tests.kramdown.test_fixtures import cases
from tests.kramdown.test_hostile_input import MANY, NESTED, REPEATED, within_limit

NAME = "catvis.kramdown"
WITHOUT_EFFECT = """
    abbr admonition def_list footnotes legacy_em md_in_html nl2br sane_lists tables wikilinks
    attr_list legacy_attrs meta
"""
FIGURES = Filling(
    lambda image: f"<div>{image.source}</div>",
    lambda value: f"<b>{value.expression}</b>",
    frozenset({"math", "code", "access"}),
    lambda header: f"<i>#{header.id}</i>",
    lambda: "<h2>End</h2>\n",
)
"""What a page puts into the open places; a block in a paragraph may change the paragraph."""


class Unchanged(Treeprocessor):
    """Looks at the whole tree, as most tree processors do, and leaves it as it is."""

    def run(self, root: ET.Element) -> None:
        assert root.tag == "div"
        self.seen = {node.tag for node in root.iter()}


class Links(Treeprocessor):
    """Gives every link a class."""

    def run(self, root: ET.Element) -> ET.Element:
        for link in root.iter("a"):
            link.set("class", " ".join(filter(None, [link.get("class"), "seen"])))
        return root


class Boxes(Preprocessor):
    """Puts HTML that is not to be read into the place of words, as Python-Markdown's own do."""

    def run(self, lines: list[str]) -> list[str]:
        block, inline = self.md.htmlStash.store("<div>*box*</div>"), self.md.htmlStash.store("<i>*b*</i>")
        return [block if line == "BOX" else line.replace("[box]", inline) for line in lines]


class Signed(Postprocessor):
    """Adds a signature to what it takes for the whole HTML."""

    def run(self, text: str) -> str:
        return f"{text.replace('<p>', '<p class=last>')}\n<!-- signed -->"


def tree(*processors: Treeprocessor, extensions: tuple[str, ...] = (NAME,)) -> Markdown:
    """Python-Markdown with tree processors of strangers."""
    md = Markdown(extensions=extensions)
    for number, processor in enumerate(processors):
        processor.md = md
        md.treeprocessors.register(processor, f"strange{number}", 4 - number)
    return md


def convert(text: str, *extensions: str, **configs: dict[str, object]) -> str:
    """The HTML of a text; the dialect comes last of the extensions, so that all are there before it."""
    return Markdown(extensions=[*extensions, NAME], extension_configs={NAME: configs}).convert(text)


@pytest.mark.parametrize(
    ("text", "html"), [pytest.param(text, html, id=name) for name, text, html in cases()]
)
def test_it_writes_what_the_dialect_writes(text: str, html: str) -> None:
    assert convert(text) == html.strip()
    assert tree(Unchanged()).convert(text) == html.strip()


@pytest.mark.slow
@seed(2015)
@settings(
    max_examples=200,
    phases=(Phase.generate,),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(text=documents())
def test_a_tree_that_nobody_changes_gives_the_same_bytes(text: str) -> None:
    look = Unchanged()
    html = plain(text).strip()
    assert tree(look).convert(text) == html
    assert {tag for tag in ("blockquote", "li", "td", "pre") if f"<{tag}>" in html} <= look.seen
    assert fill(read_body_with(["tables"], text).template, FIGURES).strip() == (
        fill(read_body(text).template, FIGURES).strip()
    )


def test_the_original_post(shared: Path) -> None:
    text = (shared / "seed" / "post.md").read_text(encoding="utf-8").split("---\n", 2)[2]
    expected = (shared / "seed" / "post.kramdown.html").read_text(encoding="utf-8").strip()
    assert convert(text) == expected
    assert tree(Unchanged()).convert(text) == expected


def test_a_tree_has_elements_text_and_code() -> None:
    html = (
        '<p>AT&amp;T &copy; <a href="/?a&amp;b" title="&quot;">x</a> <code>&amp;lt; a&lt;b</code><br />\n</p>'
    )
    root = to_tree(html, "div", str)
    paragraph = root[0]
    assert [node.tag for node in root.iter()] == ["div", "p", "a", "code", "br"]
    assert paragraph.text == "AT&T &copy; "
    assert paragraph[0].attrib == {"href": "/?a&b", "title": '"'}
    assert paragraph[1].text == "&amp;lt; a&lt;b"
    assert to_html(root) == f"<div>{html}</div>"


def test_what_a_stranger_puts_into_a_tree_is_written() -> None:
    root = ET.Element("div")
    ET.SubElement(root, "a", {"title": '<"&"&amp;', "data-x": None}).tail = "a < b"
    root.extend([ET.Comment("c"), ET.ProcessingInstruction("p"), ET.Element("img"), ET.Element(None)])
    assert to_html(root) == (
        '<div><a title="&lt;&quot;&amp;&quot;&amp;" data-x></a>a &lt; b<!--c--><?p?><img /></div>'
    )


@pytest.mark.parametrize(
    "text",
    [
        "{::options footnote_prefix='\"<b>' /}\n\nx[^1]\n\n[^1]: *y*",
        "*[<b>]: bold\n\n\\<b>",
        "<new-element>*a* <x:y /></new-element>\n\n<div />\n\n<h1x>b</h1x>",
        "{::nomarkdown}</p></div><p{:/} x",
        "a\n\n{::nomarkdown}</p>{:/}",
        "<script>if (a < b && c) '<p>'</script>",
        "<!-- *a* --> {::comment}-->{:/}",
        "$$a < b$$\n{:.c}\n\nand $$a < b${:.c}",
    ],
)
def test_what_no_element_can_hold_survives_a_tree(text: str) -> None:
    assert tree(Unchanged(), extensions=(NAME, "toc")).convert(text) == plain(text).strip()


def test_a_tree_processor() -> None:
    md = tree(Links())
    assert md.convert('See [*it*](/x){:.a}, <a href="/y">y</a>[^1].\n\n[^1]: <http://z.org>') == (
        '<p>See <a href="/x" class="a seen"><em>it</em></a>, <a href="/y" class="seen">y</a>'
        '<sup id="fnref:1" role="doc-noteref">'
        '<a href="#fn:1" class="footnote seen" rel="footnote">1</a></sup>.</p>\n\n'
        '<div class="footnotes" role="doc-endnotes">\n  <ol>\n    <li id="fn:1" role="doc-endnote">\n'
        '      <p><a href="http://z.org" class="seen">http://z.org</a>\u00a0'
        '<a href="#fnref:1" class="reversefootnote seen" role="doc-backlink">&#8617;</a></p>\n'
        "    </li>\n  </ol>\n</div>"
    )


def test_tree_processors_run_by_their_priorities_and_may_give_another_root() -> None:
    class Wrapped(Treeprocessor):
        def run(self, root: ET.Element) -> ET.Element:
            assert root[0][0].get("class") == "seen"
            outer = ET.Element("div")
            ET.SubElement(outer, "main").append(root[0])
            return outer

    assert tree(Links(), Wrapped()).convert("[a](/b)") == (
        '<main><p><a href="/b" class="seen">a</a></p>\n</main>'
    )


@pytest.mark.parametrize("processors", [[], [Unchanged()]], ids=["without a tree", "with a tree"])
def test_a_preprocessor_and_a_postprocessor(processors: list[Treeprocessor]) -> None:
    md = tree(*processors)
    md.preprocessors.register(Boxes(md), "boxes", 25)
    md.postprocessors.register(Signed(md), "signed", 5)
    text = "*a* [box]\n\nBOX\n\n{::nomarkdown}<p>r</p>{:/} b\n\n> `[box]`\n"
    assert md.convert(text) == (
        "<p class=last><em>a</em> <i>*b*</i></p>\n\n<div>*box*</div>\n\n"
        "<p class=last><p class=last>r</p> b</p>\n\n"
        "<blockquote>\n  <p class=last><code><i>*b*</i></code></p>\n</blockquote>\n<!-- signed -->"
    )


@pytest.mark.parametrize("processors", [[], [Unchanged()]], ids=["without a tree", "with a tree"])
def test_a_postprocessor_of_high_priority_sees_all_of_the_html(processors: list[Treeprocessor]) -> None:
    seen: list[str] = []

    class Look(Postprocessor):
        def run(self, text: str) -> str:
            seen.append(text)
            return text

    md = tree(*processors)
    md.postprocessors.register(Look(md), "look", 90)
    text = "a <!-- b --> $$c$$\n"
    assert md.convert(text) == plain(text).strip()
    assert seen == [plain(text).strip()]


def test_nothing_an_author_writes_is_a_placeholder() -> None:
    text = "\x02wzxhzdk:0\x03 \x02amp\x03 {::nomarkdown}<b>{:/}\r\n\r\n\tcode\ttab\r"
    assert (
        tree(Unchanged()).convert(text)
        == convert(text)
        == ("<p>wzxhzdk:0 amp <b></p>\n\n<pre><code>code\ttab\n</code></pre>")
    )


def test_one_instance_reads_several_documents() -> None:
    for md in (Markdown(extensions=[NAME]), tree(Unchanged())):
        for _ in range(3):
            for text in ("# A\n\n[a]\n\n[a]: /b\n", "# A\n\n[a] <!-- c -->[^1]\n\n[^1]: d\n", " \n"):
                assert md.reset().convert(text) == plain(text).strip()
                assert md.convert(text) == plain(text).strip()  # who forgets to reset


def test_listed_twice_the_last_one_counts() -> None:
    md = Markdown(extensions=[NAME, "toc", NAME])
    assert md.reset().convert("# a\n\n<!-- b -->") == '<h1 id="a">a</h1>\n\n<!-- b -->'


def test_an_error_of_a_stranger_stays_what_it_is() -> None:
    class Broken(Treeprocessor):
        def run(self, root: ET.Element) -> None:
            raise KeyError("theirs")

    md = tree(Broken())
    with pytest.raises(KeyError, match="theirs"):
        md.convert("a")
    md.treeprocessors.deregister("strange0")
    assert md.reset().convert("*a*") == "<p><em>a</em></p>"


def test_what_an_author_should_look_at_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        convert("a\n\nb {::wrong /}\n")
    assert [record.getMessage() for record in caplog.records] == [
        "line 3, column 3: found an unknown extension, wrong"
    ]


def test_options() -> None:
    text = "# A\n\n### B\n\n* x\n{:toc}\n\n<div>*c*</div>\n\n$$x$$ ~\n\n```python\nx = 1\n```\n"
    html = convert(text, auto_id_prefix="p-", toc_levels="2..6", parse_block_html=True, header_offset=1)
    assert '<h2 id="p-a">' in html
    assert '<a href="#p-b"' in html
    assert '<a href="#p-a"' not in html
    assert "<em>c</em>" in html
    assert "<math" not in html + convert(text)
    assert "<math" in convert(text, mathml="yes")
    assert "highlighter-rouge" in convert(text, highlight=True)
    md = Markdown(extensions=[NAME], extension_configs={NAME: {"auto_ids": False}})
    assert md.convert("{::options auto_ids='true' /}\n\n# A") == '<h1 id="a">A</h1>'
    assert md.convert("# A") == "<h1>A</h1>"


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ({"toc_levels": "all"}, "the option toc_levels cannot be 'all'; write levels such as 2..3 or 1,2"),
        ({"footnote_nr": None}, "the option footnote_nr cannot be None; write a whole number"),
        ({"auto_ids": "perhaps"}, "perhaps"),
    ],
)
def test_a_wrong_option(config: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        convert("a", **config)


def test_an_unknown_option() -> None:
    with pytest.raises(KeyError, match="auto_id"):
        convert("a", auto_id="x")


@pytest.mark.parametrize("name", WITHOUT_EFFECT.split())
def test_these_of_python_markdown_have_no_effect(name: str) -> None:
    for _, text, html in cases():
        assert convert(text, name) == html.strip()
        assert Markdown(extensions=[NAME, name]).convert(text) == html.strip()


def test_as_mkdocs_calls_it() -> None:
    md = Markdown(
        extensions=["toc", "tables", "fenced_code", NAME],
        extension_configs={"toc": {"permalink": True}, NAME: {"footnote_nr": 3}},
    )
    text = "# One *more*[^a]\n\n[TOC]\n\n## Two {#second}\n\n~~~ python\nx < 1\n~~~\n\n|a|\n\n[^a]: *b*\n"
    html = md.convert(text)
    assert md.toc_tokens[0]["name"] == "One more"
    assert [token["id"] for token in md.toc_tokens[0]["children"]] == ["second"]
    assert '<li><a href="#one-more">One more</a><ul><li><a href="#second">Two</a>' in html
    assert (
        '<h2 id="second">Two<a href="#second" class="headerlink" title="Permanent link">&para;</a></h2>'
        in html
    )
    assert '<pre><code class="language-python">x &lt; 1\n</code></pre>' in html
    assert "<td>a</td>" in html
    assert '<ol start="3">' in html


def test_as_pelican_calls_it() -> None:
    md = Markdown(
        extensions=[
            "markdown.extensions.codehilite",
            "markdown.extensions.extra",
            NAME,
            "markdown.extensions.meta",
        ],
        extension_configs={
            "markdown.extensions.codehilite": {"css_class": "highlight"},
            "markdown.extensions.extra": {},
            "markdown.extensions.meta": {},
        },
        output_format="html",
    )
    text = "Title: A\nTags: b, c\n\nIt's *d*\n{:.e}\n\n<div markdown='1'>\n*f*\n</div>\n\n```python\nx = '<'\n```\n"
    for _ in range(2):
        html = md.reset().convert(text)
        assert md.Meta == {"title": ["A"], "tags": ["b, c"]}
        assert html.startswith('<p class="e">It’s <em>d</em></p>\n\n<div>\n  <p><em>f</em></p>\n</div>\n\n')
        assert '<div class="highlight"><pre>' in html
        assert "<span class=\"s1\">'&lt;'</span>" in html


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        *(sign * (MANY // len(sign)) for sign in REPEATED),
        *NESTED.values(),
        "# " + "<!-- -->" * (MANY // 8),
        "# a<b\n" * (MANY // 6),
        "[TOC]\n\n# a\n\n" * (MANY // 12),
    ],
    ids=lambda text: repr(text[:12]),
)
def test_no_text_hurts(text: str) -> None:
    with within_limit():
        html = tree(Unchanged()).convert(text)
    assert html == (plain(text).strip() if text.strip() else "")
    with within_limit():
        complaint = complaint_about(text)
    assert complaint in (None, "[TOC] stands there more than 10 times")


def complaint_about(text: str) -> str | None:
    try:
        read_body_with(["toc"], text)
    except ValueError as error:
        return str(error)
    return None


def test_open_places_of_a_post_survive() -> None:
    text = (
        "# A {::value top /}\n\n[TOC]\n\nx\n\n![a](imgs/a.png){:.c}\n\n"
        "![b](imgs/b.png) and {::value b /}\n{:.p}\n\n"
        "> $$x$$ ![d](d.png)\n\n~~~ python\nx\n~~~\n"
    )
    body, alone = read_body_with(["toc"], text, 5), read_body(text, 5)
    assert list(images(body.template)) == list(images(alone.template))
    assert [value.expression for value in values(body.template)] == ["top", "top", "b"]
    assert (body.headers, body.excerpt, body.warnings) == (alone.headers, alone.excerpt, alone.warnings)
    contents = '<div class="toc"><ul><li><a href="#a-">A <b>top</b></a></li></ul></div>'
    assert fill(body.template, FIGURES) == fill(alone.template, FIGURES).replace("<p>[TOC]</p>\n\n", contents)


def test_what_follows_a_replaced_block_stays() -> None:
    contents = '<div class="toc"><ul><li><a href="#a">A</a></li></ul></div>'
    assert convert("# A\n\n[TOC]\n\n$$x$$\n\n<x-y>z</x-y>\n", "toc") == (
        f'<h1 id="a">A</h1>\n\n{contents}\\[x\\]\n\n<x-y>z</x-y>'
    )
    assert fill(read_body_with(["toc"], "# A\n\n[TOC]\n").template, FIGURES).endswith("</div><h2>End</h2>\n")
    assert convert("    code\n\n<!-- c -->\n", "codehilite").endswith("</pre></div>\n<!-- c -->")


def test_the_dialect_does_not_need_python_markdown() -> None:
    code = "import sys, catvis.kramdown as k; k.read_body('a'); sys.exit('markdown' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
