"""Birthdays: in which months those of members lie, as far as members allow a purpose to know it."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple

from services.loyalty.rules.orders.judgements import Past

BIRTH_DATE = ("birth_date",)
"""The categories of data that a purpose must list to look at birthdays."""


class BirthdayMonth(NamedTuple):
    """A month, by its first day, in which a member's birthday lies, and the purpose that may know it."""

    purpose: str
    first_on: date


def celebrating(past: Past, months: Iterable[BirthdayMonth], today: date, asked: Collection[str]) -> Past:
    """A past that says for which of the purposes asked about a local day lies in the month of the birthday."""
    if not asked:
        return past
    first_on = today.replace(day=1)
    found = {one.purpose for one in months if one.first_on == first_on}
    return past._replace(birthday_of=tuple(sorted(found.intersection(asked))))
