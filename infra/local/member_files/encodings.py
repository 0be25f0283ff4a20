"""Encodings: in which one a text file is written, found by reading all of it, and never guessed."""

import codecs
from pathlib import Path
from typing import NamedTuple

_PORTION_BYTES = 1 << 20
_FIRST_OF_THREE_BYTES = "\u0800"
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CANDIDATES = ("utf-8", "gb18030")


class FileNotUnderstood(Exception):
    """The file is no table that we can read; the message says what would be."""


class Text(NamedTuple):
    """How a text file is written: its encoding, and how many ends of lines it has."""

    encoding: str
    lines: int


class _Reading:
    """Reads a file in one encoding for as long as that is possible."""

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.broken_at: int | None = None
        self.beyond_latin = False
        self.beyond_ascii = False
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._line = 1

    def take(self, portion: bytes, *, last: bool) -> None:
        if self.broken_at is not None:
            return
        try:
            text = self._decoder.decode(portion, last)
        except UnicodeDecodeError as wrong:
            self.broken_at = self._line + portion.count(b"\n", 0, wrong.start)
            return
        if not text.isascii():
            self.beyond_ascii = True
            self.beyond_latin = self.beyond_latin or max(text) >= _FIRST_OF_THREE_BYTES
        self._line += portion.count(b"\n")


def found(file: Path, given: str = "") -> Text:
    """The encoding of a whole file: as ``given``, by its mark, or the one of UTF-8 and GB18030 that fits.

    The file is read once, a megabyte at a time. Raises ``FileNotUnderstood`` when neither fits, or when both do
    and the text would differ.
    """
    if given:
        try:
            codecs.lookup(given)
        except LookupError:
            raise FileNotUnderstood(f"{given} is no encoding that we know: try gb18030 or utf-8") from None
    with file.open("rb") as source:
        begin = source.read(4)
        marked = next((name for mark, name in _BOMS if begin.startswith(mark)), "")
        readings = [_Reading(name) for name in ([given or marked] if given or marked else CANDIDATES)]
        lines, portion = 0, begin
        while portion:
            following = source.read(_PORTION_BYTES)
            lines += portion.count(b"\n")
            for reading in readings:
                reading.take(portion, last=not following)
            portion = following
    return Text(_chosen(readings), lines)


def _chosen(readings: list[_Reading]) -> str:
    whole = [reading for reading in readings if reading.broken_at is None]
    if not whole:
        where = ", ".join(f"not {reading.encoding} from line {reading.broken_at} on" for reading in readings)
        raise FileNotUnderstood(f"the file's encoding is unknown ({where}): save it as CSV in UTF-8")
    # Chinese in UTF-8 takes three bytes a character; what uses two alone may as well be Chinese in GB18030.
    unclear = len(whole) > 1 and whole[0].beyond_ascii and not whole[0].beyond_latin
    if unclear:
        raise FileNotUnderstood("the file may be UTF-8 or GB18030: say which by --encoding")
    return whole[0].encoding
