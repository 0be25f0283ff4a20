"""Seeing in clear: only for a purpose the member consented to, counted, logged and told."""

import asyncio
from uuid import uuid4

import asyncpg
import pytest
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from huiyuan.members.v1 import events_pb2, profiles_pb2

from services.kit import rpc
from services.kit.refusal import Refusal
from services.members.app.wiring import consents
from services.members.rpc import releases
from services.members.rules.accesses import PersonalField
from tests.members.service import (
    ANYONE,
    AUDITOR,
    IMPORTER,
    LOYALTY,
    OFFICER,
    Members,
    as_member,
    by,
    registration,
)

PHONE, EMAIL, BIRTH_DATE = 3, 4, 5


def agent(name: str) -> rpc.Caller:
    """A support agent with a quota of their own."""
    return rpc.Caller(rpc.CallerKind.STAFF, name, frozenset({"support"}))


async def unmask(members: Members, member_id: str, caller: rpc.Caller, **fields) -> dict[int, str]:
    request = profiles_pb2.UnmaskProfileRequest(
        **{
            "member_id": member_id,
            "fields": [PHONE],
            "purpose": "marketing_sms",
            "reason": "autumn campaign",
            **fields,
        }
    )
    answer = await members.profiles.unmask_profile(request, headers=by(caller))
    assert answer.access_id
    return {field.field: field.value for field in answer.fields}


async def refusal(members: Members, member_id: str, caller: rpc.Caller, **fields) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await unmask(members, member_id, caller, **fields)
    return refused.value


async def accesses(members: Members, member_id: str, reader: rpc.Caller, first: int = 100, after: str = ""):
    request = profiles_pb2.ListProfileAccessesRequest(member_id=member_id, first=first, after=after)
    return await members.profiles.list_profile_accesses(request, headers=by(reader))


async def events(members: Members, member_id: str) -> list[str]:
    rows = await members.peek("SELECT type FROM outbox WHERE member_id = $1::uuid", member_id)
    return sorted(row["type"] for row in rows)


async def test_with_consent_the_asked_fields_are_shown_logged_and_told(members):
    phone = members.phone()
    member_id = await members.register(registration(phone, birth_date="1992-02-29"))
    shown = await unmask(members, member_id, agent("care-a"), fields=[PHONE, BIRTH_DATE, EMAIL])
    assert shown == {PHONE: phone, BIRTH_DATE: "1992-02-29", EMAIL: ""}
    [asked] = members.consents.asked
    assert (asked.member_id, asked.purpose) == (member_id, "marketing_sms")
    assert list(asked.categories) == ["birth_date", "email", "phone"]
    [access] = (await accesses(members, member_id, OFFICER)).accesses
    assert (access.actor, access.actor_role, access.purpose, access.reason) == (
        "staff:care-a",
        "support",
        "marketing_sms",
        "autumn campaign",
    )
    assert list(access.fields) == [PHONE, BIRTH_DATE, EMAIL]
    assert access.allowed
    [row] = await members.peek(
        "SELECT event FROM outbox WHERE member_id = $1::uuid AND type = 'ProfileUnmasked'", member_id
    )
    told = events_pb2.MembersEvent.FromString(row["event"])
    assert told.profile_unmasked.access_id == access.access_id


async def test_without_consent_nothing_is_shown_and_the_attempt_is_logged(members):
    member_id = await members.register()
    members.consents.deny("NOT_ASKED")
    refused = await refusal(members, member_id, agent("care-b"))
    assert (refused.code, refused.retryable) == ("CONSENT_MISSING", False)
    assert refused.facts == {
        "purpose": "marketing_sms",
        "categories": "phone",
        "reason": "NOT_ASKED",
        "article": "PIPL 13(1)",
    }
    [access] = (await accesses(members, member_id, OFFICER)).accesses
    assert (access.allowed, access.refusal_code) == (False, "CONSENT_MISSING")
    assert await events(members, member_id) == ["MemberRegistered"]


async def test_consent_service_away_means_no_and_is_logged(members):
    member_id = await members.register()
    for failure in (Code.UNAVAILABLE, Code.INTERNAL, Code.PERMISSION_DENIED, Code.UNAUTHENTICATED):
        members.consents.answer = ConnectError(failure, "away")
        refused = await refusal(members, member_id, agent("care-c"))
        assert (refused.code, refused.retryable) == ("CONSENT_UNAVAILABLE", True)
    logged = (await accesses(members, member_id, OFFICER)).accesses
    assert [access.refusal_code for access in logged] == ["CONSENT_UNAVAILABLE"] * 4
    assert await events(members, member_id) == ["MemberRegistered"]
    members.consents.allow()
    assert await unmask(members, member_id, agent("care-c"))


async def test_an_answer_that_grew_old_on_the_way_shows_nothing(members, monkeypatch):
    monkeypatch.setattr(releases, "ANSWER_HOLDS_S", 0.2)
    member_id = await members.register()
    slow = await asyncpg.connect(members.members.owner)
    try:
        async with slow.transaction():
            await slow.execute("LOCK TABLE unmask_quotas")
            unmasking = asyncio.ensure_future(refusal(members, member_id, agent("care-slow")))
            while not members.consents.asked:  # noqa: ASYNC110  # asking sets no event
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.2)
            members.consents.deny("CONSENT_WITHDRAWN")
        refused = await unmasking
        assert (refused.code, refused.retryable) == ("CONSENT_UNAVAILABLE", True)
    finally:
        await slow.close()
    monkeypatch.undo()
    assert (await refusal(members, member_id, agent("care-slow"))).code == "CONSENT_MISSING"


async def test_purpose_that_nobody_published_is_refused_by_its_own_name_and_logged(members):
    member_id = await members.register()
    members.consents.answer = ConnectError(Code.NOT_FOUND, "there is no such purpose")
    refused = await refusal(members, member_id, agent("care-d"), purpose="unheard_of")
    assert refused.code == "NOT_FOUND"
    [access] = (await accesses(members, member_id, OFFICER)).accesses
    assert (access.purpose, access.refusal_code) == ("unheard_of", "NOT_FOUND")


async def test_quota_holds_also_when_all_come_at_once(members):
    member_id = await members.register()
    greedy = agent("care-greedy")
    answers = await asyncio.gather(
        *(unmask(members, member_id, greedy) for _ in range(9)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, Refusal)]
    assert len(answers) - len(refused) == members.settings.unmask_quota == 5
    assert {refusal.code for refusal in refused} == {"UNMASK_QUOTA_EXHAUSTED"}
    assert refused[0].facts == {"quota": "5"}
    logged = (await accesses(members, member_id, OFFICER)).accesses
    assert sorted(access.refusal_code for access in logged) == [""] * 5 + ["UNMASK_QUOTA_EXHAUSTED"] * 4
    assert (await events(members, member_id)).count("ProfileUnmasked") == 5
    assert await unmask(members, member_id, agent("care-modest"))


async def test_questions_to_the_gate_that_come_at_once_leave_in_one_call_for_each_set_of_fields(members):
    gate = consents(members.settings)
    members.consents.batches = 0
    members.consents.deny("CONSENT_WITHDRAWN")
    asked = [(uuid4(), (PersonalField.PHONE, PersonalField.EMAIL)[number % 2]) for number in range(64)]
    answers = await asyncio.gather(
        *(gate.refusal(member_id, "marketing_sms", [field]) for member_id, field in asked)
    )
    assert [answer.facts["categories"] for answer in answers] == [field.category for _, field in asked]
    assert members.consents.batches == 2
    assert {(one.member_id, *one.categories) for one in members.consents.asked} == {
        (str(member_id), field.category) for member_id, field in asked
    }


async def test_attempts_that_were_refused_use_up_no_quota(members):
    member_id = await members.register()
    unlucky = agent("care-unlucky")
    members.consents.deny("CONSENT_WITHDRAWN")
    for _ in range(7):
        await refusal(members, member_id, unlucky)
    members.consents.allow()
    assert await unmask(members, member_id, unlucky)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"fields": []}, "UNMASK_NOT_VALID"),
        ({"fields": [0]}, "UNMASK_NOT_VALID"),
        ({"fields": [PHONE, 77]}, "UNMASK_NOT_VALID"),
        ({"purpose": ""}, "UNMASK_NOT_VALID"),
        ({"reason": " "}, "UNMASK_NOT_VALID"),
        ({"reason": "caller 13900001234 asks"}, "REASON_HOLDS_PERSONAL_DATA"),
        ({"member_id": "0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1"}, "UNKNOWN_MEMBER"),
    ],
)
async def test_malformed_requests_ask_nobody_and_show_nothing(members, wrong, code):
    asked = {"member_id": await members.register(), **wrong}
    assert (await refusal(members, caller=agent("care-e"), **asked)).code == code
    assert members.consents.asked == []


@pytest.mark.parametrize("caller", [AUDITOR, LOYALTY, IMPORTER, ANYONE, as_member("someone")])
async def test_only_support_operations_and_the_officer_may_unmask(members, caller):
    member_id = await members.register()
    assert (await refusal(members, member_id, caller)).code in ("NOT_ALLOWED", "NOT_SIGNED_IN")
    assert (await refusal(members, member_id, as_member(member_id))).code == "NOT_ALLOWED"
    assert members.consents.asked == []
    assert not (await accesses(members, member_id, OFFICER)).accesses


async def test_member_pages_through_who_looked_newest_first(members):
    member_id = await members.register()
    for number in range(5):
        await unmask(members, member_id, agent("care-f"), reason=f"ticket {number}")
    seen, after = [], ""
    while True:
        page = await accesses(members, member_id, OFFICER, first=2, after=after)
        seen += [access.reason for access in page.accesses]
        if not page.has_next_page:
            break
        after = page.accesses[-1].access_id
    assert seen == [f"ticket {number}" for number in (4, 3, 2, 1, 0)]


async def test_member_is_told_the_role_and_purpose_of_what_was_shown_and_no_more(members):
    member_id = await members.register()
    await unmask(members, member_id, agent("care-h"), reason="ticket of a colleague")
    members.consents.deny("NOT_ASKED")
    await refusal(members, member_id, agent("care-h"))
    [access] = (await accesses(members, member_id, as_member(member_id))).accesses
    assert (access.actor_role, access.purpose, list(access.fields)) == ("support", "marketing_sms", [PHONE])
    assert (access.actor, access.reason, access.allowed) == ("", "", True)
    assert len((await accesses(members, member_id, AUDITOR)).accesses) == 2


async def test_access_log_is_for_the_member_the_officer_and_the_auditor(members):
    member_id, stranger = await members.register(), await members.register()
    for reader in (as_member(member_id), OFFICER, AUDITOR):
        assert not (await accesses(members, member_id, reader)).accesses
    for reader in (as_member(stranger), agent("care-g"), LOYALTY):
        with pytest.raises(Refusal) as refused:
            await accesses(members, member_id, reader)
        assert refused.value.code == "NOT_ALLOWED"
    for first, after in ((0, ""), (101, ""), (5, "nonsense")):
        with pytest.raises(Refusal) as refused:
            await accesses(members, member_id, OFFICER, first, after)
        assert refused.value.code == "PAGE_NOT_VALID"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE profile_accesses SET refusal_code = ''",
        "DELETE FROM profile_accesses",
        "TRUNCATE profile_accesses",
        "DELETE FROM unmask_quotas",
        "DELETE FROM members",
        "UPDATE members SET member_id = member_id",
        "UPDATE outbox SET type = ''",
    ],
)
async def test_the_service_itself_may_not_rewrite_its_log(members, statement):
    service = await asyncpg.connect(members.members.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(statement)
    finally:
        await service.close()
