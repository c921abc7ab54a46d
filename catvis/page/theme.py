"""A post in a page of somebody's theme: a Jekyll document in which a picture stands for each figure.

The figures themselves lie beside it in a file of their own, and a script puts them in their pictures' place, each
apart from the page. So lists of posts, excerpts and feeds, which show a document's text wherever they like, have
pictures there and nothing of a figure's inside.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from catvis.digests import digest
from catvis.frozen import Frozen
from catvis.page.facts import ASSETS, ContentsEntry
from catvis.page.open_places import STYLE_SHEET
from catvis.page.policy import script_source, security_policy
from catvis.page.templates import environment, theme_script, theme_style, trusted
from catvis.results import Composite

FIGURES = "figures.json"
SCRIPT = "catvis.js"

POST_FOLDER = "\N{SHIFT OUT}post\N{SHIFT IN}"
"""What addresses of a post's files begin with until Liquid is written: no text of a post holds these signs."""
_SHARED_FOLDER = "\N{SHIFT OUT}shared\N{SHIFT IN}"
_END_OF_RAW = re.compile(r"^( {0,3})\{(?=:/(?:nomarkdown)?\})", re.MULTILINE)


class ThemedPost(Frozen):
    """A post's document for a Jekyll site.

    Attributes:
        name: of the post's folder.
        front_matter: the author's own, as YAML.
        excerpt: HTML that lists show of it; None where the front matter brings its own.
        body: HTML, with `POST_FOLDER` in addresses.
        contents: what its table of contents lists, if it has one.
        markdown: whether kramdown reads the document, and has to be told to leave it as it is.
        trusted: whether scripts of the author's may run on its page, too; else the front matter holds a policy by
            which none does, for the theme to put into the page's head.
    """

    name: str
    front_matter: str
    excerpt: str | None
    body: str
    contents: Sequence[ContentsEntry]
    markdown: bool
    trusted: bool = True


def figures_file(html: Sequence[str]) -> bytes:
    """A post's figures, as the script reads them: a list of HTML."""
    return json.dumps(list(html), ensure_ascii=False, separators=(",", ":")).encode()


def figure_place(number: int, file: bytes, source: str, composite: Composite, alt: str) -> str:
    """What stands for a figure in a post's text: a picture of it.

    Args:
        number: of the figure in the post's `figures_file`.
        file: that file; a browser that has another one asks again.
        source: the picture's address below the post's folder.
        composite: the picture.
        alt: what it shows.
    """
    figures = f"{POST_FOLDER}{FIGURES}?{digest(file)[:12]}#{number}"
    size = f'width="{composite.width}" height="{composite.height}"'
    picture = (
        f'<img src="{POST_FOLDER}{escape(quote(source))}" {size} alt="{escape(alt)}" '
        'style="max-width:100%;height:auto" loading="lazy" decoding="async">'
    )
    return f'<catvis-figure source="{figures}" {size}>{picture}</catvis-figure>'


def script_once(*, trusted: bool) -> str:
    """What stands before the first figure; what follows waits for it, so that no picture is fetched in vain.

    Where a policy names the script by its bytes, a browser has to be told here, too, that it has just these.
    """
    integrity = "" if trusted else f' integrity="{script_source(theme_script())[1:-1]}"'
    return f'<script src="{_SHARED_FOLDER}{SCRIPT}?{_shared_digest()}"{integrity}></script>\n'


def render_themed(post: ThemedPost) -> str:
    """The whole document, front matter and all."""
    folder = f"/{ASSETS}/{quote(post.name)}/"
    body = _END_OF_RAW.sub(r"\1&#123;", post.body) if post.markdown else post.body
    return (
        environment()
        .get_template("theme.html")
        .render(
            # YAML and Liquid for Jekyll, and HTML that is written already
            front_matter=trusted(post.front_matter.strip("\n")),
            excerpt=None if post.excerpt is None else trusted(json.dumps(post.excerpt, ensure_ascii=False)),
            contents=trusted(_contents(post.contents)),
            body=trusted(body),
            policy=None if post.trusted else trusted(json.dumps(_policy())),
            markdown=post.markdown,
        )
        .replace(POST_FOLDER, f"{{{{ '{folder}' | relative_url }}}}")
        .replace(_SHARED_FOLDER, f"{{{{ '/{ASSETS}/' | relative_url }}}}")
    )


def _policy() -> str:
    return security_policy(theme_script(), trusted=False)


def shared_files() -> dict[str, bytes]:
    """What all posts of a Jekyll site share, by path below `ASSETS`."""
    return {STYLE_SHEET: theme_style().encode(), SCRIPT: theme_script().encode()}


def _shared_digest() -> str:
    return digest(theme_style(), theme_script())[:12]


def _contents(entries: Sequence[ContentsEntry]) -> str:
    """Lists in lists, as a theme knows how to show them; "" where there is nothing to list."""
    if not entries:
        return ""
    html, level = "", 0
    for entry in entries:
        deeper = max(1, min(level + 1, entry.level - 1))
        html += "<ul>" * (deeper - level) or f"</li>{'</ul></li>' * (level - deeper)}"
        html += f'<li><a href="#{escape(entry.id)}">{escape(entry.text)}</a>'
        level = deeper
    return f'<nav class="catvis-contents" aria-label="Contents">{html}{"</li></ul>" * level}</nav>\n'
