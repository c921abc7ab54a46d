"""The names of ImageNet's 1000 classes (ILSVRC 2012), in the order in which networks score them."""

from __future__ import annotations

from functools import cache
from importlib import resources


@cache
def imagenet_labels() -> tuple[str, ...]:
    """The first name of each class's synset; the two cranes and the two maillots are told apart."""
    listed = resources.files("catvis.networks").joinpath("imagenet_labels.txt")
    return tuple(listed.read_text("utf-8").splitlines())
