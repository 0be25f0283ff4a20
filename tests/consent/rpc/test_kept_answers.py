"""Answers that are kept with what they were judged by: each question its own, and none beyond what it rests on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from huiyuan.consent.v1 import decisions_pb2
from huiyuan.consent.v1.decisions_pb2 import CheckResponse
from pyqwest.testing import ASGITransport

from infra.local.databases import DatabaseUrls
from services.consent.app import application
from services.kit.rpc import RemoteRefusal
from tests.consent import factories
from tests.consent.service import MEMBERS, Consent, SettableClock, fresh, reached_by, settings


@dataclass
class Still:
    """A gate whose monotonic clock stands, so that what is kept stays kept; ``elsewhere`` is another process."""

    gate: Consent
    elsewhere: Consent
    seconds: list[float] = field(default_factory=lambda: [1_000.0])


@pytest.fixture
async def still(urls: DatabaseUrls, redis_url: str, consent: Consent) -> AsyncIterator[Still]:
    clock, seconds = SettableClock(), [1_000.0]
    app = application(settings(urls, "redis://127.0.0.1:9"), clock, monotonic=lambda: seconds[0])
    async with ASGITransport(app) as transport:
        yield Still(reached_by(transport, clock), consent, seconds)


async def test_a_kept_answer_is_the_first_one_and_no_longer_good(still: Still, member_id: str) -> None:
    purpose = factories.purpose(fresh("kept"))
    shown = await still.elsewhere.ask(purpose)
    await still.elsewhere.give(factories.grant(member_id, shown, key="a"))
    first = await still.gate.check(member_id, purpose.key)
    await still.elsewhere.withdraw(factories.withdrawal(member_id, purpose.key, key="b"))
    still.gate.clock.shift = timedelta(seconds=1)
    assert await still.gate.check(member_id, purpose.key) == first  # with its valid_until
    still.seconds[0] += 2.001
    assert (await still.gate.check(member_id, purpose.key)).reason == "CONSENT_WITHDRAWN"


async def test_each_question_has_its_own_answer(still: Still, member_id: str) -> None:
    purpose = factories.purpose(fresh("kept"))
    shown = await still.elsewhere.ask(purpose)
    await still.elsewhere.give(factories.grant(member_id, shown, key="a"))
    await still.elsewhere.publish(factories.purpose(purpose.key, categories=["phone", "birth_date"]))
    asked = (
        ({"categories": ["phone"]}, "CONSENT_GIVEN"),
        ({"categories": ["birth_date"]}, "REAFFIRM_REQUIRED"),
        ({"categories": ["birth_date"], "purpose_version": 1}, "CATEGORY_NOT_LISTED"),
        ({"purpose_version": 1}, "CONSENT_GIVEN"),
        ({}, "REAFFIRM_REQUIRED"),
    )
    for _ in range(2):
        for more, reason in asked:
            assert (await still.gate.check(member_id, purpose.key, **more)).reason == reason


async def test_a_consent_that_ends_is_not_answered_from_before(still: Still, member_id: str) -> None:
    purpose = factories.purpose(fresh("kept"), validity_duration="P1M")
    shown = await still.elsewhere.ask(purpose)
    await still.elsewhere.give(factories.grant(member_id, shown, key="a"))
    assert (await still.gate.check(member_id, purpose.key)).allow
    still.gate.clock.shift = timedelta(days=32)
    answer = await still.gate.check(member_id, purpose.key)
    assert (answer.allow, answer.reason) == (False, "CONSENT_EXPIRED")


async def test_an_epoch_that_is_demanded_is_never_answered_from_before(still: Still, member_id: str) -> None:
    purpose = factories.purpose(fresh("kept"))
    shown = await still.elsewhere.ask(purpose)
    await still.elsewhere.give(factories.grant(member_id, shown, key="a"))
    assert (await still.gate.check(member_id, purpose.key)).allow
    withdrawn = await still.elsewhere.withdraw(factories.withdrawal(member_id, purpose.key, key="b"))
    assert not (await still.gate.check(member_id, purpose.key, min_epoch=withdrawn.epoch)).allow
    with pytest.raises(RemoteRefusal) as caught:
        await still.gate.check(member_id, purpose.key, min_epoch=withdrawn.epoch + 1)
    assert caught.value.code == "EPOCH_NOT_REACHED"


async def many(gate: Consent, members: list[str], purpose: str, **more: Any) -> list[CheckResponse]:
    request = decisions_pb2.CheckManyRequest(member_ids=members, purpose=purpose, **more)
    return list((await gate.decisions.check_many(request, headers=gate.by(MEMBERS))).answers)


async def test_a_batch_is_answered_from_before_only_where_it_may_be_and_no_longer_than_one_is(
    still: Still, member_id: str
) -> None:
    purpose, members = factories.purpose(fresh("kept")), [member_id, str(uuid4()), str(uuid4())]
    shown = await still.elsewhere.ask(purpose)
    for one in members[:2]:
        await still.elsewhere.give(factories.grant(one, shown, key="a"))
    first = await many(still.gate, members, purpose.key, may_be_kept=True)
    assert [one.reason for one in first] == ["CONSENT_GIVEN", "CONSENT_GIVEN", "NOT_ASKED"]
    alone = [await still.gate.check(one, purpose.key) for one in members]
    await still.elsewhere.withdraw(factories.withdrawal(member_id, purpose.key, key="b"))
    assert await many(still.gate, members, purpose.key, may_be_kept=True) == alone
    assert not (await many(still.gate, members, purpose.key))[0].allow, "read now, unless it is let be kept"
    still.seconds[0] += 2.001
    assert not (await many(still.gate, members, purpose.key, may_be_kept=True))[0].allow


async def test_categories_of_a_batch_are_judged_each_time(still: Still, member_id: str) -> None:
    purpose = factories.purpose(fresh("kept"))
    shown = await still.elsewhere.ask(purpose)
    await still.elsewhere.give(factories.grant(member_id, shown, key="a"))
    for categories, reason in ((["phone"], "CONSENT_GIVEN"), (["birth_date"], "CATEGORY_NOT_LISTED")):
        for _ in range(2):
            [answer] = await many(
                still.gate, [member_id], purpose.key, categories=categories, may_be_kept=True
            )
            assert answer.reason == reason


@pytest.mark.parametrize(
    "separate",
    [
        {"form": factories.SEPARATE, "articles": ["PIPL 29"]},
        {"recipients": ["partner-a"], "assessment_id": "PIA-1"},
    ],
    ids=str,
)
async def test_what_is_to_be_judged_afresh_is(
    still: Still, member_id: str, separate: dict[str, object]
) -> None:
    purpose = factories.purpose(fresh("kept"), **separate)
    to = {"recipient_id": "partner-a"} if "recipients" in separate else {}
    shown = await still.elsewhere.ask(purpose)
    await still.elsewhere.give(factories.grant(member_id, shown, key="a", **to))
    assert (await still.gate.check(member_id, purpose.key, **to)).allow
    assert (await many(still.gate, [member_id], purpose.key, may_be_kept=True, **to))[0].allow
    await still.elsewhere.withdraw(factories.withdrawal(member_id, purpose.key, key="b", **to))
    assert not (await still.gate.check(member_id, purpose.key, **to)).allow
    assert not (await many(still.gate, [member_id], purpose.key, may_be_kept=True, **to))[0].allow


async def test_an_older_version_that_took_an_act_of_its_own_is_judged_afresh(
    still: Still, member_id: str
) -> None:
    key = fresh("kept")
    shown = await still.elsewhere.ask(factories.purpose(key, form=factories.SEPARATE, articles=["PIPL 29"]))
    await still.elsewhere.give(factories.grant(member_id, shown, key="a"))
    await still.elsewhere.publish(factories.purpose(key))
    assert (await still.gate.check(member_id, key, purpose_version=1)).allow
    await still.elsewhere.withdraw(factories.withdrawal(member_id, key, key="b"))
    assert not (await still.gate.check(member_id, key, purpose_version=1)).allow
