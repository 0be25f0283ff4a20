"""Events of what members get beside points, as bodies."""

from dataclasses import asdict

from services.kit.instants import of_micros
from services.loyalty.events.bodies import Body, body, moved
from services.loyalty.rules.ledger import events


@body.register
def _(what: events.RewardRedeemed) -> Body:
    return "reward_redeemed", {
        "redemption_id": what.redemption_id,
        "reward": what.reward,
        "edition": what.edition,
        "kind": what.kind,
        "gives": what.gives,
        "moved": moved(what.moved),
    }


@body.register
def _(what: events.RewardFulfilled) -> Body:
    return "reward_fulfilled", asdict(what)


@body.register
def _(what: events.RewardCancelled) -> Body:
    return "reward_cancelled", {
        "redemption_id": what.redemption_id,
        "reward": what.reward,
        "moved": moved(what.moved),
        "reason": what.reason,
    }


@body.register
def _(what: events.ReferralChanged) -> Body:
    return "referral_changed", asdict(what)


@body.register
def _(what: events.MissionProgressed) -> Body:
    return "mission_progressed", {
        "mission": what.mission,
        "progress": what.progress,
        "required": what.required,
    }


@body.register
def _(what: events.MissionCompleted) -> Body:
    return "mission_completed", {
        "mission": what.mission,
        "edition": what.edition,
        "nth": what.nth,
        "grant_key": what.grant_key,
    }


@body.register
def _(what: events.BenefitClaimed) -> Body:
    return "benefit_claimed", asdict(what)


@body.register
def _(what: events.BenefitUsed) -> Body:
    return "benefit_used", asdict(what)


@body.register
def _(what: events.BenefitReleased) -> Body:
    return "benefit_released", asdict(what)


@body.register
def _(what: events.CouponIssued) -> Body:
    return "coupon_issued", asdict(what) | {"expires_at": of_micros(what.expires_at)}


@body.register
def _(what: events.CouponUsed) -> Body:
    return "coupon_used", {
        "coupon_id": what.coupon_id,
        "template": what.template,
        "order_ref": what.order_ref,
        "taken_off": {"minor_units": what.taken_off_minor, "currency": what.money_currency},
    }


@body.register
def _(what: events.CouponExpiring) -> Body:
    return "coupon_expiring", asdict(what) | {"expires_at": of_micros(what.expires_at)}


@body.register
def _(what: events.CouponReinstated) -> Body:
    return "coupon_reinstated", asdict(what)


@body.register
def _(what: events.CouponRevoked) -> Body:
    return "coupon_revoked", asdict(what)


@body.register
def _(what: events.MembershipRecorded) -> Body:
    return "membership_recorded", asdict(what) | {"ends": of_micros(what.ends)}


@body.register
def _(what: events.MembershipEnded) -> Body:
    return "membership_ended", asdict(what)
