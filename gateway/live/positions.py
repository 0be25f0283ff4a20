"""Positions: how far each stream was read, and the cursor that says so to clients."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable

from services.kit import stream
from services.kit.refusal import Invalid

STREAMS = [name for service in ("loyalty", "members", "consent") for name in stream.names(service)]
"""Every stream that is read. A cursor counts on their order: new ones go to the end."""

PLACE = {name: place for place, name in enumerate(STREAMS)}

_VERSION = 1
_LONGEST_CURSOR = 2000

Position = tuple[int, int]


class CursorNotOurs(Invalid):
    """``after`` is not a cursor that a ``memberChanged`` event carried."""

    code = "BAD_USER_INPUT"


class Positions:
    """One position per stream; its encoding is kept, since every event that is delivered carries it."""

    def __init__(self, positions: Iterable[Position]) -> None:
        self._positions = list(positions)
        self._encoded = [_varint(seq) + _varint(ordinal) for seq, ordinal in self._positions]

    @classmethod
    def of_cursor(cls, cursor: str) -> "Positions":
        """The positions that a cursor holds. Raises ``CursorNotOurs``."""
        try:
            if len(cursor) > _LONGEST_CURSOR:
                raise ValueError
            numbers = _numbers(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            if numbers[:1] != [_VERSION] or len(numbers) != 1 + 2 * len(STREAMS):
                raise ValueError
        except ValueError:
            raise CursorNotOurs("after must be the cursor of an earlier event", field="after") from None
        return cls(zip(numbers[1::2], numbers[2::2], strict=True))

    def __getitem__(self, place: int) -> Position:
        return self._positions[place]

    def __setitem__(self, place: int, position: Position) -> None:
        self._positions[place] = position
        self._encoded[place] = _varint(position[0]) + _varint(position[1])

    def copy(self) -> "Positions":
        same = Positions(())
        same._positions, same._encoded = self._positions.copy(), self._encoded.copy()
        return same

    @property
    def cursor(self) -> str:
        return urlsafe_b64encode(bytes([_VERSION]) + b"".join(self._encoded)).decode().rstrip("=")

    def ids(self) -> dict[str, str]:
        """The stream ids to read on from."""
        return {
            name: f"{seq}-{ordinal}" for name, (seq, ordinal) in zip(STREAMS, self._positions, strict=True)
        }


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _numbers(encoded: bytes) -> list[int]:
    numbers, number, shift = [], 0, 0
    for byte in encoded:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(number)
            number = shift = 0
        elif shift > 63:
            raise ValueError
    if shift:
        raise ValueError
    return numbers
