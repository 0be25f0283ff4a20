"""Stored decisions: members' epochs, their acts, the events these left, and what stands by them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.decisions import Decision
from services.consent.rules.records import FIELDS, EventState, Record
from services.consent.storage.tables import acts, consent_events, consent_states, members

STATE_FIELDS = Decision._fields

_KNOW = sa.text(
    """INSERT INTO members (member_id) SELECT member_id FROM unnest(CAST(:member_ids AS uuid[])) AS heard (member_id)
       WHERE NOT EXISTS (SELECT FROM erased_members e WHERE e.member_id = heard.member_id) ON CONFLICT DO NOTHING"""
)


_ACTS_OF_ALL_IDS = sa.text(
    """SELECT member_id, fingerprint, epoch, coalesce(recorded_under, member_id) FROM acts
       WHERE idempotency_key = :idempotency_key AND member_id IN (
         SELECT CAST(:survivor AS uuid) UNION ALL SELECT member_id FROM members WHERE merged_into = :survivor)
       ORDER BY member_id <> :survivor, epoch DESC"""
)


class Member(NamedTuple):
    """What consent knows of a member: the pseudonym in the evidence, and how often they decided."""

    principal_id: UUID
    epoch: int


class StoredAct(NamedTuple):
    """An act of the past: under which id it was sent, what it was, the epoch that it made, and of whom."""

    member_id: UUID
    fingerprint: bytes
    epoch: int
    recorded_under: UUID


async def lock_member(connection: AsyncConnection, member_id: UUID) -> Member:
    """The member's row, made when missing, and held until the commit: one act of a member at a time."""
    added = insert(members).values(member_id=member_id)
    # Updating the row with what it holds takes its lock, which DO NOTHING would not.
    query = added.on_conflict_do_update(
        index_elements=[members.c.member_id], set_={"epoch": members.c.epoch}
    ).returning(members.c.pii_principal_id, members.c.epoch)
    row = (await connection.execute(query)).one()
    return Member(row.pii_principal_id, row.epoch)


async def know(connection: AsyncConnection, member_ids: Collection[UUID]) -> None:
    """Note members who may never have decided anything; those who were erased stay forgotten."""
    await connection.execute(_KNOW, {"member_ids": sorted(member_ids)})


async def advance(connection: AsyncConnection, member_id: UUID, epoch: int) -> None:
    """Set the epoch that the open transaction makes."""
    await connection.execute(members.update().where(members.c.member_id == member_id).values(epoch=epoch))


async def act(connection: AsyncConnection, member_id: UUID, idempotency_key: str) -> StoredAct | None:
    """The act that was sent with this key under this very id."""
    query = sa.select(
        acts.c.member_id,
        acts.c.fingerprint,
        acts.c.epoch,
        sa.func.coalesce(acts.c.recorded_under, acts.c.member_id),
    ).where(acts.c.member_id == member_id, acts.c.idempotency_key == idempotency_key)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else StoredAct(*row)


async def acts_of_all_ids(
    connection: AsyncConnection, survivor: UUID, idempotency_key: str
) -> list[StoredAct]:
    """The acts of this key under any id that answers as the survivor now, the survivor's own first."""
    names = {"survivor": survivor, "idempotency_key": idempotency_key}
    return [StoredAct(*row) for row in await connection.execute(_ACTS_OF_ALL_IDS, names)]


async def append(
    connection: AsyncConnection, member_id: UUID, sent_as: UUID, fingerprint: bytes, records: Sequence[Record]
) -> None:
    """Write one act, under the id that it was sent as, and its records, which are the evidence and never change."""
    first = records[0]
    await connection.execute(
        acts.insert().values(
            member_id=sent_as,
            idempotency_key=first.idempotency_key,
            fingerprint=fingerprint,
            epoch=first.epoch,
            recorded_under=None if sent_as == member_id else member_id,
        )
    )
    await connection.execute(
        consent_events.insert(),
        [
            {"member_id": member_id, "ord": place, "record_digest": record.digest, **_row(record)}
            for place, record in enumerate(records)
        ],
    )


def _row(record: Record) -> dict[str, Any]:
    values = {name: getattr(record, name) for name in FIELDS}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


async def records(connection: AsyncConnection, member_id: UUID, epoch: int) -> list[Record]:
    """The records of the act that made this epoch, in their order."""
    query = (
        sa.select(*(consent_events.c[name] for name in FIELDS))
        .where(consent_events.c.member_id == member_id, consent_events.c.epoch == epoch)
        .order_by(consent_events.c.ord)
    )
    rows = (await connection.execute(query)).mappings()
    return [record_of(dict(row)) for row in rows]


def record_of(row: dict[str, Any]) -> Record:
    """The record that a row's columns hold."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }
    return Record(**values)


async def standing(
    connection: AsyncConnection, member_id: UUID, purposes: Collection[str], recipient_id: str
) -> dict[str, Decision]:
    """What stands for the member on these purposes and this recipient, by purpose."""
    query = sa.select(*(consent_states.c[name] for name in STATE_FIELDS)).where(
        consent_states.c.member_id == member_id,
        consent_states.c.purpose == sa.any_(sa.literal(list(purposes), sa.ARRAY(sa.Text))),
        consent_states.c.recipient_id == recipient_id,
    )
    return {one.purpose: one for one in await _decisions(connection, query)}


async def given_to_others(
    connection: AsyncConnection, member_id: UUID, purposes: Collection[str]
) -> list[Decision]:
    """The consents on these purposes that stand for recipients, by recipient and purpose."""
    query = (
        sa.select(*(consent_states.c[name] for name in STATE_FIELDS))
        .where(
            consent_states.c.member_id == member_id,
            consent_states.c.purpose == sa.any_(sa.literal(list(purposes), sa.ARRAY(sa.Text))),
            consent_states.c.recipient_id != "",
            consent_states.c.event_state == EventState.GIVEN,
        )
        .order_by(consent_states.c.recipient_id, consent_states.c.purpose)
    )
    return await _decisions(connection, query)


async def _decisions(connection: AsyncConnection, query: sa.Select[Any]) -> list[Decision]:
    rows = (await connection.execute(query)).mappings()
    return [Decision(**{**row, "event_state": EventState(row["event_state"])}) for row in rows]


async def put_standing(connection: AsyncConnection, member_id: UUID, decisions: Iterable[Decision]) -> None:
    """Let these decisions stand."""
    added = insert(consent_states)
    key = ("member_id", "purpose", "recipient_id")
    query = added.on_conflict_do_update(
        index_elements=key,
        set_={name: added.excluded[name] for name in STATE_FIELDS if name not in key},
    )
    await connection.execute(
        query, [{"member_id": member_id, **decision._asdict()} for decision in decisions]
    )
