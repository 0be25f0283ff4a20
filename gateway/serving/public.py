"""Public answers by GET: the same for everyone, so that caches between may keep them, and ask before each use."""

from hashlib import blake2b

from gateway.serving.asking import Body

Headers = list[tuple[bytes, bytes]]

_SHOWN = [
    # Never taken from a cache unasked: what was published since shows at once, and what was not costs no bytes.
    (b"cache-control", b"public, no-cache"),
    (b"vary", b"accept, accept-language, origin"),
]


def headers(content: bytes, media: bytes) -> Headers:
    """The headers of a public answer; its tag is another for other bytes and for another media type."""
    return [*_SHOWN, (b"etag", b'"%s"' % blake2b(media + content, digest_size=16).hexdigest().encode())]


def is_fresh(if_none_match: str | None, shown: Headers) -> bool:
    """Whether whoever asks has the answer already, by the tags that the request names (RFC 9110, 13.1.2)."""
    if if_none_match is None:
        return False
    tag = dict(shown)[b"etag"].decode()
    named = {one.strip().removeprefix("W/") for one in if_none_match.split(",")}
    return tag in named or "*" in named


def may_be_kept(body: Body) -> bool:
    """Whether an answer is whole: errors pass."""
    return "errors" not in body
