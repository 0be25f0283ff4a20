"""Slices: parts of lots, as wallets and holds keep them."""

from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

from services.loyalty.rules.ledger.entries import LotKey

Slices = list[list[int]]
"""Parts of lots: [expires_at, month, source, points] each."""


class Packed(NamedTuple):
    """Parts in order as storage has them: until when the first is good, and how many lie below the last."""

    parts: bytes
    unpack: Callable[[bytes], Slices]
    good_until: int
    below: int


def split(slices: Slices, points: int) -> tuple[Slices, Slices]:
    """The first ``points`` of slices, and the rest."""
    first, rest = [], []
    for expires, month, source, there in slices:
        part = min(points, there)
        points -= part
        if part:
            first.append([expires, month, source, part])
        if there > part:
            rest.append([expires, month, source, there - part])
    return first, rest


def gather(slices: Slices, into: LotKey, at: int) -> bool:
    """Move into a bucket what would be past before it, unless it is past already. True when there was any."""
    early = [part for part in slices if at < part[0] < into.expires_at]
    if early:
        slices[:] = [part for part in slices if not at < part[0] < into.expires_at]
        add(slices, into, sum(part[3] for part in early))
    return bool(early)


def find(lots: Slices, key: LotKey) -> int:
    """Where a bucket lies among lots in order; -1 where it does not."""
    place = bisect_left(lots, list(key), key=lambda lot: lot[:3])
    return place if place < len(lots) and lots[place][:3] == list(key) else -1


def add(lots: Slices, key: LotKey, points: int) -> None:
    """Put points into a bucket of lots in order, which is made where there is none."""
    wanted = list(key)
    last = lots[-1][:3] if lots else []
    if last == wanted:  # where most points go
        lots[-1][3] += points
        return
    if last < wanted:
        lots.append([*wanted, points])
        return
    place = bisect_left(lots, wanted, key=lambda lot: lot[:3])
    if place < len(lots) and lots[place][:3] == wanted:
        lots[place][3] += points
    else:
        lots.insert(place, [*wanted, points])
