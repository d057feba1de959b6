"""A server of S3 on this machine, and one in front of it that fails."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BUCKET = "logs"
REFUSED = b"<Error><Code>SlowDown</Code><Message>Please reduce your rate</Message></Error>"


@contextmanager
def server() -> Iterator[str]:
    """Yield the address of an empty server of S3."""
    from moto.server import ThreadedMotoServer

    made = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    made.start()
    host, port = made.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        made.stop()


def upload(folder: Path, name: str) -> None:
    """Put a folder into the bucket."""
    import fsspec

    fs = fsspec.filesystem("s3")
    fs.mkdirs(BUCKET, exist_ok=True)
    files = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    fs.put([str(p) for p in files], [f"{BUCKET}/{name}/{p.relative_to(folder).as_posix()}" for p in files])


class _Failing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server: Any = self.server
        if server.chance.random() < server.share:
            self._answer(503, {}, REFUSED)
            return
        onward = HTTPConnection(server.target, timeout=30)
        headers = {k: v for k, v in self.headers.items() if k.lower() != "accept-encoding"}
        onward.request(self.command, self.path, headers=headers)
        got = onward.getresponse()
        body = got.read()
        kept = {k: v for k, v in got.getheaders() if k.lower() not in ("transfer-encoding", "connection", "date")}
        self._answer(got.status, kept, body)
        onward.close()

    do_HEAD = do_GET  # noqa: N815

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.server.asked.append((self.path, len(body) if self.command == "GET" else 0))  # type: ignore[attr-defined]
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD" or "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def failing(target: str, share: float) -> Iterator[tuple[str, list[tuple[str, int]]]]:
    """Yield the address of a server that refuses this share of the requests and passes the others on.

    And what it was asked for, with the bytes of each answer.
    """
    made: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Failing)
    made.daemon_threads = True
    made.target, made.share, made.chance, made.asked = target.removeprefix("http://"), share, random.Random(0), []
    threading.Thread(target=made.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{made.server_port}", made.asked
    finally:
        made.shutdown()
        made.server_close()
