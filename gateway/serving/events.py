"""Server-sent events: an operation's answers as a stream, in the distinct connections mode of graphql-sse."""

import asyncio
import time
from collections.abc import AsyncGenerator

import orjson
from starlette.types import Receive, Send

from gateway.errors import refused
from gateway.serving.asking import Body, NotExecuted, Operation
from gateway.serving.surface import Surface
from services.kit.draining import draining
from services.kit.tokens import TokenExpired

_HEARTBEAT_S = 15.0
_COME_AGAIN = b"retry: 1000\n\n"


async def stream(surface: Surface, operation: Operation, receive: Receive, send: Send) -> None:
    """Send answers until there are no more, the client leaves, its token ends or the process stops."""
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [
                (b"content-type", b"text/event-stream; charset=utf-8"),
                (b"cache-control", b"no-store"),
            ],
        }
    )
    sending = asyncio.ensure_future(_send_answers(surface, operation, send))
    leaving = asyncio.ensure_future(_disconnected(receive))
    stopping = asyncio.ensure_future(draining.over())
    expires_at_s = operation.context.identity.expires_at_s
    lasts_s = None if expires_at_s == float("inf") else max(0.0, expires_at_s - time.time())
    try:
        done, _ = await asyncio.wait(
            {sending, leaving, stopping}, timeout=lasts_s, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for task in (sending, leaving, stopping):
            task.cancel()
        await asyncio.gather(sending, leaving, stopping, return_exceptions=True)
    if leaving in done:
        return
    if done == {stopping}:
        # Without a word that it is complete, so that the client comes again; its cursor misses nothing.
        await _send(send, _COME_AGAIN, more=False)
        return
    if not done:
        ended = TokenExpired("the token has expired: ask the issuer for a new one")
        await _send(send, _event("next", {"errors": [refused(ended)]}))
    await _send(send, _event("complete", None), more=False)
    if sending in done:
        sending.result()


async def _send_answers(surface: Surface, operation: Operation, send: Send) -> None:
    async for chunk in _with_heartbeat(surface.subscribe(operation)):
        await _send(send, chunk)


async def _with_heartbeat(answers: AsyncGenerator[Body, None]) -> AsyncGenerator[bytes, None]:
    """Each answer as an event, and a comment when none came for a while, so that nobody between hangs up."""
    upcoming: asyncio.Task[Body] | None = None
    try:
        while True:
            upcoming = upcoming or asyncio.ensure_future(anext(answers))
            done, _ = await asyncio.wait({upcoming}, timeout=_HEARTBEAT_S)
            if not done:
                yield b":\n\n"
                continue
            try:
                body = upcoming.result()
            except StopAsyncIteration:
                return
            except NotExecuted as refusal:
                yield _event("next", refusal.body)
                return
            upcoming = None
            yield _event("next", body)
    finally:
        if upcoming is not None and not upcoming.done():
            upcoming.cancel()
            await asyncio.gather(upcoming, return_exceptions=True)
        await answers.aclose()


def _event(name: str, body: Body | None) -> bytes:
    data = b"" if body is None else orjson.dumps(body)
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send(send: Send, chunk: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": chunk, "more_body": more})
