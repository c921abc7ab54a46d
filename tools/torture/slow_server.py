"""A server on this machine from which a file of weights comes so slowly that its download can be cut short."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from threading import Thread

import numpy as np

from catvis.loopback import HOST, LoopbackHandler, LoopbackServer
from catvis.networks.weights.published import PublishedFile

_CONTENT = np.random.default_rng(0).bytes(1_000_000)
_BLOCK = 20_000
_PAUSE = 0.005


class _Handler(LoopbackHandler):
    """Gives the file, or the rest of it, block by block."""

    def do_GET(self) -> None:
        """Answer as servers of files do."""
        start = int(self.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
        if start >= len(_CONTENT):
            self.send_error(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            return
        self.send_response(HTTPStatus.PARTIAL_CONTENT if start else HTTPStatus.OK)
        self.send_header("Content-Length", str(len(_CONTENT) - start))
        self.end_headers()
        with suppress(ConnectionError):  # who asked was killed
            for begin in range(start, len(_CONTENT), _BLOCK):
                self.wfile.write(_CONTENT[begin : begin + _BLOCK])
                time.sleep(_PAUSE)


@contextmanager
def served() -> Iterator[PublishedFile]:
    """What is to be fetched, while the server runs."""
    with LoopbackServer(0, _Handler, "the server of weights") as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        address = f"http://{HOST}:{server.server_port}/weights.caffemodel"
        checksum = hashlib.sha256(_CONTENT).hexdigest()
        yield PublishedFile("weights.caffemodel", address, 1, "sha256", checksum, "none")
        server.shutdown()
