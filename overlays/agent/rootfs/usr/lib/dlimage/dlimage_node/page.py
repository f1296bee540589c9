"""The status page: what the record says, for a browser. Reads one file and answers GET; it can change nothing.

/             a page for people, made by page_html.py
/status.json  the record
/healthz      200 when the node is assembled, whoever else is missing, else 503
"""

from __future__ import annotations

import errno
import io
import json
import os
import socket
import sys
import time
import traceback
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Tuple

from .page_html import page_html
from .report import Report, read_report
from .seats import Seats

MOST_REQUESTS = 16
"""At the same time. Each is a thread; a board with 1 GB has better things to do."""

MOST_OF_ONE = 4
"""From one address, so that nobody takes all of them."""

REQUEST_SECONDS = 5.0
"""For a whole request, however small the pieces are in which it comes."""

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Answer(NamedTuple):
    """The answer to the client."""

    status: HTTPStatus
    content_type: str
    body: str


def answer(path: str, report: Report, now: float) -> Answer:
    """Decides by the path alone; what stands behind a `?` has no meaning."""
    where = path.partition("?")[0]
    if where == "/":
        return Answer(HTTPStatus.OK, "text/html", page_html(report, now))
    if where == "/status.json":
        return Answer(HTTPStatus.OK, "application/json", json.dumps(report.told) + "\n")
    if where == "/healthz":
        status = HTTPStatus.OK if report.assembled else HTTPStatus.SERVICE_UNAVAILABLE
        return Answer(status, "text/plain", f"{'assembled' if report.assembled else report.state}\n")
    return Answer(HTTPStatus.NOT_FOUND, "text/plain", "There is /, /status.json and /healthz.\n")


class _UntilDeadline(io.RawIOBase):
    """A client's request, for so many seconds in all."""

    def __init__(self, channel: socket.socket, seconds: float) -> None:
        self._channel = channel
        self._deadline = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._channel.settimeout(left)
        return self._channel.recv_into(buffer)


class Handler(BaseHTTPRequestHandler):
    """GET and HEAD; http.server refuses everything else with 501."""

    server_version = "dlimage"
    sys_version = ""
    protocol_version = "HTTP/1.0"
    # For the answer as a whole. Source: Python, socket.sendall
    timeout = REQUEST_SECONDS

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(_UntilDeadline(self.connection, REQUEST_SECONDS))

    def do_GET(self) -> None:
        self._send(with_body=True)

    def do_HEAD(self) -> None:
        self._send(with_body=False)

    def _send(self, with_body: bool) -> None:
        reply = answer(self.path, read_report(), time.time())
        body = reply.body.encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", f"{reply.content_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if with_body:
            self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: whoever watches the page would fill the journal and wear out the card."""


class PageServer(ThreadingHTTPServer):
    """Answers so many requests at a time, and hangs up on the others."""

    daemon_threads = True
    request_queue_size = MOST_REQUESTS

    def __init__(self, address: Tuple[str, int], family: socket.AddressFamily) -> None:
        self.address_family = family
        self._seats = Seats(MOST_REQUESTS, MOST_OF_ONE)
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of the host's full name: that may wait for a DNS server that is not there."""
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        address = self.socket.getsockname()
        self.server_address = address
        self.server_name, self.server_port = address[:2]

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._seats.take(client_address[0]):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._seats.leave(client_address[0])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is nobody's error; all else is ours, and stands in the journal."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            traceback.print_exc()


def make_server(port: int) -> PageServer:
    """Listens on every address; on IPv4 alone where IPv6 is switched off."""
    try:
        return PageServer(("::", port), socket.AF_INET6)
    except OSError as error:
        if error.errno not in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
            raise
        return PageServer(("0.0.0.0", port), socket.AF_INET)


if __name__ == "__main__":
    make_server(int(os.environ["DLIMAGE_HTTP_PORT"])).serve_forever(poll_interval=None)  # type: ignore[arg-type]  # waits without waking up
