"""Earn previews: what rules would have given for orders that were paid, beside what these earned."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.loyalty.rules.earning.birthdays import BirthdayMonth, celebrating
from services.loyalty.rules.earning.earn_facts import past_of
from services.loyalty.rules.earning.earn_limits import Count, Counts, Limits, counts_of
from services.loyalty.rules.earning.earning import decide
from services.loyalty.rules.ledger.expiry import local_day, local_time
from services.loyalty.rules.orders.orders import Order
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Standing


@dataclass(slots=True)
class Preview:
    """Sums so far: by currency code what was earned and what would have been, by rule what it gave for how many orders.

    ``budgets`` is what each rule with a budget would have spent, from 0 at the first order.
    """

    seen: int = 0
    changed: int = 0
    earned: Counter[str] = field(default_factory=Counter)
    would: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    budgets: Counter[str] = field(default_factory=Counter)

    def look(
        self,
        programme: Programme,
        orders: Sequence[Order],
        standing: Standing,
        months: Sequence[BirthdayMonth] = (),
    ) -> None:
        """Judge a member's orders, in the order in which they were paid; caps begin at the first of them.

        The tier is the one that was held, and what the member had ordered is what the standing and these say. Of
        birthdays it goes by ``months``, which are not kept for long, and by what was known when an order was judged.
        """
        counts = Counts({Count(programme.number, rule): spent for rule, spent in self.budgets.items()})
        counting = _before(programme, orders, standing)
        for order in orders:
            local = local_time(order.paid_at, programme.time_zone)
            plan = programme.earning
            past = past_of(counting, local, plan.asks, first=plan.asks_for_first)
            past = celebrating(past, [*months, *_known(order, local)], local.date(), plan.birthday_purposes)
            limits = Limits(programme, counts, order.member_id, local.date())
            found = decide(programme, order, order.tier_at_payment, past, local, limits)
            counting.count(order.paid_at, programme.time_zone, order.total_minor, 1)
            self._sum(order, found.points)
            given = {rule.key: 1 for rule in found.coupons}
            for points in found.by_rule.values():
                given |= points
            for key, points_ in given.items():
                self.given[key] += points_
                self.orders[key] += 1
            for rule in plan.limited:
                if points_ := given.get(rule.key, 0):
                    for count in counts_of(programme, rule, order.member_id, local.date()):
                        counts.add(count, points_)
                    if rule.budget:
                        self.budgets[rule.key] += points_

    def _sum(self, order: Order, would: dict[str, int]) -> None:
        earned = {code: each.points for code, each in order.earned.items()}
        self.seen += 1
        self.changed += earned != would
        self.earned.update(earned)
        self.would.update(would)


def _known(order: Order, local: datetime) -> list[BirthdayMonth]:
    """What is kept with an order of the month of its member's birthday."""
    purposes = order.judgement.past.birthday_of if order.judgement else ()
    return [BirthdayMonth(purpose, local.date().replace(day=1)) for purpose in purposes]


def _before(programme: Programme, orders: Iterable[Order], standing: Standing) -> Standing:
    """The standing less what these orders count in it."""
    before = standing.copy()
    for order in orders:
        whole = order.refundable_minor == 0 and order.total_minor > 0
        before.add(
            local_day(order.paid_at, programme.time_zone).toordinal(),
            -order.refundable_minor,
            0 if whole else -1,
        )
    return before
