"""Erasures: evidence stays unchanged under its own pseudonym, everything else about the member goes, and it is told."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import decisions_pb2, events_pb2
from huiyuan.kit.v1 import erasures_pb2
from huiyuan.members.v1.events_pb2 import MembersEvent

from infra.local.databases import DatabaseUrls
from services.consent.consumers import hear_members
from services.kit import database, stream
from services.kit.rpc import RemoteRefusal
from tests.consent import factories
from tests.consent.service import Consent, fresh, refused

ERASURE = str(uuid4())
EVIDENCE = "SELECT * FROM consent_events WHERE record_id = ANY($1::uuid[]) ORDER BY epoch, ord"


async def hear(urls: DatabaseUrls, member_id: str) -> None:
    """What the members service tells."""
    event = MembersEvent(member_id=member_id, occurred_at=datetime.now(UTC))
    event.member_erased.erasure_id = ERASURE
    heard = stream.Event("huiyuan:members:0", 1, 0, member_id, "MemberErased", event.SerializeToString())
    engine = database.engine(urls.app, size=1)
    async with engine.begin() as connection:
        await hear_members(connection, [heard])
    await engine.dispose()


async def decided(consent: Consent, member_id: str) -> str:
    """A purpose that the member gave and withdrew."""
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(member_id, shown, key="a"))
    withdrawal = decisions_pb2.WithdrawConsentRequest(
        member_id=member_id, purposes=[key], channel="app", idempotency_key="b"
    )
    await consent.withdraw(withdrawal)
    return key


async def test_evidence_is_kept_unchanged_under_its_pseudonym_and_the_rest_goes(
    consent: Consent, member_id: str, urls: DatabaseUrls, as_app: asyncpg.Connection
) -> None:
    await decided(consent, member_id)
    before = await as_app.fetch("SELECT * FROM consent_events WHERE member_id = $1 ORDER BY epoch", member_id)
    records = [row["record_id"] for row in before]
    assert len(records) == 2
    await hear(urls, member_id)
    after = await as_app.fetch(EVIDENCE, records)
    assert [{**row, "member_id": None} for row in after] == [{**row, "member_id": None} for row in before]
    assert {row["member_id"] for row in after} == {row["pii_principal_id"] for row in before}
    for table in ("members", "acts", "consent_states", "consent_events"):
        left = await as_app.fetchval(f"SELECT count(*) FROM {table} WHERE member_id = $1", member_id)
        assert left == 0, table
    whole = [str(value) for row in after for value in row.values()]
    assert not [value for value in whole if member_id in value]
    row = await as_app.fetchrow(
        "SELECT event FROM outbox WHERE type = 'MemberErasureDone' AND member_id = $1", member_id
    )
    done = events_pb2.ConsentEvent.FromString(row["event"]).member_erasure_done
    assert done.erasure_id == ERASURE
    assert {one.store: (one.action, one.count) for one in done.proof} == {
        "consent_events": (erasures_pb2.STORE_ACTION_PSEUDONYMISED, 2),
        "acts": (erasures_pb2.STORE_ACTION_DELETED, 2),
        "consent_states": (erasures_pb2.STORE_ACTION_DELETED, 1),
        "members": (erasures_pb2.STORE_ACTION_DELETED, 1),
    }


async def test_the_erased_decide_nothing_any_more_and_are_asked_about_in_vain(
    consent: Consent, member_id: str, urls: DatabaseUrls, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    await consent.give(factories.grant(member_id, shown, key="a"))
    await hear(urls, member_id)
    assert not (await consent.check(member_id, key, categories=["phone"])).allow
    with refused("MEMBER_ERASED"):
        await consent.give(factories.grant(member_id, shown, key="again"))
    assert await as_app.fetchval("SELECT count(*) FROM members WHERE member_id = $1", member_id) == 0
    await hear(urls, member_id)
    told = "SELECT count(*) FROM outbox WHERE type = 'MemberErasureDone' AND member_id = $1"
    assert await as_app.fetchval(told, member_id) == 2, "heard again, it is proved again"


async def test_acts_that_race_with_the_erasure_leave_nothing_under_the_members_id(
    consent: Consent, urls: DatabaseUrls, as_app: asyncpg.Connection
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    for _ in range(3):
        member_id = str(uuid4())
        acts = [consent.give(factories.grant(member_id, shown, key=f"k{nth}")) for nth in range(5)]
        results = await asyncio.gather(*acts, hear(urls, member_id), return_exceptions=True)
        refusals = {result.code for result in results if isinstance(result, RemoteRefusal)}
        assert refusals <= {"MEMBER_ERASED"}
        assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, RemoteRefusal)]
        for table in ("members", "acts", "consent_states", "consent_events"):
            left = await as_app.fetchval(f"SELECT count(*) FROM {table} WHERE member_id = $1", member_id)
            assert left == 0, table


async def test_the_service_touches_no_evidence_of_the_living(
    consent: Consent, member_id: str, as_app: asyncpg.Connection
) -> None:
    await decided(consent, member_id)
    with pytest.raises(asyncpg.RaiseError, match="only members who were erased"):
        await as_app.fetch("SELECT * FROM erase_member($1)", UUID(member_id))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_app.execute("UPDATE consent_events SET channel = 'x' WHERE member_id = $1", UUID(member_id))
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await as_app.execute("DELETE FROM erased_members")
