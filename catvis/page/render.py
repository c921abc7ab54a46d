"""Posts and site → the text of every page: whole pages, the Jekyll page, home, feed, sitemap, robots."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from catvis.page.explorer_files import beginning
from catvis.page.facts import PostPage, Rendered, Site
from catvis.page.open_places import STYLE_SHEET
from catvis.page.policy import security_policy
from catvis.page.templates import (
    FONT_SHEET,
    environment,
    figure_style,
    fonts,
    page_style,
    script,
    theme_style,
    trusted,
)

_TAG = re.compile(r"<[a-z][^<>]*>", re.I)
_RELATIVE = re.compile(r'(?P<name>\b(?:src|href))="(?P<target>(?![a-z][a-z0-9+.-]*:|/|#)[^"]+)"', re.I)
_LOCAL = re.compile(r'\bhref="#')
_DESCRIPTION = 160


def render_post(post: PostPage, site: Site) -> Rendered:
    """A whole page: opens from disk, works on any static host, reads without JavaScript."""
    text = (
        environment()
        .get_template("page.html")
        .render(
            post=post,
            site=site,
            body=trusted(post.body),
            description=_description(post),
            address=_address(site, post),
            card_address=_card_address(site, post),
            language=post.language or site.language,
            author=post.author or site.author,
            **_assets(site, explores=post.explores),
        )
    )
    return Rendered(text, {**fonts(), STYLE_SHEET: figure_style().encode("utf-8")})


def render_report(title: str, body: str) -> str:
    """A page of its own that needs no other file."""
    return (
        environment()
        .get_template("report.html")
        .render(
            title=title,
            body=trusted(body),
            language="en",
            **{**_assets(Site(title, trusted=False)), "fonts": ""},
        )
    )


def render_jekyll(front_matter: str, body: str) -> Rendered:
    """A post's text under its own front matter, with the figures' style sheet, for a Jekyll site."""
    text = (
        environment()
        .get_template("jekyll.html")
        .render(
            # YAML for Jekyll, not HTML
            front_matter=trusted(front_matter.strip("\n")),
            style_sheet=STYLE_SHEET,
            body=trusted(body),
        )
    )
    return Rendered(text, {STYLE_SHEET: theme_style().encode("utf-8")})


def render_home(site: Site, posts: Sequence[PostPage]) -> Rendered:
    """The list of posts, newest first; their titles describe it where the site says nothing of itself."""
    listed = newest_first(posts)
    text = (
        environment()
        .get_template("home.html")
        .render(
            site=site,
            description=site.description or _cut(" · ".join(post.title for post in listed)),
            posts=[(post, _description(post)) for post in listed],
            language=site.language,
            **_assets(site),
        )
    )
    return Rendered(text, fonts())


def render_feed(site: Site, posts: Sequence[PostPage]) -> str:
    """An Atom feed with the whole text of every dated post and absolute addresses.

    Raises:
        ValueError: the site has no address; a feed without one is none.
    """
    if site.address is None:
        raise ValueError("a feed needs the site's address")
    dated = [post for post in newest_first(posts) if post.published]
    entries = [
        {
            "post": post,
            "address": _address(site, post),
            "content": absolute(post.elsewhere, f"{site.address}/{quote(post.slug)}/"),
            "description": _description(post),
            "author": post.author or site.author,
        }
        for post in dated
    ]
    return environment().get_template("feed.xml").render(site=site, entries=entries)


def render_sitemap(site: Site, posts: Sequence[PostPage]) -> str:
    """The addresses of every page, for search engines."""
    pages = [(_address(site, post), post.published) for post in newest_first(posts)]
    return environment().get_template("sitemap.xml").render(site=site, pages=pages)


def render_robots(site: Site) -> str:
    """Everybody may read everything, and the sitemap is there."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {site.address}/sitemap.xml\n"


def newest_first(posts: Sequence[PostPage]) -> list[PostPage]:
    """Dated posts before undated ones, newest first, then by title."""
    ordered = sorted(posts, key=lambda post: post.title.casefold())
    return sorted(ordered, key=lambda post: post.published.toordinal() if post.published else 0, reverse=True)


def absolute(html: str, base: str) -> str:
    """HTML whose relative addresses, and links within the page, start at ``base``."""

    def rebased(tag: re.Match[str]) -> str:
        found = _RELATIVE.sub(lambda match: f'{match["name"]}="{base}{match["target"]}"', tag[0])
        return _LOCAL.sub(f'href="{base}#', found)

    # Links, images, figures and the author's own HTML all bring addresses: only the finished text has every one.
    return _TAG.sub(rebased, html)


def _assets(site: Site, *, explores: bool = False) -> dict[str, object]:
    code, more = script(), dict[str, str]()
    if explores:
        code += trusted(beginning())
        more = {"worker_src": "blob:"}
        if not site.trusted:
            more["script_src"] = "'self' 'wasm-unsafe-eval'"
    # Nothing of a policy of ours is special in an attribute, and quotation marks are to stay readable.
    policy = trusted(security_policy(code, trusted=site.trusted, **more))
    return {"style": page_style(), "script": code, "fonts": FONT_SHEET, "policy": policy}


def _description(post: PostPage) -> str:
    return post.description or _cut(post.excerpt)


def _cut(text: str) -> str:
    """As much of a text as a description may have."""
    if len(text) <= _DESCRIPTION:
        return text
    return text[: _DESCRIPTION - 1].rsplit(" ", 1)[0].rstrip(",;:–-· ") + "…"


def _address(site: Site, post: PostPage) -> str | None:
    return f"{site.address}/{quote(post.slug)}/" if site.address else None


def _card_address(site: Site, post: PostPage) -> str | None:
    address = _address(site, post)
    return f"{address}{quote(post.card.path)}" if address and post.card else None
