"""A programme's definition between the wire and the rules, both ways."""

from huiyuan.loyalty.v1 import programmes_pb2 as wire

from services.loyalty.rpc import currencies, earn_rules, tier_schemes
from services.loyalty.rpc.wire import localized, text, timestamp
from services.loyalty.rules.programmes import Programme
from services.loyalty.storage.programmes import Publication


def programme(message: wire.Programme, effective_at: int) -> Programme:
    """A first version, not yet checked or numbered."""
    return Programme(
        programme_id=message.programme_id,
        number=0,
        version=1,
        name=localized(message.name, "name"),
        time_zone=message.time_zone,
        money_currency=message.money_currency,
        currencies=tuple(currencies.rules(message.currencies, message.money_currency)),
        earn_rules=tuple(earn_rules.earn_rules(message.earn_rules, message.money_currency)),
        tiers=tuple(tier_schemes.tier_rules(message.tiers, message.money_currency)),
        effective_at=effective_at,
    )


def published(publication: Publication) -> wire.Programme:
    """A version as it was published."""
    version = publication.programme
    return wire.Programme(
        programme_id=version.programme_id,
        version=version.version,
        name=text(version.name),
        time_zone=version.time_zone,
        money_currency=version.money_currency,
        currencies=[currencies.published(rules, version.money_currency) for rules in version.currencies],
        earn_rules=[earn_rules.earn_rule(rule, version.money_currency) for rule in version.earn_rules],
        tiers=[tier_schemes.tier_rule(rule, version.money_currency) for rule in version.tiers],
        effective_at=timestamp(version.effective_at),
        published_by=publication.published_by,
        published_at=timestamp(publication.published_at),
        reason=publication.reason,
        is_default=publication.is_default,
    )
