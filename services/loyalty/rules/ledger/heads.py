"""Published heads: where the chains ended at an instant, as signed lines that are themselves a chain.

A line is one JSON object with its names in order. Its signature is over all the rest of it, and the line after it
says its digest, so that none can be changed, left out or put in by who has not the key.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_PURPOSE = b"huiyuan ledger heads 1\n"

Keys = Mapping[str, Ed25519PublicKey]
"""Whose signatures count, by the key's id."""


class LineNotUnderstood(Exception):
    """A line is not one that was published: half a line, or something else."""


class PublishedHead(NamedTuple):
    """Where a lane's chain ended; the hash in hexadecimal."""

    lane: int
    seq: int
    hash: str


class Gap(NamedTuple):
    """A lane that was set back and reopened with ``seq``: of what was published before, it has ``kept`` and no more."""

    lane: int
    kept: int
    seq: int

    def explains(self, head: PublishedHead) -> bool:
        """True when it says why a head that was published before is no longer there."""
        return self.lane == head.lane and self.kept < head.seq < self.seq


@dataclass(frozen=True, slots=True)
class Line:
    """What was published at an instant; ``previous`` is the digest of the line before, empty for the first.

    ``reopened`` are the lanes that an operator had reopened just then.
    """

    at: str
    heads: tuple[PublishedHead, ...]
    key_id: str
    previous: str
    signature: bytes
    reopened: tuple[Gap, ...] = ()

    def is_signed(self, keys: Keys) -> bool:
        """True when one of the keys signed it."""
        key = keys.get(self.key_id)
        if key is None:
            return False
        try:
            key.verify(self.signature, _PURPOSE + self._said())
        except InvalidSignature:
            return False
        return True

    def _said(self) -> bytes:
        return _said(self.at, self.heads, self.key_id, self.previous, self.reopened)


def write(
    at: str,
    heads: Sequence[PublishedHead],
    previous: str,
    key_id: str,
    key: Ed25519PrivateKey,
    reopened: Sequence[Gap] = (),
) -> bytes:
    """A line signed by the key of this id, without its end."""
    said = _said(at, heads, key_id, previous, reopened)
    signature = b64encode(key.sign(_PURPOSE + said)).decode()
    return orjson.dumps(orjson.loads(said) | {"signature": signature}, option=orjson.OPT_SORT_KEYS)


def read(line: bytes) -> Line:
    """A line as it was written. Raises ``LineNotUnderstood``."""
    try:
        said = orjson.loads(line)
        heads = tuple(PublishedHead(*head) for head in said["heads"])
        signature = b64decode(said["signature"], validate=True)
        reopened = tuple(Gap(*gap) for gap in said.get("reopened", ()))
        understood = Line(said["at"], heads, said["key"], said["previous"], signature, reopened)
        same = orjson.dumps(said, option=orjson.OPT_SORT_KEYS) == line
    except (ValueError, KeyError, TypeError):
        same = False
    if not same:
        raise LineNotUnderstood("this is not a line of published heads")
    return understood


def digest(line: bytes) -> str:
    """What the line after it calls it."""
    return sha256(line).hexdigest()


def _said(at: str, heads: Sequence[PublishedHead], key: str, previous: str, reopened: Sequence[Gap]) -> bytes:
    said = {"at": at, "heads": [list(head) for head in heads], "key": key, "previous": previous}
    if reopened:
        said["reopened"] = [list(gap) for gap in reopened]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)
