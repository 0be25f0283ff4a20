"""What a verification reads: all records, leaves, runs and standing decisions, as they were at one instant."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from services.consent.rules import canonical, merging
from services.consent.rules.channels import Channel
from services.consent.rules.decisions import Decision
from services.consent.rules.evidence import entry
from services.consent.rules.merging import Joined
from services.consent.rules.merkle import Node
from services.consent.rules.preferences import Change, ChangeKind, preferences_of
from services.consent.rules.purposes import Purpose
from services.consent.rules.records import FIELDS, EventState, canonical_of
from services.consent.rules.suppressions import Suppression, SuppressionReason
from services.consent.rules.wishes import Changed, Wishes
from services.consent.rules.wishes import Joined as JoinedWishes
from services.consent.rules.wishes import standing as wished
from services.consent.storage.purposes import purpose_of
from services.kit import database


class Mismatch(NamedTuple):
    """A row that is not as it must be."""

    table: str
    row: str
    what: str


_AT_ONCE = 1_000
_NEVER = datetime.max.replace(tzinfo=UTC)
_A_DAY = timedelta(days=1)
"""By so much an end may be later that was counted by UTC's calendar, as all were until 2026-11-23."""


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
    ] + [one async for one in _survivors(connection)]


async def _survivors(connection: database.RawConnection) -> AsyncIterator[Mismatch]:
    """What stands for those into whom others were merged, and is not what both sides' decisions weigh to.

    What takes an act of its own is asked anew by a merge. Whether it did when they merged is not kept, so where versions
    of a purpose differ in that, either counts.
    """
    about = {
        (row["key"], row["version"]): purpose_of(row["canonical"], row["effective_at"])
        for row in await connection.fetch("SELECT key, version, canonical, effective_at FROM purposes")
    }
    async for row in connection.cursor(_SURVIVORS, prefetch=_AT_ONCE):
        own = [_decided(about, *one) for one in row["own"]]
        joined = [Joined(epoch, tuple(_stood(*one) for one in states)) for epoch, states in row["joined"]]
        asked_anew = merging.standing(own, joined, lambda _: True)
        weighed = {True: asked_anew, False: merging.standing(own, joined, lambda _: False)}
        stands = {(one.purpose, one.recipient_id): one for one in (_stood(*state) for state in row["stands"])}
        for key in {*stands, *weighed[False]}:
            forms = {
                one.terms.needs_its_own_act(key[1])
                for (purpose, _), one in about.items()
                if purpose == key[0]
            }
            if not any(_agree(stands.get(key), weighed[needs].get(key)) for needs in forms):
                what = f"what stands on {key[0]} {key[1]} is not what the decisions of all its ids weigh to"
                yield Mismatch("consent_states", f"member {row['member_id']}", what)


def _decided(about: Mapping[tuple[str, int], Purpose], *said: Any) -> Decision:
    """What a record decided, as it was when it was written."""
    purpose, recipient_id, record_id, version, state, event_time, epoch = said
    terms = about[purpose, version].terms
    until = terms.valid_until(event_time) if state == EventState.GIVEN else None
    return Decision(purpose, recipient_id, record_id, version, EventState(state), event_time, until, epoch)


def _stood(*said: Any) -> Decision:
    return Decision(*said)._replace(event_state=EventState(said[4]))


def _agree(stands: Decision | None, weighed: Decision | None) -> bool:
    """Whether the one is the other, or ended before it would have by itself: a child's consent, or of who grew up."""
    if stands is None or weighed is None:
        return stands is weighed
    if weighed.valid_until is not None and (stands.valid_until or _NEVER) - _A_DAY > weighed.valid_until:
        return False
    return stands._replace(valid_until=None) == weighed._replace(valid_until=None)


async def wishes(connection: database.RawConnection) -> AsyncIterator[Mismatch | None]:
    """For each member who ever changed how they may be written to, whether that stands as the changes fold."""
    async for row in connection.cursor(_WISHES, prefetch=_AT_ONCE):
        own = [
            Changed(epoch, Change(ChangeKind(kind), content), actor, datetime.fromisoformat(changed_at))
            for epoch, kind, content, actor, changed_at in json.loads(row["changes"] or "[]")
        ]
        joined = [JoinedWishes(epoch, _wishes(*stood)) for epoch, *stood in row["joined"]]
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
         member_id, purpose, recipient_id, record_id, purpose_version, event_state, event_time, epoch,
         (event_time AT TIME ZONE 'Asia/Shanghai' + CAST(validity_duration AS interval)) AT TIME ZONE 'Asia/Shanghai' AS ends_at
  FROM consent_events
  ORDER BY member_id, purpose, recipient_id, epoch DESC,
           array_position(ARRAY['WITHDRAWN', 'REFUSED', 'GIVEN'], event_state), record_id DESC)
SELECT 'consent_states' AS table, member_id,
       format('what stands on %s %s is not what the last record decided', purpose, recipient_id) AS what
FROM last l FULL JOIN consent_states s USING (member_id, purpose, recipient_id)
WHERE ((l.record_id, l.purpose_version, l.event_state, l.event_time, l.epoch)
         IS DISTINCT FROM (s.record_id, s.purpose_version, s.event_state, s.event_time, s.epoch)
       OR (s.event_state = 'GIVEN' AND l.ends_at + interval '1 day' < coalesce(s.valid_until, 'infinity')))
  AND NOT EXISTS (SELECT FROM merges m WHERE m.into_member = member_id)
"""

_STATE = ", ".join(f"c.{name}" for name in Decision._fields)
_SURVIVORS = f"""
SELECT member_id,
       ARRAY(SELECT ROW(c.purpose, c.recipient_id, c.record_id, c.purpose_version, c.event_state, c.event_time, c.epoch)
             FROM consent_events c WHERE c.member_id = survivor.member_id ORDER BY c.epoch, c.ord) AS own,
       ARRAY(SELECT ROW(m.epoch, ARRAY(SELECT ROW({_STATE}) FROM consent_states c WHERE c.member_id = m.from_member))
             FROM merges m WHERE m.into_member = survivor.member_id ORDER BY m.epoch) AS joined,
       ARRAY(SELECT ROW({_STATE}) FROM consent_states c WHERE c.member_id = survivor.member_id) AS stands
FROM (SELECT DISTINCT into_member AS member_id FROM merges) survivor
"""  # noqa: S608 - our own column names

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
