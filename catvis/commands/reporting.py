"""``catvis report POST``: how far the figures of a post can be trusted, as a table, as JSON or as a page."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import asdict

from catvis.cache import Cache
from catvis.errors import CatvisError
from catvis.figures.truth import COLUMNS, Truth
from catvis.interface.saving import kind_of, write
from catvis.jobs.engine import Engine
from catvis.page.open_places import truth_section
from catvis.page.render import render_report
from catvis.post.site_file import read_site_file
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.site.compose import measure_post, title_of
from catvis.site.content_posts import post_folders
from catvis.site.gather import SITE_FILE, Reader


def report(arguments: Namespace, settings: Settings) -> str:
    """Measure every unit that a figure of the post shows with its children.

    Raises:
        CatvisError: the post is mistaken, or has no such figure, or the file cannot be written.
    """
    output: Path | None = arguments.output
    kind = kind_of(output, ("json", "html")) if output else None
    (folder,) = post_folders(settings.content, [arguments.post])
    reader = Reader(settings)
    reader.extensions = read_site_file(settings.content / SITE_FILE).markdown_extensions
    post = reader.post(folder)
    told = Reporter(quiet=arguments.quiet)
    engine = Engine(settings, Cache(settings.cache), reader.networks, reader.pictures, told, told.say)
    truths = measure_post(post, engine.answers)
    if not truths:
        raise CatvisError(
            f"{post.name} has no figure of a unit with its children", hint="write children: conv5"
        )
    if output is None:
        return _table(truths)
    if kind == "json":
        text = json.dumps(truths, ensure_ascii=False, indent=1, default=asdict)
    else:
        section = truth_section(COLUMNS, [truth.cells for truth in truths])
        text = render_report(title_of(post, engine.answers) or post.name, section)
    write(output, text.encode())
    return str(output)


def _table(truths: Sequence[Truth]) -> str:
    rows = [[name for name, _ in COLUMNS], *(truth.cells for truth in truths)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
