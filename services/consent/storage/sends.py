"""Stored sends, and all that is read to judge one, on the measured path: one statement for any number of members."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from services.consent.rules.caps import LONGEST, MOST
from services.consent.rules.channels import Channel
from services.consent.rules.preferences import preferences_of
from services.consent.rules.sending import Matter, Situation
from services.consent.rules.suppressions import Suppression, SuppressionReason
from services.consent.rules.topics import SendingRules, Topic, UnknownTopic
from services.consent.storage.gate import GateReads, decision_of
from services.consent.storage.topics import rules_of, topic_of
from services.kit.database import Pool, RawConnection

KEPT = timedelta(days=90)
"""How long a send is known by its id; longer than any cap looks back."""

_MATTER = """
SELECT t.canonical AS topic, t.effective_at AS topic_at, r.canonical AS rules, r.effective_at AS rules_at,
       (SELECT max(version) FROM purposes WHERE key = convert_from(t.canonical, 'UTF8')::jsonb -> 'purposes' ->> $2)
         AS in_force
FROM (SELECT * FROM topics WHERE key = $1 ORDER BY version DESC LIMIT 1) t
LEFT JOIN (SELECT * FROM sending_rules ORDER BY version DESC LIMIT 1) r ON true"""

# All ids of who answers as one.
_IDS = "SELECT who.member_id UNION ALL SELECT other.member_id FROM members other WHERE other.merged_into = who.member_id"

_SITUATIONS = f"""
SELECT asked.member_id, m.epoch AS member_epoch, m.automated_refused_at, m.restricted, p.content AS preferences,
       s.purpose, s.recipient_id, s.record_id, s.purpose_version, s.event_state, s.event_time, s.valid_until, s.epoch,
       ARRAY(SELECT ROW(x.channel, x.reason, x.since, x.until, x.actor) FROM suppressions x
             WHERE x.member_id = who.member_id) AS suppressions,
       ARRAY(SELECT each.claimed_at FROM ({_IDS} AND m.merged_epoch IS NOT NULL) AS ids
             CROSS JOIN LATERAL (
               SELECT c.claimed_at FROM sends c
               WHERE c.member_id = ids.member_id AND c.channel = $3 AND c.counted AND c.released_at IS NULL
                 AND c.claimed_at > $4 AND (c.member_id, c.send_id) IS DISTINCT FROM ($5::uuid, $6)
               ORDER BY c.claimed_at DESC LIMIT $7) AS each
             ORDER BY each.claimed_at DESC LIMIT $7) AS sent
FROM unnest($1::uuid[]) AS asked(member_id)
LEFT JOIN LATERAL (SELECT merged_into FROM members WHERE member_id = asked.member_id OFFSET 0) AS known ON true
CROSS JOIN LATERAL (SELECT coalesce(known.merged_into, asked.member_id) AS member_id) AS who
LEFT JOIN members m ON m.member_id = who.member_id
LEFT JOIN consent_states s ON s.member_id = who.member_id AND s.purpose = $2 AND s.recipient_id = ''
LEFT JOIN preferences p ON p.member_id = who.member_id"""  # noqa: S608 - our own column names

# Locks who answers as the member, and says who that is.
_LOCK = """
SELECT member_id, pg_advisory_xact_lock(hashtextextended('send ' || member_id, 0))
FROM (SELECT coalesce((SELECT merged_into FROM members WHERE member_id = $1), $1) AS member_id OFFSET 0) AS who"""

_CLAIMED = f"""
SELECT who.member_id AS survivor, c.member_id, c.channel, c.topic, c.claimed_at, c.released_at
FROM (SELECT coalesce((SELECT merged_into FROM members WHERE member_id = $1), $1) AS member_id OFFSET 0) AS who
LEFT JOIN LATERAL (SELECT c.* FROM ({_IDS}) AS ids CROSS JOIN LATERAL (
    SELECT * FROM sends WHERE member_id = ids.member_id AND send_id = $2 OFFSET 0) AS c) AS c ON true
ORDER BY c.member_id <> $1, c.member_id <> who.member_id, c.claimed_at DESC"""  # noqa: S608

_CLAIM = """
INSERT INTO sends (member_id, send_id, channel, topic, counted, claimed_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (member_id, send_id) DO UPDATE
  SET claimed_at = greatest(sends.claimed_at, excluded.claimed_at), released_at = NULL"""


class Claim(NamedTuple):
    """A send as it was claimed, and under which id; ``released`` when it was given back since."""

    member_id: UUID
    channel: Channel
    topic: str
    claimed_at: datetime
    released: bool


async def lock(connection: RawConnection, member_id: UUID) -> UUID:
    """Let one claim of a person through at a time, until the commit; who answered as the member just before."""
    survivor: UUID = await connection.fetchval(_LOCK, member_id)
    return survivor


async def matter(connection: RawConnection, reads: GateReads, topic: str, channel: Channel) -> Matter:
    """What is to be sent, as it is in force. Raises ``UnknownTopic``."""
    row = await connection.fetchrow(_MATTER, topic, channel)
    if row is None:
        raise UnknownTopic("no such topic was published", field="topic")
    found: Topic = topic_of(row["topic"], row["topic_at"])
    rules = rules_of(row["rules"], row["rules_at"]) if row["rules"] else SendingRules()
    purpose = None
    if row["in_force"] is not None:
        purpose = await reads.version(found.terms.purposes[channel], row["in_force"], connection)
    return Matter(found, channel, purpose, rules)


async def situations(
    connection: RawConnection,
    reads: GateReads,
    matter: Matter,
    member_ids: Sequence[UUID],
    now: datetime,
    own: tuple[UUID, str] | None = None,
) -> dict[UUID, Situation]:
    """Where each member stands on a matter; ``own`` is a send, by member and id, not to be held against itself."""
    purpose = matter.purpose.key if matter.purpose else ""
    looked_at = MOST if matter.keeps_caps else 0
    rows = await connection.fetch(
        _SITUATIONS, member_ids, purpose, matter.channel, now - LONGEST, *(own or (None, "")), looked_at
    )
    found = {}
    for row in rows:
        decision = decision_of(row)
        consented = None
        if decision is not None:
            consented = await reads.version(decision.purpose, decision.purpose_version, connection)
        said = json.loads(row["preferences"]) if row["preferences"] else None
        found[row["member_id"]] = Situation(
            epoch=row["member_epoch"] or 0,
            decision=decision,
            consented=consented,
            preferences=preferences_of(said, row["automated_refused_at"]),
            suppressions=[
                Suppression(Channel(channel) if channel else None, SuppressionReason(reason), *rest)
                for channel, reason, *rest in row["suppressions"]
            ],
            sent=row["sent"],
            restricted=frozenset(row["restricted"] or ()),
        )
    return found


async def claimed(connection: RawConnection, member_id: UUID, send_id: str) -> tuple[UUID, list[Claim]]:
    """Who answers as a member now, and that person's sends of this id, the one under the member's own id first."""
    rows = await connection.fetch(_CLAIMED, member_id, send_id)
    return rows[0]["survivor"], [
        Claim(
            row["member_id"],
            Channel(row["channel"]),
            row["topic"],
            row["claimed_at"],
            row["released_at"] is not None,
        )
        for row in rows
        if row["member_id"] is not None
    ]


async def claim(
    connection: RawConnection, member_id: UUID, send_id: str, matter: Matter, now: datetime, actor: str
) -> None:
    """Count a send from now on; one that is claimed again moves to now, since it may go only now."""
    await connection.execute(
        _CLAIM, member_id, send_id, matter.channel, matter.topic.key, matter.keeps_caps, now, actor
    )


async def release(connection: RawConnection, member_id: UUID, send_id: str, now: datetime) -> None:
    """Count a send no more."""
    await connection.execute(
        "UPDATE sends SET released_at = $3 WHERE member_id = $1 AND send_id = $2 AND released_at IS NULL",
        member_id,
        send_id,
        now,
    )


async def forget(pool: Pool, before: datetime) -> None:
    """Delete the sends that were claimed before an instant."""
    await pool.execute("DELETE FROM sends WHERE claimed_at < $1", before)
