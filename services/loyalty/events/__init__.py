"""Events: what the fold decided, turned into the wire's messages for the outbox."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from huiyuan.kit.v1 import erasures_pb2
from huiyuan.loyalty.v1 import events_pb2 as wire

from services.kit.instants import of_micros
from services.kit.outbox import NewEvent
from services.loyalty.events import given  # noqa: F401  # so that what it says is found
from services.loyalty.events.bodies import Body, body, moved
from services.loyalty.events.often import OFTEN, Kept
from services.loyalty.rules.ledger import events
from services.loyalty.rules.ledger.expiry import NEVER


def encode(event: events.Event) -> NewEvent:
    """An event as the outbox keeps it: whom it is about, its type's name, its bytes."""
    kind = type(event.what)
    name, said = body.registry[kind](event.what)  # not by dispatch, which looks for a base class first
    message = wire.LoyaltyEvent(
        member_id=event.member_id,
        programme_id=event.programme_id,
        occurred_at=of_micros(event.occurred_at),
        **{name: said},
    )
    return NewEvent(event.member_id, kind.__name__, message.SerializeToString())


def encode_each(those: Iterable[events.Event]) -> Iterator[NewEvent]:
    """The same of many events, one after the other. What happens all the time fills a message that is kept."""
    kept = {kind: Kept(begin) for kind, begin in OFTEN.items()}
    for event in those:
        kind = type(event.what)
        yield (
            NewEvent(event.member_id, kind.__name__, kept[kind].write(event))
            if kind in kept
            else encode(event)
        )


def encode_alike(those: Sequence[events.Event]) -> list[NewEvent]:
    """The same of events of which many say the same but for their members and times, which are put before it.

    Messages of one type written one after the other are one message with the fields of all of them.
    """
    begun = wire.LoyaltyEvent()  # to make one for each takes longer than to fill and write it
    when, write = begun.occurred_at, begun.SerializeToString
    # By identity: to hash what was decided takes as long as to encode it.
    decided: dict[tuple[str, int], tuple[str, bytes]] = {}
    encoded = []
    for member_id, programme_id, occurred_at, what in those:
        begun.member_id = member_id
        when.seconds, rest = divmod(occurred_at, 1_000_000)
        when.nanos = rest * 1000
        place = programme_id, id(what)
        if (said := decided.get(place)) is None:
            said = decided[place] = type(what).__name__, _decided(programme_id, what)
        encoded.append(NewEvent(member_id, said[0], write() + said[1]))
    return encoded


@lru_cache(maxsize=1_024)
def _decided(programme_id: str, what: events.Decided) -> bytes:
    name, said = body.registry[type(what)](what)
    fields: dict[str, Any] = {"programme_id": programme_id, name: said}
    return wire.LoyaltyEvent(**fields).SerializeToString()


def encode_programme_revised(programme_id: str, version: int, effective_at: int) -> NewEvent:
    """A programme's new version as an event about nobody."""
    message = wire.LoyaltyEvent(
        programme_id=programme_id,
        occurred_at=of_micros(effective_at),
        programme_revised=wire.ProgrammeRevised(version=version),
    )
    return NewEvent(None, "ProgrammeRevised", message.SerializeToString())


def encode_rewards_revised(programme_id: str, reward: str, at: int) -> NewEvent:
    """That a reward is offered otherwise than before, as an event about nobody."""
    message = wire.LoyaltyEvent(
        programme_id=programme_id,
        occurred_at=of_micros(at),
        rewards_revised=wire.RewardsRevised(reward=reward),
    )
    return NewEvent(None, "RewardsRevised", message.SerializeToString())


@body.register
def _(what: events.OrderRecorded) -> Body:
    return "order_recorded", {
        "source": what.source,
        "order_id": what.order_id,
        "total": {"minor_units": what.total_minor, "currency": what.money_currency},
        "earned": [moved(each) for each in what.earned],
    }


@body.register
def _(what: events.OrderCompleted) -> Body:
    return "order_completed", {
        "source": what.source,
        "order_id": what.order_id,
        "matured": [moved(each) for each in what.matured],
    }


@body.register
def _(what: events.OrderRefunded) -> Body:
    return "order_refunded", {
        "source": what.source,
        "order_id": what.order_id,
        "refund_id": what.refund_id,
        "refunded": {"minor_units": what.refunded_minor, "currency": what.money_currency},
        "taken_back": [moved(each) for each in what.taken_back],
        "returned": [moved(each) for each in what.returned],
    }


@body.register
def _(what: events.PointsAdjusted) -> Body:
    return "points_adjusted", {"moved": moved(what.moved), "reason": what.reason}


@body.register
def _(what: events.PointsExpired) -> Body:
    return "points_expired", {"moved": moved(what.moved)}


@body.register
def _(what: events.PointsMatured) -> Body:
    return "points_matured", {"moved": moved(what.moved)}


@body.register
def _(what: events.TierRaised) -> Body:
    return "tier_raised", _moved_on(what)


@body.register
def _(what: events.TierLowered) -> Body:
    return "tier_lowered", _moved_on(what)


def _moved_on(what: events.TierRaised | events.TierLowered) -> dict[str, Any]:
    return {"from_tier": what.from_tier, "to_tier": what.to_tier, "by_merge": what.by_merge}


@body.register
def _(what: events.TierKept) -> Body:
    ends = {} if what.valid_until == NEVER else {"valid_until": of_micros(what.valid_until)}
    return "tier_kept", {"tier": what.tier, **ends}


@body.register
def _(what: events.TierPlaced) -> Body:
    ends = {} if what.until == NEVER else {"until": of_micros(what.until)}
    return "tier_placed", {"kind": f"PLACEMENT_KIND_{what.kind}", "tier": what.tier, **ends}


@body.register
def _(what: events.TierPlacementEnded) -> Body:
    return "tier_placement_ended", {"kind": f"PLACEMENT_KIND_{what.kind}", "tier": what.tier}


@body.register
def _(what: events.PointsAwarded) -> Body:
    return "points_awarded", {"moved": moved(what.moved), "reason": what.reason}


@body.register
def _(what: events.PointsRedeemed) -> Body:
    return "points_redeemed", {
        "redemption_id": what.redemption_id,
        "moved": moved(what.moved),
        "order_ref": what.order_ref,
    }


@body.register
def _(what: events.RedemptionReversed) -> Body:
    return "redemption_reversed", {"redemption_id": what.redemption_id, "moved": moved(what.moved)}


@body.register
def _(what: events.PointsHeld) -> Body:
    return "points_held", {
        "hold_id": what.hold_id,
        "moved": moved(what.moved),
        "expires_at": of_micros(what.expires_at),
        "order_ref": what.order_ref,
    }


@body.register
def _(what: events.HoldCaptured) -> Body:
    return "hold_captured", {
        "hold_id": what.hold_id,
        "moved": moved(what.moved),
        "redemption_id": what.redemption_id,
    }


@body.register
def _(what: events.HoldReleased) -> Body:
    return "hold_released", {
        "hold_id": what.hold_id,
        "moved": moved(what.moved),
        "timed_out": what.timed_out,
    }


@body.register
def _(what: events.PointsTransferred) -> Body:
    return "points_transferred", {"transfer_id": what.transfer_id, "moved": moved(what.moved)}


@body.register
def _(what: events.PointsImported) -> Body:
    return "points_imported", {"moved": moved(what.moved)}


@body.register
def _(what: events.PointsForfeited) -> Body:
    return "points_forfeited", {"moved": moved(what.moved), "reason": what.reason}


@body.register
def _(what: events.MemberMerged) -> Body:
    return "member_merged", {
        "merge_id": what.merge_id,
        "into_member_id": what.into_member,
        "undone": what.undone,
        "moved": [moved(each) for each in what.moved],
    }


@body.register
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
