"""Documents as an author would write them, from all constructs of the dialect, nested up to three deep."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

DEEPEST = 3

_WORDS = r"""
cat unit layer conv5_129 the a of isn't 'quoted' "said" '80s rock'n'roll cats' (so) [sic] 3 2.5
x -- --- ... naïve Größe 日本 α well-known e.g. i.e., what? yes! a/b 50% #1 C# & AT&T 1<2 a>b <<
>> <<so>> ... "'both'" snake_case_name 2*3*4 * _ ~ | : ; $5 $ {x} \* \_ \` \[ \| \\ &amp; &copy;
&#8212; &nbsp; &bogus; HTML W3C ConvNet 1. - + = > < http://example.org/a_b_c me@example.org x^2
^ 5' 6" "-" ("hm") '' ""
"""

word = st.sampled_from(_WORDS.split())
plain_word = st.sampled_from(["cat", "unit", "layer", "the", "of", "nose", "HTML", "it's", "eye"])
language = st.sampled_from(["", "python", "ruby", "text", "html"])
name = st.sampled_from(["one", "two", "long_note"])
url = st.sampled_from(
    [
        "http://example.org/",
        "imgs/conv1.png",
        "/a_b_c",
        "#here",
        "http://x.org/?a=1&b=2",
        "http://x.org/a_(b)",
    ]
)
tex = st.sampled_from(["x^2", "a < b & c", "\\frac{1}{2}", "w_{ij}", "\\sum_i w_i"])
attribute = st.sampled_from(
    [
        ".center",
        ".zoom_img",
        "#here",
        'style="width: 50%"',
        ".a.b",
        "shared",
        'title="a \\"b\\" c"',
        "key='v'",
    ]
)


@st.composite
def attribute_list(draw: st.DrawFn) -> str:
    colon = draw(st.sampled_from(["{:", "{: "]))
    return colon + " ".join(draw(st.lists(attribute, min_size=1, max_size=3))) + "}"


@st.composite
def text(draw: st.DrawFn, *, words: st.SearchStrategy[str] = plain_word, most: int = 3) -> str:
    return " ".join(draw(st.lists(words, min_size=1, max_size=most)))


@st.composite
def span(draw: st.DrawFn, depth: int = 0) -> str:
    """One span; those that hold text hold spans, too."""

    def inside() -> str:
        return draw(running_text(depth=depth + 1, most=3)) if depth < DEEPEST else draw(text())

    def em() -> str:
        mark = draw(st.sampled_from(["*", "_", "**", "__", "***"]))
        return f"{mark}{inside()}{mark}"

    def code() -> str:
        mark = draw(st.sampled_from(["`", "`` "]))
        body = draw(st.sampled_from(["conv1_4", "a < b && c", "x `y` z", "*no*", "&amp;", "a|b", "\\"]))
        body = body if mark == "`` " else body.replace("`", "")
        return mark + body + mark[::-1]

    def link() -> str:
        title = draw(st.sampled_from(["", ' "A title"', " 'it'"]))
        shape = draw(st.sampled_from(["({url}{title})", "(<{url}>{title})", "[{name}]", "[]", ""]))
        return f"[{inside()}]" + shape.format(url=draw(url), title=title, name=draw(name))

    def image() -> str:
        return f"![{draw(text())}]({draw(url)})"

    def html() -> str:
        tag = draw(st.sampled_from(["span", "b", "kbd", "abbr title='x'", 'a href="/x"', "sub", "code", "q"]))
        mode = draw(st.sampled_from(["", ' markdown="1"', ' markdown="0"', ' markdown="span"']))
        return f"<{tag}{mode}>{inside()}</{tag.split()[0]}>"

    shapes: list[Callable[[], str]] = [
        em,
        em,
        code,
        link,
        image,
        html,
        lambda: f"~~{inside()}~~",
        lambda: (
            f"<{draw(st.sampled_from(['http://example.org/a_b', 'me@example.org', 'mailto:me@example.org']))}>"
        ),
        lambda: f"[^{draw(name)}]",
        lambda: f"$${draw(tex)}$$",
        lambda: draw(st.sampled_from(["<br />", "<br>", "<img src='x.png' alt=\"y\">", "<!-- hidden -->"])),
        lambda: "{::comment}" + draw(text()) + "{:/comment}",
        lambda: "{::nomarkdown}<i>*raw*</i>{:/}",
        lambda: f"'{inside()}'",
        lambda: f'"{inside()}"',
    ]
    made = draw(st.sampled_from(shapes))()
    return made + draw(st.sampled_from(["", "", "", draw(attribute_list())]))


@st.composite
def running_text(draw: st.DrawFn, depth: int = 0, most: int = 6) -> str:
    """Words and spans, with line breaks of all kinds between them unless ``depth`` is deep."""
    pieces = draw(st.lists(st.one_of(word, plain_word, span(depth)), min_size=1, max_size=most))
    made = pieces[0]
    for piece in pieces[1:]:
        breaks = [" ", " ", " ", "", "\n", "  \n", "\\\n", " \\\\\n"] if depth == 0 else [" ", " ", ""]
        made += draw(st.sampled_from(breaks)) + piece
    return made


def _lines(text: str) -> list[str]:
    return text.split("\n")


def indent(block: str, first: str, rest: str) -> str:
    """Put a marker before the first line of a block and as much space before the others."""
    head, *others = _lines(block)
    return "\n".join([first + head, *(rest + line if line else line for line in others)])


@st.composite
def table(draw: st.DrawFn) -> str:
    columns = draw(st.integers(1, 3))
    cell = st.one_of(text(), running_text(depth=DEEPEST, most=2), st.just("`a|b`"), st.just(""))

    def row() -> str:
        cells = [draw(cell).replace("\n", " ") for _ in range(columns)]
        edge = draw(st.booleans()) or columns == 1
        return ("| " if edge else "") + " | ".join(cells) + (" |" if edge else "")

    def separator() -> str:
        return (
            "|"
            + "|".join(draw(st.sampled_from(["---", ":--", "--:", ":-:", "-"])) for _ in range(columns))
            + "|"
        )

    lines = [row()]
    if draw(st.booleans()):
        lines.append(separator())
    lines += [row() for _ in range(draw(st.integers(1, 3)))]
    if draw(st.booleans()):
        lines += [separator(), row()]
    if draw(st.booleans()):
        lines += ["|" + "|".join(["==="] * columns) + "|", row()]
    return "\n".join(lines)


@st.composite
def html_block(draw: st.DrawFn, depth: int) -> str:
    tag = draw(st.sampled_from(["div", "figure", "section", "aside", "p", "table", "ul", "pre", "details"]))
    mode = draw(
        st.sampled_from(
            [' markdown="1"', ' markdown="1"', "", ' markdown="block"', ' markdown="span"', ' markdown="0"']
        )
    )
    attributes = draw(st.sampled_from(["", " class='c'", ' id="i" hidden']))
    inside = draw(blocks(depth + 1, most=2)) if depth < DEEPEST else draw(running_text())
    if tag == "figure" and draw(st.booleans()):
        caption = draw(running_text(most=3))
        image = f"![{draw(text())}](imgs/conv1.png){{:.center}}"
        inside = f'{image}\n<figcaption markdown="1">\n{caption}\n</figcaption>'
    if tag == "table":
        inside = f"<tr><td>{draw(text())}</td></tr>"
    if tag == "ul":
        inside = f"<li{mode}>{draw(running_text(most=2))}</li>"
    gap = draw(st.sampled_from(["\n", "\n", "\n\n", ""]))
    return f"<{tag}{attributes}{mode}>{gap}{inside}{gap}</{tag}>"


@st.composite
def list_of_items(draw: st.DrawFn, depth: int) -> str:
    sign = draw(st.sampled_from(["* ", "- ", "+ ", "*   ", "1. ", "2.  ", "10. "]))
    width = draw(st.sampled_from([len(sign), len(sign), 4]))
    loose = draw(st.sampled_from(["\n", "\n", "\n\n"]))
    items = []
    for _ in range(draw(st.integers(1, 3))):
        own = draw(st.sampled_from(["", "", "", "{:.item} ", "[ ] ", "[x] "]))
        body = draw(running_text(most=4))
        lazy = draw(st.booleans())
        item = own + (body if lazy else body.replace("\n", "\n" + " " * width))
        if depth < DEEPEST and draw(st.booleans()):
            nested = draw(blocks(depth + 1, most=2))
            gap = draw(st.sampled_from(["\n", "\n\n", "\n\n"]))
            item += gap + indent(nested, " " * width, " " * width)
        items.append(sign + item)
    return loose.join(items)


@st.composite
def definition_list(draw: st.DrawFn, depth: int) -> str:
    lines = []
    for _ in range(draw(st.integers(1, 2))):
        terms = "\n".join(draw(text()) for _ in range(draw(st.integers(1, 2))))
        gap = draw(st.sampled_from(["\n", "\n", "\n\n"]))
        definitions = []
        for _ in range(draw(st.integers(1, 2))):
            body = draw(running_text(most=3)).replace("\n", "\n  ")
            if depth < DEEPEST and draw(st.booleans()):
                body += "\n\n" + indent(draw(blocks(depth + 1, most=1)), "  ", "  ")
            definitions.append(f": {body}")
        lines.append(terms + gap + "\n".join(definitions))
    return "\n\n".join(lines)


@st.composite
def header(draw: st.DrawFn) -> str:
    title = draw(running_text(depth=DEEPEST, most=4)).replace("\n", " ")
    own_id = draw(st.sampled_from(["", "", "", " {#own-id}", " {#äö:x}"]))
    if draw(st.booleans()):
        level = "#" * draw(st.integers(1, 6))
        made = f"{level} {title}{draw(st.sampled_from(['', '', ' ' + level]))}{own_id}"
    else:
        made = f"{title}{own_id}\n{draw(st.sampled_from(['===', '---', '-----']))}"
    return made + draw(st.sampled_from(["", "", "\n{:.no_toc}", "\n{:.c #given}"]))


@st.composite
def code_block(draw: st.DrawFn) -> str:
    code = "\n".join(
        draw(
            st.lists(
                st.sampled_from(["x = 1", "  y < 2", "", "# *c*", "a\tb", "&amp;", "{:.x}"]),
                min_size=1,
                max_size=4,
            )
        )
    )
    if draw(st.booleans()):
        fence = draw(st.sampled_from(["```", "~~~", "````"]))
        return f"{fence}{draw(st.sampled_from(['', ' ']))}{draw(language)}\n{code}\n{fence}"
    return indent(code.strip("\n") or "x", "    ", "    ")


@st.composite
def block(draw: st.DrawFn, depth: int = 0) -> str:
    """One block, perhaps with an attribute list before or after it."""

    def quote() -> str:
        inside = draw(blocks(depth + 1, most=2)) if depth < DEEPEST else draw(running_text())
        lines = _lines(inside)
        if draw(st.booleans()):
            return "\n".join([f"> {lines[0]}", *(f"> {line}" if line else ">" for line in lines[1:])])
        return "> " + draw(running_text())

    shapes: list[Callable[[], str]] = [
        lambda: draw(running_text(most=8)),
        lambda: draw(running_text(most=8)),
        lambda: draw(header()),
        quote,
        lambda: draw(list_of_items(depth)),
        lambda: draw(list_of_items(depth)),
        lambda: draw(definition_list(depth)),
        lambda: draw(code_block()),
        lambda: draw(table()),
        lambda: draw(html_block(depth)),
        lambda: draw(html_block(depth)),
        lambda: f"$$\n{draw(tex)}\n$$",
        lambda: draw(st.sampled_from(["* * *", "---", "___", " - - -"])),
        lambda: "{::comment}\n" + draw(running_text()) + "\n{:/comment}",
        lambda: "{::nomarkdown}\n<p>*raw*</p>\n{:/}",
        lambda: "<!-- hidden\n*text* -->",
        lambda: "* contents\n{:toc}",
        lambda: "^",
        lambda: "{:shared: .from_list key='v'}",
        lambda: "* notes\n{:footnotes}",
        lambda: "1. contents\n{:toc .contents}",
        lambda: '[two]: http://example.org/\n  "A title below"',
        lambda: draw(running_text(most=2)) + "\n{:.a\n  #b}",
        lambda: "<details open>\n<summary>*more*</summary>\n\n" + draw(running_text()) + "\n</details>",
        lambda: '<ul>\n<li markdown="1">' + draw(running_text()) + "</li>\n</ul>",
        lambda: "<iframe src='/x'></iframe>\n<br>\n<hr class=x>",
        lambda: "*\t" + draw(text()) + "\n\n\t" + draw(running_text(most=3)).replace("\n", "\n\t"),
        lambda: '<div markdown="1">' + draw(running_text(most=2)) + "</div>",
        lambda: '{::options parse_block_html="' + draw(st.sampled_from(["true", "false"])) + '" /}',
        lambda: "<script>\nif (a < b && c) { *x* }\n</script>",
        lambda: f"![{draw(text())}](imgs/conv1.png)",
    ]
    made = draw(st.sampled_from(shapes))()
    where = draw(st.sampled_from(["", "", "", "", "before", "after"]))
    if where == "before":
        return f"{draw(attribute_list())}\n{made}"
    return f"{made}\n{draw(attribute_list())}" if where == "after" else made


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0, most: int = 4) -> str:
    """Several blocks, mostly with blank lines between them."""
    made = draw(st.lists(block(depth), min_size=1, max_size=most))
    result = made[0]
    for one in made[1:]:
        result += draw(st.sampled_from(["\n\n", "\n\n", "\n\n", "\n\n\n", "\n"])) + one
    return result


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document with its definitions."""
    body = draw(blocks())
    definitions = [
        "[one]: http://example.org/one",
        '[two]: <http://example.org/two> "Second"',
        "*[HTML]: Hypertext Markup Language",
        "*[W3C]:",
        "{:shared: .shared title='shared'}",
    ]
    chosen = draw(st.lists(st.sampled_from(definitions), unique=True))
    notes = []
    for label in draw(st.lists(name, unique=True)):
        note = f"[^{label}]: {draw(running_text(most=4)).replace(chr(10), chr(10) + '    ')}"
        if draw(st.booleans()):
            note += "\n\n" + indent(draw(blocks(2, most=2)), "    ", "    ")
        notes.append(note)
    return "\n\n".join([body, *chosen, *notes])
