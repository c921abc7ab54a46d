"""A local HTTP server that serves one file as badly as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Behaviour:
    """What the server does, and what it was asked.

    Attributes:
        content: the file.
        ranges: whether it can begin in the middle.
        drop_after: bytes after which each answer breaks off, as long as ``drops`` lasts.
        drops: how many answers break off.
        stalls: how many answers stop after ``drop_after`` bytes and say nothing more.
        statuses: answers with these statuses come first.
        redirects: how many times it sends the client elsewhere first; −1: for ever.
        location: where it sends the client; default: itself.
        length: what it claims as Content-Length; None: nothing.
        asked: the Range header of each request, or an empty text.
    """

    content: bytes
    ranges: bool = True
    drop_after: int = 0
    drops: int = 0
    stalls: int = 0
    statuses: list[int] = field(default_factory=list)
    redirects: int = 0
    location: str = ""
    length: int | None = -1
    asked: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)


class _Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour

    def do_GET(self) -> None:
        told = self.behaviour
        told.asked.append(self.headers.get("Range", ""))
        if told.statuses:
            self.send_error(told.statuses.pop(0))
            return
        if told.redirects:
            told.redirects -= 1
            self.send_response(302)
            self.send_header("Location", told.location or f"/again{told.redirects % 2}")
            self.end_headers()
            return
        start = 0
        if told.ranges and self.headers.get("Range"):
            start = int(self.headers["Range"].removeprefix("bytes=").rstrip("-"))
            if start >= len(told.content):
                self.send_error(416)
                return
        self.send_response(206 if start else 200)
        if told.length is not None:
            length = len(told.content) - start if told.length < 0 else told.length
            self.send_header("Content-Length", str(length))
        self.end_headers()
        with suppress(ConnectionError):  # the client may have seen enough
            self._send(told, told.content[start:])

    def _send(self, told: Behaviour, rest: bytes) -> None:
        if told.drops or told.stalls:
            self.wfile.write(rest[: told.drop_after])
            self.wfile.flush()
            if told.stalls:
                told.stalls -= 1
                told.released.wait(10)
            else:
                told.drops -= 1
            return
        self.wfile.write(rest)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(behaviour: Behaviour) -> Iterator[str]:
    """The address of the file while the server runs."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/weights.bin"
        finally:
            behaviour.released.set()
            server.shutdown()
            thread.join()
