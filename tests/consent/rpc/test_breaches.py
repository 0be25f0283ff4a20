"""Breaches (PIPL 57): whom one is about, and the clock that runs until they and the authority were told."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import registers_pb2 as wire
from huiyuan.members.v1 import events_pb2

from infra.local.databases import DatabaseUrls
from services.consent.consumers import hear_members
from services.kit import database, stream
from services.kit.rpc import RemoteRefusal
from tests.consent import factories
from tests.consent.service import OFFICER, Consent, fresh, refused


async def test_art_57_what_the_contract_needs_is_everybodys_and_is_paged_to_the_end(consent: Consent) -> None:
    people = sorted([str(uuid4()) for _ in range(3)], key=lambda one: UUID(one).bytes)
    unlike, category = fresh("sms"), fresh("orders")
    shown = await consent.ask(factories.purpose(unlike))
    for member_id in people:
        await consent.give(factories.grant(member_id, shown, key="a"))
    request = wire.OpenBreachRequest(
        breach_id=fresh("breach"), found_at=datetime.now(UTC), categories=[category], cause="lost_laptop"
    )
    with pytest.raises(RemoteRefusal) as caught:
        await consent.registers.open_breach(request, headers=consent.by(OFFICER))
    assert (caught.value.code, caught.value.field) == ("ENTRY_NOT_VALID", "categories")
    assert "phone" in caught.value.facts["listed"].split(", ")
    found = await consent.registers.list_breaches(wire.ListBreachesRequest(), headers=consent.by(OFFICER))
    assert request.breach_id not in {one.breach_id for one in found.breaches}
    await consent.publish(factories.contract_purpose(fresh("service"), categories=[category]))
    everybody = (await consent.registers.open_breach(request, headers=consent.by(OFFICER))).breach
    found = await affected(consent, request.breach_id, first=max(1, everybody.affected_members // 3))
    assert len(found) == everybody.affected_members
    assert [one for one in found if one in people] == people
    assert (await consent.registers.open_breach(request, headers=consent.by(OFFICER))).replayed
    assert found == sorted(found, key=lambda one: UUID(one).bytes)


async def test_art_57_who_was_never_asked_anything_is_affected_too(
    consent: Consent, member_id: str, urls: DatabaseUrls
) -> None:
    category, gone = fresh("orders"), str(uuid4())
    await consent.publish(factories.contract_purpose(fresh("service"), categories=[category]))
    engine = database.engine(urls.app)

    async def hear(of: str, **said: Any) -> None:
        told = events_pb2.MembersEvent(member_id=of, **said)
        told.occurred_at.GetCurrentTime()
        kind = "".join(part.title() for part in told.WhichOneof("event").split("_"))
        async with engine.begin() as connection:
            event = stream.Event("huiyuan:members:0", 1, 0, of, kind, told.SerializeToString())
            await hear_members(connection, [event])

    for one in (member_id, gone):
        await hear(one, member_registered=events_pb2.MemberRegistered())
    await hear(gone, member_erased=events_pb2.MemberErased(erasure_id=str(uuid4())))
    await hear(gone, profile_updated=events_pb2.ProfileUpdated(revision=2))
    await engine.dispose()
    request = wire.OpenBreachRequest(
        breach_id=fresh("breach"), found_at=datetime.now(UTC), categories=[category], cause="lost_laptop"
    )
    await consent.registers.open_breach(request, headers=consent.by(OFFICER))
    found = await affected(consent, request.breach_id)
    assert (member_id in found, gone in found) == (True, False)


async def affected(consent: Consent, breach_id: str, first: int = 1_000) -> list[str]:
    """Whom a breach is about, page by page."""
    found: list[str] = []
    while True:
        request = wire.ListAffectedMembersRequest(
            breach_id=breach_id, first=first, after=found[-1] if found else ""
        )
        page = await consent.registers.list_affected_members(request, headers=consent.by(OFFICER))
        found += page.member_ids
        assert len(found) == len(set(found)), "a page comes again"
        if not page.has_next_page:
            return found


async def test_art_57_a_breach_names_whom_it_is_about_and_its_clock_runs_until_both_are_told(
    consent: Consent, member_id: str, as_owner: asyncpg.Connection
) -> None:
    category, key, outsider = fresh("iris"), fresh("faces"), str(uuid4())
    shown = await consent.ask(factories.purpose(key, categories=[category]))
    await consent.give(factories.grant(member_id, shown, key="a"))
    other = await consent.ask(factories.purpose(fresh("sms"), categories=["phone"]))
    await consent.give(factories.grant(outsider, other, key="a"))
    request = wire.OpenBreachRequest(
        breach_id=fresh("breach"), found_at=datetime.now(UTC), categories=[category], cause="lost_laptop"
    )
    opened = await consent.registers.open_breach(request, headers=consent.by(OFFICER))
    assert (opened.breach.affected_members, opened.breach.overdue) == (1, False)
    assert (await consent.registers.open_breach(request, headers=consent.by(OFFICER))).replayed
    assert await affected(consent, request.breach_id) == [member_id]
    await tell(consent, request.breach_id, "AUTHORITY")
    consent.clock.shift = timedelta(hours=73)
    assert await overdue(consent, request.breach_id), "the members were not told in time"
    await tell(consent, request.breach_id, "MEMBERS")
    assert not await overdue(consent, request.breach_id)
    with refused("UNKNOWN_ENTRY_OF_REGISTER"):
        await tell(consent, "no_such", "MEMBERS")
    assert UUID(member_id)


async def tell(consent: Consent, breach_id: str, kind: str) -> None:
    request = wire.RecordBreachNoticeRequest(
        breach_id=breach_id,
        kind=f"BREACH_NOTICE_KIND_{kind}",  # type: ignore[arg-type]
        reference="file 15",
    )
    await consent.registers.record_breach_notice(request, headers=consent.by(OFFICER))


async def overdue(consent: Consent, breach_id: str) -> bool:
    answer = await consent.registers.list_breaches(wire.ListBreachesRequest(), headers=consent.by(OFFICER))
    [found] = [one for one in answer.breaches if one.breach_id == breach_id]
    return found.overdue
