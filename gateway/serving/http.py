"""HTTP: GraphQL by POST, and public queries by GET."""

from collections.abc import Iterable, Mapping
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import orjson
from graphql import OperationType
from starlette.types import Receive, Scope, Send

from gateway import limits
from gateway.auth import UNKNOWN
from gateway.documents import uses
from gateway.errors import LIMIT_EXCEEDED, language
from gateway.limits.addresses import client_address
from gateway.limits.load import Load, Overloaded
from gateway.scalars import Locale, preferred
from gateway.serving import events, public
from gateway.serving.asking import Asker, Asks, Body, NotAQuery, NotExecuted, Operation
from gateway.serving.explorer import Page
from gateway.serving.front import TOO_BUSY
from gateway.serving.replies import (
    NO_STORE,
    RETRY_SOON,
    Media,
    Refused,
    accepted,
    answered,
    told,
)
from gateway.serving.surface import Surface
from services.kit import telemetry
from services.kit.http_protocol import Response, send_whole

_CLIENT = uses.HEADER.encode()
_BUSY = Response(503, Media.JSON.kind, TOO_BUSY, (NO_STORE, RETRY_SOON))

Headers = Mapping[bytes, bytes]


class Endpoint:
    """A surface over HTTP, as an ASGI application. ``page`` is what a browser gets, in development.

    Public queries alone come by GET, which is cached, logged and sent across sites, so that it speaks for nobody.
    With ``signed_gets``, which is for development, it speaks for whoever signed it.
    """

    def __init__(
        self,
        surface: Surface,
        page: Page | None,
        load: Load,
        *,
        trusted_proxies: int = 0,
        signed_gets: bool = False,
    ) -> None:
        self._surface = surface
        self._page = page
        self._load = load
        self._trusted_proxies = trusted_proxies
        self._signed_gets = signed_gets
        self._asks = Asks()

    def direct(self, headers: Headers, peer: str | None) -> "_Post | None":
        """Who answers a POST with these headers, each of which is there once, when it wants one answer and no more."""
        length = headers[b"content-length"]
        if not length.isdigit() or int(length) > limits.BODY_BYTES:
            return None
        media = accepted(_text(headers, b"accept"))
        return _Post(self, headers, peer, media) if media in (Media.RESPONSE, Media.JSON) else None

    def come(self) -> Response | None:
        """What a POST that came whole is answered where there is no place; where there is one, it is coming."""
        if self._load.operations.turns_away():
            return _BUSY
        self._load.operations.note_coming()
        return None

    async def answer(self, headers: Headers, peer: str | None, media: Media, content: bytes) -> Response:
        """The reply to a POST that came whole and was told to be coming."""
        self._load.operations.note_came()
        if self._load.operations.turns_away():
            return _BUSY
        locale = _begin(headers)
        try:
            asker = await self._signed(headers, locale, peer, headers.items())
            parameters = self._asks.known(content) or _decoded(content)
            with self._load.operations:
                operation = await self._surface.admit(parameters, asker)
                self._asks.remember(content, operation.ask)
                return answered(media, await self._executed(operation))
        except (NotExecuted, Refused) as refusal:
            return told(refusal, media)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._load.operations.turns_away():
            await send_whole(send, _BUSY)
            return
        headers = dict(scope["headers"])
        locale, media = _begin(headers), accepted(_text(headers, b"accept"))
        try:
            if media is Media.PAGE:
                await send_whole(send, self._shown(scope))
                return
            if media is None:
                raise Refused(
                    406, f"accept one of: {Media.RESPONSE.value}, {Media.JSON.value}, {Media.EVENTS.value}"
                )
            asker, parameters = await self._ask(scope, headers, locale, receive)
            # What is still on its way to us is waited for without a place: who sends slowly takes none from others.
            with self._load.operations:
                by_get = scope["method"] == "GET"
                operation = await self._surface.admit(parameters, asker, queries_only=by_get)
                if media is not Media.EVENTS:
                    body = await self._executed(operation)
                    if by_get and asker.identity is UNKNOWN and public.may_be_kept(body):
                        await _show(send, media, body, _text(headers, b"if-none-match"))
                    else:
                        await send_whole(send, answered(media, body))
                    return
            await self._stream(operation, asker, receive, send)
        except (NotExecuted, NotAQuery, Refused) as refusal:
            await send_whole(send, told(refusal, media))

    async def _ask(
        self, scope: Scope, headers: Headers, locale: Locale, receive: Receive
    ) -> tuple[Asker, dict[str, Any]]:
        """Who asks, and for what."""
        if scope["method"] == "GET":
            signed = _text(headers, b"authorization") if self._signed_gets else None
            address = partial(client_address, _peer(scope), scope["headers"], self._trusted_proxies)
            return await self._surface.identify(signed, locale, address), _query_parameters(scope)
        if scope["method"] != "POST":
            raise Refused(405, "use POST, or GET for public queries", (b"allow", b"GET, POST"))
        asker = await self._signed(headers, locale, _peer(scope), scope["headers"])
        return asker, _decoded(await _read(headers, receive))

    async def _signed(
        self, headers: Headers, locale: Locale, peer: str | None, each: Iterable[tuple[bytes, bytes]]
    ) -> Asker:
        """Who asks by POST; of ``each`` header those count that may be there several times."""
        _check_content_type(_text(headers, b"content-type"))
        address = partial(client_address, peer, each, self._trusted_proxies)
        return await self._surface.identify(_text(headers, b"authorization"), locale, address)

    async def _executed(self, operation: Operation) -> Body:
        if operation.kind is OperationType.SUBSCRIPTION:
            raise Refused(406, f"subscriptions need accept: {Media.EVENTS.value}, or a WebSocket")
        return await self._surface.execute(operation)

    async def _stream(self, operation: Operation, asker: Asker, receive: Receive, send: Send) -> None:
        if self._load.streams.turns_away():
            raise Refused(503, "too many streams are open: try again", RETRY_SOON, code=Overloaded.code)
        try:
            with self._load.streams, self._load.streams_of.of(asker.payer.key):
                await events.stream(self._surface, operation, receive, send)
        except Overloaded as refusal:
            raise Refused(429, refusal.message, RETRY_SOON, code=LIMIT_EXCEEDED) from None

    def _shown(self, scope: Scope) -> Response:
        if self._page is None or scope["method"] != "GET":
            raise Refused(406, f"accept {Media.RESPONSE.value} or {Media.JSON.value}")
        policy = (b"content-security-policy", self._page.policy)
        return Response(200, Media.PAGE.kind, self._page.content, (NO_STORE, policy))


class _Post(NamedTuple):
    """A POST that came whole and wants one answer."""

    endpoint: Endpoint
    headers: Headers
    peer: str | None
    media: Media

    def at_once(self, _: bytes) -> Response | None:
        return self.endpoint.come()

    async def answer(self, content: bytes) -> Response:
        return await self.endpoint.answer(self.headers, self.peer, self.media, content)


def _begin(headers: Headers) -> Locale:
    """Begin to work for whoever asks; the language of what they are told."""
    telemetry.begin(_text(headers, b"traceparent"))
    locale = preferred(_text(headers, b"accept-language"))
    language.set(locale)
    uses.client.set(uses.named(_text(headers, _CLIENT)))
    return locale


def _peer(scope: Scope) -> str | None:
    client = scope.get("client")
    return client[0] if client else None


def _text(headers: Headers, name: bytes) -> str | None:
    value = headers.get(name)
    return None if value is None else value.decode("latin-1")


@lru_cache(maxsize=64)
def _check_content_type(content_type: str | None) -> None:
    """JSON in UTF-8 and nothing else: what a form on another site can send is refused."""
    kind, *parameters = (part.strip().lower() for part in (content_type or "").split(";"))
    if kind != "application/json":
        raise Refused(415, "send the request as content-type: application/json")
    if any(p.startswith("charset=") and p[8:].strip('"') not in ("utf-8", "utf8") for p in parameters):
        raise Refused(415, "send the request in UTF-8")


async def _read(headers: Headers, receive: Receive) -> bytes:
    _check_length(int(headers.get(b"content-length", b"0")))
    message = await receive()
    if not message.get("more_body"):
        body: bytes = message.get("body", b"")
        _check_length(len(body))
        return body
    read = bytearray(message["body"])
    while message.get("more_body"):
        message = await receive()
        read += message.get("body", b"")
        _check_length(len(read))
    return bytes(read)


def _check_length(length: int) -> None:
    if length > limits.BODY_BYTES:
        raise Refused(413, f"the request is too long: at most {limits.BODY_BYTES} bytes")


def _decoded(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "the request is not JSON in UTF-8") from None


def _query_parameters(scope: Scope) -> dict[str, Any]:
    query = scope["query_string"]
    if len(query) > limits.BODY_BYTES:
        raise Refused(414, "the query string is too long")
    try:
        parameters: dict[str, Any] = dict(
            parse_qsl(query.decode("ascii"), strict_parsing=bool(query), max_num_fields=10)
        )
        for name in ("variables", "extensions"):
            if name in parameters:
                parameters[name] = orjson.loads(parameters[name])
    except ValueError:
        raise Refused(400, "the query string is not well-formed") from None
    return parameters


async def _show(send: Send, media: Media, body: Body, if_none_match: str | None) -> None:
    """Answer what anyone may see, without the bytes for whoever has them already."""
    content = orjson.dumps(body)
    shown = public.headers(content, media.value.encode())
    if public.is_fresh(if_none_match, shown):
        await send({"type": "http.response.start", "status": 304, "headers": shown})
        await send({"type": "http.response.body"})
        return
    await send_whole(send, Response(200, media.kind, content, tuple(shown)))
