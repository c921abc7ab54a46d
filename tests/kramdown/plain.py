"""A text's HTML without anything that only a page knows: what is compared with kramdown's."""

from __future__ import annotations

from catvis.kramdown import AS_WRITTEN, fill, read_body


def plain(text: str) -> str:
    """The HTML of a text, math as TeX, images as images, code without colours."""
    return fill(read_body(text).template, AS_WRITTEN)
