"""A bucket that takes files as S3 does for a form: on this machine alone, and believing every signature.

What a form must carry is checked by the deployed stack; here a browser only needs somewhere to send it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

LARGEST = 10 * 1024 * 1024  # bytes: what the signed form allows
IDLE_SECONDS = 5


class Bucket(ThreadingHTTPServer):
    """The server. `files` are the contents that arrived, by key."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.files: dict[str, bytes] = {}


class _Request(BaseHTTPRequestHandler):
    server: Bucket
    timeout = IDLE_SECONDS

    def do_POST(self) -> None:
        """Keep the file and lead the browser back, or refuse one that is too large."""
        parts = _parts(self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"])))
        if len(parts["file"]) > LARGEST:
            self._answer(400, "Content-Type", "application/xml", b"<Code>EntityTooLarge</Code>")
            return
        key = parts["key"].decode()
        self.server.files[key] = parts["file"]
        back = parts["success_action_redirect"].decode()
        self._answer(303, "Location", f"{back}?bucket=evidence&key={key}&etag=0")

    def _answer(self, status: int, name: str, value: str, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests look at the files, not at a log."""


@contextmanager
def open_bucket() -> Iterator[Bucket]:
    """Take files until the block ends."""
    bucket = Bucket()
    thread = Thread(target=bucket.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield bucket
    finally:
        bucket.shutdown()
        thread.join()
        bucket.server_close()


def _parts(content_type: str, body: bytes) -> dict[str, bytes]:
    """The fields of a form that is sent as `multipart/form-data` (RFC 7578), by name."""
    boundary = content_type.partition("boundary=")[2].encode()
    found = {}
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]+)"', head)
        if name:
            found[name[1].decode()] = content.removesuffix(b"\r\n")
    return found
