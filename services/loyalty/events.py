"""Events: what the fold decided, turned into the wire's messages for the outbox."""

from functools import singledispatch

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.kit.v1.kit_pb2 import Money
from huiyuan.loyalty.v1 import events_pb2 as wire

from services.kit.outbox import NewEvent
from services.loyalty.rules import events


def encode(event: events.Event) -> NewEvent:
    """An event as the outbox keeps it: whom it is about, its type's name, its bytes."""
    message = wire.LoyaltyEvent(
        member_id=event.member_id,
        programme_id=event.programme_id,
        occurred_at=_timestamp(event.occurred_at),
    )
    name, body = _body(event.what)
    getattr(message, name).CopyFrom(body)
    return NewEvent(event.member_id, type(event.what).__name__, message.SerializeToString())


def encode_programme_revised(programme_id: str, version: int, effective_at: int) -> NewEvent:
    """A programme's new version as an event about nobody."""
    message = wire.LoyaltyEvent(
        programme_id=programme_id,
        occurred_at=_timestamp(effective_at),
        programme_revised=wire.ProgrammeRevised(version=version),
    )
    return NewEvent(None, "ProgrammeRevised", message.SerializeToString())


def _timestamp(micros: int) -> Timestamp:
    seconds, rest = divmod(micros, 1_000_000)
    return Timestamp(seconds=seconds, nanos=rest * 1000)


def _moved(moved: events.Moved) -> wire.PointsMoved:
    return wire.PointsMoved(currency=moved.currency, points=moved.points, balance_after=moved.balance_after)


Body = (
    wire.OrderRecorded
    | wire.OrderCompleted
    | wire.OrderRefunded
    | wire.PointsAdjusted
    | wire.PointsExpired
    | wire.PointsMatured
    | wire.TierRaised
    | wire.PointsAwarded
    | wire.PointsRedeemed
    | wire.RedemptionReversed
    | wire.PointsHeld
    | wire.HoldCaptured
    | wire.HoldReleased
    | wire.PointsTransferred
    | wire.PointsImported
    | wire.PointsForfeited
    | wire.MemberMerged
)


@singledispatch
def _body(what: object) -> tuple[str, Body]:
    raise TypeError(f"no wire message for {type(what).__name__}")


@_body.register
def _(what: events.OrderRecorded) -> tuple[str, Body]:
    return "order_recorded", wire.OrderRecorded(
        source=what.source,
        order_id=what.order_id,
        total=Money(minor_units=what.total_minor, currency=what.money_currency),
        earned=map(_moved, what.earned),
    )


@_body.register
def _(what: events.OrderCompleted) -> tuple[str, Body]:
    return "order_completed", wire.OrderCompleted(
        source=what.source, order_id=what.order_id, matured=map(_moved, what.matured)
    )


@_body.register
def _(what: events.OrderRefunded) -> tuple[str, Body]:
    return "order_refunded", wire.OrderRefunded(
        source=what.source,
        order_id=what.order_id,
        refund_id=what.refund_id,
        refunded=Money(minor_units=what.refunded_minor, currency=what.money_currency),
        taken_back=map(_moved, what.taken_back),
        returned=map(_moved, what.returned),
    )


@_body.register
def _(what: events.PointsAdjusted) -> tuple[str, Body]:
    return "points_adjusted", wire.PointsAdjusted(moved=_moved(what.moved), reason=what.reason)


@_body.register
def _(what: events.PointsExpired) -> tuple[str, Body]:
    return "points_expired", wire.PointsExpired(moved=_moved(what.moved))


@_body.register
def _(what: events.PointsMatured) -> tuple[str, Body]:
    return "points_matured", wire.PointsMatured(moved=_moved(what.moved))


@_body.register
def _(what: events.TierRaised) -> tuple[str, Body]:
    return "tier_raised", wire.TierRaised(from_tier=what.from_tier, to_tier=what.to_tier)


@_body.register
def _(what: events.PointsAwarded) -> tuple[str, Body]:
    return "points_awarded", wire.PointsAwarded(moved=_moved(what.moved), reason=what.reason)


@_body.register
def _(what: events.PointsRedeemed) -> tuple[str, Body]:
    return "points_redeemed", wire.PointsRedeemed(
        redemption_id=what.redemption_id, moved=_moved(what.moved), order_ref=what.order_ref
    )


@_body.register
def _(what: events.RedemptionReversed) -> tuple[str, Body]:
    return "redemption_reversed", wire.RedemptionReversed(
        redemption_id=what.redemption_id, moved=_moved(what.moved)
    )


@_body.register
def _(what: events.PointsHeld) -> tuple[str, Body]:
    return "points_held", wire.PointsHeld(
        hold_id=what.hold_id,
        moved=_moved(what.moved),
        expires_at=_timestamp(what.expires_at),
        order_ref=what.order_ref,
    )


@_body.register
def _(what: events.HoldCaptured) -> tuple[str, Body]:
    return "hold_captured", wire.HoldCaptured(
        hold_id=what.hold_id, moved=_moved(what.moved), redemption_id=what.redemption_id
    )


@_body.register
def _(what: events.HoldReleased) -> tuple[str, Body]:
    return "hold_released", wire.HoldReleased(
        hold_id=what.hold_id, moved=_moved(what.moved), timed_out=what.timed_out
    )


@_body.register
def _(what: events.PointsTransferred) -> tuple[str, Body]:
    return "points_transferred", wire.PointsTransferred(
        transfer_id=what.transfer_id, moved=_moved(what.moved)
    )


@_body.register
def _(what: events.PointsImported) -> tuple[str, Body]:
    return "points_imported", wire.PointsImported(moved=_moved(what.moved))


@_body.register
def _(what: events.PointsForfeited) -> tuple[str, Body]:
    return "points_forfeited", wire.PointsForfeited(moved=_moved(what.moved), reason=what.reason)


@_body.register
def _(what: events.MemberMerged) -> tuple[str, Body]:
    return "member_merged", wire.MemberMerged(
        merge_id=what.merge_id,
        into_member_id=what.into_member,
        undone=what.undone,
        moved=map(_moved, what.moved),
    )
