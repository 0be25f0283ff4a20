"""Events: what the fold decided, turned into the wire's messages for the outbox."""

from dataclasses import asdict
from functools import lru_cache, singledispatch
from typing import Any

from huiyuan.kit.v1 import erasures_pb2
from huiyuan.loyalty.v1 import events_pb2 as wire

from services.kit.outbox import NewEvent
from services.loyalty.rules import events
from services.loyalty.rules.expiry import NEVER


def encode(event: events.Event) -> NewEvent:
    """An event as the outbox keeps it: whom it is about, its type's name, its bytes."""
    kind = type(event.what)
    name, body = _body.registry[kind](event.what)  # not by dispatch, which looks for a base class first
    message = wire.LoyaltyEvent(
        member_id=event.member_id,
        programme_id=event.programme_id,
        occurred_at=_timestamp(event.occurred_at),
        **{name: body},
    )
    return NewEvent(event.member_id, kind.__name__, message.SerializeToString())


def encode_in_pieces(event: events.Event) -> NewEvent:
    """The same of an event whose like comes often, but for its member and its time, which are put before it.

    Messages of one type written one after the other are one message with the fields of all of them.
    """
    member_id, programme_id, occurred_at, what = event
    begun = wire.LoyaltyEvent(member_id=member_id, occurred_at=_timestamp(occurred_at)).SerializeToString()
    return NewEvent(member_id, type(what).__name__, begun + _decided(programme_id, what))


@lru_cache(maxsize=1_024)
def _decided(programme_id: str, what: events.Decided) -> bytes:
    name, body = _body.registry[type(what)](what)
    fields: dict[str, Any] = {"programme_id": programme_id, name: body}
    return wire.LoyaltyEvent(**fields).SerializeToString()


def encode_programme_revised(programme_id: str, version: int, effective_at: int) -> NewEvent:
    """A programme's new version as an event about nobody."""
    message = wire.LoyaltyEvent(
        programme_id=programme_id,
        occurred_at=_timestamp(effective_at),
        programme_revised=wire.ProgrammeRevised(version=version),
    )
    return NewEvent(None, "ProgrammeRevised", message.SerializeToString())


# Messages inside the event are dictionaries, which protobuf turns into them at half the cost of making each first.
Message = dict[str, Any]


def _timestamp(micros: int) -> Message:
    seconds, rest = divmod(micros, 1_000_000)
    return {"seconds": seconds, "nanos": rest * 1000}


def _moved(moved: events.Moved) -> Message:
    return {"currency": moved.currency, "points": moved.points, "balance_after": moved.balance_after}


Body = tuple[str, Message]
"""The field of ``LoyaltyEvent`` that says what happened, and what it says."""


@singledispatch
def _body(what: object) -> Body:
    raise TypeError(f"no wire message for {type(what).__name__}")


@_body.register
def _(what: events.OrderRecorded) -> Body:
    return "order_recorded", {
        "source": what.source,
        "order_id": what.order_id,
        "total": {"minor_units": what.total_minor, "currency": what.money_currency},
        "earned": [_moved(moved) for moved in what.earned],
    }


@_body.register
def _(what: events.OrderCompleted) -> Body:
    return "order_completed", {
        "source": what.source,
        "order_id": what.order_id,
        "matured": [_moved(moved) for moved in what.matured],
    }


@_body.register
def _(what: events.OrderRefunded) -> Body:
    return "order_refunded", {
        "source": what.source,
        "order_id": what.order_id,
        "refund_id": what.refund_id,
        "refunded": {"minor_units": what.refunded_minor, "currency": what.money_currency},
        "taken_back": [_moved(moved) for moved in what.taken_back],
        "returned": [_moved(moved) for moved in what.returned],
    }


@_body.register
def _(what: events.PointsAdjusted) -> Body:
    return "points_adjusted", {"moved": _moved(what.moved), "reason": what.reason}


@_body.register
def _(what: events.PointsExpired) -> Body:
    return "points_expired", {"moved": _moved(what.moved)}


@_body.register
def _(what: events.PointsMatured) -> Body:
    return "points_matured", {"moved": _moved(what.moved)}


@_body.register
def _(what: events.TierRaised) -> Body:
    return "tier_raised", {"from_tier": what.from_tier, "to_tier": what.to_tier}


@_body.register
def _(what: events.TierLowered) -> Body:
    return "tier_lowered", {"from_tier": what.from_tier, "to_tier": what.to_tier}


@_body.register
def _(what: events.TierKept) -> Body:
    ends = {} if what.valid_until == NEVER else {"valid_until": _timestamp(what.valid_until)}
    return "tier_kept", {"tier": what.tier, **ends}


@_body.register
def _(what: events.TierPlaced) -> Body:
    ends = {} if what.until == NEVER else {"until": _timestamp(what.until)}
    return "tier_placed", {"kind": f"PLACEMENT_KIND_{what.kind}", "tier": what.tier, **ends}


@_body.register
def _(what: events.TierPlacementEnded) -> Body:
    return "tier_placement_ended", {"kind": f"PLACEMENT_KIND_{what.kind}", "tier": what.tier}


@_body.register
def _(what: events.PointsAwarded) -> Body:
    return "points_awarded", {"moved": _moved(what.moved), "reason": what.reason}


@_body.register
def _(what: events.PointsRedeemed) -> Body:
    return "points_redeemed", {
        "redemption_id": what.redemption_id,
        "moved": _moved(what.moved),
        "order_ref": what.order_ref,
    }


@_body.register
def _(what: events.RedemptionReversed) -> Body:
    return "redemption_reversed", {"redemption_id": what.redemption_id, "moved": _moved(what.moved)}


@_body.register
def _(what: events.PointsHeld) -> Body:
    return "points_held", {
        "hold_id": what.hold_id,
        "moved": _moved(what.moved),
        "expires_at": _timestamp(what.expires_at),
        "order_ref": what.order_ref,
    }


@_body.register
def _(what: events.HoldCaptured) -> Body:
    return "hold_captured", {
        "hold_id": what.hold_id,
        "moved": _moved(what.moved),
        "redemption_id": what.redemption_id,
    }


@_body.register
def _(what: events.HoldReleased) -> Body:
    return "hold_released", {
        "hold_id": what.hold_id,
        "moved": _moved(what.moved),
        "timed_out": what.timed_out,
    }


@_body.register
def _(what: events.PointsTransferred) -> Body:
    return "points_transferred", {"transfer_id": what.transfer_id, "moved": _moved(what.moved)}


@_body.register
def _(what: events.PointsImported) -> Body:
    return "points_imported", {"moved": _moved(what.moved)}


@_body.register
def _(what: events.PointsForfeited) -> Body:
    return "points_forfeited", {"moved": _moved(what.moved), "reason": what.reason}


@_body.register
def _(what: events.MemberMerged) -> Body:
    return "member_merged", {
        "merge_id": what.merge_id,
        "into_member_id": what.into_member,
        "undone": what.undone,
        "moved": [_moved(moved) for moved in what.moved],
    }


@_body.register
def _(what: events.MemberErasureDone) -> Body:
    return "member_erasure_done", {
        "erasure_id": what.erasure_id,
        "proof": [
            {"store": store, "action": action, "count": count}
            for action, stores in (
                (erasures_pb2.STORE_ACTION_PSEUDONYMISED, what.kept),
                (erasures_pb2.STORE_ACTION_DELETED, what.deleted),
            )
            for store, count in stores
        ],
    }


@_body.register
def _(what: events.MissionProgressed) -> Body:
    return "mission_progressed", {
        "mission": what.mission,
        "progress": what.progress,
        "required": what.required,
    }


@_body.register
def _(what: events.MissionCompleted) -> Body:
    return "mission_completed", {
        "mission": what.mission,
        "edition": what.edition,
        "nth": what.nth,
        "grant_key": what.grant_key,
    }


@_body.register
def _(what: events.BenefitClaimed) -> Body:
    return "benefit_claimed", asdict(what)


@_body.register
def _(what: events.BenefitUsed) -> Body:
    return "benefit_used", asdict(what)


@_body.register
def _(what: events.BenefitReleased) -> Body:
    return "benefit_released", asdict(what)


@_body.register
def _(what: events.CouponIssued) -> Body:
    return "coupon_issued", asdict(what) | {"expires_at": _timestamp(what.expires_at)}


@_body.register
def _(what: events.CouponUsed) -> Body:
    return "coupon_used", {
        "coupon_id": what.coupon_id,
        "template": what.template,
        "order_ref": what.order_ref,
        "taken_off": {"minor_units": what.taken_off_minor, "currency": what.money_currency},
    }


@_body.register
def _(what: events.CouponExpiring) -> Body:
    return "coupon_expiring", asdict(what) | {"expires_at": _timestamp(what.expires_at)}


@_body.register
def _(what: events.CouponReinstated) -> Body:
    return "coupon_reinstated", asdict(what)


@_body.register
def _(what: events.CouponRevoked) -> Body:
    return "coupon_revoked", asdict(what)
