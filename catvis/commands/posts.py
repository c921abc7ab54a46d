"""Commands about posts: build (also ``build.py``), check, markdown, schema."""

from __future__ import annotations

import sys
from argparse import Namespace
from typing import TYPE_CHECKING

from catvis.digests import digest
from catvis.progress import Reporter
from catvis.settings import Settings

if TYPE_CHECKING:
    from catvis.networks.network import Network


def build(arguments: Namespace, settings: Settings) -> int:
    """Build the site; with ``--serve``, show it and build it again whenever its content changes.

    A Jekyll site is shown by ``jekyll serve``, which sees what is published there.
    """
    from catvis.site.build import Request, build_site

    request = Request(tuple(arguments.posts), unpublished=arguments.unpublished, strict=arguments.strict)
    reporter = Reporter(quiet=arguments.quiet)
    if arguments.serve is None:
        built = build_site(settings, request, reporter)
        for page in built.pages:
            sys.stdout.write(f"{page}\n")
        return 0
    import webbrowser

    from catvis.preview.watching import follow, serve
    from catvis.site.manifest import manifest

    opened: dict[str, Network] = {}
    if settings.jekyll:
        reporter.say("posts are published whenever they change; jekyll serve, beside this, shows them")
        follow(settings, lambda: build_site(settings, request, reporter, opened), reporter)
        return 0

    def edition(told: Reporter) -> str:
        build_site(settings, request, told, opened)
        return digest(manifest(settings.site))

    shown = webbrowser.open if arguments.open else str
    serve(settings, arguments.serve, edition, reporter, shown=shown)
    return 0


def check(arguments: Namespace, settings: Settings) -> int:
    """Check all that the build checks before it computes."""
    from catvis.site.compose import check_post
    from catvis.site.destination import destination_of
    from catvis.site.gather import gather
    from catvis.written.located import Mistakes

    destination = destination_of(settings, Reporter())
    destination.check_place()
    posts, mistakes = gather(settings, arguments.posts, unpublished=arguments.unpublished), Mistakes()
    for post in posts:
        with mistakes.noted():
            destination.check(post)
            check_post(post)
    mistakes.raise_any()
    for post in posts:
        for warning in post.document.warnings:
            sys.stderr.write(f"{warning}\n")
        figures = _counted(len(post.paths.figures), "figure")
        examples = _counted(len(post.paths.examples), "more example")
        sys.stdout.write(f"{post.name}: {figures}, {examples}, nothing wrong\n")
    return 0


def markdown(arguments: Namespace, settings: Settings) -> str:
    """The body's HTML of a post, as kramdown prints it."""
    from catvis.post.document import plain_body, read_document

    return plain_body(read_document(arguments.file.resolve())).rstrip("\n")


def schema(arguments: Namespace, settings: Settings) -> str:
    """A JSON Schema of ``paths.yaml``, for editors."""
    from catvis.post.schema import paths_schema

    return paths_schema()


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
