"""What reads a case: the command line itself, or, where no small file gets through it, its reader as a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from catvis import cli

SMALL_SIDE = 26


def caffemodel(words: Sequence[str]) -> int:
    """The weights of a network that is smaller than any of the Caffe family."""

    def read() -> int:
        from catvis.networks.caffe.caffemodel import read_caffemodel
        from catvis.networks.caffe.weights_of import caffe_weights
        from catvis.networks.stepwise.assembly import assemble

        assemble(small_caffe(), caffe_weights(read_caffemodel(Path(words[0])), "small"))
        return 0

    return cli.run(read)


def binaryproto(words: Sequence[str]) -> int:
    """A mean picture."""

    def read() -> int:
        from catvis.networks.caffe.caffemodel import read_binaryproto

        read_binaryproto(Path(words[0]))
        return 0

    return cli.run(read)


def picture(words: Sequence[str]) -> int:
    """A picture, without a network that looks at it."""

    def read() -> int:
        from catvis.networks.pictures import read_picture

        read_picture(Path(words[0]))
        return 0

    return cli.run(read)


def small_caffe():
    """A convolution and a product."""
    from catvis.networks.stepwise.steps import Architecture, Convolve, Flatten, Multiply, Pool, Rectify

    return Architecture(
        "small",
        (
            Convolve("conv1", units=4, kernel=3, stride=2),
            Rectify("relu1", layer="conv1"),
            Pool("pool1"),
            Flatten("flatten"),
            Multiply("fc2", units=5, layer="fc2"),
        ),
        (SMALL_SIDE, SMALL_SIDE),
    )


READERS: dict[str, Callable[[Sequence[str]], int]] = {
    "catvis": cli.main,
    "caffemodel": caffemodel,
    "binaryproto": binaryproto,
    "picture": picture,
}
