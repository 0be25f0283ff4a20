"""Programmes in storage: immutable versions as JSON, and one revision number for them all."""

from dataclasses import dataclass, replace
from typing import Any

import asyncpg
import orjson

from services.kit import database
from services.kit.clock import instant, micros
from services.kit.outbox import NewEvent
from services.kit.refusal import Conflict
from services.loyalty.rules.expiry import Expiry, Maturation, MaturationKind, Period, Rounding
from services.loyalty.rules.programmes import (
    Benefit,
    BenefitKind,
    Condition,
    CurrencyRules,
    EarnRounding,
    EarnRule,
    NegativePolicy,
    Programme,
    ProgrammeHistory,
    Programmes,
    Text,
    TierRule,
)
from services.loyalty.storage.ledger import PUBLISHING

PROGRAMME_LANE = 15
"""The outbox lane of events about programmes; the lanes that post never claim it."""


class RevisedMeanwhile(Conflict):
    """Another version came between; look at it and try again."""


class ProgrammeAlreadyThere(Conflict):
    """A programme with this id exists with other rules."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Who published a version, when (microseconds since 1970) and why."""

    programme: Programme
    published_by: str
    published_at: int
    reason: str
    is_default: bool


async def load(connection: database.RawConnection | asyncpg.Pool) -> Programmes:
    """Every programme with all its versions. The revision is read first, so that it is never too new."""
    newest = await revision(connection)
    by_id: dict[str, ProgrammeHistory] = {}
    default_id = ""
    for publication in await publications(connection):
        programme_id = publication.programme.programme_id
        had = by_id[programme_id].versions if programme_id in by_id else ()
        by_id[programme_id] = ProgrammeHistory((*had, publication.programme))
        default_id = programme_id if publication.is_default else default_id
    return Programmes(newest, by_id, default_id)


async def revision(connection: database.RawConnection | asyncpg.Pool) -> int:
    """The number that grows with every version published."""
    newest: int = await connection.fetchval("SELECT revision FROM programme_revision")
    return newest


async def publications(connection: database.RawConnection | asyncpg.Pool) -> list[Publication]:
    """All versions of all programmes, each programme's oldest first."""
    numbers: dict[int, dict[str, int]] = {}
    for row in await connection.fetch("SELECT number, programme, code FROM currencies"):
        numbers.setdefault(row["programme"], {})[row["code"]] = row["number"]
    rows = await connection.fetch(
        """SELECT p.number, p.programme_id, p.is_default, v.* FROM programmes p
           JOIN programme_versions v ON v.programme = p.number ORDER BY p.number, v.version"""
    )
    return [
        Publication(
            _programme(row, numbers[row["number"]]),
            row["published_by"],
            micros(row["published_at"]),
            row["reason"],
            row["is_default"],
        )
        for row in rows
    ]


async def publish_alone(connection: database.RawConnection) -> None:
    """Wait until no lane is committing, and let none begin until this transaction ends."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", PUBLISHING)


async def create(connection: database.RawConnection, publication: Publication) -> Programme:
    """Found a programme; returns it with its numbers. ``publish_alone`` comes first."""
    programme = publication.programme
    if publication.is_default:
        await connection.execute("UPDATE programmes SET is_default = false WHERE is_default")
    number = await connection.fetchval(
        "INSERT INTO programmes (programme_id, is_default) VALUES ($1, $2) RETURNING number",
        programme.programme_id,
        publication.is_default,
    )
    rows = await connection.fetch(
        "INSERT INTO currencies (programme, code) SELECT $1, unnest($2::text[]) RETURNING code, number",
        number,
        [currency.code for currency in programme.currencies],
    )
    numbers = {row["code"]: row["number"] for row in rows}
    numbered = replace(
        programme,
        number=number,
        currencies=tuple(replace(c, number=numbers[c.code]) for c in programme.currencies),
    )
    await append(connection, replace(publication, programme=numbered))
    return numbered


async def append(connection: database.RawConnection, publication: Publication) -> None:
    """Publish a version of a programme that is there. ``publish_alone`` comes first."""
    programme = publication.programme
    await connection.execute(
        "INSERT INTO programme_versions (programme, version, effective_at, rules, reason, published_by, "
        "published_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        programme.number,
        programme.version,
        instant(programme.effective_at),
        orjson.dumps(_rules(programme)).decode(),
        publication.reason,
        publication.published_by,
        instant(publication.published_at),
    )
    await connection.execute("UPDATE programme_revision SET revision = revision + 1")


async def tell(connection: database.RawConnection, event: NewEvent) -> None:
    """Write an event about a programme; publishing is alone, so the lane's seq has no gap."""
    await connection.execute(
        """INSERT INTO outbox (lane, seq, ord, member_id, type, event)
           SELECT $1, coalesce(max(seq), 0) + 1, 0, $2, $3, $4 FROM outbox WHERE lane = $1""",
        PROGRAMME_LANE,
        *event,
    )


def _rules(programme: Programme) -> dict[str, Any]:
    """A version's rules as JSON; what a later version adds gets a default in ``_programme``."""
    return {
        "name": _text(programme.name),
        "time_zone": programme.time_zone,
        "money_currency": programme.money_currency,
        "currencies": [
            {
                "code": c.code,
                "name": _text(c.name),
                "spendable": c.spendable,
                "maturation": {"kind": c.maturation.kind, "period": _period(c.maturation.period)},
                "expiry": {"period": _period(c.expiry.period), "rounding": c.expiry.rounding},
                "negative_policy": c.negative_policy,
                "debt_floor": c.debt_floor,
            }
            for c in programme.currencies
        ],
        "earn_rules": [
            {
                "key": rule.key,
                "currency": rule.currency,
                "points": rule.points,
                "per_minor": rule.per_minor,
                "rounding": rule.rounding,
                "tier_multiplied": rule.tier_multiplied,
            }
            for rule in programme.earn_rules
        ],
        "tiers": [
            {
                "key": tier.key,
                "name": _text(tier.name),
                "conditions": [{"metric": c.metric, "at_least": c.at_least} for c in tier.conditions],
                "multiplier": tier.multiplier,
                "benefits": [{"key": b.key, "kind": b.kind, "name": _text(b.name)} for b in tier.benefits],
            }
            for tier in programme.tiers
        ],
    }


def _programme(row: asyncpg.Record, numbers: dict[str, int]) -> Programme:
    rules = orjson.loads(row["rules"])
    return Programme(
        programme_id=row["programme_id"],
        number=row["number"],
        version=row["version"],
        name=Text(**rules["name"]),
        time_zone=rules["time_zone"],
        money_currency=rules["money_currency"],
        currencies=tuple(_currency(c, numbers[c["code"]]) for c in rules["currencies"]),
        earn_rules=tuple(
            EarnRule(**{**rule, "rounding": EarnRounding(rule["rounding"])}) for rule in rules["earn_rules"]
        ),
        tiers=tuple(_tier(tier) for tier in rules["tiers"]),
        effective_at=micros(row["effective_at"]),
    )


def _currency(stored: dict[str, Any], number: int) -> CurrencyRules:
    maturation, expiry = stored["maturation"], stored["expiry"]
    return CurrencyRules(
        code=stored["code"],
        name=Text(**stored["name"]),
        spendable=stored["spendable"],
        maturation=Maturation(MaturationKind(maturation["kind"]), _parsed(maturation["period"])),
        expiry=Expiry(_parsed(expiry["period"]), Rounding(expiry["rounding"])),
        negative_policy=NegativePolicy(stored["negative_policy"]),
        debt_floor=stored["debt_floor"],
        number=number,
    )


def _tier(stored: dict[str, Any]) -> TierRule:
    return TierRule(
        key=stored["key"],
        name=Text(**stored["name"]),
        conditions=tuple(Condition(**condition) for condition in stored["conditions"]),
        multiplier=stored["multiplier"],
        benefits=tuple(
            Benefit(benefit["key"], BenefitKind(benefit["kind"]), Text(**benefit["name"]))
            for benefit in stored["benefits"]
        ),
    )


def _text(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _period(period: Period | None) -> str | None:
    return None if period is None else str(period)


def _parsed(text: str | None) -> Period | None:
    return None if text is None else Period.parse(text)
