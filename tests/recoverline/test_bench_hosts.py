"""The verdict of bench.hosts can fail, and its balancer goes on when a host is gone."""

import socket
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import cast

import pytest

from bench.hosts.balancer import Balancer
from bench.hosts.cluster import Cluster
from bench.hosts.customers import Customer, Customers
from bench.turns import BOOKED, OFFERED, TAKEN

FIRST, OFFER, DONE, MISSING = "Hi, sorry we missed you", OFFERED, f"Great, {BOOKED} in", "What is the address?"


@pytest.mark.parametrize(
    ("got", "keys", "lost", "doubled"),
    [
        ([FIRST, OFFER, DONE, MISSING], ["1", "2", "3", "4"], 0, 0),
        ([FIRST, OFFER, TAKEN], ["1", "2", "3"], 0, 0),
        ([FIRST, OFFER, DONE], ["1", "2", "3"], 1, 0),
        ([], [], 4, 0),
        ([FIRST, OFFER, OFFER, DONE, MISSING], ["1", "2", "3", "4", "5"], 0, 1),
        ([FIRST, OFFER, DONE, MISSING], ["1", "2", "2", "4"], 0, 1),
    ],
)
def test_what_is_lost_and_what_is_doubled(got: list[str], keys: list[str], lost: int, doubled: int) -> None:
    them = Customers(cast("Cluster", None), rate=0, seconds=0)
    them.all = [Customer("+16025550142", called=1.0, asked=2.0, chose=3.0, got=[(9.0, body) for body in got])]
    them.keys = keys
    assert (them.lost(), them.doubled()) == (lost, doubled)


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(self.server.server_port).encode())

    def log_message(self, *_: object) -> None:
        pass


def test_the_balancer_takes_turns_and_passes_over_a_host_that_is_gone() -> None:
    hosts = [HTTPServer(("127.0.0.1", 0), Answering) for _ in range(2)]
    for host in hosts:
        threading.Thread(target=host.serve_forever, args=(0.01,), daemon=True).start()
    ports = [host.server_port for host in hosts]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Balancer(port, ports):

        def ask() -> int:
            return int(urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read())

        assert [ask(), ask(), ask()] == [ports[0], ports[1], ports[0]]
        hosts[1].shutdown()
        hosts[1].server_close()
        assert [ask(), ask(), ask()] == [ports[0]] * 3
    hosts[0].shutdown()
    hosts[0].server_close()
