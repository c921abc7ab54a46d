"""kramdown's Markdown (with GFM input, as Jekyll calls it), read and written in Python.

`read_body` goes from a post's text to a template of its HTML: the block reader, the span reader and the writer in
turn. The constructs stand one in a file; `table.py` lists them in the order in which they are tried.
"""

from __future__ import annotations

from catvis.post.dialect.body import Body, Header, read_body

__all__ = ["Body", "Header", "read_body"]
