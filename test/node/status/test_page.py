"""The web page, over a real connection."""

from __future__ import annotations

import http.client
import io
import json
import socket
import threading
import time
import unittest
from html.parser import HTMLParser
from typing import Dict, List, Optional, Tuple
from unittest import mock

from dlimage_node import page
from dlimage_node.page_html import page_html
from dlimage_node.page_style import sign_of
from dlimage_node.report import read_report
from records import NOW, record, report_of, waiting


class Tags(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: List[str] = []
        self.text: List[str] = []
        self.links: List[str] = []

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def seen_in(html: str) -> Tags:
    seen = Tags()
    seen.feed(html)
    return seen


class Html(unittest.TestCase):
    def test_says_what_the_record_says(self) -> None:
        seen = seen_in(page_html(report_of(record()), NOW))
        for words in ("pi3-1 of home", "set by a time server", "2 h", "pi3-2", "192.168.1.101", "48.3 °C", "Published ports"):
            self.assertIn(words, seen.text)

    def test_begins_with_how_many_nodes_are_there(self) -> None:
        html = page_html(report_of(record()), NOW)
        self.assertIn('<header class="busy">', html)
        self.assertIn("! incomplete: 1 of 3 nodes are ready; pi3-2 and pi3-3 are missing", html)
        self.assertIn("✓ assembled: 3 of 3 nodes are ready", page_html(report_of(record(missing=[])), NOW))

    def test_shows_what_other_nodes_say(self) -> None:
        told = page_html(report_of(record(others=[{"node": "pi3-2", "text": "docker was <stopped>"}])), NOW)
        self.assertIn("<h2>Other nodes say</h2>", told)
        self.assertIn("docker was &lt;stopped&gt;", told)
        self.assertNotIn("Other nodes say", page_html(report_of(record()), NOW))

    def test_leads_to_the_other_nodes_and_to_published_ports(self) -> None:
        links = seen_in(page_html(report_of(record()), NOW)).links
        self.assertEqual(
            links,
            [
                "http://192.168.1.100:80/",
                "https://192.168.1.100:443/",
                "http://192.168.1.101:9280/",
                "http://192.168.1.102:9280/",
            ],
        )

    def test_a_worker_shows_the_nodes_too(self) -> None:
        seen = seen_in(page_html(report_of(record(swarm={"state": "active", "nodes": None})), NOW))
        self.assertIn("pi3-2", seen.text)
        self.assertIn("Which nodes are ready is known to managers that have a majority: see their pages.", seen.text)

    def test_stages_that_are_done_are_one_line(self) -> None:
        html = page_html(report_of(record()), NOW)
        self.assertIn("<details><summary>All 2 stages are done</summary>", html)
        html = page_html(report_of(waiting("for pi3-2")), NOW)
        self.assertIn("<details><summary>1 of 2 stages are done</summary>", html)
        self.assertLess(html.index("waiting</td>"), html.index("<details>"))
        self.assertEqual(html.count("for pi3-2"), 1, "said once")
        self.assertLess(html.index("<h2>Stages</h2>"), html.index("<h2>Nodes</h2>"), "what is wrong stands first")

    def test_says_what_to_do_when_nobody_knows(self) -> None:
        for report in (report_of(record(), NOW + 3600), report_of("{"), read_report("/nowhere/status.json")):
            html = page_html(report, NOW + 3600)
            self.assertIn("<code>sudo systemctl status dlimage-agent</code>", html)
            self.assertIn("? unknown", html)

    def test_every_state_has_a_sign_beside_its_colour(self) -> None:
        signs = {sign_of(state) for state in ("done", "waiting", "stuck", "incomplete", "no such state")}
        self.assertEqual(len(signs), 5)

    def test_takes_nothing_in_the_record_for_html(self) -> None:
        attack = '"><script>alert(1)</script>'
        hostile = waiting(attack, attack)
        hostile.update(node=attack, cluster=attack, address=attack, role=attack, page_port=attack)
        hostile["swarm"]["nodes"][0].update(name=attack, role=attack, state=attack, availability=attack)
        hostile["swarm"]["stacks"][0].update(name=attack, services=attack)
        hostile["swarm"]["stacks"][0]["ports"][0].update(protocol=attack)
        hostile["roster"][1].update(name=attack, role=attack, address=attack)
        hostile["figures"].update(system=attack, kernel=attack, celsius=attack)
        hostile["stages"][0]["stage"] = attack
        hostile["vip"]["address"] = hostile["storage"]["type"] = attack
        self.assertNotIn("script", seen_in(page_html(report_of(hostile), NOW)).tags)

    def test_needs_nothing_else(self) -> None:
        html = page_html(report_of(record()), NOW)
        for word in ("src=", "<link", "url(", "@import", "<script"):
            self.assertNotIn(word, html)


class Served(unittest.TestCase):
    def setUp(self) -> None:
        self.report = report_of(record())
        patch = mock.patch.object(page, "read_report", lambda: self.report)
        patch.start()
        self.addCleanup(patch.stop)
        self.listen()

    def listen(self) -> None:
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

    def test_a_mistake_of_ours_is_told_and_a_client_that_went_away_is_not(self) -> None:
        for error, told in ((KeyError("figures"), True), (BrokenPipeError(), False), (TimeoutError(), False)):
            with mock.patch.object(page, "read_report", side_effect=error), mock.patch("sys.stderr", io.StringIO()) as err:
                with self.assertRaises((http.client.HTTPException, ConnectionError)):
                    self.ask("GET", "/")
                self.server.shutdown()
                self.assertEqual("KeyError" in err.getvalue(), told, error)
                threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def test_silent_clients_do_not_take_all_threads(self) -> None:
        with mock.patch.object(page, "MOST_OF_ONE", 100):
            self.listen()
        silent = self.connect(40)
        silent[-1].settimeout(5)
        self.assertEqual(silent[-1].recv(1), b"", "the last was hung up on")
        self.assertLessEqual(threading.active_count(), page.MOST_REQUESTS + 6)

    def test_one_address_does_not_take_the_places_of_the_others(self) -> None:
        self.connect(40)
        time.sleep(0.2)
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, source_address=("127.0.0.2", 0))
        self.addCleanup(connection.close)
        connection.request("GET", "/healthz")
        self.assertEqual(connection.getresponse().status, 200)

    def test_a_request_that_comes_in_pieces_has_no_more_time_than_others(self) -> None:
        with mock.patch.object(page, "REQUEST_SECONDS", 0.5):
            (client,) = self.connect(1)
            began = time.monotonic()
            client.settimeout(0.1)
            while time.monotonic() - began < 20:
                try:
                    client.sendall(b"G")
                    if client.recv(1) == b"":
                        break
                except socket.timeout:
                    continue
                except OSError:
                    break
        self.assertLess(time.monotonic() - began, 10)

    def connect(self, count: int) -> List[socket.socket]:
        clients = [socket.create_connection(("127.0.0.1", self.server.server_port)) for _ in range(count)]
        for client in clients:
            self.addCleanup(client.close)
        return clients


if __name__ == "__main__":
    unittest.main()
