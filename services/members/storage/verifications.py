"""Verifications at rest: keyed digests of codes and of where they went, and how often they were asked for."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.keyrings import Place
from services.members.rules.verifications import MOST_KNOWN, Verification, VerificationState

_COLUMNS = (
    "verification_id, kind, index_version, value_index, member_id, asked_by, code_digest, state, attempts, "
    "requested_at, expires_at, proven_at, requesters, known"
)
_HERE = "kind = :kind AND index_version = :version AND value_index = :digest"


async def add(connection: AsyncConnection, new: Verification) -> None:
    """Keep what was sent."""
    await connection.execute(
        text(
            f"INSERT INTO verifications ({_COLUMNS}) VALUES (:id, :kind, :version, :digest, :member_id, :asked_by, "  # noqa: S608
            ":code, :state, :attempts, :requested_at, :expires_at, :proven_at, :requesters, :known)"
        ),
        {
            "id": new.verification_id,
            "kind": new.place.kind,
            "version": new.place.version,
            "digest": new.place.digest,
            "member_id": new.member_id,
            "asked_by": new.asked_by,
            "code": new.code_digest,
            "state": new.state,
            "attempts": new.attempts,
            "requested_at": new.requested_at,
            "expires_at": new.expires_at,
            "proven_at": new.proven_at,
            "requesters": list(new.requesters),
            "known": new.known,
        },
    )


async def last_sent_at(
    connection: AsyncConnection, place: Place, *, known: bool, or_tried: bool
) -> datetime | None:
    """When a code was last sent to an identity, at the asking of those who had proved it or of all others.

    ``or_tried`` counts what failed to leave as well.
    """
    found: datetime | None = await connection.scalar(
        text(
            f"SELECT requested_at FROM verifications WHERE {_HERE} AND known = :known "  # noqa: S608
            "AND (:or_tried OR state <> :failed) ORDER BY requested_at DESC LIMIT 1"
        ),
        {**_named(place), "known": known, "or_tried": or_tried, "failed": VerificationState.FAILED},
    )
    return found


async def hold(connection: AsyncConnection, subject: bytes) -> None:
    """One request about a subject at a time, until the transaction ends."""
    await connection.execute(
        text("SELECT pg_advisory_xact_lock(:subject)"),
        {"subject": int.from_bytes(subject[:8], signed=True)},
    )


async def known(
    connection: AsyncConnection, place: Place, requesters: Sequence[bytes], since: datetime
) -> list[bytes]:
    """Which of some requesters proved an identity since an instant. Nobody's links are looked at."""
    rows = await connection.scalars(
        text(
            f"SELECT requester FROM known_requesters WHERE {_HERE} AND proven_at >= :since "  # noqa: S608
            "AND requester = ANY(CAST(:requesters AS bytea[]))"
        ),
        {**_named(place), "since": since, "requesters": list(requesters)},
    )
    return list(rows)


async def spent(connection: AsyncConnection, subject: bytes, on: date) -> int:
    """How many requests of a day were counted."""
    used: int | None = await connection.scalar(
        text("SELECT used FROM verification_limits WHERE subject = :subject AND used_on = :on"),
        {"subject": subject, "on": on},
    )
    return used or 0


async def spend(connection: AsyncConnection, subject: bytes, on: date, a_day: int | None) -> bool:
    """Count one more request of a day; False when there were as many as may be."""
    spent = await connection.execute(
        text(
            """INSERT INTO verification_limits AS l (subject, used_on, used) VALUES (:subject, :on, 1)
               ON CONFLICT (subject, used_on) DO UPDATE SET used = l.used + 1
               WHERE coalesce(l.used < CAST(:a_day AS integer), true)"""
        ),
        {"subject": subject, "on": on, "a_day": a_day},
    )
    return spent.rowcount == 1


async def give_back(connection: AsyncConnection, subjects: Sequence[bytes], on: date) -> None:
    """Count one request of a day less."""
    await connection.execute(
        text(
            "UPDATE verification_limits SET used = used - 1 "
            "WHERE subject = ANY(CAST(:subjects AS bytea[])) AND used_on = :on AND used > 0"
        ),
        {"subjects": list(subjects), "on": on},
    )


async def lock(connection: AsyncConnection, verification_id: UUID) -> Verification | None:
    """A verification, held until the transaction ends: attempts are counted one after the other."""
    rows = await connection.execute(
        text(f"SELECT {_COLUMNS} FROM verifications WHERE verification_id = :id FOR UPDATE"),  # noqa: S608
        {"id": verification_id},
    )
    row = rows.mappings().one_or_none()
    return None if row is None else _verification(row)


async def note(
    connection: AsyncConnection,
    verification_id: UUID,
    state: VerificationState,
    attempts: int,
    proven_at: datetime | None,
) -> None:
    """How far a verification got."""
    await connection.execute(
        text(
            "UPDATE verifications SET state = :state, attempts = :attempts, proven_at = :proven_at "
            "WHERE verification_id = :id"
        ),
        {"id": verification_id, "state": state, "attempts": attempts, "proven_at": proven_at},
    )


async def settle(connection: AsyncConnection, verification_id: UUID) -> bool:
    """Let a proof be good for nothing more; False when it was settled before, by whoever came first.

    Whoever asked for it is known from now on, where a member is known by what it proved.
    """
    settled = await connection.execute(
        text("UPDATE verifications SET state = :settled WHERE verification_id = :id AND state = :proven"),
        {"settled": VerificationState.SETTLED, "id": verification_id, "proven": VerificationState.PROVEN},
    )
    if settled.rowcount != 1:
        return False
    await connection.execute(
        text(
            """INSERT INTO known_requesters (kind, index_version, value_index, requester, member_id, proven_at)
               SELECT kind, index_version, value_index, requester, i.member_id, v.proven_at
               FROM verifications v JOIN identities i USING (kind, index_version, value_index),
                 unnest(v.requesters) AS requester
               WHERE v.verification_id = :id AND i.verified
               ON CONFLICT (kind, index_version, value_index, requester) DO UPDATE
                 SET member_id = excluded.member_id, proven_at = excluded.proven_at"""
        ),
        {"id": verification_id},
    )
    await connection.execute(
        text(
            """DELETE FROM known_requesters USING (
                 SELECT k.ctid AS older FROM known_requesters k JOIN verifications v
                   USING (kind, index_version, value_index)
                 WHERE v.verification_id = :id ORDER BY k.proven_at DESC OFFSET :most) AS too_many
               WHERE known_requesters.ctid = older"""
        ),
        {"id": verification_id, "most": MOST_KNOWN},
    )
    return True


async def proven_places(connection: AsyncConnection, member_id: UUID, since: datetime) -> Sequence[Place]:
    """What a member proved since an instant."""
    rows = await connection.execute(
        text(
            "SELECT DISTINCT kind, index_version, value_index FROM verifications "
            "WHERE member_id = :member_id AND proven_at >= :since"
        ),
        {"member_id": member_id, "since": since},
    )
    return [Place(*row) for row in rows]


async def forget(connection: AsyncConnection, before: datetime, known_before: datetime) -> int:
    """Forget codes and counters of before an instant, and who proved what before another; how many codes."""
    await connection.execute(
        text("DELETE FROM known_requesters WHERE proven_at < :before"), {"before": known_before}
    )
    await connection.execute(
        text("DELETE FROM verification_limits WHERE used_on < :on"), {"on": before.date()}
    )
    gone = await connection.execute(
        text("DELETE FROM verifications WHERE requested_at < :before"), {"before": before}
    )
    return gone.rowcount


async def forget_erased(connection: AsyncConnection, member_ids: Collection[UUID] | None) -> int:
    """Forget the codes that nobody in particular asked for, of whatever the erased are known by; how many.

    None stands for everybody with a tombstone. Call before their links go; codes that they asked for themselves go with
    whatever else has their ids.
    """
    whose = (
        "EXISTS (SELECT FROM tombstones t WHERE t.member_id = i.member_id)"
        if member_ids is None
        else "i.member_id = ANY(CAST(:members AS uuid[]))"
    )
    gone = await connection.execute(
        text(
            "DELETE FROM verifications v USING identities i WHERE v.member_id IS NULL AND "  # noqa: S608
            "(v.kind, v.index_version, v.value_index) = (i.kind, i.index_version, i.value_index) "
            f"AND {whose}"
        ),
        {} if member_ids is None else {"members": list(member_ids)},
    )
    return gone.rowcount


def _verification(row: RowMapping) -> Verification:
    return Verification(
        row["verification_id"],
        Place(row["kind"], row["index_version"], row["value_index"]),
        row["member_id"],
        row["asked_by"],
        row["code_digest"],
        VerificationState(row["state"]),
        row["attempts"],
        row["requested_at"],
        row["expires_at"],
        row["proven_at"],
        tuple(row["requesters"]),
        row["known"],
    )


def _named(place: Place) -> dict[str, object]:
    return {"kind": place.kind, "version": place.version, "digest": place.digest}
