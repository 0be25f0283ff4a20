"""What a verification reads: all records, leaves, runs and standing decisions, as they were at one instant."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from services.consent.rules import canonical
from services.consent.rules.channels import Channel
from services.consent.rules.evidence import entry
from services.consent.rules.merkle import Node
from services.consent.rules.preferences import Change, ChangeKind, preferences_of
from services.consent.rules.records import FIELDS, canonical_of
from services.consent.rules.suppressions import Suppression, SuppressionReason
from services.consent.rules.wishes import Changed, Joined, Wishes
from services.consent.rules.wishes import standing as wished
from services.kit import database


class Mismatch(NamedTuple):
    """A row that is not as it must be."""

    table: str
    row: str
    what: str


_AT_ONCE = 1_000


async def records(connection: database.RawConnection) -> AsyncIterator[Mismatch | None]:
    """For each record, what is wrong with it: its digest, its leaf, or that it has none."""
    async for row in connection.cursor(_RECORDS, prefetch=_AT_ONCE):
        digest = canonical.digest(canonical_of(cast("Mapping[str, Any]", row)))
        what = ""
        if digest != row["record_digest"]:
            what = "its columns were changed: they do not give its digest"
        elif row["entry"] is None:
            what = "" if row["pending"] else "it is not in the log, and does not wait to be"
        elif row["salt"] is not None and entry(row["salt"], digest) != row["entry"]:
            what = f"leaf {row['leaf_index']} of the log commits to another record"
        yield Mismatch("consent_events", f"record {row['record_id']}", what) if what else None


async def leaves(connection: database.RawConnection) -> AsyncIterator[tuple[int, UUID, bytes, bool]]:
    """Each leaf in order: index, record, entry, and whether the record is there."""
    async for row in connection.cursor(_LEAVES, prefetch=_AT_ONCE):
        yield row["leaf_index"], row["record_id"], row["entry"], row["there"]


async def runs(connection: database.RawConnection) -> AsyncIterator[tuple[Node, bytes]]:
    """Each kept run of leaves."""
    async for row in connection.cursor("SELECT level, nth, hash FROM log_nodes ORDER BY level, nth"):
        yield Node(row["level"], row["nth"]), row["hash"]


async def notes(connection: database.RawConnection) -> AsyncIterator[tuple[int, str]]:
    """Each kept checkpoint: the size that its row says, and its note."""
    async for row in connection.cursor("SELECT size, note FROM log_checkpoints ORDER BY size"):
        yield row["size"], row["note"]


async def standing(connection: database.RawConnection) -> list[Mismatch]:
    """Standing decisions and epochs that are not what the records fold to."""
    return [
        Mismatch(row["table"], f"member {row['member_id']}", row["what"])
        for query in (_STANDING, _SURVIVORS, _EPOCHS)
        for row in await connection.fetch(query)
    ]


async def wishes(connection: database.RawConnection) -> AsyncIterator[Mismatch | None]:
    """For each member who ever changed how they may be written to, whether that stands as the changes fold."""
    async for row in connection.cursor(_WISHES, prefetch=_AT_ONCE):
        own = [
            Changed(epoch, Change(ChangeKind(kind), content), actor, datetime.fromisoformat(changed_at))
            for epoch, kind, content, actor, changed_at in json.loads(row["changes"] or "[]")
        ]
        joined = [Joined(epoch, _wishes(*stood)) for epoch, *stood in row["joined"]]
        folded = wished(own, joined)
        stands = _wishes(row["content"], row["automated_refused_at"], row["suppressions"])
        what = ""
        if stands.preferences != folded.preferences:
            what = "what stands is not what the changes fold to"
        elif stands.suppressions != folded.suppressions:
            what = "what is suppressed is not what the changes fold to"
        yield Mismatch("preferences", f"member {row['member_id']}", what) if what else None


def _wishes(
    content: str | None, refused_at: datetime | None, stopped: Sequence[tuple[Any, ...]] | None
) -> Wishes:
    said = json.loads(content) if content else None
    suppressions = [
        Suppression(Channel(channel) if channel else None, SuppressionReason(reason), *rest)
        for channel, reason, *rest in stopped or ()
    ]
    return Wishes(preferences_of(said, refused_at), {(one.channel, one.reason): one for one in suppressions})


async def states(connection: database.RawConnection) -> int:
    """How many standing decisions there are."""
    found: int = await connection.fetchval("SELECT count(*) FROM consent_states")
    return found


_STOPPED = """ARRAY(SELECT ROW(x.channel, x.reason, x.since, x.until, x.actor) FROM suppressions x
             WHERE x.member_id = {0}.member_id)"""

# Who was merged into another brought along what stood for them then, and still does under their id.
_WISHES = f"""
SELECT member_id, m.automated_refused_at, p.content,
       (SELECT json_agg(json_build_array(c.epoch, c.kind, c.content, c.actor, c.changed_at) ORDER BY c.epoch)
        FROM preference_changes c WHERE c.member_id = known.member_id) AS changes,
       {_STOPPED.format("known")} AS suppressions,
       ARRAY(SELECT ROW(e.epoch, q.content, f.automated_refused_at, {_STOPPED.format("side")})
             FROM (SELECT epoch, from_member AS member_id FROM merges WHERE into_member = known.member_id) e
             JOIN LATERAL (SELECT e.member_id) side ON true
             LEFT JOIN members f ON f.member_id = e.member_id
             LEFT JOIN preferences q ON q.member_id = e.member_id) AS joined
FROM (SELECT member_id FROM preference_changes UNION SELECT member_id FROM preferences
      UNION SELECT member_id FROM suppressions UNION SELECT into_member FROM merges
      UNION SELECT member_id FROM members WHERE automated_refused_at IS NOT NULL) known
LEFT JOIN members m USING (member_id)
LEFT JOIN preferences p USING (member_id)
"""  # noqa: S608 - our own column names

_RECORDS = f"""
SELECT {", ".join(f"e.{name}" for name in FIELDS)}, e.record_digest, l.leaf_index, l.entry, s.salt,
       p.record_id IS NOT NULL AS pending
FROM consent_events e
LEFT JOIN log_leaves l USING (record_id)
LEFT JOIN record_salts s USING (record_id)
LEFT JOIN pending_leaves p USING (record_id)
"""  # noqa: S608 - our own column names

_LEAVES = """
SELECT l.leaf_index, l.record_id, l.entry, e.record_id IS NOT NULL AS there
FROM log_leaves l LEFT JOIN consent_events e USING (record_id) ORDER BY l.leaf_index
"""

_STANDING = """
WITH last AS (
  SELECT DISTINCT ON (member_id, purpose, recipient_id)
         member_id, purpose, recipient_id, record_id, purpose_version, event_state, event_time, epoch
  FROM consent_events
  ORDER BY member_id, purpose, recipient_id, epoch DESC,
           array_position(ARRAY['WITHDRAWN', 'REFUSED', 'GIVEN'], event_state), record_id DESC)
SELECT 'consent_states' AS table, member_id,
       format('what stands on %s %s is not what the last record decided', purpose, recipient_id) AS what
FROM last l FULL JOIN consent_states s USING (member_id, purpose, recipient_id)
WHERE (l.record_id, l.purpose_version, l.event_state, l.event_time, l.epoch)
  IS DISTINCT FROM (s.record_id, s.purpose_version, s.event_state, s.event_time, s.epoch)
  AND NOT EXISTS (SELECT FROM merges m WHERE m.into_member = member_id)
"""

# What stands for a survivor was decided under an id of the person, whichever side's it was that counted.
_SURVIVORS = """
SELECT 'consent_states' AS table, s.member_id,
       format('what stands on %s %s was decided under no id of the member', s.purpose, s.recipient_id) AS what
FROM consent_states s
WHERE EXISTS (SELECT FROM merges m WHERE m.into_member = s.member_id) AND NOT EXISTS (
  WITH RECURSIVE person (member_id) AS (
    VALUES (s.member_id)
    UNION SELECT m.from_member FROM merges m JOIN person ON m.into_member = person.member_id)
  SELECT FROM consent_events e JOIN person USING (member_id)
  WHERE (e.record_id, e.purpose, e.recipient_id, e.purpose_version, e.event_state, e.event_time)
    = (s.record_id, s.purpose, s.recipient_id, s.purpose_version, s.event_state, s.event_time))
"""

_EPOCHS = """
SELECT 'members' AS table, member_id, 'its epoch is not that of the last record' AS what
FROM members m FULL JOIN (
  SELECT member_id, max(epoch) AS epoch
  FROM (SELECT member_id, epoch FROM consent_events UNION ALL SELECT member_id, epoch FROM preference_changes
        UNION ALL SELECT member_id, epoch FROM restriction_changes
        UNION ALL SELECT member_id, epoch FROM guardian_changes
        UNION ALL SELECT member_id, merged_epoch FROM members
        UNION ALL SELECT from_member, epoch FROM merges UNION ALL SELECT into_member, epoch FROM merges) made
  GROUP BY 1) e USING (member_id)
WHERE coalesce(m.epoch, 0) <> coalesce(e.epoch, 0)
"""
