"""Activities that serve marketing or a profile are kept with the member's consent alone; the contract's ask nobody."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from huiyuan.consent.v1.decisions_connect import DecisionsServiceASGIApplication, DecisionsServiceClient

from services.kit import rpc
from services.kit.refusal import Refusal
from services.loyalty.rpc.members.consents import ConsentGate
from tests.loyalty.conftest import CONSENT_KEY, serving
from tests.loyalty.gate import Gate
from tests.loyalty.missions import Operator, mission, named, occasion, timed, wrong_field
from tests.loyalty.test_activities import declare, lesson
from tests.loyalty.test_lifecycle import looked, pay


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


def our_gate(url: str) -> ConsentGate:
    """As the service asks."""
    ours = rpc.Caller(rpc.CallerKind.SERVICE, "loyalty")
    signer = rpc.CallerSigner("loyalty", {"consent": CONSENT_KEY})
    return ConsentGate(rpc.client(DecisionsServiceClient, url, "consent", signer, default_caller=ours))


async def test_who_asks_at_once_asks_in_one_call_and_is_answered_alone(gate: tuple[Gate, str]) -> None:
    answering, url = gate
    consents, members = our_gate(url), [str(uuid4()) for _ in range(64)]
    answering.allowed.update(members[::3])

    async def answer(member: str) -> str:
        try:
            await consents.be_allowed(member, "personalisation")
        except Refusal as refusal:
            return refusal.code
        return ""

    for away, no in ((True, "CONSENT_UNAVAILABLE"), (False, "CONSENT_MISSING")):
        answering.away, answering.batches = away, 0
        answers = await asyncio.gather(*map(answer, members))
        assert answering.batches == 1
        assert answers == ["" if place % 3 == 0 and not away else no for place in range(64)]


async def test_what_the_contract_needs_asks_nobody(operator: Operator, gate: tuple[Gate, str]) -> None:
    answering, member = gate[0], operator.loyalty.new_member()
    answering.asked.clear()
    assert (await operator.tell(operator.activity(member, "share"))).status_code == 200
    assert not answering.asked


async def test_a_purpose_is_named_by_its_key(operator: Operator) -> None:
    answer = await declare(operator, lesson(named(), purpose="Not a key"))
    assert code(answer) == "ACTIVITY_TYPE_NOT_WELL_FORMED"


async def test_nothing_rests_on_a_purpose_that_was_never_published(
    operator: Operator, gate: tuple[Gate, str]
) -> None:
    answer = await operator.draft(occasion("NO_ORDER_FOR", 10) | {"purpose": "win_back"})
    assert (code(answer), wrong_field(answer)) == ("PURPOSE_NOT_PUBLISHED", "mission.purpose")
    answer = await declare(operator, lesson(named(), purpose="win_back"))
    assert (code(answer), wrong_field(answer)) == ("PURPOSE_NOT_PUBLISHED", "type.purpose")
    gate[0].away = True
    answer = await operator.draft(occasion("NO_ORDER_FOR", 10))
    gate[0].away = False
    assert code(answer) == "CONSENT_UNAVAILABLE"
    assert (await operator.draft(occasion("NO_ORDER_FOR", 10))).status_code == 200


async def test_an_occasion_is_acted_on_for_who_allows_it_alone(
    operator: Operator, gate: tuple[Gate, str]
) -> None:
    """Who refuses uses up no budget, and while nobody can say who allows it, nobody is awarded and nothing is lost."""
    answering, url = gate
    operator.allowing = our_gate(url).allowing
    operator.clock.set("2026-08-01T00:00:00+08:00")
    await operator.publish(occasion("NO_ORDER_FOR", 10, budget=1))
    refusing, willing = operator.loyalty.new_member(), operator.loyalty.new_member()
    await pay(operator, refusing, "2026-08-02T10:00:00+08:00")
    await pay(operator, willing, "2026-08-03T10:00:00+08:00")
    answering.allowed.add(willing)
    answering.asked.clear()
    answering.away = True
    await looked(operator, "2026-08-14T00:00:00+08:00")
    assert answering.asked == [(refusing, "personalisation")]
    assert [await operator.promised(one) for one in (refusing, willing)] == [[], []]
    answering.away = False
    await looked(operator, "2026-08-14T00:01:00+08:00")
    assert [len(await operator.promised(one)) for one in (refusing, willing)] == [0, 1]
    assert "MissionCompleted" not in await operator.happened(refusing)
    answering.allowed.add(refusing)
    await looked(operator, "2026-08-20T00:00:00+08:00")
    assert await operator.promised(refusing) == [], "what was refused then is not made up for"


async def test_an_occasion_names_its_purpose_and_one_of_before_that_does_not_is_for_nobody(
    operator: Operator, gate: tuple[Gate, str]
) -> None:
    nameless = occasion("NO_ORDER_FOR", 10) | {"purpose": ""}
    answer = await operator.draft(nameless)
    assert (code(answer), wrong_field(answer)) == ("MISSION_NOT_WELL_FORMED", "mission.purpose")
    answer = await operator.draft(mission(named(), purpose="personalisation"))
    assert (code(answer), wrong_field(answer)) == ("MISSION_NOT_WELL_FORMED", "mission.purpose")
    operator.clock.set("2026-09-01T00:00:00+08:00")
    old = occasion("NO_ORDER_FOR", 10)
    await operator.publish(old)
    await operator.loyalty.sql(
        "UPDATE missions SET definition = (definition::jsonb - 'purpose')::json WHERE key = $1", old["key"]
    )
    member = operator.loyalty.new_member()
    gate[0].allowed.add(member)
    await pay(operator, member, "2026-09-02T10:00:00+08:00")
    await looked(operator, "2026-09-20T00:00:00+08:00")
    assert await operator.promised(member) == []
