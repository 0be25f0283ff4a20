"""What the tests of identities, codes and merges ask the members service, in few words."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import events_pb2, identities_pb2, links_pb2, merges_pb2, verifications_pb2

from services.kit import rpc
from services.kit.refusal import Refusal
from tests.members.service import (
    IMPORTER,
    OPERATIONS,
    SUPPORT,
    Members,
    as_member,
    by,
    new_agent,
    registration,
)

PHONE, EMAIL, UNIONID, DEVICE = 1, 2, 3, 7


def identity(kind: int, value: str, scope: str = "") -> kit_pb2.ExternalIdentity:
    return kit_pb2.ExternalIdentity(kind=kind, scope=scope, value=value)


def unionid() -> kit_pb2.ExternalIdentity:
    """A WeChat unionid that nobody had before."""
    return identity(UNIONID, f"o6_{uuid4().hex}", "platform-1")


async def join(members: Members, *known: kit_pb2.ExternalIdentity, verified: bool = True) -> str:
    """A new member who is known by these."""
    request = registration(key=uuid4().hex)
    for one in known:
        request.identities.add(identity=one, verified=verified)
    return await members.register(request)


async def listed(members: Members, member_id: str, reader: rpc.Caller | None = None):
    request = links_pb2.ListIdentitiesRequest(member_id=member_id)
    answer = await members.links.list_identities(request, headers=by(reader or as_member(member_id)))
    return list(answer.identities)


async def holder(members: Members, one: kit_pb2.ExternalIdentity) -> str:
    answer = await members.identities.find_member(
        identities_pb2.FindMemberRequest(identity=one), headers=by(new_agent())
    )
    return answer.member_id


async def link(
    members: Members, member_id: str, one: kit_pb2.ExternalIdentity, *, verified=True, caller=IMPORTER
):
    request = links_pb2.LinkIdentityRequest(member_id=member_id, identity=one, verified=verified)
    return await members.links.link_identity(request, headers=by(caller))


async def unlink(members: Members, member_id: str, identity_id: str, caller: rpc.Caller | None = None):
    request = links_pb2.UnlinkIdentityRequest(member_id=member_id, identity_id=identity_id)
    return await members.links.unlink_identity(request, headers=by(caller or as_member(member_id)))


async def detach(members: Members, one: kit_pb2.ExternalIdentity, caller=OPERATIONS) -> str:
    request = links_pb2.DetachIdentityRequest(identity=one)
    return (await members.links.detach_identity(request, headers=by(caller))).member_id


async def ask(
    members: Members,
    one: kit_pb2.ExternalIdentity,
    member_id: str = "",
    address: str = "",
    device: str = "",
):
    """Ask for a code, as a member or as the operator's login system."""
    caller = as_member(member_id) if member_id else IMPORTER
    return await members.verifications.request_verification_code(
        verifications_pb2.RequestVerificationCodeRequest(
            identity=one, member_id=member_id, client_address=address, device=device
        ),
        headers=by(caller),
    )


def newest_code(members: Members) -> str:
    """The code that the development sender showed last."""
    log = members.settings.codes_log
    assert log is not None
    return log.read_text().splitlines()[-1].split()[-1]


async def confirm(members: Members, verification_id: str, one, code: str, member_id: str = ""):
    caller = as_member(member_id) if member_id else IMPORTER
    return await members.verifications.confirm_verification_code(
        verifications_pb2.ConfirmVerificationCodeRequest(
            verification_id=verification_id, identity=one, code=code, member_id=member_id
        ),
        headers=by(caller),
    )


async def verify(members: Members, one: kit_pb2.ExternalIdentity, member_id: str):
    """Ask for a code and confirm it; the verification's id, and what it came to."""
    asked = await ask(members, one, member_id)
    return asked.verification_id, await confirm(
        members, asked.verification_id, one, newest_code(members), member_id
    )


async def claim(members: Members, verification_id: str, one, member_id: str, choice: int):
    return await members.verifications.claim_identity(
        verifications_pb2.ClaimIdentityRequest(
            verification_id=verification_id, identity=one, member_id=member_id, choice=choice
        ),
        headers=by(as_member(member_id)),
    )


async def login(members: Members, *known: kit_pb2.ExternalIdentity, login_id: str = "", caller=IMPORTER):
    request = verifications_pb2.RecordLoginRequest(login_id=login_id or uuid4().hex, identities=known)
    return await members.verifications.record_login(request, headers=by(caller))


async def merge(
    members: Members, from_id: str, into_id: str, merge_id: str = "", *, reason="SAME", caller=OPERATIONS
):
    request = merges_pb2.MergeMembersRequest(
        from_member_id=from_id, into_member_id=into_id, merge_id=merge_id or uuid4().hex, reason=reason
    )
    return await members.merges.merge_members(request, headers=by(caller))


async def undo(members: Members, from_id: str, merge_id: str, *, reason="MISTAKE", caller=OPERATIONS):
    request = merges_pb2.UndoMergeRequest(from_member_id=from_id, merge_id=merge_id, reason=reason)
    return await members.merges.undo_merge(request, headers=by(caller))


async def merges(members: Members, member_id: str, caller=SUPPORT):
    request = merges_pb2.ListMergesRequest(member_id=member_id)
    return list((await members.merges.list_merges(request, headers=by(caller))).merges)


async def told(members: Members, member_id: str) -> list[events_pb2.MembersEvent]:
    """What happened to a member, as the outbox has it, in order."""
    rows = await members.peek(
        "SELECT event FROM outbox WHERE type <> 'Packed' ORDER BY recorded_at, lane, seq, ord"
    )
    events = [events_pb2.MembersEvent.FromString(row["event"]) for row in rows]
    return [event for event in events if event.member_id == member_id]


async def pass_time(members: Members, by_so_much: timedelta) -> None:
    """Let everything in the keys' database have happened so much earlier."""
    owner = await asyncpg.connect(members.keys.owner)
    try:
        await owner.execute(
            "UPDATE identities SET linked_at = linked_at - $1::interval, verified_at = verified_at - $1::interval",
            by_so_much,
        )
        await owner.execute(
            "UPDATE verifications SET requested_at = requested_at - $1::interval, "
            "expires_at = expires_at - $1::interval, proven_at = proven_at - $1::interval",
            by_so_much,
        )
        await owner.execute("UPDATE known_requesters SET proven_at = proven_at - $1::interval", by_so_much)
    finally:
        await owner.close()


async def code_of(attempt) -> str:
    """The code of the refusal that something ends in."""
    try:
        await attempt
    except Refusal as refusal:
        return refusal.code
    return ""
