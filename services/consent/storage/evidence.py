"""What a verification reads: all records, leaves, runs and standing decisions, as they were at one instant."""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from services.consent.rules import canonical
from services.consent.rules.evidence import entry
from services.consent.rules.merkle import Node
from services.consent.rules.preferences import Change, ChangeKind, Preferences, preferences_of
from services.consent.rules.records import FIELDS, canonical_of
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
        for query in (_STANDING, _EPOCHS)
        for row in await connection.fetch(query)
    ]


async def wishes(connection: database.RawConnection) -> AsyncIterator[Mismatch | None]:
    """For each member who ever changed how they may be written to, whether that stands as the changes fold."""
    async for row in connection.cursor(_WISHES, prefetch=_AT_ONCE):
        folded, stopped = Preferences(), dict[tuple[str, str], datetime | None]()
        for kind, content, changed_at in json.loads(row["changes"] or "[]"):
            change = Change(ChangeKind(kind), content)
            folded = folded.after(change, datetime.fromisoformat(changed_at))
            if change.kind is ChangeKind.SUPPRESSED:
                until = content["until"] and datetime.fromisoformat(content["until"])
                stopped[content["channel"] or "", content["reason"]] = until
            elif change.kind is ChangeKind.UNSUPPRESSED:
                stopped.pop((content["channel"] or "", content["reason"]), None)
        said = json.loads(row["content"]) if row["content"] else None
        stands = preferences_of(said, row["automated_refused_at"])
        what = "" if stands == folded else "what stands is not what the changes fold to"
        if {(channel, reason): until for channel, reason, until in row["suppressions"]} != stopped:
            what = what or "what is suppressed is not what the changes fold to"
        yield Mismatch("preferences", f"member {row['member_id']}", what) if what else None


async def states(connection: database.RawConnection) -> int:
    """How many standing decisions there are."""
    found: int = await connection.fetchval("SELECT count(*) FROM consent_states")
    return found


_WISHES = """
SELECT member_id, m.automated_refused_at, p.content,
       (SELECT json_agg(json_build_array(c.kind, c.content, c.changed_at) ORDER BY c.epoch)
        FROM preference_changes c WHERE c.member_id = known.member_id) AS changes,
       ARRAY(SELECT ROW(x.channel, x.reason, x.until) FROM suppressions x WHERE x.member_id = known.member_id)
         AS suppressions
FROM (SELECT member_id FROM preference_changes UNION SELECT member_id FROM preferences
      UNION SELECT member_id FROM suppressions
      UNION SELECT member_id FROM members WHERE automated_refused_at IS NOT NULL) known
LEFT JOIN members m USING (member_id)
LEFT JOIN preferences p USING (member_id)
"""

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
"""

_EPOCHS = """
SELECT 'members' AS table, member_id, 'its epoch is not that of the last record' AS what
FROM members m FULL JOIN (
  SELECT member_id, max(epoch) AS epoch
  FROM (SELECT member_id, epoch FROM consent_events UNION ALL SELECT member_id, epoch FROM preference_changes
        UNION ALL SELECT member_id, epoch FROM restriction_changes
        UNION ALL SELECT member_id, epoch FROM guardian_changes) made
  GROUP BY 1) e USING (member_id)
WHERE coalesce(m.epoch, 0) <> coalesce(e.epoch, 0)
"""
