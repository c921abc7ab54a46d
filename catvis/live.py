"""Preview: a site on this machine, built again whenever its content changes; the browser follows by itself.

What is served is the site as it lies on disk. Pages get a script that listens for the next build on their way to
the browser, and only there: published files never hold it.
"""

from __future__ import annotations

import base64
import hashlib
import mimetypes
import re
import sys
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from socketserver import BaseServer
from threading import Condition, Thread
from time import monotonic, sleep
from urllib.parse import quote, unquote, urlsplit

from catvis.digests import file_digests
from catvis.errors import CatvisError, UsageError, shown_path
from catvis.progress import Reporter
from catvis.settings import Settings

HOST = "127.0.0.1"
EVENTS = "/.catvis-live"
"""The address under which a page hears of builds; no file of a site is called so."""

_NOT_FOUND = "<!doctype html><title>Not there</title><body><p>The site has no such page.</p></body>"
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(")', re.IGNORECASE)
_POLL = 0.1
_PAUSE = 0.1
_SHARE_OF_TIME = 8
"""Between two looks at the content passes at least so many times what one look takes."""
_HEARTBEAT = 10.0
_PORTS_TRIED = 20


def serve(settings: Settings, port: int, build: Callable[[], str], reporter: Reporter) -> None:
    """Build, serve the site, and build again whenever the content changes, until Ctrl-C.

    Mistakes in the content are printed; what is served then is the last site that was complete.

    Args:
        settings: where the content and the site lie.
        port: where to listen on this machine.
        build: builds the site, and gives the digest of what it holds.
        reporter: is told what is going on.

    Raises:
        UsageError: the port is taken, or may not be used.
    """
    edition = _Edition()
    server = _listen(port, partial(_Handler, settings.site, edition))
    Thread(target=server.serve_forever, args=(_POLL,), daemon=True).start()
    try:
        sys.stdout.write(f"http://{HOST}:{port}/\n")
        sys.stdout.flush()
        _watch(settings, build, edition, reporter)
    except KeyboardInterrupt:
        reporter.say("\nno longer served")
    finally:
        server.shutdown()
        server.server_close()


class _Edition:
    """Which build is served; those who wait are told of the next one."""

    def __init__(self) -> None:
        self.name = "none"
        self._changed = Condition()

    def publish(self, name: str) -> None:
        with self._changed:
            self.name = name
            self._changed.notify_all()

    def next_after(self, name: str) -> str:
        """The edition that follows, or the same one where none does for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self.name != name, _HEARTBEAT)
            return self.name


def _watch(settings: Settings, build: Callable[[], str], edition: _Edition, reporter: Reporter) -> None:
    built_from: dict[str, str] | None = None
    while True:
        started = monotonic()
        # Read before the build: what changes while it runs is built next.
        content = file_digests(settings.content)
        if content != built_from:
            built_from = content
            try:
                edition.publish(build())
            except CatvisError as error:
                sys.stderr.write(f"{error}\n")
            reporter.say(f"waiting for changes in {shown_path(settings.content)}; Ctrl-C ends")
            started = monotonic()
        sleep(max(_PAUSE, _SHARE_OF_TIME * (monotonic() - started)))


def _listen(port: int, handler: Callable[..., BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return _Server((HOST, port), handler)
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


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Pass over a browser that has gone away."""
        if not isinstance(sys.exception(), ConnectionError):
            sys.stderr.write(f"the preview could not answer: {sys.exception()!r}\n")


class _Handler(BaseHTTPRequestHandler):
    """Gives files of the site and nothing else."""

    def __init__(
        self, site: Path, edition: _Edition, request: socket, client: tuple[str, int], server: BaseServer
    ) -> None:
        self.site, self.edition = site, edition
        super().__init__(request, client, server)

    def do_HEAD(self) -> None:
        """Answer as `do_GET` does, without the body."""
        self._answer(with_body=False)

    def do_GET(self) -> None:
        """Answer with a file, a redirection to a folder's page, or the news of builds."""
        if urlsplit(self.path).path == EVENTS:
            self._tell_of_builds()
        else:
            self._answer(with_body=True)

    def log_message(self, *_: object) -> None:
        """Requests are not what an author wants to read about."""

    def _answer(self, *, with_body: bool) -> None:
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
            data = with_script(text, self.edition.name).encode("utf-8", "surrogateescape")
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
        told = ""
        while True:
            name = self.edition.next_after(told)
            self.wfile.write(b":\n\n" if name == told else f"data: {name}\n\n".encode())
            told = name


def with_script(page: str, edition: str) -> str:
    """A page that loads itself again once another edition is there; its security policy allows just that."""
    start, end, rest = page.rpartition("</body>")
    if not end:
        return page
    script = (
        f'new EventSource("{EVENTS}").onmessage = '
        f'(told) => {{ if (told.data !== "{edition}") location.reload(); }};'
    )
    scripted = f"{start}<script>{script}</script>{end}{rest}"
    return _POLICY.sub(lambda match: match[1] + _allowing(script, match[2]) + match[3], scripted, count=1)


def _allowing(script: str, policy: str) -> str:
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    usual = directives.get("default-src", ["*"])
    checksum = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    for name, source in (("script-src", f"'sha256-{checksum}'"), ("connect-src", "'self'")):
        directives[name] = [*(word for word in directives.get(name, usual) if word != "'none'"), source]
    return "; ".join(" ".join([name, *sources]) for name, sources in directives.items())


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
