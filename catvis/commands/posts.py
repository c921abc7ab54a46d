"""Commands about posts: build (``build.py``), check, markdown."""

from __future__ import annotations

import sys
from argparse import Namespace

from catvis.progress import Reporter
from catvis.settings import Settings


def build(arguments: Namespace, settings: Settings) -> int:
    """Build the site; with ``--serve``, show it and build it again whenever its content changes."""
    from catvis.site.build import Request, build_site

    request = Request(tuple(arguments.posts), unpublished=arguments.unpublished, strict=arguments.strict)
    reporter = Reporter(quiet=arguments.quiet)
    if arguments.serve is None:
        built = build_site(settings, request, reporter)
        for page in built.pages:
            sys.stdout.write(f"{page}\n")
        return 0
    from catvis.live import serve

    serve(settings, arguments.serve, lambda: build_site(settings, request, reporter), reporter)
    return 0


def check(arguments: Namespace, settings: Settings) -> int:
    """Check all that the build checks before it computes."""
    from catvis.site.compose import check_posts
    from catvis.site.gather import gather

    content = gather(settings, arguments.posts, unpublished=arguments.unpublished)
    check_posts(content)
    for post in content.posts:
        for warning in post.document.warnings:
            sys.stderr.write(f"{warning}\n")
        figures = _counted(len(post.paths.figures), "figure")
        examples = _counted(len(post.paths.examples), "more example")
        sys.stdout.write(f"{post.name}: {figures}, {examples}, nothing wrong\n")
    return 0


def markdown(arguments: Namespace, settings: Settings) -> str:
    """The body's HTML of a post, as kramdown prints it."""
    from catvis.post.document import plain_body, read_document

    return plain_body(read_document(arguments.file)).rstrip("\n")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
