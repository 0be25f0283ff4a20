"""HTTP protocol, as we serve it: requests arrive in good time, the head of a response and its body leave in one packet.

uvicorn waits for the rest of a request for ever: whoever sends nothing, or slowly, would keep a connection each.
It writes the parts of a response one after the other, and uvloop sends each at once: two system calls, two packets,
and a caller that wakes up twice. It was a tenth of what a call cost the server.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_WITHIN_S = 20.0
"""How long a request may take to arrive; twice that at most passes until its connection is closed."""


HEAD_BYTES = 64 * 1024
REQUEST_BYTES = 16 * 1024 * 1024
"""How long a request may be, whatever it consists of; what reads it sets limits of its own."""


TurnAway = Callable[[bytes], bytes | None]
"""What a whole request is answered at once, when there is no place for it; None when it may go on."""


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's own, on a transport that sends together, and for requests that come to an end."""

    _in_head = False
    _in_request = False
    _received = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(_Together(transport))  # type: ignore[arg-type]
        self._expected_since_s: float | None = self.loop.time()
        self._watch: asyncio.TimerHandle | None = self.loop.call_later(REQUEST_WITHIN_S, self._look)

    def data_received(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > (HEAD_BYTES if self._in_head else REQUEST_BYTES):
            self.transport.close()
        else:
            super().data_received(data)

    @property
    def is_idle(self) -> bool:
        """Whether what arrives next begins a request, and nothing before it waits for its answer."""
        return not self._in_request and (self.cycle is None or self.cycle.response_complete)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._stop_watching()
        super().handle_websocket_upgrade()

    def on_message_begin(self) -> None:
        self._expected_since_s = self.loop.time()
        self._in_head = self._in_request = True
        self._received = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._expected_since_s = None
        self._in_request = False
        super().on_message_complete()

    def _look(self) -> None:
        """One timer for each connection, whatever it asks for: to set one for each request would cost each."""
        since_s = self._expected_since_s
        if since_s is not None and self.loop.time() - since_s >= REQUEST_WITHIN_S:
            self.transport.close()
        else:
            self._watch = self.loop.call_later(REQUEST_WITHIN_S, self._look)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


def turning_away(turn_away: TurnAway) -> type[HttpProtocol]:
    """The same for a process that may be asked too much: what it has no place for costs it next to nothing."""

    class Turning(HttpProtocol):
        def data_received(self, data: bytes) -> None:
            answer = turn_away(data) if self.is_idle else None
            if answer is None:
                super().data_received(data)
            else:
                self.transport.write(answer)

    return Turning


class _Together:
    """A transport that sends together what is written before the loop's next turn."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._written: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._written:
            self._loop.call_soon(self._send)
        self._written.append(data)

    def _send(self) -> None:
        if self._written:
            data = b"".join(self._written)
            self._written.clear()
            self._transport.write(data)

    def close(self) -> None:
        self._send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
