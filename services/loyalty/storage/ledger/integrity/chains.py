"""What must hold of the chains: every batch follows on the one before it, and its hash is that of its content."""

from services.kit.outbox import KEEP_DAYS
from services.loyalty.storage.ledger import chain
from services.loyalty.storage.ledger.copying import COLUMNS
from services.loyalty.storage.ledger.integrity.checks import Statement
from services.loyalty.storage.ledger.telling import TOLD_LANE

# What was not sealed may be anything, and is not read.
_SAID = """(CASE WHEN events_hash = sha256(convert_to(statement, 'UTF8')) THEN statement::json ->> '{name}' END)"""

LINKS = Statement(
    "links",
    "each lane's batches are numbered from 1 without a gap but where it was reopened, and each names the hash before it",
    "batches",
    ("batches", "reopenings"),
    f"""
    SELECT json_build_object('lane', lane, 'seq', seq) AS place,
           CASE WHEN format <> {chain.FORMAT} THEN format('it is sealed in format %s, which is not recomputed', format)
             WHEN seq <> before + 1 THEN format('it comes after batch %s: %s are missing', before, seq - before - 1)
             ELSE format('it follows on %s, and batch %s has %s', encode(previous, 'hex'), before, encode(sealed, 'hex'))
             END AS what
    FROM (
      SELECT lane, seq, format, previous, events_hash, lag(seq, 1, 0::bigint) OVER in_order AS before,
             lag(hash, 1, ''::bytea) OVER in_order AS sealed
      FROM batches WINDOW in_order AS (PARTITION BY lane ORDER BY seq)
    ) AS b LEFT JOIN reopenings r USING (lane, seq)
    WHERE (seq <> before + 1 AND {_SAID.format(name="after")}::bigint IS DISTINCT FROM before) OR previous <> sealed OR format <> {chain.FORMAT}
    """,  # noqa: S608  # names of ours
)


REOPENINGS = Statement(
    "reopenings",
    "each gap in a lane's numbers was opened by the batch behind it, sealed with what is said of it",
    "reopenings",
    ("reopenings",),
    f"""
    SELECT json_build_object('lane', lane, 'seq', seq) AS place,
           CASE WHEN hash IS NULL THEN 'there is no batch that opens it'
             ELSE format('its batch was not sealed with what it says: %s', statement) END AS what
    FROM reopenings r LEFT JOIN batches b USING (lane, seq)
    WHERE lane <> {TOLD_LANE} AND (b.hash IS NULL OR (b.entries, b.events) <> (0, 0)
      OR b.events_hash <> sha256(convert_to(statement, 'UTF8'))
      OR ({_SAID.format(name="lane")}::int, {_SAID.format(name="seq")}::bigint) IS DISTINCT FROM (lane::int, seq))
    """,  # noqa: S608  # a number of ours
)


def _concatenated(pieces: list[str]) -> str:
    """By halves, since to put one piece after the other would copy the first of them each time."""
    if len(pieces) == 1:
        return pieces[0]
    half = len(pieces) // 2
    return f"({_concatenated(pieces[:half])} || {_concatenated(pieces[half:])})"


def _fixed(size: int, sent: str) -> str:
    return f"('\\x{size:08x}'::bytea || {sent})"


def _varying(length: str, sent: str) -> str:
    return f"(int4send({length}) || {sent})"


_ABSENT = r"'\xffffffff'::bytea"
_SENT = {
    "member_id": _fixed(16, "uuid_send(member_id)"),
    "key": _fixed(16, "uuid_send(key)"),
    **{column: _fixed(2, f"int2send({column})") for column in ("part", "currency", "lane")},
    **{column: _fixed(4, f"int4send({column})") for column in ("ord", "rule_version")},
    **{column: _fixed(8, f"int8send({column})") for column in ("points", "balance_after", "batch")},
    **{column: _fixed(8, f"timestamptz_send({column})") for column in ("occurred_at", "recorded_at")},
    **{
        column: _varying(f"octet_length({column}::text)", f"enum_send({column})")
        for column in ("type", "from_account", "to_account")
    },
    **{
        column: f"coalesce({_fixed(size, f'int{size}send({column})')}, {_ABSENT})"
        for column, size in (("lot_expires_at", 8), ("lot_month", 4), ("lot_source", 2))
    },
    **{
        column: _varying(f"octet_length({column})", f"textsend({column})")
        for column in ("actor", "reason", "order_ref")
    },
    "fingerprint": _varying("octet_length(fingerprint)", "fingerprint"),
}
_ROW = rf"('\x{len(COLUMNS):04x}'::bytea || {_concatenated([_SENT[column] for column in COLUMNS])})"
"""An entry as a row of a binary COPY, which is what its batch's hash was made over."""

_SEALED = """
  b.previous || (int2send(lane) || int8send(seq) || int8send((extract(epoch FROM b.committed_at) * 1000000)::bigint))
  || coalesce(c.rows, '') || b.events_hash
"""

CONTENT = Statement(
    "content",
    "each batch's hash is that of its place, its time, its entries and its events; no entry is outside a batch",
    "batches",
    ("entries", "batches"),
    f"""
    WITH content AS (
      SELECT lane, batch AS seq, count(*) AS entries, string_agg({_ROW}, '' ORDER BY ord) AS rows
      FROM entries GROUP BY lane, batch
    )
    SELECT json_build_object('lane', lane, 'seq', seq) AS place,
           CASE WHEN b.hash IS NULL THEN format('there is no batch, and %s entries say they are in it', c.entries)
             WHEN b.entries <> coalesce(c.entries, 0)
               THEN format('it was sealed with %s entries, and %s are there', b.entries, coalesce(c.entries, 0))
             ELSE 'its entries, its time or the digest of its events are not what was sealed' END AS what
    FROM batches b FULL JOIN content c USING (lane, seq)
    WHERE b.hash IS NULL OR b.entries <> coalesce(c.entries, 0) OR b.hash IS DISTINCT FROM sha256({_SEALED})
    """,  # noqa: S608  # names of ours
)

# Relayed events are forgotten after some days; then their digest, which the batch's hash covers, stands for them.
EVENTS = Statement(
    "events",
    "the outbox holds the events that each batch was sealed with, unless they are old enough to be forgotten",
    "outbox",
    ("outbox", "batches"),
    f"""
    SELECT json_build_object('lane', lane, 'seq', seq) AS place,
           CASE WHEN b.hash IS NULL THEN 'there is no batch that these events were sealed with'
             WHEN o.event IS NULL THEN format('its %s events are gone, and are too young to be forgotten', b.events)
             ELSE format('they are not the %s events that were sealed', b.events) END AS what
    FROM (SELECT * FROM outbox WHERE lane <> {TOLD_LANE}) AS o FULL JOIN batches b USING (lane, seq)
    WHERE b.hash IS NULL
      OR (o.event IS NULL AND b.events > 0 AND b.committed_at > now() - interval '{KEEP_DAYS} days' + interval '1 hour')
      OR (o.event IS NOT NULL AND (sha256(o.event), o.ord + 1) IS DISTINCT FROM (b.events_hash, b.events))
    """,  # noqa: S608  # names of ours
)
