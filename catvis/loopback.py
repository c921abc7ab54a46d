"""Servers that this machine alone can reach: what the preview and a served explorer have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
"""How a browser calls this machine; a page that has its address under another name is not meant to read it."""


class LoopbackServer(ThreadingHTTPServer):
    """A server on a port of this machine.

    Args:
        port: 0 for any that is free.
        handler: makes what answers a request.
        what: what could not do its work, for the line about an error.

    Raises:
        OSError: the port cannot be used.
    """

    daemon_threads = True

    def __init__(self, port: int, handler: Callable[..., BaseHTTPRequestHandler], what: str) -> None:
        super().__init__((HOST, port), handler)
        self._what = what

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Pass over a browser that has gone away."""
        if not isinstance(sys.exception(), ConnectionError):
            sys.stderr.write(f"{self._what}: {sys.exception()!r}\n")


class LoopbackHandler(BaseHTTPRequestHandler):
    """Answers without a line for every request, which nobody wants to read about."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""
