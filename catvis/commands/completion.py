"""The command completion: a script by which bash or zsh completes ``catvis``, made from its own parser."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable
from pathlib import Path

import shtab

from catvis.settings import Settings


def completion(arguments: Namespace, settings: Settings) -> str:
    """The script; ``eval "$(catvis completion bash)"`` takes it in."""
    make: Callable[[str], ArgumentParser] = arguments.parser_of
    parser = make("catvis")
    _complete_files(parser)
    return shtab.complete(parser, arguments.shell)


def _complete_files(parser: ArgumentParser) -> None:
    """Have every argument that is a path completed from the disk."""
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for inner in action.choices.values():
                _complete_files(inner)
        elif action.type is Path:
            folder = action.metavar in ("DIR", "[FOLDER]")
            vars(action)["complete"] = shtab.DIRECTORY if folder else shtab.FILE
