"""PIPL 52: the demonstration's notices say how the operator's officer is reached, also once that changes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from huiyuan.consent.v1 import purposes_pb2
from pyqwest.testing import ASGITransport

from infra.local import officers
from infra.local.databases import DatabaseUrls
from infra.local.demo.purposes import PURPOSES, notices
from services.consent.app import application
from tests.consent import factories
from tests.consent.service import OFFICER, Consent, SettableClock, fresh, reached_by, settings


async def listed(consent: Consent) -> dict[str, purposes_pb2.Notice]:
    return {
        f"{notice.key}/{locale}": notice
        for locale in ("zh", "en")
        for notice in (
            await consent.purposes.list_purposes(purposes_pb2.ListPurposesRequest(locale=locale))
        ).notices
    }


async def test_art_52_another_contact_is_told_by_new_versions_of_the_notices(
    new_database: Callable[[str], DatabaseUrls], redis_url: str, member_id: str
) -> None:
    urls, before, now = new_database("consent"), "dpo@tea.example", "隐私办 400-000"

    @asynccontextmanager
    async def of(contact: str) -> AsyncIterator[Consent]:
        told = settings(urls, redis_url, CONSENT_OFFICER_CONTACT=f" {contact} ")
        async with ASGITransport(application(told)) as transport:
            yield reached_by(transport, SettableClock())

    async with of(before) as consent:
        for purpose in PURPOSES:
            await consent.publish(purpose)
        demo = [await consent.tell(notice) for notice in notices(before)]
        grant = factories.grant(member_id, demo[4], "marketing_sms", key=fresh("give"))
        await consent.give(grant)
    async with of(now) as consent:
        first = await officers.tell(consent.purposes, consent.by(OFFICER), before, now)
        assert sorted(first[0]) == sorted(f"{notice.key}/{notice.locale}" for notice in demo)
        assert first[1] == []
        for name, notice in (await listed(consent)).items():
            assert (notice.version, now in notice.body, before in notice.body) == (2, True, False), name
            assert all(passage.text in notice.body for passage in notice.passages)
        assert await officers.tell(consent.purposes, consent.by(OFFICER), before, now) == ([], [])
        assert (await consent.check(member_id, "marketing_sms")).allow, "nobody is asked anew for it"
        # An operator's own, which never named the officer, are left to them.
        silent = await officers.tell(consent.purposes, consent.by(OFFICER), "nobody", "someone@else.example")
        core = {"membership_service/zh", "membership_service/en", "delivery/zh", "delivery/en"}
        assert (silent[0], set(silent[1])) == ([], core)
