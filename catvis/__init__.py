"""catvis: what single units of a ConvNet look for, computed and published as a page.

The Python interface, as the command line and notebooks use it::

    net = catvis.open("menagerie")          # or catvis.wrap(model, size=224, mean=…, std=…)
    look = net.look("cat.jpg")
    look.top(5)                             # classes
    look.children("top→fc7:top1", "conv5")  # the units that made the end of a path fire
    look.tile("top→fc7:top1").array         # a path's attribution: (3, height, width)
    look.tree("top", ["fc7", "conv5"]).save("tree.svg")

Importing it costs nothing: torch is loaded when a network is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from catvis.errors import CatvisError

if TYPE_CHECKING:
    from torch import nn

    from catvis.interface.opened import OpenNetwork
    from catvis.interface.wrapping import Numbers

__version__ = "0.1.0"
__all__ = ["CatvisError", "open", "wrap"]


def open(
    name: str | Path,
    *,
    weights: str | Path | None = None,
    content: str | Path | None = None,
    cache: str | Path | None = None,
    device: str | None = None,
    memory: int | None = None,
    allow_code: bool = False,
) -> OpenNetwork:
    """Open a network.

    Args:
        name: ``menagerie``, ``squeezenet``, ``torchvision/resnet18`` …, a name in ``content/networks.yaml``; or a
            published file of weights, by its own name.
        weights: a folder of weights files that is searched first; by default what ``CATVIS_WEIGHTS`` names.
        content: the folder of ``networks.yaml`` (``content``).
        cache: where exemplars are kept (the user's cache).
        device: where it runs, as torch names devices (``cpu``).
        memory: bytes that gradients in flight may take (a gigabyte).
        allow_code: whether the content's own ``networks.py`` may be run.

    Raises:
        CatvisError: there is no such network, its weights are missing or damaged, or there is no such device.
    """
    from catvis.interface.opened import opened

    return opened(
        name,
        weights=weights,
        content=content,
        cache=cache,
        device=device,
        memory=memory,
        allow_code=allow_code,
    )


def wrap(
    model: nn.Module,
    *,
    size: int | tuple[int, int],
    mean: Numbers,
    std: Numbers,
    labels: Sequence[str] = (),
    name: str | None = None,
    short_side: int | None = None,
    cache: str | Path | None = None,
    memory: int | None = None,
) -> OpenNetwork:
    """Look into anybody's classifier in memory, which is left exactly as it is.

    It is explained as it is now, in evaluation mode, in single precision and without the hooks that were left on
    it; on the device where it lies. Wrap it again once it has been trained on.

    Args:
        model: takes one batch of pictures and returns its class scores.
        size: height and width of its input in pixels, or one number for both.
        mean: subtracted from pictures from 0 to 1, RGB: three numbers, or one for all.
        std: divided by after that.
        labels: the names of its classes, in their order.
        name: what figures call it; its class's name by default.
        short_side: what a picture's short side is resized to before the crop; the input's by default.
        cache: where exemplars are kept (the user's cache).
        memory: bytes that gradients in flight may take (a gigabyte).

    Raises:
        CatvisError: it cannot be traced, and which operation in which line of its source is why.
    """
    from catvis.interface.wrapping import wrapped

    return wrapped(
        model,
        size=size,
        mean=mean,
        std=std,
        labels=labels,
        name=name,
        short_side=short_side,
        cache=cache,
        memory=memory,
    )
