"""PIPL 22: the processing goes over to another handler, announced before; consents go along and are not given anew."""

import itertools
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import handlers_pb2
from huiyuan.kit.v1.kit_pb2 import LocalizedText
from pyqwest.testing import ASGITransport

from infra.local.databases import DatabaseUrls
from services.consent.app import application
from tests.consent import factories
from tests.consent.service import (
    INSTALLATION,
    OFFICER,
    SUPPORT,
    Consent,
    SettableClock,
    fresh,
    reached_by,
    refused,
    settings,
)

HANDLER, CONTACT = "urn:example:new-handler", "privacy@new.example"
OURSELVES = [INSTALLATION.urn]


@pytest.fixture(scope="module")
def own_urls(new_database: Callable[[str], DatabaseUrls]) -> DatabaseUrls:
    """A database of its own: whoever is in charge is so for everybody."""
    return new_database("consent")


@pytest.fixture
async def house(own_urls: DatabaseUrls, redis_url: str) -> AsyncIterator[Consent]:
    clock, hours = (
        SettableClock(),
        itertools.count(0, 3600),
    )  # each question an hour after the last: nothing is kept
    app = application(settings(own_urls, redis_url), clock, monotonic=lambda: float(next(hours)))
    async with ASGITransport(app) as transport:
        yield reached_by(transport, clock)
    owner = await asyncpg.connect(own_urls.owner)
    await owner.execute("TRUNCATE handler_transfers")
    await owner.close()


def transfer(**changes: Any) -> handlers_pb2.HandlerTransfer:
    said = {
        "transfer_id": fresh("merger"),
        "handler_id": HANDLER,
        "name": LocalizedText(zh="新云岭茶会", en="New Yunling Tea Club"),
        "contact": CONTACT,
        "notice_key": "merger",
        "effective_at": datetime.now(UTC) + timedelta(days=10),
    }
    return handlers_pb2.HandlerTransfer(**{**said, **changes})


async def go_over(house: Consent, said: handlers_pb2.HandlerTransfer, by: Any = OFFICER) -> bool:
    request = handlers_pb2.TransferHandlingRequest(transfer=said)
    return (await house.handlers.transfer_handling(request, headers=house.by(by))).replayed


async def announce(house: Consent, purpose: str, *locales: str, contact: str = CONTACT) -> None:
    names = {"zh": "新云岭茶会", "en": "New Yunling Tea Club"}
    for locale in locales:
        body = f"{names[locale]}: {contact}"
        await house.tell(factories.notice(purpose, key="merger", locale=locale, title="合并", body=body))


async def controllers(urls: DatabaseUrls, member_id: str) -> list[list[str]]:
    """Who answers for the processing by each of a member's records, the oldest first."""
    connection = await asyncpg.connect(urls.owner)
    rows = await connection.fetch(
        "SELECT pii_controllers FROM consent_events WHERE member_id = $1 ORDER BY epoch", UUID(member_id)
    )
    await connection.close()
    return [list(row[0]) for row in rows]


async def test_art_22_consents_go_along_as_they_stand_and_what_the_new_handler_changes_is_denied(
    house: Consent, own_urls: DatabaseUrls, member_id: str
) -> None:
    key, same = fresh("sms"), fresh("mail")
    shown = await house.ask(factories.purpose(key), factories.purpose(same))
    given = await house.give(factories.grant(member_id, shown, key="a"))
    before = {one.purpose: one.record_id for one in given.consents}
    await announce(house, key, "zh", "en")
    await go_over(house, transfer())
    house.clock.shift = timedelta(days=9)
    early = str(uuid4())
    await house.give(factories.grant(early, shown, key="early"))
    assert await controllers(own_urls, early) == [OURSELVES, OURSELVES], "nobody else is in charge before"
    house.clock.shift = timedelta(days=11)
    for purpose in (key, same):
        answer = await house.check(member_id, purpose)
        assert (answer.allow, answer.record_id) == (True, before[purpose]), "as it stood, and not given anew"
    assert await controllers(own_urls, member_id) == [OURSELVES, OURSELVES], "evidence stays as it is"
    await house.publish(factories.purpose(key, methods=["use", "sell"]))
    answer = await house.check(member_id, key)
    assert (answer.allow, answer.reason, answer.article) == (False, "REAFFIRM_REQUIRED", "PIPL 14")
    assert (await house.check(member_id, same)).allow
    await house.withdraw(factories.withdrawal(member_id, same, key="b"))
    assert (await controllers(own_urls, member_id))[-1] == [HANDLER], "the new one answers from then on"


async def test_art_22_nobodys_data_goes_over_untold(house: Consent) -> None:
    key = fresh("sms")
    await house.publish(factories.purpose(key))
    said = transfer(notice_key="merger")
    unpublished = transfer(notice_key=fresh("other"))
    with refused("TRANSFER_NOT_TOLD", "PIPL 22"):
        await go_over(house, unpublished)
    await announce(house, key, "zh", "en", contact="somebody@else.example")
    with refused("TRANSFER_NOT_TOLD", "PIPL 22"):
        await go_over(house, said)
    await announce(house, key, "zh")
    with refused("TRANSFER_NOT_TOLD", "in en"):
        await go_over(house, said)
    await announce(house, key, "en")
    with refused("TRANSFER_NOT_VALID", "PIPL 22"):
        await go_over(house, transfer(effective_at=datetime.now(UTC)))
    assert not await listed(house)
    assert not await go_over(house, said)
    assert [one.handler_id for one in await listed(house)] == [HANDLER], "and everybody sees to whom"


async def test_a_transfer_is_recorded_once_in_its_order_by_the_officer_alone(house: Consent) -> None:
    key = fresh("sms")
    await house.publish(factories.purpose(key))
    await announce(house, key, "zh", "en")
    said = transfer()
    with refused("NOT_ALLOWED"):
        await go_over(house, said, SUPPORT)
    assert not await go_over(house, said)
    assert await go_over(house, said)
    with refused("ENTRY_DIFFERS"):
        await go_over(house, transfer(transfer_id=said.transfer_id, contact="x"))
    with refused("TRANSFER_NOT_VALID"):
        await go_over(house, transfer(effective_at=datetime.now(UTC) + timedelta(days=2)))
    for wrong in ({"handler_id": ""}, {"contact": " "}, {"name": LocalizedText(zh="新")}):
        with refused("TRANSFER_NOT_VALID"):
            await go_over(house, transfer(**wrong))


async def listed(house: Consent) -> list[handlers_pb2.HandlerTransfer]:
    answer = await house.handlers.list_transfers(
        handlers_pb2.ListTransfersRequest(), headers=house.by(OFFICER)
    )
    return list(answer.transfers)
