"""Merges: what both sides decided is weighed in the transaction that hears of it, and told back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID, uuid4

from services.consent import events
from services.consent.actions import wishes
from services.consent.rules import merging, recording
from services.consent.rules.acts import Act, MemberErased, Withdrawal
from services.consent.rules.directives import Directive
from services.consent.rules.merging import Joined, Key, MembersMergedMeanwhile
from services.consent.rules.records import EventState, Record
from services.consent.rules.wishes import Changed
from services.consent.storage import (
    decisions,
    directives,
    erasures,
    guardians,
    merges,
    purposes,
    restrictions,
)
from services.consent.storage import wishes as stored_wishes
from services.kit.database import Connection

AnyAct = TypeVar("AnyAct", bound=Act)
_NO_KIN = Directive.KIN_MAY_NOT_ASK


async def surviving(connection: Connection, act: AnyAct) -> AnyAct:
    """The act as the survivor's, whose row is then held. Raises ``MembersMergedMeanwhile``."""
    return replace(act, member_id=await held_survivor(connection, act.member_id))


async def held_survivor(connection: Connection, member_id: UUID) -> UUID:
    """Who answers as a member, with the row held. Raises ``MembersMergedMeanwhile``."""
    survivor = await merges.survivor(connection, member_id)
    await decisions.lock_member(connection, survivor)
    if await merges.survivor(connection, survivor) != survivor:
        raise MembersMergedMeanwhile
    return survivor


async def held_person(connection: Connection, member_id: UUID) -> UUID:
    """The same, with the rows of all ids held, in the order in which merges hold them."""
    survivor = await merges.survivor(connection, member_id)
    for one in sorted(await merges.ids(connection, survivor)):
        await decisions.lock_member(connection, one)
    if await merges.survivor(connection, survivor) != survivor:
        raise MembersMergedMeanwhile
    return survivor


async def living_survivor(connection: Connection, member_id: UUID) -> UUID:
    """Who answers as a member, with the row held. Raises ``MembersMergedMeanwhile`` or ``MemberErased``."""
    survivor = await held_survivor(connection, member_id)
    if await erasures.is_erased(connection, survivor):
        raise MemberErased("the member was erased, and nothing is held any more", field="member_id")
    return survivor


async def merge(
    connection: Connection, from_member: UUID, into_member: UUID, merge_id: str, now: datetime
) -> None:
    """Let a member answer as another, with what both decided weighed."""
    epoch = await _next_epoch(connection, from_member, into_member)
    await merges.add(connection, from_member, into_member, merge_id, epoch)
    await _stand(connection, into_member)
    await wishes.stand(connection, into_member, epoch, now)
    await _conclude(connection, from_member, into_member, merge_id, epoch, now, undone=False)


async def undo(
    connection: Connection, from_member: UUID, into_member: UUID, merge_id: str, now: datetime
) -> None:
    """Let both decide for themselves again: each by what was decided under the own id, and by every no of meanwhile."""
    epoch = await _next_epoch(connection, from_member, into_member)
    said = await _said_since(connection, from_member, into_member, merge_id)
    if await merges.remove(connection, from_member, merge_id):
        await _stand(connection, into_member)
        await wishes.stand(connection, into_member, epoch, now)
    if said.refused:
        await _keep_refused(connection, from_member, merge_id, said.refused, epoch, now)
    epoch = await wishes.part(connection, from_member, merge_id, said.changes, epoch, now)
    epoch = await _keep_restricted(connection, from_member, into_member, said.restricted, epoch, now)
    if said.kin_refused and await directives.standing(connection, from_member) is not _NO_KIN:
        await directives.put(connection, from_member, _NO_KIN, now)
    await _conclude(connection, from_member, into_member, merge_id, epoch, now, undone=True)


class _Said(NamedTuple):
    """What was said under a survivor's id while another was merged into it: what was refused, changed and restricted, and
    whether that kin may not ask."""

    refused: Sequence[Record] = ()
    changes: Sequence[Changed] = ()
    restricted: frozenset[str] = frozenset()
    kin_refused: bool = False


async def _said_since(connection: Connection, from_member: UUID, into_member: UUID, merge_id: str) -> _Said:
    edges = await merges.of_survivor(connection, into_member)
    since = next((one.epoch for one in edges if one.merge_id == merge_id), None)
    if since is None:
        return _Said()
    return _Said(
        await _refused_since(connection, from_member, into_member, since),
        await stored_wishes.changes(connection, into_member, since),
        await restrictions.asked_since(connection, into_member, since),
        any(
            word.directive is _NO_KIN and word.epoch >= since
            for word in await directives.said(connection, into_member)
        ),
    )


async def _refused_since(
    connection: Connection, from_member: UUID, into_member: UUID, since: int
) -> list[Record]:
    """What was withdrawn or refused under the survivor's id after an epoch, and would stand as given without it.

    Also where it was given again there: two who part may each have meant one of the two.
    """
    denials = {
        (one.purpose, one.recipient_id): one
        for one in await merges.records(connection, into_member)
        if one.epoch > since and one.event_state != EventState.GIVEN
    }
    given = {
        (one.purpose, one.recipient_id)
        for one in await merges.states(connection, from_member)
        if one.event_state is EventState.GIVEN
    }
    return [one for key, one in denials.items() if key in given]


async def _keep_refused(
    connection: Connection,
    member_id: UUID,
    merge_id: str,
    refused: Sequence[Record],
    epoch: int,
    now: datetime,
) -> None:
    """Record for a member who parts what was refused under the survivor's id: undoing a merge gives no consent back."""
    member = await decisions.lock_member(connection, member_id)
    act = Withdrawal(
        member_id, tuple({one.purpose: None for one in refused}), "", "", f"undo-merge:{merge_id}"
    )
    records = [
        replace(
            one,
            record_id=uuid4(),
            pii_principal_id=member.principal_id,
            entity_id=str(member.principal_id),
            idempotency_key=act.idempotency_key,
            epoch=epoch,
        )
        for one in refused
    ]
    await decisions.append(connection, member_id, member_id, act.fingerprint, records)
    about = await purposes.versions(connection, [(one.purpose, one.purpose_version) for one in records])
    stands = [recording.decision_of(one, about[one.purpose, one.purpose_version]) for one in records]
    await decisions.put_standing(connection, member_id, stands)
    await events.decided(connection, act, epoch, now)


async def _keep_restricted(
    connection: Connection,
    member_id: UUID,
    into_member: UUID,
    restricted: frozenset[str],
    epoch: int,
    now: datetime,
) -> int:
    """Restrict for a member who parts what was restricted under the survivor's id, by the same request; the last epoch."""
    own = await restrictions.own(connection, member_id)
    if restricted <= own:
        return epoch
    request_id = await restrictions.requested(connection, into_member)
    await restrictions.put(connection, member_id, epoch + 1, own | restricted, request_id, now)
    await events.processing_restricted(connection, member_id, own | restricted, epoch + 1, now)
    return epoch + 1


async def _next_epoch(connection: Connection, one: UUID, other: UUID) -> int:
    """Hold both members, and what is sent to them; the epoch after all that either decided."""
    for member_id in sorted((one, other)):
        await merges.hold_sends(connection, member_id)
    held = [await decisions.lock_member(connection, member_id) for member_id in sorted((one, other))]
    return max(member.epoch for member in held) + 1


async def _stand(connection: Connection, survivor: UUID) -> None:
    """Let stand for a survivor what follows from the own records and from what others brought."""
    records = await merges.records(connection, survivor)
    about = await purposes.versions(connection, [(one.purpose, one.purpose_version) for one in records])
    own = [recording.decision_of(one, about[one.purpose, one.purpose_version]) for one in records]
    joined = [
        Joined(edge.epoch, tuple(await merges.states(connection, edge.from_member)))
        for edge in await merges.of_survivor(connection, survivor)
    ]
    keys = {one.purpose for one in own} | {one.purpose for side in joined for one in side.decisions}
    in_force = await purposes.in_force(connection, sorted(keys))

    def needs_its_own_act(key: Key) -> bool:
        purpose, recipient_id = key
        return in_force[purpose].terms.needs_its_own_act(recipient_id)

    stands = merging.standing(own, joined, needs_its_own_act)
    before = {(one.purpose, one.recipient_id) for one in await merges.states(connection, survivor)}
    await merges.drop_states(connection, survivor, before - stands.keys())
    if stands:
        await decisions.put_standing(connection, survivor, stands.values())
    await guardians.void(connection, survivor)


async def _conclude(
    connection: Connection,
    from_member: UUID,
    into_member: UUID,
    merge_id: str,
    epoch: int,
    now: datetime,
    *,
    undone: bool,
) -> None:
    """Void whatever was answered about either before, and tell that the merge counts here."""
    for member_id in (from_member, into_member):
        await restrictions.weigh(connection, member_id)
        await merges.note(connection, member_id, epoch)
    await events.merge_followed(connection, from_member, into_member, merge_id, epoch, now, undone=undone)
