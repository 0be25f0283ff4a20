"""A naive ledger of several members who give, merge and part, to judge the real one by; it imports none of it.

Points go a month after they were credited, at the next midnight in Shanghai. A lot is no more than that midnight.
"""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def gone_at(credited_at: datetime) -> datetime:
    """Midnight after the last good day."""
    day = credited_at.astimezone(SHANGHAI).date()
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    last = day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
    return datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)


@dataclass
class Checkout:
    """Points set aside until an instant, by when they are gone."""

    until: datetime
    lots: Counter[datetime]


@dataclass
class Person:
    lots: Counter[datetime] = field(default_factory=Counter)
    debt: int = 0
    checkouts: dict[str, Checkout] = field(default_factory=dict)

    @property
    def held(self) -> int:
        return sum(sum(checkout.lots.values()) for checkout in self.checkouts.values())

    @property
    def balance(self) -> int:
        return sum(self.lots.values()) - self.debt

    def gain(self, points: int, gone: datetime) -> int:
        """Debt is repaid first; how many points became a lot."""
        repaid = min(self.debt, points)
        self.debt -= repaid
        if points > repaid:
            self.lots[gone] += points - repaid
        return points - repaid

    def lose(self, points: int) -> list[tuple[datetime, int]]:
        """What goes first is taken first; fewer than asked when there are fewer."""
        taken = []
        for gone in sorted(self.lots):
            part = min(points, self.lots[gone])
            points -= part
            self.lots[gone] -= part
            if part:
                taken.append((gone, part))
        self.lots = +self.lots
        return taken


@dataclass
class Share:
    """What one merge brought its survivor, who had open checkouts of the own by then."""

    survivor: str
    before: frozenset[str] = frozenset()
    kept: list[tuple[datetime, int]] = field(default_factory=list)
    repaid: list[tuple[datetime, int]] = field(default_factory=list)
    paid: list[tuple[datetime, int]] = field(default_factory=list)
    owed: int = 0


@dataclass
class Kinship:
    """Everybody, and who is whom by now. ``spent`` and ``expired`` are where points went."""

    people: dict[str, Person]
    shares: dict[str, Share] = field(default_factory=dict)
    credited: int = 0
    spent: int = 0
    expired: int = 0

    def who(self, name: str) -> str:
        while name in self.shares:
            name = self.shares[name].survivor
        return name

    def of(self, name: str) -> Person:
        return self.people[self.who(name)]

    def expire(self, now: datetime) -> None:
        over = [
            (checkout.until, person, name)
            for person in self.people.values()
            for name, checkout in person.checkouts.items()
            if checkout.until <= now
        ]
        for until, person, name in sorted(over, key=lambda each: each[0]):
            self._let_go(person, name, until)
        for person in self.people.values():
            for gone in [gone for gone in person.lots if gone <= now]:
                self.expired += person.lots.pop(gone)

    def credit(self, name: str, points: int, now: datetime) -> None:
        self.credited += points
        self.of(name).gain(points, gone_at(now))

    def debit(self, name: str, points: int) -> None:
        self.credited -= points
        self._take(self.of(name), points)

    def spend(self, name: str, points: int) -> bool:
        if self.of(name).balance < points:
            return False
        self.spent += points
        self.of(name).lose(points)
        return True

    def hold(self, name: str, points: int, checkout: str, until: datetime) -> bool:
        person = self.of(name)
        if person.balance < points:
            return False
        person.checkouts[checkout] = Checkout(until, Counter(dict(person.lose(points))))
        return True

    def capture(self, person: Person, checkout: str, points: int, now: datetime) -> bool:
        """Spend of a checkout what goes first, and end it."""
        lots = person.checkouts[checkout].lots
        if points > sum(lots.values()):
            return False
        self.spent += points
        for gone in sorted(lots):
            part = min(points, lots[gone])
            points -= part
            lots[gone] -= part
        self._let_go(person, checkout, now)
        return True

    def release(self, person: Person, checkout: str, now: datetime) -> None:
        self._let_go(person, checkout, now)

    def _let_go(self, person: Person, name: str, at: datetime) -> None:
        """Points come back as they were; of those that are gone by now, none."""
        for gone, points in sorted((+person.checkouts.pop(name).lots).items()):
            kept = person.gain(points, gone)
            if gone <= at and kept:
                person.lots[gone] -= kept
                self.expired += kept
        person.lots = +person.lots

    def give(self, giver: str, receiver: str, points: int) -> bool:
        if receiver in self.shares or self.who(giver) == receiver or self.of(giver).balance < points:
            return False
        for gone, part in self.of(giver).lose(points):
            self.people[receiver].gain(part, gone)
        return True

    def merge(self, old: str, new: str) -> bool:
        if old == new or old in self.shares or new in self.shares:
            return False
        leaving, staying = self.people[old], self.people[new]
        if leaving.checkouts:
            return False
        share = Share(new, frozenset(staying.checkouts))
        share.paid = staying.lose(leaving.debt)
        share.owed = leaving.debt - sum(points for _, points in share.paid)
        staying.debt += share.owed
        for gone, points in sorted(leaving.lots.items()):
            kept = staying.gain(points, gone)
            share.kept.append((gone, kept))
            share.repaid.append((gone, points - kept))
        self.people[old] = Person()
        self.shares[old] = share
        return True

    def part(self, old: str, now: datetime) -> bool:
        """Undo a merge: each has their own again, as far as it is there."""
        if old not in self.shares or self.shares[old].survivor in self.shares:
            return False
        share = self.shares.pop(old)
        leaving, staying = self.people[old], self.people[share.survivor]
        owed = min(share.owed, staying.debt)
        staying.debt -= owed
        for gone, points in share.paid:
            staying.gain(points, gone)
        leaving.debt = owed + sum(points for _, points in share.paid)
        for gone, points in share.kept:
            there = min(points, staying.lots[gone])
            staying.lots[gone] -= there
            leaving.gain(there, gone)
            self._part_checkouts(share, staying, leaving, gone, points - there)
        staying.lots = +staying.lots
        self._take(staying, sum(points for _, points in share.repaid))
        for gone, points in share.repaid:
            leaving.gain(points, gone)
        self.expire(now)
        return True

    @staticmethod
    def _part_checkouts(share: Share, staying: Person, leaving: Person, gone: datetime, points: int) -> None:
        """What is not there any more may be set aside, in the checkouts that began while they were one."""
        for name in [name for name in staying.checkouts if name not in share.before]:
            theirs = staying.checkouts[name]
            part = min(points, theirs.lots[gone])
            if part:
                points -= part
                theirs.lots[gone] -= part
                own = leaving.checkouts.setdefault(name, Checkout(theirs.until, Counter()))
                own.lots[gone] += part
            if not +theirs.lots:
                del staying.checkouts[name]

    @staticmethod
    def _take(person: Person, points: int) -> None:
        person.debt += points - sum(part for _, part in person.lose(points))
