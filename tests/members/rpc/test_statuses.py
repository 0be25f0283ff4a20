"""Statuses at the door: who may freeze and close, what may be taken back, and what each change tells."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from huiyuan.members.v1 import events_pb2, profiles_pb2, statuses_pb2

from services.kit import rpc
from services.kit.refusal import Refusal
from services.members.actions import statuses
from services.members.jobs import closings
from services.members.rules.erasures import Terms
from tests.members.service import AUDITOR, OFFICER, SUPPORT, Members, as_member, by

ACTIVE, FROZEN, CLOSING, CLOSED = (
    profiles_pb2.MEMBER_STATUS_ACTIVE,
    profiles_pb2.MEMBER_STATUS_FROZEN,
    profiles_pb2.MEMBER_STATUS_CLOSING,
    profiles_pb2.MEMBER_STATUS_CLOSED,
)


async def freeze(members: Members, member_id: str, who: rpc.Caller = SUPPORT, reason: str = "fraud case 7"):
    request = statuses_pb2.FreezeMemberRequest(member_id=member_id, reason=reason)
    return (await members.statuses.freeze_member(request, headers=by(who))).standing


async def unfreeze(members: Members, member_id: str):
    request = statuses_pb2.UnfreezeMemberRequest(member_id=member_id, reason="case closed")
    return (await members.statuses.unfreeze_member(request, headers=by(SUPPORT))).standing


async def close(members: Members, member_id: str, who: rpc.Caller | None = None, reason: str = ""):
    request = statuses_pb2.CloseMemberRequest(member_id=member_id, reason=reason)
    return (await members.statuses.close_member(request, headers=by(who or as_member(member_id)))).standing


async def cancel(members: Members, member_id: str):
    request = statuses_pb2.CancelClosingRequest(member_id=member_id)
    return (await members.statuses.cancel_closing(request, headers=by(as_member(member_id)))).standing


async def told(members: Members, member_id: str) -> list[str]:
    rows = await members.peek(
        "SELECT type FROM outbox WHERE member_id = $1 ORDER BY recorded_at, seq, ord", member_id
    )
    return [row["type"] for row in rows if row["type"] != "MemberRegistered"]


async def refused(call) -> str:
    with pytest.raises(Refusal) as caught:
        await call
    return caught.value.code


async def test_a_member_is_frozen_and_unfrozen_once_however_often_it_is_asked(members: Members):
    member_id = await members.register()
    frozen = await freeze(members, member_id)
    assert frozen.status == FROZEN
    assert (await freeze(members, member_id)).since == frozen.since
    assert (await unfreeze(members, member_id)).status == ACTIVE
    assert (await unfreeze(members, member_id)).status == ACTIVE
    assert await told(members, member_id) == ["MemberFrozen", "MemberUnfrozen"]
    request = statuses_pb2.GetStatusRequest(member_id=member_id)
    seen = await members.statuses.get_status(request, headers=by(AUDITOR))
    assert [(one.status, one.actor, one.reason) for one in seen.changes] == [
        (ACTIVE, "staff:care-1", "case closed"),
        (FROZEN, "staff:care-1", "fraud case 7"),
    ]
    own = await members.statuses.get_status(request, headers=by(as_member(member_id)))
    assert [(one.status, one.actor, one.reason) for one in own.changes] == [
        (ACTIVE, "", ""),
        (FROZEN, "", ""),
    ]


async def test_staff_say_why_and_leave_personal_data_out_of_it(members: Members):
    member_id = await members.register()
    assert await refused(freeze(members, member_id, reason="")) == "REASON_NOT_VALID"
    assert (
        await refused(freeze(members, member_id, reason="called 13900001234")) == "REASON_HOLDS_PERSONAL_DATA"
    )
    assert await refused(close(members, member_id, OFFICER)) == "REASON_NOT_VALID"
    assert await told(members, member_id) == []


async def test_only_support_operations_and_privacy_freeze_and_members_close_themselves_alone(
    members: Members,
):
    member_id, other = await members.register(), await members.register()
    assert await refused(freeze(members, member_id, AUDITOR)) == "NOT_ALLOWED"
    assert await refused(freeze(members, member_id, as_member(member_id))) == "NOT_ALLOWED"
    assert await refused(close(members, member_id, as_member(other))) == "NOT_ALLOWED"
    assert await told(members, member_id) == []


async def test_a_closing_is_taken_back_until_it_is_over_and_a_frozen_member_is_frozen_again(members: Members):
    member_id = await members.register()
    await freeze(members, member_id)
    closing = await close(members, member_id)
    days = closing.closes_at.ToDatetime(UTC) - closing.since.ToDatetime(UTC)
    assert (closing.status, days) == (CLOSING, timedelta(days=7))
    assert (await close(members, member_id)).closes_at == closing.closes_at
    assert await refused(freeze(members, member_id)) == "STATUS_NOT_CHANGEABLE"
    back = await cancel(members, member_id)
    assert (back.status, back.HasField("closes_at")) == (FROZEN, False)
    assert await told(members, member_id) == ["MemberFrozen", "MemberClosing", "MemberClosingCanceled"]
    [row] = await members.peek(
        "SELECT event FROM outbox WHERE member_id = $1 AND type = 'MemberClosingCanceled'", member_id
    )
    assert events_pb2.MembersEvent.FromString(row["event"]).member_closing_canceled.frozen


async def test_a_closing_that_is_over_is_final_and_leads_to_an_erasure(members: Members):
    member_id, kept = await members.register(), await members.register()
    for one in (member_id, kept):
        await close(members, one)
    now = datetime.now(UTC)
    await closings.close_due(members.databases, Terms(), now + timedelta(days=6))
    async with members.databases.members.begin() as connection:
        # As a job would that found the member before the closing was taken back and begun anew.
        assert not await statuses.finish_closing(connection, UUID(member_id), Terms(), now)
    assert "MemberClosed" not in await told(members, member_id)
    await cancel(members, kept)
    terms = Terms(closed_kept=timedelta(days=3))
    await closings.close_due(members.databases, terms, now + timedelta(days=8))
    assert await told(members, member_id) == ["MemberClosing", "MemberClosed"]
    assert await told(members, kept) == ["MemberClosing", "MemberClosingCanceled"]
    assert await refused(cancel(members, member_id)) == "MEMBER_CLOSED"
    assert await refused(freeze(members, member_id)) == "MEMBER_CLOSED"
    count = "SELECT trigger FROM erasures WHERE member_id = ANY($1::uuid[])"
    assert await members.peek(count, [member_id, kept]) == []
    await closings.close_due(members.databases, terms, now + timedelta(days=12))
    [asked] = await members.peek(count, [member_id, kept])
    assert asked["trigger"] == 4


async def test_a_closed_member_is_neither_shown_to_itself_nor_changed_nor_unmasked(members: Members):
    member_id = await members.register()
    await close(members, member_id)
    update = profiles_pb2.UpdateProfileRequest(member_id=member_id, display_name="小红")
    assert (
        await refused(members.profiles.update_profile(update, headers=by(as_member(member_id))))
        == "MEMBER_NOT_ACTIVE"
    )
    await closings.close_due(
        members.databases, Terms(closed_kept=timedelta(days=99)), datetime.now(UTC) + timedelta(days=8)
    )
    own = await members.profile(member_id, as_member(member_id))
    assert own.refusal.code == "MEMBER_CLOSED"
    assert (await members.profile(member_id, SUPPORT)).profile.status == CLOSED
    unmask = profiles_pb2.UnmaskProfileRequest(
        member_id=member_id, fields=[profiles_pb2.PERSONAL_FIELD_PHONE], purpose="service", reason="asked"
    )
    assert await refused(members.profiles.unmask_profile(unmask, headers=by(SUPPORT))) == "MEMBER_CLOSED"
    assert await members.peek("SELECT FROM profile_accesses WHERE member_id = $1", member_id) == []
