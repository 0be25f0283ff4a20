"""The evidence: what an act leaves in the database, and who may not touch it."""

import hashlib
import json
import random
from datetime import UTC
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import events_pb2

from tests.consent import factories
from tests.consent.service import INSTALLATION, Consent, fresh

ISO_27560 = [
    "schema_version",
    "record_id",
    "pii_principal_id",
    "privacy_notice",
    "language",
    "purpose",
    "lawful_basis",
    "pii_information",
    "pii_controllers",
    "processing_methods",
    "storage_locations",
    "retention_period",
    "jurisdiction",
    "recipient_third_parties",
    "withdrawal_method",
    "event_time",
    "validity_duration",
    "entity_id",
    "event_type",
    "event_state",
]
OURS = [
    "purpose_version",
    "purpose_digest",
    "notice_digest",
    "form",
    "articles",
    "recipient_id",
    "guardian_id",
    "channel",
    "app_version",
    "screen_digest",
    "idempotency_key",
    "epoch",
]


@pytest.fixture
async def acted(consent: Consent, member_id: str) -> str:
    """A purpose that the member gave and withdrew."""
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key, validity_duration="P1Y"))
    await consent.give(factories.grant(member_id, shown, key="a", screen_digest="ab" * 32))
    await consent.withdraw(factories.withdrawal(member_id, key, key="b"))
    return key


@pytest.mark.parametrize("table", ["purposes", "notices", "acts", "consent_events"])
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE", "TRUNCATE"])
async def test_art_69_the_service_itself_cannot_change_what_is_evidence(
    acted: str, as_app: asyncpg.Connection, table: str, verb: str
) -> None:
    column = {"acts": "idempotency_key", "consent_events": "channel"}.get(table, "published_by")
    statement = {
        "UPDATE": f"UPDATE {table} SET {column} = 'x'",
        "DELETE": f"DELETE FROM {table}",
        "TRUNCATE": f"TRUNCATE {table}",
    }[verb]
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_app.execute(statement)


async def test_the_service_cannot_give_a_member_another_pseudonym(
    acted: str, as_app: asyncpg.Connection, member_id: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_app.execute("UPDATE members SET pii_principal_id = gen_random_uuid()")


async def test_bytes_that_do_not_match_their_digest_are_refused_by_the_database(
    acted: str, as_owner: asyncpg.Connection
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await as_owner.execute("UPDATE purposes SET canonical = canonical || ' ' WHERE key = $1", acted)


async def test_a_record_has_the_names_of_the_standard_and_names_nobody(
    acted: str, as_app: asyncpg.Connection, member_id: str
) -> None:
    given, withdrawn = await _events(as_app, member_id)
    assert set(given) == {*ISO_27560, *OURS, "member_id", "ord", "record_digest"}
    assert given["pii_principal_id"] != UUID(member_id)
    assert given["entity_id"] == str(given["pii_principal_id"])
    assert given["pii_principal_id"] == withdrawn["pii_principal_id"]
    evidence = json.dumps({name: str(given[name]) for name in (*ISO_27560, *OURS)})
    assert member_id not in evidence
    assert (given["purpose"], given["event_state"], given["event_type"]) == (acted, "GIVEN", "EXPLICIT")
    assert (given["privacy_notice"], given["language"]) == (f"{acted}.zh.1", "zh-CN")
    assert (given["lawful_basis"], given["form"], given["jurisdiction"]) == ("CONSENT", "GENERAL", "CN")
    assert given["pii_controllers"] == [f"urn:uuid:{INSTALLATION}"]
    assert (given["retention_period"], given["validity_duration"]) == ("P2Y", "P1Y")
    assert given["screen_digest"] == bytes.fromhex("ab" * 32)
    assert (withdrawn["event_state"], withdrawn["epoch"]) == ("WITHDRAWN", 2)


async def test_art_69_the_digest_of_a_record_can_be_checked_from_its_columns(
    acted: str, as_app: asyncpg.Connection, member_id: str
) -> None:
    for event in await _events(as_app, member_id):
        said = {name: _spelled(event[name]) for name in (*ISO_27560, *OURS)}
        text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert event["record_digest"] == hashlib.sha256(text.encode()).digest()


async def test_what_stands_can_be_made_again_from_the_events(
    consent: Consent, as_app: asyncpg.Connection
) -> None:
    choices = random.Random(27560)
    keys = [fresh("p") for _ in range(3)]
    shown = await consent.ask(*(factories.purpose(key, validity_duration="P6M") for key in keys))
    for _ in range(4):
        member_id = str(uuid4())
        for step in range(8):
            some = choices.sample(keys, choices.randint(1, 3))
            if choices.random() < 0.5:
                await consent.give(factories.grant(member_id, shown, *some, key=f"k{step}"))
            else:
                await consent.withdraw(factories.withdrawal(member_id, *some, key=f"k{step}"))
        stands = await as_app.fetch(
            """SELECT purpose, recipient_id, record_id, purpose_version, event_state, event_time, valid_until, epoch
               FROM consent_states WHERE member_id = $1 ORDER BY purpose""",
            member_id,
        )
        again = await as_app.fetch(
            """SELECT DISTINCT ON (purpose, recipient_id) purpose, recipient_id, record_id, purpose_version,
                 event_state, event_time, (event_time AT TIME ZONE 'Asia/Shanghai' + validity_duration::interval)
                   AT TIME ZONE 'Asia/Shanghai' AS valid_until, epoch
               FROM consent_events WHERE member_id = $1 ORDER BY purpose, recipient_id, epoch DESC""",
            member_id,
        )
        assert stands == again
        epochs = await as_app.fetch(
            "SELECT DISTINCT epoch FROM consent_events WHERE member_id = $1 ORDER BY 1", member_id
        )
        assert [row["epoch"] for row in epochs] == list(range(1, 9))


async def test_each_act_leaves_one_event_without_personal_data(
    acted: str, as_app: asyncpg.Connection, member_id: str
) -> None:
    rows = await as_app.fetch(
        "SELECT type, event FROM outbox WHERE member_id = $1 ORDER BY lane, seq", member_id
    )
    given, withdrawn = (events_pb2.ConsentEvent.FromString(row["event"]) for row in rows)
    assert [row["type"] for row in rows] == ["ConsentGiven", "ConsentWithdrawn"]
    assert (given.member_id, given.epoch, list(given.consent_given.purposes)) == (member_id, 1, [acted])
    assert (withdrawn.epoch, list(withdrawn.consent_withdrawn.purposes)) == (2, [acted])
    (published,) = [
        event.purpose_published
        for row in await as_app.fetch("SELECT event FROM outbox WHERE type = 'PurposePublished'")
        if (event := events_pb2.ConsentEvent.FromString(row["event"])).purpose_published.key == acted
    ]
    assert published.version == 1


async def test_a_notice_that_is_published_is_told_with_when_it_is_shown_from(
    acted: str, as_app: asyncpg.Connection
) -> None:
    (row,) = await as_app.fetch(
        """SELECT o.member_id, o.event, n.* FROM notices n JOIN outbox o ON o.type = 'NoticePublished'
           WHERE position(convert_to(n.key, 'UTF8') IN o.event) > 0
             AND position(convert_to($1, 'UTF8') IN n.canonical) > 0""",
        f'"{acted}"',
    )
    event = events_pb2.ConsentEvent.FromString(row["event"])
    told = event.notice_published
    assert (row["member_id"], event.member_id) == (None, "")
    assert (told.key, told.version, told.locale) == (row["key"], row["version"], row["locale"])
    assert told.effective_at.ToDatetime(UTC) == row["effective_at"]


async def _events(connection: asyncpg.Connection, member_id: str) -> list[dict[str, Any]]:
    query = "SELECT * FROM consent_events WHERE member_id = $1 ORDER BY epoch, ord"
    return [dict(row) for row in await connection.fetch(query, member_id)]


def _spelled(value: Any) -> Any:
    """How a column is spelled in the canonical bytes."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID):
        return str(value)
    if hasattr(value, "astimezone"):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
    return value
