"""The door where loyalty hears: who registered, who may not spend, and who left."""

from datetime import UTC

from huiyuan.members.v1.events_pb2 import MembersEvent

from services.kit import database, stream
from services.loyalty.rules.tiers import Restriction
from services.loyalty.storage import departures, members

_RESTRICTIONS = {
    "MemberFrozen": Restriction.FROZEN,
    "MemberUnfrozen": Restriction.NONE,
    "MemberClosing": Restriction.FROZEN,
    "MemberClosed": Restriction.CLOSED,
    "MemberErased": Restriction.CLOSED,
}


async def hear_members(connection: database.Connection, event: stream.Event) -> None:
    """Enrol whom the members service registered, and follow how they stand."""
    if event.type == "MemberRegistered":
        message = MembersEvent.FromString(event.body)
        joined_at = message.member_registered.joined_at.ToDatetime(tzinfo=UTC)
        await members.enrol(connection, message.member_id, joined_at)
    elif event.type in _RESTRICTIONS or event.type == "MemberClosingCanceled":
        await _follow(connection, event.type, MembersEvent.FromString(event.body))


async def _follow(connection: database.Connection, kind: str, message: MembersEvent) -> None:
    restriction = _RESTRICTIONS.get(kind)
    if restriction is None:
        restriction = Restriction.FROZEN if message.member_closing_canceled.frozen else Restriction.NONE
    at = message.occurred_at.ToDatetime(tzinfo=UTC)
    await departures.restrict(connection, message.member_id, restriction, at)
    if restriction is Restriction.CLOSED:
        await departures.leave(connection, message.member_id, message.member_erased.erasure_id, at)
