"""Replay: the entries alone say what every wallet was after every operation, and what every read answered."""

import pytest
from hypothesis import settings
from hypothesis.stateful import invariant

from services.loyalty.rules.ledger.entries import Entry
from services.loyalty.rules.ledger.expiry import Expiry, Period
from services.loyalty.rules.ledger.reading import settled
from services.loyalty.rules.ledger.replay import EntryDoesNotFollow, Replay
from services.loyalty.rules.programmes.programmes import NegativePolicy
from tests.loyalty.rules.histories import NUMBERS, Held, Histories
from tests.loyalty.rules.memory import MEMBER, Ledger, at, currency, programme
from tests.loyalty.rules.test_kinship import Kin


def replayed(ledger: Ledger, entries: list[Entry], number: int) -> Replay:
    replay = Replay()
    for entry in entries:
        if entry.currency == number:
            replay.apply(entry)
    return replay


def as_of(ledger: Ledger, instant: int, number: int) -> Held:
    """What was recorded by an instant, with what had fallen due by then."""
    replay = replayed(ledger, [e for e in ledger.entries if e.recorded_at <= instant], number)
    wallet = replay.wallet(MEMBER, number, ledger.state.holds.values())
    return Held.of(settled(wallet, ledger.programmes.history("shop"), instant))


class Replays(Histories):
    def teardown(self) -> None:
        for count, held in self.posted:
            for number in NUMBERS:
                replay = replayed(self.ledger, self.ledger.entries[:count], number)
                wallet = replay.wallet(MEMBER, number, self.ledger.state.holds.values())
                assert Held.of(wallet) == held[number]
        for instant, held in self.read:
            for number in NUMBERS:
                assert as_of(self.ledger, instant, number) == held[number]
        for number in NUMBERS:
            replay = replayed(self.ledger, self.ledger.entries, number)
            assert (replay.version, replay.touched_at) == (
                self.wallet(number).version,
                self.wallet(number).touched_at,
            )


TestReplays = Replays.TestCase
TestReplays.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)


class Families(Kin):
    """Giving, merging and parting too."""

    @invariant()
    def entries_alone_tell_every_wallet(self) -> None:
        for (member, number), wallet in self.ledger.state.wallets.items():
            replay = Replay()
            for entry in self.ledger.entries:
                if (entry.member_id, entry.currency) == (member, number):
                    replay.apply(entry)
            assert Held.of(replay.wallet(member, number, wallet.holds)) == Held.of(wallet)


TestFamilies = Families.TestCase
TestFamilies.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_held_points_slide_with_the_others() -> None:
    sliding = currency(expiry=Expiry(Period.parse("P10D"), sliding=True))
    ledger = Ledger((programme(currencies=(sliding,)),), now=at("2026-06-01 12:00"))
    ledger.earn(10_000)
    ledger.hold(40, "checkout", minutes=5 * 24 * 60)
    ledger.now = at("2026-06-03 12:00")
    ledger.adjust(5)
    replay = replayed(ledger, ledger.entries, 1)
    june_13 = at("2026-06-13 16:00")  # midnight after the last good day, in Shanghai
    assert [(lot.expires_at, points) for lot, points in replay.holds["checkout"].items()] == [(june_13, 40)]
    assert [(lot.expires_at, points) for lot, points in replay.lots.items()] == [(june_13, 65)]


def test_a_hold_on_points_that_no_longer_slide_lies_where_its_entries_say() -> None:
    sliding = programme(currencies=(currency(expiry=Expiry(Period.parse("P30D"), sliding=True)),))
    for_good = programme(version=2, currencies=(currency(),), effective_at=at("2026-06-05 00:00"))
    ledger = Ledger((sliding, for_good), now=at("2026-06-01 12:00"))
    ledger.adjust(40)
    ledger.redeem(40, "r")
    ledger.now = at("2026-06-04 12:00")
    ledger.adjust(60)
    ledger.now = at("2026-06-06 12:00")
    ledger.reverse("r")
    ledger.hold(50, "checkout")
    (held,) = replayed(ledger, ledger.entries, 1).wallet(MEMBER, 1, ledger.state.holds.values()).holds
    assert held.slices == ledger.state.holds[MEMBER, "checkout"].slices
    ledger.capture("checkout")
    assert replayed(ledger, ledger.entries, 1).available == ledger.balance() == 50


def test_what_is_written_off_is_no_movement_of_the_members() -> None:
    clamped = currency(negative_policy=NegativePolicy.CLAMP)
    ledger = Ledger((programme(currencies=(clamped,)),))
    order = ledger.earn(10_000)
    ledger.redeem(80)
    ledger.refund(order, whole=True)
    replay = replayed(ledger, ledger.entries, 1)
    assert [entry.type for entry in ledger.entries] == ["EARN", "REDEEM", "EARN_REVERSAL", "WRITE_OFF"]
    assert (replay.available, replay.version) == (0, 3)


def test_two_captures_of_two_holds_leave_each_hold_its_own() -> None:
    ledger = Ledger()
    ledger.earn(10_000)
    ledger.hold(30, "one")
    ledger.hold(30, "two")
    ledger.capture("two", 10, final=False)
    ledger.capture("one", 25, final=False)
    replay = replayed(ledger, ledger.entries, 1)
    assert {hold: sum(kept.values()) for hold, kept in replay.holds.items()} == {"one": 5, "two": 20}


def test_points_expire_in_the_past_at_the_very_instant_and_not_before() -> None:
    ledger = Ledger((programme(currencies=(currency(expiry=Expiry(Period.parse("P1M"))),)),))
    ledger.earn(10_000)
    midnight = at("2026-07-01 16:00")
    ledger.now = midnight + 2 * 3_600_000_000
    ledger.touch()
    assert as_of(ledger, midnight - 1, 1).available == 100
    assert as_of(ledger, midnight, 1).available == 0


@pytest.mark.parametrize("planted", [101, 60])
def test_a_changed_entry_shows(planted: int) -> None:
    ledger = Ledger()
    ledger.earn(10_000)
    ledger.redeem(70)
    first, *rest = ledger.entries
    changed = [first._replace(points=planted), *rest]
    if planted < 70:
        with pytest.raises(EntryDoesNotFollow, match="REDEEM of 70"):
            replayed(ledger, changed, 1)
    else:
        assert replayed(ledger, changed, 1).available == 31
