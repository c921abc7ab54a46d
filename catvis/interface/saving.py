"""What shows itself, as a file: the ending says of which kind."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from catvis.errors import CatvisError, UsageError, shown_path


def kind_of(file: str | Path, kinds: Collection[str]) -> str:
    """The kind that a file's ending asks for.

    Args:
        file: its name.
        kinds: the endings that there are, without their dots, the usual one first.

    Raises:
        UsageError: the file ends otherwise.
    """
    name = Path(file).name
    kind = Path(file).suffix.lower().removeprefix(".")
    if kind not in kinds:
        stem = Path(file).stem or "figure"
        endings = [f".{one}" for one in kinds]
        wrong = (
            f"does not end in {endings[0]}"
            if len(endings) == 1
            else f"ends neither in {' nor in '.join(endings)}"
        )
        raise UsageError(
            f"{name!r} {wrong}",
            hint="write " + " or ".join(f"{stem}.{one}" for one in kinds),
        )
    return kind


def write(file: str | Path, data: bytes) -> None:
    """Write a file.

    Raises:
        CatvisError: it cannot be written.
    """
    try:
        Path(file).write_bytes(data)
    except OSError as error:
        raise CatvisError(f"{shown_path(Path(file))} cannot be written: {error.strerror}") from error
