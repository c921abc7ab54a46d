"""Preview: a site on this machine, built again whenever its content changes; the browser follows by itself.

What is served is the site as it lies on disk. On their way to the browser, and only there, pages get a script that
hears of builds: it loads the next edition, shows what is mistaken where it is, and what is being computed.
"""

from __future__ import annotations

import html
import json
import mimetypes
import re
import sys
from collections.abc import Callable
from functools import cache, partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from socketserver import BaseServer
from threading import Condition, Thread
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from catvis.digests import file_digests
from catvis.errors import CatvisError, Place, UsageError, shown_path, unforeseen
from catvis.loopback import HOST, NAMES, LoopbackHandler, LoopbackServer
from catvis.page.folder import TEMPLATES
from catvis.page.policy import script_source
from catvis.progress import Reporter
from catvis.settings import Settings
from catvis.written.located import SeveralMistakesError

EVENTS = "/.catvis-live"
"""The address under which a page hears of builds; no file of a site is called so."""

_NOT_FOUND = "<!doctype html><title>Not there</title><body><p>The site has no such page.</p></body>"
_POLICY = re.compile(r'(<meta http-equiv="Content-Security-Policy" content=")([^"]*)(")', re.IGNORECASE)
_KEY = re.compile(r"(?P<indent> +)(?P<name>[\w.-]+):")
_POLL = 0.1
_PAUSE = 0.1
_SHARE_OF_TIME = 8
"""Between two looks at the content passes at least so many times what one look takes."""
_HEARTBEAT = 10.0
_PORTS_TRIED = 20


def serve(
    settings: Settings,
    port: int,
    build: Callable[[Reporter], str],
    reporter: Reporter,
    *,
    shown: Callable[[str], object] = str,
) -> None:
    """Build, serve the site, and build again whenever the content changes, until Ctrl-C.

    Mistakes in the content are printed and shown in the page; what is served then is the last complete site.

    Args:
        settings: where the content and the site lie.
        port: where to listen on this machine.
        build: builds the site, and gives the digest of what it holds; the reporter it gets tells the page, too.
        reporter: is told what is going on.
        shown: is given the address as soon as it answers, and may open it.

    Raises:
        UsageError: the port is taken, or may not be used.
    """
    news = _News()
    told = _ToldReporter(news, quiet=reporter.quiet)
    server = _listen(port, partial(_Handler, settings.site, news))
    Thread(target=server.serve_forever, args=(_POLL,), daemon=True).start()
    try:
        address = f"http://{HOST}:{port}/"
        sys.stdout.write(f"{address}\n")
        sys.stdout.flush()
        shown(address)
        _watch(settings, partial(_build_and_tell, build, news, told), reporter)
    except KeyboardInterrupt:
        reporter.say("\nno longer served")
    finally:
        server.shutdown()
        server.server_close()


def follow(settings: Settings, build: Callable[[], object], reporter: Reporter) -> None:
    """Build, and build again whenever the content changes, until Ctrl-C; somebody else serves what is built.

    Args:
        settings: where the content lies.
        build: builds it.
        reporter: is told what is going on.
    """
    try:
        _watch(settings, build, reporter)
    except KeyboardInterrupt:
        reporter.say("\nno longer built")


class _News:
    """What pages are told: which build is served, what is mistaken since, what is being computed."""

    def __init__(self) -> None:
        self._told: dict[str, Any] = {"edition": "none", "mistakes": [], "progress": ""}
        self._number = 0
        self._changed = Condition()

    @property
    def edition(self) -> str:
        return str(self._told["edition"])

    def tell(self, **changed: object) -> None:
        with self._changed:
            self._told |= changed
            self._number += 1
            self._changed.notify_all()

    def after(self, number: int) -> tuple[int, str]:
        """The news after those of a number, as JSON, and their number; the same where none come for a while."""
        with self._changed:
            self._changed.wait_for(lambda: self._number != number, _HEARTBEAT)
            return self._number, json.dumps(self._told)


class _ToldReporter(Reporter):
    """Shows progress on the terminal and in the page."""

    def __init__(self, news: _News, *, quiet: bool) -> None:
        super().__init__(quiet=quiet)
        self._news = news

    def show(self, line: str, *, finished: bool) -> None:
        super().show(line, finished=finished)
        self._news.tell(progress=line)


def _build_and_tell(build: Callable[[Reporter], str], news: _News, told: Reporter) -> None:
    """Build, and have pages know what came of it."""
    try:
        news.tell(edition=build(told), mistakes=[], progress="")
    except CatvisError as error:
        news.tell(mistakes=_mistakes(error), progress="")
        raise
    except Exception as error:
        news.tell(mistakes=_mistakes(CatvisError(unforeseen(error))), progress="")
        raise


def _watch(settings: Settings, build: Callable[[], object], reporter: Reporter) -> None:
    built_from: dict[str, str] | None = None
    while True:
        started = monotonic()
        # Read before the build: what changes while it runs is built next.
        content = file_digests(settings.content)
        if content != built_from:
            built_from = content
            try:
                build()
            except CatvisError as error:
                sys.stderr.write(f"{error}\n")
            except Exception as error:  # whoever writes on goes on seeing the last complete site
                if sys.flags.dev_mode:
                    raise
                sys.stderr.write(f"{unforeseen(error)}\n")
            reporter.say(f"waiting for changes in {shown_path(settings.content)}; Ctrl-C ends")
            started = monotonic()
        sleep(max(_PAUSE, _SHARE_OF_TIME * (monotonic() - started)))


def _mistakes(error: CatvisError) -> list[dict[str, str | None]]:
    """What a page says of an error, and of which figure."""
    every = error.found if isinstance(error, SeveralMistakesError) else (error,)
    return [
        {
            "message": each.message,
            "hint": each.hint,
            "where": str(each.where) if each.where else None,
            "figure": _figure_at(each.where) if each.where else None,
        }
        for each in every
    ]


def _figure_at(place: Place) -> str | None:
    """The name of the figure that a line of ``paths.yaml`` is about, as far as its indentation tells."""
    if place.line is None or place.file.name != "paths.yaml":
        return None
    try:
        lines = place.file.read_text(encoding="utf-8", errors="replace").splitlines()[: place.line]
    except OSError:
        return None
    start = next((number for number, line in enumerate(lines) if line.startswith("figures:")), len(lines))
    keys = [match for line in lines[start + 1 :] if (match := _KEY.match(line))]
    outermost = [match["name"] for match in keys if match["indent"] == keys[0]["indent"]]
    return outermost[-1] if outermost else None


def _listen(port: int, handler: Callable[..., BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
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


class _Handler(LoopbackHandler):
    """Gives files of the site and nothing else."""

    def __init__(
        self, site: Path, news: _News, request: socket, client: tuple[str, int], server: BaseServer
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


def with_script(page: str, edition: str) -> str:
    """A page that hears of builds; its security policy, if it has one, allows just that."""
    start, end, rest = page.rpartition("</body>")
    if not end:
        return page
    script = _script()
    attributes = f'data-edition="{html.escape(edition)}" data-events="{EVENTS}"'
    scripted = f"{start}<script {attributes}>{script}</script>{end}{rest}"
    return _POLICY.sub(lambda match: match[1] + _allowing(script, match[2]) + match[3], scripted, count=1)


@cache
def _script() -> str:
    return (TEMPLATES / "preview.js").read_text(encoding="utf-8")


def _allowing(script: str, policy: str) -> str:
    """A policy that allows a script and what it hears; what restricts neither stays as it is."""
    directives = {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}
    for name, source in (("script-src", script_source(script)), ("connect-src", "'self'")):
        given = directives.get(name, directives.get("default-src"))
        if given is not None:
            directives[name] = [*(word for word in given if word != "'none'"), source]
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
