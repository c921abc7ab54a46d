"""The one place where an author's own Python runs: a function of the content folder's `networks.py` makes a module.

Whether it may is asked before: `catvis.networks.own.own_source` imports this where it is allowed, and only then.
"""

from __future__ import annotations

import importlib.util
import traceback
from contextlib import suppress
from pathlib import Path

from torch import nn

from catvis.errors import CatvisError, ContentError, NetworkError, Place, nearest
from catvis.networks.torchvision.torchvision_import import prepare_torchvision


def made_by(code: Path, function: str, where: Place) -> nn.Module:
    """Run a file and call its function.

    Args:
        code: the file.
        function: its name; it takes nothing and returns a module.
        where: the place that asks for it, for messages.

    Raises:
        ContentError: the file has no such function.
        NetworkError: the code fails, or returns something else.
    """
    with suppress(NetworkError):  # their code may do without torchvision
        prepare_torchvision()
    spec = importlib.util.spec_from_file_location("content_networks", code)
    if spec is None or spec.loader is None:
        raise NetworkError(f"{code.name} cannot be imported", where=Place(code))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        if not callable(getattr(module, function, None)):
            raise ContentError(
                f"{code.name} has no function {function!r}",
                where=where,
                hint=nearest(function, (name for name in vars(module) if not name.startswith("_"))),
            )
        made = getattr(module, function)()
    except CatvisError:
        raise
    except Exception as error:  # whatever a stranger's code may raise
        lines = [
            frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(code)
        ]
        line = error.lineno if isinstance(error, SyntaxError) else (lines or [None])[-1]
        raise NetworkError(f"{type(error).__name__}: {error}", where=Place(code, line)) from error
    if not isinstance(made, nn.Module):
        raise NetworkError(
            f"{function} returns {type(made).__name__}, not a torch.nn.Module", where=Place(code)
        )
    return made
