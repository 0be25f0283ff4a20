"""PIPL 52: the demonstration's notices say how the operator's officer is reached, also once that changes."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from huiyuan.consent.v1 import purposes_pb2
from pyqwest.testing import ASGITransport

from infra.local import officers
from infra.local.databases import DatabaseUrls
from infra.local.demo.purposes import PURPOSES, notices
from services.consent.app import application
from services.kit.refusal import Invalid, Refusal, Unavailable
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
        assert await officers.tell(consent.purposes, consent.by(OFFICER), before, now) == ([], [], [])
        assert (await consent.check(member_id, "marketing_sms")).allow, "nobody is asked anew for it"
        # An operator's own, which never named the officer, are left to them.
        silent = await officers.tell(consent.purposes, consent.by(OFFICER), "nobody", "someone@else.example")
        core = {"membership_service/zh", "membership_service/en", "delivery/zh", "delivery/en"}
        assert (silent[0], set(silent[1])) == ([], core)


class Notices:
    """Notices in force, of which new versions are taken or refused."""

    def __init__(self, body: str, refusal: Refusal | None = None) -> None:
        self.notice = purposes_pb2.Notice(key="sms", body=body)
        self.refusal = refusal

    async def list_purposes(
        self, asked: purposes_pb2.ListPurposesRequest
    ) -> purposes_pb2.ListPurposesResponse:
        return purposes_pb2.ListPurposesResponse(notices=[self.notice] if asked.locale == "zh" else [])

    async def publish_notice(self, asked: purposes_pb2.PublishNoticeRequest, headers: Any) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.notice = asked.notice


async def told(notices: Notices, before: str, now: str) -> officers.Told:
    return await officers.tell(notices, {}, before, now)  # type: ignore[arg-type]  # the two calls it makes


@pytest.mark.parametrize(
    ("before", "now"),
    [("dpo@tea.example", "dpo@tea.example.cn"), ("dpo@tea.example.cn", "dpo@tea.example")],
)
async def test_art_52_a_contact_that_is_in_the_other_is_told_all_the_same(before: str, now: str) -> None:
    notices = Notices(f"Officer: {before}.")
    assert await told(notices, before, now) == (["sms/zh"], [], [])
    assert notices.notice.body == f"Officer: {now}."
    assert await told(notices, before, now) == ([], [], [])


async def test_art_52_what_is_away_is_asked_again_and_what_is_refused_is_told() -> None:
    body = "Officer: a@tea.example."
    with pytest.raises(Unavailable):
        await told(Notices(body, Unavailable("away")), "a@tea.example", "b@tea.example")
    refused = await told(Notices(body, Invalid("too long")), "a@tea.example", "b@tea.example")
    assert refused == ([], [], ["sms/zh (INVALID: too long)"])


async def test_art_52_no_number_of_a_notice_is_taken_for_a_contact() -> None:
    notices = Notices("Officer: 1@tea.example. Kept 180 days, 1 year.")
    assert await told(notices, "80", "b@tea.example") == ([], ["sms/zh"], [])
    for no_contact in ("1", "180 days", "ask us"):
        with pytest.raises(officers.ContactNotReachable):
            officers.check(no_contact)
    assert officers.check("") == ""
