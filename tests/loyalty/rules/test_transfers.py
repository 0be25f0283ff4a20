"""Transfers in the fold: worked examples of points that one member gives another, and what is refused."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from services.kit.refusal import Refusal
from services.loyalty.rules.ledger import transfers
from services.loyalty.rules.ledger.asks import (
    IdempotencyKeyReused,
    NotEnoughPoints,
    NotSpendable,
    PointsOutOfRange,
)
from services.loyalty.rules.ledger.events import PointsTransferred
from services.loyalty.rules.ledger.expiry import Expiry, Period
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.ledger.transfers import (
    NotTransferable,
    ReceiverMerged,
    TransferAboveLimit,
    TransferToOneself,
)
from services.loyalty.rules.tiers.standings import Standing
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme

OTHER = "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0002"
THIRD = "0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0003"
GIVING = programme(
    currencies=(
        currency(expiry=Expiry(Period(1, 0)), transferable=True, transfer_limit=500),
        currency("GROWTH", 2, spendable=False),
        currency("STARS", 3),
    )
)


def give(
    ledger: Ledger, points: int, to: str = OTHER, transfer_id: str = "t", code: str = "POINTS"
) -> Answer:
    ask = ledger.ask(points, "transfer", transfer_id, code)
    return ledger.post(partial(transfers.transfer, ask=ask, to_member=to, transfer_id=transfer_id))


def balances(ledger: Ledger, number: int = 1) -> dict[str, tuple[int, int]]:
    """What each member has available and held."""
    return {
        member: (wallet.available, wallet.held)
        for (member, currency), wallet in ledger.state.wallets.items()
        if currency == number
    }


def test_points_arrive_with_the_expiry_that_they_had() -> None:
    ledger = Ledger((GIVING,), now=at("2026-06-01 12:00"))
    ledger.adjust(60)
    ledger.now = at("2026-06-20 12:00")
    ledger.adjust(100)
    given = give(ledger, 80).value
    assert balances(ledger) == {MEMBER: (80, 0), OTHER: (80, 0)}
    assert [(lot[0], lot[3]) for lot in given.slices] == [
        (at("2026-07-01 16:00"), 60),
        (at("2026-07-20 16:00"), 20),
    ]
    assert ledger.state.wallets[OTHER, 1].lots == given.slices
    ledger.now, ledger.member = at("2026-07-01 16:00"), OTHER
    assert ledger.balance() == 20, "what was given expires when it would have"


def test_both_sides_are_written_in_one_go_and_sum_to_nothing() -> None:
    ledger = Ledger((GIVING,))
    ledger.adjust(100)
    before = len(ledger.entries)
    give(ledger, 40)
    written = ledger.entries[before:]
    assert [(e.member_id, e.type, e.from_account, e.to_account) for e in written] == [
        (MEMBER, "HOLD", "AVAILABLE", "HELD"),
        (OTHER, "TRANSFER_IN", "TRANSFERS", "AVAILABLE"),
        (MEMBER, "TRANSFER_OUT", "HELD", "TRANSFERS"),
    ]
    accounts: Counter[str] = Counter()
    for entry in written:
        accounts[entry.from_account] -= entry.points
        accounts[entry.to_account] += entry.points
    assert set(accounts.values()) == {0}
    told = [
        (e.member_id, e.what.moved.points) for e in ledger.events if isinstance(e.what, PointsTransferred)
    ]
    assert told == [(MEMBER, -40), (OTHER, 40)]


def test_a_receiver_in_debt_repays_it_first() -> None:
    ledger = Ledger((GIVING,))
    ledger.member = OTHER
    ledger.adjust(-30)
    ledger.member = MEMBER
    ledger.adjust(100)
    give(ledger, 80)
    wallet = ledger.state.wallets[OTHER, 1]
    assert (wallet.available, [lot[3] for lot in wallet.lots], wallet.debt) == (50, [50], 0)


def test_the_same_transfer_again_is_answered_again_and_gives_nothing() -> None:
    ledger = Ledger((GIVING,))
    ledger.adjust(100)
    first = give(ledger, 40)
    ledger.adjust(-60)
    again = give(ledger, 40)
    assert again == Answer(first.value, replayed=True)
    assert balances(ledger) == {MEMBER: (0, 0), OTHER: (40, 0)}
    for changed in ({"points": 41}, {"points": 40, "to": THIRD}):
        with pytest.raises(IdempotencyKeyReused):
            give(ledger, **changed)  # type: ignore[arg-type]


def test_the_same_id_of_another_giver_is_another_transfer() -> None:
    ledger = Ledger((GIVING,))
    for giver in (MEMBER, THIRD):
        ledger.member = giver
        ledger.adjust(100, key=giver)
        assert not give(ledger, 40).replayed
    assert balances(ledger)[OTHER] == (80, 0)


def test_a_declined_transfer_stays_declined_under_its_id() -> None:
    ledger = Ledger((GIVING,))
    ledger.adjust(30)
    ledger.hold(10, "checkout")
    with pytest.raises(NotEnoughPoints) as refusal:
        give(ledger, 40)
    assert refusal.value.facts == {"asked": "40", "available": "20", "held": "10", "replayed": "false"}
    ledger.adjust(100)
    with pytest.raises(NotEnoughPoints):
        give(ledger, 40)
    assert balances(ledger)[OTHER] == (0, 0)
    give(ledger, 40, transfer_id="another")


def test_points_that_a_checkout_holds_are_not_given() -> None:
    ledger = Ledger((GIVING,))
    ledger.adjust(100)
    ledger.hold(70, "checkout")
    with pytest.raises(NotEnoughPoints):
        give(ledger, 40)
    give(ledger, 30, transfer_id="as many as are left")
    assert ledger.capture("checkout").value.redemption.points == 70


@pytest.mark.parametrize(
    ("asked", "refusal", "facts"),
    [
        ({"points": 0}, PointsOutOfRange, {"asked": "0"}),
        ({"points": -5}, PointsOutOfRange, {"asked": "-5"}),
        ({"points": 501}, TransferAboveLimit, {"asked": "501", "most": "500"}),
        ({"points": 5, "to": MEMBER}, TransferToOneself, {}),
        ({"points": 5, "code": "GROWTH"}, NotSpendable, {}),
        ({"points": 5, "code": "STARS"}, NotTransferable, {"asked": "5"}),
    ],
)
def test_what_cannot_be_given_is_refused_and_nothing_moves(
    asked: dict[str, Any], refusal: type[Refusal], facts: dict[str, str]
) -> None:
    ledger = Ledger((GIVING,))
    for code in ("POINTS", "GROWTH", "STARS"):
        ledger.adjust(1000, code=code)
    before = len(ledger.entries)
    with pytest.raises(refusal) as refused:
        give(ledger, **asked)
    assert refused.value.facts == facts
    assert len(ledger.entries) == before


def test_a_merged_member_gives_as_the_survivor_and_is_no_receiver() -> None:
    ledger = Ledger((GIVING,))
    ledger.member = THIRD
    ledger.adjust(100)
    ledger.state.standings[MEMBER, 1] = Standing(MEMBER, 1, merged_into=THIRD)
    ledger.member = OTHER
    with pytest.raises(ReceiverMerged):
        give(ledger, 5, to=MEMBER)
    ledger.member = MEMBER
    with pytest.raises(TransferToOneself):
        give(ledger, 5, to=THIRD)
    give(ledger, 40)
    assert balances(ledger)[THIRD] == (60, 0)
