"""Replies: what a request over HTTP is answered, be it taken or refused, and in which media type."""

from enum import Enum
from functools import lru_cache

import orjson

from gateway.errors import BAD_REQUEST, RequestError, formatted
from gateway.serving.asking import Body, NotAQuery, NotExecuted
from services.kit.http_protocol import Response

Header = tuple[bytes, bytes]

NO_STORE: Header = (b"cache-control", b"no-store")
RETRY_SOON: Header = (b"retry-after", b"1")


class Media(Enum):
    """What a client accepts of what we can answer."""

    def __init__(self, name: str) -> None:
        self.kind = name.encode() + b"; charset=utf-8"

    RESPONSE = "application/graphql-response+json"
    JSON = "application/json"
    EVENTS = "text/event-stream"
    PAGE = "text/html"


_MEDIA = {media.value: media for media in Media}


@lru_cache(maxsize=256)
def accepted(accept: str | None) -> Media | None:
    """What the client likes best of what we have; JSON when it does not say, None when it wants none of it."""
    if not accept:
        return Media.JSON
    best: tuple[float, Media | None] = (0.0, None)
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        weight = next((p[2:] for p in parameters if p.startswith("q=")), "1")
        charset = next((p[8:] for p in parameters if p.startswith("charset=")), "utf-8")
        media = Media.JSON if kind in ("*/*", "application/*") else _MEDIA.get(kind)
        try:
            if media is not None and charset == "utf-8" and float(weight) > best[0]:
                best = (float(weight), media)
        except ValueError:
            continue
    return best[1]


class Refused(Exception):
    """The HTTP request itself cannot be taken."""

    def __init__(self, status: int, message: str, *headers: Header, code: str = BAD_REQUEST) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.code = code


def answered(media: Media, body: Body) -> Response:
    """What was executed, with what came of it."""
    status = 400 if media is Media.RESPONSE and "data" not in body else 200
    return Response(status, media.kind, orjson.dumps(body), (NO_STORE,))


def told(refusal: NotExecuted | NotAQuery | Refused, media: Media | None) -> Response:
    """What was not executed, and why."""
    if isinstance(refusal, NotExecuted):
        as_media = media if media in (Media.RESPONSE, Media.JSON) else Media.JSON
        content = orjson.dumps(refusal.body)
        return Response(_status(refusal, media), as_media.kind, content, (NO_STORE, *_advice(refusal)))
    if isinstance(refusal, NotAQuery):
        refusal = Refused(405, "GET serves queries only: use POST", (b"allow", b"POST"))
    body = {"errors": [formatted(RequestError(refusal.code, str(refusal)))]}
    return Response(refusal.status, Media.JSON.kind, orjson.dumps(body), (NO_STORE, *refusal.headers))


def _status(refusal: NotExecuted, media: Media | None) -> int:
    if refusal.throttled_s:
        return 429
    if refusal.unauthenticated:
        return 401
    if refusal.away:
        return 503
    # Under application/json, a status other than 200 would mean that no GraphQL server was there. Whoever wants
    # events and gets none has to see it by the status.
    return 200 if media is Media.JSON and not refusal.malformed else 400


def _advice(refusal: NotExecuted) -> tuple[Header, ...]:
    """The headers that say what to do about it."""
    if refusal.throttled_s:
        return ((b"retry-after", b"%d" % refusal.throttled_s),)
    if refusal.away:
        return (RETRY_SOON,)
    return ((b"www-authenticate", b"Bearer"),) if refusal.unauthenticated else ()
