"""The posts of a content folder, by their folders alone: what is in them is not read here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from catvis.errors import ContentError, Place, UsageError, nearest, shown_path
from catvis.program import command


def post_folders(content: Path, names: Sequence[str] = ()) -> list[Path]:
    """The folders of posts: the named ones, or all.

    Raises:
        UsageError: a named post does not exist.
        ContentError: there is no post at all.
    """
    begin = f"begin one: {command('new my-post --picture cat.jpg')}"
    if not _is_folder(content):
        raise ContentError(
            f"there is no content folder {shown_path(content)} with posts in it",
            hint=f"a post is a file {shown_path(content)}/NAME/post.md; {begin}; "
            "or name another folder with --content",
        )
    every = {file.parent.name: file.parent for file in sorted(content.glob("*/post.md"))}
    _check_post_names(content, every)
    if not every:
        raise ContentError(
            f"{shown_path(content)} holds no post: a post is a folder with a post.md in it",
            hint=begin,
        )
    for name in names:
        if name.rstrip("/") not in every and Path(name).name not in every:
            raise UsageError(f"there is no post {name!r} in {shown_path(content)}", hint=nearest(name, every))
    wanted = {name.rstrip("/") if name.rstrip("/") in every else Path(name).name for name in names}
    return [folder for name, folder in every.items() if not wanted or name in wanted]


def _is_folder(content: Path) -> bool:
    """Whether a folder is there; what has too long a name is none."""
    try:
        return content.is_dir()
    except OSError:
        return False


def _check_post_names(content: Path, names: Iterable[str]) -> None:
    """Check that the names of posts can be written into a page."""
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            raise ContentError(
                f"the name of the post {name!a} is not UTF-8",
                where=Place(content),
                hint="rename the folder",
            ) from None
