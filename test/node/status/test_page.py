"""The web page, over a real connection."""

from __future__ import annotations

import http.client
import json
import socket
import threading
import unittest
from html.parser import HTMLParser
from typing import Dict, List, Tuple
from unittest import mock

from dlimage_node import page
from dlimage_node.page_html import page_html
from records import NOW, record, report_of, waiting


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: List[str] = []
        self.text: List[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


class Html(unittest.TestCase):
    def test_says_what_the_record_says(self) -> None:
        seen = Tags()
        seen.feed(page_html(report_of(record()), NOW))
        for words in ("pi3-1 of home ", "assembled", "set by a time server", "2 h", "pi3-2", "192.168.1.101"):
            self.assertIn(words, seen.text)

    def test_takes_nothing_in_the_record_for_html(self) -> None:
        attack = '"><script>alert(1)</script>'
        hostile = waiting(attack, attack)
        hostile.update(node=attack, cluster=attack, address=attack, role=attack)
        hostile["swarm"]["nodes"][0].update(name=attack, role=attack, state=attack, availability=attack)
        hostile["stages"][0]["stage"] = attack
        hostile["vip"]["address"] = hostile["storage"]["type"] = attack
        seen = Tags()
        seen.feed(page_html(report_of(hostile), NOW))
        self.assertNotIn("script", seen.tags)

    def test_needs_nothing_else(self) -> None:
        html = page_html(report_of(record()), NOW)
        for word in ("src=", "href=", "url(", "@import", "<script"):
            self.assertNotIn(word, html)


class Served(unittest.TestCase):
    def setUp(self) -> None:
        self.report = report_of(record())
        patch = mock.patch.object(page, "read_report", lambda: self.report)
        patch.start()
        self.addCleanup(patch.stop)
        self.server = page.make_server(0)
        self.addCleanup(self.server.server_close)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.shutdown)

    def ask(self, method: str, path: str) -> Tuple[int, Dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=10)
        self.addCleanup(connection.close)
        connection.request(method, path)
        reply = connection.getresponse()
        return reply.status, dict(reply.getheaders()), reply.read().decode()

    def test_page(self) -> None:
        status, headers, body = self.ask("GET", "/?refresh")
        self.assertEqual((status, headers["Content-Type"]), (200, "text/html; charset=utf-8"))
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertIn("pi3-1 of home", body)

    def test_record(self) -> None:
        status, _, body = self.ask("GET", "/status.json")
        self.assertEqual((status, json.loads(body)["node"]), (200, "pi3-1"))

    def test_health(self) -> None:
        self.assertEqual(self.ask("GET", "/healthz")[::2], (200, "assembled\n"))
        self.report = report_of(waiting("for pi3-2"))
        self.assertEqual(self.ask("GET", "/healthz")[::2], (503, "assembling\n"))
        self.report = report_of(record(), NOW + 3600)
        self.assertEqual(self.ask("GET", "/healthz")[::2], (503, "unknown\n"))

    def test_head_has_no_body(self) -> None:
        status, headers, body = self.ask("HEAD", "/")
        self.assertEqual((status, body), (200, ""))
        self.assertGreater(int(headers["Content-Length"]), 500)

    def test_nothing_else_is_there_and_nothing_can_be_changed(self) -> None:
        for path in ("/etc/passwd", "/../../etc/passwd", "/status.json/"):
            self.assertEqual(self.ask("GET", path)[0], 404, path)
        for method in ("POST", "PUT", "DELETE", "OPTIONS"):
            self.assertEqual(self.ask(method, "/")[0], 501, method)

    def test_silent_clients_do_not_take_all_threads(self) -> None:
        silent = [socket.create_connection(("127.0.0.1", self.server.server_port)) for _ in range(40)]
        try:
            silent[-1].settimeout(5)
            self.assertEqual(silent[-1].recv(1), b"", "the last was hung up on")
            self.assertLessEqual(threading.active_count(), page.MOST_REQUESTS + 4)
        finally:
            for client in silent:
                client.close()


if __name__ == "__main__":
    unittest.main()
