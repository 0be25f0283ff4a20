"""Events: what happened to members, as messages in the outbox; none carries personal data."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zlib import crc32

from huiyuan.members.v1 import events_pb2

from services.kit import instants, outbox, stream
from services.kit.database import Connection
from services.members.rules.erasures import Proof, Tombstone
from services.members.rules.identities import IdentityKind
from services.members.rules.merges import Merge
from services.members.rules.statuses import FROZEN, Standing, Step


async def members_registered(
    connection: Connection, joined_members: Iterable[tuple[UUID, datetime, bool]], now: datetime
) -> None:
    """Members registered: who, since when, and whether under fourteen. Each event goes to its own member's lane, so that later ones follow it there."""
    # One message filled anew for each, since to make three took half of what telling costs.
    event = events_pb2.MembersEvent(occurred_at=instants.timestamp(now), member_registered={"joined_at": {}})
    registered, joined = event.member_registered, event.member_registered.joined_at

    def told_of(member_id: UUID, joined_at: datetime, child: bool) -> outbox.NewEvent:
        event.member_id = text = str(member_id)
        instants.fill(joined, joined_at)
        if child:
            registered.under14 = True
        else:
            registered.ClearField("under14")
        return outbox.NewEvent(text, "MemberRegistered", event.SerializeToString())

    told = [told_of(*one) for one in joined_members]
    await outbox.append_many(connection, told)


async def members_celebrated(
    connection: Connection, member_ids: Iterable[UUID], year: int, now: datetime
) -> None:
    """These members' birthday is kept today; neither the day nor the age is told."""
    await _append(
        connection,
        "MemberBirthday",
        [
            events_pb2.MembersEvent(
                member_id=str(member_id),
                occurred_at=now,
                member_celebrated=events_pb2.MemberBirthday(year=year),
            )
            for member_id in member_ids
        ],
    )


async def birthday_months_began(
    connection: Connection, told: Mapping[UUID, Sequence[str]], month: date, now: datetime
) -> None:
    """The month of these members' birthday begins, and they allow purposes to use it."""
    await _append(
        connection,
        "MemberBirthdayMonth",
        [
            events_pb2.MembersEvent(
                member_id=str(member_id),
                occurred_at=now,
                month_celebrated=events_pb2.MemberBirthdayMonth(
                    year=month.year, month=month.month, purposes=purposes
                ),
            )
            for member_id, purposes in told.items()
        ],
    )


async def members_turned_14(connection: Connection, member_ids: Iterable[UUID], now: datetime) -> None:
    """These members are children no more (PIPL 31); the date is not told."""
    turned = events_pb2.MemberTurned14()
    await _append(
        connection,
        "MemberTurned14",
        [_about(member_id, now, member_turned14=turned) for member_id in member_ids],
    )


async def profile_updated(
    connection: Connection,
    member_id: UUID,
    revision: int,
    now: datetime,
    fields: Sequence[str] = (),
    *,
    under_14: bool | None = None,
) -> None:
    """A profile changed in these fields; ``under_14`` is told of children, and of who turned out to be none."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id),
        occurred_at=now,
        profile_updated=events_pb2.ProfileUpdated(revision=revision, under14=under_14, fields=fields),
    )
    await outbox.append(connection, [_new("ProfileUpdated", event)])


async def profile_unmasked(connection: Connection, member_id: UUID, access_id: UUID, now: datetime) -> None:
    """Someone saw a member's data in clear; the access log says who, what and why."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id),
        occurred_at=now,
        profile_unmasked=events_pb2.ProfileUnmasked(access_id=str(access_id)),
    )
    await outbox.append(connection, [_new("ProfileUnmasked", event)])


async def sensitive_record_set(connection: Connection, member_id: UUID, now: datetime) -> None:
    """A member's identity document was put on file."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id), occurred_at=now, sensitive_record_set=events_pb2.SensitiveRecordSet()
    )
    await outbox.append(connection, [_new("SensitiveRecordSet", event)])


async def sensitive_record_removed(connection: Connection, member_id: UUID, now: datetime) -> None:
    """A member's identity document was destroyed."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id),
        occurred_at=now,
        sensitive_record_removed=events_pb2.SensitiveRecordRemoved(),
    )
    await outbox.append(connection, [_new("SensitiveRecordRemoved", event)])


async def status_changed(connection: Connection, standing: Standing, step: Step, now: datetime) -> None:
    """A member's status changed by a step."""
    event = events_pb2.MembersEvent(member_id=str(standing.member_id), occurred_at=now)
    match step:
        case Step.FREEZE:
            event.member_frozen.SetInParent()
        case Step.UNFREEZE:
            event.member_unfrozen.SetInParent()
        case Step.CLOSE:
            assert standing.closes_at is not None, "who is closing closes at an instant"
            event.member_closing.closes_at.FromDatetime(standing.closes_at)
        case Step.CANCEL_CLOSING:
            event.member_closing_canceled.SetInParent()
            event.member_closing_canceled.frozen = standing.status is FROZEN
        case Step.FINISH_CLOSING:
            event.member_closed.SetInParent()
    name = event.WhichOneof("event")
    assert name is not None, "every step is told by an event of its own"
    await _append(connection, "".join(word.capitalize() for word in name.split("_")), [event])


async def members_erased(connection: Connection, stones: Sequence[Tombstone], now: datetime) -> None:
    """Members were erased: whoever holds anything about them erases it too, and proves it."""
    await _append(
        connection,
        "MemberErased",
        [
            events_pb2.MembersEvent(
                member_id=str(stone.member_id),
                occurred_at=now,
                member_erased=events_pb2.MemberErased(erasure_id=str(stone.erasure_id)),
            )
            for stone in stones
        ],
    )


async def _append(connection: Connection, kind: str, events: Iterable[events_pb2.MembersEvent]) -> None:
    """Each event to its own member's lane; lanes in order, so that no two writers wait for each other."""
    lanes: dict[int, list[outbox.NewEvent]] = defaultdict(list)
    for event in events:
        lanes[crc32(event.member_id.encode()) % stream.LANES].append(_new(kind, event))
    for lane in sorted(lanes):
        await outbox.append(connection, lanes[lane])


async def identity_linked(
    connection: Connection, member_id: UUID, kind: IdentityKind, now: datetime, *, verified: bool
) -> None:
    """A member is known by something more."""
    told = events_pb2.IdentityLinked(kind=_kind(kind), is_verified=verified)
    await _tell(connection, _about(member_id, now, identifier_linked=told), "IdentityLinked")


async def identity_verified(
    connection: Connection, member_id: UUID, kind: IdentityKind, now: datetime
) -> None:
    """A member proved to be known by it."""
    told = events_pb2.IdentityVerified(kind=_kind(kind))
    await _tell(connection, _about(member_id, now, identifier_verified=told), "IdentityVerified")


async def identity_unlinked(
    connection: Connection, member_id: UUID, kind: IdentityKind, now: datetime
) -> None:
    """A member is not known by it any more, as someone wanted."""
    told = events_pb2.IdentityUnlinked(kind=_kind(kind))
    await _tell(connection, _about(member_id, now, identifier_unlinked=told), "IdentityUnlinked")


async def identity_detached(
    connection: Connection, member_id: UUID, kind: IdentityKind, now: datetime
) -> None:
    """A member is not known by it any more, since it is somebody else's."""
    told = events_pb2.IdentityDetached(kind=_kind(kind))
    await _tell(connection, _about(member_id, now, identifier_detached=told), "IdentityDetached")


async def members_merged(
    connection: Connection, merge: Merge, from_joined_at: datetime, into_joined_at: datetime
) -> None:
    """Two members turned out to be one."""
    told = events_pb2.MembersMerged(
        merge_id=merge.merge_id,
        into_member_id=str(merge.into_member),
        reason=merge.reason,
        from_joined_at=from_joined_at,
        into_joined_at=into_joined_at,
    )
    await _tell_all(
        connection, _about(merge.from_member, merge.merged_at, members_merged=told), "MembersMerged"
    )


async def merge_undone(connection: Connection, merge: Merge, now: datetime) -> None:
    """It was a mistake."""
    told = events_pb2.MergeUndone(
        merge_id=merge.merge_id, into_member_id=str(merge.into_member), reason=merge.undone_reason
    )
    await _tell_all(connection, _about(merge.from_member, now, merge_undone=told), "MergeUndone")


def _about(member_id: UUID, now: datetime, **what: Any) -> events_pb2.MembersEvent:
    return events_pb2.MembersEvent(member_id=str(member_id), occurred_at=now, **what)


async def _tell(connection: Connection, event: events_pb2.MembersEvent, kind: str) -> None:
    await outbox.append(connection, [_new(kind, event)])


async def _tell_all(connection: Connection, event: events_pb2.MembersEvent, kind: str) -> None:
    """Tell what must be heard in the order in which it happened, whoever it is about: all in nobody's lane."""
    await outbox.append(connection, [outbox.NewEvent(None, kind, event.SerializeToString())])


def _kind(kind: IdentityKind) -> Any:
    return int(kind)  # numbered as the contract's


async def rights_task_declined(
    connection: Connection, member_id: UUID, request_id: str, code: str, now: datetime
) -> None:
    """What consent asked for cannot be done here."""
    told = events_pb2.RightsTaskDeclined(request_id=request_id, code=code)
    await _tell(connection, _about(member_id, now, rights_task_declined=told), "RightsTaskDeclined")


async def erasure_completed(
    connection: Connection,
    member_id: UUID,
    erasure_id: UUID,
    proved: Iterable[tuple[str, Iterable[Proof]]],
    now: datetime,
) -> None:
    """Every store proved an erasure."""
    told = events_pb2.MemberErasureCompleted(erasure_id=str(erasure_id))
    for store, proofs in proved:
        one = told.stores.add(store=store)
        for proof in proofs:
            one.proof.add(store=proof.store, action=proof.action.value, count=proof.rows)
    await _tell(connection, _about(member_id, now, member_erasure_completed=told), "MemberErasureCompleted")


async def package_ready(connection: Connection, member_id: UUID, package_id: UUID, now: datetime) -> None:
    """A member's own package can be fetched."""
    event = events_pb2.MembersEvent(
        member_id=str(member_id),
        occurred_at=now,
        package_ready=events_pb2.PackageReady(package_id=str(package_id)),
    )
    await outbox.append(connection, [_new("PackageReady", event)])


def _new(kind: str, event: events_pb2.MembersEvent) -> outbox.NewEvent:
    return outbox.NewEvent(event.member_id, kind, event.SerializeToString())
