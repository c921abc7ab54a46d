"""kramdown's Markdown (with GFM input, as Jekyll calls it), read and written in Python.

Python-Markdown, where this began, cuts a text at its blank lines before any construct sees it, and looks for one
kind of span after the other in a whole paragraph. kramdown reads from left to right and lets a construct decide
where it ends. Rebuilt on Python-Markdown, every one of its processors would have been replaced; what is left is
its shape, one construct beside the other in an ordered table.

`read_body` goes from a post's text to a template of its HTML: the block reader, the span reader and the writer in
turn. The constructs stand one in a file; `constructs.py` lists them in the order in which they are tried.
"""

from __future__ import annotations

from catvis.kramdown.body import Body, Header, read_body

__all__ = ["Body", "Header", "read_body"]
