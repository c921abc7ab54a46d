"""The one rule for every file that content names or consists of: where it lies, what it is, how large it may be.

Content may come from a stranger, and a file from anywhere on the disk must not end up in a page, nor a pipe or a
device stop a build: what is opened is a regular file, inside its folder once all links are followed, of a stated
size at most.
"""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISREG

from catvis.errors import ContentError
from catvis.frozen import Frozen


class Expected(Frozen):
    """What a file is expected to be.

    Attributes:
        what: in words, for messages.
        largest: its size at most, in bytes.
    """

    what: str
    largest: int


MARKDOWN = Expected("a post", 8 << 20)
LIST = Expected("a list that a person wrote", 64 << 10)
LABELS = Expected("a list of labels", 1 << 20)
PICTURE = Expected("a picture", 256 << 20)


def named_file(file: Path, home: Path, expected: Expected) -> Path:
    """Follow all links to a file, and hold it against the rule.

    Args:
        file: as it is named.
        home: the folder out of which no link may lead.
        expected: what it has to be.

    Returns:
        the file itself, which may be opened.

    Raises:
        OSError: it is missing, or cannot be reached.
        ContentError: it breaks the rule; the caller knows the place that names it.
    """
    real = Path(os.path.realpath(file, strict=True))
    if not real.is_relative_to(os.path.realpath(home)):
        hint = "put the file itself there, not a link to it"
        raise ContentError("a link leads out of the content here, and is not followed", hint=hint)
    status = real.stat()
    if not S_ISREG(status.st_mode):
        raise ContentError("this is not a file", hint=f"{expected.what} was expected")
    check_size(status.st_size, expected)
    return real


def check_size(size: int, expected: Expected) -> None:
    """Refuse more bytes than a file may have.

    Raises:
        ContentError: there are more; the caller knows the place.
    """
    if size > expected.largest:
        hint = f"at most {_written(expected.largest)} are read"
        raise ContentError(f"the file is too large for {expected.what}", hint=hint)


def _written(size: int) -> str:
    return f"{size >> 20} MiB" if size >= 1 << 20 else f"{size >> 10} KiB"
