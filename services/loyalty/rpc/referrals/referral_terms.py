"""Referral programmes and referrals between the wire and the rules, both ways."""

from huiyuan.loyalty.v1 import referrals_pb2 as wire
from huiyuan.loyalty.v1 import rewards_pb2

from services.loyalty.rpc.wire import choice, chosen, localized, micros, money, text, timestamp
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import wrong
from services.loyalty.rules.referrals.referrals import Referral, ReferralTerms, SideReward, Trigger
from services.loyalty.rules.rewards.rewards import Limit, LimitPeriod
from services.loyalty.storage.referrals.referral_programmes import Offered

STATE = "REFERRAL_STATE_"
_TRIGGER, _PERIOD = "REFERRAL_TRIGGER_", "REWARD_LIMIT_PERIOD_"


def terms(message: wire.ReferralTerms, programme: Programme) -> ReferralTerms:
    """Terms as they are to be published, not yet checked."""
    asked = message.order_at_least
    if message.HasField("order_at_least") and asked.currency != programme.money_currency:
        raise wrong(f"the programme counts in {programme.money_currency}", "terms.order_at_least")
    limits = []
    for nth, one in enumerate(message.limits):
        path = f"terms.limits[{nth}].period"
        period = chosen(LimitPeriod, rewards_pb2.RewardLimitPeriod, _PERIOD, one.period, path)
        limits.append(Limit(one.most, period))
    return ReferralTerms(
        name=localized(message.name, "terms.name"),
        inviter=_side(message.inviter, programme),
        invited=_side(message.invited, programme),
        trigger=chosen(Trigger, wire.ReferralTrigger, _TRIGGER, message.trigger, "terms.trigger"),
        order_at_least=asked.minor_units,
        within_days=message.within_days,
        limits=tuple(limits),
        most_rewarded=message.most_rewarded,
        held_above_hourly=message.held_above_hourly,
        held_above_daily=message.held_above_daily,
        new_for_days=message.new_for_days or 7,
        since=micros(getattr(message, "from"), "terms.from") if message.HasField("from") else 0,
        until=micros(message.until, "terms.until") if message.HasField("until") else 0,
    )


def offered(of: Offered, programme: Programme) -> wire.ReferralProgramme:
    return wire.ReferralProgramme(
        referral=of.referral,
        programme_id=programme.programme_id,
        edition=of.edition,
        stopped=of.stopped,
        terms=_terms(of.terms, programme),
        rewarded=of.rewarded,
        published_by=of.published_by,
        published_at=timestamp(of.published_at) if of.published_at else None,
        reason=of.reason,
        state=choice(wire.ReferralProgrammeState, "REFERRAL_PROGRAMME_STATE_", of.state),
        drafted_by=of.drafted_by,
        drafted_at=timestamp(of.drafted_at) if of.drafted_at else None,
    )


def referral(of: Referral, programme: Programme) -> wire.Referral:
    return wire.Referral(
        member_id=of.member_id,
        inviter_id=of.inviter_id,
        programme_id=programme.programme_id,
        referral=of.referral,
        edition=of.edition,
        state=choice(wire.ReferralState, STATE, of.state),
        joined_at=timestamp(of.joined_at),
        qualifies_until=timestamp(of.qualifies_until) if of.qualifies_until else None,
        settled_at=timestamp(of.settled_at) if of.settled_at else None,
        because=of.because,
        decided_by=of.decided_by,
        reason=of.reason,
    )


def _side(message: wire.ReferralReward, programme: Programme) -> SideReward:
    first = next((one.code for one in programme.currencies if one.spendable), "")
    currency = (message.currency or first) if message.points else ""
    return SideReward(currency, message.points, message.template)


def _terms(of: ReferralTerms, programme: Programme) -> wire.ReferralTerms:
    message = wire.ReferralTerms(
        name=text(of.name),
        inviter=_reward(of.inviter),
        invited=_reward(of.invited),
        trigger=choice(wire.ReferralTrigger, _TRIGGER, of.trigger),
        order_at_least=money(of.order_at_least, programme.money_currency),
        within_days=of.within_days,
        limits=[
            rewards_pb2.RewardLimit(
                most=one.most, period=choice(rewards_pb2.RewardLimitPeriod, _PERIOD, one.period)
            )
            for one in of.limits
        ],
        most_rewarded=of.most_rewarded,
        held_above_hourly=of.held_above_hourly,
        held_above_daily=of.held_above_daily,
        new_for_days=of.new_for_days,
        until=timestamp(of.until) if of.until else None,
    )
    if of.since:
        getattr(message, "from").CopyFrom(timestamp(of.since))
    return message


def _reward(of: SideReward) -> wire.ReferralReward:
    return wire.ReferralReward(currency=of.currency, points=of.points, template=of.template)
