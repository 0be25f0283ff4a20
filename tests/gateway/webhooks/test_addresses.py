"""Addresses: in production webhooks reach the public internet alone, whatever a URL or a name's records say."""

import asyncio
import threading
from ipaddress import ip_address

import pytest

from gateway.webhooks.addresses import (
    AddressRefused,
    NameNotResolved,
    Resolver,
    WebhookUrlRefused,
    check_url,
    is_public,
)
from gateway.webhooks.sender import Failure, Sender
from tests.gateway.webhooks.receiver import receiving

OURS = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fd00::1", "fec0::1", "ff02::1", "2001:db8::1", "::127.0.0.1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:7f00:1::1"),
]


@pytest.mark.parametrize("address", OURS)
def test_an_address_of_our_own_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["1.1.1.1", "::ffff:8.8.8.8", "2606:4700::1111"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "ftp://example.com/hook",
        "https:///hook",
        "https://user:secret@example.com/",
        "https://example.com/#part",
        "https://localhost/",
        "https://api.localhost./",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://intranet/",
        "https://127.1/",
        "https://2130706433/",
        "https://0x7f.0.0.1/",
        "https://exam ple.com/",
        "https://ex\u00e4mple.com/",
        "https://example.com:port/",
        "https://example.com/\n",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://example.com/" + "x" * 2000,
        *(f"https://{address}/" for address in OURS if ":" not in address),
    ],
)
def test_a_url_that_is_seen_to_be_wrong_is_refused_in_production(url: str) -> None:
    with pytest.raises(WebhookUrlRefused):
        check_url(url, closed=True)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://shop.example.com:8443/hooks?a=b",
        "https://1.1.1.1/",
        "https://7.example.com/",
    ],
)
def test_a_good_url_is_taken(url: str) -> None:
    check_url(url, closed=True)


def test_in_development_loopback_is_taken_and_a_password_is_not() -> None:
    check_url("http://127.0.0.1:9000/hook", closed=False)
    for told in (
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
    ):
        with pytest.raises(WebhookUrlRefused):
            check_url(f"http://{told}/latest/meta-data", closed=False)
    with pytest.raises(WebhookUrlRefused):
        check_url("http://user:secret@127.0.0.1/", closed=False)


class Names(Resolver):
    """Names whose records a test sets."""

    def __init__(self, *answers: list[str], closed: bool = True) -> None:
        super().__init__(closed=closed)
        self.answers = list(answers)
        self.asked = 0
        self.gate: threading.Event | None = None

    def look_up(self, host: str, port: int) -> list[str]:
        self.asked += 1
        if self.gate is not None and host == "slow.example":
            self.gate.wait(5)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


async def send(names: Names, url: str) -> Failure | None:
    sender = Sender(closed=True, resolver=names, timeout_s=2)
    answer = await sender.send(url, {}, b"{}")
    await sender.close()
    return answer.failure


@pytest.mark.parametrize("records", [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["::ffff:127.0.0.1"]])
async def test_a_name_that_leads_to_loopback_is_refused_when_it_is_sent_to(records: list[str]) -> None:
    async with receiving() as receiver:
        port = receiver.address.rpartition(":")[2]
        assert await send(Names(records), f"https://rebound.example:{port}/") is Failure.ADDRESS_REFUSED
        assert receiver.got == []


async def test_a_name_whose_records_change_leads_nowhere_else_than_what_was_checked() -> None:
    """Were the name looked up a second time to connect, it would reach the receiver."""
    async with receiving() as receiver:
        port = receiver.address.rpartition(":")[2]
        names = Names(["192.0.2.7"], ["127.0.0.1"], closed=False)
        sender = Sender(closed=False, resolver=names, timeout_s=2)
        failure = (await sender.send(f"http://rebound.example:{port}/", {}, b"{}")).failure
        await sender.close()
        assert failure in (Failure.NOT_CONNECTED, Failure.TIMED_OUT)
        assert names.asked == 1
        assert receiver.got == []


async def test_in_production_nothing_goes_out_in_clear() -> None:
    """An endpoint may have been made while the installation was in development."""
    names = Names(["1.1.1.1"])
    assert await send(names, "http://example.com/") is Failure.NOT_SECURE
    assert names.asked == 0


async def test_the_resolver_refuses_by_name_too() -> None:
    with pytest.raises(AddressRefused):
        await Resolver(closed=True).addresses("localhost", 80)
    assert "127.0.0.1" in await Resolver(closed=False).addresses("localhost", 80)
    with pytest.raises(AddressRefused):
        await Names(["127.0.0.1", "169.254.169.254"], closed=False).addresses("hook.example", 80)
    with pytest.raises(AddressRefused):  # however a number is spelled
        await Resolver(closed=False).addresses("0xa9fea9fe", 80)
    with pytest.raises(NameNotResolved):
        await Resolver(closed=True).addresses("no.such.name.invalid", 80)


async def test_a_name_that_is_slow_to_look_up_holds_up_no_other_and_is_asked_for_once() -> None:
    names = Names(["127.0.0.1"], closed=False)
    names.gate = threading.Event()
    slow = [asyncio.ensure_future(names.addresses("slow.example", 80)) for _ in range(100)]
    await asyncio.sleep(0.05)
    assert await asyncio.wait_for(names.addresses("quick.example", 80), 10) == ["127.0.0.1"]
    assert names.asked == 2
    names.gate.set()
    assert await asyncio.gather(*slow) == [["127.0.0.1"]] * 100


async def test_redirects_are_not_followed() -> None:
    async with receiving() as receiver:
        receiver.answers["/hook"] = 307
        receiver.headers["location"] = "/elsewhere"
        answer = await Sender(closed=False).send(f"{receiver.address}/hook", {}, b"{}")
        assert (answer.failure, answer.status_code) == (Failure.REDIRECTED, 307)
        assert [got.path for got in receiver.got] == ["/hook"]


async def test_an_endpoint_that_does_not_answer_in_time_is_given_up() -> None:
    async with receiving() as receiver:

        async def sleep() -> int:
            await asyncio.sleep(1)
            return 200

        receiver.answers["/hook"] = sleep
        sender = Sender(closed=False, timeout_s=0.2)
        assert (await sender.send(f"{receiver.address}/hook", {}, b"{}")).failure is Failure.TIMED_OUT
        await sender.close()


async def test_an_endpoint_that_answers_bit_by_bit_is_given_up_too() -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            for letter in "HTTP/1.1 200 OK\r\nx-slow: " + "x" * 200:
                writer.write(letter.encode())
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sender = Sender(closed=False, timeout_s=0.3)
    answer = await asyncio.wait_for(sender.send(f"http://127.0.0.1:{port}/", {}, b"{}"), 10)
    assert answer.failure is Failure.TIMED_OUT
    await sender.close()
    server.close()


async def test_an_endless_answer_is_not_read() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        try:
            while True:
                writer.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sender = Sender(closed=False, timeout_s=5)
    answer = await asyncio.wait_for(sender.send(f"http://127.0.0.1:{port}/", {}, b"{}"), 10)
    assert answer.failure is None
    await sender.close()
    server.close()


async def test_what_is_not_there_or_speaks_no_http_is_told_apart() -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ready\r\n")
        await asyncio.sleep(0.2)
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sender = Sender(closed=False, timeout_s=2)
    assert (await sender.send(f"http://127.0.0.1:{port}/", {}, b"{}")).failure is Failure.NOT_HTTP
    assert (await sender.send(f"https://127.0.0.1:{port}/", {}, b"{}")).failure is Failure.NOT_SECURE
    server.close()
    await server.wait_closed()
    assert (await sender.send(f"http://127.0.0.1:{port}/", {}, b"{}")).failure is Failure.NOT_CONNECTED
    await sender.close()
