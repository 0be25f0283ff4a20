"""Ways abroad (PIPL 38 to 40): none without a route in force, and exactly as many people as the ceiling lets through."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
from huiyuan.consent.v1 import decisions_pb2
from huiyuan.consent.v1 import registers_pb2 as wire

from tests.consent import factories
from tests.consent.service import OFFICER, Consent, fresh, refused

NOW = datetime.now(UTC)


async def route(consent: Consent, purpose: str, kind: str, **changes: Any) -> None:
    said = wire.ExportRoute(
        purpose=purpose,
        kind=f"EXPORT_ROUTE_KIND_{kind}",  # type: ignore[arg-type]
        **{
            "starts_at": NOW - timedelta(days=1),
            "ends_at": NOW + timedelta(days=700),
            "reference": "file 14",
            **changes,
        },
    )
    request = wire.RegisterExportRouteRequest(route=said)
    await consent.registers.register_export_route(request, headers=consent.by(OFFICER))


async def abroad(consent: Consent, *member_ids: str) -> str:
    """A purpose kept abroad that these members consented to."""
    key = fresh("cloud")
    shown = await consent.ask(
        factories.purpose(key, storage_locations=["CN", "SG"], form=factories.SEPARATE, assessment_id="PIA-1")
    )
    for member_id in member_ids:
        await consent.give(factories.grant(member_id, shown, key=fresh("give")))
    return key


async def test_art_38_what_goes_abroad_needs_a_route_in_force(consent: Consent, member_id: str) -> None:
    key = await abroad(consent, member_id)
    answer = await consent.check(member_id, key)
    assert (answer.allow, answer.reason, answer.article) == (False, "EXPORT_ROUTE_MISSING", "PIPL 38")
    assert not await consent.in_use(member_id, key)
    await route(consent, key, "ASSESSMENT", ends_at=NOW + timedelta(days=10))
    assert (await consent.check(member_id, key)).allow
    assert await consent.in_use(member_id, key)
    consent.clock.shift = timedelta(days=11)
    assert (await consent.check(member_id, key)).reason == "EXPORT_ROUTE_MISSING"
    assert not await consent.in_use(member_id, key)
    with refused("ENTRY_NOT_VALID"):
        await route(consent, key, "UNSPECIFIED")
    with refused("UNKNOWN_PURPOSE"):
        await route(consent, f"{key}_misspelt", "ASSESSMENT")


async def test_art_38_the_counter_crosses_the_ceiling_and_denies_exactly_there(
    consent: Consent, as_owner: asyncpg.Connection
) -> None:
    people = [str(uuid4()) for _ in range(6)]
    key = await abroad(consent, *people)
    await route(consent, key, "EXEMPTION")
    # A year of its own, so that no other test counts in it.
    consent.clock.shift = timedelta(days=366)
    year = (NOW + consent.clock.shift + timedelta(hours=8)).year
    await as_owner.execute(
        "INSERT INTO export_counters VALUES ($1, false, $2) ON CONFLICT (year, sensitive) DO UPDATE SET members = $2",
        year,
        100_000 - 1 - 3,
    )
    assert [await consent.in_use(one, key) for one in people] == [True] * 6, "to look counts nobody"
    answers = await asyncio.gather(*(consent.check(one, key) for one in people))
    allowed = [one for one, answer in zip(people, answers, strict=True) if answer.allow]
    assert len(allowed) == 3
    assert {answer.reason for answer in answers if not answer.allow} == {"EXPORT_CEILING_REACHED"}
    assert [one for one in people if await consent.in_use(one, key)] == allowed
    for member_id in allowed:
        assert (await consent.check(member_id, key)).allow, "who was counted is counted once"
    assert (
        await as_owner.fetchval("SELECT members FROM export_counters WHERE year = $1 AND NOT sensitive", year)
        == 100_000 - 1
    )
    await route(consent, key, "CONTRACT")
    assert all([(await consent.check(one, key)).allow for one in people])
    request = wire.ListExportRoutesRequest()
    shown = await consent.registers.list_export_routes(request, headers=consent.by(OFFICER))
    [counter] = [one for one in shown.counters if one.year == year]
    assert (counter.members, counter.contract_ceiling) == (100_000 + 2, 999_999)
    assert "2024" in shown.source


async def test_art_38_of_those_who_decided_nothing_a_register_denies_whom_it_denies_alone(
    consent: Consent, as_owner: asyncpg.Connection
) -> None:
    people = [str(uuid4()) for _ in range(4)]
    key = fresh("hosting")
    await consent.ask(factories.contract_purpose(key, storage_locations=["SG"], assessment_id="PIA-1"))
    later = NOW + timedelta(days=1500)
    await route(consent, key, "EXEMPTION", ends_at=later)
    consent.clock.shift = timedelta(days=3 * 366)
    year = (NOW + consent.clock.shift + timedelta(hours=8)).year
    await as_owner.execute("INSERT INTO export_counters VALUES ($1, false, $2)", year, 100_000 - 1 - 2)

    async def having() -> list[bool]:
        found = await consent.consents_of(*people)
        return [one.in_use for each in found for one in each.consents if one.purpose == key]

    assert await having() == [True] * 4
    assert [(await consent.check(people[nth], key)).allow for nth in (1, 3)] == [True] * 2
    assert await having() == [False, True, False, True]
    assert [one.in_use for one in (await consent.consents(people[0])).consents if one.purpose == key] == [
        False
    ]
    await route(consent, key, "CERTIFICATION", ends_at=later)
    assert await having() == [True] * 4, "what was denied once is not kept"


async def test_art_38_batches_count_as_single_questions_do(consent: Consent, member_id: str) -> None:
    key = await abroad(consent, member_id)
    request = decisions_pb2.CheckManyRequest(member_ids=[member_id], purpose=key)
    headers = consent.by(OFFICER)
    [answer] = (await consent.decisions.check_many(request, headers=headers)).answers
    assert answer.reason == "EXPORT_ROUTE_MISSING"
    await route(consent, key, "CERTIFICATION")
    [answer] = (await consent.decisions.check_many(request, headers=headers)).answers
    assert answer.allow


async def test_art_38_of_a_batch_exactly_as_many_pass_as_there_is_room_for(
    consent: Consent, as_owner: asyncpg.Connection
) -> None:
    people = [str(uuid4()) for _ in range(5)]
    key = await abroad(consent, *people)
    later = NOW + timedelta(days=1000)
    await route(consent, key, "EXEMPTION", ends_at=later)
    consent.clock.shift = timedelta(days=2 * 366)
    year = (NOW + consent.clock.shift + timedelta(hours=8)).year
    counter = "SELECT members FROM export_counters WHERE year = $1 AND NOT sensitive"
    await as_owner.execute("INSERT INTO export_counters VALUES ($1, false, $2)", year, 100_000 - 1 - 3)
    request = decisions_pb2.CheckManyRequest(member_ids=people, purpose=key)
    batches = [consent.decisions.check_many(request, headers=consent.by(OFFICER)) for _ in range(3)]
    answers = [[one.allow for one in batch.answers] for batch in await asyncio.gather(*batches)]
    assert [sum(batch) for batch in answers] == [3] * 3
    assert answers[0] == answers[1] == answers[2]
    assert await as_owner.fetchval(counter, year) == 100_000 - 1
    await route(consent, key, "CERTIFICATION", ends_at=later)
    assert all(one.allow for one in (await batches_of(consent, people, key)))
    assert await as_owner.fetchval(counter, year) == 100_000 + 1, "who was counted is counted once"


async def batches_of(
    consent: Consent, people: list[str], purpose: str
) -> Sequence[decisions_pb2.CheckResponse]:
    """The answers about each, of one batch that names them twice."""
    request = decisions_pb2.CheckManyRequest(member_ids=[*people, *people], purpose=purpose)
    answers = (await consent.decisions.check_many(request, headers=consent.by(OFFICER))).answers
    assert [one.allow for one in answers[: len(people)]] == [one.allow for one in answers[len(people) :]]
    return answers
