"""kramdown's Markdown (with GFM input, as Jekyll calls it), read and written in Python; it knows nothing of posts.

`read_body` goes from a text to a template of its HTML, the same bytes as kramdown's, and `fill` fills in the
images, the values and, if wanted, math, code in colour and what else a page adds. On the way, `body.py` reads
blocks (`readers.py`), then the running text in them (`resolve.py`), and writes the tree (`writer.py`). kramdown
reads from left to right and lets a construct decide where it ends; so no text is cut at its blank lines first, as
Python-Markdown would do.

A construct stands in one place, with how it is written; `constructs.py` lists all in the order in which they are
tried. To add one, follow strikethrough in `emphasis.py`: a function that reads on from where the construct begins
and adds an `Element` to the tree, a `SpanConstruct` (or a `BlockConstruct`) that says where it may begin, and a
line in the table. A new kind of element needs a function that writes it and a line in `WRITERS`. Last comes a case
in ``tests/kramdown/fixtures``, with the HTML of the real kramdown.

What is read otherwise than kramdown reads it, and why, is listed in `constructs.DIFFERENCES`. ``{::options … /}``
sets the `DialectOptions`; it warns of other options, and of extensions that are none of kramdown's or ours.

``catvis.kramdown`` is also the name of an extension of Python-Markdown (`python_markdown.py`), which is not
imported before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catvis.kramdown.body import Body, read_body
from catvis.kramdown.extensions import line_with_values
from catvis.kramdown.template import (
    AS_WRITTEN,
    Filling,
    Form,
    Header,
    ImageHole,
    Plain,
    Template,
    ValueHole,
    fill,
    images,
    values,
)
from catvis.kramdown.tree import Origin

if TYPE_CHECKING:
    from catvis.kramdown.python_markdown import KramdownExtension

__all__ = [
    "AS_WRITTEN",
    "Body",
    "Filling",
    "Form",
    "Header",
    "ImageHole",
    "Origin",
    "Plain",
    "Template",
    "ValueHole",
    "fill",
    "images",
    "line_with_values",
    "makeExtension",
    "read_body",
    "values",
]


def makeExtension(**options: Any) -> KramdownExtension:
    """The dialect as an extension of Python-Markdown, which looks for this function in a module that it is told."""
    from catvis.kramdown.python_markdown import KramdownExtension

    return KramdownExtension(**options)
