"""A page on this machine whose explorer is answered by this program, for any network; nothing is published.

Only this machine is listened to, and only under its own name: a page from elsewhere that has this machine's address
under a name of its own is turned away, and so is what another page's script sends.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Mapping
from functools import partial
from http import HTTPStatus
from http.server import HTTPServer, ThreadingHTTPServer
from socket import socket
from threading import Lock
from typing import Any
from urllib.parse import unquote, urlsplit

from catvis.errors import CatvisError, UsageError
from catvis.loopback import NAMES, LoopbackHandler, LoopbackServer

ANSWERS = "/.catvis-answers"
"""The address under which the page asks."""

MOST_BYTES = 64_000_000

Answer = Callable[[str, Mapping[str, Any]], object]
"""Answers a question; raises a `CatvisError` where it cannot."""


def listen(files: Mapping[str, bytes], answer: Answer, port: int) -> ThreadingHTTPServer:
    """A server that is ready to give a page's files and to answer its questions, one after the other.

    Args:
        files: by path below the page, ``index.html`` among them.
        answer: to questions.
        port: where to listen on this machine; 0 for any that is free.

    Raises:
        UsageError: the port is taken, or may not be used.
    """
    try:
        return LoopbackServer(
            port, partial(_Handler, files, answer, Lock()), "the explorer could not be answered"
        )
    except OSError as error:
        raise UsageError(f"port {port} cannot be used: {error.strerror}", hint="leave out --port") from error


class _Handler(LoopbackHandler):
    """Gives the page's files, answers its questions, and does nothing else."""

    def __init__(
        self,
        files: Mapping[str, bytes],
        answer: Answer,
        turn: Lock,
        request: socket,
        client: tuple[str, int],
        server: HTTPServer,
    ) -> None:
        self.files, self.answer, self.turn = files, answer, turn
        self.names = {f"{host}:{server.server_port}" for host in NAMES}
        super().__init__(request, client, server)

    def do_GET(self) -> None:
        """Answer with a file."""
        if not self._is_ours():
            return
        name = unquote(urlsplit(self.path).path).lstrip("/") or "index.html"
        if name not in self.files:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"there is no such file")
            return
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        self._send(
            HTTPStatus.OK, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind, self.files[name]
        )

    def do_POST(self) -> None:
        """Answer a question."""
        if not self._is_ours():
            return
        length = self.headers.get("Content-Length", "")
        is_json = self.headers.get_content_type() == "application/json"
        if self.path != ANSWERS or not is_json or not length.isdecimal() or int(length) > MOST_BYTES:
            self._send(HTTPStatus.BAD_REQUEST, "text/plain", b"this is no question")
            return
        try:
            asked = json.loads(self.rfile.read(int(length)))
            with self.turn:
                told = {"answer": self.answer(asked["question"], asked["given"])}
        except CatvisError as error:
            told = {"problem": str(error)}
        except (ValueError, KeyError, TypeError):
            told = {"problem": "this is no question"}
        self._send(HTTPStatus.OK, "application/json", json.dumps(told).encode())

    def _is_ours(self) -> bool:
        """Whether the request was meant for this machine, by a page of ours; others are turned away."""
        origins = {None, *(f"http://{name}" for name in self.names)}
        if self.headers.get("Host") in self.names and self.headers.get("Origin") in origins:
            return True
        self._send(HTTPStatus.FORBIDDEN, "text/plain", b"this address is not for you")
        return False

    def _send(self, status: HTTPStatus, kind: str, data: bytes) -> None:
        self.send_response(status)
        headers = {"Content-Type": kind, "Content-Length": str(len(data)), "Cache-Control": "no-store"}
        for name, value in {**headers, "X-Content-Type-Options": "nosniff"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
