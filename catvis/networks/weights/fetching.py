"""A published file, downloaded once: resumed after a break, verified before it is seen, in place all at once.

Until it is whole and has the right hash, a file lies beside its place under another name. Downloaders at hand
verify and replace, but begin again from nothing after a break, which hurts at 233 MB over a slow line.
"""

from __future__ import annotations

import fcntl
import http
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NoReturn

from catvis.errors import WeightsError, shown_path
from catvis.networks.weights.published import PublishedFile

Progress = Callable[[int, int], None]
"""Called with the bytes that are there and the bytes that there will be (0 where that is not known)."""

_BLOCK = 1 << 18
_MEGABYTE = 1_000_000
# breaks without a single new byte between them before it is given up
_PATIENCE = 3
_PASSING = (http.HTTPStatus.REQUEST_TIMEOUT, http.HTTPStatus.TOO_MANY_REQUESTS)


def silent(done: int, whole: int) -> None:
    """Progress that nobody wants to see."""
    del done, whole


def fetch(
    published: PublishedFile,
    folder: Path,
    progress: Progress = silent,
    *,
    timeout: float = 20.0,
    pause: float = 1.0,
) -> Path:
    """Download a file into a folder, unless it is there already.

    Args:
        published: what to download.
        folder: where to; made where it is missing, once the first bytes have come.
        progress: is told how far it is.
        timeout: seconds without a byte after which the connection counts as broken.
        pause: seconds between two tries; doubled each time that nothing came.

    Returns:
        The file, whole and verified.

    Raises:
        WeightsError: the server is not reached, has no such file, breaks off again and again or gives something
            else; or the disk is full. What came before a break is kept, and the next call goes on from there.
    """
    target = folder / published.name
    part = folder / f".{published.name}.part"
    if target.is_file() and published.is_in(target):
        return target
    resumed = _size(part) > 0
    _complete(part, published, progress, timeout, pause)
    if resumed and not published.is_in(part):
        # its beginning may stem from something else: once more from nothing
        part.unlink()
        _complete(part, published, progress, timeout, pause)
    if not published.is_in(part):
        found = published.hash_of(part)
        part.unlink()
        raise WeightsError(
            f"{published.address} gave another file than {published.name}: refused",
            hint=f"its {published.algorithm} is {found} and should be {published.checksum}",
        )
    with _disk(part):
        part.replace(target)
    return target


@contextmanager
def progress_bar(label: str) -> Iterator[Progress]:
    """A progress bar on standard error, from the first byte on."""
    from tqdm import tqdm

    bars: list[tqdm[NoReturn]] = []

    def show(done: int, whole: int) -> None:
        if not bars:
            bars.append(tqdm(desc=label, unit="B", unit_scale=True, dynamic_ncols=True))
        bars[0].total = whole or None
        bars[0].update(done - bars[0].n)

    try:
        yield show
    finally:
        for bar in bars:
            bar.close()


class _BrokenOffError(Exception):
    """The line or the server failed in a way that another try may mend."""


def _complete(part: Path, published: PublishedFile, progress: Progress, timeout: float, pause: float) -> None:
    """Download into ``part`` until the server says that this is all."""
    idle = 0
    while True:
        before = _size(part)
        try:
            return _go_on(part, before, published, progress, timeout)
        except _BrokenOffError as error:
            idle = 0 if _size(part) > before else idle + 1
            if idle == _PATIENCE:
                kept = _size(part) / _MEGABYTE
                raise WeightsError(
                    f"{published.address} could not be fetched: {error}"
                    + (
                        f"; the first {kept:.1f} MB are kept, the next try goes on from there" if kept else ""
                    ),
                    hint=_by_hand(published, part),
                ) from error
        time.sleep(pause * 2 ** max(idle - 1, 0))


def _go_on(part: Path, start: int, published: PublishedFile, progress: Progress, timeout: float) -> None:
    """Ask for what is missing after ``start`` and append what comes, until all is there."""
    most = 2 * published.megabytes * _MEGABYTE
    with _line(timeout):
        answer = _ask(published, start, part, timeout)
    if answer is None:
        return
    with answer:
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            start = 0
        length = answer.headers.get("Content-Length")
        whole = start + int(length) if length else 0
        done = start
        with _opened(part, start) as opened:
            while True:
                if max(done, whole) > most:
                    raise WeightsError(f"{published.address} gives more than {most // _MEGABYTE} MB: refused")
                progress(done, whole)
                with _line(timeout):
                    block = answer.read1(_BLOCK)
                if not block:
                    break
                with _disk(part):
                    opened.write(block)
                done += len(block)
        if done < whole:
            raise _BrokenOffError("the connection broke off")


def _ask(published: PublishedFile, start: int, part: Path, timeout: float) -> http.client.HTTPResponse | None:
    """Open the address from ``start`` on; None where the server has nothing more."""
    opener = _opener()
    opener.addheaders = [("Accept-encoding", "identity"), ("User-agent", "catvis")]
    if start:
        opener.addheaders.append(("Range", f"bytes={start}-"))
    try:
        answer: http.client.HTTPResponse = opener.open(published.address, timeout=timeout)
    except urllib.error.HTTPError as error:
        with error:
            if start and error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                return None
            said = f"the server answers {error.code} {error.reason}"
        if error.code in _PASSING or error.code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise _BrokenOffError(said) from error
        raise WeightsError(
            f"{published.address} could not be fetched: {said}", hint=_by_hand(published, part)
        ) from error
    return answer


def _opener() -> urllib.request.OpenerDirector:
    """Opens http and https, through the environment's proxies, and follows redirections; nothing else."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler,
        urllib.request.UnknownHandler,
        urllib.request.HTTPHandler,
        urllib.request.HTTPSHandler,
        urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPDefaultErrorHandler,
        urllib.request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())
    return opener


@contextmanager
def _line(timeout: float) -> Iterator[None]:
    """What goes wrong on the line is a break, told in a few words."""
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, TimeoutError):
            raise _BrokenOffError(f"nothing came for {timeout:g} s") from error
        said = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
        raise _BrokenOffError(said or "the connection broke off") from error


@contextmanager
def _disk(part: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WeightsError(f"{shown_path(part)} cannot be written: {error.strerror}") from error


@contextmanager
def _opened(part: Path, start: int) -> Iterator[BinaryIO]:
    """The part, cut to its first ``start`` bytes and open behind them, for this process alone."""
    with _disk(part):
        part.parent.mkdir(parents=True, exist_ok=True)
        opened = part.open("ab", buffering=0)
    with opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WeightsError(f"another process is fetching {shown_path(part)}") from None
        with _disk(part):
            opened.truncate(start)
        yield opened


def _size(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _by_hand(published: PublishedFile, part: Path) -> str:
    return f"or bring {published.name} from elsewhere and put it into {shown_path(part.parent)}"
