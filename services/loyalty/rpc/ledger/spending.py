"""What the fold answered about redemptions and holds, as wire messages."""

from collections.abc import Iterable

from huiyuan.loyalty.v1 import redemptions_pb2 as wire

from services.loyalty.rpc.wire import choice, money, timestamp
from services.loyalty.rules.ledger.conversion import worth
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.holding import Captured, Held
from services.loyalty.rules.ledger.holds import Hold
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.ledger.redemptions import Redemption
from services.loyalty.rules.ledger.state import Reversal
from services.loyalty.rules.programmes.programmes import ProgrammeHistory
from services.loyalty.storage.ledger.points import place


def redeemed(answer: Answer, redemption_id: str, history: ProgrammeHistory) -> wire.RedeemPointsResponse:
    """The answer to a redemption, worth what it was when it was recorded."""
    redemption: Redemption = answer.value
    message = wire.RedeemPointsResponse(
        redemption_id=redemption_id,
        currency=history.newest.code(redemption.currency),
        points=redemption.points,
        taken=spent(redemption.slices),
        balance_after=redemption.balance_after,
        entry_id=place(redemption.recorded_at, redemption.ord),
        replayed=answer.replayed,
    )
    programme = history.at(redemption.recorded_at)
    rules = programme.currency(message.currency)
    if rules is not None and rules.conversion is not None:
        minor = worth(rules.conversion, redemption.points)
        message.worth.CopyFrom(money(minor, programme.money_currency))
    return message


def given_back(answer: Answer, asked: wire.ReverseRedemptionRequest) -> wire.ReverseRedemptionResponse:
    reversal: Reversal = answer.value
    return wire.ReverseRedemptionResponse(
        redemption_id=asked.redemption_id,
        reversal_id=asked.reversal_id,
        points=reversal.points,
        returned=spent(reversal.slices),
        expired=reversal.expired,
        balance_after=reversal.balance_after,
        replayed=answer.replayed,
    )


def held(answer: Answer, history: ProgrammeHistory) -> wire.HoldPointsResponse:
    """The answer to a hold: as it was made, at every repetition, whatever came after."""
    value: Held = answer.value
    message = hold(value.hold, history)
    message.held, message.captured, message.state = value.hold.points, 0, wire.HOLD_STATE_OPEN
    return wire.HoldPointsResponse(hold=message, balance_after=value.balance_after, replayed=answer.replayed)


def captured(answer: Answer, redemption_id: str, history: ProgrammeHistory) -> wire.CaptureHoldResponse:
    value: Captured = answer.value
    redemption = value.redemption
    return wire.CaptureHoldResponse(
        redemption_id=redemption_id,
        currency=history.newest.code(redemption.currency),
        points=redemption.points,
        taken=spent(redemption.slices),
        released=value.released,
        balance_after=redemption.balance_after,
        entry_id=place(redemption.recorded_at, redemption.ord),
        replayed=answer.replayed,
    )


def hold(of: Hold, history: ProgrammeHistory) -> wire.Hold:
    """A hold as it is now."""
    return wire.Hold(
        hold_id=of.hold_id,
        currency=history.newest.code(of.currency),
        points=of.points,
        held=of.left,
        captured=of.captured,
        state=choice(wire.HoldState, "HOLD_STATE_", of.state),
        held_at=timestamp(of.held_at),
        expires_at=timestamp(of.expires_at),
        order_ref=of.order_ref,
    )


def spent(slices: Iterable[Iterable[int]]) -> Iterable[wire.SpentPoints]:
    """Points of one expiry after the other."""
    for expires_at, _, _, points in slices:
        message = wire.SpentPoints(points=points)
        if expires_at < NEVER:
            message.expires_at.CopyFrom(timestamp(expires_at))
        yield message
