"""What an evidence pack is made of: what was written until an instant, in an order of its own, so that it comes out the same."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.consent.rules import merkle
from services.consent.rules.evidence import Checkpoint
from services.consent.rules.records import FIELDS
from services.consent.storage import log
from services.consent.storage.decisions import record_of
from services.kit.database import RawConnection

# Members are named by the evidence's pseudonym alone.
_PSEUDONYM = "coalesce((SELECT m.pii_principal_id FROM members m WHERE m.member_id = {0}), {0})"

_QUERIES: Mapping[str, str] = {
    "purposes": """SELECT convert_from(canonical, 'UTF8')::json AS purpose, encode(digest, 'hex') AS digest, effective_at
      FROM purposes WHERE effective_at < $1 ORDER BY key, version""",
    "notices": """SELECT convert_from(canonical, 'UTF8')::json AS notice, encode(digest, 'hex') AS digest, effective_at
      FROM notices WHERE effective_at < $1 ORDER BY notice_id""",
    "records": """SELECT e.record_id FROM consent_events e WHERE e.event_time < $1
      AND ($2 OR $3 = ANY(e.articles) OR ($3 = 'PIPL 31' AND e.guardian_id IS NOT NULL)) ORDER BY e.event_time, e.record_id""",
    "rights": f"""SELECT r.request_id, {_PSEUDONYM.format("r.member_id")} AS principal_id, r.kind, r.purposes, r.subject,
        r.wanted, r.channel, r.received_at, r.due_at, r.due_source, r.appeal_of,
        (SELECT json_agg(json_build_array(s.state, s.at, s.actor, s.note) ORDER BY s.ord)
         FROM rights_steps s WHERE s.request_id = r.request_id AND s.at < $1) AS steps,
        (SELECT json_agg(json_build_array(p.store, p.action, p.count, p.reference, p.proved_at)
           ORDER BY p.proved_at, p.store, p.reference)
         FROM rights_proofs p WHERE p.request_id = r.request_id AND p.proved_at < $1) AS proofs
      FROM rights_requests r WHERE r.received_at < $1 ORDER BY r.number""",  # noqa: S608 - our own column names
    "guardians": f"""SELECT {_PSEUDONYM.format("g.member_id")} AS principal_id, g.kind, g.verification, g.actor,
        g.changed_at FROM guardian_changes g WHERE g.changed_at < $1 ORDER BY g.changed_at, g.member_id, g.epoch""",  # noqa: S608 - our own column names
    "agreements": """SELECT recipient_id, agreement_id, starts_at, ends_at, reference, registered_by
      FROM processor_agreements WHERE registered_at < $1 ORDER BY recipient_id, agreement_id""",
    "routes": """SELECT purpose, kind, starts_at, ends_at, reference, registered_by
      FROM export_routes WHERE registered_at < $1 ORDER BY purpose, kind, starts_at""",
    "assessments": """SELECT assessment_id, purposes, concluded_at, reference, registered_by
      FROM assessments WHERE registered_at < $1 ORDER BY assessment_id""",
    "breaches": """SELECT b.breach_id, b.found_at, b.categories, b.cause, b.opened_by,
        (SELECT json_agg(json_build_array(n.kind, n.sent_at, n.reference, n.noted_by) ORDER BY n.kind)
         FROM breach_notices n WHERE n.breach_id = b.breach_id AND n.sent_at < $1) AS notices
      FROM breaches b WHERE b.found_at < $1 ORDER BY b.breach_id""",
}

_DOCUMENTS = frozenset({"purpose", "notice", "steps", "proofs", "notices"})

_RECORD = f"""SELECT {", ".join(f"e.{name}" for name in FIELDS)}, l.leaf_index, s.salt
  FROM consent_events e JOIN log_leaves l USING (record_id) LEFT JOIN record_salts s USING (record_id)
  WHERE e.record_id = $1"""  # noqa: S608 - our own column names


async def rows(
    connection: RawConnection, part: str, until: datetime, *more: Any
) -> AsyncIterator[dict[str, Any]]:
    """The rows of a part, as they were written until an instant; inside a transaction."""
    async for row in connection.cursor(_QUERIES[part], until, *more):
        yield {
            name: json.loads(value) if name in _DOCUMENTS and value else value for name, value in row.items()
        }


async def record(
    connection: RawConnection, record_id: UUID, reached: Checkpoint
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record as its digest is taken over it, and what leads from there to a checkpoint's root."""
    row = await connection.fetchrow(_RECORD, record_id)
    assert row is not None, "a checkpoint covers the record"
    written, at, salt = record_of({name: row[name] for name in FIELDS}), row["leaf_index"], row["salt"]
    wanted = merkle.wanted_for_inclusion(at, reached.size)
    beside = merkle.inclusion(at, reached.size, await log.nodes(connection, wanted))
    proof = {
        "record_id": str(record_id),
        "salt": salt.hex() if salt else None,  # shredded, once the evidence's own retention ended
        "leaf_index": at,
        "inclusion": [one.hex() for one in beside],
    }
    return {"record": json.loads(written.canonical), "digest": written.digest.hex()}, proof


async def covering(connection: RawConnection, until: datetime) -> str | None:
    """The first checkpoint that holds every record until an instant: empty where there are none, None while none does.

    Later checkpoints change nothing about it, so that a pack comes out the same whenever it is made.
    """
    row = await connection.fetchrow(
        """SELECT count(*) AS written, count(l.record_id) AS sequenced, coalesce(max(l.leaf_index) + 1, 0) AS size
           FROM consent_events e LEFT JOIN log_leaves l USING (record_id) WHERE e.event_time < $1""",
        until,
    )
    assert row is not None, "a count is a row"
    if not row["written"]:
        return ""
    if row["sequenced"] < row["written"]:
        return None
    note: str | None = await connection.fetchval(
        "SELECT note FROM log_checkpoints WHERE size >= $1 ORDER BY size LIMIT 1", row["size"]
    )
    return note
