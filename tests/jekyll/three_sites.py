"""Three Jekyll sites as people have them, each with the same post and one of the author's own.

*bare* is nothing but a layout, in the dark. *minima* is the theme that Jekyll begins a site with, below a baseurl.
*paginated* shows whole posts on the pages of its list, and words that its layout makes of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jekyll.jekyll_world import JekyllWorld, jekyll_build
from tests.small_world import small_source

OWN = "---\nlayout: post\ntitle: Mine\ndate: 2023-01-01\n---\nMy *own* words.\n\nMore of them.\n"

FRAME = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ page.title }}</title><link rel="icon" href="data:,">
<style>%s</style></head>
<body><article><h1>{{ page.title }}</h1><div class="text">{{ content }}</div></article></body></html>
"""
BODY = "body { max-width: 44rem; margin: 1rem auto; padding: 0 1rem; "
DARK = f"{BODY}background: #101418; color: #e4e7eb; }} a {{ color: #9cf; }}"
LIGHT = f"{BODY}background: #fff; color: #222; }}"
LIST = """---
title: Home
---
<!DOCTYPE html><html><head><title>Home</title><link rel="icon" href="data:,"></head><body>
<nav>{% for page in site.pages %}{% if page.title %}<a href="{{ page.url }}">{{ page.title }}</a>{% endif %}
{% endfor %}</nav>
{% for post in POSTS %}<section><h2><a href="{{ post.url | relative_url }}">{{ post.title }}</a></h2>
<blockquote>{{ post.excerpt }}</blockquote>
<p>{{ post.content | strip_html | truncatewords: 30 }}</p>
WHOLE</section>{% endfor %}</body></html>
"""

SITES: dict[str, dict[str, str]] = {
    "bare": {
        "_config.yml": "title: Bare\nplugins: [jekyll-feed]\n",
        "_layouts/post.html": FRAME % DARK,
        "index.html": LIST.replace("POSTS", "site.posts").replace("WHOLE", ""),
    },
    "minima": {
        "_config.yml": "title: Ada\ntheme: minima\nplugins: [jekyll-feed]\nurl: https://ada.example\n"
        "baseurl: /blog\n",
        "about.md": "---\nlayout: page\ntitle: About\n---\nA page of the site's own.\n",
        "index.md": "---\nlayout: home\n---\n",
    },
    "paginated": {
        "_config.yml": "title: Pages\nplugins: [jekyll-feed, jekyll-paginate]\npaginate: 1\npermalink: /:title/\n",
        "_layouts/post.html": FRAME % LIGHT,
        "index.html": LIST.replace("POSTS", "paginator.posts").replace(
            "WHOLE", '<div class="whole">{{ post.content }}</div>'
        ),
    },
}
BASEURL = {"bare": "", "minima": "/blog", "paginated": ""}
PAGE = {
    "bare": "2024/02/03/a.html",
    "minima": "2024/02/03/a.html",
    "paginated": "a/index.html",
}
LISTS = {"bare": ("index.html",), "minima": ("index.html",), "paginated": ("index.html", "page2/index.html")}

PATHS = """network: small
picture: imgs/cat.png
figures:
  seen: {show: picture}
  tree: {path: fc4_2, children: fc3, ablation: true}
  figure: {units: [conv1_0, conv1_1], caption: Two units.}
  layers: {diagram: [3, 2, 1]}
paths:
  - fc4_2→fc3_10→conv2_3
"""
POST = """---
title: Why {{ an ibis }}?
date: 2024-02-03
layout: post
toc: true
---

![What it saw](imgs/seen.png)

A network saw *{::value top.label /}*[^1], by `{{ braces }}` and $$x^2$$.

## One

<figure markdown="1">
![A tree](imgs/tree.png)
<figcaption markdown="1">
My *own* caption.
</figcaption>
</figure>

### Two

| a | b |
|---|--:|
| 1 | 2 |

![Units](imgs/figure.png)

![Layers](imgs/layers.png)

![A photograph](imgs/cat.png)

    {:/nomarkdown} _as it is_ {% raw %}

[^1]: A note.
"""


def write_site(world: JekyllWorld, name: str) -> None:
    """Write a site, the author's own post, and a post about the small network."""
    for file, text in SITES[name].items():
        world.write(file, text)
    world.write("_posts/2023-01-01-mine.md", OWN)
    write_post(world)


def built_by_jekyll(folder: Path, name: str) -> tuple[JekyllWorld, Path]:
    """Have catvis and Jekyll build one of the sites in an empty folder; give its world, and where it is built."""
    world = JekyllWorld(folder)
    folder.mkdir(exist_ok=True)
    world.write_weights()
    write_site(world, name)
    before = own_files(world.root)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catvis.site.gather.source", small_source)
        world.build()
    made = jekyll_build(world.root)
    assert own_files(world.root) == before
    return world, made


def write_post(world: JekyllWorld, more: str = "", name: str = "a") -> None:
    """Write the post, with more front matter."""
    world.write_post(PATHS, POST.replace("toc:", f"{more}toc:"), name)


def own_files(root: Path) -> dict[str, bytes]:
    """The author's own files as they lie there now."""
    names = [*SITES["bare"], *SITES["minima"], *SITES["paginated"], "_posts/2023-01-01-mine.md"]
    return {name: (root / name).read_bytes() for name in dict.fromkeys(names) if (root / name).is_file()}
