"""Anonymity: rows about members made so coarse that each is one of at least k alike, or left out.

Quasi-identifiers are what somebody may know of a member already: the age, the city, the month of joining. A column
is generalised as a whole, step by step along its ladder, the most telling one first, until few enough rows are
still in classes smaller than k; those are suppressed. Pseudonyms are keyed for one export, and the key is thrown
away with it, so that two exports cannot be joined.
"""

import hmac
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Invalid
from services.members.rules.members import Member
from services.members.rules.personal import reveal

LEAST_K = 10
MOST_K = 10_000
ANY = "*"
UNKNOWN = ""
MOST_SUPPRESSED = 0.02
"""The share of rows that may be left out before a column is made coarser instead."""

_PSEUDONYM_BYTES = 12
_AGES = (18, 25, 35, 45, 55, 65)

Step = Callable[[str], str]


class AnalysisNotValid(Invalid):
    """The export asks for too small a k, for columns that there are not, or does not say why."""


class Subject(NamedTuple):
    """What is known of a member before anything is made coarse."""

    member: Member
    tier: str
    on: date
    """The day by which ages are counted."""


@dataclass(frozen=True, slots=True)
class Quasi:
    """A quasi-identifier: how it is read of a member, the ladder it is made coarse by, and its category of data."""

    name: str
    read: Callable[[Subject], str]
    ladder: tuple[Step, ...]
    category: str = ""


class Table(NamedTuple):
    """What may leave: the heading, its rows, how many were suppressed, and how coarse each column became."""

    heading: tuple[str, ...]
    rows: list[tuple[str, ...]]
    suppressed: int
    levels: Mapping[str, int]


def _age_band(subject: Subject) -> str:
    profile = subject.member.profile
    text = reveal(profile.birth_date) if profile else ""
    if not text:
        return UNKNOWN
    born = date.fromisoformat(text)
    age = subject.on.year - born.year - ((subject.on.month, subject.on.day) < (born.month, born.day))
    above = next((limit for limit in _AGES if age < limit), None)
    if above is None:
        return f"{_AGES[-1]}+"
    below = _AGES[_AGES.index(above) - 1] if above != _AGES[0] else 0
    return f"{below}-{above - 1}"


def _half(band: str) -> str:
    """Bands as the young, the middle and the old; what is unknown stays so."""
    if band == UNKNOWN:
        return band
    low = int(band.rstrip("+").partition("-")[0])
    return "0-34" if low < 35 else "35-54" if low < 55 else "55+"


def _quarter(month: str) -> str:
    year, _, number = month.partition("-")
    return f"{year}-Q{(int(number) + 2) // 3}"


def _year(quarter: str) -> str:
    return quarter.partition("-")[0]


def _language_alone(tag: str) -> str:
    return tag.partition("-")[0]


def _any(_: str) -> str:
    return ANY


QUASIS = {
    quasi.name: quasi
    for quasi in (
        Quasi("age_band", _age_band, (_half, _any), "birth_date"),
        Quasi("joined_month", lambda s: f"{s.member.joined_at:%Y-%m}", (_quarter, _year, _any)),
        Quasi("tier", lambda s: s.tier, (_any,)),
        Quasi(
            "language",
            lambda s: s.member.profile.language if s.member.profile else "",
            (_language_alone, _any),
        ),
        Quasi("time_zone", lambda s: s.member.profile.time_zone if s.member.profile else "", (_any,)),
    )
}
"""Every column that can be exported; one more is one more line."""


def columns_of(names: Sequence[str]) -> tuple[Quasi, ...]:
    """The columns that a request names. Raises ``AnalysisNotValid``."""
    if not names or len(set(names)) < len(names) or not set(names) <= set(QUASIS):
        raise AnalysisNotValid(f"name columns out of {', '.join(QUASIS)}, each once", field="columns")
    return tuple(QUASIS[name] for name in names)


def k_of(k: int) -> int:
    """The smallest class that may leave. Raises ``AnalysisNotValid``."""
    if not LEAST_K <= k <= MOST_K:
        raise AnalysisNotValid(f"k must be {LEAST_K} to {MOST_K:,}", field="k")
    return k


def pseudonym(key: bytes, member_id: UUID) -> str:
    """What a member is called in one export."""
    return hmac.digest(key, member_id.bytes, "sha256")[:_PSEUDONYM_BYTES].hex()


def anonymous(rows: Sequence[tuple[str, tuple[str, ...]]], columns: Sequence[Quasi], k: int) -> Table:
    """Rows of (pseudonym, values), each class of equal values at least ``k`` strong."""
    levels = [0] * len(columns)
    values = [row[1] for row in rows]
    while True:
        classes = Counter(values)
        small = sum(count for count in classes.values() if count < k)
        free = [at for at, column in enumerate(columns) if levels[at] < len(column.ladder)]
        if small <= MOST_SUPPRESSED * len(rows) or not free:
            break
        coarsened = max(free, key=lambda at: (len({value[at] for value in classes}), -at))
        step = columns[coarsened].ladder[levels[coarsened]]
        changed = {text: step(text) for text in {value[coarsened] for value in classes}}
        values = [
            (*value[:coarsened], changed[value[coarsened]], *value[coarsened + 1 :]) for value in values
        ]
        levels[coarsened] += 1
    kept = [(row[0], *value) for row, value in zip(rows, values, strict=True) if classes[value] >= k]
    # Sorted by pseudonym, so that the order tells nothing of when anyone joined.
    kept.sort()
    names = tuple(column.name for column in columns)
    return Table(("pseudonym", *names), kept, len(rows) - len(kept), dict(zip(names, levels, strict=True)))


def reading(subject: Subject, columns: Sequence[Quasi]) -> tuple[str, ...]:
    """What the columns say of a member."""
    return tuple(column.read(subject) for column in columns)
