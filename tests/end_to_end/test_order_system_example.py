"""The example's order system against the running house: whatever happens on the way, each report counts once."""

import base64
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from huiyuan.kit.v1.kit_pb2 import REFUSAL_KIND_UNAVAILABLE, Refusal

from infra.local import layout
from tests.conftest import free_port
from tests.end_to_end.callers import OrderSystem, Shopper
from tests.end_to_end.house import House

EXAMPLE = layout.ROOT / "examples" / "order-system"


class Corner:
    """The example's shop, by its command."""

    def __init__(self, house: House, database: Path) -> None:
        self.url = house.url("loyalty")
        self._token = house.issuer.system("corner-shop")
        self._database = database

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        told = dict(os.environ) | {
            "LOYALTY_URL": self.url,
            "SHOP_TOKEN": self._token,
            "NO_PROXY": "127.0.0.1",
        }
        return subprocess.run(
            [sys.executable, EXAMPLE, "--shop", self._database, *command],
            env=told,
            cwd=layout.ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def sell(self, shopper: Shopper, *lines: str) -> str:
        return self.run("sell", shopper.phone, *lines).stdout.removeprefix("sold: ").strip()


@pytest.fixture
def corner(running: House, tmp_path: Path) -> Corner:
    return Corner(running, tmp_path / "shop.db")


def test_what_was_sold_and_taken_back_is_reported_once(corner: Corner, shop: OrderSystem) -> None:
    shopper = shop.register()
    order_id = corner.sell(shopper, "longjing:2:17600", "gaiwan:1:31200")
    corner.run("refund", order_id, "2")
    reported = corner.run("report")
    assert reported.returncode == 0, reported.stderr
    assert f"order {order_id}: earned 488 POINTS, 488 GROWTH" in reported.stdout
    assert "took back 312 POINTS, 312 GROWTH" in reported.stdout
    assert shopper.points() == 176
    assert corner.run("report").stdout == ""


def test_an_order_whose_answer_was_lost_counts_once(corner: Corner, shop: OrderSystem) -> None:
    shopper = shop.register()
    order_id = corner.sell(shopper, "longjing:1:10000")
    corner.run("refund", order_id, "1")
    corner.sell(shopper, "gaiwan:1:5000")
    with bad_way(corner.url, ["away", "answer lost", "answer lost", "passed", "answer lost"]) as way:
        corner.url = way.url
        reported = corner.run("report")
    assert reported.returncode == 0, reported.stderr
    assert way.troubles == [], "every trouble was met"
    assert shopper.points() == 50
    entries = shopper.me('entries(first: 20, currency: "POINTS") { nodes { type } }')["entries"]["nodes"]
    assert [entry["type"] for entry in entries] == ["EARN", "EARN_REVERSAL", "EARN"]


def test_a_refused_report_stands_in_no_others_way(corner: Corner, shop: OrderSystem) -> None:
    shopper = shop.register()
    unknown = Shopper(shop.house, "", "+8613999999998")
    corner.sell(unknown, "puer:1:9900")
    corner.sell(shopper, "puer:1:9900")
    reported = corner.run("report")
    assert reported.returncode == 0
    assert "REFUSED UNKNOWN_MEMBER" in reported.stdout
    assert shopper.points() == 99
    assert corner.run("report").stdout == "", "what is refused is for a person to look at"


def test_what_nobody_answers_is_kept_for_the_next_time(corner: Corner, shop: OrderSystem) -> None:
    shopper = shop.register()
    corner.sell(shopper, "puer:1:9900")
    at_home, corner.url = corner.url, f"http://127.0.0.1:{free_port()}"
    away = corner.run("report", "--patience", "1")
    assert (away.returncode, away.stdout) == (1, "")
    assert "kept for the next time" in away.stderr
    corner.url = at_home
    assert corner.run("report").returncode == 0
    assert shopper.points() == 99


class BadWay(ThreadingHTTPServer):
    """A way to the service that meets each call with a trouble of its list, until there are none left."""

    daemon_threads = True

    def __init__(self, to: str, troubles: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), _Passage)
        self.to = to
        self.troubles = troubles

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Passage(BaseHTTPRequestHandler):
    server: BadWay

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        trouble = self.server.troubles.pop(0) if self.server.troubles else "passed"
        if trouble == "away":
            self._answer(503, "application/json", _away())
            return
        headers = {name: self.headers[name] for name in ("content-type", "authorization")}
        with httpx.Client(trust_env=False) as there:
            answer = there.post(self.server.to + self.path, content=body, headers=headers)
        if trouble == "answer lost":
            self.close_connection = True
            return
        self._answer(answer.status_code, answer.headers["content-type"], answer.content)

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


def _away() -> bytes:
    """A refusal that asks to try again, as services send it when their database is away."""
    refusal = Refusal(
        code="LEDGER_UNAVAILABLE", message="try again", retryable=True, kind=REFUSAL_KIND_UNAVAILABLE
    )
    value = base64.b64encode(refusal.SerializeToString()).decode().rstrip("=")
    detail = {"type": "huiyuan.kit.v1.Refusal", "value": value}
    return json.dumps({"code": "unavailable", "message": "away", "details": [detail]}).encode()


@contextmanager
def bad_way(to: str, troubles: list[str]) -> Iterator[BadWay]:
    way = BadWay(to, troubles)
    thread = threading.Thread(target=way.serve_forever)
    thread.start()
    try:
        yield way
    finally:
        way.shutdown()
        thread.join()
        way.server_close()
