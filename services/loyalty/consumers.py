"""The door where loyalty hears: who registered, may not spend, left, turned out to be one, or refused a profile."""

from collections.abc import Callable, Mapping
from datetime import UTC, date
from functools import partial

from huiyuan.consent.v1.events_pb2 import ConsentEvent
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent
from huiyuan.members.v1.events_pb2 import MembersEvent

from services.kit import database, stream
from services.loyalty.rules.earning.birthdays import BIRTH_DATE
from services.loyalty.rules.missions.missions import LifecycleKind
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.storage.coupons import coupon_refunds
from services.loyalty.storage.members import birthdays, departures, heard_merges, members, refusals
from services.loyalty.storage.missions import occasions
from services.loyalty.storage.missions.occasions import ANY_PROGRAMME, Heard
from services.loyalty.storage.referrals import referrals

_RESTRICTIONS = {
    "MemberFrozen": Restriction.FROZEN,
    "MemberUnfrozen": Restriction.NONE,
    "MemberClosing": Restriction.FROZEN,
    "MemberClosed": Restriction.CLOSED,
    "MemberErased": Restriction.CLOSED,
}


def _tier_changed(kind: LifecycleKind, message: LoyaltyEvent) -> tuple[LifecycleKind, Heard] | None:
    """None where a merge handed a tier over: whoever brought it was told of when it was reached."""
    if message.tier_raised.by_merge or message.tier_lowered.by_merge:
        return None
    to_tier = message.tier_raised.to_tier or message.tier_lowered.to_tier
    at = message.occurred_at.ToMicroseconds()
    return kind, Heard(message.member_id, f"{to_tier}-{at}", to_tier, at)


def _coupon_expiring(message: LoyaltyEvent) -> tuple[LifecycleKind, Heard]:
    coupon, at = message.coupon_expiring, message.occurred_at.ToMicroseconds()
    heard = Heard(message.member_id, f"coupon-{coupon.coupon_id}", coupon.template, at)
    return LifecycleKind.COUPON_EXPIRING, heard


_OCCASIONS: Mapping[str, Callable[[LoyaltyEvent], tuple[LifecycleKind, Heard] | None]] = {
    "TierRaised": partial(_tier_changed, LifecycleKind.TIER_RAISED),
    "TierLowered": partial(_tier_changed, LifecycleKind.TIER_LOWERED),
    "CouponExpiring": _coupon_expiring,
}


async def hear_members(connection: database.Connection, event: stream.Event) -> None:
    """Enrol whom the members service registered, follow how they stand, and keep merges until the ledger follows."""
    message = MembersEvent.FromString(event.body)
    if event.type == "MemberRegistered":
        joined_at = message.member_registered.joined_at.ToDatetime(tzinfo=UTC)
        await members.enrol(connection, message.member_id, joined_at)
    elif event.type in _RESTRICTIONS or event.type == "MemberClosingCanceled":
        await _follow(connection, event.type, message)
    elif event.type == "ProfileUpdated":
        if not set(BIRTH_DATE).isdisjoint(message.profile_updated.fields):
            # It was another's month, or is nobody's any more.
            await birthdays.end(connection, message.member_id)
    elif event.type in ("MemberBirthday", "MemberBirthdayMonth"):
        await _celebrate(connection, message)
    elif event.type == "MembersMerged":
        await _merged(connection, message)
    elif event.type == "MergeUndone":
        undone = message.merge_undone
        await heard_merges.hear(
            connection,
            message.member_id,
            undone.into_member_id,
            undone.merge_id,
            undone.reason,
            undone=True,
        )


async def _celebrate(connection: database.Connection, message: MembersEvent) -> None:
    """Keep a birthday's month for rules that look at it, and an occasion for missions that wait for one."""
    year, kind, month = message.member_celebrated.year, LifecycleKind.BIRTHDAY, ""
    if message.HasField("month_celebrated"):
        began = message.month_celebrated
        year, kind, month = began.year, LifecycleKind.BIRTHDAY_MONTH, f"{began.year:04d}-{began.month:02d}"
        await birthdays.hear(connection, message.member_id, date(began.year, began.month, 1), began.purposes)
    heard = Heard(message.member_id, f"birthday-{year}", month, message.occurred_at.ToMicroseconds())
    await occasions.hear(connection, ANY_PROGRAMME, kind, heard)


async def _follow(connection: database.Connection, kind: str, message: MembersEvent) -> None:
    restriction = _RESTRICTIONS.get(kind)
    if restriction is None:
        restriction = Restriction.FROZEN if message.member_closing_canceled.frozen else Restriction.NONE
    at = message.occurred_at.ToDatetime(tzinfo=UTC)
    await departures.restrict(connection, message.member_id, restriction, at)
    if restriction is Restriction.CLOSED:
        await birthdays.end(connection, message.member_id)
        await departures.leave(connection, message.member_id, message.member_erased.erasure_id, at)


async def _merged(connection: database.Connection, message: MembersEvent) -> None:
    """Merges travel in a stream of their own, so that the two may not have been heard of yet."""
    merged = message.members_merged
    for member_id, joined_at in (
        (message.member_id, merged.from_joined_at),
        (merged.into_member_id, merged.into_joined_at),
    ):
        await members.enrol(connection, member_id, joined_at.ToDatetime(tzinfo=UTC))
    await heard_merges.hear(
        connection, message.member_id, merged.into_member_id, merged.merge_id, merged.reason, undone=False
    )


async def hear_consent(connection: database.Connection, event: stream.Event) -> None:
    """Follow who refuses automated decisions, so that no profile of theirs decides about anything (PIPL 24), and who
    does not allow a purpose any more, or whom that has to be asked again, so that it knows of no birthday."""
    if event.type == "AutomatedDecisionsChanged":
        message = ConsentEvent.FromString(event.body)
        await refusals.hear(
            connection,
            message.member_id,
            message.occurred_at.ToDatetime(tzinfo=UTC),
            refused=message.automated_decisions_changed.refused,
        )
    elif event.type in ("ConsentWithdrawn", "ConsentRefused"):
        message = ConsentEvent.FromString(event.body)
        ended = message.consent_withdrawn if event.type == "ConsentWithdrawn" else message.consent_refused
        if not ended.recipient_id:  # what another may have is not what we may know
            await birthdays.end(connection, message.member_id, ended.purposes)
    elif event.type == "ProcessingRestricted":
        await birthdays.doubt(connection, ConsentEvent.FromString(event.body).member_id, None)
    elif event.type == "PurposePublished":
        published = ConsentEvent.FromString(event.body).purpose_published
        await birthdays.doubt(connection, None, published.key)


async def hear_ourselves(connection: database.Connection, event: stream.Event) -> None:
    """Keep which orders were refunded, so that coupons used on them come back, whose order was awaited, and whose
    tier changed or whose coupon expires where a mission waits for that."""
    if event.type == "OrderRecorded" and event.member_id:
        await referrals.hear_order(connection, event.member_id)
    if event.type == "OrderRefunded":
        message = LoyaltyEvent.FromString(event.body)
        refunded = message.order_refunded
        await coupon_refunds.hear(connection, refunded.source, refunded.order_id, message.programme_id)
    if event.type in _OCCASIONS:
        message = LoyaltyEvent.FromString(event.body)
        if found := _OCCASIONS[event.type](message):
            await occasions.hear(connection, message.programme_id, *found)
