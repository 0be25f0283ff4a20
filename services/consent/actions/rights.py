"""Rights requests: asked, verified, accepted, refused, concluded; each step is one transaction that is told of."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4

from services.consent import events
from services.consent.actions import fulfilling
from services.consent.actions.merges import held_survivor, living_survivor
from services.consent.actions.purposes import named
from services.consent.rules import rights as rules
from services.consent.rules.acts import IdempotencyKeyReused
from services.consent.rules.asking import Asking
from services.consent.rules.deadlines import DueTerms
from services.consent.rules.directives import Directive
from services.consent.rules.rights import (
    DirectiveBlocksKin,
    IdentityNotVerified,
    NotAppealable,
    Proof,
    Refused,
    RightsKind,
    RightsRequest,
    RightsState,
    SameOfficer,
    Step,
    UnknownRightsRequest,
)
from services.consent.storage import directives, merges, rights
from services.kit.database import Connection

MEMBER = "member"
"""Who acts when members do; their ids stand in no step, so that steps outlive them."""


class Desk(NamedTuple):
    """What every step needs to know: until when answers are due, and who answers for the processing."""

    due: DueTerms
    controllers: tuple[str, ...]


class Asked(NamedTuple):
    """What asking came to, and whether it was asked before."""

    request: RightsRequest
    replayed: bool


async def ask(
    connection: Connection, desk: Desk, asking: Asking, proof: str, actor: str, now: datetime
) -> Asked:
    """Take a request in; ``proof`` says by what it is known who asks, and is empty where it is not known.

    What needs no weighing is accepted at once, and done as far as it can be here.
    """
    asking.check()
    sent, asking = asking, replace(asking, member_id=await living_survivor(connection, asking.member_id))
    # Never by another id's key: keys like ask-1 are anybody's, and what is taken for another's request is not done.
    before = await rights.known(connection, sent.member_id, sent.idempotency_key)
    if before is not None:
        return Asked(await _replay(connection, before, sent.fingerprint), True)
    if asking.kind is RightsKind.POSTHUMOUS:
        await _heed_directive(connection, asking.member_id)
    await named(connection, asking.purposes)
    request = _received(desk, asking, now)
    await rights.add(connection, request, sent.member_id, sent.idempotency_key, sent.fingerprint)
    request = await _step(connection, request, RightsState.RECEIVED, actor, asking.channel.upper(), now)
    if asking.kind in rules.NEEDS_PROOF and not proof:
        request = await _step(connection, request, RightsState.VERIFYING, actor, "NOT_VERIFIED", now)
        return Asked(await _seen(connection, request), False)
    request = replace(request, verified=True)
    return Asked(await _go_on(connection, desk, request, actor, proof or "NOT_NEEDED", now), False)


async def verify(
    connection: Connection, desk: Desk, request: RightsRequest, proof: str, actor: str, now: datetime
) -> RightsRequest:
    """Let it be known who asks. Raises ``IdentityNotVerified`` where ``proof`` is empty."""
    if request.verified:
        return request
    if not proof:
        raise IdentityNotVerified(
            "sign in again and verify the request within 15 minutes of it", field="request_id"
        )
    return await _go_on(connection, desk, replace(request, verified=True), actor, proof, now)


async def accept(
    connection: Connection, desk: Desk, request: RightsRequest, actor: str, now: datetime
) -> RightsRequest:
    """Let a request be done. Raises ``IdentityNotVerified``, ``DirectiveBlocksKin`` or ``SameOfficer``."""
    accepted = request.to(RightsState.ACCEPTED)
    if not request.verified:
        raise IdentityNotVerified("verify first who asks", field="request_id")
    await _be_another(connection, request, actor)
    if request.kind is RightsKind.POSTHUMOUS:
        await _heed_directive(connection, request.member_id)
    accepted = await _step(connection, accepted, RightsState.ACCEPTED, actor, "", now, decided_by=actor)
    return await _run(connection, desk, accepted, actor, now)


async def refuse(
    connection: Connection, request: RightsRequest, refused: Refused, actor: str, now: datetime
) -> RightsRequest:
    """Say no, with the reasons that the law asks for."""
    refused.check()
    refusing = replace(request.to(RightsState.REFUSED), refused=refused)
    await _be_another(connection, request, actor)
    return await _end(connection, refusing, actor, refused.ground, now)


async def conclude(
    connection: Connection,
    request: RightsRequest,
    state: RightsState,
    evidence: str,
    refused: Refused | None,
    actor: str,
    now: datetime,
) -> RightsRequest:
    """Note how a request ended that staff saw to; what is not all of it is reasoned like a refusal."""
    if state not in rules.CONCLUSIONS:
        raise rules.RightsRequestMalformed("conclude it as FULFILLED, PARTIAL or RESTRICTED", field="state")
    rules.check_reference(evidence, "evidence")
    if state is RightsState.FULFILLED:
        refused = None
    elif refused is None:
        raise rules.RefusalNotReasoned("say why not all of it (PIPL 50)", field="refusal", article="PIPL 50")
    else:
        refused.check()
    ending = replace(request.to(state), refused=refused)
    if state is RightsState.RESTRICTED:
        # What must be kept is kept, and used for nothing else (PIPL 47).
        await fulfilling.restrict(connection, replace(request, purposes=()), now)
    await rights.prove(connection, request.request_id, [Proof("officer", state, 1, evidence, now)])
    return await _end(connection, ending, actor, "CONCLUDED", now)


async def cancel(connection: Connection, request: RightsRequest, actor: str, now: datetime) -> RightsRequest:
    """End a request that its member takes back, as long as nothing irrevocable was begun."""
    if request.state is RightsState.RUNNING and request.task is rules.Task.ERASURE:
        raise rules.RightsRequestNotOpen("the erasure has begun and cannot be taken back", field="request_id")
    return await _end(connection, request.to(RightsState.CANCELLED), actor, "TAKEN_BACK", now)


async def appeal(
    connection: Connection,
    desk: Desk,
    against: RightsRequest,
    sent_as: UUID,
    idempotency_key: str,
    now: datetime,
) -> Asked:
    """Ask somebody else to look at what was refused; the appeal is a request of its own, by whom it is ``sent_as``."""
    asking = Asking(
        against.member_id,
        against.kind,
        against.purposes,
        against.subject,
        against.wanted,
        against.channel,
        idempotency_key,
        by_staff=True,
    )
    asking.check()
    await held_survivor(connection, against.member_id)
    fingerprint = replace(asking, subject=str(against.request_id)).fingerprint
    before = await rights.known(connection, sent_as, idempotency_key)
    if before is not None:
        return Asked(await _replay(connection, before, fingerprint), True)
    if against.state not in rules.APPEALABLE:
        raise NotAppealable(f"the request is {against.state}: nothing of it was refused", field="request_id")
    if await rights.appealed(connection, against.request_id):
        raise NotAppealable("an appeal was made already", field="request_id")
    request = replace(_received(desk, asking, now), appeal_of=against.request_id, verified=against.verified)
    await rights.add(connection, request, sent_as, idempotency_key, fingerprint)
    request = await _step(connection, request, RightsState.RECEIVED, MEMBER, "APPEAL", now)
    return Asked(await _seen(connection, request), False)


async def held(connection: Connection, request_id: UUID, member_id: UUID | None = None) -> RightsRequest:
    """A request, held until the commit; only a member's own, where one asks. Raises ``UnknownRightsRequest``."""
    found = await rights.get(connection, request_id)
    mine = found is not None and (
        member_id is None
        or await merges.survivor(connection, found.member_id) == await held_survivor(connection, member_id)
    )
    held = await rights.get(connection, request_id, hold=True) if mine else None
    if held is None:
        raise UnknownRightsRequest("there is no such request of yours", field="request_id")
    return held


async def set_directive(connection: Connection, member_id: UUID, directive: Directive, now: datetime) -> None:
    """Let this hold for after the member's death."""
    await directives.put(connection, await living_survivor(connection, member_id), directive, now)


def _received(desk: Desk, asking: Asking, now: datetime) -> RightsRequest:
    return RightsRequest(
        number=0,
        request_id=uuid4(),
        member_id=asking.member_id,
        kind=asking.kind,
        state=RightsState.RECEIVED,
        purposes=asking.purposes,
        subject=asking.subject,
        wanted=asking.wanted,
        channel=asking.channel,
        verified=False,
        received_at=now,
        due_at=desk.due.due_at(now),
        due_source=desk.due.source,
        alarm_at=desk.due.alarm_at(now),
        ended_at=None,
        decided_by="",
        refused=None,
        appeal_of=None,
    )


async def _replay(connection: Connection, before: rights.Stored, fingerprint: bytes) -> RightsRequest:
    if before.fingerprint != fingerprint:
        raise IdempotencyKeyReused(
            "this idempotency key was used for another request: take a new one", field="idempotency_key"
        )
    found = await rights.get(connection, before.request_id)
    assert found is not None, "it was just found"
    return found


async def _go_on(
    connection: Connection, desk: Desk, request: RightsRequest, actor: str, proof: str, now: datetime
) -> RightsRequest:
    """What follows once it is known who asks: a person weighs it, or it is done."""
    if request.is_weighed:
        if request.state is RightsState.VERIFYING:
            request = await _step(connection, request, RightsState.RECEIVED, actor, proof, now)
        else:
            await rights.step(connection, request, Step(request.state, now, actor, proof))
        return await _seen(connection, request)
    request = await _step(connection, request, RightsState.ACCEPTED, actor, proof, now)
    return await _run(connection, desk, request, actor, now)


async def _run(
    connection: Connection, desk: Desk, request: RightsRequest, actor: str, now: datetime
) -> RightsRequest:
    request = await _step(connection, request, RightsState.RUNNING, actor, "", now)
    if await fulfilling.start(connection, request, desk.controllers, now):
        return await _end(connection, request.to(RightsState.FULFILLED), actor, "DONE_HERE", now)
    return await _seen(connection, request)


async def _end(
    connection: Connection, request: RightsRequest, actor: str, note: str, now: datetime
) -> RightsRequest:
    ended = replace(request, ended_at=now)
    return await _seen(connection, await _step(connection, ended, request.state, actor, note, now, actor))


async def _step(
    connection: Connection,
    request: RightsRequest,
    state: RightsState,
    actor: str,
    note: str,
    now: datetime,
    decided_by: str = "",
) -> RightsRequest:
    if request.state is not state:
        request = request.to(state)
    decided = decided_by if decided_by and decided_by != MEMBER else request.decided_by
    request = replace(request, decided_by=decided)
    await rights.step(connection, request, Step(state, now, actor, note))
    await events.rights_request_changed(connection, request, now)
    return request


async def _seen(connection: Connection, request: RightsRequest) -> RightsRequest:
    """The request as whoever asks now would see it."""
    found = await rights.get(connection, request.request_id)
    assert found is not None, "it was just written"
    return found


async def _heed_directive(connection: Connection, member_id: UUID) -> None:
    if await directives.of_person(connection, member_id) is Directive.KIN_MAY_NOT_ASK:
        raise DirectiveBlocksKin("the member wanted kin to ask for nothing (PIPL 49)", field="member_id")


async def _be_another(connection: Connection, request: RightsRequest, actor: str) -> None:
    if request.appeal_of is None:
        return
    against = await rights.get(connection, request.appeal_of)
    if against is not None and against.decided_by == actor:
        raise SameOfficer("whoever refused the request does not decide on the appeal", field="request_id")
