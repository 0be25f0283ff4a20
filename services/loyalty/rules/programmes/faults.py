"""Faults: everything that is wrong with a version, and not only the first thing."""

import re
from dataclasses import fields, replace
from typing import Any

from services.kit.refusal import Invalid
from services.loyalty.rules.ledger.expiry import Expiry, Maturation
from services.loyalty.rules.programmes.definitions import check, check_successor
from services.loyalty.rules.programmes.programmes import CurrencyRules, NegativePolicy, Programme

_PLACE = re.compile(r"(\w+)(?:\[(\d+)\])?(.*)", re.DOTALL)

_ORDER = [part.name for part in fields(Programme)]


def faults(programme: Programme, before: Programme) -> list[Invalid]:
    """What would keep a version from being published after the one before it, in the order of its parts.

    Of each currency, rule and tier the first: what was found wrong is set aside, and the rest is checked again.
    """
    found: list[Invalid] = []
    aside = _SetAside(programme)
    while (fault := _first(aside.left)) is not None:
        if not aside.is_knock_on(fault.field):
            found.append(aside.in_its_place(fault))
        if not aside.take(fault.field):
            break
    try:
        check_successor(before, programme)
    except Invalid as fault:
        if fault.field not in {known.field for known in found}:
            found.append(fault)
    return found


def _first(programme: Programme) -> Invalid | None:
    try:
        check(programme)
    except Invalid as fault:
        return fault
    return None


class _SetAside:
    """A version without what was found wrong with it, that knows where the rest stood."""

    def __init__(self, programme: Programme) -> None:
        self.left = programme
        self._stood: dict[str, list[int]] = {}

    def is_knock_on(self, field: str) -> bool:
        """Whether a fault only shows because something of a later part was taken out before.

        Parts are checked one after the other, so that nothing new is found in one that was done with.
        """
        part, _, _ = _parted(field)
        return part in _ORDER and any(_ORDER.index(part) < _ORDER.index(taken) for taken in self._stood)

    def in_its_place(self, fault: Invalid) -> Invalid:
        """The fault with the path that it has in the whole version."""
        part, nth, rest = _parted(fault.field)
        if nth is None or part not in self._stood:
            return fault
        path = f"{part}[{self._stood[part][nth]}]{rest}"
        return type(fault)(fault.message.replace(fault.field, path, 1), field=path, **fault.facts)

    def take(self, field: str) -> bool:
        """Set aside what a path names; False where it is not one of several."""
        part, nth, _ = _parted(field)
        values = getattr(self.left, part, None)
        if not isinstance(values, tuple) or not values:
            return False
        stood = self._stood.setdefault(part, list(range(len(values))))
        if nth is None or nth >= len(values):
            # Of the part as a whole: what else is wrong with it shows once that is put right.
            rest: tuple[Any, ...] = ()
            stood.clear()
        elif part == "currencies" and (plain := _plain(values[nth])) not in values:
            rest = (
                *values[:nth],
                plain,
                *values[nth + 1 :],
            )  # so that what refers to it still finds its code
        else:
            rest = (*values[:nth], *values[nth + 1 :])
            del stood[nth]
        parts: dict[str, Any] = {part: rest}
        self.left = replace(self.left, **parts)
        return part != "currencies" or bool(rest)


def _parted(field: str) -> tuple[str, int | None, str]:
    """``tiers[1].key`` → tiers, 1, .key"""
    matched = _PLACE.match(field)
    if matched is None:
        return field, None, ""
    part, nth, rest = matched.groups()
    return part, None if nth is None else int(nth), rest


def _plain(currency: CurrencyRules) -> CurrencyRules:
    """A currency of which nothing is said that could be wrong."""
    return CurrencyRules(
        currency.code,
        currency.name,
        currency.spendable,
        Maturation(),
        Expiry(),
        NegativePolicy.CLAMP,
        number=currency.number,
    )
