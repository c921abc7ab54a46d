"""The site as it lies on disk → answers to a browser on this machine. Files of the site, and nothing else."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from socketserver import BaseServer
from urllib.parse import quote, unquote, urlsplit

from catvis.errors import UsageError
from catvis.loopback import HOST, NAMES, LoopbackHandler, LoopbackServer
from catvis.preview.news import News
from catvis.preview.page_script import EVENTS, with_script

_NOT_FOUND = "<!doctype html><title>Not there</title><body><p>The site has no such page.</p></body>"
_PORTS_TRIED = 20


def listen(port: int, handler: Callable[..., BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    """Take a port of this machine.

    Raises:
        UsageError: it is taken, or may not be used.
    """
    try:
        return LoopbackServer(port, handler, "the preview could not answer")
    except PermissionError as error:
        raise UsageError(f"port {port} may not be used", hint="try --serve 8000") from error
    except OSError as error:
        free = next((other for other in range(port + 1, port + _PORTS_TRIED) if _is_free(other)), None)
        hint = f"try --serve {free}" if free else "name another one: --serve PORT"
        raise UsageError(f"port {port} is taken", hint=hint) from error


def _is_free(port: int) -> bool:
    try:
        ThreadingHTTPServer((HOST, port), BaseHTTPRequestHandler).server_close()
    except (OSError, OverflowError):
        return False
    return True


class SiteHandler(LoopbackHandler):
    """Gives files of the site and nothing else."""

    def __init__(
        self, site: Path, news: News, request: socket, client: tuple[str, int], server: BaseServer
    ) -> None:
        self.site, self.news = site, news
        super().__init__(request, client, server)

    def do_HEAD(self) -> None:
        """Answer as `do_GET` does, without the body."""
        self._answer(with_body=False)

    def do_GET(self) -> None:
        """Answer with a file, a redirection to a folder's page, or the news of builds."""
        if urlsplit(self.path).path == EVENTS and self._is_asked_for_by_name():
            self._tell_of_builds()
        else:
            self._answer(with_body=True)

    def _is_asked_for_by_name(self) -> bool:
        """Whether a browser means this machine: no page of a stranger's, whose name leads here, reads drafts."""
        name = urlsplit(f"//{self.headers.get('Host', HOST)}").hostname
        return name in NAMES

    def _answer(self, *, with_body: bool) -> None:
        if not self._is_asked_for_by_name():
            self._head(HTTPStatus.MISDIRECTED_REQUEST, {"Content-Length": "0"})
            return
        path = "/" + unquote(urlsplit(self.path).path).lstrip("/")
        file = _inside(self.site, path)
        if file is not None and file.is_dir() and not path.endswith("/"):
            self._redirect(f"{path}/")
            return
        if file is not None and file.is_dir():
            file = file / "index.html"
        if path == "/" and file is not None and not file.is_file() and (first := _first_page(self.site)):
            self._redirect(f"/{first}/")
            return
        status, kind, data = HTTPStatus.OK, "text/html", _NOT_FOUND.encode()
        try:
            if file is None:
                raise FileNotFoundError
            data = file.read_bytes()
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        except OSError:
            status = HTTPStatus.NOT_FOUND
        if kind == "text/html":
            text = data.decode("utf-8", "surrogateescape")
            data = with_script(text, self.news.edition).encode("utf-8", "surrogateescape")
            kind += "; charset=utf-8"
        self._head(status, {"Content-Type": kind, "Content-Length": str(len(data))})
        if with_body:
            self.wfile.write(data)

    def _redirect(self, path: str) -> None:
        self._head(HTTPStatus.FOUND, {"Location": quote(path), "Content-Length": "0"})

    def _head(self, status: HTTPStatus, headers: dict[str, str]) -> None:
        self.send_response(status)
        # Two builds within a second have equal time stamps: a browser must not trust them.
        for name, value in {**headers, "Cache-Control": "no-store"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _tell_of_builds(self) -> None:
        self._head(HTTPStatus.OK, {"Content-Type": "text/event-stream"})
        known = -1
        while True:
            number, news = self.news.after(known)
            self.wfile.write(b":\n\n" if number == known else f"data: {news}\n\n".encode())
            known = number


def _inside(site: Path, path: str) -> Path | None:
    """The file of a path below the site; None for one that leads out of it, also by a link."""
    try:
        home = site.resolve()
        file = (home / path.lstrip("/")).resolve()
        file.exists()  # refuses names that are too long
    except (OSError, RuntimeError, ValueError):
        return None
    return file if file.is_relative_to(home) else None


def _first_page(site: Path) -> str | None:
    """The post that stands for a site without a home page."""
    return next((page.parent.name for page in sorted(site.glob("*/index.html"))), None)
