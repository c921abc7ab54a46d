"""A post as the rest of the project sees it: places, open places and how they are filled, warnings, Liquid."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest

from catvis.errors import ContentError, Place
from catvis.post.document import (
    Document,
    FigureSlot,
    Words,
    escape_liquid,
    plain_body,
    read_document,
    render,
    said,
)

FRONT = "---\ntitle: Why?\n---\n"


@pytest.fixture
def post(tmp_path: Path) -> Path:
    """The file of a post that a test writes."""
    return tmp_path / "post.md"


def read(post: Path, text: str) -> Document:
    """Write a post and read it."""
    post.write_text(text, encoding="utf-8")
    return read_document(post)


def rendered(
    document: Document,
    figure: str = "<svg></svg>",
    math: Literal["mathml", "kramdown"] = "mathml",
    **more: Any,
) -> str:
    """The body with one text in the place of every figure, and every value's expression."""
    return render(
        document, figure=lambda _: figure, value=lambda slot: f"<b>{slot.expression}</b>", math=math, **more
    ).strip()


def spoken(words: Words) -> str:
    """Words with every value's expression."""
    return said(words, lambda slot: slot.expression)


def test_a_figure_knows_its_name_its_words_and_its_place(post: Path) -> None:
    text = 'A cat.\n\n* an item\n\n  > ![First *layer*](imgs/conv1.png){:.center style="width: 50%"}\n'
    (slot,) = read(post, FRONT + text).slots
    assert slot.name == "conv1"
    assert slot.source == "imgs/conv1.png"
    assert slot.alt == "First *layer*"
    assert slot.attributes == {"class": "center", "style": "width: 50%"}
    assert (slot.place.file, slot.place.line, slot.place.column) == (post, 8, 5)


def test_every_image_of_the_original_post_is_where_it_says(shared: Path) -> None:
    document = read_document(shared / "seed" / "post.md")
    lines = document.path.read_text(encoding="utf-8").split("\n")
    assert len(document.slots) == 20
    for slot in document.slots:
        assert slot.place.line is not None
        assert slot.place.column is not None
        assert lines[slot.place.line - 1][slot.place.column - 1 :].startswith(f"![{slot.alt}]({slot.source})")


@pytest.mark.parametrize(
    "around", ["{}", "> {}", "1.  {}", "term\n: {}", "[^a]\n\n[^a]: {}", "a\n{}", "# {}", "\t* {}"]
)
def test_the_place_of_an_image_survives_what_stands_around_it(post: Path, around: str) -> None:
    text = around.format("*so* ![a](imgs/a.png)")
    (slot,) = read(post, text).slots if not around.startswith("\t") else read(post, text[1:]).slots
    source = post.read_text(encoding="utf-8").split("\n")
    assert slot.place.line is not None
    assert slot.place.column is not None
    assert source[slot.place.line - 1][slot.place.column - 1 :].startswith("![a]")


@pytest.mark.parametrize(
    "source", ["/imgs/a.png", "http://x.org/imgs/a.png", "imgs/../a.png", "imgs/b/a.png", "a.png"]
)
def test_other_images_stay_images(post: Path, source: str) -> None:
    document = read(post, f"![a]({source})\n")
    assert document.slots == ()
    assert rendered(document) == f'<p><img src="{source}" alt="a" /></p>'


def test_a_figure_in_a_line_keeps_its_paragraph(post: Path) -> None:
    document = read(post, "see ![a](imgs/a.png) here\n")
    assert rendered(document) == "<p>see <svg></svg> here</p>"
    assert rendered(document, figure="<figure>F</figure>") == "<div>see <figure>F</figure> here</div>"


def test_a_figure_that_stands_alone_takes_the_place_of_its_paragraph(post: Path) -> None:
    document = read(post, "![a](imgs/a.png)\n")
    assert rendered(document) == "<p><svg></svg></p>"
    assert rendered(document, figure="<div>F</div>") == "<div>F</div>"
    with_attributes = read(post, "![a](imgs/a.png)\n{:.zoom_img}\n")
    assert rendered(with_attributes, figure="<div>F</div>") == '<div class="zoom_img"><div>F</div></div>'


def test_the_authors_figure_and_caption_stay(post: Path) -> None:
    caption = '<figcaption markdown="1">\n`a`\n</figcaption>'
    text = f'<figure markdown="1">\n![a](imgs/a.png)\n{caption}\n</figure>\n{{:.zoom_img}}\n'
    html = rendered(read(post, text), figure="<div>F</div>")
    assert "".join(line.strip() for line in html.split("\n")) == (
        '<figure class="zoom_img"><div>F</div><figcaption><p><code>a</code></p></figcaption></figure>'
    )


@pytest.mark.parametrize(
    ("title", "line", "column"),
    [
        ("Why a *{::value top.label /}*?", 2, 15),
        ('"{::value top.label /}: why?"', 2, 9),
        (">\n  Why\n  a {::value top.label /}", 4, 5),
        ("'Why {::value\n  top.label /}'", 2, 8),
    ],
)
def test_a_title_asks_for_values_where_it_stands(post: Path, title: str, line: int, column: int) -> None:
    document = read(post, f"---\ntitle: {title}\n---\nSo {{::value top.unit /}}.\n")
    assert spoken(document.title) == document.front.title.strip().replace(
        "{::value top.label /}", "top.label"
    )
    assert [value.expression for value in document.values] == ["top.label", "top.unit"]
    assert document.values[0].place == Place(post, line, column)


def test_values_are_filled_and_placed(post: Path) -> None:
    document = read(post, FRONT + "It is\n*{::value top.label /}*.\n")
    (slot,) = document.values
    assert (slot.expression, slot.place.line, slot.place.column) == ("top.label", 5, 2)
    assert rendered(document) == "<p>It is\n<em><b>top.label</b></em>.</p>"


def test_nothing_an_author_writes_is_taken_for_an_open_place(post: Path) -> None:
    document = read(post, "\x0e0\x0f `\x0e0\x0f` ![a](imgs/a.png)\n")
    assert rendered(document) == "<p>0 <code>0</code> <svg></svg></p>"


def test_places_survive_an_extension(post: Path) -> None:
    text = "[TOC]\n\n## A\n\n![a](imgs/a.png)\n\n*a* ![b](imgs/b.png){:.c}\n{:.d}\n\n{::value x /} $$x$$\n"
    alone = read(post, FRONT + text)
    document = read_document(post, ["toc"])
    assert document.slots == alone.slots
    assert document.values == alone.values
    assert document.headings == alone.headings
    contents = '<div class="toc"><ul><li><a href="#a">A</a></li></ul></div>'
    assert rendered(document, "<div></div>") == (
        rendered(alone, "<div></div>").replace("<p>[TOC]</p>\n\n", contents)
    )
    assert plain_body(document) == plain_body(alone).replace("<p>[TOC]</p>\n\n", contents)


def test_what_an_extension_cannot_read_is_a_mistake_of_the_post(post: Path) -> None:
    read(post, "# A\n\n" + "[TOC]\n\n" * 11)
    with pytest.raises(ContentError) as caught:
        read_document(post, ["toc"])
    assert str(caught.value) == (
        f"{post}: the post cannot be read: [TOC] stands there more than 10 times\n"
        "  it is read with markdown_extensions: [toc], as site.yaml says"
    )


def test_math_needs_no_script(post: Path) -> None:
    document = read(post, "$$\nx_i < 1\n$$\n\nand $$y$$\n")
    html = rendered(document)
    assert html.startswith('<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">')
    assert '<annotation encoding="application/x-tex">x_i &lt; 1</annotation>' in html
    assert '<p>and <math xmlns="http://www.w3.org/1998/Math/MathML" display="inline">' in html
    assert rendered(document, math="kramdown") == "\\[x_i &lt; 1\\]\n\n<p>and \\(y\\)</p>"


def test_math_that_cannot_be_converted_is_shown_and_named(post: Path) -> None:
    document = read(post, FRONT + "\nit is $$\\nonsense{x}$$\n")
    (warning,) = document.warnings
    assert warning.endswith("post.md:5:7: this TeX cannot be shown as math: \\nonsense{x}")
    assert rendered(document) == "<p>it is \\(\\nonsense{x}\\)</p>"


def test_code_is_coloured_where_its_language_is_known(post: Path) -> None:
    document = read(post, '```python\nx = "<"\n```\n\n```klingon\nx\n```\n')
    html = rendered(document)
    assert (
        '<div class="language-python highlighter-rouge"><div class="highlight"><pre class="highlight"><code>'
        in html
    )
    assert '<span class="s2">"&lt;"</span>' in html
    assert '<pre><code class="language-klingon">x\n</code></pre>' in html
    assert plain_body(document).startswith('<pre><code class="language-python">x = "&lt;"\n</code></pre>')


def test_headings_and_the_excerpt(post: Path) -> None:
    document = read(
        post,
        "# *Why* [this](/x)?[^a]\n\n## Hidden\n{:.no_toc}\n\n![a](imgs/a.png)\n\n"
        "It's a *cat* -- `&lt;` <kbd>&lt;</kbd>\n{::value top.label /}.\n\n[^a]: b\n\n"
        '<h2 class="x" id="own">Its &amp; own</h2>\n\n<h2>No id</h2>\n\n{::options header_offset="1" /}\n',
    )
    assert [(heading.level, heading.id, spoken(heading.words)) for heading in document.headings] == [
        (2, "why-this", "Why this?"),
        (3, "hidden", "Hidden"),
        (2, "own", "Its & own"),
        (2, "", "No id"),
    ]
    assert [heading.listed for heading in document.headings] == [True, False, True, False]
    assert spoken(document.excerpt) == "It’s a cat – &lt; < top.label."


def test_what_stands_at_a_headings_end_and_at_the_texts(post: Path) -> None:
    text = '## A *b*\n\n<h3 id="c">C</h3>\n\nX[^n].\n\n[^n]: Note.\n'
    ends = {"heading_end": lambda heading: f"<a>{heading.id}</a>", "end_of_text": lambda: "<hr>\n"}
    html = rendered(read(post, text), **ends)
    assert '<h2 id="a-b">A <em>b</em><a>a-b</a></h2>' in html
    assert '<h3 id="c">C<a>c</a></h3>' in html
    assert '\n<hr>\n<div class="footnotes"' in html
    assert rendered(read(post, "Words.\n"), **ends) == "<p>Words.</p>\n<hr>"
    placed = rendered(read(post, f"* notes\n{{:footnotes}}\n\nlast\n\n{text}"), **ends)
    assert placed.startswith('<hr>\n<div class="footnotes"')
    assert rendered(read(post, "* notes\n{:footnotes}\n\nlast\n"), **ends).endswith("<hr>")


def test_footnotes_have_their_roles_where_aria_has_them(post: Path) -> None:
    document = read(post, "a[^1]\n\n[^1]: b\n")
    html = rendered(document, accessible=True)
    assert '<sup id="fnref:1"><a role="doc-noteref" href="#fn:1"' in html
    assert '<li id="fn:1">' in html
    assert '<div class="footnotes" role="doc-endnotes">' in html
    assert '<sup id="fnref:1" role="doc-noteref"><a href="#fn:1"' in rendered(document)
    assert '<li id="fn:1" role="doc-endnote">' in rendered(document)


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("    code\n", "<pre{}><code>"),
        ("```python\nx\n```\n", '<pre{} class="highlight">'),
        ("| a |\n", "<table{}>"),
        ('| a |\n{: title="t"}\n', '<table{} title="t">'),
        ('<div><pre class="x">raw</pre></div>\n', '<pre{} class="x">'),
        ("<table><tr><td>x</td></tr></table>\n", "<table{}>"),
    ],
)
def test_what_scrolls_sideways_is_in_reach_of_the_keyboard(post: Path, text: str, tag: str) -> None:
    document = read(post, text)
    assert tag.format(' tabindex="0"') in rendered(document, accessible=True)
    assert tag.format("") in rendered(document)
    assert plain_body(document).count("tabindex") == 0


def test_an_author_may_take_it_out_of_the_keyboards_reach(post: Path) -> None:
    text = '| a |\n{: tabindex="-1"}\n\n<pre tabindex="-1">x</pre>\n\n<!-- <pre> -->\n'
    assert 'tabindex="0"' not in rendered(read(post, text), accessible=True)


def test_a_formula_of_its_own_scrolls_too(post: Path) -> None:
    document = read(post, "$$\nx\n$$\n\n$$y$$ is\n")
    html = rendered(document, accessible=True)
    assert html.startswith('<div class="formula" tabindex="0"><math xmlns')
    assert html.count("</math></div>") == html.count('class="formula"') == 1
    assert "formula" not in rendered(document, accessible=True, math="kramdown")


@pytest.mark.parametrize(
    ("text", "captioned"),
    [
        ("![a](imgs/a.png)", False),
        ("<figure>\n{}\n</figure>", False),
        ("<figure>\n{}\n<figcaption>Mine.</figcaption>\n</figure>", True),
        ("<figure>\n<figcaption>Mine.</figcaption>\n{}\n</figure>", True),
        ("<figure>\n{}\n<figcaption> <b> </b> </figcaption>\n</figure>", False),
        ('<figure markdown="1">\n{}\n<figcaption markdown="1">{{::value x /}}</figcaption>\n</figure>', True),
        ("<figure>\n<div>{}</div><figcaption>Mine.</figcaption>\n</figure>", True),
        ("<figure><figure>\n{}\n</figure><figcaption>Both.</figcaption></figure>", False),
    ],
)
def test_a_slot_knows_whether_its_author_wrote_a_caption(post: Path, text: str, captioned: bool) -> None:
    image = '<div markdown="1">\n![a](imgs/a.png)\n</div>'
    (slot,) = read(post, text.format(image) + "\n").slots
    assert slot.captioned is captioned


def test_what_an_author_should_look_at_has_its_place(post: Path) -> None:
    text = '[^no] and [this][none]\n\n{::options auto_idz="1" /}\n\n<div>\n\n[^a]: unused\n'
    found = [warning.split("post.md:")[1] for warning in read(post, FRONT + text).warnings]
    assert found == [
        "4:1: the footnote no is not defined",
        "4:11: the link [none] is not defined",
        "6:1: there is no option auto_idz here; did you mean auto_ids? valid: auto_ids, auto_id_prefix, "
        "toc_levels, footnote_prefix, footnote_backlink, footnote_nr, header_offset, footnote_backlink_inline, "
        "parse_span_html, parse_block_html",
        "8:1: the element <div> has no end tag",
    ]


def test_the_same_slot_is_offered_wherever_its_image_is_written(post: Path) -> None:
    seen: list[FigureSlot] = []
    document = read(post, "![a](imgs/a.png) ![b](imgs/b.png)\n\n![c](http://x.org/c.png)\n")
    render(document, figure=lambda slot: seen.append(slot) or "", value=lambda _: "", math="mathml")
    assert tuple(seen) == document.slots


@pytest.mark.parametrize(
    ("html", "escaped"),
    [
        ("<p>a { b } c }} %}</p>", "<p>a { b } c }} %}</p>"),
        ("{{ x }}", '{{ "{{" }} x }}'),
        ("{% raw %}", '{{ "{%" }} raw %}'),
        ("{{{%", '{{ "{{" }}{{ "{%" }}'),
    ],
)
def test_only_what_liquid_would_eat_is_escaped(html: str, escaped: str) -> None:
    assert escape_liquid(html) == escaped


def test_a_file_that_is_missing_or_no_text(post: Path) -> None:
    with pytest.raises(ContentError, match=r"post\.md: the post cannot be read"):
        read_document(post)
    post.write_bytes(b"---\ntitle: a\n---\nab \xff\n")
    with pytest.raises(ContentError, match=r"post\.md:4:4: the post is not UTF-8 here"):
        read_document(post)


def test_what_was_no_emphasis_after_all_is_looked_at_once(post: Path) -> None:
    lists = "![fc6_600](imgs/a.png){:.center}\n\nno *emphasis{:.x}\n"
    (warning,) = read(post, FRONT + "\n" + lists).warnings
    assert "post.md:" in warning
    assert "an attribute list after plain text belongs to nothing" in warning
