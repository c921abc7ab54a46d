"""A real Jekyll site takes a post's body as it is and shows the same bytes inside its own layouts."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from catvis.post.document import Document, escape_liquid, read_document, render
from tests.jekyll.jekyll_world import needs_jekyll

POST = r"""---
title: "Why is {{ this }} a cat?"
layout: blog
comments: true
---
# Why is this a cat? {#why}

"It's" a cat -- {::value top.label /}[^a], with $$x_{i}^{{2}}$$ and `{{ page.title }}` and {% raw %} }} %}.

<figure markdown="1">
![conv1](imgs/conv1.png){:.center}
<figcaption markdown="1">
`conv1_4` and *`conv1_65`*
</figcaption>
</figure>
{:.zoom_img}

```python
x = {{"a": {1}}}  # {% comment %}
```

| a | b |
|---|--:|
| 1 | {{ site.time }} |

<script>
if (x) {{ y = "{%" }}
</script>

[^a]: A footnote {{ content }}.
"""

SITE = {
    "_config.yml": "theme: minima\ncollections: {essays: {output: true}}\n",
    "_layouts/frame.html": """<!DOCTYPE html>
<html><head><title>{{ page.title | escape }}</title><link rel="stylesheet" href="/assets/main.css"></head>
<body>{% include top.html %}{{ content }}</body></html>
""",
    "_layouts/blog.html": "---\nlayout: frame\n---\n<main>{{ content }}</main>",
    "_includes/top.html": "<nav>{{ site.essays.size }} essays</nav>",
    "about.md": "---\nlayout: frame\n---\nA *page* of the site's own.",
}

# Ruby is not among the requirements; where changes are checked it is installed, and a skip is a failure.


def jekyll_page(document: Document) -> str:
    """What a Jekyll site is given: the body under the post's own front matter."""
    return f"---\n{document.front.text}---\n{escape_liquid(body(document))}"


def body(document: Document) -> str:
    """The body with a drawing in the place of every figure."""
    return render(
        document,
        figure=lambda slot: f'<div class="figure"><svg><title>{slot.name} {{{{ x }}}}</title></svg></div>',
        value=lambda _: "<span>Siamese cat</span>",
        math="mathml",
    )


def words(html: str) -> str:
    """HTML but for white space."""
    return re.sub(r"\s+", " ", html).strip()


def written(folder: Path, text: str) -> Document:
    """A post in a folder of its own."""
    folder.mkdir(parents=True)
    (folder / "post.md").write_text(text, encoding="utf-8")
    return read_document(folder / "post.md")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Document]:
    """A site that Jekyll has built, with one post as a page, as an essay of a collection, and unpublished."""
    source = tmp_path_factory.mktemp("jekyll")
    for name, text in SITE.items():
        file = source / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    document = written(tmp_path_factory.mktemp("content") / "why", POST)
    unpublished = POST.replace("---\n", "---\npublished: false\n", 1)
    hidden = written(tmp_path_factory.mktemp("content") / "hidden", unpublished)
    for path, post in {
        "why/index.html": document,
        "_essays/why.html": document,
        "hidden/index.html": hidden,
        "_essays/hidden.html": hidden,
    }.items():
        (source / path).parent.mkdir(exist_ok=True)
        (source / path).write_text(jekyll_page(post), encoding="utf-8")
    site = source / "_site"
    command = ["jekyll", "build", "--source", str(source), "--destination", str(site), "--disable-disk-cache"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=source)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Liquid" not in done.stdout + done.stderr
    return site, document


@needs_jekyll
@pytest.mark.parametrize("page", ["why/index.html", "essays/why.html"])
def test_the_body_stands_in_the_sites_layout_byte_for_byte(built: tuple[Path, Document], page: str) -> None:
    site, document = built
    html = (site / page).read_text(encoding="utf-8")
    shown = html.partition("<main>")[2].partition("</main>")[0]
    assert words(shown) == words(body(document))
    assert "<title>Why is {{ this }} a cat?</title>" in html
    assert "<nav>1 essays</nav>" in html


@needs_jekyll
def test_an_unpublished_post_stays_out(built: tuple[Path, Document]) -> None:
    site, _ = built
    assert not (site / "hidden").exists()
    assert not (site / "essays" / "hidden.html").exists()


@needs_jekyll
def test_the_sites_own_pages_and_style_are_built(built: tuple[Path, Document]) -> None:
    site, _ = built
    assert "A <em>page</em>" in (site / "about.html").read_text(encoding="utf-8")
    assert (site / "assets" / "main.css").stat().st_size > 0
