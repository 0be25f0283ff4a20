"""Days and instants as tables spell them; what may be read in two ways is not read at all."""

import re
import unicodedata
from datetime import datetime, tzinfo

_DAY = re.compile(r"([0-9]{4})([-/.年])([0-9]{1,2})([-/.月])([0-9]{1,2})日?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_MIDNIGHT = re.compile(r"[T ]0{1,2}:00(:00(\.0+)?)?$")


def day_of(text: str) -> str:
    """A day as YYYY-MM-DD; whatever is none of the spellings that begin with the year stays as it is.

    1990-2-9, 1990/02/09, 1990.2.9, 1990年2月9日 and 19900209 are the same day; 02/09/1990 may be two.
    """
    spelled = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()
    if ":" in spelled:
        spelled = _MIDNIGHT.sub("", spelled)
    if compact := _COMPACT.fullmatch(spelled):
        return "-".join(compact.groups())
    if parts := _DAY.fullmatch(spelled):
        year, first, month, second, day = parts.groups()
        if first == second or (first, second) == ("年", "月"):
            return f"{year}-{month:0>2}-{day:0>2}"
    return spelled


def instant_of(text: str, zone: tzinfo) -> datetime | None:
    """The instant that a text means, a day being its first moment in ``zone``; None when it is none."""
    spelled = (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()
    head, mark, rest = spelled.replace("T", " ").partition(" ")
    try:
        read = datetime.fromisoformat(f"{day_of(head)}{mark}{rest}")
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=zone)
