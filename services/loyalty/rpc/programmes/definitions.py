"""A programme's definition between the wire and the rules, both ways."""

from collections.abc import Iterable
from dataclasses import replace

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from huiyuan.loyalty.v1 import programmes_pb2 as wire

from services.kit.refusal import Invalid
from services.loyalty.rpc.earning import earn_rules
from services.loyalty.rpc.programmes import currencies
from services.loyalty.rpc.tiers import tier_schemes
from services.loyalty.rpc.wire import localized, text, timestamp
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.programmes.programmes import Publication

FIXED = frozenset(
    {
        "programme_id",
        "version",
        "time_zone",
        "money_currency",
        "effective_at",
        "published_by",
        "published_at",
        "reason",
        "is_default",
        "state",
        "superseded_at",
    }
)
"""What a version has from its founding, or gets when it is published."""
PARTS = [field.name for field in wire.Programme.DESCRIPTOR.fields if field.name not in FIXED]
REPEATED = frozenset(field.name for field in wire.Programme.DESCRIPTOR.fields if field.is_repeated)


class PartNotChangeable(Invalid):
    """A draft replaces parts of a version, and nothing else of it."""


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
        tier_scheme=tier_schemes.tier_scheme(message.tier_scheme),
        two_persons=message.two_persons,
    )


def version(version: Programme) -> wire.Programme:
    """What a version says, without who published it."""
    return wire.Programme(
        programme_id=version.programme_id,
        version=version.version,
        name=text(version.name),
        time_zone=version.time_zone,
        money_currency=version.money_currency,
        currencies=[currencies.published(rules, version.money_currency) for rules in version.currencies],
        earn_rules=[earn_rules.earn_rule(rule, version.money_currency) for rule in version.earn_rules],
        tiers=[tier_schemes.tier_rule(rule, version.money_currency) for rule in version.tiers],
        tier_scheme=tier_schemes.published_scheme(version.tier_scheme),
        two_persons=version.two_persons,
    )


def published(publication: Publication) -> wire.Programme:
    """A version as it was published."""
    told = version(publication.programme)
    told.effective_at.CopyFrom(timestamp(publication.programme.effective_at))
    told.published_by = publication.published_by
    told.published_at.CopyFrom(timestamp(publication.published_at))
    told.reason = publication.reason
    told.is_default = publication.is_default
    told.state = wire.PROGRAMME_VERSION_STATE_PUBLISHED
    if publication.canceled_at:
        told.canceled_at.CopyFrom(timestamp(publication.canceled_at))
        told.state = wire.PROGRAMME_VERSION_STATE_CANCELED
    return told


def superseded(told: wire.Programme, at: int | None, now: int) -> wire.Programme:
    """The same, once a version after it is published that takes its place at an instant."""
    if at is not None and told.state != wire.PROGRAMME_VERSION_STATE_CANCELED:
        told.superseded_at.CopyFrom(timestamp(at))
        if at <= now:
            told.state = wire.PROGRAMME_VERSION_STATE_SUPERSEDED
    return told


def parts_given(given: wire.Programme, mask: FieldMask, *, masked: bool) -> list[str]:
    """Which parts a request replaces: those that its mask names, or without one those that are not empty.

    Raises ``PartNotChangeable``.
    """
    named = list(mask.paths) if masked else [field.name for field, _ in given.ListFields()]
    for name in named:
        if name not in PARTS:
            message = f"{name!r} is no part of a version that can be changed: {', '.join(PARTS)} are"
            raise PartNotChangeable(message, field="update_mask")
    return named


def revised(before: Programme, given: wire.Programme, parts: Iterable[str]) -> Programme:
    """The version that follows one, with parts replaced; not yet checked."""
    message = version(before)
    for part in parts:
        message.ClearField(part)
        message.MergeFrom(_only(given, part))
    following = programme(message, before.effective_at)
    numbers = {currency.code: currency.number for currency in before.currencies}
    return replace(
        following,
        number=before.number,
        version=before.version + 1,
        currencies=tuple(replace(c, number=numbers.get(c.code, 0)) for c in following.currencies),
    )


def _only(given: wire.Programme, part: str) -> wire.Programme:
    alone = wire.Programme()
    value = getattr(given, part)
    if part in REPEATED:
        getattr(alone, part).MergeFrom(value)
    elif isinstance(value, Message):
        getattr(alone, part).CopyFrom(value)
    else:
        setattr(alone, part, value)
    return alone
