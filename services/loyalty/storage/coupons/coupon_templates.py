"""Coupon templates in storage: their terms as JSON, whichever release wrote them, and what they have issued."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import asyncpg
import orjson

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.coupons.coupon_templates import ClaimCodeTaken, CouponTemplate, TemplateState
from services.loyalty.rules.coupons.coupon_terms import Claim, CouponKind, CouponTerms
from services.loyalty.rules.ledger.expiry import Period
from services.loyalty.rules.programmes.texts import Text

Asking = database.RawConnection | database.Pool


class Edition(NamedTuple):
    """What an edition says, and who published it when and why."""

    number: int
    terms: CouponTerms
    published_by: str
    published_at: int
    reason: str


class Statistics(NamedTuple):
    """How many coupons of a template are in which state, and what they took off and cost; minor units."""

    by_state: Mapping[str, int]
    taken_off_minor: int
    cost_minor: int


def encoded(terms: CouponTerms | None) -> str | None:
    """Terms as JSON."""
    if terms is None:
        return None
    written = asdict(terms)
    for name in ("valid_from", "valid_until", "valid_for", "extended_for"):
        given = getattr(terms, name)
        written[name] = "" if given is None else str(given)
    return orjson.dumps(written).decode()


@lru_cache(maxsize=4_096)
def decoded(stored: str) -> CouponTerms:
    """Terms from JSON; what a later release added has its default."""
    read: dict[str, Any] = orjson.loads(stored)
    read |= {name: Text(**read[name]) for name in ("name", "terms")}
    made: dict[str, Callable[[Any], Any]] = {
        "kind": CouponKind,
        "claim": Claim,
        "skus": tuple,
        "valid_from": _day,
        "valid_until": _day,
        "valid_for": _period,
        "extended_for": _period,
    }
    read |= {name: make(read[name]) for name, make in made.items() if name in read}
    return CouponTerms(**read)


def _day(stored: str) -> date | None:
    return date.fromisoformat(stored) if stored else None


def _period(stored: str) -> Period | None:
    return Period.parse(stored) if stored else None


async def find(asking: Asking, programme: int, key: str) -> CouponTemplate | None:
    """A template by its key."""
    row = await asking.fetchrow(f"{_TEMPLATE} WHERE programme = $1 AND key = $2", programme, key)
    return None if row is None else _template(row)


async def lock(connection: database.RawConnection, programme: int, key: str) -> CouponTemplate | None:
    """The same, which nobody else changes or issues by until this transaction ends."""
    row = await connection.fetchrow(
        f"{_TEMPLATE} WHERE programme = $1 AND key = $2 FOR NO KEY UPDATE", programme, key
    )
    return None if row is None else _template(row)


async def claimed_by(asking: Asking, programme: int, claim_code: str) -> CouponTemplate | None:
    """The template that a code claims."""
    row = await asking.fetchrow(
        f"{_TEMPLATE} WHERE programme = $1 AND claim_code = $2", programme, claim_code
    )
    return None if row is None else _template(row)


async def insert(connection: database.RawConnection, template: CouponTemplate) -> bool:
    """Keep a new template; False when its key is taken."""
    done = await connection.execute(
        """INSERT INTO coupon_templates (programme, key, state, edition, revision, draft, changed_at, drafted_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (programme, key) DO NOTHING""",
        template.programme,
        template.key,
        template.state,
        template.edition,
        template.revision,
        encoded(template.draft),
        instant(template.changed_at),
        template.drafted_by,
    )
    return bool(done == "INSERT 0 1")


async def update(connection: database.RawConnection, template: CouponTemplate) -> None:
    """Write a locked template. Raises ``ClaimCodeTaken``."""
    try:
        await connection.execute(
            """UPDATE coupon_templates SET state = $3, edition = $4, revision = $5, terms = $6, draft = $7,
                 claim_code = $8, changed_at = $9, drafted_by = $10 WHERE programme = $1 AND key = $2""",
            template.programme,
            template.key,
            template.state,
            template.edition,
            template.revision,
            encoded(template.terms),
            encoded(template.draft),
            (template.terms and template.terms.claim_code) or None,
            instant(template.changed_at),
            template.drafted_by,
        )
    except asyncpg.UniqueViolationError:
        message = "another template of the programme is claimed by it: choose another code"
        raise ClaimCodeTaken(message, field="terms.claim_code") from None


async def add_edition(
    connection: database.RawConnection, template: CouponTemplate, published_by: str, reason: str
) -> None:
    """Keep the edition that a template was just published in, for good."""
    await connection.execute(
        """INSERT INTO coupon_editions (programme, template, edition, terms, published_by, published_at, reason)
           VALUES ($1, $2, $3, $4, $5, $6, $7)""",
        template.programme,
        template.key,
        template.edition,
        encoded(template.terms),
        published_by,
        instant(template.changed_at),
        reason,
    )


async def count(
    connection: database.RawConnection, programme: int, deltas: Mapping[str, tuple[int, int]]
) -> None:
    """Add to what templates have issued and committed, in the order of their keys, so that none waits in a ring."""
    for key in sorted(deltas):
        issued, committed_minor = deltas[key]
        if issued or committed_minor:
            await connection.execute(
                "UPDATE coupon_templates SET issued = issued + $3, committed_minor = committed_minor + $4 "
                "WHERE programme = $1 AND key = $2",
                programme,
                key,
                issued,
                committed_minor,
            )


async def page(
    pool: database.Pool, programme: int, state: TemplateState | None, first: int, after: str
) -> tuple[list[CouponTemplate], bool]:
    """Templates by their keys, behind one of them; and whether more follow."""
    rows = await pool.fetch(
        f"{_TEMPLATE} WHERE programme = $1 AND ($2::text IS NULL OR state = $2) AND key > $3 "
        "ORDER BY key LIMIT $4",
        programme,
        state,
        after,
        first + 1,
    )
    return [_template(row) for row in rows[:first]], len(rows) > first


async def editions(pool: database.Pool, programme: int, key: str) -> list[Edition]:
    """Every edition of a template, newest first."""
    rows = await pool.fetch(
        """SELECT edition, terms, published_by, published_at, reason FROM coupon_editions
           WHERE programme = $1 AND template = $2 ORDER BY edition DESC""",
        programme,
        key,
    )
    return [Edition(row[0], decoded(row[1]), row[2], micros(row[3]), row[4]) for row in rows]


async def statistics(pool: database.Pool, programme: int, key: str, now: int) -> Statistics:
    """What became of a template's coupons, as of an instant."""
    rows = await pool.fetch(_STATISTICS, programme, key, instant(now))
    by_state: dict[str, int] = {}
    taken_off = cost = 0
    for row in rows:
        by_state[row["state"]] = by_state.get(row["state"], 0) + row["coupons"]
        if row["state"] == "USED":
            taken_off += int(row["taken_off"])
            cost += row["coupons"] * decoded(row["terms"]).cost_minor
    return Statistics(by_state, taken_off, cost)


def _template(row: asyncpg.Record) -> CouponTemplate:
    return CouponTemplate(
        row["programme"],
        row["key"],
        TemplateState(row["state"]),
        row["edition"],
        row["revision"],
        decoded(row["terms"]) if row["terms"] else None,
        decoded(row["draft"]) if row["draft"] else None,
        row["issued"],
        row["committed_minor"],
        micros(row["changed_at"]),
        row["drafted_by"],
    )


AS_OF = """CASE WHEN c.state = 'HELD' AND c.held_until > {now} THEN 'HELD'
  WHEN c.state IN ('ISSUED', 'HELD') AND c.expires_at <= {now} THEN 'EXPIRED'
  WHEN c.state = 'HELD' THEN 'ISSUED' ELSE c.state END"""
"""A coupon's state as of an instant, as ``Coupon.as_of`` says it."""

_TEMPLATE = "SELECT * FROM coupon_templates"
_STATISTICS = f"""
SELECT s.*, e.terms FROM (
  SELECT c.edition, {AS_OF.format(now="$3")} AS state, count(*) AS coupons, sum(c.taken_off_minor) AS taken_off
  FROM coupons c WHERE c.programme = $1 AND c.template = $2 GROUP BY 1, 2) AS s
JOIN coupon_editions e ON e.programme = $1 AND e.template = $2 AND e.edition = s.edition
"""  # noqa: S608  # of ours
