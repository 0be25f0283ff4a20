"""The front: what is asked all the time goes straight to its endpoint, the rest by Starlette's routing."""

import re
from collections.abc import Callable, Collection, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.limits.load import Load
from gateway.serving.hosts import Hosts
from services.kit import health
from services.kit.http_protocol import Answering

TOO_BUSY = (
    b'{"errors":[{"message":"too busy: try again","extensions":{"code":"OVERLOADED","retryable":true}}]}'
)

Posts = Callable[[Mapping[bytes, bytes], str | None], Answering | None]
"""Who answers a POST with these headers from a peer at this address; None when it goes by ASGI."""

_GOES_ON = rb"origin|expect|(?:proxy-)?connection|transfer-encoding|upgrade"
"""Fields that say more of a request than its content: of where it ends, what follows it, or who asks."""

_FIELD = rb"(?!(?i:%b|content-length):)[\w!#$%%&'*+.^`|~-]+:[\t -~]*\r\n" % _GOES_ON
_FIELDS = rb"(?:%b)*(?i:content-length): ?(\d{1,7})\r\n(?:%b)*\r\n" % (_FIELD, _FIELD)
"""All of a head but its first line, where nothing in it can be read in two ways; with the one length it says.

No field can be parted in two ways, so what does not match is found out in one go over it. (Possessive quantifiers would
say so, but match what they should not, and not what they should, before Python 3.11.5: gh-106052.)
"""

_TURNED_AWAY = (
    b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json; charset=utf-8\r\n"
    b"cache-control: no-store\r\nretry-after: 1\r\ncontent-length: %d\r\n\r\n%s" % (len(TOO_BUSY), TOO_BUSY)
)


class Front:
    """An ASGI application of endpoints by their path, before another that has them too; ``posts`` answer directly.

    Where ``hosts`` are given, whoever asks for another is refused: a page whose own name was made to lead here would
    count as ours. Probes are answered under any name, since they come by address.
    """

    def __init__(
        self,
        endpoints: Mapping[str, ASGIApp],
        others: ASGIApp,
        load: Load,
        hosts: Collection[str] = (),
        *,
        posts: Mapping[str, Posts],
    ) -> None:
        self._endpoints = endpoints
        self._others = others
        self._load = load
        self._hosts = Hosts(hosts) if hosts else None
        self._posts = {path.encode(): post for path, post in posts.items()}
        paths = "|".join(map(re.escape, endpoints)).encode()
        self._plain = re.compile(rb"POST (?:%b) HTTP/1\.1\r\n%b" % (paths, _FIELDS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._others(scope, receive, send)
            return
        path: str = scope["path"]
        if self._hosts is not None and path not in health.PATHS:
            refusal = self._hosts.refusal(scope["headers"])
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        endpoint = self._endpoints.get(path) if scope["type"] == "http" else None
        await (endpoint or self._others)(scope, receive, send)

    def direct(self, url: bytes, headers: Mapping[bytes, bytes], peer: str | None) -> Answering | None:
        """Who answers a POST, when no browser's page asks and its host is one of ours."""
        post = self._posts.get(url)
        if post is None or b"origin" in headers:
            return None
        if self._hosts is not None and not self._hosts.knows(headers.get(b"host", b"")):
            return None
        return post(headers, peer)

    def turn_away(self, request: bytes) -> bytes | None:
        """What a request is answered that there is no place for, before even its head is read.

        It must be one whole request, and so plain that the parser would have ended it at the same byte. What browsers of
        other sites ask goes on to where they are told who may.
        """
        if not self._load.operations.is_full:
            return None
        head = self._plain.match(request)
        if head is None or len(request) != head.end() + int(head[1]):
            return None
        self._load.operations.note_turned_away()
        return _TURNED_AWAY
