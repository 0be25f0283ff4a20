"""Coupon templates and their terms between the wire and the rules, both ways."""

from datetime import date
from typing import Any

from huiyuan.kit.v1.kit_pb2 import Money
from huiyuan.loyalty.v1 import coupon_templates_pb2 as wire

from services.loyalty.rpc.wire import choice, chosen, localized, money, text, timestamp
from services.loyalty.rules.coupons.coupon_templates import CouponTemplate, Within
from services.loyalty.rules.coupons.coupon_terms import (
    DEFAULT_GROUP,
    HOLD_MINUTES,
    Claim,
    CouponKind,
    CouponTerms,
)
from services.loyalty.rules.ledger.expiry import DateNotUnderstood, Period
from services.loyalty.rules.programmes.wellformed import wrong
from services.loyalty.storage.coupons.coupon_templates import Edition, Statistics

_KIND, _CLAIM, _STATE = "COUPON_KIND_", "COUPON_CLAIM_", "COUPON_TEMPLATE_STATE_"


def terms(message: wire.CouponTerms, within: Within, path: str = "terms") -> CouponTerms:
    """Terms as an operator gives them, not yet checked."""

    def minor(field: str) -> int:
        return minor_of(message, field, within, f"{path}.{field}")

    def day(field: str) -> date | None:
        return _day(getattr(message, field), f"{path}.{field}")

    def period(field: str) -> Period | None:
        given = getattr(message, field)
        return Period.parse(given, f"{path}.{field}") if given else None

    return CouponTerms(
        name=localized(message.name, f"{path}.name"),
        terms=localized(message.terms, f"{path}.terms"),
        kind=chosen(CouponKind, wire.CouponKind, _KIND, message.kind, f"{path}.kind"),
        amount_off_minor=minor("amount_off"),
        off_basis_points=message.off_basis_points,
        cap_minor=minor("cap"),
        gift_sku=message.gift_sku,
        threshold_minor=minor("threshold"),
        skus=tuple(message.skus),
        stacking_group=message.stacking_group or DEFAULT_GROUP,
        valid_from=day("valid_from"),
        valid_until=day("valid_until"),
        valid_for=period("valid_for"),
        most_coupons=message.most_coupons,
        most_minor=minor("most_money"),
        most_per_member=message.most_per_member,
        cost_minor=minor("cost"),
        claim=chosen(
            Claim, wire.CouponClaim, _CLAIM, message.claim or wire.COUPON_CLAIM_NONE, f"{path}.claim"
        ),
        claim_code=message.claim_code.strip().upper(),
        extended_for=period("extended_for"),
        hold_minutes=message.hold_minutes or HOLD_MINUTES,
        remind_days=message.remind_days,
    )


def wire_terms(said: CouponTerms, within: Within) -> wire.CouponTerms:
    """Terms as they are told; money that is 0 is left out."""

    def given(minor: int) -> Money | None:
        return money(minor, within.money_currency) if minor else None

    return wire.CouponTerms(
        name=text(said.name),
        terms=text(said.terms),
        kind=choice(wire.CouponKind, _KIND, said.kind),
        amount_off=given(said.amount_off_minor),
        off_basis_points=said.off_basis_points,
        cap=given(said.cap_minor),
        gift_sku=said.gift_sku,
        threshold=given(said.threshold_minor),
        skus=said.skus,
        stacking_group=said.stacking_group,
        valid_from=str(said.valid_from or ""),
        valid_until=str(said.valid_until or ""),
        valid_for=str(said.valid_for or ""),
        most_coupons=said.most_coupons,
        most_money=given(said.most_minor),
        most_per_member=said.most_per_member,
        cost=given(said.cost_minor),
        claim=choice(wire.CouponClaim, _CLAIM, said.claim),
        claim_code=said.claim_code,
        extended_for=str(said.extended_for or ""),
        hold_minutes=said.hold_minutes,
        remind_days=said.remind_days,
    )


def published(said: CouponTerms, within: Within) -> wire.CouponTerms:
    """Terms as members and tills are told them: neither the budget nor by what code others claim is theirs."""
    told = wire_terms(said, within)
    for field in ("most_coupons", "most_money", "cost", "claim", "claim_code", "most_per_member"):
        told.ClearField(field)
    return told


def wire_template(template: CouponTemplate, within: Within) -> wire.CouponTemplate:
    """A template as staff see it."""
    return wire.CouponTemplate(
        programme_id=within.programme_id,
        key=template.key,
        state=choice(wire.CouponTemplateState, _STATE, template.state),
        edition=template.edition,
        terms=wire_terms(template.terms, within) if template.terms else None,
        draft=wire_terms(template.draft, within) if template.draft else None,
        changed_at=timestamp(template.changed_at),
        revision=template.revision,
    )


def wire_edition(edition: Edition, within: Within) -> wire.CouponEdition:
    """An edition as it was published."""
    return wire.CouponEdition(
        edition=edition.number,
        terms=wire_terms(edition.terms, within),
        published_by=edition.published_by,
        published_at=timestamp(edition.published_at),
        reason=edition.reason,
    )


def wire_statistics(template: CouponTemplate, found: Statistics, within: Within) -> wire.CouponStatistics:
    """What became of a template's coupons."""

    def of(state: str) -> int:
        return found.by_state.get(state, 0)

    return wire.CouponStatistics(
        issued=sum(found.by_state.values()),
        open=of("ISSUED"),
        held=of("HELD"),
        used=of("USED"),
        expired=of("EXPIRED"),
        revoked=of("REVOKED"),
        taken_off=money(found.taken_off_minor, within.money_currency),
        cost=money(found.cost_minor, within.money_currency),
        committed=money(template.committed_minor, within.money_currency),
    )


def minor_of(message: Any, field: str, within: Within, path: str) -> int:
    """Money in minor units, 0 where it is absent. Raises for another money than the programme's."""
    if not message.HasField(field):
        return 0
    given: Money = getattr(message, field)
    if given.currency != within.money_currency:
        raise wrong(f"the programme counts in {within.money_currency}", f"{path}.currency")
    return given.minor_units


def _day(given: str, path: str) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        raise DateNotUnderstood(f"{given!r} is not a day such as 2026-11-30", field=path) from None
