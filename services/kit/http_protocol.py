"""HTTP protocol, as we serve it: requests arrive in good time, the head of a response and its body leave in one packet.

uvicorn waits for the rest of a request for ever: whoever sends nothing, or slowly, would keep a connection each.
It writes the parts of a response one after the other, and uvloop sends each at once: two system calls, two packets,
and a caller that wakes up twice. It was a tenth of what a call cost the server.

What a process is asked all the time it may answer **directly**: a POST that says its length is handed over whole and
answered whole. The cycle of messages that ASGI makes of it (a scope, an event, two sends whose headers are looked
through for what may not stand in them) cost more than most calls themselves. All else goes uvicorn's way.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from starlette.types import Send
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from services.kit.together import Together

REQUEST_WITHIN_S = 20.0
"""How long a request may take to arrive; twice that at most passes until its connection is closed."""


HEAD_BYTES = 64 * 1024
"""How long the head of a request may be, and as much again of it that came at once."""

REQUEST_BYTES = 16 * 1024 * 1024
"""How long a request may be, whatever it consists of; what reads it sets limits of its own."""


_HEARD_OUT_S = 1.0
"""How long whoever was refused is still listened to: to hang up at once would take the answer from them."""

_TOO_LONG_A_HEAD = b"the head of the request is too long: at most %d bytes\n" % HEAD_BYTES

TurnAway = Callable[[bytes], bytes | None]
"""What a whole request is answered at once, when there is no place for it; None when it may go on."""


class Response(NamedTuple):
    """What a request is answered whole: the status, the content type, the content and further headers."""

    status: int
    kind: bytes
    content: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()


async def send_whole(send: Send, response: Response) -> None:
    """Send a response by ASGI, where it is not answered directly."""
    status, kind, content, headers = response
    said = [(b"content-type", kind), *headers, (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": said})
    await send({"type": "http.response.body", "body": content})


class Answering(Protocol):
    """Answers one request from its content, and raises nothing."""

    def at_once(self, content: bytes) -> Response | None:
        """The answer where nothing has to be waited for: a task of its own would cost more than such an answer."""

    async def answer(self, content: bytes) -> Response:
        """The answer, asked for when there was none at once."""


Direct = Callable[[bytes, Mapping[bytes, bytes], str | None], Answering | None]
"""Who answers a POST with this URL and these headers, each of which is there once, from a peer at this address; None
when it goes uvicorn's way."""


class HttpProtocol(HttpToolsProtocol):
    """uvicorn's own, on a transport that sends together, and for requests that come to an end.

    A process that may be asked too much has ``turn_away``: what it has no place for costs it next to nothing.
    """

    _in_head = False
    _deaf = False
    """Whether what still arrives is passed over."""

    _in_request = False
    _received = 0
    _exchange: "_Exchange | None" = None
    _idle_since_s: float | None = None

    def __init__(
        self, *args: Any, turn_away: TurnAway | None = None, direct: Direct | None = None, **settings: Any
    ) -> None:
        super().__init__(*args, **settings)
        self._turn_away = turn_away
        self._direct = direct

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._together = Together(transport)
        super().connection_made(self._together)  # type: ignore[arg-type]
        self._expected_since_s: float | None = self.loop.time()
        self._watch: asyncio.TimerHandle | None = self.loop.call_later(REQUEST_WITHIN_S, self._look)

    def data_received(self, data: bytes) -> None:
        if len(data) <= HEAD_BYTES:
            if not self._turned_away(data):
                self._take(data)
            return
        for at in range(0, len(data), HEAD_BYTES):
            self._take(data[at : at + HEAD_BYTES])

    def _turned_away(self, data: bytes) -> bool:
        """Whether these bytes are a request that has been answered unread; for the connection it was one like any other."""
        if self._turn_away is None or not self.is_idle or self.flow.write_paused:
            return False
        answer = self._turn_away(data)
        if answer is None:
            return False
        self._unset_keepalive_if_required()
        self._expected_since_s, self._idle_since_s = None, self.loop.time()
        self._together.write_whole(answer)
        return True

    def _take(self, data: bytes) -> None:
        self._received += len(data)
        if self._received > REQUEST_BYTES:
            self.transport.close()
        elif self._deaf or self.transport.is_closing():
            return
        elif self._in_head and self._received > HEAD_BYTES:
            self._refuse_head()
        else:
            super().data_received(data)

    def _refuse_head(self) -> None:
        """Say that the head is too long, and hang up a little later."""
        if not (self.cycle is None or self.cycle.response_complete):
            self.transport.close()  # the answer before this one has not been given yet
            return
        self._deaf = True
        self.transport.write(
            b"%bcontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\nconnection: close\r\n\r\n%b"
            % (STATUS_LINE[431], len(_TOO_LONG_A_HEAD), _TOO_LONG_A_HEAD)
        )
        self.loop.call_later(_HEARD_OUT_S, self.transport.close)

    @property
    def is_idle(self) -> bool:
        """Whether what arrives next begins a request, and nothing before it waits for its answer."""
        return not self._in_request and (self.cycle is None or self.cycle.response_complete)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._stop_watching()
        self._deaf = True
        super().handle_websocket_upgrade()

    # --- what the parser says ------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        self._expected_since_s = self.loop.time()
        self._in_head = self._in_request = True
        self._idle_since_s = None
        self._received = 0
        if self._direct is None:
            super().on_message_begin()
        else:  # the scope is made when it is known to be needed
            self.url = b""
            self.expect_100_continue = False
            self.headers = []

    def on_headers_complete(self) -> None:
        self._in_head = False
        if self._direct is not None:
            self._exchange = self._begun(self._direct)
            if self._exchange is not None:
                self.cycle = self._exchange  # type: ignore[assignment]
                return
            url, headers, expect = self.url, self.headers, self.expect_100_continue
            super().on_message_begin()
            self.url, self.expect_100_continue = url, expect
            self.headers.extend(headers)  # the scope's own list
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if self._exchange is None:
            super().on_body(body)
        else:
            self._exchange.content.append(body)

    def on_message_complete(self) -> None:
        self._expected_since_s = None
        self._in_request = False
        exchange, self._exchange = self._exchange, None
        if exchange is None:
            return super().on_message_complete()
        content = b"".join(exchange.content)
        response = exchange.answering.at_once(content)
        if response is not None:
            return self._respond(exchange, response)
        self.tasks.add(self.loop.create_task(self._answer(exchange, content)))

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.is_idle:
            self._idle_since_s = self.loop.time()

    def _begun(self, direct: Direct) -> "_Exchange | None":
        """The exchange, when nothing waits on this connection and the request is one that is answered directly."""
        headers = dict(self.headers)
        if (
            self.parser.get_method() != b"POST"
            or b"content-length" not in headers
            or self.expect_100_continue
            or len(headers) < len(self.headers)  # a header that is there twice
            or b"transfer-encoding" in headers
            or b"upgrade" in headers
            or self.parser.get_http_version() != "1.1"
            or not (self.cycle is None or self.cycle.response_complete)
            or self.flow.write_paused
        ):
            return None
        answering = direct(self.url, headers, self.client[0] if self.client else None)
        return None if answering is None else _Exchange(answering, self.parser.should_keep_alive())

    async def _answer(self, exchange: "_Exchange", content: bytes) -> None:
        try:
            response = await exchange.answering.answer(content)
        except BaseException:
            exchange.response_complete = True
            self.transport.close()
            raise
        finally:
            # Not by a callback, which would cost another turn of the loop: nothing waits from here on.
            self.tasks.discard(asyncio.current_task(self.loop))
        self._respond(exchange, response)

    def _respond(self, exchange: "_Exchange", response: Response) -> None:
        exchange.response_complete = True
        if exchange.disconnected:
            return
        status, kind, content, headers = response
        if not exchange.keep_alive:
            headers = (*headers, (b"connection", b"close"))
        more = b"".join([b"%b: %b\r\n" % header for header in headers])
        self._together.write_whole(
            b"%bcontent-type: %b\r\ncontent-length: %d\r\n%b\r\n%b"
            % (STATUS_LINE[status], kind, len(content), more, content)
        )
        if not exchange.keep_alive:
            self.transport.close()
        if self.pipeline or self.transport.is_closing():
            self.on_response_complete()
        else:  # all that is left of it, without a timer
            self.server_state.total_requests += 1
            self._idle_since_s = self.loop.time()

    # --- how long it may take ------------------------------------------------------------------------

    def _look(self) -> None:
        """One timer for each connection, whatever it asks for: to set one for each request would cost each."""
        now_s, since_s, idle_s = self.loop.time(), self._expected_since_s, self._idle_since_s
        if (since_s is not None and now_s - since_s >= REQUEST_WITHIN_S) or (
            idle_s is not None and now_s - idle_s >= self.timeout_keep_alive
        ):
            self.transport.close()
        else:
            self._watch = self.loop.call_later(REQUEST_WITHIN_S, self._look)

    def _stop_watching(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None


class _Nobody:
    """Whom uvicorn would wake when a connection is lost: whoever answers directly does not wait for messages."""

    def set(self) -> None:
        pass


class _Exchange:
    """A request that is answered directly, with what uvicorn asks of the cycle under way."""

    __slots__ = ("answering", "content", "disconnected", "keep_alive", "response_complete")
    message_event = _Nobody()

    def __init__(self, answering: Answering, keep_alive: bool) -> None:
        self.answering = answering
        self.content: list[bytes] = []
        self.keep_alive = keep_alive
        self.disconnected = False
        self.response_complete = False
