"""Promises: what rules promise beside points is something that somebody can give."""

from collections.abc import Callable, Iterable, Iterator

from services.kit import database
from services.kit.refusal import Invalid
from services.loyalty.rules.benefits.entitlements import defined
from services.loyalty.rules.coupons.coupon_templates import TemplateState
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed, wrong
from services.loyalty.storage.coupons import coupon_templates


async def unfit(
    asking: coupon_templates.Asking, programme: Programme, kind: GrantKind, key: str, *, to_be_given: bool
) -> str:
    """Why a coupon or a benefit cannot be promised, and what would be right; empty where it can.

    A draft may name a template that is one itself; what is ``to_be_given`` names one by which coupons are issued.
    """
    if kind is GrantKind.BENEFIT and defined(programme, "", key) is None:
        return "no tier gives such a benefit: add it to the programme first"
    if kind is GrantKind.COUPON:
        template = await coupon_templates.find(asking, programme.number, key)
        if template is None:
            return "the programme has no such coupon template: draft it first"
        if to_be_given and template.state is not TemplateState.PUBLISHED:
            return f"the coupon template is {template.state}: publish it first"
    return ""


async def be_kept(
    asking: coupon_templates.Asking,
    programme: Programme,
    promises: Iterable[tuple[GrantKind, str, str]],
    *,
    to_be_given: bool = False,
    wrong: Callable[[str, str], Invalid] = wrong,
) -> None:
    """Refuse a catalogue's ``promises``, (kind, key, path), that nobody can keep. Raises what ``wrong`` makes."""
    for kind, key, path in promises:
        if because := await unfit(asking, programme, kind, key, to_be_given=to_be_given):
            raise wrong(because, path)


async def unfit_in(
    asking: coupon_templates.Asking, before: Programme, after: Programme
) -> list[ProgrammeNotWellFormed]:
    """The coupons that a version promises and nobody can issue, by the paths that name them.

    What the version before named already is not this change's doing: a template that was stopped since must not
    keep other rules from being changed. A programme's first version is older than all its templates.
    """
    known, found = {key for _, key in _named(before)}, []
    for path, key in _named(after):
        if key not in known:
            because = await unfit(asking, after, GrantKind.COUPON, key, to_be_given=True)
            found += [wrong(because, path)] if because else []
    return found


async def be_fit(connection: database.RawConnection, before: Programme, after: Programme) -> None:
    """Refuse a version that promises coupons which nobody can issue. Raises ``ProgrammeNotWellFormed``."""
    for fault in await unfit_in(connection, before, after):
        raise fault


def _named(programme: Programme) -> Iterator[tuple[str, str]]:
    """The coupon templates that a version names, each with its path."""
    for nth, rule in enumerate(programme.earn_rules):
        if rule.coupon_template:
            yield f"earn_rules[{nth}].coupon_template", rule.coupon_template
    for nth, tier in enumerate(programme.tiers):
        for mth, benefit in enumerate(tier.benefits):
            if benefit.coupon_template:
                yield f"tiers[{nth}].benefits[{mth}].coupon_template", benefit.coupon_template
