"""Trials at the door: what every rule says to a sample order of a real member, or of one made up."""

from dataclasses import dataclass

from huiyuan.loyalty.v1 import campaigns_pb2 as wire
from huiyuan.loyalty.v1.orders_pb2 import EarnedPoints

from services.kit import database
from services.loyalty.rpc.orders.orders import lines
from services.loyalty.rpc.wire import member_id, micros
from services.loyalty.rules.earning.birthdays import celebrating
from services.loyalty.rules.earning.decisions import Decision
from services.loyalty.rules.earning.earn_facts import past_of
from services.loyalty.rules.earning.earn_limits import Limits
from services.loyalty.rules.earning.earning import decide
from services.loyalty.rules.ledger.expiry import local_time
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.orders.judgements import NO_ORDER, Past
from services.loyalty.rules.orders.orders import CurrencyNotAccepted, Order, check
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import be_within, wrong
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.storage.earning import earn_counts
from services.loyalty.storage.ledger.snapshots import snapshot

_SAMPLE = "sample"
_NOBODY = "00000000-0000-0000-0000-000000000000"
_MOST = 2**53
_EVERYTHING = frozenset({"member.orders"})


@dataclass(frozen=True, slots=True)
class Trial:
    """A sample order with what the rules decided over it, and the member as they saw one."""

    order: Order
    tier: str
    past: Past
    decision: Decision

    def earned(self) -> list[EarnedPoints]:
        found = self.decision
        return [
            EarnedPoints(currency=code, points=part, pending=pending)
            for code, points in found.points.items()
            for part, pending in (
                (points - found.on_completion.get(code, 0), False),
                (found.on_completion.get(code, 0), True),
            )
            if part
        ]

    def lines(self) -> list[wire.TestedLine]:
        by_line = self.decision.by_line.items()
        return [
            wire.TestedLine(
                line_id=line.line_id,
                earned=[
                    EarnedPoints(currency=code, points=parts[nth]) for code, parts in by_line if parts[nth]
                ],
            )
            for nth, line in enumerate(self.order.lines)
        ]

    def facts(self) -> wire.MemberFacts:
        past = self.past
        return wire.MemberFacts(
            tier=self.tier,
            orders=past.orders,
            spend_minor=past.spend_minor,
            days_since_order=None if past.days_since_order == NO_ORDER else past.days_since_order,
            birthday_month=bool(past.birthday_of),
        )


def order_of(request: wire.TryEarnRulesRequest, programme: Programme, now: int) -> Order:
    """The sample as an order. Raises as recording one does."""
    order = Order(
        source=request.source or _SAMPLE,
        order_id=_SAMPLE,
        programme=programme.number,
        programme_id=programme.programme_id,
        member_id=_NOBODY,
        fingerprint=b"",
        money_currency=request.total.currency,
        total_minor=request.total.minor_units,
        lines=lines(request.lines, request.total.currency),
        channel=request.channel,
        paid_at=micros(request.paid_at, "paid_at") if request.HasField("paid_at") else now,
    )
    check(order)
    if order.money_currency != programme.money_currency:
        raise CurrencyNotAccepted(
            f"programme {programme.programme_id} counts in {programme.money_currency}", field="total.currency"
        )
    return order


async def trial(
    pool: database.Pool, programme: Programme, order: Order, request: wire.TryEarnRulesRequest
) -> Trial:
    """What the rules decide, with what their budgets and the member's caps still allow; nothing is posted."""
    local = local_time(order.paid_at, programme.time_zone)
    if request.WhichOneof("member") == "member_id":
        asked = member_id(request.member_id)
        order.member_id, state = await snapshot(pool, asked, programme, order.paid_at)
        standing = state.standings.get((order.member_id, programme.number))
        standing = standing or Standing(order.member_id, programme.number)
        tier, past = standing.tier_at(order.paid_at), past_of(standing, local, _EVERYTHING, first=True)
        months = state.birthdays.get(order.member_id, ())
        past = celebrating(past, months, local.date(), programme.earning.birthday_purposes)
    else:
        state, (tier, past) = State(), _made_up(request.facts, programme)
        counted = earn_counts.asked(programme, order.member_id, order.paid_at)
        await earn_counts.load(pool, counted, state.counts, lock=False)
    limits = Limits(programme, state.counts, order.member_id, local.date())
    return Trial(order, tier, past, decide(programme, order, tier, past, local, limits))


def _made_up(facts: wire.MemberFacts, programme: Programme) -> tuple[str, Past]:
    if facts.tier and programme.tier(facts.tier) is None:
        raise wrong(f"{facts.tier!r} is not a tier of this programme", "facts.tier")
    since = facts.days_since_order if facts.HasField("days_since_order") else NO_ORDER
    be_within(facts.orders, 0, _MOST, "facts.orders")
    be_within(facts.spend_minor, -_MOST, _MOST, "facts.spend_minor")
    be_within(since, NO_ORDER, _MOST, "facts.days_since_order")
    birthday_of = programme.earning.birthday_purposes if facts.birthday_month else ()
    return facts.tier, Past(facts.orders, facts.spend_minor, since, facts.orders == 0, birthday_of)
