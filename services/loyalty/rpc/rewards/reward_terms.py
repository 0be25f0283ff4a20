"""A reward's terms, editions and stock between the wire and the rules, both ways."""

from huiyuan.loyalty.v1 import rewards_pb2 as wire

from services.loyalty.rpc.wire import choice, chosen, localized, micros, money, text, timestamp
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import wrong
from services.loyalty.rules.rewards.rewards import Limit, LimitPeriod, RewardKind, Terms, TierPrice
from services.loyalty.storage.rewards.rewards import Edition, Reward, StockChange

_KIND, _PERIOD, _STATE = "REWARD_KIND_", "REWARD_LIMIT_PERIOD_", "REWARD_STATE_"


def terms(message: wire.RewardTerms, programme: Programme) -> Terms:
    """Terms as they were drafted, not yet checked."""
    if message.HasField("unit_cost") and message.unit_cost.currency != programme.money_currency:
        raise wrong(f"the programme counts in {programme.money_currency}", "terms.unit_cost")
    named = message.HasField("description")
    first = next((one.code for one in programme.currencies if one.spendable), "")
    return Terms(
        name=localized(message.name, "terms.name"),
        description=localized(message.description if named else message.name, "terms.description"),
        kind=chosen(RewardKind, wire.RewardKind, _KIND, message.kind, "terms.kind"),
        gives=message.gives,
        currency=message.currency or first,
        points=message.points,
        tier_prices=tuple(TierPrice(one.tier, one.points) for one in message.tier_prices),
        tiers=tuple(message.tiers),
        limits=tuple(
            Limit(
                one.most,
                chosen(
                    LimitPeriod, wire.RewardLimitPeriod, _PERIOD, one.period, f"terms.limits[{nth}].period"
                ),
            )
            for nth, one in enumerate(message.limits)
        ),
        limited=message.limited,
        since=micros(getattr(message, "from"), "terms.from") if message.HasField("from") else 0,
        until=micros(message.until, "terms.until") if message.HasField("until") else 0,
        cost_minor=message.unit_cost.minor_units,
    )


def reward(of: Reward, programme: Programme) -> wire.Reward:
    """A reward as staff see it."""
    return wire.Reward(
        reward=of.reward,
        programme_id=programme.programme_id,
        state=choice(wire.RewardState, _STATE, of.state),
        in_force=edition(of.in_force, programme) if of.in_force else None,
        draft=edition(of.draft, programme) if of.draft else None,
        stock=of.stock,
        taken=of.taken,
    )


def offered(of: Reward, programme: Programme) -> wire.Reward:
    """A reward as everyone sees it: not what it costs the operator, and not who wrote it."""
    message = reward(of, programme)
    terms = message.in_force.terms
    terms.ClearField("unit_cost")
    message.in_force.CopyFrom(wire.RewardEdition(edition=message.in_force.edition, terms=terms))
    message.ClearField("draft")
    return message


def edition(of: Edition, programme: Programme) -> wire.RewardEdition:
    return wire.RewardEdition(
        edition=of.edition,
        terms=_terms(of.terms, programme),
        drafted_by=of.drafted_by,
        drafted_at=timestamp(of.drafted_at),
        published_by=of.published_by,
        published_at=timestamp(of.published_at) if of.published_at else None,
        reason=of.reason,
    )


def stock_change(of: StockChange) -> wire.RewardStockChange:
    return wire.RewardStockChange(
        change_id=of.change_id,
        delta=of.delta,
        stock_after=of.stock_after,
        reason=of.reason,
        changed_by=of.changed_by,
        changed_at=timestamp(of.changed_at),
    )


def _terms(of: Terms, programme: Programme) -> wire.RewardTerms:
    message = wire.RewardTerms(
        name=text(of.name),
        description=text(of.description),
        kind=choice(wire.RewardKind, _KIND, of.kind),
        gives=of.gives,
        currency=of.currency,
        points=of.points,
        tier_prices=[wire.RewardTierPrice(tier=one.tier, points=one.points) for one in of.tier_prices],
        tiers=of.tiers,
        limits=[
            wire.RewardLimit(most=one.most, period=choice(wire.RewardLimitPeriod, _PERIOD, one.period))
            for one in of.limits
        ],
        limited=of.limited,
        until=timestamp(of.until) if of.until else None,
        unit_cost=money(of.cost_minor, programme.money_currency),
    )
    if of.since:
        getattr(message, "from").CopyFrom(timestamp(of.since))
    return message
