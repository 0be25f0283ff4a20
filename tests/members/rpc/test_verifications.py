"""One-time codes: asked for, tried, confirmed and claimed; and what nobody learns or gets by them."""

import asyncio
from datetime import timedelta

import pytest
from huiyuan.members.v1 import verifications_pb2 as wire

from services.kit.refusal import Refusal
from services.members.jobs import links as job
from services.members.rpc import senders
from services.members.rules import verifications as rules
from tests.members import linking
from tests.members.linking import (
    EMAIL,
    PHONE,
    ask,
    claim,
    code_of,
    confirm,
    holder,
    identity,
    join,
    listed,
    newest_code,
    verify,
)
from tests.members.service import OPERATIONS, as_member, by

DETACH, MERGE = 1, 2
VERIFIED, HELD_BY_ANOTHER, PROVEN = 1, 2, 3
REISSUED = timedelta(days=91)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def test_a_confirmed_code_makes_the_number_the_members_own(members):
    member_id, one = await join(members, linking.unionid()), identity(PHONE, members.phone())
    asked = await ask(members, one, member_id)
    wait = asked.resend_at.ToDatetime() - asked.expires_at.ToDatetime() + timedelta(minutes=5)
    assert wait == timedelta(seconds=60)
    answer = await confirm(members, asked.verification_id, one, newest_code(members), member_id)
    assert (answer.outcome, answer.identity.verified, answer.identity.source) == (VERIFIED, True, 2)
    assert await holder(members, one) == member_id
    spent = confirm(members, asked.verification_id, one, newest_code(members), member_id)
    assert await code_of(spent) == "VERIFICATION_NOT_OPEN"


async def test_asking_is_answered_alike_whether_anybody_is_known_by_it_or_not(members, monkeypatch):
    taken, free = identity(PHONE, members.phone()), identity(PHONE, members.phone())
    await join(members, taken)
    asking = await join(members, linking.unionid())

    async def look(*_: object) -> None:
        raise AssertionError("whoever asks for a code must not make anyone's links be looked at")

    monkeypatch.setattr("services.members.storage.links.at", look)
    monkeypatch.setattr("services.members.storage.links.of_members", look)
    monkeypatch.setattr("services.members.storage.identities.holders", look)
    answers = [await ask(members, one, asking) for one in (taken, free)]
    assert [sorted(field.name for field, _ in one.ListFields()) for one in answers] == [
        ["expires_at", "resend_at", "verification_id"]
    ] * 2
    assert (
        await code_of(ask(members, taken, asking))
        == await code_of(ask(members, free, asking))
        == "TOO_MANY_CODES"
    )


async def test_five_wrong_codes_are_the_end_even_of_the_right_one(members):
    member_id, one = await join(members, linking.unionid()), identity(PHONE, members.phone())
    asked = await ask(members, one, member_id)
    right = newest_code(members)
    lefts = []
    for _ in range(rules.MOST_ATTEMPTS):
        with pytest.raises(Refusal) as refused:
            await confirm(members, asked.verification_id, one, wrong(right), member_id)
        assert refused.value.code == "CODE_WRONG"
        lefts.append(refused.value.facts["attempts_left"])
    assert lefts == ["4", "3", "2", "1", "0"]
    assert (
        await code_of(confirm(members, asked.verification_id, one, right, member_id))
        == "VERIFICATION_NOT_OPEN"
    )
    assert await holder(members, one) == ""


async def test_guesses_made_at_once_are_counted_one_by_one(members):
    member_id, one = await join(members, linking.unionid()), identity(PHONE, members.phone())
    asked = await ask(members, one, member_id)
    right = newest_code(members)
    guesses = [f"{(int(right) + n) % 1_000_000:06}" for n in range(1, 25)]
    outcomes = await asyncio.gather(
        *(code_of(confirm(members, asked.verification_id, one, guess, member_id)) for guess in guesses)
    )
    assert outcomes.count("CODE_WRONG") == rules.MOST_ATTEMPTS
    assert outcomes.count("VERIFICATION_NOT_OPEN") == len(guesses) - rules.MOST_ATTEMPTS


async def test_a_code_is_good_for_one_member_one_identity_and_five_minutes(members):
    member_id, other = await join(members, linking.unionid()), await join(members, linking.unionid())
    one, another = identity(PHONE, members.phone()), identity(PHONE, members.phone())
    asked = await ask(members, one, member_id)
    code = newest_code(members)
    for attempt in (
        confirm(members, asked.verification_id, one, code, other),
        confirm(members, asked.verification_id, another, code, member_id),
        confirm(members, asked.verification_id, one, code),
        confirm(members, "nonsense", one, code, member_id),
    ):
        assert await code_of(attempt) == "VERIFICATION_NOT_OPEN"
    for not_a_code in ("", "12345", "1234567", "12345x", "１２３４５６"):
        assert (
            await code_of(confirm(members, asked.verification_id, one, not_a_code, member_id)) == "CODE_WRONG"
        )
    await linking.pass_time(members, timedelta(minutes=5))
    assert (
        await code_of(confirm(members, asked.verification_id, one, code, member_id))
        == "VERIFICATION_NOT_OPEN"
    )
    assert await holder(members, one) == ""


async def test_nobody_asks_or_confirms_in_anothers_name(members):
    member_id, one = await join(members, linking.unionid()), identity(PHONE, members.phone())
    other = as_member(await join(members, linking.unionid()))
    request = wire.RequestVerificationCodeRequest(identity=one, member_id=member_id)
    for caller in (other, OPERATIONS):
        with pytest.raises(Refusal) as refused:
            await members.verifications.request_verification_code(request, headers=by(caller))
        assert refused.value.code == "NOT_ALLOWED"
    asked = await ask(members, one, member_id)
    stolen = wire.ConfirmVerificationCodeRequest(
        verification_id=asked.verification_id, identity=one, code=newest_code(members), member_id=member_id
    )
    with pytest.raises(Refusal) as refused:
        await members.verifications.confirm_verification_code(stolen, headers=by(other))
    assert refused.value.code == "NOT_ALLOWED"
    rows = await members.peek(
        "SELECT attempts FROM verifications WHERE verification_id = $1", asked.verification_id, keys=True
    )
    assert rows[0]["attempts"] == 0


async def test_codes_go_to_phones_and_mail_alone(members):
    member_id = await join(members, linking.unionid())
    assert await code_of(ask(members, linking.unionid(), member_id)) == "NOT_VERIFIABLE_BY_CODE"
    assert await code_of(ask(members, identity(PHONE, "call me"), member_id)) == "IDENTITY_NOT_VALID"
    _, answer = await verify(members, identity(EMAIL, "Codes@Example.com"), member_id)
    assert answer.identity.value_masked == "c***@example.com"


async def test_what_rests_of_a_code_tells_neither_it_nor_where_it_went(members):
    member_id, one = await join(members, linking.unionid()), identity(PHONE, members.phone())
    asked = await ask(members, one, member_id, "203.0.113.9")
    await confirm(members, asked.verification_id, one, newest_code(members), member_id)
    [row] = await members.peek(
        "SELECT v::text FROM verifications v WHERE verification_id = $1", asked.verification_id, keys=True
    )
    limits = await members.peek("SELECT encode(subject, 'escape') FROM verification_limits", keys=True)
    known = await members.peek("SELECT encode(requester, 'escape') FROM known_requesters", keys=True)
    for secret in (newest_code(members), one.value[4:], "203.0.113.9"):
        assert secret not in str(row) + str(limits) + str(known)
    await linking.pass_time(members, timedelta(days=2))
    await job.sweep(members.databases, members.ring)
    assert await members.peek("SELECT 1 FROM verifications", keys=True) == []


async def test_an_unproven_claim_of_another_gives_way_to_proof(members):
    one = identity(PHONE, members.phone())
    squatter, member_id = await join(members, one, verified=False), await join(members, linking.unionid())
    _, answer = await verify(members, one, member_id)
    assert answer.outcome == VERIFIED
    assert (await holder(members, one), await listed(members, squatter)) == (member_id, [])
    assert (await linking.told(members, squatter))[-1].WhichOneof("event") == "identifier_detached"


async def test_a_reissued_number_is_detached_and_never_merged(members):
    phone, mine = identity(PHONE, members.phone()), identity(EMAIL, "reissued@example.com")
    before, now = await join(members, phone), await join(members, linking.unionid())
    await linking.pass_time(members, REISSUED)
    await verify(members, mine, now)
    verification_id, answer = await verify(members, phone, now)
    assert (answer.outcome, list(answer.choices)) == (HELD_BY_ANOTHER, [DETACH])
    assert await code_of(claim(members, verification_id, phone, now, MERGE)) == "MERGE_NOT_PROVEN"
    assert await holder(members, phone) == before
    claimed = await claim(members, verification_id, phone, now, DETACH)
    assert (claimed.identity.member_id, claimed.HasField("merge")) == (now, False)
    assert (await holder(members, phone), await linking.merges(members, now)) == (now, [])
    assert [event.WhichOneof("event") for event in await linking.told(members, before)][
        -1
    ] == "identifier_detached"
    assert await code_of(claim(members, verification_id, phone, now, DETACH)) == "VERIFICATION_NOT_OPEN"


async def test_two_identifiers_proven_in_one_login_offer_a_merge(members):
    phone, mail = identity(PHONE, members.phone()), identity(EMAIL, "one.login@example.com")
    first, second = await join(members, phone), await join(members, linking.unionid())
    verification_id, answer = await verify(members, phone, second)
    assert list(answer.choices) == [DETACH]
    assert await code_of(claim(members, verification_id, phone, second, MERGE)) == "MERGE_NOT_PROVEN"
    await verify(members, mail, second)
    claimed = await claim(members, verification_id, phone, second, MERGE)
    assert (claimed.merge.from_member_id, claimed.merge.into_member_id) == (second, first)
    assert await holder(members, mail) == first
    assert {one.member_id for one in await listed(members, second)} == {first, second}


async def test_what_was_proven_in_another_login_offers_no_merge(members):
    phone, mail = identity(PHONE, members.phone()), identity(EMAIL, "other.login@example.com")
    await join(members, phone)
    second = await join(members, linking.unionid())
    await verify(members, mail, second)
    await linking.pass_time(members, timedelta(minutes=15))
    _, answer = await verify(members, phone, second)
    assert list(answer.choices) == [DETACH]


async def test_the_login_system_learns_whose_a_proven_number_is(members):
    phone, unproven = identity(PHONE, members.phone()), identity(PHONE, members.phone())
    member_id = await join(members, phone)
    await join(members, unproven, verified=False)
    for one, expected in ((phone, member_id), (unproven, ""), (identity(PHONE, members.phone()), "")):
        _, answer = await verify(members, one, "")
        assert (answer.outcome, answer.member_id) == (PROVEN, expected)


async def test_a_code_sent_by_many_at_once_signs_in_one(members):
    phone = identity(PHONE, members.phone())
    member_id = await join(members, phone)
    asked, code = await ask(members, phone), newest_code(members)

    async def sign_in() -> str:
        try:
            return (await confirm(members, asked.verification_id, phone, code)).member_id
        except Refusal as refusal:
            return refusal.code

    outcomes = await asyncio.gather(*(sign_in() for _ in range(5)))
    assert (outcomes.count(member_id), outcomes.count("VERIFICATION_NOT_OPEN")) == (1, 4)


async def test_two_members_who_prove_one_number_at_once_leave_exactly_one_holder(members, monkeypatch):
    monkeypatch.setattr(rules, "RESEND_AFTER", timedelta(0))
    one = identity(PHONE, members.phone())
    rivals = [await join(members, linking.unionid()) for _ in range(3)]
    asked = []
    for rival in rivals:
        answer = await ask(members, one, rival)
        asked.append((rival, answer.verification_id, newest_code(members)))

    async def prove(rival: str, verification_id: str, code: str) -> int | str:
        for _ in range(20):
            try:
                return (await confirm(members, verification_id, one, code, rival)).outcome
            except Refusal as refusal:
                if not refusal.retryable and refusal.code != "IDENTITY_ALREADY_TAKEN":
                    return refusal.code
        return "gave up"

    await asyncio.gather(*(prove(*each) for each in asked))
    known = [rival for rival in rivals if any(row.kind == PHONE for row in await listed(members, rival))]
    assert len(known) == 1
    assert await holder(members, one) == known[0]


async def test_a_sender_that_fails_takes_no_turn_of_the_member(members, monkeypatch):
    member_id, one = await join(members, linking.unionid()), identity(PHONE, members.phone())

    async def fail(*_: object) -> None:
        raise rules.CodesNotSent("away")

    with monkeypatch.context() as patched:
        patched.setattr(senders.DevelopmentSender, "send", fail)
        assert await code_of(ask(members, one, member_id)) == "CODES_NOT_SENT"
    _, answer = await verify(members, one, member_id)
    assert answer.outcome == VERIFIED
