"""Composed posts → the files of the site: pages, tiles, composites, the Jekyll folder, home, feed, sitemap."""

from __future__ import annotations

from collections.abc import Sequence

from catvis.page.facts import PostPage, Site
from catvis.page.open_places import style_sheet_once
from catvis.page.render import (
    render_feed,
    render_home,
    render_jekyll,
    render_post,
    render_robots,
    render_sitemap,
)
from catvis.post.document import escape_liquid
from catvis.post.site_file import SiteFile
from catvis.site.compose import ComposedPost
from catvis.site.shown import ShownPost
from catvis.site.write import JEKYLL


def post_files(composed: ComposedPost, site: SiteFile) -> tuple[PostPage, dict[str, bytes]]:
    """One post's page, and all files that the site holds for it, by path below the site.

    Raises:
        ContentError: the prose asks for a value that does not exist.
    """
    post, shown = composed.post, ShownPost(composed, trusted=site.trusted)
    page, front, own = _page(shown), post.document.front, shown.files()
    body = page.elsewhere if front.liquid and site.trusted else escape_liquid(page.elsewhere)
    explorers = [made.explorer for made in shown.html if made.explorer]
    files = {f"{post.name}/{name}": data for each in explorers for name, data in each.files.items()}
    if page.thumbnail and composed.thumbnail:
        files[f"{post.name}/{page.thumbnail.path}"] = composed.thumbnail.data
    for start, rendered in (
        (post.name, render_post(page, _site(site))),
        (f"{JEKYLL}/{post.name}", render_jekyll(shown.front_matter, body)),
    ):
        files[f"{start}/index.html"] = rendered.text.encode()
        files |= {f"{start}/{name}": data for name, data in {**own, **rendered.files}.items()}
    return page, files


def files_of_all(pages: Sequence[PostPage], file: SiteFile) -> dict[str, bytes]:
    """What speaks of all posts, by path below the site: home, feed, sitemap, robots."""
    site, files = _site(file), dict[str, bytes]()
    if len(pages) > 1:
        home = render_home(site, pages)
        files |= {"index.html": home.text.encode(), **home.files}
    if site.address:
        files["feed.xml"] = render_feed(site, pages).encode()
        files["sitemap.xml"] = render_sitemap(site, pages).encode()
        files["robots.txt"] = render_robots(site).encode()
    return files


def _page(shown: ShownPost) -> PostPage:
    """The post as pages are made of it."""
    document, sheets = shown.composed.post.document, style_sheet_once()
    front = document.front
    return PostPage(
        slug=shown.composed.post.name,
        title=shown.title or shown.composed.post.name.replace("-", " "),
        body=shown.text(lambda number: next(sheets) + shown.html[number].own, own=True),
        elsewhere=shown.text(lambda number: shown.html[number].html, own=False),
        titled=any(heading.level == 1 for heading in document.headings),
        excerpt=shown.excerpt,
        description=front.description or None,
        author=front.author or None,
        published=front.date.date() if front.date else None,
        language=front.lang or None,
        contents=shown.contents,
        card=shown.card,
        thumbnail=shown.thumbnail,
        explores=any(made.explorer for made in shown.html),
    )


def _site(file: SiteFile) -> Site:
    given = {name: getattr(file, name) for name in Site.__struct_fields__}
    return Site(**{name: value for name, value in given.items() if value is not None})
