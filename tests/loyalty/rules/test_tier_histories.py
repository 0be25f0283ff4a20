"""Any scheme and any run of payments, refunds and idle time: the ladder agrees with the oracle, and says so before.

What is told of a standing agrees with what is then decided, and what is looked back on with what was held.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.kit.clock import micros
from services.loyalty.rules.ledger.events import TierKept
from services.loyalty.rules.ledger.expiry import NEVER, Period
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.ledger.reading import snapshot
from services.loyalty.rules.tiers.outlooks import Step, outlook
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.rules.tiers.tier_schemes import (
    Condition,
    Downgrade,
    Match,
    OnPublish,
    TierRule,
    TierScheme,
)
from services.loyalty.rules.tiers.tiers import reassess
from services.loyalty.rules.tiers.windows import LIFETIME, Window, WindowKind
from tests.loyalty.rules.memory import MEMBER, Ledger, at, programme, tier
from tests.loyalty.rules.tier_oracle import Asked, Ladder, Rung, Walker

KINDS = {
    "ALL": WindowKind.LIFETIME,
    "DAYS": WindowKind.ROLLING_DAYS,
    "MONTH": WindowKind.CALENDAR_MONTH,
    "QUARTER": WindowKind.CALENDAR_QUARTER,
    "YEAR": WindowKind.CALENDAR_YEAR,
    "JOINED": WindowKind.ANNIVERSARY,
}
ZONES = ("Asia/Shanghai", "America/New_York", "Africa/Cairo")
JOINED = ("2024-02-29 05:00", "2023-12-31 20:00", "2024-01-01 10:00")

windows = st.sampled_from([*KINDS, "DAYS", "DAYS"]).flatmap(
    lambda kind: st.tuples(st.just(kind), st.sampled_from([1, 2, 3, 31]) if kind == "DAYS" else st.just(0))
)


def conditions(height: int) -> st.SearchStrategy[tuple[Asked, ...]]:
    """One or two, higher with each rung so that thresholds rise."""
    spend = st.builds(
        lambda minor, window: Asked("SPEND", minor * 100, *window),
        st.integers(height * 100 + 1, height * 100 + 100),
        windows,
    )
    orders = st.builds(
        lambda count, window: Asked("ORDERS", count, *window),
        st.integers(height * 3 + 1, height * 3 + 3),
        windows,
    )
    return st.one_of(st.tuples(spend), st.tuples(orders), st.tuples(spend, orders))


def rungs(height: int) -> st.SearchStrategy[Rung]:
    keep = st.just(()) | conditions(0)
    return st.builds(Rung, st.just(f"t{height}"), conditions(height), st.booleans(), keep, st.booleans())


ladders = st.builds(
    Ladder,
    st.integers(1, 3).flatmap(lambda count: st.tuples(*(rungs(nth) for nth in range(count)))),
    st.sampled_from([0, 1, 1, 3, 12]),
    st.sampled_from([0, 7, 20]),
    st.sampled_from(["NONE", "ONE_STEP", "ONE_STEP", "TO_QUALIFIED", "TO_QUALIFIED"]),
)


def as_condition(asked: Asked) -> Condition:
    window = LIFETIME if asked.window == "ALL" else Window(KINDS[asked.window], asked.days)
    return Condition(asked.metric, asked.at_least, window)


def as_tier(rung: Rung) -> TierRule:
    return TierRule(
        rung.key,
        tier("any", 0).name,
        tuple(map(as_condition, rung.reach)),
        10_000,
        (),
        Match.ANY if rung.reach_any else Match.ALL,
        tuple(map(as_condition, rung.keep)),
        Match.ANY if rung.keep_any else Match.ALL,
    )


def as_scheme(ladder: Ladder) -> TierScheme:
    if not ladder.months:
        return TierScheme()
    grace = Period(0, ladder.grace_days) if ladder.grace_days else None
    return TierScheme(Period(ladder.months, 0), grace, Downgrade(ladder.mode))


def instant(us: int) -> datetime:
    return datetime.fromtimestamp(us // 1_000_000, UTC) + timedelta(microseconds=us % 1_000_000)


class TierHistories(RuleBasedStateMachine):
    """One member; what the ledger does is then done by the oracle."""

    @initialize(ladder=ladders, zone=st.sampled_from(ZONES), joined=st.sampled_from(JOINED))
    def found(self, ladder: Ladder, zone: str, joined: str) -> None:
        version = programme(
            time_zone=zone, tiers=tuple(map(as_tier, ladder.rungs)), tier_scheme=as_scheme(ladder)
        )
        self.ledger = Ledger((version,), now=at("2024-03-01 12:00"))
        self.standing = Standing(MEMBER, 1, joined_at=at(joined))
        self.ledger.state.standings[MEMBER, 1] = self.standing
        local: date = instant(at(joined)).astimezone(ZoneInfo(zone)).date()
        self.walker = Walker(ladder, zone, local)
        self.orders: list[Answer] = []
        self.seen: list[tuple[int, str]] = []

    @rule(minor=st.integers(1, 15_000))
    def pay(self, minor: int) -> None:
        answer = self.ledger.earn(minor)
        self.walker.walk_to(instant(self.ledger.now))
        self.walker.pay(instant(answer.value.paid_at), minor)
        self.orders.append(answer)

    @precondition(lambda self: self.orders)
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        nth = data.draw(st.integers(0, len(self.orders) - 1))
        self.ledger.refund(self.orders.pop(nth), whole=True)
        self.walker.walk_to(instant(self.ledger.now))
        self.walker.refund(nth)

    @rule(days=st.sampled_from([0, 1, 1, 2, 3, 5, 29, 30, 31, 60, 89, 90, 200]), hours=st.integers(0, 23))
    def wait(self, days: int, hours: int) -> None:
        """Idle time; whether anybody looked meanwhile makes no difference."""
        self.ledger.now += (days * 24 + hours) * 3_600_000_000
        self.ledger.touch()
        self.walker.walk_to(instant(self.ledger.now))

    @rule(month=st.booleans())
    def wait_for_another_window(self, month: bool) -> None:
        """Until the day on which a month, or a year since joining, begins."""
        zone = ZoneInfo(self.walker.zone)
        day = instant(self.ledger.now).astimezone(zone)
        joined = self.walker.joined
        while True:
            day += timedelta(days=1)
            if day.day == 1 if month else (day.month, day.day) == (joined.month, joined.day):
                break
        self.ledger.now = micros(day.astimezone(UTC))
        self.ledger.touch()
        self.walker.walk_to(instant(self.ledger.now))

    @precondition(lambda self: self.standing.judged_at < NEVER)
    @rule(last=st.sampled_from([None, 1, 25, 49]), minor=st.integers(5_000, 30_000))
    def wait_for_the_end(self, last: int | None, minor: int) -> None:
        """The very microsecond before the end, and the end; hours before it there may be a last payment."""
        due_at = self.standing.judged_at
        if last is not None and due_at - self.ledger.now > last * 3_600_000_000:
            self.ledger.now = due_at - last * 3_600_000_000
            self.pay(minor)
            if self.standing.judged_at != due_at:
                return
        for now in (due_at - 1, due_at):
            self.ledger.now = now - 1_000
            self.ledger.touch()
            self.walker.walk_to(instant(self.ledger.now))
            assert self.standing.tier == self._held()

    @rule(ladder=ladders, on_publish=st.sampled_from(OnPublish))
    def preview_and_publish(self, ladder: Ladder, on_publish: OnPublish) -> None:
        """Another scheme, published over a copy of the standing: it does what its preview said."""
        there = Ledger(self.ledger.versions, self.ledger.now)
        there.state.standings[MEMBER, 1] = self.standing.copy()
        there.touch()
        after = replace(
            there.versions[0],
            version=2,
            effective_at=there.now + 1,
            tiers=tuple(map(as_tier, ladder.rungs)),
            tier_scheme=replace(as_scheme(ladder), on_publish=on_publish),
        )
        standing = there.state.standings[MEMBER, 1]
        before = standing.copy()
        said, _ = reassess(after, standing, {}, after.effective_at)
        assert standing.copy() == before, "a preview changes nothing"
        there.versions += (after,)
        there.now = after.effective_at
        there.touch()
        assert standing.tier == said

    @invariant()
    def it_agrees_with_the_oracle(self) -> None:
        standing = self.standing
        held = [(key, instant(since)) for key, since in standing.tiers]
        # In UTC: a local time that a clock change leaves out equals no instant of another zone (PEP 495).
        assert held == [(key, since.astimezone(UTC)) for key, since in self.walker.held]
        kept = [instant(e.occurred_at) for e in self.ledger.events if isinstance(e.what, TierKept)]
        assert kept == [at.astimezone(UTC) for at in self.walker.kept]
        assert len(standing.days) == len({day[0] for day in standing.days})

    @invariant()
    def it_says_what_it_would_decide(self) -> None:
        found = snapshot(self.ledger.programmes, "shop", self.standing, (), self.ledger.now)
        way = outlook(found)
        if way.keeping is not None:
            assert way.keeping.is_kept == self.walker.would_be_kept()
            assert way.keeping.is_kept == self._met(way.keeping.steps, way.keeping.match)
        if way.rising is not None:
            today = instant(self.ledger.now).astimezone(ZoneInfo(self.walker.zone)).date()
            rung = self.walker.ladder.rungs[self.walker.rung + 1]
            assert [step.actual for step in way.rising.steps] == [
                self.walker.measure(asked, today) for asked in rung.reach
            ]

    @invariant()
    def what_was_held_is_what_was_seen(self) -> None:
        self.seen.append((self.ledger.now, self.standing.tier))
        for now, key in self.seen[-20:]:
            assert self.standing.tier_at(now) == key

    def _held(self) -> str:
        return self.walker.held[-1][0] if self.walker.held else ""

    @staticmethod
    def _met(steps: tuple[Step, ...], match: Match) -> bool:
        met: Any = any if match is Match.ANY else all
        return bool(met(step.actual >= step.condition.at_least for step in steps))


TestTierHistories = TierHistories.TestCase
TestTierHistories.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)


@pytest.mark.torture
def test_tier_histories_at_length() -> None:
    run_state_machine_as_test(
        TierHistories, settings=settings(max_examples=2_000, stateful_step_count=40, deadline=None)
    )
