"""Exports at the door: what the ledger holds of a member, for the member's own package."""

from typing import Any
from uuid import UUID

from huiyuan.loyalty.v1 import exports_pb2 as wire

from services.kit import database, rpc
from services.kit.clock import instant, micros
from services.kit.refusal import Invalid
from services.kit.rpc.exports import table
from services.loyalty.rpc.wire import be_at_most
from services.loyalty.storage.members import exports

STANDINGS = {"programme_id": "text", "tier": "text", "since": "instant"}
LOTS = {
    "programme_id": "text",
    "currency": "text",
    "state": "text",
    # When available points expire, and when pending ones can be spent; empty for never.
    "due_at": "instant",
    "points": "integer",
}
ORDERS = {
    "programme_id": "text",
    "source": "text",
    "order_id": "text",
    "paid_at": "instant",
    "recorded_at": "instant",
    "completed_at": "instant",
    "channel": "text",
    "total_minor": "integer",
    "refunded_minor": "integer",
    "tier_at_payment": "text",
    "tier_after": "text",
    "lines": "json",
    "earned": "json",
}
REFUNDS = {
    "source": "text",
    "order_id": "text",
    "refund_id": "text",
    "refunded_minor": "integer",
    "recorded_at": "instant",
}
COUPONS = {
    "programme_id": "text",
    "template": "text",
    "name_zh": "text",
    "name_en": "text",
    "code": "text",
    "state": "text",
    "issued_at": "instant",
    "valid_from": "instant",
    "expires_at": "instant",
    "order_ref": "text",
    "used_at": "instant",
    "taken_off_minor": "integer",
}
BENEFIT_CLAIMS = {
    "programme_id": "text",
    "benefit": "text",
    "tier": "text",
    "state": "text",
    "claimed_at": "instant",
    # Until when it could be used; empty for no end.
    "good_until": "instant",
    "used_at": "instant",
    "order_ref": "text",
    "released_at": "instant",
    "coupon_id": "text",
}
ACTIVITIES = {
    "programme_id": "text",
    "source": "text",
    "activity_id": "text",
    "type": "text",
    "occurred_at": "instant",
    "recorded_at": "instant",
    "attributes": "json",
}
# For which purposes it is known, for a month or two, in which month the birthday lies.
BIRTHDAY_MONTHS = {"purpose": "text", "month": "text"}
MISSIONS = {
    "programme_id": "text",
    "mission": "text",
    # The day, week or month that it was completed in, or the occasion; empty where it counts for good.
    "period": "text",
    "nth": "integer",
    "completed_at": "instant",
}
MEMBERSHIPS = {
    "programme_id": "text",
    "source": "text",
    "order_id": "text",
    "tier": "text",
    "price_minor": "integer",
    "begins": "instant",
    # Until when it is good, that instant left out.
    "ends": "instant",
    "recorded_at": "instant",
    "ended_at": "instant",
}
REWARDS = {
    "programme_id": "text",
    "reward": "text",
    "name_zh": "text",
    "name_en": "text",
    "kind": "text",
    "gives": "text",
    "currency": "text",
    "points": "integer",
    "redeemed_at": "instant",
    "state": "text",
    # What a partner honours; empty where there is none.
    "code": "text",
}
INVITE_CODES = {"programme_id": "text", "referral": "text", "code": "text"}
REFERRALS = {
    "programme_id": "text",
    "referral": "text",
    # Whether the member invited or was invited.
    "side": "text",
    "state": "text",
    "joined_at": "instant",
    "qualifies_until": "instant",
    "settled_at": "instant",
}
GRANTS = {
    "programme_id": "text",
    "kind": "text",
    "currency": "text",
    "points": "integer",
    "template": "text",
    "reason": "text",
    "state": "text",
    "promised_at": "instant",
    "settled_at": "instant",
}
ENTRIES = {
    "programme_id": "text",
    "currency": "text",
    "type": "text",
    "from_account": "text",
    "to_account": "text",
    "points": "integer",
    "balance_after": "integer",
    "expires_at": "instant",
    "order_ref": "text",
    "reason": "text",
    "occurred_at": "instant",
    "recorded_at": "instant",
}

TABLES = {
    "standings": STANDINGS,
    "lots": LOTS,
    "orders": ORDERS,
    "refunds": REFUNDS,
    "coupons": COUPONS,
    "benefit_claims": BENEFIT_CLAIMS,
    "rewards": REWARDS,
    "invite_codes": INVITE_CODES,
    "referrals": REFERRALS,
    "activities": ACTIVITIES,
    "missions": MISSIONS,
    "memberships": MEMBERSHIPS,
    "grants": GRANTS,
    "birthday_months": BIRTHDAY_MONTHS,
}
"""What is exported beside the entries: columns with their types, by table."""

MOST_TIERS = 10_000


class ExportNotUnderstood(Invalid):
    """The member, or where to go on, is not one that an export names."""


class Exports:
    """``huiyuan.loyalty.v1.ExportsService``."""

    def __init__(self, pool: database.Pool) -> None:
        self._pool = pool

    @rpc.allow(rpc.services("members"))
    async def export_member(self, request: wire.ExportMemberRequest, _: Any) -> wire.ExportMemberResponse:
        try:
            member_id = UUID(request.member_id)
            recorded_at, _mark, ord = request.after.partition("-")
            after = exports.Place(instant(int(recorded_at)), int(ord)) if request.after else None
        except (ValueError, OverflowError):
            raise ExportNotUnderstood(
                "name a member by their id, and go on where the last answer says"
            ) from None
        answer = wire.ExportMemberResponse()
        if after is None:
            for name, columns in TABLES.items():
                rows = await exports.table(self._pool, name, member_id)
                answer.tables.append(table(name, columns, rows))
        entries = await exports.entries(self._pool, member_id, after)
        answer.tables.append(table("entries", ENTRIES, [tuple(entry)[:-1] for entry in entries]))
        if len(entries) == exports.AT_ONCE:
            answer.next = f"{micros(entries[-1]['recorded_at'])}-{entries[-1]['ord']}"
        return answer

    @rpc.allow(rpc.services("members"))
    async def list_tiers(self, request: wire.ListTiersRequest, _: Any) -> wire.ListTiersResponse:
        be_at_most(len(request.member_ids), MOST_TIERS, "member_ids")
        try:
            member_ids = [UUID(one) for one in request.member_ids]
        except ValueError:
            raise ExportNotUnderstood("name members by their ids", field="member_ids") from None
        held = await exports.tiers(self._pool, member_ids)
        return wire.ListTiersResponse(tiers=[held.get(one, "") for one in member_ids])
