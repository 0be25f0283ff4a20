"""How deep debt goes: down to the floor of the tier held, and the rest is written off."""

import pytest

from services.loyalty.rules.ledger.asks import NotEnoughPoints
from services.loyalty.rules.ledger.entries import EntryType
from services.loyalty.rules.programmes.programmes import TierDebtFloor
from tests.loyalty.rules.memory import Ledger, currency, programme, rule, tier

FLOORS = (TierDebtFloor("gold", 80), TierDebtFloor("vip", 0))


def ledger() -> Ledger:
    """Debt goes down to 20, on gold to 80, on vip as deep as may be."""
    points = currency(debt_floor=20, tier_debt_floors=FLOORS)
    growth = currency("GROWTH", 2, spendable=False)
    return Ledger(
        (
            programme(
                currencies=(points, growth),
                earn_rules=(rule(), rule(code="GROWTH")),
                tiers=(tier("silver", 50), tier("gold", 200), tier("vip", 1_000)),
            ),
        )
    )


@pytest.mark.parametrize(
    ("yuan", "tier", "debt", "written_off"),
    [(40, "", 20, 20), (100, "silver", 20, 80), (200, "gold", 80, 120), (1_000, "vip", 1_000, 0)],
)
def test_a_refund_of_what_was_spent_owes_down_to_the_floor_of_the_tier(
    yuan: int, tier: str, debt: int, written_off: int
) -> None:
    shop = ledger()
    order = shop.earn(yuan * 100)
    assert shop.tier() == tier
    shop.redeem(yuan)
    taken = shop.refund(order, whole=True).value.taken_back["POINTS"]
    assert (taken.points, taken.became_debt, taken.written_off) == (yuan, debt, written_off)
    assert shop.balance() == -debt
    lost = [e.points for e in shop.entries if e.type is EntryType.WRITE_OFF]
    assert lost == ([written_off] if written_off else [])


def test_debt_that_is_there_leaves_less_room() -> None:
    shop = ledger()
    shop.earn(20_000)
    shop.redeem(200)
    shop.adjust(-50)
    with pytest.raises(NotEnoughPoints):
        shop.adjust(-31)
    shop.adjust(-30)
    assert shop.balance() == -80
