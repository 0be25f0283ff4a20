"""Quotes: whatever a quote says of an order, posting that order then does."""

from copy import deepcopy
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.refusal import Refusal
from services.loyalty.rules.earning.earn_rules import EarnRounding
from services.loyalty.rules.ledger.asks import PointsOutOfRange, UnknownCurrency
from services.loyalty.rules.ledger.conversion import Conversion, Reason
from services.loyalty.rules.ledger.expiry import Expiry, Maturation, MaturationKind, Period
from services.loyalty.rules.ledger.points import Operation
from services.loyalty.rules.ledger.redemptions import redeem
from services.loyalty.rules.orders.orders import CurrencyNotAccepted, Line, Order
from services.loyalty.rules.orders.quotes import Quote, QuoteAsked, quote
from services.loyalty.rules.programmes.programmes import NegativePolicy, Programme
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme, rule, tier

HUNDREDS = Conversion(points=100, minor=100, minimum=200, multiple=100, cap_basis_points=5_000)
SHOP = programme(currencies=(currency(conversion=HUNDREDS),))


def basket(ledger: Ledger, *minor: int, money: str = "CNY") -> Order:
    """An order of nobody's, with a line for each amount, paid when the ledger's next operation is."""
    return Order(
        source="basket",
        order_id="basket",
        programme=1,
        programme_id="shop",
        member_id=MEMBER,
        fingerprint=b"",
        money_currency=money,
        total_minor=sum(minor),
        lines=[Line(str(nth), "tea", 1, each) for nth, each in enumerate(minor, 1)],
        channel="web",
        paid_at=ledger.now + 1_000,
    )


def quoted(ledger: Ledger, *minor: int, points: int | None = None, code: str = "") -> Quote:
    asked = QuoteAsked(basket(ledger, *minor), code, points)
    return quote(deepcopy(ledger.state), ledger.programmes, asked, ledger.now + 1_000)


@pytest.mark.parametrize(
    ("credited", "asked", "total_minor", "points", "minor", "reason"),
    [
        (1_000, 300, 10_000, 300, 300, None),
        (1_000, 350, 10_000, 300, 300, None),
        (450, 900, 10_000, 400, 400, None),
        (1_000, 900, 1_000, 500, 500, None),
        (1_000, None, 10_000, 1_000, 1_000, None),
        (1_000, 199, 10_000, 0, 0, Reason.BELOW_MINIMUM),
        (150, None, 10_000, 0, 0, Reason.BELOW_MINIMUM),
        (1_000, None, 399, 0, 0, Reason.ORDER_CAP),
        (0, None, 10_000, 0, 0, Reason.NOTHING_AVAILABLE),
    ],
)
def test_example_16_a_quote_gives_the_smallest_of_asked_available_and_the_cap_or_says_why_none(
    credited: int, asked: int | None, total_minor: int, points: int, minor: int, reason: Reason | None
) -> None:
    ledger = Ledger((SHOP,))
    if credited:
        ledger.adjust(credited)
    payable = quoted(ledger, total_minor, points=asked).payable
    assert payable is not None
    found = payable.redeemable
    assert (found.points, found.minor, found.reason) == (points, minor, reason)
    assert payable.available == credited


def test_example_16_redeeming_posts_exactly_what_is_asked_or_refuses() -> None:
    ledger = Ledger((SHOP,))
    ledger.adjust(1_000)
    order = ledger.earn(10_000)
    before = ledger.balance()
    for points in (100, 350, 2_000):
        with pytest.raises(Refusal):
            ledger.redeem(points, order=order)
    assert ledger.balance() == before
    assert ledger.redeem(300, order=order).value.points == 300
    assert ledger.balance() == before - 300


def test_a_quote_posts_nothing_and_is_refused_as_posting_would_be() -> None:
    ledger = Ledger((SHOP,))
    ledger.adjust(500)
    before = deepcopy(ledger.state)
    quoted(ledger, 10_000)
    assert ledger.state == before
    asked = QuoteAsked(basket(ledger, 100, money="USD"), "", None)
    with pytest.raises(CurrencyNotAccepted):
        quote(deepcopy(ledger.state), ledger.programmes, asked, ledger.now + 1_000)
    with pytest.raises(PointsOutOfRange):
        quoted(ledger, 100, points=0)
    with pytest.raises(UnknownCurrency):
        quoted(ledger, 100, code="GOLD")


def test_a_quote_counts_what_fell_due_before_it() -> None:
    month = currency(expiry=Expiry(Period.parse("P1M")), conversion=HUNDREDS)
    ledger = Ledger((programme(currencies=(month,)),), now=at("2026-06-01 12:00"))
    ledger.adjust(300)
    ledger.adjust(400)
    ledger.hold(400, "h", minutes=30)
    seen = [quoted(ledger, 100_000).payable]
    ledger.now += 31 * 60_000_000
    seen.append(quoted(ledger, 100_000).payable)
    ledger.now = at("2026-07-01 16:00")
    seen.append(quoted(ledger, 100_000).payable)
    assert [payable and payable.available for payable in seen] == [300, 700, 0]


def test_without_anything_to_spend_a_quote_says_what_would_be_earned_alone() -> None:
    ledger = Ledger((programme(currencies=(currency("POINTS", spendable=False),)),))
    found = quoted(ledger, 10_000)
    assert (found.payable, found.order.earned["POINTS"].points) == (None, 100)


maturations = st.sampled_from(
    [
        Maturation(),
        Maturation(MaturationKind.AFTER_PERIOD, Period.parse("P7D")),
        Maturation(MaturationKind.ON_ORDER_COMPLETED),
    ]
)
conversions = st.builds(
    lambda points, minor, multiple, times, cap: Conversion(points, minor, multiple * times, multiple, cap),
    st.integers(1, 200),
    st.integers(1, 200),
    st.integers(1, 50),
    st.integers(1, 4),
    st.integers(1, 10_000),
)
rules = st.builds(
    lambda points, per, rounding, tiered: rule(points, per, rounding=rounding, tier_multiplied=tiered),
    st.integers(1, 7),
    st.integers(1, 700),
    st.sampled_from(EarnRounding),
    st.booleans(),
)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    points = currency(
        maturation=draw(maturations),
        expiry=Expiry(draw(st.sampled_from([None, Period.parse("P1M")]))),
        conversion=draw(st.none() | conversions),
    )
    growth = currency("GROWTH", 2, spendable=False, negative_policy=NegativePolicy.CLAMP)
    earning = draw(st.lists(rules, min_size=1, max_size=3))
    keyed = [replace(each, key=f"rule-{nth}") for nth, each in enumerate(earning)]
    return programme(
        currencies=(points, growth),
        earn_rules=(*keyed, rule(code="GROWTH", tier_multiplied=False)),
        tiers=(tier("silver", 300, 1.2), tier("gold", 900, 1.5)),
    )


steps = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(0, 60_000)),
        st.tuples(st.just("adjust"), st.integers(-400, 900).filter(bool)),
        st.tuples(st.just("hold"), st.integers(1, 300)),
        st.tuples(st.just("wait"), st.integers(1, 40)),
    ),
    max_size=6,
)


def _live(ledger: Ledger, history: list[tuple[str, int]]) -> None:
    for what, much in history:
        if what == "wait":
            ledger.now += much * 24 * 3_600_000_000
            continue
        try:
            getattr(ledger, what)(much)
        except Refusal:
            continue


@given(
    programmes(),
    steps,
    st.lists(st.integers(0, 50_000), min_size=1, max_size=4),
    st.none() | st.integers(1, 3_000),
)
def test_a_quote_equals_what_posting_then_does(
    shop: Programme, history: list[tuple[str, int]], minor: list[int], asked: int | None
) -> None:
    ledger = Ledger((shop,))
    _live(ledger, history)
    found = quoted(ledger, *minor, points=asked)
    paying = replace(ledger, state=deepcopy(ledger.state))
    order = ledger.earn(*minor, paid_at=ledger.now + 1_000).value
    assert found.order.earned == order.earned
    assert [line.earned for line in found.order.lines] == [line.earned for line in order.lines]
    assert (found.order.tier_at_payment, found.order.tier_after) == (order.tier_at_payment, order.tier_after)
    assert found.order.rule_version == order.rule_version
    payable = found.payable
    assert payable is not None
    if points := payable.redeemable.points:
        assert paying.post(_redeeming(paying, points)).value.points == points
        assert paying.balance() == payable.available - points
    elif payable.redeemable.reason is Reason.NOTHING_AVAILABLE:
        with pytest.raises(Refusal):
            paying.redeem(1)


def _redeeming(ledger: Ledger, points: int) -> Operation:
    ask = ledger.ask(points, "redeem", "r")._replace(order_ref="basket:basket")
    return partial(redeem, ask=ask, redemption_id="r")
