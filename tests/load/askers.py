"""Askers: connections that each ask the same again as soon as they are answered, by one epoll and nothing around it.

They share a core with the services whose speed they measure: what a loop and a protocol for each connection added to
receiving and sending was a seventh of what asking took from that core.
"""

import select
import socket
import time
from collections.abc import Sequence

from infra.local.layout import HOST

_LONGEST_S = 0.1
"""How long nobody is answered before the time is looked at."""


class Askers:
    """One connection for each request; every answer must come whole, as 200 and without errors."""

    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self.answered = 0
        self.failed = 0
        self._lengths: dict[bytes, int] = {}
        """Of each head that came, how long the body below it is: mostly they are the same, word for word."""
        self._poll = select.epoll()
        self._asking: dict[int, _Asker] = {}
        for request in requests:
            asker = _Asker(port, request)
            self._asking[asker.socket.fileno()] = asker
            self._poll.register(asker.socket, select.EPOLLIN)
            asker.ask()

    def go_on(self, seconds: float) -> None:
        """Ask for so long."""
        asking, until = self._asking, time.perf_counter() + seconds
        while time.perf_counter() < until:
            for descriptor, _ in self._poll.poll(_LONGEST_S):
                self._hear(asking[descriptor])

    def close(self) -> None:
        self._poll.close()
        for asker in self._asking.values():
            asker.socket.close()

    def _hear(self, asker: "_Asker") -> None:
        came = asker.socket.recv(65_536)
        if not came:
            raise ConnectionError("hung up on whoever asked")
        said = asker.before + came
        head_end = said.find(b"\r\n\r\n")
        if head_end < 0 or len(said) < head_end + 4 + self._length(said[:head_end]):
            asker.before = said
            return
        asker.before = b""
        if said.startswith(b"HTTP/1.1 200") and b'"errors"' not in said:
            self.answered += 1
        else:
            self.failed += 1
        asker.ask()

    def _length(self, head: bytes) -> int:
        known = self._lengths.get(head)
        if known is None:
            after = head.lower().partition(b"content-length:")[2]
            known = self._lengths[head] = int(after.partition(b"\r\n")[0])
        return known


class _Asker:
    """A connection, what it asks, and what came so far of the answer."""

    __slots__ = ("_request", "before", "socket")

    def __init__(self, port: int, request: bytes) -> None:
        self._request = request
        self.before = b""
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        self.socket.send(self._request)
