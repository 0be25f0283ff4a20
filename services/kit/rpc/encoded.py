"""Encoded: batch answers joined from parts that were encoded when they were made.

A protobuf message is its fields, one behind the other, and a message within it stands there as the bytes that it is by
itself. Parts that many share are so encoded once and for all, and none is copied from message to message until it has
reached the answer: that took longer than all else there is to an overview.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

_CONTINUES = 0x80
_DELIMITED = 2


class Encoded(NamedTuple):
    """An answer as the bytes of a message of this type; a handler returns it where it would return the message."""

    type: type[Any]
    content: bytes


def embedded(number: int, content: bytes) -> bytes:
    """A message as the field of another with this number, 15 at the most, or as one more of a repeated one."""
    left = len(content)
    if left < _CONTINUES:  # mostly
        return bytes((number << 3 | _DELIMITED, left)) + content
    if left < _CONTINUES * _CONTINUES:  # and nearly always
        return bytes((number << 3 | _DELIMITED, left & 0x7F | _CONTINUES, left >> 7)) + content
    head = bytearray((number << 3 | _DELIMITED,))
    while left >= _CONTINUES:
        head.append(left & 0x7F | _CONTINUES)
        left >>= 7
    head.append(left)
    return bytes(head) + content


def repeated(type: type[Any], **fields: Iterable[bytes]) -> Encoded:
    """An answer that consists of repeated messages: by the names of its fields, those that are in each."""
    numbered = {name: type.DESCRIPTOR.fields_by_name[name].number for name in fields}
    return Encoded(
        type, b"".join([embedded(numbered[name], part) for name, parts in fields.items() for part in parts])
    )
