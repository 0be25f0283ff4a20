"""Activities that serve marketing or a profile are kept with the member's consent alone; the contract's ask nobody."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from huiyuan.consent.v1.decisions_connect import DecisionsServiceASGIApplication

from tests.loyalty.conftest import serving
from tests.loyalty.gate import Gate
from tests.loyalty.missions import Operator, named, timed
from tests.loyalty.test_activities import declare, lesson


@pytest.fixture(scope="module")
async def gate() -> AsyncIterator[tuple[Gate, str]]:
    answering = Gate()
    async with serving(DecisionsServiceASGIApplication(answering)) as url:
        yield answering, url


@pytest.fixture(scope="module")
async def operator(make_loyalty: Any, gate: tuple[Gate, str]) -> AsyncIterator[Operator]:
    async with timed(make_loyalty, CONSENT_URL=gate[1]) as (loyalty, clock):
        yield Operator(loyalty, clock)


async def kept(operator: Operator, member: str) -> int:
    return int(
        await operator.loyalty.looking.fetchval(
            "SELECT count(*) FROM member_activities WHERE member_id = $1", member
        )
    )


def code(answer: Any) -> str:
    return "" if answer.status_code == 200 else answer.json()["message"].split(":")[0]


async def test_what_serves_a_profile_is_kept_with_consent_and_told_again_without(
    operator: Operator, gate: tuple[Gate, str]
) -> None:
    answering, member, key = gate[0], operator.loyalty.new_member(), named()
    declared = await declare(operator, lesson(key, purpose="personalisation", attributes=[]))
    assert declared.json()["type"]["purpose"] == "personalisation"
    told = operator.activity(member, key)
    answering.asked.clear()
    refused = await operator.tell(told)
    assert code(refused) == "CONSENT_MISSING"
    assert "CONSENT_REFUSED" in refused.text
    assert await kept(operator, member) == 0
    answering.allowed.add(member)
    assert (await operator.tell(told)).status_code == 200
    assert answering.asked == [(member, "personalisation")] * 2
    answering.allowed.remove(member)
    assert (await operator.tell(told)).json()["replayed"], "what was kept is told again"
    assert code(await operator.tell(operator.activity(member, key))) == "CONSENT_MISSING"
    answering.away = True
    assert code(await operator.tell(operator.activity(member, key))) == "CONSENT_UNAVAILABLE"
    answering.away = False
    assert await kept(operator, member) == 1


async def test_what_the_contract_needs_asks_nobody(operator: Operator, gate: tuple[Gate, str]) -> None:
    answering, member = gate[0], operator.loyalty.new_member()
    answering.asked.clear()
    assert (await operator.tell(operator.activity(member, "share"))).status_code == 200
    assert not answering.asked


async def test_a_purpose_is_named_by_its_key(operator: Operator) -> None:
    answer = await declare(operator, lesson(named(), purpose="Not a key"))
    assert code(answer) == "ACTIVITY_TYPE_NOT_WELL_FORMED"
