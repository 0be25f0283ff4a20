"""Registers at rest: assessments, agreements, routes abroad and breaches; entries are written once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.registers import (
    Agreement,
    Assessment,
    Breach,
    EntryDiffers,
    Notice,
    NoticeKind,
    Route,
    RouteKind,
    Term,
)

_MOST_SHOWN = 100


async def add_assessment(connection: AsyncConnection, entry: Assessment, by: str) -> bool:
    """Keep an assessment; False when it was there. Raises ``EntryDiffers``."""
    added = await connection.execute(
        sa.text(
            """INSERT INTO assessments (assessment_id, purposes, concluded_at, reference, registered_by)
               VALUES (:id, :purposes, :concluded_at, :reference, :by) ON CONFLICT DO NOTHING"""
        ),
        {
            "id": entry.assessment_id,
            "purposes": list(entry.purposes),
            "concluded_at": entry.concluded_at,
            "reference": entry.reference,
            "by": by,
        },
    )
    if not added.rowcount and entry not in await assessments(connection):
        raise EntryDiffers("an assessment of this id says something else", field="assessment.assessment_id")
    return bool(added.rowcount)


async def assessments(connection: AsyncConnection) -> list[Assessment]:
    rows = await connection.execute(
        sa.text(
            "SELECT assessment_id, purposes, concluded_at, reference FROM assessments ORDER BY assessment_id"
        )
    )
    return [Assessment(row[0], tuple(row[1]), row[2], row[3]) for row in rows]


async def assessed(connection: AsyncConnection, assessment_id: str, purpose: str) -> bool:
    """Whether the register has an assessment of this id that is of this purpose."""
    found = await connection.scalar(
        sa.text(
            "SELECT EXISTS (SELECT FROM assessments WHERE assessment_id = :id AND :purpose = ANY(purposes))"
        ),
        {"id": assessment_id, "purpose": purpose},
    )
    return bool(found)


async def delete_assessment(connection: AsyncConnection, assessment_id: str) -> None:
    """Forget an assessment; the database refuses it too while it is locked."""
    await connection.execute(
        sa.text("DELETE FROM assessments WHERE assessment_id = :id"), {"id": assessment_id}
    )


async def add_agreement(connection: AsyncConnection, entry: Agreement, by: str) -> bool:
    """Keep a processor's term; False when it was there. Raises ``EntryDiffers``."""
    added = await connection.execute(
        sa.text(
            """INSERT INTO processor_agreements (recipient_id, agreement_id, starts_at, ends_at, reference, registered_by)
               VALUES (:recipient_id, :agreement_id, :starts_at, :ends_at, :reference, :by) ON CONFLICT DO NOTHING"""
        ),
        {
            "recipient_id": entry.recipient_id,
            "agreement_id": entry.agreement_id,
            **_term(entry.term),
            "by": by,
        },
    )
    if not added.rowcount and entry not in await agreements(connection):
        raise EntryDiffers("an agreement of this id says something else", field="agreement.agreement_id")
    return bool(added.rowcount)


async def agreements(connection: AsyncConnection) -> list[Agreement]:
    rows = await connection.execute(
        sa.text(
            """SELECT recipient_id, agreement_id, starts_at, ends_at, reference FROM processor_agreements
               ORDER BY recipient_id, ends_at DESC"""
        )
    )
    return [Agreement(row[0], row[1], Term(*row[2:])) for row in rows]


async def add_route(connection: AsyncConnection, entry: Route, by: str) -> bool:
    """Keep a way abroad; False when it was there. Raises ``EntryDiffers``."""
    added = await connection.execute(
        sa.text(
            """INSERT INTO export_routes (purpose, kind, starts_at, ends_at, reference, registered_by)
               VALUES (:purpose, :kind, :starts_at, :ends_at, :reference, :by) ON CONFLICT DO NOTHING"""
        ),
        {"purpose": entry.purpose, "kind": entry.kind, **_term(entry.term), "by": by},
    )
    if not added.rowcount and entry not in await routes(connection):
        raise EntryDiffers("a route of this start says something else", field="route.starts_at")
    return bool(added.rowcount)


async def routes(connection: AsyncConnection) -> list[Route]:
    rows = await connection.execute(
        sa.text(
            """SELECT purpose, kind, starts_at, ends_at, reference FROM export_routes
               ORDER BY purpose, ends_at DESC"""
        )
    )
    return [Route(row[0], RouteKind(row[1]), Term(*row[2:])) for row in rows]


async def exported(connection: AsyncConnection) -> list[tuple[int, bool, int]]:
    """(year, sensitive, members) of all years."""
    rows = await connection.execute(
        sa.text("SELECT year, sensitive, members FROM export_counters ORDER BY year DESC, sensitive")
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def open_breach(connection: AsyncConnection, entry: Breach, by: str) -> bool:
    """Keep a breach; False when it was there. Raises ``EntryDiffers``."""
    added = await connection.execute(
        sa.text(
            """INSERT INTO breaches (breach_id, found_at, categories, cause, opened_by)
               VALUES (:breach_id, :found_at, :categories, :cause, :by) ON CONFLICT DO NOTHING"""
        ),
        {
            "breach_id": entry.breach_id,
            "found_at": entry.found_at,
            "categories": list(entry.categories),
            "cause": entry.cause,
            "by": by,
        },
    )
    found = await breach(connection, entry.breach_id)
    said = found and (found.found_at, found.categories, found.cause)
    if said != (entry.found_at, entry.categories, entry.cause):
        raise EntryDiffers("a breach of this id says something else", field="breach_id")
    return bool(added.rowcount)


async def note_notice(connection: AsyncConnection, breach_id: str, notice: Notice, by: str) -> None:
    """Keep that somebody was told; the first time counts."""
    await connection.execute(
        sa.text(
            """INSERT INTO breach_notices (breach_id, kind, sent_at, reference, noted_by)
               VALUES (:breach_id, :kind, :sent_at, :reference, :by) ON CONFLICT DO NOTHING"""
        ),
        {
            "breach_id": breach_id,
            "kind": notice.kind,
            "sent_at": notice.sent_at,
            "reference": notice.reference,
            "by": by,
        },
    )


async def breach(connection: AsyncConnection, breach_id: str) -> Breach | None:
    found = await _breaches(connection, "WHERE breach_id = :breach_id", breach_id=breach_id)
    return found[0] if found else None


async def breaches(connection: AsyncConnection) -> list[Breach]:
    """The newest breaches, newest first."""
    return await _breaches(connection, "ORDER BY found_at DESC, breach_id LIMIT :most", most=_MOST_SHOWN)


async def affected(
    connection: AsyncConnection, categories: Sequence[str], after: UUID | None, most: int
) -> list[UUID]:
    """Whose data of these categories is processed by what they decided, or whatever they decided, in order of ids."""
    rows = await connection.execute(
        sa.text(f"SELECT member_id {_AFFECTED} ORDER BY member_id LIMIT :most"),
        {"categories": list(categories), "after": after, "most": most},
    )
    return [row[0] for row in rows]


async def count_affected(connection: AsyncConnection, categories: Sequence[str]) -> int:
    found = await connection.scalar(
        sa.text(f"SELECT count(*) {_AFFECTED}"),
        {"categories": list(categories), "after": None},
    )
    return int(found or 0)


# A purpose that rests on no consent processes the data of every member whom consent knows.
_AFFECTED = """FROM members m WHERE m.merged_into IS NULL
  AND (CAST(:after AS uuid) IS NULL OR m.member_id > :after)
  AND (EXISTS (
      SELECT FROM consent_states s JOIN purposes p ON p.key = s.purpose AND p.version = s.purpose_version
      WHERE s.member_id = m.member_id
        AND convert_from(p.canonical, 'UTF8')::jsonb -> 'categories' ?| CAST(:categories AS text[]))
    OR EXISTS (
      SELECT FROM purposes p WHERE convert_from(p.canonical, 'UTF8')::jsonb ->> 'lawful_basis' <> 'CONSENT'
        AND convert_from(p.canonical, 'UTF8')::jsonb -> 'categories' ?| CAST(:categories AS text[])))"""


async def _breaches(connection: AsyncConnection, which: str, **values: Any) -> list[Breach]:
    rows = (
        await connection.execute(
            sa.text(f"SELECT breach_id, found_at, categories, cause FROM breaches {which}"),  # noqa: S608
            values,
        )
    ).all()
    notices: dict[str, list[Notice]] = {row.breach_id: [] for row in rows}
    told = await connection.execute(
        sa.text(
            """SELECT breach_id, kind, sent_at, reference FROM breach_notices
               WHERE breach_id = ANY(:ids) ORDER BY sent_at, kind"""
        ),
        {"ids": list(notices)},
    )
    for breach_id, kind, sent_at, reference in told:
        notices[breach_id].append(Notice(NoticeKind(kind), sent_at, reference))
    return [
        Breach(row.breach_id, row.found_at, tuple(row.categories), row.cause, tuple(notices[row.breach_id]))
        for row in rows
    ]


def _term(term: Term) -> dict[str, datetime | str]:
    return {"starts_at": term.starts_at, "ends_at": term.ends_at, "reference": term.reference}
