"""The picture that a post names → a file inside the post's folder, and never one outside of it."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

from catvis.errors import ContentError, nearest
from catvis.written.located import Located, located
from catvis.written.named_files import PICTURE, named_file
from catvis.written.yaml_values import quoted

PICTURE_EXAMPLE = "imgs/cat.png"
_ENDINGS = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".bmp")
LIKE_A_PICTURE_S = r"\.(?:png|jpe?g|webp|gif|tiff?|bmp|svg)"
"""Endings, in whatever case, that no figure's name has."""
_LOOKS_LIKE_PICTURE = re.compile(rf".*[/\\].*|.*{LIKE_A_PICTURE_S}", re.DOTALL | re.IGNORECASE)


def looks_like_picture(text: str) -> bool:
    """Whether a text is a path, or ends as a picture's name does."""
    return _LOOKS_LIKE_PICTURE.fullmatch(text) is not None


def resolve_picture(picture: Located[str], folder: Path) -> Path:
    """The file of a picture that a post names.

    Args:
        picture: the path as it was written, relative to the post's folder.
        folder: the post's.

    Returns:
        an existing file inside the folder, symbolic links resolved.

    Raises:
        ContentError: the path leads out of the folder, also by a symbolic link, to no file, or to one that is
            too large for a picture.
    """
    home = folder.resolve()
    text = picture.value
    hint = "write a path relative to the post's folder, such as imgs/cat.png"
    if "\\" in text:
        forward = text.replace("\\", "/")
        raise ContentError(f"{quoted(text)} has backslashes", where=picture.place, hint=f"write {forward}")
    if Path(text).is_absolute() or "://" in text:
        raise ContentError(f"{quoted(text)} is not in the post's folder", where=picture.place, hint=hint)
    try:
        file = (home / text).resolve()
        if not file.is_relative_to(home):
            raise ContentError(
                f"{quoted(text)} leads out of the post's folder", where=picture.place, hint=hint
            )
        if file.is_file():
            with located(picture.place):
                return named_file(file, home, PICTURE)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            file.stat()  # links that lead in a circle are an error here, and to `resolve` only before Python 3.13
    except (OSError, RuntimeError, ValueError):
        raise ContentError(f"{quoted(text)} is not a file's name", where=picture.place, hint=hint) from None
    there = (found.relative_to(home).as_posix() for found in sorted(home.rglob("*")) if _is_picture(found))
    raise ContentError(f"there is no picture {quoted(text)}", where=picture.place, hint=nearest(text, there))


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in _ENDINGS and file.is_file()
